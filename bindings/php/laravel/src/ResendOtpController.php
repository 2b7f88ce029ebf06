<?php

declare(strict_types=1);

namespace Paywall\Laravel;

use Illuminate\Contracts\Container\Container;
use Illuminate\Http\JsonResponse;
use Illuminate\Http\RedirectResponse;
use Illuminate\Http\Request;
use Paywall\Client;
use Paywall\Exception\PaywallException;
use Paywall\Shop\Answer;
use Paywall\Shop\Desk;
use Paywall\Shop\Texts;
use Psr\Log\LoggerInterface;

/**
 * The button "send the code again" of your page that asks for a one-time password.
 *
 *   // routes/web.php: with the middleware `web`, for its session and its CSRF token
 *   Route::post('/checkout/otp/resend', Paywall\Laravel\ResendOtpController::class);
 *
 * A script gets JSON: `show` (`code` the code box; `bank`, `restart`, `other` a link), `text`, `wait` (seconds that the
 * button sleeps) and `url` of the bank. A form without a script goes back to its page, with the same under `paywall` in the
 * session.
 */
final class ResendOtpController
{
    private Container $container;
    private LoggerInterface $log;

    public function __construct(Container $container, LoggerInterface $log)
    {
        $this->container = $container;
        $this->log = $log;
    }

    /** @return JsonResponse|RedirectResponse */
    public function __invoke(Request $request)
    {
        $answer = $this->press($this->container->make(PendingPayments::class), (string) $request->ip());
        $shown = [
            'show' => $answer->show,
            'text' => Texts::say($answer->text, $this->container->make('translator')->getLocale()),
            'wait' => $answer->wait,
            'url' => $answer->url,
        ];
        return $request->expectsJson()
            ? new JsonResponse($shown, $answer->status)
            : $this->container->make('redirect')->back(303)->with('paywall', $shown);
    }

    private function press(PendingPayments $payments, string $address): Answer
    {
        $payment = $payments->id();
        if ($payment === null) {
            return new Answer('restart', 'finished');
        }
        $config = $this->container->make('config');
        if (
            $payments->tooMany("payment $payment", (int) $config->get('paywall.per_payment') ?: 5)
            || $payments->tooMany("address $address", (int) $config->get('paywall.per_address') ?: 30)
        ) {
            return new Answer('code', 'too_many', 60, null, 429);
        }
        $lock = $payments->lock($payment);
        if (!$lock->get()) {
            // This is the second of two clicks. The first one's call is under way, and one message is enough.
            return new Answer('code', 'sending', 5);
        }
        Desk::outlive();
        try {
            return $this->resend($payments, $payment);
        } finally {
            $lock->release();
        }
    }

    private function resend(PendingPayments $payments, string $payment): Answer
    {
        // Read this inside the lock: it is the newest token.
        $tokens = $payments->tokens($payment);
        if ($tokens === null) {
            return new Answer('restart', 'finished');
        }
        try {
            $result = $this->container->make(Client::class)->resendOtp(...$tokens);
            $action = $result->action;
        } catch (PaywallException $exception) {
            $result = $exception->getResult();
            $action = $exception->getAction();
            $this->log->warning("paywall: $action: {$exception->getMessage()}");
        }
        // Do this on failures too: the service may have renewed the session.
        if ($result !== null && $result->otpToken !== null) {
            $payments->keep($payment, $result->otpToken, (string) $result->sessionId);
        }
        $now = $payments->id();
        if ($now !== $payment) {
            return $now === null ? new Answer('restart', 'finished') : new Answer('code', 'newer');
        }
        return Answer::after($action, $result);
    }
}
