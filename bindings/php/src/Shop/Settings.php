<?php

declare(strict_types=1);

namespace Paywall\Shop;

/**
 * What a shop's settings page may show and store.
 */
final class Settings
{
    /** The value for the page: a proxy without its password. */
    public static function shown(string $name, string $value): string
    {
        return $name === 'proxy' ? (string) \preg_replace('~^(http://)?([^:@]*):.*@~is', '$1$2:***@', $value) : $value;
    }

    /** The value to store, if this was posted: what is shown of the stored one stands for it. */
    public static function kept(string $name, string $posted, string $stored): string
    {
        return $posted === self::shown($name, $stored) ? $stored : $posted;
    }

    /** Whether PHP may start it: who may edit the settings of a shop must not be able to start any program of the server. */
    public static function isCommand(string $path): bool
    {
        return \preg_match('~(^|[/\\\\])paywall(\\.exe)?$~D', $path) === 1;
    }
}
