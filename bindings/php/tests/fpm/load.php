<?php

declare(strict_types=1);

// Calls the page often, many times at once, and reloads PHP-FPM meanwhile. It checks every answer against the sandbox's
// journal.
//   load.php PAGE SANDBOX FPM-PID CALLS WORKERS RELOADS THROUGH

// Nothing happens if the web asks for this file by name.
if (PHP_SAPI !== 'cli') {
    exit;
}

[, $page, $sandbox, $master, $calls, $workers, $reloads, $through] = $argv;
const AT_ONCE = 16;
const SESSION = '6489433e-f36b-1410-825e-001264113a90';
const RENEWED = ['sbx_ok_5001', 'sbx_delay_60'];
const EXPECTED = [
    'sbx_ok_5001' => [null, 'verify_otp'],
    // It takes long enough to be under way during a reload of PHP-FPM.
    'sbx_delay_60' => [null, 'verify_otp'],
    'sbx_ok_0000' => [null, 'verify_otp'],
    'sbx_token_invalid' => ['Paywall\Exception\RejectedException', 'check_operation'],
    'sbx_cooldown' => ['Paywall\Exception\RejectedException', 'wait'],
    'sbx_upstream' => ['Paywall\Exception\InDoubtException', 'await_code'],
];

$problems = [];
$expect = static function (bool $holds, string $what) use (&$problems): void {
    if (!$holds) {
        $problems[] = $what;
    }
};
$ask = static function (string $method, string $path) use ($sandbox): array {
    $context = stream_context_create(['http' => ['method' => $method, 'header' => 'Content-Length: 0']]);
    return (array) json_decode((string) file_get_contents($sandbox . $path, false, $context), true);
};

$ask('DELETE', '/__sandbox/requests');
$tokens = array_keys(EXPECTED);
$multi = curl_multi_init();
$begin = static function (int $number) use ($multi, $page, $tokens): void {
    $token = $tokens[$number % count($tokens)];
    $curl = curl_init($page);
    curl_setopt_array($curl, [
        CURLOPT_POSTFIELDS => http_build_query(['token' => $token, 'session' => SESSION]),
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_TIMEOUT => 60,
        CURLOPT_PRIVATE => $token,
    ]);
    curl_multi_add_handle($multi, $curl);
};

$begun = microtime(true);
$started = 0;
$ended = 0;
$reloaded = 0;
$ids = [];
$pids = [];
$new = 0;
$making = [];
while ($ended < $calls) {
    while ($started < $calls && $started - $ended < AT_ONCE) {
        $begin($started++);
    }
    curl_multi_exec($multi, $active);
    curl_multi_select($multi, 1.0);
    while ($done = curl_multi_info_read($multi)) {
        $curl = $done['handle'];
        $text = (string) curl_multi_getcontent($curl);
        $code = curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
        $token = curl_getinfo($curl, CURLINFO_PRIVATE);
        $answer = json_decode($text, true);
        if ($code !== 200 || !is_array($answer)) {
            $problems[] = "HTTP $code: " . curl_strerror($done['result']) . ' ' . substr($text, 0, 300);
        } else {
            [$exception, $action] = EXPECTED[$token];
            $expect($answer['exception'] === $exception && $answer['action'] === $action, "$token: $text");
            $renewed = $answer['token'] !== $token;
            $expect($renewed === in_array($token, RENEWED, true), "$token: the token is {$answer['token']}");
            $expect($answer['preloaded'], 'the classes were not preloaded');
            $expect(strpos($answer['through'], $through) === 0, "through {$answer['through']}");
            $ids[] = $answer['request_id'];
            $pids[$answer['pid']] = true;
            $new += $answer['connection'] === 'new' ? 1 : 0;
            $making[] = $answer['client_us'];
        }
        curl_multi_remove_handle($multi, $curl);
        curl_close($curl);
        $ended++;
        if ($reloaded < $reloads && $ended >= $calls * ($reloaded + 1) / ($reloads + 1)) {
            $reloaded++;
            posix_kill((int) $master, SIGUSR2);
        }
    }
}
$seconds = microtime(true) - $begun;

$requests = $ask('GET', '/__sandbox/requests');
$journal = array_column($requests, 'request_id');
$connections = count(array_unique(array_column($requests, 'connection')));
sort($ids);
sort($journal);
sort($making);
$expect(count(array_unique($ids)) === (int) $calls, 'a request id came twice, or not at all');
$expect($journal === $ids, sprintf('the sandbox received %d requests for %d answers', count($journal), count($ids)));
// A worker keeps its connection from page to page, so there is one connection per worker.
$expect($connections === $new, "$connections connections, and the results report $new new ones");
$excess = "$connections connections for " . count($pids) . ' workers';
$expect($through === 'the command' || $connections <= count($pids), $excess);
$expect(count($pids) <= $workers * ($reloads + 1), count($pids) . ' workers');
$expect($reloads == 0 || count($pids) > $workers, 'PHP-FPM was not reloaded');
printf(
    "%d calls (%s), %d reloads: %d answers as they should be, %d requests in the journal, %d connections for %d workers, "
    . "%.0f pages/s, a client in %d us\n",
    $calls,
    $through,
    $reloaded,
    count($ids),
    count($journal),
    $connections,
    count($pids),
    $calls / $seconds,
    $making[intdiv(count($making), 2)] ?? 0
);
foreach (array_slice(array_count_values($problems), 0, 10) as $problem => $times) {
    echo "PROBLEM ($times times): $problem\n";
}
exit($problems === [] ? 0 : 1);
