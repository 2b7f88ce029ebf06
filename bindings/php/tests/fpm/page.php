<?php

declare(strict_types=1);

// The page that the test calls. It makes a client and calls once, as a shop's button does.

use Paywall\Client;
use Paywall\Exception\PaywallException;

// Nothing happens if the web asks for this file where no test runs.
if (getenv('PAYWALL_TEST_PAGE') === false) {
    exit;
}

header('Content-Type: application/json');
$preloaded = class_exists(Client::class, false);
require_once dirname(__DIR__) . '/package/autoload.php';

$begun = hrtime(true);
$client = Client::fromEnv();
$made = hrtime(true);
try {
    $result = $client->resendOtp($_POST['token'], $_POST['session']);
    $exception = null;
} catch (PaywallException $exception) {
    $result = $exception->getResult();
}
echo json_encode([
    'pid' => getmypid(),
    'preloaded' => $preloaded,
    'through' => $client->__debugInfo()['through'],
    'client_us' => intdiv($made - $begun, 1000),
    'exception' => $exception === null ? null : get_class($exception),
    'message' => $exception === null ? null : $exception->getMessage(),
    'status' => $result === null ? null : $result->status,
    'kind' => $result === null || $result->error === null ? null : $result->error->kind,
    'action' => $result === null ? null : $result->action,
    'token' => $result === null ? null : $result->otpToken,
    'request_id' => $result === null ? null : $result->requestId,
    'connection' => $result === null ? null : $result->transport->connection,
]);
