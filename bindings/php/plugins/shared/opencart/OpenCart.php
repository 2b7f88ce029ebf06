<?php

declare(strict_types=1);

namespace Paywall\OpenCart;

defined('DIR_SYSTEM') || exit;

use Paywall\Client;
use Paywall\Exception\PaywallException;
use Paywall\Shop\Answer;
use Paywall\Shop\Desk;
use Paywall\Shop\Operations;
use Paywall\Shop\Order;
use Paywall\Shop\Payment;
use Paywall\Shop\Settings;

/**
 * What the extensions for OpenCart 3 and 4 share. Your payment code comes from DIR_STORAGE/paywall/payment.php, a file that
 * returns a Paywall\Shop\Payment. It is there because an update of the extension, or of OpenCart, leaves that folder alone.
 */
final class OpenCart
{
    private const OPTIONS = [
        'environment', 'base_url', 'api_key', 'api_client', 'timeout_ms', 'proxy', 'ca_file', 'command',
    ];
    private const SECRETS = ['api_key', 'api_client'];
    private const DEFAULTS = ['environment' => 'test', 'timeout_ms' => '20000', 'per_order' => '5', 'per_address' => '30'];
    private const PREFIX = 'payment_paywall_';

    /** @var object OpenCart's registry */
    private $registry;

    public function __construct(object $registry)
    {
        $this->registry = $registry;
    }

    public function operations(): Operations
    {
        return new Operations(new OpenCartDatabase($this->registry->get('db')), DB_PREFIX);
    }

    /** Your payment code, or null. */
    public function payment(): ?Payment
    {
        $file = DIR_STORAGE . 'paywall/payment.php';
        if (!is_file($file)) {
            return null;
        }
        $registry = $this->registry;
        // The file may declare a class, and is asked for more than once in a request.
        static $payment = null;
        $payment = $payment ?? (static function () use ($file, $registry) {
            return require $file;
        })();
        return $payment instanceof Payment ? $payment : null;
    }

    /** Asks your payment code to begin. Null: the page with this key asks for the code now. */
    public function begin(array $order, string $key): ?Answer
    {
        return self::isPlaced($order)
            ? new Answer('done', 'finished')
            : $this->desk()->begin($this->payment(), $this->order($order), $key, $this->address());
    }

    /** Whether the shop has the order already: it was paid, perhaps another way, or nobody knows. */
    private static function isPlaced(array $order): bool
    {
        return (int) $order['order_status_id'] !== 0;
    }

    /** @param array<string, mixed> $order from OpenCart's getOrder() */
    public function order(array $order): Order
    {
        // The shop keeps the total in its own currency, and the shopper pays in another.
        $total = number_format($order['total'] * $order['currency_value'], 2, '.', '');
        return new Order((string) $order['order_id'], $total, $order['currency_code'], $order);
    }

    /** @param array<string, mixed> $order from OpenCart's getOrder(), empty if there is none */
    public function resend(array $order, string $key): Answer
    {
        return $this->refusal($order, $key) ?? $this->desk()->resend((string) $order['order_id'], $key, $this->address());
    }

    /** @param array<string, mixed> $order from OpenCart's getOrder(), empty if there is none */
    public function verify(array $order, string $key, string $code, callable $paid, callable $unknown): Answer
    {
        $refusal = $this->refusal($order, $key);
        if ($refusal !== null) {
            return $refusal;
        }
        $payment = $this->payment();
        if ($payment === null) {
            return new Answer('other', 'unavailable');
        }
        return $this->desk()->verify($payment, $this->order($order), $key, $code, $this->address(), $paid, $unknown);
    }

    private function refusal(array $order, string $key): ?Answer
    {
        if (!$order || !$this->operations()->knows((string) $order['order_id'], $key)) {
            return new Answer('restart', 'not_yours', 0, null, 403);
        }
        return self::isPlaced($order) ? new Answer('done', 'finished') : null;
    }

    /** The status of an order that was paid, or that nobody knows about. Without one it would not be in the shop's list. */
    public function status(string $name): int
    {
        $config = $this->registry->get('config');
        $shops = $name === 'paid_status_id'
            ? ((array) $config->get('config_processing_status'))[0] ?? 0
            : $config->get('config_order_status_id');
        return (int) $this->get($name) ?: (int) $shops;
    }

    private function desk(): Desk
    {
        $limits = [(int) $this->get('per_order') ?: 5, (int) $this->get('per_address') ?: 30];
        return new Desk($this->operations(), [$this, 'client'], [$this, 'log'], ...$limits);
    }

    /** Who pressed. Not a header that anybody can send: behind a proxy, let the web server set REMOTE_ADDR. */
    private function address(): string
    {
        return (string) ($_SERVER['REMOTE_ADDR'] ?? '');
    }

    public function language(): string
    {
        // In OpenCart 3 the configuration has the shop's language, and the session the visitor's.
        $visitor = $this->registry->get('session')->data['language'] ?? '';
        return (string) ($visitor !== '' ? $visitor : $this->registry->get('config')->get('config_language'));
    }

    public function log(string $line): void
    {
        $this->registry->get('log')->write("paywall: $line");
    }

    /** @throws PaywallException if an option is wrong, or neither library nor command is available */
    public function client(): Client
    {
        $options = [
            'app' => 'OpenCart/' . (defined('VERSION') ? VERSION : '3'),
            'locale' => strncmp($this->language(), 'tr', 2) === 0 ? 'tr' : 'en',
        ];
        foreach (self::OPTIONS as $name) {
            if ($this->get($name) !== '') {
                $options[$name] = $this->get($name);
            }
        }
        return Client::fromEnv($options);
    }

    /** @return array{0: bool, 1: string} whether the service can be reached, and what is known */
    public function check(): array
    {
        try {
            return [true, $this->client()->check()->message];
        } catch (PaywallException $failure) {
            return [false, $failure->getMessage()];
        }
    }

    /** Why this server cannot make any call, or null. */
    public function obstacle(): ?string
    {
        return Settings::obstacle($this->get('command'));
    }

    /**
     * The settings page. A secret that is stored never leaves the server again.
     *
     * @param array<int, array{order_status_id: string, name: string}> $statuses
     *
     * @return array<int, array<string, mixed>>
     */
    public function fields(array $statuses): array
    {
        $language = $this->registry->get('language');
        $states = array_column($statuses, 'name', 'order_status_id');
        $choices = [
            'environment' => [
                'test' => $language->get('text_test'),
                'production' => $language->get('text_production'),
                'production-tr' => $language->get('text_production_tr'),
            ],
            'paid_status_id' => $states,
            'unknown_status_id' => $states,
            'status' => ['0' => $language->get('text_disabled'), '1' => $language->get('text_enabled')],
        ];
        $fields = [];
        $more = ['per_order', 'per_address', 'paid_status_id', 'unknown_status_id', 'sort_order', 'status'];
        foreach (array_merge(self::OPTIONS, $more) as $name) {
            $secret = in_array($name, self::SECRETS, true);
            $value = substr($name, -10) === '_status_id' ? (string) $this->status($name) : $this->get($name);
            $help = $language->get("help_$name");
            $fields[] = [
                'name' => self::PREFIX . $name,
                'label' => $language->get("entry_$name"),
                'help' => $help === "help_$name" ? '' : $help,
                'type' => $secret ? 'password' : 'text',
                'value' => $secret ? '' : self::encoded(Settings::shown($name, $value)),
                'hint' => $secret && $this->get($name) !== '' ? '•••••••• (' . $language->get('text_stored') . ')' : '',
                'choices' => $choices[$name] ?? [],
            ];
        }
        return $fields;
    }

    /** What to store of a posted settings page: an empty secret keeps the stored one. OpenCart posts and stores entities. */
    public function settings(array $post): array
    {
        foreach (self::OPTIONS as $name) {
            $posted = self::decoded($post[self::PREFIX . $name] ?? '');
            $keep = $posted === '' && in_array($name, self::SECRETS, true);
            $value = $keep ? $this->get($name) : Settings::kept($name, $posted, $this->get($name));
            $post[self::PREFIX . $name] = self::encoded($value);
        }
        return $post;
    }

    /** For HTML. */
    public static function encoded(string $text): string
    {
        return htmlspecialchars($text, ENT_QUOTES, 'UTF-8');
    }

    /** @param mixed $value */
    private static function decoded($value): string
    {
        return is_scalar($value) ? trim(html_entity_decode((string) $value, ENT_QUOTES, 'UTF-8')) : '';
    }

    private function get(string $name): string
    {
        $value = self::decoded($this->registry->get('config')->get(self::PREFIX . $name));
        if ($name === 'command' && !Settings::isCommand($value)) {
            return '';
        }
        return $value === '' ? self::DEFAULTS[$name] ?? '' : $value;
    }
}
