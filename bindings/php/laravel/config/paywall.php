<?php

// php artisan vendor:publish --tag=paywall-config copies this file to config/paywall.php. What is null or empty is not set.

// Nothing happens if the web asks for this file by name.
if (!function_exists('env')) {
    return [];
}

return [
    // test, production or production-tr
    'environment' => env('PAYWALL_ENVIRONMENT'),
    // Wins over the environment, if Paywall gave you another address.
    'base_url' => env('PAYWALL_BASE_URL'),
    'api_key' => env('PAYWALL_API_KEY'),
    'api_client' => env('PAYWALL_API_CLIENT'),
    'timeout_ms' => env('PAYWALL_TIMEOUT_MS'),
    'proxy' => env('PAYWALL_PROXY'),
    'ca_file' => env('PAYWALL_CA_FILE'),
    // The path of the program paywall, if PHP has no FFI.
    'command' => env('PAYWALL_COMMAND'),

    // A store of config/cache.php that all processes and servers share: database, redis, memcached, dynamodb; file on one
    // server. Null: the default store.
    'cache' => env('PAYWALL_CACHE'),
    // Presses a minute for one payment, and from one address.
    'per_payment' => 5,
    'per_address' => 30,
];
