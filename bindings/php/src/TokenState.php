<?php

declare(strict_types=1);

namespace Paywall;

/**
 * What is known of the token in a result. An open set.
 */
final class TokenState
{
    /** Adopted from the answer: the one that was sent is superseded. */
    public const FRESH = 'new';
    /** The caller's, still the best. */
    public const KEPT = 'kept';
    /** The caller's, perhaps superseded. */
    public const IN_DOUBT = 'in_doubt';
}
