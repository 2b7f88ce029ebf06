<?php

declare(strict_types=1);

// The same page as shops write it: a new handle for each request.

// Nothing happens if the web asks for this file where nothing is measured.
if (getenv('BENCH_URL') === false) {
    exit;
}

require __DIR__ . '/request.php';

$curl = curl_init();
curl_setopt_array($curl, options());
if (($_GET['trust'] ?? '') === 'ca.pem') {
    curl_setopt($curl, CURLOPT_CAINFO, dirname(__DIR__) . '/ca.pem');
}
echo token(curl_exec($curl));
