<?php

declare(strict_types=1);

// The recipe for OpenCart, with stand-ins for the parts of OpenCart that it uses.

const DIR_SYSTEM = '/nowhere/';
const DB_PREFIX = 'oc_';
require __DIR__ . '/../../autoload.php';

class Controller
{
    public Parts $request;
    public Parts $session;
    public Parts $db;
    public Parts $config;
    public Parts $log;
    public Parts $response;
}

final class Parts
{
    private const UPDATE =
        "/^UPDATE oc_paywall_otp SET otp_token = '([^']+)', session_id = '([^']+)' WHERE order_id = 7$/D";

    public array $server = ['REQUEST_METHOD' => 'POST'];
    public array $data = ['order_id' => 7];
    public string $output = '';
    public array $row = [];
    public bool $taken = false;
    public ?array $stored = null;

    public function get(string $key)
    {
        return null;
    }

    public function write(string $line): void
    {
    }

    public function addHeader(string $header): void
    {
    }

    public function setOutput(string $output): void
    {
        $this->output = $output;
    }

    public function escape(string $text): string
    {
        return addslashes($text);
    }

    public function query(string $sql): self
    {
        $answer = new self();
        if (strpos($sql, 'GET_LOCK') !== false) {
            $answer->row = ['taken' => $this->taken ? '0' : '1'];
            $this->taken = true;
        } elseif (strpos($sql, 'RELEASE_LOCK') !== false) {
            $this->taken = false;
        } elseif ($sql === 'SELECT otp_token, session_id FROM oc_paywall_otp WHERE order_id = 7') {
            $answer->row = $this->stored ?? [];
        } elseif (preg_match(self::UPDATE, $sql, $new) === 1) {
            $this->stored = ['otp_token' => $new[1], 'session_id' => $new[2]];
        } else {
            throw new LogicException("this stand-in does not know: $sql");
        }
        return $answer;
    }
}

require __DIR__ . '/../../examples/opencart.php';

return static function (?string $token, string $session, bool $twice): array {
    $parts = new Parts();
    $controller = new ControllerExtensionPaymentPaywallOtp();
    foreach (['request', 'session', 'db', 'config', 'log', 'response'] as $name) {
        $controller->$name = $parts;
    }
    $parts->stored = $token === null ? null : ['otp_token' => $token, 'session_id' => $session];
    $parts->taken = $twice;
    $controller->resend();
    if ($parts->taken !== $twice) {
        throw new LogicException('the lock was not released');
    }
    $next = $parts->stored;
    return [json_decode($parts->output, true), $next === null ? null : [
        'token' => $next['otp_token'],
        'session' => $next['session_id'],
    ]];
};
