<?php

declare(strict_types=1);

namespace Paywall\WooCommerce;

defined('ABSPATH') || exit;

use Automattic\WooCommerce\Blocks\Payments\Integrations\AbstractPaymentMethodType;

/**
 * The payment method in the checkout that is made of blocks.
 */
final class Blocks extends AbstractPaymentMethodType
{
    protected $name = 'paywall';

    public function initialize(): void
    {
        $this->settings = get_option(Settings::GATEWAY, []);
    }

    public function is_active(): bool
    {
        return $this->get_setting('enabled') === 'yes' && Plugin::payment() !== null;
    }

    public function get_payment_method_script_handles(): array
    {
        $address = plugins_url('assets/blocks.js', Plugin::$file);
        $needs = ['wc-blocks-registry', 'wc-settings', 'wp-element', 'wp-html-entities'];
        wp_register_script('paywall-otp-blocks', $address, $needs, Plugin::version(), true);
        return ['paywall-otp-blocks'];
    }

    public function get_payment_method_data(): array
    {
        return [
            'title' => $this->get_setting('title', 'Masterpass'),
            'description' => $this->get_setting('description'),
            'supports' => ['products'],
        ];
    }
}
