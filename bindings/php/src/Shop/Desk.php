<?php

declare(strict_types=1);

namespace Paywall\Shop;

use Paywall\Action;
use Paywall\Exception\PaywallException;
use Throwable;

/**
 * What the two buttons of the page do: send the code again, and verify a code.
 */
final class Desk
{
    private Operations $operations;
    /** @var callable */
    private $client;
    /** @var callable */
    private $log;
    private int $perOrder;
    private int $perAddress;

    /**
     * @param callable $client     makes the Paywall\Client: this may fail, and then the shopper is told
     * @param callable $log        gets one line for the shop's log
     * @param int      $perOrder   presses a minute for one order
     * @param int      $perAddress presses a minute from one address
     */
    public function __construct(Operations $operations, callable $client, callable $log, int $perOrder, int $perAddress)
    {
        $this->operations = $operations;
        $this->client = $client;
        $this->log = $log;
        $this->perOrder = $perOrder;
        $this->perAddress = $perAddress;
    }

    /** The shopper asks for the code again. */
    public function resend(string $order, string $key, string $address): Answer
    {
        return $this->within('resend', $order, $key, $address, function (string $token, string $session): array {
            try {
                $result = ($this->client)()->resendOtp($token, $session);
                $action = $result->action;
            } catch (PaywallException $exception) {
                $result = $exception->getResult();
                $action = $exception->getAction();
                ($this->log)("$action: {$exception->getMessage()}");
            }
            $next = $result !== null && $result->otpToken !== null ? [$result->otpToken, (string) $result->sessionId] : null;
            return [Answer::after($action, $result), $next];
        });
    }

    /** The shopper enters a code. `$paid` and `$unknown` tell the shop's order. */
    public function verify(
        Payment $payment,
        Order $order,
        string $key,
        string $code,
        string $address,
        callable $paid,
        callable $unknown
    ): Answer {
        $verify = function (string $token, string $session) use ($payment, $order, $code, $paid, $unknown): array {
            try {
                $verdict = $payment->verify($order, $token, $session, \trim($code));
            } catch (Throwable $failure) {
                ($this->log)('verify: ' . \get_class($failure) . ': ' . $failure->getMessage());
                $verdict = '';
            }
            if ($verdict === Payment::WRONG_CODE) {
                return [new Answer('code', 'wrong_code'), [$token, $session]];
            }
            // From here on the token is of no use to anybody.
            $this->operations->close($order->id);
            if ($verdict === Payment::PAID) {
                $paid();
                return [new Answer('done', 'paid'), null];
            }
            if ($verdict === Payment::DECLINED) {
                return [new Answer('other', 'declined'), null];
            }
            $unknown();
            return [new Answer('done', 'unknown'), null];
        };
        return $this->within('verify', $order->id, $key, $address, $verify);
    }

    private function within(string $what, string $order, string $key, string $address, callable $act): Answer
    {
        $operations = $this->operations;
        if (!$operations->knows($order, $key)) {
            return new Answer('reload', 'not_yours', 0, null, 403);
        }
        if (
            $operations->tooMany("$what order $order", $this->perOrder)
            || $operations->tooMany("$what address $address", $this->perAddress)
        ) {
            return new Answer('code', 'too_many', 60, null, 429);
        }
        $claim = $operations->claim($order);
        if ($claim === null) {
            // This is the second of two clicks. The first one's call is under way, and one message is enough.
            return new Answer('code', 'sending', 5);
        }
        // If the shopper closes the window now, a new token must not be lost. Some hosts disable the function.
        if (\function_exists('ignore_user_abort')) {
            \ignore_user_abort(true);
        }
        // Read it after the claim: it is the newest token.
        $tokens = $operations->tokens($order);
        if ($tokens === null) {
            $operations->close($order);
            return new Answer('done', 'finished');
        }
        try {
            [$answer, $next] = $act(...$tokens);
        } catch (Throwable $failure) {
            // The shop's own code, before or after a call.
            $operations->release($order, $claim, ...$tokens);
            throw $failure;
        }
        // Do this on failures too: the service may have renewed the session.
        $kept = $operations->release($order, $claim, ...($next ?? $tokens));
        if (!$kept && $operations->tokens($order) !== null) {
            return new Answer('code', 'newer');
        }
        $operations->remember($order, $answer);
        return $answer;
    }
}
