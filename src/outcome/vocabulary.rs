//! The closed list of words that an outcome consists of. Later versions may add to it.

/// An enumeration whose members have a name in the result document.
macro_rules! vocabulary {
    ($(#[$about:meta])* $type:ident { $($(#[$doc:meta])* $member:ident => $name:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $type { $($(#[$doc])* $member,)+ }

        impl $type {
            /// All of them, for the description of the interface.
            #[cfg(test)]
            pub(crate) const ALL: &[Self] = &[$(Self::$member,)+];

            /// The word that stands for it in the result document.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$member => $name,)+ }
            }
        }
    };
}

vocabulary! {
    /// What is true after the call. The numbers are [`Status::number`]; they never change.
    Status {
        /// The service accepted: a code is on its way.
        Ok => "ok",
        /// The service answered, and refused.
        Rejected => "rejected",
        /// No byte of the request left. It is safe to call again.
        NotSent => "not_sent",
        /// The request may have arrived; no trustworthy answer came back. Never repeat it automatically.
        InDoubt => "in_doubt",
        /// A bad argument or configuration. Nothing was sent.
        Invalid => "invalid",
        /// The library caught a bug of its own. Nothing was sent.
        Internal => "internal",
    }
}

impl Status {
    /// The value of the C type `pw_status`.
    pub const fn number(self) -> i32 {
        match self {
            Status::Ok => 0,
            Status::Rejected => 1,
            Status::NotSent => 2,
            Status::InDoubt => 3,
            Status::Invalid => 4,
            Status::Internal => 5,
        }
    }
}

vocabulary! {
    /// What to do next.
    Action {
        /// Ask the shopper for the code, and verify it with this token and session.
        VerifyOtp => "verify_otp",
        /// In doubt: show the code box with this token. Only a person may press again.
        AwaitCode => "await_code",
        /// Try again later, after `retry_after_ms` if it is set.
        Wait => "wait",
        /// Look at your own state. If the operation is finished, stop; if you stored a newer token, use that; otherwise begin
        /// the operation again.
        CheckOperation => "check_operation",
        /// Begin the operation again.
        Restart => "restart",
        /// Continue with 3-D Secure.
        Redirect3d => "redirect_3d",
        /// The shopper's wallet account needs attention.
        FixAccount => "fix_account",
        /// Correct the configuration, or the merchant's set-up.
        FixConfiguration => "fix_configuration",
        /// Correct the arguments of the call.
        FixRequest => "fix_request",
        /// Nothing was sent. Call again.
        Retry => "retry",
        /// A refusal or failure that nobody documented.
        ContactSupport => "contact_support",
        /// Nothing to do.
        None => "none",
    }
}

vocabulary! {
    /// Why a call did not end with `ok`.
    Kind {
        /// The token is wrong, superseded or belongs to another request.
        TokenInvalid => "token_invalid",
        /// The token has expired.
        TokenExpired => "token_expired",
        /// The flow is finished, or a newer token exists.
        TokenUsed => "token_used",
        /// The previous code has not timed out yet.
        Cooldown => "cooldown",
        /// The limit of OTP requests is reached.
        ResendLimit => "resend_limit",
        /// The card's bank does not support OTP.
        OtpUnsupported => "otp_unsupported",
        /// The wallet account is unknown, blocked, removed or changed.
        Account => "account",
        /// The credentials, the merchant set-up or the IP address is wrong.
        Authentication => "authentication",
        /// The service, or something before it such as a firewall, does not allow this.
        Forbidden => "forbidden",
        /// The service says that the request is invalid.
        Validation => "validation",
        /// A system behind the service did not answer.
        Upstream => "upstream",
        /// The service asks for 3-D Secure.
        ThreeDSecure => "three_d_secure",
        /// A refusal that nobody documented.
        Declined => "declined",
        /// Too many requests.
        RateLimited => "rate_limited",
        /// HTTP 5xx.
        ServerError => "server_error",
        /// The service is not at this address.
        WrongAddress => "wrong_address",
        /// The service answered with a redirect. The library does not follow it.
        Redirect => "redirect",
        /// Another HTTP 4xx.
        Http => "http",
        /// The answer is not trustworthy.
        BadResponse => "bad_response",
        /// The deadline passed.
        Timeout => "timeout",
        /// The peer closed or reset the connection.
        ConnectionLost => "connection_lost",
        /// The name could not be resolved.
        Dns => "dns",
        /// No connection could be made.
        Connect => "connect",
        /// The proxy refused.
        Proxy => "proxy",
        /// TLS failed: a bad certificate, an alert, or a peer without TLS.
        Tls => "tls",
        /// A bad option.
        Config => "config",
        /// A bad argument.
        Argument => "argument",
        /// The library caught a bug of its own.
        Internal => "internal",
    }
}

impl Action {
    /// What to do next. `sent` says that the service sent a code, and not only that nothing is wrong.
    pub(crate) const fn next(status: Status, kind: Option<Kind>, sent: bool) -> Self {
        let Some(kind) = kind else {
            return if sent { Action::VerifyOtp } else { Action::None };
        };
        if matches!(status, Status::InDoubt) {
            return Action::AwaitCode;
        }
        match kind {
            Kind::Cooldown | Kind::ResendLimit | Kind::RateLimited => Action::Wait,
            Kind::TokenInvalid | Kind::TokenUsed => Action::CheckOperation,
            Kind::TokenExpired => Action::Restart,
            Kind::ThreeDSecure | Kind::OtpUnsupported => Action::Redirect3d,
            Kind::Account => Action::FixAccount,
            Kind::Authentication
            | Kind::Forbidden
            | Kind::WrongAddress
            | Kind::Redirect
            | Kind::Tls
            | Kind::Proxy
            | Kind::Config => Action::FixConfiguration,
            Kind::Validation | Kind::Argument | Kind::Http => Action::FixRequest,
            Kind::Dns | Kind::Connect | Kind::Timeout | Kind::ConnectionLost => Action::Retry,
            // The three in the second line always come with `in_doubt`, which is handled above.
            Kind::Declined | Kind::Internal => Action::ContactSupport,
            Kind::Upstream | Kind::ServerError | Kind::BadResponse => Action::ContactSupport,
        }
    }
}

vocabulary! {
    /// How far the call came.
    Stage {
        /// The arguments were read.
        Argument => "argument",
        /// The configuration was read.
        Config => "config",
        /// The name was being resolved.
        Resolve => "resolve",
        /// The connection was being made.
        Connect => "connect",
        /// The proxy was being asked.
        Proxy => "proxy",
        /// The TLS handshake.
        Tls => "tls",
        /// The request was being written.
        Send => "send",
        /// The answer was being read.
        Receive => "receive",
        /// The answer's body was being decompressed.
        Decode => "decode",
        /// A whole answer came.
        Service => "service",
    }
}

vocabulary! {
    /// What is known about the token in `otp_token`.
    TokenState {
        /// From the answer.
        New => "new",
        /// Yours, and still the one to use.
        Kept => "kept",
        /// Yours, but perhaps superseded.
        InDoubt => "in_doubt",
    }
}

vocabulary! {
    /// Which connection carried the call.
    Connection {
        /// A connection made for this call.
        New => "new",
        /// An idle connection from an earlier call.
        Reused => "reused",
    }
}
