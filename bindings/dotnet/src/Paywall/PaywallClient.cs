using System;
using System.Diagnostics;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using Paywall.Interop;

namespace Paywall
{
    /// <summary>
    /// A client of the service. Any number of threads may use one at the same time. It is cheap; keep one for the process.
    /// Clients with equal address, proxy, trust and credentials share their connections.
    /// </summary>
    [DebuggerDisplay("PaywallClient")]
    public sealed class PaywallClient : IPaywallClient
    {
        [DebuggerBrowsable(DebuggerBrowsableState.Never)]
        private readonly ContextHandle context;

        /// <summary>Makes a client. It resolves and connects nothing yet.</summary>
        /// <param name="options">Copied: later changes do not affect the client.</param>
        /// <exception cref="ArgumentException">A bad or missing option; its <c>ParamName</c> names it.</exception>
        /// <exception cref="PaywallLibraryException">libpaywall could not be loaded.</exception>
        public PaywallClient(PaywallOptions options)
        {
            if (options == null)
                throw new ArgumentNullException("options");
            context = Call.Open(Library.Get(), options);
        }

        /// <summary>
        /// Makes a client from the environment: <c>PAYWALL_</c> and the upper-case name of each option. An empty variable
        /// counts as unset.
        /// </summary>
        /// <returns>The client.</returns>
        public static PaywallClient FromEnvironment()
        {
            return new PaywallClient(PaywallOptions.FromEnvironment());
        }

        /// <inheritdoc/>
        public ResendOtpResult ResendOtp(string token, string session)
        {
            return Call.Resend(context, token, session);
        }

        /// <inheritdoc/>
        public ResendOtpResult ResendOtp(string token, Guid session)
        {
            return ResendOtp(token, session.ToString("D", CultureInfo.InvariantCulture));
        }

        /// <inheritdoc/>
        public Task<ResendOtpResult> ResendOtpAsync(
            string token, string session, CancellationToken cancellationToken = default(CancellationToken))
        {
            // The task gets it, and the work inside does not: the scheduler honours it only until the work has begun.
            return Task.Run(() => ResendOtp(token, session), cancellationToken);
        }

        /// <inheritdoc/>
        public Task<ResendOtpResult> ResendOtpAsync(
            string token, Guid session, CancellationToken cancellationToken = default(CancellationToken))
        {
            return ResendOtpAsync(token, session.ToString("D", CultureInfo.InvariantCulture), cancellationToken);
        }

        /// <inheritdoc/>
        public ResendOtpResult Check()
        {
            return Call.Check(context);
        }

        /// <summary>Frees the client. Running calls go on; later ones throw <see cref="ObjectDisposedException"/>.</summary>
        public void Dispose()
        {
            context.Dispose();
        }

        /// <summary>Only the name of the class: a client shows nothing else.</summary>
        /// <returns>A text without secrets.</returns>
        public override string ToString()
        {
            return "PaywallClient";
        }
    }
}
