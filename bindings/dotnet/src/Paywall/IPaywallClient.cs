using System;
using System.Threading;
using System.Threading.Tasks;

namespace Paywall
{
    /// <summary>What <see cref="PaywallClient"/> does, for tests that put something else in its place.</summary>
    public interface IPaywallClient : IDisposable
    {
        /// <summary>Asks the service to send the one-time password of a token once more. At most one request leaves.</summary>
        /// <param name="token">The newest OTP token of the operation.</param>
        /// <param name="session">The Masterpass session: a GUID in any form that .NET prints.</param>
        /// <returns>That a code is on its way, with the token and session to use next.</returns>
        /// <exception cref="PaywallException">Every other outcome; its class says which.</exception>
        /// <exception cref="ArgumentException">A bad argument; nothing was sent.</exception>
        /// <exception cref="ObjectDisposedException">The client is disposed; nothing was sent.</exception>
        ResendOtpResult ResendOtp(string token, string session);

        /// <summary>The same, with the session as a <see cref="Guid"/>.</summary>
        /// <param name="token">The newest OTP token of the operation.</param>
        /// <param name="session">The Masterpass session.</param>
        /// <returns>That a code is on its way, with the token and session to use next.</returns>
        ResendOtpResult ResendOtp(string token, Guid session);

        /// <summary>
        /// The same on a thread of the pool. Cancelling before the call has begun cancels the task, and nothing is sent;
        /// after that the task completes with the outcome: a new token must not be lost.
        /// </summary>
        /// <param name="token">The newest OTP token of the operation.</param>
        /// <param name="session">The Masterpass session: a GUID in any form that .NET prints.</param>
        /// <param name="cancellationToken">Cancels the call as long as it has not begun.</param>
        /// <returns>The outcome of <see cref="ResendOtp(string, string)"/>, its exceptions included.</returns>
        Task<ResendOtpResult> ResendOtpAsync(
            string token, string session, CancellationToken cancellationToken = default(CancellationToken));

        /// <summary>The same, with the session as a <see cref="Guid"/>.</summary>
        /// <param name="token">The newest OTP token of the operation.</param>
        /// <param name="session">The Masterpass session.</param>
        /// <param name="cancellationToken">Cancels the call as long as it has not begun.</param>
        /// <returns>The outcome of <see cref="ResendOtp(string, string)"/>, its exceptions included.</returns>
        Task<ResendOtpResult> ResendOtpAsync(
            string token, Guid session, CancellationToken cancellationToken = default(CancellationToken));

        /// <summary>
        /// "Test connection": resolves, connects, passes the proxy and makes TLS, without one byte of HTTP. The credentials
        /// are not tested.
        /// </summary>
        /// <returns>That the service can be reached.</returns>
        /// <exception cref="PaywallNotSentException">It cannot; the stage and the reason are in the result.</exception>
        ResendOtpResult Check();
    }
}
