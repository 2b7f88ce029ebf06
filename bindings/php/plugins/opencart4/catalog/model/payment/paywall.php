<?php

namespace Opencart\Catalog\Model\Extension\Paywall\Payment;

defined('DIR_SYSTEM') || exit;

require_once DIR_EXTENSION . 'paywall/system/library/paywall/opencart/load.php';

class Paywall extends \Opencart\System\Engine\Model
{
    public function getMethods(array $address = []): array
    {
        if ((new \Paywall\OpenCart\OpenCart($this->registry))->payment() === null) {
            return [];
        }
        $this->load->language('extension/paywall/payment/paywall');
        $name = $this->language->get('heading_title');
        return [
            'code' => 'paywall',
            'name' => $name,
            'option' => ['paywall' => ['code' => 'paywall.paywall', 'name' => $name]],
            'sort_order' => $this->config->get('payment_paywall_sort_order'),
        ];
    }
}
