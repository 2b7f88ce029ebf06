<?php

defined('DIR_SYSTEM') || exit;

require_once DIR_SYSTEM . 'library/paywall/opencart/load.php';

use Paywall\OpenCart\OpenCart;

class ControllerExtensionPaymentPaywall extends Controller
{
    private const ROUTE = 'extension/payment/paywall';

    public function index(): void
    {
        $this->load->language(self::ROUTE);
        $this->load->model('localisation/order_status');
        $this->document->setTitle($this->language->get('heading_title'));
        $crumb = function (string $text, string $route, string $more = ''): array {
            return ['text' => $this->language->get($text), 'href' => $this->link($route, $more)];
        };
        $shop = new OpenCart($this->registry);
        $this->response->setOutput($this->load->view(self::ROUTE, [
            'breadcrumbs' => [
                $crumb('text_home', 'common/dashboard'),
                $crumb('text_extension', 'marketplace/extension', '&type=payment'),
                $crumb('heading_title', self::ROUTE),
            ],
            'save' => $this->link(self::ROUTE . '/save'),
            'check' => $this->link(self::ROUTE . '/check'),
            'back' => $this->link('marketplace/extension', '&type=payment'),
            'fields' => $shop->fields($this->model_localisation_order_status->getOrderStatuses()),
            'obstacle' => OpenCart::encoded((string) $shop->obstacle()),
            'no_payment' => $shop->payment() === null,
            'header' => $this->load->controller('common/header'),
            'column_left' => $this->load->controller('common/column_left'),
            'footer' => $this->load->controller('common/footer'),
        ]));
    }

    public function save(): void
    {
        $this->guarded(function (): array {
            $this->load->model('setting/setting');
            $settings = (new OpenCart($this->registry))->settings($this->request->post);
            $this->model_setting_setting->editSetting('payment_paywall', $settings);
            return ['success' => $this->language->get('text_success')];
        });
    }

    /** "Test connection", with what is stored. */
    public function check(): void
    {
        $this->guarded(function (): array {
            [$reached, $text] = (new OpenCart($this->registry))->check();
            return [$reached ? 'success' : 'error' => $text];
        });
    }

    public function install(): void
    {
        if ($this->user->hasPermission('modify', 'extension/extension/payment')) {
            (new OpenCart($this->registry))->operations()->install();
        }
    }

    public function uninstall(): void
    {
        if ($this->user->hasPermission('modify', 'extension/extension/payment')) {
            (new OpenCart($this->registry))->operations()->uninstall();
            $this->load->model('setting/setting');
            $this->model_setting_setting->deleteSetting('payment_paywall');
        }
    }

    private function guarded(callable $act): void
    {
        $this->load->language(self::ROUTE);
        $json = $this->user->hasPermission('modify', self::ROUTE) && $this->request->server['REQUEST_METHOD'] === 'POST'
            ? $act()
            : ['error' => $this->language->get('error_permission')];
        $this->response->addHeader('Content-Type: application/json');
        $this->response->setOutput(json_encode($json));
    }

    private function link(string $route, string $more = ''): string
    {
        return $this->url->link($route, "user_token={$this->session->data['user_token']}$more", true);
    }
}
