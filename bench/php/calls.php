<?php

declare(strict_types=1);

// One of PHP's clients: `calls.php paywall|curl [COUNT]`. Without COUNT one call, and "answered"; else the median and the
// CPU microseconds of a warm call.

// Nothing happens if the web asks for this file by name.
if (PHP_SAPI !== 'cli') {
    exit;
}

require __DIR__ . '/www/request.php';

const WARM = 100;

function paywall(): Closure
{
    require dirname(__DIR__, 2) . '/bindings/php/autoload.php';
    $client = Paywall\Client::fromEnv();
    return static function () use ($client) {
        return $client->resendOtp('67a4c0f1d2e94b6f8a1b3c5d7e9f0a2b', '6489433e-f36b-1410-825e-001264113a90')->otpToken;
    };
}

function curl(): Closure
{
    $curl = curl_init();
    curl_setopt_array($curl, options());
    return static function () use ($curl) {
        return token(curl_exec($curl));
    };
}

function cpu(): float
{
    $used = getrusage();
    return ($used['ru_utime.tv_sec'] + $used['ru_stime.tv_sec']) * 1e6 + $used['ru_utime.tv_usec'] + $used['ru_stime.tv_usec'];
}

$call = $argv[1]();
if ($argc === 2) {
    $call();
    exit("answered\n");
}
$count = (int) $argv[2];
for ($turn = 0; $turn < WARM; $turn++) {
    $call();
}
$taken = [];
$busy = cpu();
for ($turn = 0; $turn < $count; $turn++) {
    $begun = hrtime(true);
    $call();
    $taken[] = hrtime(true) - $begun;
}
$busy = (cpu() - $busy) / $count;
sort($taken);
printf("%.2f %.2f\n", $taken[intdiv($count, 2)] / 1000, $busy);
