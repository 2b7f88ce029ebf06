<?php

declare(strict_types=1);

namespace Paywall\Shop;

use Paywall\Client;
use Paywall\Exception\LibraryException;
use Paywall\Exception\PaywallException;

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

    /** Why this server cannot make any call, with this command if there is one; null if it can. */
    public static function obstacle(string $command): ?string
    {
        try {
            new Client(['environment' => 'test', 'api_key' => 'none', 'api_client' => 'none']
                + ($command === '' ? [] : ['command' => $command]));
            return null;
        } catch (LibraryException $failure) {
            return $failure->getMessage();
        } catch (PaywallException $failure) {
            return null;
        }
    }

    /** Whether PHP may start it: who may edit the settings of a shop must not be able to start any program of the server. */
    public static function isCommand(string $path): bool
    {
        return \preg_match('~(^|[/\\\\])paywall(\\.exe)?$~D', $path) === 1;
    }
}
