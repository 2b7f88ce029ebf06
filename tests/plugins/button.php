<?php

declare(strict_types=1);

PHP_SAPI === 'cli' || exit;

// What a shopper can do to the page of a plug-in, and what must come of it.
//   button.php SHOP SANDBOX TABLE DB-PORT LANGUAGE STATE-PAID STATE-UNKNOWN

require __DIR__ . '/../../bindings/php/autoload.php';

use Paywall\Shop\Texts;

[, $shop, $sandbox, $table, $port, $language, $paid, $unknown] = $argv;
$texts = Texts::TEXTS[$language];
$db = new mysqli('127.0.0.1', 'root', '', 'shop', (int) $port);
$passed = 0;

$expect = static function ($wanted, $found, string $what) use (&$passed): void {
    if ($wanted !== $found) {
        fwrite(STDERR, "$what: " . var_export($found, true) . ' instead of ' . var_export($wanted, true) . "\n");
        exit(1);
    }
    $passed++;
};
$handle = static function (string $url, ?array $fields, string $accept = 'application/json') {
    $curl = curl_init($url);
    curl_setopt_array($curl, [CURLOPT_RETURNTRANSFER => true, CURLOPT_TIMEOUT => 30, CURLOPT_HTTPHEADER => ["Accept: $accept"]]
        + ($fields === null ? [] : [CURLOPT_POSTFIELDS => http_build_query($fields)]));
    return $curl;
};
$ask = static function (string $url, ?array $fields = null, string $accept = 'application/json') use ($handle): array {
    $curl = $handle($url, $fields, $accept);
    $body = (string) curl_exec($curl);
    $status = curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
    return [$status, json_decode($body, true) ?? $body, (string) curl_getinfo($curl, CURLINFO_REDIRECT_URL)];
};
$journal = static function () use ($ask, $sandbox): int {
    return count($ask("$sandbox/__sandbox/requests")[1]);
};
$stored = static function (int $order) use ($db, $table): string {
    return $db->query("SELECT otp_token FROM {$table}paywall_otp WHERE order_id = '$order'")->fetch_row()[0];
};
/** A page that asks for a code: its address, its forms, its order. */
$begin = static function (string $token) use ($ask, $shop, $sandbox, $db, $table): array {
    [$status, $begun] = $ask("$shop/?begin=$token");
    if ($status !== 200 || !isset($begun['url'])) {
        fwrite(STDERR, "no payment was begun: HTTP $status " . json_encode($begun) . "\n");
        exit(1);
    }
    $db->query("DELETE FROM {$table}paywall_presses");
    curl_exec(curl_init_delete("$sandbox/__sandbox/requests"));
    [, $html] = $ask($begun['url'], null, 'text/html');
    $page = ['url' => $begun['url'], 'order' => $begun['order'], 'html' => $html];
    foreach (['resend', 'verify'] as $form) {
        preg_match("#<form id=\"paywall-$form\"[^>]* action=\"([^\"]+)\"[^>]*>(.*?)</form>#s", $html, $found);
        preg_match_all('#<input type="hidden" name="([^"]+)" value="([^"]*)"#', $found[2], $fields);
        $page[$form] = html_entity_decode($found[1]);
        $page['fields'] = array_combine($fields[1], $fields[2]);
    }
    return $page;
};
function curl_init_delete(string $url)
{
    $curl = curl_init($url);
    curl_setopt_array($curl, [CURLOPT_CUSTOMREQUEST => 'DELETE', CURLOPT_RETURNTRANSFER => true]);
    return $curl;
}
$text = static function (string $html): string {
    preg_match('#<p id="paywall-text"[^>]*>(.*?)</p>#s', $html, $found);
    return html_entity_decode($found[1] ?? '', ENT_QUOTES);
};

foreach (
    [
        'sbx_ok_5001' => 'sent', 'sbx_reset_after' => 'maybe_sent', 'sbx_cooldown' => 'wait', 'sbx_limit' => 'limit',
        'sbx_token_expired' => 'expired', 'sbx_token_used' => 'begin_again', 'sbx_3d' => 'bank', 'sbx_no_bank_otp' => 'bank_again',
        'sbx_account_blocked' => 'account', 'sbx_http_401' => 'unavailable', 'sbx_unknown_code' => 'unavailable',
    ] as $token => $name
) {
    $page = $begin($token);
    $expect($texts['asked'], $text($page['html']), "the page of $token");
    [$status, $answer] = $ask($page['resend'], $page['fields']);
    $expect([200, $texts[$name]], [$status, $answer['text'] ?? $answer], $token);
    $expect(1, $journal(), "requests of $token");
    $expect(in_array($token, ['sbx_ok_5001', 'sbx_3d'], true), $stored($page['order']) !== $token, "the token after $token");
    $expect($texts[$name], $text($ask($page['url'], null, 'text/html')[1]), "$token, loaded again");
}

$page = $begin('sbx_delay_3000');
$many = curl_multi_init();
$finish = static function () use ($many): void {
    do {
        curl_multi_exec($many, $active);
        curl_multi_select($many, 0.2);
    } while ($active > 0);
};
// Waits for what the requests under way bring about.
$until = static function (callable $isSo) use ($many): void {
    for ($end = microtime(true) + 60; !$isSo() && microtime(true) < $end; usleep(5000)) {
        curl_multi_exec($many, $active);
    }
};
$isSent = static function () use ($journal): bool {
    return $journal() > 0;
};
curl_multi_add_handle($many, $first = $handle($page['resend'], $page['fields']));
$until($isSent);
for ($i = 0; $i < 3; $i++) {
    $expect($texts['sending'], $ask($page['resend'], $page['fields'])[1]['text'], 'a second click');
}
$finish();
$expect($texts['sent'], json_decode(curl_multi_getcontent($first), true)['text'], 'the first click');
$expect(1, $journal(), 'requests of four clicks');

$page = $begin('sbx_ok_0000');
$key = isset($page['fields']['order_key']) ? 'order_key' : 'key';
foreach ([['order_id' => (string) ($page['order'] + 1)], [$key => 'guessed'], ['nonce' => 'stale', 'key' => 'stale']] as $changed) {
    [$status, $answer] = $ask($page['resend'], $changed + $page['fields']);
    $expect(403, $status, 'a guess');
    $expect(true, in_array($answer['text'] ?? null, [$texts['not_yours'], $texts['stale']], true), 'the text of a guess');
}
$expect(403, $ask($page['resend'])[0], 'without fields');
$expect(0, $journal(), 'requests of who guesses');
$statuses = [];
for ($i = 0; $i < 7; $i++) {
    $statuses[] = $ask($page['resend'], $page['fields'])[0];
}
$expect([200, 200, 200, 200, 200, 429, 429], $statuses, 'too many presses');
$expect(5, $journal(), 'requests of too many presses');

$page = $begin('sbx_ok_5001');
[$status, , $where] = $ask($page['resend'], $page['fields'], 'text/html');
$expect(303, $status, 'a form without the script');
$expect($texts['sent'], $text($ask($where, null, 'text/html')[1]), 'its page');
$expect(1, $journal(), 'its requests');

// The payment begins again while a call of the earlier one is under way: its answer is not the newer one's.
$page = $begin('sbx_delay_3000');
curl_multi_add_handle($many, $first = $handle($page['resend'], $page['fields']));
$until($isSent);
$db->query("UPDATE {$table}paywall_otp SET otp_token = 'newer', claim = '', claimed_until = 0 WHERE order_id = '{$page['order']}'");
$finish();
$expect($texts['newer'], json_decode(curl_multi_getcontent($first), true)['text'], 'a payment that began again');
$expect('newer', $stored($page['order']), 'its token');

$page = $begin('sbx_ok_5001');
[, , $where] = $ask($page['verify'], $page['fields'] + ['code' => '000000'], 'text/html');
$expect($texts['wrong_code'], $text($ask($where, null, 'text/html')[1]), 'a wrong code');
$expect(303, $ask($page['verify'], $page['fields'] + ['code' => '123456'], 'text/html')[0], 'the right code');
$expect($paid, $ask("$shop/?state={$page['order']}")[1], 'the order');
$expect('', $stored($page['order']), 'the token of a finished payment');
$expect($texts['finished'], $ask($page['resend'], $page['fields'])[1]['text'], 'a press after it');
$expect(0, $journal(), 'requests of verifying');

// A payment that is refused while the shopper has begun another: the newer one goes on.
$page = $begin('sbx_ok_5001');
curl_multi_add_handle($many, $first = $handle($page['verify'], $page['fields'] + ['code' => '777777']));
$claimed = static function () use ($db, $table, $page): bool {
    return $db->query("SELECT claim FROM {$table}paywall_otp WHERE order_id = '{$page['order']}'")->fetch_row()[0] !== '';
};
$until($claimed);
$db->query("UPDATE {$table}paywall_otp SET otp_token = 'newer', claim = '', claimed_until = 0 WHERE order_id = '{$page['order']}'");
$finish();
$expect('newer', $stored($page['order']), 'the token of a payment that was begun while another was refused');

// The request dies while the code is verified: nobody may take the money a second time.
$page = $begin('sbx_ok_5001');
$ask($page['verify'], $page['fields'] + ['code' => '888888']);
$db->query("UPDATE {$table}paywall_otp SET claimed_until = 0");
$expect($texts['unknown'], $text($ask($page['url'], null, 'text/html')[1]), 'the page after a request that died');
foreach (['verify', 'resend'] as $form) {
    $answer = $ask($page[$form], $page['fields'] + ['code' => '123456'])[1];
    $expect($texts['finished'], $answer['text'] ?? $answer, "$form after a request that died");
}
$expect(true, $paid !== $ask("$shop/?state={$page['order']}")[1], 'the order of a request that died');

// While the page was open, the order became another one, or was paid another way.
$page = $begin('sbx_ok_5001');
$ask("$shop/?raise={$page['order']}");
$answer = $ask($page['verify'], $page['fields'] + ['code' => '123456'])[1];
$expect($texts['begin_again'], $answer['text'] ?? $answer, 'an order that costs more now');
$expect(true, $paid !== $ask("$shop/?state={$page['order']}")[1], 'its state');
$page = $begin('sbx_ok_5001');
$ask("$shop/?place={$page['order']}");
foreach (['verify', 'resend'] as $form) {
    $answer = $ask($page[$form], $page['fields'] + ['code' => '123456'])[1];
    $expect($texts['finished'], $answer['text'] ?? $answer, "$form for an order that was placed another way");
}
$expect(0, $journal(), 'requests of these');

// The database closes what is idle for a second, and the call takes longer.
$db->query('SET GLOBAL wait_timeout = 1');
$page = $begin('sbx_delay_2500');
$answer = $ask($page['resend'], $page['fields'])[1];
$db->query('SET GLOBAL wait_timeout = 28800');
$expect($texts['sent'], $answer['text'] ?? $answer, 'a call that is longer than the database waits');
$expect(true, $stored($page['order']) !== 'sbx_delay_2500', 'its token');

// The database refuses what follows the call: its message has no token, and the page says what is known.
$page = $begin('sbx_delay_3000');
curl_multi_add_handle($many, $first = $handle($page['resend'], $page['fields']));
$until($isSent);
$db->query("ALTER TABLE {$table}paywall_otp RENAME COLUMN session_id TO gone");
$finish();
$db->query("ALTER TABLE {$table}paywall_otp RENAME COLUMN gone TO session_id");
$expect(0, preg_match('/otp_token|session_id =/', (string) curl_multi_getcontent($first)), 'a statement in the page');
$expect($texts['maybe_sent'], $text($ask($page['url'], null, 'text/html')[1]), 'the page after the database refused');

// A list in place of a text.
$page = $begin('sbx_ok_5001');
[$status, $html] = $ask("{$page['url']}&paywall_notice[]=x", null, 'text/html');
$expect([200, $texts['asked'], 0], [$status, $text($html), preg_match('/Warning|Array/', $html)], 'a list');

// Who begins payments all the time.
$db->query("DELETE FROM {$table}paywall_presses");
for ($i = 0; $i < 31; $i++) {
    $begun = $ask("$shop/?begin=sbx_ok_5001")[1];
}
$expect([null, $texts['too_many']], [$begun['url'], $begun['notice']], 'the 31st payment of a minute');
$db->query("DELETE FROM {$table}paywall_presses");

$page = $begin('sbx_ok_5001');
$expect($texts['declined'], $ask($page['verify'], $page['fields'] + ['code' => '111111'])[1]['text'], 'a refused payment');
$page = $begin('sbx_ok_5001');
[, , $where] = $ask($page['verify'], $page['fields'] + ['code' => '999999'], 'text/html');
$expect($unknown, $ask("$shop/?state={$page['order']}")[1], 'an order whose payment nobody knows');
$expect(true, strpos(html_entity_decode((string) $ask($where, null, 'text/html')[1]), $texts['unknown']) !== false, 'what is said of it');
echo "$passed checks\n";
