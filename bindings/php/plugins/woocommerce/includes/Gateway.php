<?php

declare(strict_types=1);

namespace Paywall\WooCommerce;

defined('ABSPATH') || exit;

use Paywall\Exception\PaywallException;
use Paywall\Shop\Settings as Stored;
use Paywall\Shop\Texts;
use WC_Payment_Gateway;

/**
 * The payment method, with its settings page. Your payment code begins the payment; then the shopper is asked for the code.
 */
final class Gateway extends WC_Payment_Gateway
{
    public function __construct()
    {
        $this->id = 'paywall';
        $this->method_title = __('Masterpass by Paywall', 'paywall-otp');
        $this->method_description =
            __('Asks for the one-time password, and sends it again at most once per press.', 'paywall-otp');
        $this->has_fields = false;
        $this->init_form_fields();
        $this->init_settings();
        $this->title = $this->get_option('title');
        $this->description = $this->get_option('description');
        add_action("woocommerce_update_options_payment_gateways_{$this->id}", [$this, 'process_admin_options']);
    }

    public function init_form_fields(): void
    {
        $text = static function (string $title, string $help = '', string $default = ''): array {
            return ['title' => $title, 'type' => 'text', 'description' => $help, 'default' => $default];
        };
        $secret = static function (string $title): array {
            return ['title' => $title, 'type' => 'secret'];
        };
        $this->form_fields = [
            'enabled' => ['title' => __('Enable', 'paywall-otp'), 'type' => 'checkbox', 'label' => ' ', 'default' => 'no'],
            'title' => $text(__('Title', 'paywall-otp'), '', 'Masterpass'),
            'description' => $text(__('Description', 'paywall-otp')),
            'environment' => [
                'title' => __('Environment', 'paywall-otp'),
                'type' => 'select',
                'default' => 'test',
                'options' => [
                    'test' => __('Test', 'paywall-otp'),
                    'production' => __('Production, global data centre', 'paywall-otp'),
                    'production-tr' => __('Production, data centre in Türkiye', 'paywall-otp'),
                ],
            ],
            'base_url' => $text(__('Address', 'paywall-otp'), __('Only if Paywall gave you another one.', 'paywall-otp')),
            'api_key' => $secret('apikeyprivate'),
            'api_client' => $secret('apiclientprivate'),
            'timeout_ms' => $text(__('Time limit in milliseconds', 'paywall-otp'), '', '20000'),
            'proxy' => ['title' => __('Proxy', 'paywall-otp'), 'type' => 'proxy'],
            'ca_file' => $text(__('File with further CA certificates', 'paywall-otp')),
            'command' => $text(
                __('Path of the program paywall', 'paywall-otp'),
                __('Only if PHP has no FFI here. It is outside of the web root, and its name stays paywall.', 'paywall-otp')
            ),
            'per_order' => $text(__('Presses a minute for one order', 'paywall-otp'), '', '5'),
            'per_address' => $text(
                __('Presses a minute from one address', 'paywall-otp'),
                __('If a proxy is in front of the shop, the web server must set the real address.', 'paywall-otp'),
                '30'
            ),
        ];
    }

    public function admin_options(): void
    {
        // phpcs:ignore -- check_admin_referer() follows
        if (isset($_GET['paywall_check']) && current_user_can('manage_woocommerce')) {
            check_admin_referer('paywall_check');
            try {
                $line = ['notice-success', Settings::client(determine_locale())->check()->message];
            } catch (PaywallException $failure) {
                $line = ['notice-error', $failure->getMessage()];
            }
            $notice = '<div id="paywall-check" class="notice %s inline"><p>%s</p></div>';
            printf($notice, esc_attr($line[0]), esc_html($line[1]));
        }
        parent::admin_options();
        $check = wp_nonce_url(add_query_arg('paywall_check', '1', Plugin::settings()), 'paywall_check');
        $help = __('Tests what is saved: name, connection, proxy and certificate. It sends no request.', 'paywall-otp');
        printf(
            '<p><a class="button" href="%s">%s</a> %s</p>',
            esc_url($check),
            esc_html__('Test connection', 'paywall-otp'),
            esc_html($help)
        );
    }

    /** A secret that is stored never leaves the server again. */
    public function generate_secret_html(string $name, array $field): string
    {
        $fixed = Settings::isFixed($name);
        $stored = Settings::get($name) !== '';
        $hint = $fixed ? __('wp-config.php sets it', 'paywall-otp') : __('stored; leave it empty to keep it', 'paywall-otp');
        return sprintf(
            '<tr valign="top"><th scope="row" class="titledesc"><label for="%1$s">%2$s</label></th><td class="forminp">'
            . '<input type="password" autocomplete="new-password" class="input-text regular-input" id="%1$s" name="%1$s"'
            . ' value="" placeholder="%3$s"%4$s></td></tr>',
            esc_attr($this->get_field_key($name)),
            esc_html($field['title']),
            esc_attr($stored ? "•••••••• ($hint)" : ''),
            disabled($fixed, true, false)
        );
    }

    /** @param string|null $value */
    public function validate_secret_field(string $name, $value): string
    {
        $value = trim((string) wp_unslash((string) $value));
        if ($value !== '') {
            Settings::keepSecret($name, $value);
        }
        // It is stored elsewhere.
        return '';
    }

    /** A password in it never leaves the server again. */
    public function generate_proxy_html(string $name, array $field): string
    {
        $this->settings[$name] = Stored::shown($name, Settings::get($name));
        return $this->generate_text_html($name, ['type' => 'text'] + $field);
    }

    /** @param string|null $value */
    public function validate_proxy_field(string $name, $value): string
    {
        Settings::keepSecret($name, Stored::kept($name, trim((string) wp_unslash((string) $value)), Settings::get($name)));
        // It is stored elsewhere.
        return '';
    }

    public function is_available(): bool
    {
        return parent::is_available() && Plugin::payment() !== null;
    }

    /** @param int $id */
    public function process_payment($id): array
    {
        $order = wc_get_order($id);
        $problem = Plugin::desk()->begin(
            Plugin::payment(),
            Plugin::order($order),
            $order->get_order_key(),
            Plugin::address()
        );
        if ($problem !== null) {
            wc_add_notice(Texts::say($problem->text, determine_locale()), 'error');
            return ['result' => 'failure'];
        }
        return ['result' => 'success', 'redirect' => $order->get_checkout_payment_url(true)];
    }
}
