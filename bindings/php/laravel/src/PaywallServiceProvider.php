<?php

declare(strict_types=1);

namespace Paywall\Laravel;

use Illuminate\Contracts\Foundation\Application;
use Illuminate\Support\ServiceProvider;
use Paywall\Client;

/**
 * Laravel finds it by itself. It binds Paywall\Client, made from config/paywall.php: ask for it where you use it, within a
 * try, because an option may be wrong.
 */
final class PaywallServiceProvider extends ServiceProvider
{
    private const OPTIONS = [
        'environment', 'base_url', 'api_key', 'api_client', 'timeout_ms', 'proxy', 'ca_file', 'command',
    ];

    public function register(): void
    {
        $this->mergeConfigFrom(__DIR__ . '/../config/paywall.php', 'paywall');
        $this->app->bind(Client::class, static function (Application $app): Client {
            $options = ['logger' => $app->make('log'), 'locale' => strncmp($app->getLocale(), 'tr', 2) === 0 ? 'tr' : 'en'];
            foreach (self::OPTIONS as $name) {
                $value = $app->make('config')->get("paywall.$name");
                if ($value !== null && $value !== '') {
                    $options[$name] = $value;
                }
            }
            return new Client($options);
        });
        $this->app->bind(PendingPayments::class, static function (Application $app): PendingPayments {
            $config = $app->make('config');
            $cache = $app->make('cache')->store($config->get('paywall.cache'));
            return new PendingPayments($cache, $app->make('session.store'));
        });
    }

    public function boot(): void
    {
        $this->publishes([__DIR__ . '/../config/paywall.php' => $this->app->configPath('paywall.php')], 'paywall-config');
    }
}
