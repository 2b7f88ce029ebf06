//! The codes of the service that are known, and what each means for a resend.

use crate::outcome::Kind;

/// What an `Exception.Code` means, if it is listed.
///
/// Names and meanings come from the constants of the vendor's SDKs; only `TOKEN_IS_NOT_VALID` stands in the
/// documentation of this endpoint.
pub(super) fn exception(code: &str) -> Option<Kind> {
    Some(match code {
        "TOKEN_IS_NOT_VALID" => Kind::TokenInvalid,
        _ if code.starts_with("INVALID_") && code.ends_with("_IN_TOKEN") => Kind::TokenInvalid,
        "TOKEN_HAS_EXPIRED" => Kind::TokenExpired,
        "TOKEN_ALREADY_USED" => Kind::TokenUsed,

        "ERROR_CALLED_OTP_SERVICE_ONE_MORE_TIME_BEFORE_TIMEOUT_EXPIRED" => Kind::Cooldown,
        "ERR_YOU_CAN_NOT_CALL_OTP_SERVICE_ONE_MORE_TIME" => Kind::ResendLimit,

        "BANK_DOES_NOT_SUPPORT_OTP" | "BANK_DOES_NOT_SUPPORT_OTP_VALIDATION" => Kind::OtpUnsupported,

        "ACCOUNT_NOT_FOUND"
        | "USER_NOT_FOUND"
        | "ACCOUNT_NOT_LINKED_TO_MERCHANT"
        | "ACCOUNT_IS_BLOCKED"
        | "ACCOUNT_IS_REMOVED"
        | "ACCOUNT_IS_REMOVED_DUE_TO_OTP_FAILED_FOR_ALL_CARDS"
        | "MSISDN_HAS_BEEN_CHANGED" => Kind::Account,

        "AUTHENTICATION_FAILED"
        | "AUTHENTICATION_METHOD_NOT_FOUND"
        | "CLIENT_IS_NOT_AUTHENTICATED"
        | "MERCHANT_NOT_FOUND"
        | "MERCHANT_DOES_NOT_HAVE_ACCESS"
        | "INVALID_IP_ADDRESS" => Kind::Authentication,

        "CONNECTION_ERROR"
        | "UNEXPECTED_ERROR"
        | "NOT_IMPLEMENTED_ERROR"
        | "SYSTEM_ERROR"
        | "INTERNAL_ERROR"
        | "GENERAL_BANK_ERROR"
        | "ISSUER_UNAVAILABLE"
        | "TRANSACTION_IN_PROGRESS" => Kind::Upstream,
        _ if code.ends_with("_CONNECTION_ERROR") || code.ends_with("_TIMEOUT_ERROR") => Kind::Upstream,

        "VALIDATION_FAILED" => Kind::Validation,
        _ if code.ends_with("_IS_REQUIRED")
            || code.ends_with("_IS_NOT_VALID")
            || code.ends_with("_MAX_LENGTH_EXCEEDED")
            || code.starts_with("SOURCE_CHANNEL_") =>
        {
            Kind::Validation
        }
        _ => return None,
    })
}

/// What an `ErrorCode` means, if it is listed. 1, "Unsuccessful", is not: it says nothing.
pub(super) fn error_code(code: i64) -> Option<Kind> {
    Some(match code {
        4 | 12 | 64 | 401 | 513 => Kind::Authentication,
        403 => Kind::Forbidden,
        2 | 400 => Kind::Validation,
        -1 | 5 | 40 | 500..=504 => Kind::Upstream,
        _ => return None,
    })
}

/// The name of an `ErrorCode`, from the constants of the vendor's .NET SDK. The vendor's list still grows.
pub(super) fn error_name(code: i64) -> Option<&'static str> {
    include_str!("error_codes.csv").lines().find_map(|line| {
        let (number, name) = line.split_once(',')?;
        (number.parse() == Ok(code)).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::error_name;

    #[test]
    fn error_codes_have_their_names() {
        assert_eq!(error_name(-1), Some("SystemMessage"));
        assert_eq!(error_name(64), Some("IntegrationCredentialNotFound"));
        assert_eq!(error_name(558), Some("PaymentCustomerNotFound"));
        assert_eq!(error_name(402), None);
    }
}
