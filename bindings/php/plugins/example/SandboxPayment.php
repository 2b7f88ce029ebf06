<?php

declare(strict_types=1);

namespace Paywall\Example;

use Paywall\Shop\Order;
use Paywall\Shop\Payment;
use RuntimeException;

// Nothing happens if the web asks for this file by name. Begin yours like this too: an error would show where it is.
interface_exists(Payment::class) || exit;

/**
 * An example of your payment code. It speaks to the sandbox in place of Paywall's calls that begin and verify a payment: a
 * payment begins with an operation of the sandbox, and every code of six digits is correct, except 000000.
 *
 * Yours calls POST …/masterpass/payment/init in begin(), and …/masterpass/otp/verify in verify().
 */
final class SandboxPayment implements Payment
{
    private string $sandbox;

    /** @param string $sandbox the address that the sandbox prints: http://127.0.0.1:8080 */
    public function __construct(string $sandbox)
    {
        $this->sandbox = $sandbox;
    }

    public function begin(Order $order): array
    {
        $context = stream_context_create(['http' => [
            'method' => 'POST',
            'header' => 'Content-Type: application/json',
            'content' => '{"cooldown_ms":0}',
            'timeout' => 10,
        ]]);
        $answer = file_get_contents("{$this->sandbox}/__sandbox/operation", false, $context);
        $operation = json_decode((string) $answer, true);
        if (!isset($operation['otp_token'], $operation['session_id'])) {
            throw new RuntimeException("no operation for order {$order->id} came from the sandbox");
        }
        return [$operation['otp_token'], $operation['session_id']];
    }

    public function verify(Order $order, string $token, string $session, string $code): string
    {
        if ($code === '999999') {
            // Your call got no answer: say so, and do not guess.
            throw new RuntimeException("no answer to the code of order {$order->id}");
        }
        if ($code === '111111') {
            return self::DECLINED;
        }
        return preg_match('/^[0-9]{6}$/D', $code) === 1 && $code !== '000000' ? self::PAID : self::WRONG_CODE;
    }
}
