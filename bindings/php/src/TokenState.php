<?php

declare(strict_types=1);

namespace Paywall;

/**
 * What is known about the token in a result. The set is open.
 */
final class TokenState
{
    /** The answer brought this token: it supersedes the one you sent. */
    public const FRESH = 'new';
    /** It is your token, still the best. */
    public const KEPT = 'kept';
    /** It is your token, perhaps superseded. */
    public const IN_DOUBT = 'in_doubt';
}
