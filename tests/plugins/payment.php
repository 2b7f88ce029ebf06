<?php

declare(strict_types=1);

// The payment code of the stand-ins: a payment begins with the token that the test names.

interface_exists(Paywall\Shop\Payment::class) || exit;
require_once __DIR__ . '/SandboxPayment.php';

return new class (new Paywall\Example\SandboxPayment('')) implements Paywall\Shop\Payment {
    private Paywall\Shop\Payment $example;

    public function __construct(Paywall\Shop\Payment $example)
    {
        $this->example = $example;
    }

    public function begin(Paywall\Shop\Order $order): array
    {
        if ($order->total !== '129.90' || $order->currency !== 'TRY') {
            throw new LogicException("the total is {$order->total} {$order->currency}");
        }
        return [(string) $_GET['begin'], '6489433e-f36b-1410-825e-001264113a90'];
    }

    public function verify(Paywall\Shop\Order $order, string $token, string $session, string $code): string
    {
        if ($code === '888888') {
            // As if PHP's time were over in the call.
            exit;
        }
        if ($code === '777777') {
            usleep(3000000);
            return self::DECLINED;
        }
        return $this->example->verify($order, $token, $session, $code);
    }
};
