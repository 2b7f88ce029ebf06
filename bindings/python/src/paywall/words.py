"""The words of an outcome: plain strings, with names.

A newer library may use words that are not listed here. They pass through unchanged: treat an unknown action like
`Action.CONTACT_SUPPORT`, and an unknown status like `Status.IN_DOUBT`.
"""

from typing import Final


class Status:
    """What is true after a call."""

    OK: Final = "ok"
    REJECTED: Final = "rejected"
    NOT_SENT: Final = "not_sent"
    IN_DOUBT: Final = "in_doubt"
    INVALID: Final = "invalid"
    INTERNAL: Final = "internal"


class Action:
    """What you do next."""

    VERIFY_OTP: Final = "verify_otp"
    AWAIT_CODE: Final = "await_code"
    WAIT: Final = "wait"
    CHECK_OPERATION: Final = "check_operation"
    RESTART: Final = "restart"
    REDIRECT_3D: Final = "redirect_3d"
    FIX_ACCOUNT: Final = "fix_account"
    FIX_CONFIGURATION: Final = "fix_configuration"
    FIX_REQUEST: Final = "fix_request"
    RETRY: Final = "retry"
    CONTACT_SUPPORT: Final = "contact_support"
    NONE: Final = "none"


class Kind:
    """Why a call did not end with `ok`."""

    TOKEN_INVALID: Final = "token_invalid"
    TOKEN_EXPIRED: Final = "token_expired"
    TOKEN_USED: Final = "token_used"
    COOLDOWN: Final = "cooldown"
    RESEND_LIMIT: Final = "resend_limit"
    OTP_UNSUPPORTED: Final = "otp_unsupported"
    ACCOUNT: Final = "account"
    AUTHENTICATION: Final = "authentication"
    FORBIDDEN: Final = "forbidden"
    VALIDATION: Final = "validation"
    UPSTREAM: Final = "upstream"
    THREE_D_SECURE: Final = "three_d_secure"
    DECLINED: Final = "declined"
    RATE_LIMITED: Final = "rate_limited"
    SERVER_ERROR: Final = "server_error"
    WRONG_ADDRESS: Final = "wrong_address"
    REDIRECT: Final = "redirect"
    HTTP: Final = "http"
    BAD_RESPONSE: Final = "bad_response"
    TIMEOUT: Final = "timeout"
    CONNECTION_LOST: Final = "connection_lost"
    DNS: Final = "dns"
    CONNECT: Final = "connect"
    PROXY: Final = "proxy"
    TLS: Final = "tls"
    CONFIG: Final = "config"
    ARGUMENT: Final = "argument"
    INTERNAL: Final = "internal"


class TokenState:
    """What is known of the token in `otp_token`."""

    NEW: Final = "new"
    KEPT: Final = "kept"
    IN_DOUBT: Final = "in_doubt"
