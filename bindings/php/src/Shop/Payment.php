<?php

declare(strict_types=1);

namespace Paywall\Shop;

/**
 * What only your own payment code can do, because it needs Paywall's other calls. The plug-ins for WooCommerce and OpenCart
 * do the rest: the page that asks for the code, its button, and what is stored.
 */
interface Payment
{
    /** The money was taken. */
    public const PAID = 'paid';
    /** The code was not correct: the shopper may enter another. */
    public const WRONG_CODE = 'wrong_code';
    /** The payment failed for good. */
    public const DECLINED = 'declined';

    /**
     * Begins the payment of an order. Afterwards the shopper has a code.
     *
     * If it throws, the payment was not begun: the shopper is asked to pay another way.
     *
     * @return array{0: string, 1: string} the OTP token and the Masterpass session
     */
    public function begin(Order $order): array;

    /**
     * Verifies the code, which takes the money.
     *
     * If it throws, nobody knows whether the money was taken: the order waits for you, and the shopper is told so.
     *
     * @return string one of the constants
     */
    public function verify(Order $order, string $token, string $session, string $code): string;
}
