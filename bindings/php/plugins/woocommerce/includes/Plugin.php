<?php

declare(strict_types=1);

namespace Paywall\WooCommerce;

defined('ABSPATH') || exit;

use Automattic\WooCommerce\Utilities\FeaturesUtil;
use Paywall\Client;
use Paywall\Shop\Answer;
use Paywall\Shop\Desk;
use Paywall\Shop\Operations;
use Paywall\Shop\Order;
use Paywall\Shop\Page;
use Paywall\Shop\Payment;
use Paywall\Shop\Texts;
use WC_Order;

/**
 * Joins the page that asks for a code to WordPress and WooCommerce. Your payment code comes in by a filter:
 *
 *   add_filter('paywall_otp_payment', fn () => new MyPayment());   // a Paywall\Shop\Payment
 */
final class Plugin
{
    public static string $file;

    public static function start(string $file): void
    {
        self::$file = $file;
        add_action('before_woocommerce_init', [self::class, 'declare']);
        add_action('plugins_loaded', [self::class, 'load']);
    }

    public static function declare(): void
    {
        FeaturesUtil::declare_compatibility('custom_order_tables', self::$file);
        FeaturesUtil::declare_compatibility('cart_checkout_blocks', self::$file);
    }

    public static function load(): void
    {
        if (!class_exists('WC_Payment_Gateway')) {
            return;
        }
        load_plugin_textdomain('paywall-otp', false, dirname(plugin_basename(self::$file)) . '/languages');
        // Not at activation: a network of sites gets new ones later.
        if (get_option(Settings::TABLES) !== '1') {
            self::operations()->install();
            update_option(Settings::TABLES, '1');
        }
        require_once __DIR__ . '/Gateway.php';
        add_filter('woocommerce_payment_gateways', static function (array $gateways): array {
            $gateways[] = Gateway::class;
            return $gateways;
        });
        add_action('woocommerce_blocks_payment_method_type_registration', static function ($registry): void {
            require_once __DIR__ . '/Blocks.php';
            $registry->register(new Blocks());
        });
        add_action('woocommerce_receipt_paywall', [self::class, 'page']);
        add_action('woocommerce_thankyou_paywall', [self::class, 'unknown']);
        add_action('wc_ajax_paywall_resend', [self::class, 'resend']);
        add_action('wc_ajax_paywall_verify', [self::class, 'verify']);
        add_action('admin_notices', [self::class, 'notices']);
        add_filter('plugin_action_links_' . plugin_basename(self::$file), [self::class, 'links']);
    }

    public static function operations(): Operations
    {
        return new Operations(new WordPressDatabase(), $GLOBALS['wpdb']->prefix);
    }

    /** Your payment code, or null. */
    public static function payment(): ?Payment
    {
        $payment = apply_filters('paywall_otp_payment', null);
        return $payment instanceof Payment ? $payment : null;
    }

    public static function order(WC_Order $order): Order
    {
        return new Order(
            (string) $order->get_id(),
            wc_format_decimal($order->get_total(), wc_get_price_decimals()),
            $order->get_currency(),
            $order
        );
    }

    public static function log(string $line): void
    {
        wc_get_logger()->warning($line, ['source' => 'paywall-otp']);
    }

    /** The page: checkout/order-pay/ID/?key=KEY. WooCommerce has compared the key. */
    public static function page(int $id): void
    {
        $order = wc_get_order($id);
        // phpcs:ignore -- the name of a text, compared with a list
        $answer = Answer::notice(is_string($_GET['paywall_notice'] ?? null) ? $_GET['paywall_notice'] : '')
            ?? self::operations()->recall((string) $id) ?? new Answer('restart', 'expired');
        wp_enqueue_script('paywall-otp', plugins_url('assets/paywall.js', self::$file), [], self::version(), true);
        echo Page::html($answer, determine_locale(), [
            'resend' => \WC_AJAX::get_endpoint('paywall_resend'),
            'verify' => \WC_AJAX::get_endpoint('paywall_verify'),
        ], self::where($order), [
            'order_id' => (string) $id,
            'order_key' => $order->get_order_key(),
            'nonce' => wp_create_nonce("paywall_otp_$id"),
        ]);
    }

    /** On the page behind the payment, if nobody knows what became of it. */
    public static function unknown(int $id): void
    {
        $order = wc_get_order($id);
        if ($order && $order->has_status('on-hold')) {
            echo '<p role="status">' . esc_html(Texts::say('unknown', determine_locale())) . '</p>';
        }
    }

    public static function resend(): void
    {
        self::press(static function (Desk $desk, WC_Order $order): Answer {
            return $desk->resend((string) $order->get_id(), $order->get_order_key(), self::address());
        });
    }

    public static function verify(): void
    {
        self::press(static function (Desk $desk, WC_Order $order): Answer {
            $payment = self::payment();
            if ($payment === null) {
                return new Answer('other', 'unavailable');
            }
            $code = substr(self::posted('code'), 0, 12);
            $paid = static function () use ($order): void {
                $order->payment_complete();
            };
            $unknown = static function () use ($order): void {
                $note = __('Nobody knows whether this payment went through.', 'paywall-otp')
                    . ' ' . __('Look it up in the merchant panel.', 'paywall-otp');
                $order->update_status('on-hold', $note);
            };
            $key = $order->get_order_key();
            return $desk->verify($payment, self::order($order), $key, $code, self::address(), $paid, $unknown);
        });
    }

    private static function posted(string $name): string
    {
        // phpcs:ignore -- the nonce comes through here
        return is_string($_POST[$name] ?? null) ? wp_unslash($_POST[$name]) : '';
    }

    private static function press(callable $act): void
    {
        $id = (int) self::posted('order_id');
        $order = wc_get_order($id);
        if (!$order instanceof WC_Order || !hash_equals($order->get_order_key(), self::posted('order_key'))) {
            self::answer(null, new Answer('reload', 'not_yours', 0, null, 403));
        } elseif (!wp_verify_nonce(self::posted('nonce'), "paywall_otp_$id")) {
            self::answer($order, new Answer('reload', 'stale', 0, null, 403));
        } elseif (!$order->needs_payment()) {
            // It is paid, perhaps another way, or it was cancelled.
            self::answer($order, new Answer('done', 'finished'));
        } else {
            self::answer($order, $act(self::desk(), $order));
        }
    }

    public static function desk(): Desk
    {
        $client = static function (): Client {
            return Settings::client(determine_locale());
        };
        $limits = [(int) Settings::get('per_order') ?: 5, (int) Settings::get('per_address') ?: 30];
        return new Desk(self::operations(), $client, [self::class, 'log'], ...$limits);
    }

    private static function answer(?WC_Order $order, Answer $answer): void
    {
        nocache_headers();
        if (strpos($_SERVER['HTTP_ACCEPT'] ?? '', 'application/json') !== false) {
            $links = $order === null ? ['reload' => wc_get_checkout_url()] : self::where($order);
            wp_send_json($answer->shown(determine_locale(), $links), $answer->status);
        }
        if ($order === null) {
            wp_die(esc_html(Texts::say($answer->text, determine_locale())), '', ['response' => $answer->status]);
        }
        $where = $answer->show === 'done' ? self::where($order)['done'] : $order->get_checkout_payment_url(true);
        $notice = Answer::notice($answer->text) ? $answer->text : false;
        wp_safe_redirect(add_query_arg(['paywall_notice' => $notice], $where), 303);
        exit;
    }

    /** @return array<string, string> */
    private static function where(WC_Order $order): array
    {
        return [
            'restart' => $order->get_checkout_payment_url(),
            'other' => $order->get_checkout_payment_url(),
            'reload' => $order->get_checkout_payment_url(true),
            'done' => $order->get_checkout_order_received_url(),
        ];
    }

    /** Who pressed. Not a header that anybody can send: behind a proxy, let the web server set REMOTE_ADDR. */
    public static function address(): string
    {
        return (string) ($_SERVER['REMOTE_ADDR'] ?? '');
    }

    public static function version(): string
    {
        return get_file_data(self::$file, ['Version' => 'Version'])['Version'];
    }

    public static function notices(): void
    {
        if (!current_user_can('manage_woocommerce')) {
            return;
        }
        $obstacle = Settings::obstacle();
        if ($obstacle !== null) {
            $advice = __('Paywall OTP cannot make calls on this server.', 'paywall-otp')
                . ' ' . __('Ask your host for PHP\'s extension FFI: ffi.enable=true for your site.', 'paywall-otp')
                . ' ' . __('Or upload the program paywall outside of the web root, executable (chmod 755).', 'paywall-otp')
                . ' ' . __('Then enter its path in the settings.', 'paywall-otp');
            $notice = '<div class="notice notice-error"><p>%s</p><p><code>%s</code></p></div>';
            printf($notice, esc_html($advice), esc_html($obstacle));
        }
        $screen = get_current_screen();
        if ($screen && $screen->id === 'woocommerce_page_wc-settings' && self::payment() === null) {
            $advice = __('Paywall OTP needs your payment code: the filter paywall_otp_payment returns none.', 'paywall-otp')
                . ' ' . __('Until it does, the payment method is not offered.', 'paywall-otp');
            printf('<div class="notice notice-warning"><p>%s</p></div>', esc_html($advice));
        }
    }

    /** @param string[] $links */
    public static function links(array $links): array
    {
        $text = esc_html__('Settings', 'paywall-otp');
        array_unshift($links, sprintf('<a href="%s">%s</a>', esc_url(self::settings()), $text));
        return $links;
    }

    public static function settings(): string
    {
        return admin_url('admin.php?page=wc-settings&tab=checkout&section=paywall');
    }
}
