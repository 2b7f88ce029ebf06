<?php

declare(strict_types=1);

namespace Paywall\Shop;

/**
 * What your payment code learns of an order.
 */
final class Order
{
    public string $id;
    /** As the shop writes it, with a point: 129.90 */
    public string $total;
    /** ISO 4217: TRY */
    public string $currency;
    /** @var mixed the shop's own order: WC_Order, or the array of OpenCart's getOrder() */
    public $source;

    /** @param mixed $source */
    public function __construct(string $id, string $total, string $currency, $source)
    {
        $this->id = $id;
        $this->total = $total;
        $this->currency = $currency;
        $this->source = $source;
    }

    /** What the shopper pays: 129.90 TRY */
    public function amount(): string
    {
        return "{$this->total} {$this->currency}";
    }
}
