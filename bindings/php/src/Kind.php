<?php

declare(strict_types=1);

namespace Paywall;

/**
 * Why a call did not end with ok. The set is open: decide by the action, log the kind.
 */
final class Kind
{
    public const TOKEN_INVALID = 'token_invalid';
    public const TOKEN_EXPIRED = 'token_expired';
    public const TOKEN_USED = 'token_used';
    public const COOLDOWN = 'cooldown';
    public const RESEND_LIMIT = 'resend_limit';
    public const OTP_UNSUPPORTED = 'otp_unsupported';
    public const ACCOUNT = 'account';
    public const AUTHENTICATION = 'authentication';
    public const FORBIDDEN = 'forbidden';
    public const VALIDATION = 'validation';
    public const UPSTREAM = 'upstream';
    public const THREE_D_SECURE = 'three_d_secure';
    public const DECLINED = 'declined';
    public const RATE_LIMITED = 'rate_limited';
    public const SERVER_ERROR = 'server_error';
    public const WRONG_ADDRESS = 'wrong_address';
    public const REDIRECT = 'redirect';
    public const HTTP = 'http';
    public const BAD_RESPONSE = 'bad_response';
    public const TIMEOUT = 'timeout';
    public const CONNECTION_LOST = 'connection_lost';
    public const DNS = 'dns';
    public const CONNECT = 'connect';
    public const PROXY = 'proxy';
    public const TLS = 'tls';
    public const CONFIG = 'config';
    public const ARGUMENT = 'argument';
    public const INTERNAL = 'internal';
}
