<?php

declare(strict_types=1);

namespace Paywall\Internal;

/**
 * What a text must be to cross into C unchanged.
 *
 * @internal
 */
final class Text
{
    /** C would take the text for ended there, and send what stands before. */
    public static function hasNul(
        #[\SensitiveParameter]
        string $text
    ): bool {
        return \strpos($text, "\0") !== false;
    }

    /** The rule that the text breaks, or null. */
    public static function problem(
        #[\SensitiveParameter]
        string $text
    ): ?string {
        if (self::hasNul($text)) {
            return 'must not contain NUL';
        }
        // PCRE is in every PHP, mbstring is not.
        return \preg_match('//u', $text) === 1 ? null : 'must be UTF-8';
    }
}
