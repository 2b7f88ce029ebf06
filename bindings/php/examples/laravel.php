<?php

declare(strict_types=1);

namespace App\Http\Controllers;

use Illuminate\Contracts\Cache\LockProvider;
use Illuminate\Contracts\Cache\Repository;
use Illuminate\Http\JsonResponse;
use Illuminate\Http\Request;
use Paywall\Action;
use Paywall\Client;
use Paywall\Exception\PaywallException;
use Paywall\ResendResult;
use Psr\Log\LoggerInterface;

/**
 * The button "send the code again" of a page that asks for a one-time password.
 *
 *   // app/Providers/AppServiceProvider.php, register():
 *   $this->app->bind(\Paywall\Client::class, fn ($app) => new \Paywall\Client([
 *       'environment' => config('services.paywall.environment'),
 *       'api_key' => config('services.paywall.api_key'),
 *       'api_client' => config('services.paywall.api_client'),
 *       'logger' => $app['log'],
 *   ]));
 *   $this->app->bind(\Illuminate\Contracts\Cache\LockProvider::class, fn ($app) => $app['cache.store']->getStore());
 *
 *   // routes/web.php: a POST, with the middleware `web` for its CSRF token
 *   Route::post('/checkout/otp/resend', \App\Http\Controllers\ResendOtpController::class)->middleware('throttle:6,1');
 *
 * What is stored where: the visitor's session holds only the payment's id. Token and Masterpass session are in the cache
 * under that id, or in a table, encrypted. They are not in the visitor's session, because each of two clicks at once has a
 * copy of it, and the one that ends last would write the older token back. Use a cache that all servers share: redis,
 * database, memcached.
 *
 * In the page: disable the button on click, and keep it disabled for the `wait` seconds of the answer.
 */
final class ResendOtpController
{
    /** Longer than the client's timeout_ms, so that the lock outlives the call. */
    private const LOCK_SECONDS = 30;
    private const KEPT_SECONDS = 3600;

    private Client $client;
    private Repository $cache;
    private LockProvider $locks;
    private LoggerInterface $log;

    public function __construct(Client $client, Repository $cache, LockProvider $locks, LoggerInterface $log)
    {
        $this->client = $client;
        $this->cache = $cache;
        $this->locks = $locks;
        $this->log = $log;
    }

    public function __invoke(Request $request): JsonResponse
    {
        $payment = (string) $request->session()->get('paywall_payment');
        $lock = $this->locks->lock("paywall-lock:$payment", self::LOCK_SECONDS);
        if (!$lock->get()) {
            // This is the second of two clicks. The first one's call is under way, and one message is enough.
            return $this->show('code', 'The code is being sent.');
        }
        // If the shopper closes the window now, a new token must not be lost.
        ignore_user_abort(true);
        try {
            return $this->resend($payment);
        } finally {
            $lock->release();
        }
    }

    private function resend(string $payment): JsonResponse
    {
        // Read this inside the lock: it is the newest token.
        $stored = $this->cache->get("paywall:$payment");
        if (!isset($stored['token'], $stored['session'])) {
            return $this->show('restart', 'Your payment is finished, or its time is over.');
        }
        try {
            $result = $this->client->resendOtp($stored['token'], $stored['session']);
            $action = $result->action;
        } catch (PaywallException $exception) {
            $result = $exception->getResult();
            $action = $exception->getAction();
        }
        // Do this on failures too: the service may have renewed the session.
        if ($result !== null && $result->otpToken !== null) {
            $next = ['token' => $result->otpToken, 'session' => $result->sessionId];
            $this->cache->put("paywall:$payment", $next, self::KEPT_SECONDS);
        }
        return $this->answer($action, $result);
    }

    private function answer(string $action, ?ResendResult $result): JsonResponse
    {
        $theirs = $result === null ? null : $result->customerMessage;
        switch ($action) {
            case Action::VERIFY_OTP:
                return $this->show('code', 'The code was sent again.');
            case Action::AWAIT_CODE:
                // Your code must not call again; the shopper may press again.
                return $this->show('code', 'The code may be on its way. If it does not come, press again.', 30);
            case Action::WAIT:
                $pause = $result->error->retryAfterMs;
                $seconds = $pause === null ? 60 : (int) ceil($pause / 1000);
                return $this->show('code', $theirs ?? 'Please wait a moment.', $seconds);
            case Action::RETRY:
                return $this->show('code', 'The code could not be sent. Please press again.');
            case Action::REDIRECT_3D:
                return $this->show('bank', 'Continue at your bank.', 0, $result->url3d);
            case Action::CHECK_OPERATION:
                // This was the newest token, so the payment was finished or begun elsewhere.
            case Action::RESTART:
                return $this->show('restart', $theirs ?? 'The time is over. Please begin the payment again.');
            case Action::FIX_ACCOUNT:
                return $this->show('other', $theirs ?? 'Please look at your Masterpass account, or pay another way.');
            default:
                // Set-up, arguments, unknown words: the shopper cannot repair these.
                $this->log->critical("paywall: $action" . ($result === null ? '' : ": {$result->message}"));
                return $this->show('other', 'The code cannot be sent at the moment. Please pay another way.');
        }
    }

    /** What the page shows: `code` the code box, `bank` the address, `restart` the cart, `other` the other ways to pay. */
    private function show(string $what, string $text, int $wait = 0, ?string $url = null): JsonResponse
    {
        return new JsonResponse(['show' => $what, 'text' => $text, 'wait' => $wait, 'url' => $url]);
    }
}
