<?php

declare(strict_types=1);

// The recipe for WooCommerce, with stand-ins for the parts of WordPress that it uses.

const ABSPATH = '/';
require __DIR__ . '/../../autoload.php';

final class Sent extends Exception
{
    public array $answer = [];
}

final class Order
{
    public array $meta = [];
    public array $stored = [];

    public function get_id(): int
    {
        return 7;
    }

    public function is_paid(): bool
    {
        return $this->stored === [];
    }

    public function read_meta_data(bool $force): void
    {
        $this->meta = $this->stored;
    }

    public function get_meta(string $key): string
    {
        return $this->meta[$key] ?? '';
    }

    public function update_meta_data(string $key, string $value): void
    {
        $this->meta[$key] = $value;
    }

    public function save_meta_data(): void
    {
        $this->stored = $this->meta;
    }
}

final class Shop
{
    public self $session;
    public string $version = '8.0';
    public Order $order;

    public function __construct()
    {
        $this->session = $this;
        $this->order = new Order();
    }

    public function get(string $key): int
    {
        return $key === 'order_awaiting_payment' ? 7 : 0;
    }
}

final class Database
{
    public bool $taken = false;

    public function prepare(string $sql, string $value): string
    {
        return str_replace('%s', "'$value'", $sql);
    }

    public function get_var(string $sql): string
    {
        if (strpos($sql, 'RELEASE_LOCK') !== false) {
            $this->taken = false;
            return '1';
        }
        $free = !$this->taken;
        $this->taken = true;
        return $free ? '1' : '0';
    }
}

function add_action(string $name, string $function): void
{
    function_exists($function) || $name === '' || $GLOBALS['later'][] = $function;
}
function add_shortcode(string $name, string $function): void
{
    add_action($name, $function);
}
function check_ajax_referer(string $action, string $field): void
{
}
function WC(): Shop
{
    static $shop = null;
    return $shop = $shop ?? new Shop();
}
function wc_get_order(int $id): Order
{
    return WC()->order;
}
function __(string $text, string $domain): string
{
    return $text;
}
function wc_get_logger(): object
{
    return new class {
        public function log($level, $message, array $context = []): void
        {
        }

        public function critical($message, array $context = []): void
        {
        }
    };
}
function wp_send_json(array $answer): void
{
    $sent = new Sent();
    $sent->answer = $answer;
    throw $sent;
}

$wpdb = new Database();
require __DIR__ . '/../../examples/woocommerce.php';

return static function (?string $token, string $session, bool $twice) use ($wpdb): array {
    $order = WC()->order;
    $order->stored = $token === null ? [] : ['_paywall_otp_token' => $token, '_paywall_session_id' => $session];
    $wpdb->taken = $twice;
    try {
        paywall_resend_otp();
        throw new LogicException('the recipe did not answer');
    } catch (Sent $sent) {
        $answer = $sent->answer;
    }
    if ($wpdb->taken !== $twice) {
        throw new LogicException('the lock was not released');
    }
    return [$answer, $token === null ? null : [
        'token' => $order->stored['_paywall_otp_token'],
        'session' => $order->stored['_paywall_session_id'],
    ]];
};
