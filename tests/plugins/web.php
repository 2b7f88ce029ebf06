<?php

declare(strict_types=1);

PHP_SAPI === 'cli' || exit;

// See web.sh: php web.php FOLDER NGINX APACHE SANDBOX

[, $folder, $nginx, $apache, $sandbox] = $argv;
$problems = [];
$asked = 0;

$curl = curl_init();
$ask = static function (string $url, ?array $form) use ($curl, &$asked): array {
    curl_setopt_array($curl, [
        CURLOPT_URL => $url,
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_TIMEOUT => 30,
        CURLOPT_HTTPGET => $form === null,
    ] + ($form === null ? [] : [CURLOPT_POSTFIELDS => http_build_query($form)]));
    $body = (string) curl_exec($curl);
    $asked++;
    return [curl_getinfo($curl, CURLINFO_RESPONSE_CODE), $body];
};

$form = [
    'token' => 'sbx_ok_5001', 'otp_token' => 'sbx_ok_5001', 'session' => '6489433e-f36b-1410-825e-001264113a90', 'order_id' => '1',
    'calls' => '5', 'n' => '5',
];
$files = 0;
$every = new RecursiveIteratorIterator(new RecursiveDirectoryIterator($folder, FilesystemIterator::SKIP_DOTS));
foreach ($every as $file) {
    $path = substr($file->getPathname(), strlen($folder));
    $url = strtr(rawurlencode($path), ['%2F' => '/']);
    $files++;
    foreach ([[$nginx, null], [$nginx, $form], [$apache, null]] as [$server, $fields]) {
        [$status, $body] = $ask($server . $url . ($fields === null ? '' : '?' . http_build_query($form)), $fields);
        $guarded = preg_match('#/(lib|php|system/library/paywall)/#', $path) === 1 && strpos($path, '/sources/') === false;
        // A class alone, in the sources: what it extends is missing.
        $alone = preg_match('/^\s*Fatal error: (Uncaught Error: )?(Class|Interface|Trait) "[^"]+" not found in /', $body) === 1;
        if (strpos($path, '/sources/') === 0 && $alone) {
            continue;
        }
        if (substr($path, -4) === '.php' && $status !== 403 && $body !== '') {
            $problems[] = "$path: HTTP $status: " . substr($body, 0, 150);
        } elseif (substr($path, -4) === '.php' && $status >= 500) {
            $problems[] = "$path: HTTP $status";
        } elseif ($server === $apache && $guarded && $status !== 403) {
            $problems[] = "$path: Apache gives it out: HTTP $status";
        }
    }
}
[, $journal] = $ask("$sandbox/__sandbox/requests", null);
if ($journal !== '[]') {
    $problems[] = "calls were made: " . substr($journal, 0, 500);
}
foreach ($problems as $problem) {
    echo "PROBLEM $problem\n";
}
printf("%d files, %d requests: %s\n", $files, $asked, $problems === [] ? 'nothing happened' : count($problems) . ' problems');
exit($problems === [] && $files > 150 ? 0 : 1);
