<?php

declare(strict_types=1);

use Paywall\Action;
use Paywall\Client;
use Paywall\Exception\PaywallException;
use Paywall\ResendResult;

// If Composer has not loaded the package: it is unpacked in system/library/paywall.
if (!class_exists(Client::class)) {
    require DIR_SYSTEM . 'library/paywall/autoload.php';
}

/**
 * OpenCart 3: the button "send the code again". As catalog/controller/extension/payment/paywall_otp.php it answers
 * POST index.php?route=extension/payment/paywall_otp/resend.
 *
 * What is stored where: your payment extension stores token and Masterpass session per order, in a table of their own, when
 * the payment asks for a code. After the payment nobody needs them, so it removes them then:
 *
 *   CREATE TABLE oc_paywall_otp (order_id INT PRIMARY KEY, otp_token VARCHAR(1024) NOT NULL, session_id CHAR(36) NOT NULL)
 *
 * They are not in the visitor's session, because each of two clicks at once has a copy of it, and the one that ends last
 * would write the older token back.
 *
 * In the page: disable the button on click, and keep it disabled for the `wait` seconds of the answer. If no answer comes,
 * enable it and do not call again: the code may be on its way.
 */
class ControllerExtensionPaymentPaywallOtp extends Controller
{
    public function resend(): void
    {
        if ($this->request->server['REQUEST_METHOD'] !== 'POST') {
            $this->show('code', '');
            return;
        }
        $order = (int) ($this->session->data['order_id'] ?? 0);
        $lock = "paywall_$order";
        if ($this->db->query("SELECT GET_LOCK('$lock', 0) AS taken")->row['taken'] != 1) {
            // This is the second of two clicks. The first one's call is under way, and one message is enough.
            $this->show('code', 'The code is being sent.');
            return;
        }
        // If the shopper closes the window now, a new token must not be lost.
        ignore_user_abort(true);
        try {
            $this->resendWithinLock($order);
        } finally {
            $this->db->query("SELECT RELEASE_LOCK('$lock')");
        }
    }

    private function resendWithinLock(int $order): void
    {
        $table = DB_PREFIX . 'paywall_otp';
        $stored = $this->db->query("SELECT otp_token, session_id FROM $table WHERE order_id = $order")->row;
        if (!$stored) {
            $this->show('restart', 'Your payment is finished, or its time is over.');
            return;
        }
        try {
            $result = $this->client()->resendOtp($stored['otp_token'], $stored['session_id']);
            $action = $result->action;
        } catch (PaywallException $exception) {
            $result = $exception->getResult();
            $action = $exception->getAction();
            $this->log->write("paywall: $action: {$exception->getMessage()}");
        }
        // Do this on failures too: the service may have renewed the session.
        if ($result !== null && $result->otpToken !== null) {
            $token = $this->db->escape($result->otpToken);
            $session = $this->db->escape($result->sessionId);
            $this->db->query("UPDATE $table SET otp_token = '$token', session_id = '$session' WHERE order_id = $order");
        }
        $this->answer($action, $result);
    }

    private function client(): Client
    {
        $options = [];
        foreach (['environment', 'base_url', 'api_key', 'api_client', 'ca_file', 'proxy', 'command'] as $name) {
            $value = $this->config->get("payment_paywall_$name");
            if (is_string($value) && $value !== '') {
                $options[$name] = $value;
            }
        }
        return Client::fromEnv($options);
    }

    private function answer(string $action, ?ResendResult $result): void
    {
        $theirs = $result === null ? null : $result->customerMessage;
        switch ($action) {
            case Action::VERIFY_OTP:
                $this->show('code', 'The code was sent again.');
                return;
            case Action::AWAIT_CODE:
                // Your code must not call again; the shopper may press again.
                $this->show('code', 'The code may be on its way. If it does not come, press again.', 30);
                return;
            case Action::WAIT:
                $pause = $result->error->retryAfterMs;
                $seconds = $pause === null ? 60 : (int) ceil($pause / 1000);
                $this->show('code', $theirs ?? 'Please wait a moment.', $seconds);
                return;
            case Action::RETRY:
                $this->show('code', 'The code could not be sent. Please press again.');
                return;
            case Action::REDIRECT_3D:
                $this->show('bank', 'Continue at your bank.', 0, $result->url3d);
                return;
            case Action::CHECK_OPERATION:
                // This was the newest token, so the payment was finished or begun elsewhere.
            case Action::RESTART:
                $this->show('restart', $theirs ?? 'The time is over. Please begin the payment again.');
                return;
            case Action::FIX_ACCOUNT:
                $this->show('other', $theirs ?? 'Please look at your Masterpass account, or pay another way.');
                return;
            default:
                // Set-up, arguments, unknown words: the shopper cannot repair these. The log has the reason.
                $this->show('other', 'The code cannot be sent at the moment. Please pay another way.');
        }
    }

    /** `code` shows the code box, `bank` the address, `restart` the cart, `other` the other ways to pay. */
    private function show(string $what, string $text, int $wait = 0, ?string $url = null): void
    {
        $this->response->addHeader('Content-Type: application/json');
        $this->response->setOutput(json_encode(['show' => $what, 'text' => $text, 'wait' => $wait, 'url' => $url]));
    }
}
