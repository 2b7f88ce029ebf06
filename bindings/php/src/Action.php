<?php

declare(strict_types=1);

namespace Paywall;

/**
 * What the caller does next. An open set: treat a word that is not here like CONTACT_SUPPORT.
 */
final class Action
{
    /** Ask for the code; verify it with the token and the session of the result. */
    public const VERIFY_OTP = 'verify_otp';
    /** In doubt: show the code box with this token. Only a person may press again. */
    public const AWAIT_CODE = 'await_code';
    /** Try later, not before `error->retryAfterMs` where it is known. */
    public const WAIT = 'wait';
    /** Look at your own state: finished, a newer token stored, or begin the operation again. */
    public const CHECK_OPERATION = 'check_operation';
    /** The operation must begin again. */
    public const RESTART = 'restart';
    /** Go on with 3-D Secure. */
    public const REDIRECT_3D = 'redirect_3d';
    /** The shopper's wallet account needs attention. */
    public const FIX_ACCOUNT = 'fix_account';
    /** The merchant's set-up. */
    public const FIX_CONFIGURATION = 'fix_configuration';
    /** The caller's arguments. */
    public const FIX_REQUEST = 'fix_request';
    /** Nothing was sent: call again. */
    public const RETRY = 'retry';
    /** A refusal or failure that nobody documented. */
    public const CONTACT_SUPPORT = 'contact_support';
    /** Nothing to do: a check that succeeded. */
    public const NONE = 'none';
}
