<?php

declare(strict_types=1);

namespace Paywall\Internal;

/**
 * What a text must be so that C gets it unchanged.
 *
 * @internal
 */
final class Text
{
    private const LOWER = 'abcdefghijklmnopqrstuvwxyz';
    private const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

    /** C takes NUL for the end of the text, and would send only the part before it. */
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
        // Every PHP has PCRE, but not every PHP has mbstring.
        return \preg_match('//u', $text) === 1 ? null : 'must be UTF-8';
    }

    /** strtolower and strtoupper follow the locale before PHP 8.2: under tr_TR, `i` stays small. */
    public static function lower(string $ascii): string
    {
        return \strtr($ascii, self::UPPER, self::LOWER);
    }

    public static function upper(string $ascii): string
    {
        return \strtr($ascii, self::LOWER, self::UPPER);
    }
}
