<?php

declare(strict_types=1);

PHP_SAPI === 'cli' || exit;

// Every scenario with the installed package. SCENARIOS names the list, SANDBOX_HTTPS and PAYWALL_* the sandbox.
//   scenarios.php AUTOLOADER [COMMAND]    through FFI, or through the command

use Paywall\Client;
use Paywall\Exception\PaywallException;

require $argv[1];

$base = [
    'base_url' => getenv('SANDBOX_HTTPS'),
    'ca_file' => getenv('PAYWALL_CA_FILE'),
    'api_key' => getenv('PAYWALL_API_KEY'),
    'api_client' => getenv('PAYWALL_API_CLIENT'),
] + (isset($argv[2]) ? ['command' => $argv[2]] : []);
$scenarios = json_decode((string) file_get_contents((string) getenv('SCENARIOS')), true, 16, JSON_THROW_ON_ERROR);
foreach ($scenarios as $scenario) {
    $options = ($scenario['options'] ?? []) + $base;
    try {
        $client = new Client($options);
        $result = $client->resendOtp($scenario['token'], $scenario['session'] ?? '6489433e-f36b-1410-825e-001264113a90');
    } catch (PaywallException $exception) {
        $result = $exception->getResult();
    }
    $error = $result->error;
    $told = [
        'status' => $result->status,
        'action' => $result->action,
        'kind' => $error === null ? null : $error->kind,
        'code' => $error === null ? null : $error->code,
        'stage' => $error === null ? null : $error->stage,
        'token_state' => $result->tokenState,
        'session_renewed' => $result->sessionRenewed,
        'http_status' => $result->httpStatus,
    ];
    if ($told != $scenario['expect']) {
        fwrite(STDERR, "{$scenario['name']}: " . json_encode($told) . "\n{$result->message}\n");
        exit(1);
    }
}
echo 'scenarios: ', count($scenarios), " passed\n";
