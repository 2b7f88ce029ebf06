<?php

declare(strict_types=1);

// Measures a warm call through FFI and through the command, in microseconds, and the memory that 20,000 calls leave.
//   PAYWALL_BASE_URL=… PAYWALL_CA_FILE=… PAYWALL_API_KEY=… PAYWALL_API_CLIENT=… PAYWALL_LIBRARY=… PAYWALL_COMMAND=… \
//   php bench.php
// Run it against the sandbox. Each line is a name and a number.

use Paywall\Client;
use Paywall\Internal\Command;
use Paywall\Internal\CommandEngine;
use Paywall\Internal\Options;

const SESSION = '6489433e-f36b-1410-825e-001264113a90';

$begun = hrtime(true);
require __DIR__ . '/autoload.php';
$client = Client::fromEnv();
printf("php ffi first client us: %d\n", intdiv(hrtime(true) - $begun, 1000));

/** @param callable(): mixed $call */
function median(int $times, callable $call): float
{
    $taken = [];
    for ($i = 0; $i < $times; $i++) {
        $begun = hrtime(true);
        $call();
        $taken[] = hrtime(true) - $begun;
    }
    sort($taken);
    return $taken[intdiv($times, 2)] / 1000;
}

function residentKib(): int
{
    preg_match('/^VmRSS:\s+(\d+)/m', (string) file_get_contents('/proc/self/status'), $found);
    return (int) $found[1];
}

$call = static function () use ($client) {
    return $client->resendOtp('sbx_ok_5001', SESSION);
};
median(500, $call);
printf("php ffi call us: %.1f\n", median(5000, $call));

// Calls the same C functions directly, in turns with the client: the difference is the cost of parsing, types and checks.
$ffi = Paywall\Internal\Library::get()->ffi();
$text = $ffi->new('char *');
$config = $ffi->pw_config_new();
foreach (Options::fromEnvironment() as $name => $value) {
    $name === 'command' || $ffi->pw_config_set($config, $name, $value, FFI::addr($text));
}
$context = $ffi->new('pw_ctx *');
$ffi->pw_ctx_new($config, FFI::addr($context), FFI::addr($text));
$ffi->pw_config_free($config);
$bare = [];
$typed = [];
for ($i = 0; $i < 5000; $i++) {
    $begun = hrtime(true);
    $ffi->pw_resend_otp($context, 'sbx_ok_5001', SESSION, FFI::addr($text));
    $ffi->pw_string_free($text);
    $middle = hrtime(true);
    $call();
    $typed[] = hrtime(true) - $middle;
    $bare[] = $middle - $begun;
}
$ffi->pw_ctx_free($context);
sort($bare);
sort($typed);
printf("php ffi call above the bare C functions us: %.1f\n", ($typed[2500] - $bare[2500]) / 1000);

printf("php ffi new client us: %.1f\n", median(1000, static function () {
    return Client::fromEnv();
}));

$before = residentKib();
for ($i = 0; $i < 20000; $i++) {
    $call();
}
printf("php ffi resident memory over 20000 calls KiB: %+d\n", residentKib() - $before);

$options = Options::fromEnvironment();
if (isset($options['command'])) {
    $path = $options['command'];
    $engine = new CommandEngine(new Command($path), new Options($options));
    $call = static function () use ($engine) {
        return $engine->resendOtp('sbx_ok_5001', SESSION);
    };
    median(20, $call);
    printf("php command call us: %.1f\n", median(200, $call));
    printf("php command new client us: %.1f\n", median(100, static function () use ($path, $options) {
        return new CommandEngine(new Command($path), new Options($options));
    }));
}
