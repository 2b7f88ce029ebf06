<?php

declare(strict_types=1);

// The page of a shop that resends once: a client of its own for each request.

// Nothing happens if the web asks for this file where nothing is measured.
if (getenv('BENCH_URL') === false) {
    exit;
}

require_once dirname(__DIR__) . '/package/autoload.php';

$client = Paywall\Client::fromEnv();
echo $client->resendOtp('67a4c0f1d2e94b6f8a1b3c5d7e9f0a2b', '6489433e-f36b-1410-825e-001264113a90')->otpToken;
