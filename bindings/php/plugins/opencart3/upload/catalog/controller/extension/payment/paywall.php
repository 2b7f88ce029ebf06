<?php

defined('DIR_SYSTEM') || exit;

require_once DIR_SYSTEM . 'library/paywall/opencart/load.php';

use Paywall\OpenCart\OpenCart;
use Paywall\Shop\Answer;
use Paywall\Shop\Page;
use Paywall\Shop\Texts;

class ControllerExtensionPaymentPaywall extends Controller
{
    private const ROUTE = 'extension/payment/paywall';

    /** The last step of the checkout: its button begins the payment. */
    public function index(): string
    {
        return $this->load->view('extension/payment/paywall', [
            'button_confirm' => $this->language->get('button_confirm'),
            'confirm' => $this->link(self::ROUTE . '/confirm'),
        ]);
    }

    public function confirm(): void
    {
        $this->load->model('checkout/order');
        $order = $this->model_checkout_order->getOrder((int) ($this->session->data['order_id'] ?? 0));
        $method = $this->session->data['payment_method']['code'] ?? '';
        if (!$order || $method !== 'paywall' || $this->request->server['REQUEST_METHOD'] !== 'POST') {
            $this->json(403, ['error' => Texts::say('not_yours', $this->shop()->language())]);
            return;
        }
        $key = bin2hex(random_bytes(16));
        $problem = $this->shop()->begin($order, $key);
        if ($problem !== null) {
            $this->json($problem->status, ['error' => Texts::say($problem->text, $this->shop()->language())]);
            return;
        }
        $this->json(200, ['redirect' => $this->page((int) $order['order_id'], $key)]);
    }

    /** The page that asks for the code. */
    public function otp(): void
    {
        [$id, $key] = $this->named($this->request->get);
        if (!$this->shop()->operations()->knows((string) $id, $key)) {
            $this->answer($id, $key, new Answer('restart', 'not_yours', 0, null, 403));
            return;
        }
        $answer = Answer::notice($this->text($this->request->get, 'paywall_notice'))
            ?? $this->shop()->operations()->recall((string) $id) ?? new Answer('restart', 'expired');
        $this->render($id, $key, $answer);
    }

    public function resend(): void
    {
        // Nothing is known by a GET.
        [$id, $key] = $this->named($this->request->post);
        $this->load->model('checkout/order');
        $this->answer($id, $key, $this->shop()->resend($this->model_checkout_order->getOrder($id) ?: [], $key));
    }

    public function verify(): void
    {
        [$id, $key] = $this->named($this->request->post);
        $this->load->model('checkout/order');
        $order = $this->model_checkout_order->getOrder($id) ?: [];
        $history = function (string $status, string $comment = '') use ($id): Closure {
            return function () use ($id, $status, $comment): void {
                $status = $this->shop()->status("{$status}_status_id");
                $this->model_checkout_order->addOrderHistory($id, $status, $comment);
            };
        };
        $unknown = $history('unknown', Texts::say('unknown', $this->shop()->language()));
        $code = substr($this->text($this->request->post, 'code'), 0, 12);
        $this->answer($id, $key, $this->shop()->verify($order, $key, $code, $history('paid'), $unknown));
    }

    /** @return array{0: int, 1: string} the order and the key of its page */
    private function named(array $request): array
    {
        return [(int) $this->text($request, 'order_id'), $this->text($request, 'key')];
    }

    /** What was sent may be a list. */
    private function text(array $request, string $name): string
    {
        return is_string($request[$name] ?? null) ? $request[$name] : '';
    }

    private function answer(int $id, string $key, Answer $answer): void
    {
        if (strpos($this->request->server['HTTP_ACCEPT'] ?? '', 'application/json') !== false) {
            $this->json($answer->status, $answer->shown($this->shop()->language(), $this->where($id, $key)));
        } elseif ($answer->status === 403) {
            $this->response->addHeader('HTTP/1.1 403 Forbidden');
            $this->render($id, '', new Answer('restart', $answer->text));
        } elseif ($answer->text === 'paid') {
            $this->response->redirect($this->where($id, $key)['done'], 303);
        } else {
            $notice = Answer::notice($answer->text) ? "&paywall_notice={$answer->text}" : '';
            $this->response->redirect($this->page($id, $key) . $notice, 303);
        }
    }

    private function render(int $id, string $key, Answer $answer): void
    {
        $title = Texts::say('title', $this->shop()->language());
        $this->document->setTitle($title);
        $actions = ['resend' => $this->link(self::ROUTE . '/resend'), 'verify' => $this->link(self::ROUTE . '/verify')];
        $hidden = ['order_id' => (string) $id, 'key' => $key];
        $this->response->addHeader('Cache-Control: no-store');
        $this->response->addHeader('Referrer-Policy: same-origin');
        $this->response->setOutput($this->load->view('extension/payment/paywall_otp', [
            'title' => $title,
            'page' => Page::html($answer, $this->shop()->language(), $actions, $this->where($id, $key), $hidden),
            'header' => $this->load->controller('common/header'),
            'footer' => $this->load->controller('common/footer'),
        ]));
    }

    private function json(int $status, array $json): void
    {
        if ($status !== 200) {
            $this->response->addHeader("HTTP/1.1 $status " . ($status === 429 ? 'Too Many Requests' : 'Forbidden'));
        }
        $this->response->addHeader('Content-Type: application/json');
        $this->response->addHeader('Cache-Control: no-store');
        $this->response->setOutput(json_encode($json));
    }

    private function page(int $id, string $key): string
    {
        return $this->link(self::ROUTE . '/otp', "order_id=$id&key=$key");
    }

    /** @return array<string, string> */
    private function where(int $id, string $key): array
    {
        $checkout = $this->link('checkout/checkout');
        return [
            'restart' => $checkout,
            'other' => $checkout,
            'reload' => $key === '' ? $checkout : $this->page($id, $key),
            'done' => $this->link('checkout/success'),
        ];
    }

    private function link(string $route, string $more = ''): string
    {
        return str_replace('&amp;', '&', $this->url->link($route, $more, true));
    }

    private function shop(): OpenCart
    {
        return new OpenCart($this->registry);
    }
}
