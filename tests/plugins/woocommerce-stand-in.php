<?php

/**
 * Plugin Name: WooCommerce
 * Description: A stand-in with what the plug-in uses of it. tests/platforms runs the plug-in in the real one.
 * Version: 8.0
 */

declare(strict_types=1);

namespace Automattic\WooCommerce\Utilities {
    \defined('ABSPATH') || exit;

    final class FeaturesUtil
    {
        public static function declare_compatibility(string $feature, string $file): void
        {
        }
    }
}

namespace {
    add_action('plugins_loaded', static function (): void {
        do_action('before_woocommerce_init');
    }, 1);

    class WC_Order
    {
        public int $id;
        public array $data;

        public function __construct(int $id)
        {
            $this->id = $id;
            $this->data = get_option("stand_in_order_$id");
        }

        public function update_status(string $status, string $note = ''): void
        {
            $this->data['status'] = $status;
            update_option("stand_in_order_{$this->id}", $this->data);
        }

        public function payment_complete(): void
        {
            $this->update_status('processing');
        }

        public function has_status(string $status): bool
        {
            wp_cache_delete("stand_in_order_{$this->id}", 'options');
            return get_option("stand_in_order_{$this->id}")['status'] === $status;
        }

        public function is_paid(): bool
        {
            return $this->has_status('processing');
        }

        public function needs_payment(): bool
        {
            return $this->has_status('pending');
        }

        public function get_id(): int
        {
            return $this->id;
        }

        public function get_order_key(): string
        {
            return $this->data['key'];
        }

        public function get_total(): string
        {
            return $this->data['total'] ?? '129.9';
        }

        public function get_currency(): string
        {
            return 'TRY';
        }

        public function get_checkout_payment_url(bool $receipt = false): string
        {
            $query = ['order-pay' => $this->id, 'key' => $this->data['key']];
            return add_query_arg($query + ($receipt ? [] : ['pay_for_order' => 'true']), home_url('/'));
        }

        public function get_checkout_order_received_url(): string
        {
            return add_query_arg(['order-received' => $this->id], home_url('/'));
        }
    }

    class WC_Payment_Gateway
    {
        public string $id = '';
        public string $method_title = '';
        public string $method_description = '';
        public bool $has_fields = true;
        public string $title = '';
        public string $description = '';
        public array $form_fields = [];
        public array $settings = [];

        public function init_settings(): void
        {
            $this->settings = get_option("woocommerce_{$this->id}_settings", []);
        }

        public function get_option(string $name): string
        {
            return $this->settings[$name] ?? $this->form_fields[$name]['default'] ?? '';
        }

        public function get_field_key(string $name): string
        {
            return "woocommerce_{$this->id}_$name";
        }

        public function is_available(): bool
        {
            return $this->get_option('enabled') === 'yes';
        }
    }

    final class WC_AJAX
    {
        public static function get_endpoint(string $name): string
        {
            return add_query_arg('wc-ajax', $name, home_url('/'));
        }
    }

    function WC(): object
    {
        return (object) ['version' => '8.0'];
    }

    function wc_get_order($id)
    {
        return get_option("stand_in_order_$id") ? new WC_Order((int) $id) : false;
    }

    function wc_format_decimal($number, int $decimals): string
    {
        return number_format((float) $number, $decimals, '.', '');
    }

    function wc_get_price_decimals(): int
    {
        return 2;
    }

    function wc_get_checkout_url(): string
    {
        return home_url('/?checkout');
    }

    function wc_add_notice(string $text, string $kind): void
    {
        $GLOBALS['stand_in_notice'] = $text;
    }

    function wc_get_logger(): object
    {
        return new class {
            public function warning(string $line, array $context): void
            {
                error_log("paywall-otp: $line");
            }
        };
    }

    add_action('template_redirect', static function (): void {
        if (isset($_GET['wc-ajax'])) {
            do_action('wc_ajax_' . sanitize_key($_GET['wc-ajax']));
            wp_die('nobody answered');
        }
        if (isset($_GET['order-pay'])) {
            $order = wc_get_order((int) $_GET['order-pay']);
            if (!$order || !hash_equals($order->get_order_key(), (string) ($_GET['key'] ?? ''))) {
                wp_die('not yours', '', 403);
            }
            do_action('woocommerce_receipt_paywall', $order->get_id());
            wp_footer();
            exit;
        }
        if (isset($_GET['order-received'])) {
            do_action('woocommerce_thankyou_paywall', (int) $_GET['order-received']);
            exit;
        }
        if (isset($_GET['begin'])) {
            $id = (int) get_option('stand_in_last', 0) + 1;
            update_option('stand_in_last', $id);
            update_option("stand_in_order_$id", ['status' => 'pending', 'key' => 'wc_order_' . wp_generate_password(13, false)]);
            $gateways = array_filter(apply_filters('woocommerce_payment_gateways', []));
            $answer = (new $gateways[0]())->process_payment($id);
            wp_send_json(['url' => $answer['redirect'] ?? null, 'order' => $id, 'notice' => $GLOBALS['stand_in_notice'] ?? null]);
        }
        if (isset($_GET['raise'])) {
            $order = wc_get_order((int) $_GET['raise']);
            $order->data['total'] = '12990';
            $order->update_status('pending');
            exit;
        }
        if (isset($_GET['place'])) {
            wc_get_order((int) $_GET['place'])->update_status('on-hold');
            exit;
        }
        if (isset($_GET['state'])) {
            wp_send_json(get_option('stand_in_order_' . (int) $_GET['state'])['status']);
        }
    });
}
