<?php

declare(strict_types=1);

namespace Paywall;

/**
 * What you do next. The set is open: treat a word that is not here like CONTACT_SUPPORT.
 */
final class Action
{
    /** Ask for the code; verify it with the token and the session of the result. */
    public const VERIFY_OTP = 'verify_otp';
    /** In doubt: show the code box with this token. A person may press again, software may not. */
    public const AWAIT_CODE = 'await_code';
    /** Try later, not before `error->retryAfterMs` if it is set. */
    public const WAIT = 'wait';
    /** Look at your own state: it is finished, or it has a newer token, or the operation must begin again. */
    public const CHECK_OPERATION = 'check_operation';
    /** The operation must begin again. */
    public const RESTART = 'restart';
    /** Continue with 3-D Secure. */
    public const REDIRECT_3D = 'redirect_3d';
    /** The shopper's wallet account needs attention. */
    public const FIX_ACCOUNT = 'fix_account';
    /** The merchant's set-up is wrong. */
    public const FIX_CONFIGURATION = 'fix_configuration';
    /** Your arguments are wrong. */
    public const FIX_REQUEST = 'fix_request';
    /** Nothing was sent: call again. */
    public const RETRY = 'retry';
    /** The refusal or failure is not documented: ask Paywall. */
    public const CONTACT_SUPPORT = 'contact_support';
    /** Nothing to do: a check that succeeded. */
    public const NONE = 'none';
}
