//! The closed list of words that an outcome is told in. A reader must expect more of them in later versions.

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

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
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
        /// No byte of the request left: calling again is safe.
        NotSent => "not_sent",
        /// The request may have arrived, and no answer that can be trusted came: never repeat it automatically.
        InDoubt => "in_doubt",
        /// A bad argument or configuration: nothing was sent.
        Invalid => "invalid",
        /// A bug of this library, caught: nothing was sent.
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
    /// What the caller does next.
    Action {
        /// Ask for the code; verify it with this token and session.
        VerifyOtp => "verify_otp",
        /// In doubt: show the code box with this token. Only a person may press again.
        AwaitCode => "await_code",
        /// Try later, not before `retry_after_ms` where it is known.
        Wait => "wait",
        /// Look at your own state: finished, a newer token stored, or begin the operation again.
        CheckOperation => "check_operation",
        /// The operation must begin again.
        Restart => "restart",
        /// Go on with 3-D Secure.
        Redirect3d => "redirect_3d",
        /// Something about the shopper's wallet account.
        FixAccount => "fix_account",
        /// The merchant's set-up.
        FixConfiguration => "fix_configuration",
        /// The caller's arguments.
        FixRequest => "fix_request",
        /// Nothing was sent: call again.
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
        /// The token's time is over.
        TokenExpired => "token_expired",
        /// The flow is finished, or a newer token exists.
        TokenUsed => "token_used",
        /// The previous code has not timed out yet.
        Cooldown => "cooldown",
        /// The limit of OTP requests is reached.
        ResendLimit => "resend_limit",
        /// The card's bank has no OTP.
        OtpUnsupported => "otp_unsupported",
        /// The wallet account is unknown, blocked, removed or changed.
        Account => "account",
        /// Credentials, merchant set-up or IP address.
        Authentication => "authentication",
        /// The credentials are known, but may not do this.
        Forbidden => "forbidden",
        /// The service found the request wrong.
        Validation => "validation",
        /// A system behind the service did not answer.
        Upstream => "upstream",
        /// The service wants 3-D Secure.
        ThreeDSecure => "three_d_secure",
        /// A refusal that nobody documented.
        Declined => "declined",
        /// Too many requests.
        RateLimited => "rate_limited",
        /// HTTP 5xx.
        ServerError => "server_error",
        /// The address is not that of the service.
        WrongAddress => "wrong_address",
        /// The service answered with a redirect, which is not followed.
        Redirect => "redirect",
        /// Another HTTP 4xx.
        Http => "http",
        /// An answer that cannot be trusted.
        BadResponse => "bad_response",
        /// The deadline passed.
        Timeout => "timeout",
        /// The connection was closed or reset.
        ConnectionLost => "connection_lost",
        /// The name could not be resolved.
        Dns => "dns",
        /// No connection could be made.
        Connect => "connect",
        /// The proxy refused.
        Proxy => "proxy",
        /// TLS failed: a certificate, an alert, a peer without TLS.
        Tls => "tls",
        /// A bad option.
        Config => "config",
        /// A bad argument.
        Argument => "argument",
        /// A bug of this library, caught.
        Internal => "internal",
    }
}

impl Action {
    /// What the caller does next. `sent` says that the service sent a code, and not only that nothing is wrong.
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
            // The four in the second line always come with `in_doubt`, which was answered above.
            Kind::Declined | Kind::Internal => Action::ContactSupport,
            Kind::Upstream | Kind::ServerError | Kind::BadResponse => Action::ContactSupport,
        }
    }
}

vocabulary! {
    /// How far the call had come.
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
    /// What is known of the token that stands in `otp_token`.
    TokenState {
        /// Adopted from the answer.
        New => "new",
        /// The caller's, still the best.
        Kept => "kept",
        /// The caller's, perhaps superseded.
        InDoubt => "in_doubt",
    }
}

vocabulary! {
    /// Which connection carried the call.
    Connection {
        /// One made for it.
        New => "new",
        /// One kept from an earlier call.
        Reused => "reused",
    }
}
