<?php

declare(strict_types=1);

// The recipe for Laravel, with Laravel's own requests, sessions, cache and locks.

require '/usr/share/php/Illuminate/Http/autoload.php';
require '/usr/share/php/Illuminate/Cache/autoload.php';
require __DIR__ . '/../../autoload.php';
require __DIR__ . '/../../examples/laravel.php';

use App\Http\Controllers\ResendOtpController;
use Illuminate\Cache\ArrayStore;
use Illuminate\Cache\Repository;
use Illuminate\Http\Request;
use Illuminate\Session\NullSessionHandler;
use Illuminate\Session\Store;

$store = new ArrayStore();
$cache = new Repository($store);
$logger = new Psr\Log\NullLogger();
$controller = new ResendOtpController(Paywall\Client::fromEnv(), $cache, $store, $logger);

return static function (?string $token, string $session, bool $twice) use ($cache, $store, $controller): array {
    $visitor = new Store('shop', new NullSessionHandler());
    $visitor->put('paywall_payment', '7');
    $request = Request::create('/checkout/otp/resend', 'POST');
    $request->setLaravelSession($visitor);
    $token === null ? $cache->forget('paywall:7') : $cache->put('paywall:7', ['token' => $token, 'session' => $session], 60);
    $other = $store->lock('paywall-lock:7', 30);
    $twice && $other->get();
    $answer = $controller($request)->getData(true);
    $twice && $other->release();
    if (!$other->get()) {
        throw new LogicException('the lock was not released');
    }
    $other->release();
    return [$answer, $cache->get('paywall:7')];
};
