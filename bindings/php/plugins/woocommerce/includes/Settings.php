<?php

declare(strict_types=1);

namespace Paywall\WooCommerce;

defined('ABSPATH') || exit;

use Paywall\Client;
use Paywall\Exception\PaywallException;
use Paywall\Internal\Text;
use Paywall\Shop\Settings as Stored;

/**
 * The options of the client: a constant in wp-config.php (PAYWALL_API_KEY) wins over the settings page.
 *
 * The two keys and the proxy, which may have a password, are not among the gateway's settings, because WooCommerce's REST
 * API hands those out.
 */
final class Settings
{
    public const GATEWAY = 'woocommerce_paywall_settings';
    public const SECRETS = 'paywall_otp_secrets';
    public const TABLES = 'paywall_otp_tables';
    public const OPTIONS = [self::GATEWAY, self::SECRETS, self::TABLES];
    private const NAMES_OF_SECRETS = ['api_key', 'api_client', 'proxy'];

    private const NAMES = ['environment', 'base_url', 'api_key', 'api_client', 'proxy', 'ca_file', 'command', 'timeout_ms'];

    /** Whether wp-config.php sets the option. */
    public static function isFixed(string $name): bool
    {
        return defined('PAYWALL_' . Text::upper($name));
    }

    public static function get(string $name): string
    {
        if (self::isFixed($name)) {
            return (string) constant('PAYWALL_' . Text::upper($name));
        }
        $stored = get_option(in_array($name, self::NAMES_OF_SECRETS, true) ? self::SECRETS : self::GATEWAY);
        $value = is_array($stored) && is_string($stored[$name] ?? null) ? trim($stored[$name]) : '';
        return $name === 'command' && !Stored::isCommand($value) ? '' : $value;
    }

    public static function keepSecret(string $name, string $value): void
    {
        $stored = get_option(self::SECRETS);
        $stored = is_array($stored) ? $stored : [];
        $stored[$name] = $value;
        update_option(self::SECRETS, $stored, false);
    }

    /** @throws PaywallException if an option is wrong, or neither library nor command is available */
    public static function client(string $language): Client
    {
        $options = ['app' => 'WooCommerce/' . WC()->version, 'locale' => strncmp($language, 'tr', 2) === 0 ? 'tr' : 'en'];
        foreach (self::NAMES as $name) {
            if (self::get($name) !== '') {
                $options[$name] = self::get($name);
            }
        }
        return Client::fromEnv($options);
    }

    /** Why this server cannot make any call, or null. */
    public static function obstacle(): ?string
    {
        return Stored::obstacle(self::get('command'));
    }
}
