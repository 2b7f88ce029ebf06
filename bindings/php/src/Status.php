<?php

declare(strict_types=1);

namespace Paywall;

/**
 * What is true after a call. The set is open: treat a word that is not here like IN_DOUBT.
 */
final class Status
{
    /** The service accepted: a code is on its way. */
    public const OK = 'ok';
    /** The service answered and refused. */
    public const REJECTED = 'rejected';
    /** No byte of the request left: calling again is safe. */
    public const NOT_SENT = 'not_sent';
    /** The request may have arrived; no trustworthy answer came back. */
    public const IN_DOUBT = 'in_doubt';
    /** A bad argument or option: nothing was sent. */
    public const INVALID = 'invalid';
    /** The library caught a bug of its own: nothing was sent. */
    public const INTERNAL = 'internal';
}
