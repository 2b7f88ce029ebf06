<?php

declare(strict_types=1);

namespace Paywall\Laravel;

use Illuminate\Contracts\Cache\Lock;
use Illuminate\Contracts\Cache\LockProvider;
use Illuminate\Contracts\Cache\Repository;
use Illuminate\Contracts\Session\Session;
use Illuminate\Cache\ArrayStore;
use Illuminate\Cache\NullStore;
use LogicException;

/**
 * Token and session of each payment that waits for a code. The visitor's session holds only a name for the visitor, which
 * stays the same; which payment is the visitor's, and its tokens, are in the cache.
 *
 * Each of two requests at once has a copy of the visitor's session, and the one that ends last would write an older payment
 * or token back.
 */
final class PendingPayments
{
    /** Longer than the longest call. */
    private const LOCK_SECONDS = 150;
    private const KEPT_SECONDS = 3600;
    private const NAME = 'paywall_visitor';

    private Repository $cache;
    private Session $visitor;

    public function __construct(Repository $cache, Session $visitor)
    {
        $store = $cache->getStore();
        if (!$store instanceof LockProvider || $store instanceof ArrayStore || $store instanceof NullStore) {
            throw new LogicException('paywall.cache names a store without locks between processes: see config/paywall.php');
        }
        $this->cache = $cache;
        $this->visitor = $visitor;
    }

    /** The operation that asked for a code: call this before you send the visitor to the page. */
    public function begin(
        #[\SensitiveParameter]
        string $token,
        #[\SensitiveParameter]
        string $session
    ): void {
        if (!$this->visitor->has(self::NAME)) {
            $this->visitor->put(self::NAME, bin2hex(random_bytes(16)));
        }
        $payment = bin2hex(random_bytes(16));
        $this->keep($payment, $token, $session);
        $this->cache->put($this->visitor(), $payment, self::KEPT_SECONDS);
    }

    /** The payment is over. */
    public function finish(): void
    {
        $this->cache->forget('paywall:' . $this->id());
        $this->cache->forget($this->visitor());
    }

    /** The visitor's payment, or null. */
    public function id(): ?string
    {
        return $this->visitor->has(self::NAME) ? $this->cache->get($this->visitor()) : null;
    }

    private function visitor(): string
    {
        return 'paywall-visitor:' . $this->visitor->get(self::NAME);
    }

    /** @return array{0: string, 1: string}|null token and session: verify the code with these */
    public function tokens(string $payment): ?array
    {
        return $this->cache->get("paywall:$payment");
    }

    public function keep(
        string $payment,
        #[\SensitiveParameter]
        string $token,
        #[\SensitiveParameter]
        string $session
    ): void {
        $this->cache->put("paywall:$payment", [$token, $session], self::KEPT_SECONDS);
    }

    public function lock(string $payment): Lock
    {
        return $this->cache->getStore()->lock("paywall-lock:$payment", self::LOCK_SECONDS);
    }

    /** Counts a press of somebody, and says whether there were more than $limit within a minute. */
    public function tooMany(string $who, int $limit): bool
    {
        $key = 'paywall-presses:' . sha1($who);
        $this->cache->add($key, 0, 60);
        return $this->cache->increment($key) > $limit;
    }
}
