namespace Paywall
{
    /// <summary>
    /// What is true after a call. A newer library may have more: treat an unknown one like <see cref="InDoubt"/>.
    /// </summary>
    public static class PaywallStatuses
    {
        /// <summary>The service accepted: a code is on its way.</summary>
        public const string Ok = "ok";
        /// <summary>The service answered and refused.</summary>
        public const string Rejected = "rejected";
        /// <summary>No byte of the request left: calling again is safe.</summary>
        public const string NotSent = "not_sent";
        /// <summary>The request may have arrived; no trustworthy answer came back.</summary>
        public const string InDoubt = "in_doubt";
        /// <summary>A bad argument or option; nothing was sent.</summary>
        public const string Invalid = "invalid";
        /// <summary>The library caught a bug of its own; nothing was sent.</summary>
        public const string Internal = "internal";
    }

    /// <summary>
    /// What you do next. A newer library may have more: treat an unknown one like <see cref="ContactSupport"/>.
    /// </summary>
    public static class PaywallActions
    {
        /// <summary>Ask for the code; verify it with this token and session.</summary>
        public const string VerifyOtp = "verify_otp";
        /// <summary>Show the code box with this token; only a person may press again.</summary>
        public const string AwaitCode = "await_code";
        /// <summary>Try later, not before <see cref="PaywallErrorInfo.RetryAfterMs"/> if it is set.</summary>
        public const string Wait = "wait";
        /// <summary>
        /// Look at your own state. Finished: stop. A newer token stored: use it. Otherwise begin the operation again.
        /// </summary>
        public const string CheckOperation = "check_operation";
        /// <summary>Begin the operation again.</summary>
        public const string Restart = "restart";
        /// <summary>Continue with 3-D Secure.</summary>
        public const string Redirect3D = "redirect_3d";
        /// <summary>The shopper's wallet account needs attention.</summary>
        public const string FixAccount = "fix_account";
        /// <summary>Fix your set-up: credentials, address, proxy, certificates.</summary>
        public const string FixConfiguration = "fix_configuration";
        /// <summary>Fix your arguments.</summary>
        public const string FixRequest = "fix_request";
        /// <summary>Nothing was sent: call again.</summary>
        public const string Retry = "retry";
        /// <summary>A refusal or failure that is not documented: ask Paywall.</summary>
        public const string ContactSupport = "contact_support";
        /// <summary>Nothing to do: a check succeeded.</summary>
        public const string None = "none";
    }

    /// <summary>Why a call did not end with <c>ok</c>. A newer library may have more.</summary>
    public static class PaywallKinds
    {
        /// <summary>The token is wrong, or was replaced.</summary>
        public const string TokenInvalid = "token_invalid";
        /// <summary>The token is too old.</summary>
        public const string TokenExpired = "token_expired";
        /// <summary>The token was already used.</summary>
        public const string TokenUsed = "token_used";
        /// <summary>Too soon after the last code.</summary>
        public const string Cooldown = "cooldown";
        /// <summary>No more codes for this operation.</summary>
        public const string ResendLimit = "resend_limit";
        /// <summary>The card's bank does not use such codes.</summary>
        public const string OtpUnsupported = "otp_unsupported";
        /// <summary>The shopper's wallet account has a problem.</summary>
        public const string Account = "account";
        /// <summary>The service refused the credentials.</summary>
        public const string Authentication = "authentication";
        /// <summary>The merchant may not do this.</summary>
        public const string Forbidden = "forbidden";
        /// <summary>The service found the request invalid.</summary>
        public const string Validation = "validation";
        /// <summary>A system behind the service failed.</summary>
        public const string Upstream = "upstream";
        /// <summary>The service asks for 3-D Secure.</summary>
        public const string ThreeDSecure = "three_d_secure";
        /// <summary>The service refused, for a reason that is not documented.</summary>
        public const string Declined = "declined";
        /// <summary>Too many requests.</summary>
        public const string RateLimited = "rate_limited";
        /// <summary>An HTTP status of 500 or more.</summary>
        public const string ServerError = "server_error";
        /// <summary>Nothing at this address resends codes.</summary>
        public const string WrongAddress = "wrong_address";
        /// <summary>The address answers with a redirect.</summary>
        public const string Redirect = "redirect";
        /// <summary>Another HTTP status of 400 or more.</summary>
        public const string Http = "http";
        /// <summary>The answer could not be understood.</summary>
        public const string BadResponse = "bad_response";
        /// <summary>The deadline passed.</summary>
        public const string Timeout = "timeout";
        /// <summary>The connection broke.</summary>
        public const string ConnectionLost = "connection_lost";
        /// <summary>The name could not be resolved.</summary>
        public const string Dns = "dns";
        /// <summary>No connection could be made.</summary>
        public const string Connect = "connect";
        /// <summary>The proxy refused.</summary>
        public const string Proxy = "proxy";
        /// <summary>TLS failed, mostly because of the certificate.</summary>
        public const string Tls = "tls";
        /// <summary>A bad option.</summary>
        public const string Config = "config";
        /// <summary>A bad argument.</summary>
        public const string Argument = "argument";
        /// <summary>A bug of the library.</summary>
        public const string Internal = "internal";
    }

    /// <summary>What is known about the token in <see cref="ResendOtpResult.OtpToken"/>.</summary>
    public static class PaywallTokenStates
    {
        /// <summary>The answer brought it.</summary>
        public const string New = "new";
        /// <summary>Your own; still the best.</summary>
        public const string Kept = "kept";
        /// <summary>Your own; the service may have replaced it.</summary>
        public const string InDoubt = "in_doubt";
    }
}
