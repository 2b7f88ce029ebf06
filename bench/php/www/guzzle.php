<?php

declare(strict_types=1);

// The same page with Guzzle.

// Nothing happens if the web asks for this file where nothing is measured.
if (getenv('BENCH_URL') === false) {
    exit;
}

require __DIR__ . '/request.php';
require_once '/usr/share/php/GuzzleHttp/autoload.php';

$fields = [];
foreach (head() as $line) {
    [$name, $value] = explode(': ', $line, 2);
    $fields[$name] = $value;
}
$client = new GuzzleHttp\Client(['verify' => getenv('BENCH_CA'), 'timeout' => 20]);
$answer = $client->post(getenv('BENCH_URL'), ['headers' => $fields, 'body' => file_get_contents(getenv('BENCH_BODY'))]);
echo token((string) $answer->getBody());
