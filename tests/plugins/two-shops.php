<?php

declare(strict_types=1);

PHP_SAPI === 'cli' || exit;

// Two shops with one database server, and the same number of an order: php two-shops.php DB-PORT

require __DIR__ . '/../../bindings/php/autoload.php';
// As the extensions for OpenCart use a connection.
define('DIR_SYSTEM', __DIR__);
require __DIR__ . '/../../bindings/php/plugins/shared/opencart/OpenCartDatabase.php';

$db = new class ((int) $argv[1]) {
    private mysqli $connection;

    public function __construct(int $port)
    {
        $this->connection = new mysqli('127.0.0.1', 'root', '', 'shop', $port);
    }

    public function query(string $sql): object
    {
        $found = $this->connection->query($sql);
        return (object) ['row' => $found instanceof mysqli_result ? $found->fetch_assoc() ?? [] : []];
    }

    public function escape(string $text): string
    {
        return $this->connection->real_escape_string($text);
    }

    public function countAffected(): int
    {
        return (int) $this->connection->affected_rows;
    }
};
$claims = [];
foreach (['one_', 'two_'] as $prefix) {
    $shop = new Paywall\Shop\Operations(new Paywall\OpenCart\OpenCartDatabase($db), $prefix);
    $shop->install();
    // A token is any text, also one that looks like SQL.
    $order = new Paywall\Shop\Order('7', '129.90', 'TRY', null);
    $answer = new Paywall\Shop\Answer('code', 'sent');
    $shop->open($order, "key of $prefix", "'; DROP TABLE {$prefix}paywall_otp; -- Ğü", 'session');
    $claims[] = $claim = $shop->claim('7');
    if ($claim === null || $shop->claim('7') !== null || $shop->knows('7', 'key of another')) {
        exit("the claim of $prefix is wrong\n");
    }
    if ($shop->tokens('7') !== ["'; DROP TABLE {$prefix}paywall_otp; -- Ğü", 'session', '129.90 TRY']) {
        exit("the token of $prefix is wrong\n");
    }
    // A request that died gives its claim back after some time.
    $db->query("UPDATE {$prefix}paywall_otp SET claimed_until = UNIX_TIMESTAMP() - 1");
    if ($shop->claim('7') === null || $shop->store('7', $claim, 'older', 'session', $answer, true)) {
        exit("the claim of $prefix does not end\n");
    }
    // The payment begins again, so that the token is stored twice: the newer one stays.
    $shop->open($order, 'newer key', 'newer', 'session');
    if ($shop->tokens('7') !== ['newer', 'session', '129.90 TRY'] || !$shop->knows('7', 'newer key') || $shop->knows('7', "key of $prefix")) {
        exit("the newer payment of $prefix is lost\n");
    }
    $shop->uninstall();
}
echo "two shops: each has its own locks\n";
