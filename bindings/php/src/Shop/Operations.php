<?php

declare(strict_types=1);

namespace Paywall\Shop;

use Throwable;

/**
 * Token and session of each order that waits for a code, in a table of the shop's database.
 *
 * They are not in the visitor's session: each of two clicks at once has a copy of it, and the one that ends last would write
 * the older token back. They are not in the order either, because what is in an order goes out through a shop's REST API.
 *
 * A row is also the lock: only one request at a time claims it. That holds on several web servers, two shops on one database
 * server have two tables, and a claim whose request died ends by itself.
 */
final class Operations
{
    /** Longer than the longest call. */
    public const CLAIM_SECONDS = 150;
    private const KEPT_SECONDS = 86400;

    private Database $database;
    private string $table;
    private string $presses;

    public function __construct(Database $database, string $prefix)
    {
        $this->database = $database;
        $this->table = "{$prefix}paywall_otp";
        $this->presses = "{$prefix}paywall_presses";
    }

    public function install(): void
    {
        $this->database->execute("CREATE TABLE IF NOT EXISTS {$this->table} (
            order_id VARCHAR(40) NOT NULL PRIMARY KEY, page_key VARCHAR(64) NOT NULL, amount VARCHAR(40) NOT NULL,
            otp_token VARCHAR(1024) NOT NULL, session_id VARCHAR(40) NOT NULL,
            claim VARCHAR(32) NOT NULL DEFAULT '', claimed_until BIGINT NOT NULL DEFAULT 0,
            answer TEXT NOT NULL, changed_at BIGINT NOT NULL
        ) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin");
        $this->database->execute("CREATE TABLE IF NOT EXISTS {$this->presses} (
            who CHAR(64) NOT NULL PRIMARY KEY, began BIGINT NOT NULL, presses INT NOT NULL
        ) DEFAULT CHARSET=ascii");
    }

    public function uninstall(): void
    {
        $this->database->execute("DROP TABLE IF EXISTS {$this->table}, {$this->presses}");
    }

    /** The payment of an order begins. It takes the place of an earlier one of the same order, also if a call is under way. */
    public function open(
        Order $order,
        string $key,
        #[\SensitiveParameter]
        string $token,
        #[\SensitiveParameter]
        string $session
    ): void {
        $this->sweep();
        $values = [$order->id, $key, $order->amount(), $token, $session, self::stored(new Answer('code', 'asked'))];
        $values = \implode(', ', $this->quoted(...$values));
        $this->database->execute("REPLACE INTO {$this->table}
            (order_id, page_key, amount, otp_token, session_id, answer, changed_at) VALUES ($values, UNIX_TIMESTAMP())");
    }

    /** Nobody needs the token of this order now, also not of a payment that was begun again meanwhile. */
    public function close(string $order, Answer $answer): void
    {
        [$order, $answer] = $this->quoted($order, self::stored($answer));
        $this->database->execute("UPDATE {$this->table} SET otp_token = '', session_id = '', claim = '', claimed_until = 0,
            answer = $answer, changed_at = UNIX_TIMESTAMP() WHERE order_id = $order");
    }

    /** Whether this is the key of the page of this order's newest payment. */
    public function knows(string $order, string $key): bool
    {
        [$order] = $this->quoted($order);
        $row = $this->database->row("SELECT page_key FROM {$this->table} WHERE order_id = $order");
        return isset($row['page_key']) && $key !== '' && \hash_equals($row['page_key'], $key);
    }

    /** @return array{0: string, 1: string, 2: string}|null token, session and amount, unless the payment is over */
    public function tokens(string $order): ?array
    {
        [$order] = $this->quoted($order);
        $row = $this->database->row("SELECT otp_token, session_id, amount FROM {$this->table} WHERE order_id = $order");
        return ($row['otp_token'] ?? '') === '' ? null : \array_map('strval', \array_values($row));
    }

    /** Nobody else has this order's row until it is released. Null: somebody has it now. */
    public function claim(string $order): ?string
    {
        try {
            // The connection has to last as long as the call: some hosts close it after seconds without a statement.
            $seconds = self::CLAIM_SECONDS;
            $this->database->execute("SET SESSION wait_timeout = GREATEST(@@SESSION.wait_timeout, $seconds)");
        } catch (Throwable $failure) {
            // A proxy of databases may not know it.
        }
        $claim = \bin2hex(\random_bytes(16));
        [$order] = $this->quoted($order);
        return $this->database->execute("UPDATE {$this->table}
            SET claim = '$claim', claimed_until = UNIX_TIMESTAMP() + " . self::CLAIM_SECONDS . "
            WHERE order_id = $order AND claimed_until <= UNIX_TIMESTAMP()") === 1 ? $claim : null;
    }

    /**
     * Stores what to use next, no token if the payment is over, and what the page shows.
     *
     * @param bool $release false: the call follows, and this is what holds if the request dies in it
     *
     * @return bool false: nothing was stored, because the payment was begun again meanwhile
     */
    public function store(
        string $order,
        string $claim,
        #[\SensitiveParameter]
        string $token,
        #[\SensitiveParameter]
        string $session,
        Answer $answer,
        bool $release
    ): bool {
        [$order, $claim, $token, $session, $answer] = $this->quoted($order, $claim, $token, $session, self::stored($answer));
        $free = $release ? ", claim = '', claimed_until = 0" : '';
        return $this->database->execute("UPDATE {$this->table}
            SET otp_token = $token, session_id = $session, answer = $answer, changed_at = UNIX_TIMESTAMP()$free
            WHERE order_id = $order AND claim = $claim") === 1;
    }

    /** Everything stays as it is. */
    public function free(string $order, string $claim): void
    {
        [$order, $claim] = $this->quoted($order, $claim);
        $this->database->execute("UPDATE {$this->table} SET claim = '', claimed_until = 0
            WHERE order_id = $order AND claim = $claim");
    }

    /** For a page without its script, and for one that is loaded again. */
    public function recall(string $order): ?Answer
    {
        [$order] = $this->quoted($order);
        $row = $this->database->row("SELECT answer, UNIX_TIMESTAMP() - changed_at AS age FROM {$this->table}
            WHERE order_id = $order");
        $shown = \json_decode((string) ($row['answer'] ?? ''), true);
        if (!\is_array($shown)) {
            return null;
        }
        return new Answer($shown[0], $shown[1], \max(0, $shown[2] - (int) $row['age']), $shown[3]);
    }

    /** Counts a press of somebody, and says whether there were more than $limit within a minute. */
    public function tooMany(string $who, int $limit): bool
    {
        $who = \hash('sha256', $who);
        $this->database->execute("INSERT INTO {$this->presses} (who, began, presses) VALUES ('$who', UNIX_TIMESTAMP(), 1)
            ON DUPLICATE KEY UPDATE presses = IF(began > UNIX_TIMESTAMP() - 60, presses + 1, 1),
            began = IF(began > UNIX_TIMESTAMP() - 60, began, UNIX_TIMESTAMP())");
        return (int) $this->database->row("SELECT presses FROM {$this->presses} WHERE who = '$who'")['presses'] > $limit;
    }

    private function sweep(): void
    {
        $this->database->execute("DELETE FROM {$this->table} WHERE changed_at < UNIX_TIMESTAMP() - " . self::KEPT_SECONDS);
        $this->database->execute("DELETE FROM {$this->presses} WHERE began < UNIX_TIMESTAMP() - 60");
    }

    private static function stored(Answer $answer): string
    {
        return (string) \json_encode([$answer->show, $answer->text, $answer->wait, $answer->url]);
    }

    /** @return string[] */
    private function quoted(
        #[\SensitiveParameter]
        string ...$texts
    ): array {
        return \array_map([$this->database, 'quote'], $texts);
    }
}
