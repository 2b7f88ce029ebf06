<?php

declare(strict_types=1);

namespace Paywall\Shop;

use LogicException;
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

    /** Asks your payment code to begin. Null: the page with this key asks for the code now. */
    public function begin(?Payment $payment, Order $order, string $key, string $address): ?Answer
    {
        if ($this->pressedTooOften('begin', $order->id, $address)) {
            return new Answer('other', 'too_many', 60, null, 429);
        }
        self::outlive();
        try {
            if ($payment === null) {
                throw new LogicException('there is no payment code');
            }
            $this->operations->open($order, $key, ...$payment->begin($order));
            return null;
        } catch (Throwable $failure) {
            ($this->log)('begin: ' . \get_class($failure) . ': ' . $failure->getMessage());
            return new Answer('other', 'unavailable');
        }
    }

    /** The shopper asks for the code again. */
    public function resend(string $order, string $key, string $address): Answer
    {
        $act = function (string $claim, string $token, string $session) use ($order): Answer {
            $this->operations->store($order, $claim, $token, $session, new Answer('code', 'maybe_sent', 30), false);
            try {
                $result = ($this->client)()->resendOtp($token, $session);
                $action = $result->action;
            } catch (PaywallException $exception) {
                $result = $exception->getResult();
                $action = $exception->getAction();
                ($this->log)("$action: {$exception->getMessage()}");
            }
            // Do this on failures too: the service may have renewed the session.
            if ($result !== null && $result->otpToken !== null) {
                [$token, $session] = [$result->otpToken, (string) $result->sessionId];
            }
            return $this->release($order, $claim, $token, $session, Answer::after($action, $result));
        };
        return $this->within('resend', $order, $key, $address, $act);
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
        $act = function (
            string $claim,
            string $token,
            string $session,
            string $amount
        ) use (
            $payment,
            $order,
            $code,
            $paid,
            $unknown
        ): Answer {
            if ($amount !== $order->amount()) {
                // The operation is for less or more than the order is now.
                return $this->release($order->id, $claim, '', '', new Answer('restart', 'begin_again'));
            }
            // If this request dies in the call, nobody may take the money a second time.
            $this->operations->store($order->id, $claim, '', '', new Answer('done', 'unknown'), false);
            try {
                $verdict = $payment->verify($order, $token, $session, \trim($code));
            } catch (Throwable $failure) {
                ($this->log)('verify: ' . \get_class($failure) . ': ' . $failure->getMessage());
                $verdict = '';
            }
            if ($verdict === Payment::WRONG_CODE) {
                return $this->release($order->id, $claim, $token, $session, new Answer('code', 'wrong_code'));
            }
            if ($verdict === Payment::DECLINED) {
                return $this->release($order->id, $claim, '', '', new Answer('other', 'declined'));
            }
            $answer = new Answer('done', $verdict === Payment::PAID ? 'paid' : 'unknown');
            $this->operations->close($order->id, $answer);
            ($verdict === Payment::PAID ? $paid : $unknown)();
            return $answer;
        };
        return $this->within('verify', $order->id, $key, $address, $act);
    }

    private function within(string $what, string $order, string $key, string $address, callable $act): Answer
    {
        $operations = $this->operations;
        if (!$operations->knows($order, $key)) {
            return new Answer('reload', 'not_yours', 0, null, 403);
        }
        if ($this->pressedTooOften($what, $order, $address)) {
            return new Answer('code', 'too_many', 60, null, 429);
        }
        $claim = $operations->claim($order);
        if ($claim === null) {
            // This is the second of two clicks. The first one's call is under way, and one message is enough.
            return new Answer('code', 'sending', 5);
        }
        self::outlive();
        // Read it after the claim: it is the newest token.
        $tokens = $operations->tokens($order);
        if ($tokens === null) {
            $operations->free($order, $claim);
            return new Answer('done', 'finished');
        }
        try {
            return $act($claim, ...$tokens);
        } catch (Throwable $failure) {
            // The shop's own code, or the database.
            $operations->free($order, $claim);
            throw $failure;
        }
    }

    private function pressedTooOften(string $what, string $order, string $address): bool
    {
        return $this->operations->tooMany("$what order $order", $this->perOrder)
            || $this->operations->tooMany("$what address $address", $this->perAddress);
    }

    /** If the shopper closes the window now, or PHP's time is over, an outcome must not be lost. Some hosts disable these. */
    public static function outlive(): void
    {
        \function_exists('ignore_user_abort') && \ignore_user_abort(true);
        // A worker that serves many requests has no limit, and gets none.
        if (\function_exists('set_time_limit') && (int) \ini_get('max_execution_time') > 0) {
            @\set_time_limit(Operations::CLAIM_SECONDS);
        }
    }

    private function release(
        string $order,
        string $claim,
        #[\SensitiveParameter]
        string $token,
        #[\SensitiveParameter]
        string $session,
        Answer $answer
    ): Answer {
        for ($attempt = 1;; $attempt++) {
            try {
                return $this->operations->store($order, $claim, $token, $session, $answer, true)
                    || $this->operations->tokens($order) === null ? $answer : new Answer('code', 'newer');
            } catch (Throwable $failure) {
                // A cluster may refuse a statement that would succeed a moment later.
                if ($attempt === 3) {
                    ($this->log)("the outcome for order $order was not stored: {$failure->getMessage()}");
                    throw $failure;
                }
                \function_exists('usleep') && \usleep(100000);
            }
        }
    }
}
