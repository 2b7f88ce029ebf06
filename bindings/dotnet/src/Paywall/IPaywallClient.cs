using System;
using System.Threading;
using System.Threading.Tasks;

namespace Paywall
{
    /// <summary>What <see cref="PaywallClient"/> does. Your tests can put a mock in its place.</summary>
    public interface IPaywallClient : IDisposable
    {
        /// <summary>Asks the service to send the OTP of a token again. It sends at most one request.</summary>
        /// <param name="token">The newest OTP token of the operation.</param>
        /// <param name="session">The Masterpass session: a GUID in any form that .NET prints.</param>
        /// <returns>The outcome <c>ok</c>: a code is on its way. It has the token and session to use next.</returns>
        /// <exception cref="PaywallException">Every other outcome; its class says which.</exception>
        /// <exception cref="ArgumentException">A bad argument; nothing was sent.</exception>
        /// <exception cref="ObjectDisposedException">The client is disposed; nothing was sent.</exception>
        ResendOtpResult ResendOtp(string token, string session);

        /// <summary>The same, with the session as a <see cref="Guid"/>.</summary>
        /// <param name="token">The newest OTP token of the operation.</param>
        /// <param name="session">The Masterpass session.</param>
        /// <returns>The outcome <c>ok</c>: a code is on its way. It has the token and session to use next.</returns>
        ResendOtpResult ResendOtp(string token, Guid session);

        /// <summary>
        /// The same on a thread of the pool. If you cancel before the call has begun, the task is cancelled and nothing is
        /// sent. After that the task completes with the outcome, because a new token must not be lost.
        /// </summary>
        /// <param name="token">The newest OTP token of the operation.</param>
        /// <param name="session">The Masterpass session: a GUID in any form that .NET prints.</param>
        /// <param name="cancellationToken">Cancels the call if it has not begun.</param>
        /// <returns>The outcome of <see cref="ResendOtp(string, string)"/>, its exceptions included.</returns>
        Task<ResendOtpResult> ResendOtpAsync(
            string token, string session, CancellationToken cancellationToken = default(CancellationToken));

        /// <summary>The same, with the session as a <see cref="Guid"/>.</summary>
        /// <param name="token">The newest OTP token of the operation.</param>
        /// <param name="session">The Masterpass session.</param>
        /// <param name="cancellationToken">Cancels the call if it has not begun.</param>
        /// <returns>The outcome of <see cref="ResendOtp(string, string)"/>, its exceptions included.</returns>
        Task<ResendOtpResult> ResendOtpAsync(
            string token, Guid session, CancellationToken cancellationToken = default(CancellationToken));

        /// <summary>
        /// "Test connection": resolves, connects, goes through the proxy and makes TLS, without one byte of HTTP. It does
        /// not test the credentials.
        /// </summary>
        /// <returns>The outcome <c>ok</c>: the service can be reached.</returns>
        /// <exception cref="PaywallNotSentException">It cannot be reached; the result says where and why.</exception>
        ResendOtpResult Check();
    }
}
