<?php

defined('DIR_SYSTEM') || exit;

require_once DIR_SYSTEM . 'library/paywall/opencart/load.php';

class ModelExtensionPaymentPaywall extends Model
{
    /**
     * @param array<string, mixed> $address
     * @param float                $total
     */
    public function getMethod($address, $total): array
    {
        if ((new \Paywall\OpenCart\OpenCart($this->registry))->payment() === null) {
            return [];
        }
        $this->load->language('extension/payment/paywall');
        return [
            'code' => 'paywall',
            'title' => $this->language->get('text_title'),
            'terms' => '',
            'sort_order' => $this->config->get('payment_paywall_sort_order'),
        ];
    }
}
