<?php

/**
 * Plugin Name: Paywall: send the code again
 * Description: The button of a WooCommerce page that asks for a Masterpass one-time password.
 * Requires PHP: 7.4
 *
 * What is stored where: your gateway stores token and Masterpass session as meta of the order (`_paywall_otp_token`,
 * `_paywall_session_id`) when the payment asks for a code. They are not in the visitor's session, because each of two
 * clicks at once has a copy of it, and the one that ends last would write the older token back.
 *
 * In wp-config.php: set PAYWALL_ENVIRONMENT, PAYWALL_API_KEY and PAYWALL_API_CLIENT with define(), and PAYWALL_COMMAND if
 * the host has no FFI.
 */

declare(strict_types=1);

use Paywall\Action;
use Paywall\Client;
use Paywall\Exception\PaywallException;
use Paywall\ResendResult;

defined('ABSPATH') || exit;

// If Composer has not loaded the package: it is unpacked next to this file.
if (!class_exists(Client::class)) {
    require __DIR__ . '/paywall/autoload.php';
}

add_action('wc_ajax_paywall_resend_otp', 'paywall_resend_otp');
add_shortcode('paywall_resend_otp', 'paywall_resend_button');

function paywall_resend_otp(): void
{
    check_ajax_referer('paywall_resend_otp', 'nonce');
    $order = wc_get_order((int) WC()->session->get('order_awaiting_payment'));
    if (!$order || $order->is_paid()) {
        paywall_show('restart', __('Your payment is finished, or its time is over.', 'paywall'));
    }
    global $wpdb;
    $lock = 'paywall_' . $order->get_id();
    if ($wpdb->get_var($wpdb->prepare('SELECT GET_LOCK(%s, 0)', $lock)) !== '1') {
        // This is the second of two clicks. The first one's call is under way, and one message is enough.
        paywall_show('code', __('The code is being sent.', 'paywall'));
    }
    // If the shopper closes the window now, a new token must not be lost.
    ignore_user_abort(true);
    try {
        // Read this inside the lock: it is the newest token.
        $order->read_meta_data(true);
        try {
            $result = paywall_client()->resendOtp(
                (string) $order->get_meta('_paywall_otp_token'),
                (string) $order->get_meta('_paywall_session_id')
            );
            $action = $result->action;
        } catch (PaywallException $exception) {
            $result = $exception->getResult();
            $action = $exception->getAction();
            if ($result === null) {
                wc_get_logger()->critical($exception->getMessage(), ['source' => 'paywall']);
            }
        }
        // Do this on failures too: the service may have renewed the session.
        if ($result !== null && $result->otpToken !== null) {
            $order->update_meta_data('_paywall_otp_token', $result->otpToken);
            $order->update_meta_data('_paywall_session_id', $result->sessionId);
            $order->save_meta_data();
        }
    } finally {
        $wpdb->get_var($wpdb->prepare('SELECT RELEASE_LOCK(%s)', $lock));
    }
    paywall_answer($action, $result);
}

function paywall_client(): Client
{
    $options = ['logger' => wc_get_logger(), 'app' => 'WooCommerce/' . WC()->version];
    // Not made by strtoupper: before PHP 8.2, under a Turkish locale, it leaves `i` small.
    $constants = [
        'environment' => 'PAYWALL_ENVIRONMENT',
        'base_url' => 'PAYWALL_BASE_URL',
        'api_key' => 'PAYWALL_API_KEY',
        'api_client' => 'PAYWALL_API_CLIENT',
        'ca_file' => 'PAYWALL_CA_FILE',
        'proxy' => 'PAYWALL_PROXY',
        'command' => 'PAYWALL_COMMAND',
    ];
    foreach ($constants as $name => $constant) {
        if (defined($constant)) {
            $options[$name] = constant($constant);
        }
    }
    return Client::fromEnv($options);
}

function paywall_answer(string $action, ?ResendResult $result): void
{
    $theirs = $result === null ? null : $result->customerMessage;
    switch ($action) {
        case Action::VERIFY_OTP:
            paywall_show('code', __('The code was sent again.', 'paywall'));
            return;
        case Action::AWAIT_CODE:
            // Your code must not call again; the shopper may press again.
            paywall_show('code', __('The code may be on its way. If it does not come, press again.', 'paywall'), 30);
            return;
        case Action::WAIT:
            $pause = $result->error->retryAfterMs;
            $seconds = $pause === null ? 60 : (int) ceil($pause / 1000);
            paywall_show('code', $theirs ?? __('Please wait a moment.', 'paywall'), $seconds);
            return;
        case Action::RETRY:
            paywall_show('code', __('The code could not be sent. Please press again.', 'paywall'));
            return;
        case Action::REDIRECT_3D:
            paywall_show('bank', __('Continue at your bank.', 'paywall'), 0, $result->url3d);
            return;
        case Action::CHECK_OPERATION:
            // This was the newest token, so the payment was finished or begun elsewhere.
        case Action::RESTART:
            paywall_show('restart', $theirs ?? __('The time is over. Please begin the payment again.', 'paywall'));
            return;
        case Action::FIX_ACCOUNT:
            paywall_show('other', $theirs ?? __('Please look at your Masterpass account, or pay another way.', 'paywall'));
            return;
        default:
            // Set-up, arguments, unknown words: the shopper cannot repair these. The log has the reason.
            paywall_show('other', __('The code cannot be sent at the moment. Please pay another way.', 'paywall'));
    }
}

/** Ends the request. `code` shows the code box, `bank` the address, `restart` the cart, `other` the other ways to pay. */
function paywall_show(string $what, string $text, int $wait = 0, ?string $url = null): void
{
    wp_send_json(['show' => $what, 'text' => $text, 'wait' => $wait, 'url' => $url]);
}

function paywall_resend_button(): string
{
    $settings = wp_json_encode([
        'url' => WC_AJAX::get_endpoint('paywall_resend_otp'),
        'nonce' => wp_create_nonce('paywall_resend_otp'),
        'cart' => wc_get_cart_url(),
        'checkout' => wc_get_checkout_url(),
    ], JSON_HEX_TAG | JSON_HEX_AMP);
    $label = esc_html__('Send the code again', 'paywall');
    return <<<HTML
    <button type="button" id="paywall-resend">$label</button> <span id="paywall-text" role="status"></span>
    <script>
    (function (settings) {
        var button = document.getElementById('paywall-resend'), text = document.getElementById('paywall-text');
        button.addEventListener('click', function () {
            button.disabled = true;   // the first guard against a double click; the lock is the second
            var form = new FormData();
            form.append('nonce', settings.nonce);
            fetch(settings.url, {method: 'POST', body: form, credentials: 'same-origin'})
                .then(function (answer) { return answer.json(); })
                .then(function (answer) {
                    text.textContent = answer.text;
                    if (answer.show === 'bank' && answer.url) { location.href = answer.url; return; }
                    if (answer.show === 'restart') { location.href = settings.cart; return; }
                    if (answer.show !== 'code') { location.href = settings.checkout; return; }
                    setTimeout(function () { button.disabled = false; }, Math.max(answer.wait, 5) * 1000);
                })
                // If no answer comes, do not call again: the code may be on its way.
                .catch(function () { button.disabled = false; });
        });
    })($settings);
    </script>
    HTML;
}
