<?php

declare(strict_types=1);

namespace Paywall\Tests\Laravel;

use Paywall\Shop\Texts;
use Paywall\Tests\Process\ProcessTestCase;
use Paywall\Tests\Sandbox;

/**
 * The package for Laravel in a real application, over real HTTP.
 */
final class LaravelTest extends ProcessTestCase
{
    /** Token => what the page shows, and its text. */
    private const EXPECTED = [
        'sbx_ok_5001' => ['code', 'sent'],
        'sbx_renewed' => ['code', 'sent'],
        'sbx_upstream' => ['code', 'maybe_sent'],
        'sbx_reset_after' => ['code', 'maybe_sent'],
        'sbx_cooldown' => ['code', 'wait'],
        'sbx_limit' => ['restart', 'limit'],
        'sbx_http_429' => ['code', 'wait'],
        'sbx_token_invalid' => ['restart', 'begin_again'],
        'sbx_token_expired' => ['restart', 'expired'],
        'sbx_3d' => ['bank', 'bank'],
        'sbx_no_bank_otp' => ['restart', 'bank_again'],
        'sbx_account_blocked' => ['other', 'account'],
        'sbx_http_401' => ['other', 'unavailable'],
        'sbx_unknown_code' => ['other', 'unavailable'],
    ];

    private const PROVIDERS = [
        'Cache\CacheServiceProvider', 'Cookie\CookieServiceProvider', 'Database\DatabaseServiceProvider',
        'Encryption\EncryptionServiceProvider',
        'Filesystem\FilesystemServiceProvider', 'Foundation\Providers\ConsoleSupportServiceProvider',
        'Foundation\Providers\FoundationServiceProvider', 'Queue\QueueServiceProvider', 'Session\SessionServiceProvider',
        'Translation\TranslationServiceProvider', 'View\ViewServiceProvider',
    ];

    /** @var resource|null */
    private $server = null;
    private string $address;

    protected function setUp(): void
    {
        parent::setUp();
        Sandbox::get()->clear();
        foreach (['bootstrap/cache', 'config', 'resources/views', 'storage/framework', 'vendor/composer'] as $folder) {
            mkdir("{$this->folder}/$folder", 0700, true);
        }
        // What Composer leaves, and Laravel's discovery reads.
        $about = json_decode((string) file_get_contents(self::PACKAGE . '/composer.json'), true);
        $this->script('vendor/composer/installed.json', (string) json_encode(['packages' => [$about]]));
        $providers = array_map(static function (string $name): string {
            return "Illuminate\\$name";
        }, self::PROVIDERS);
        $log = ['default' => 'file', 'channels' => ['file' => ['driver' => 'single', 'path' => "{$this->folder}/log"]]];
        foreach (
            [
                'app' => [
                    'name' => 'Shop', 'env' => 'local', 'debug' => false, 'key' => str_repeat('k', 32),
                    'cipher' => 'AES-256-CBC', 'timezone' => 'UTC', 'locale' => 'tr', 'fallback_locale' => 'en',
                    'providers' => $providers, 'aliases' => [],
                ],
                'cache' => [
                    'default' => 'file', 'prefix' => 'shop', 'stores' => [
                        'file' => ['driver' => 'file', 'path' => "{$this->folder}/storage/cache"],
                        'array' => ['driver' => 'array'],
                    ],
                ],
                'session' => [
                    'driver' => 'file', 'files' => "{$this->folder}/storage/framework", 'cookie' => 'shop', 'lifetime' => 60,
                    'path' => '/', 'domain' => null, 'secure' => false, 'http_only' => true, 'lottery' => [0, 100],
                    'expire_on_close' => false, 'encrypt' => false, 'same_site' => 'lax',
                ],
                'database' => ['default' => 'none', 'connections' => [], 'migrations' => 'migrations'],
                'view' => [
                    'paths' => ["{$this->folder}/resources/views"], 'compiled' => "{$this->folder}/storage/framework",
                ],
                'logging' => $log,
            ] as $name => $config
        ) {
            $this->script("config/$name.php", '<?php return ' . var_export($config, true) . ';');
        }
    }

    protected function tearDown(): void
    {
        if ($this->server !== null) {
            // The server has workers of its own, in its group.
            posix_kill(-proc_get_status($this->server)['pid'], SIGKILL);
            proc_close($this->server);
        }
        parent::tearDown();
    }

    public function testTheVisitorIsShownWhatTheTableSaysInTurkishAndTheNewestTokenIsStored(): void
    {
        $this->serve(['PAYWALL_PROXY' => '']);
        foreach (self::EXPECTED as $token => [$show, $text]) {
            $cookies = $this->begin($token);
            [$status, $answer] = $this->press($cookies);
            self::assertSame([200, $show], [$status, $answer['show'] ?? $answer], $token);
            self::assertSame(Texts::TEXTS['tr'][$text], $answer['text'], $token);
            $tokens = json_decode($this->ask($cookies, 'GET', '/tokens')[1], true)[0];
            $renewed = in_array($token, ['sbx_ok_5001', 'sbx_renewed', 'sbx_3d'], true);
            self::assertSame($renewed, $tokens[0] !== $token, $token);
            $session = in_array($token, ['sbx_renewed', 'sbx_token_expired'], true);
            self::assertSame($session, $tokens[1] !== self::SESSION, $token);
            if ($show === 'bank') {
                self::assertStringStartsWith('https://', $answer['url']);
            }
        }
        self::assertCount(count(self::EXPECTED), Sandbox::get()->journal());
    }

    public function testClicksAtOnceAreOneMessage(): void
    {
        $this->serve();
        $cookies = $this->begin('sbx_delay_3000');
        $first = $this->handle($cookies, 'POST', '/resend');
        $underWay = $this->sent($first);
        for ($i = 0; $i < 3; $i++) {
            self::assertSame(Texts::TEXTS['tr']['sending'], $this->press($cookies)[1]['text']);
        }
        do {
            curl_multi_exec($underWay, $active);
            curl_multi_select($underWay, 0.2);
        } while ($active > 0);
        $answer = json_decode((string) curl_multi_getcontent($first), true);
        self::assertSame(Texts::TEXTS['tr']['sent'], $answer['text']);
        self::assertCount(1, Sandbox::get()->journal());
    }

    public function testAPaymentThatBeganDuringACallStaysTheVisitorsAndOneThatEndedStaysOver(): void
    {
        $this->serve();
        $meanwhile = ['/begin?token=sbx_ok_0000' => ['newer', 'sbx_ok_0000'], '/finish' => ['finished', null]];
        foreach ($meanwhile as $path => $expected) {
            Sandbox::get()->clear();
            $cookies = $this->begin('sbx_delay_3000');
            $first = $this->handle($cookies, 'POST', '/resend');
            $underWay = $this->sent($first);
            self::assertSame(200, $this->ask($cookies, 'GET', $path)[0]);
            do {
                curl_multi_exec($underWay, $active);
                curl_multi_select($underWay, 0.2);
            } while ($active > 0);
            $answer = json_decode((string) curl_multi_getcontent($first), true);
            self::assertSame(Texts::TEXTS['tr'][$expected[0]], $answer['text'], $path);
            $tokens = json_decode($this->ask($cookies, 'GET', '/tokens')[1], true)[0];
            self::assertSame($expected[1], $tokens[0] ?? null, $path);
        }
    }

    public function testALimitFromTheEnvironmentIsText(): void
    {
        $this->script('config/paywall.php', '<?php return ["per_payment" => "1", "per_address" => null];');
        $this->serve();
        $cookies = $this->begin('sbx_ok_0000');
        self::assertSame([200, 429], [$this->press($cookies)[0], $this->press($cookies)[0]]);
    }

    public function testWhoHasNoPaymentAndWhoPressesTooOftenSendsNothing(): void
    {
        $this->serve();
        self::assertSame(Texts::TEXTS['tr']['finished'], $this->press("{$this->folder}/nobody")[1]['text']);
        self::assertSame([], Sandbox::get()->journal());
        $cookies = $this->begin('sbx_ok_0000');
        $statuses = [];
        for ($i = 0; $i < 7; $i++) {
            $statuses[] = $this->press($cookies)[0];
        }
        self::assertSame([200, 200, 200, 200, 200, 429, 429], $statuses);
        self::assertCount(5, Sandbox::get()->journal());
    }

    public function testErrorsOfTheConfigurationAreShownAsAnotherWayToPay(): void
    {
        $this->serve(['PAYWALL_LIBRARY' => '/nowhere/libpaywall.so.1', 'PAYWALL_COMMAND' => '']);
        [$status, $answer] = $this->press($this->begin('sbx_ok_5001'));
        self::assertSame([200, 'other', Texts::TEXTS['tr']['unavailable']], [$status, $answer['show'], $answer['text']]);
        self::assertStringContainsString('paywall: fix_', (string) file_get_contents("{$this->folder}/log"));
    }

    public function testAFormWithoutAScriptGoesBackToItsPage(): void
    {
        $this->serve();
        $cookies = $this->begin('sbx_ok_5001');
        self::assertSame(303, $this->ask($cookies, 'POST', '/resend', 'Accept: text/html')[0]);
        self::assertCount(1, Sandbox::get()->journal());
    }

    public function testACacheThatIsNotSharedIsRefused(): void
    {
        $this->serve(['PAYWALL_CACHE' => 'array']);
        self::assertSame(500, $this->ask("{$this->folder}/cookies", 'GET', '/begin?token=sbx_ok_5001')[0]);
        $log = (string) file_get_contents("{$this->folder}/log");
        self::assertStringContainsString('without locks between processes', $log);
    }

    public function testTheConfigurationIsPublished(): void
    {
        $arguments = ['-d', 'error_reporting=8191', self::PACKAGE . '/tests/Laravel/app.php', 'vendor:publish'];
        [$exit, $out, $err] = $this->php(array_merge($arguments, ['--tag=paywall-config']), $this->environment([]));
        self::assertSame(0, $exit, $out . $err);
        self::assertFileEquals(self::PACKAGE . '/laravel/config/paywall.php', "{$this->folder}/config/paywall.php");
    }

    private function environment(array $environment): array
    {
        return $environment + Sandbox::get()->environment([
            'PAYWALL_TEST_PAGE' => 'yes', 'PAYWALL_PACKAGE' => realpath(self::PACKAGE), 'PHP_CLI_SERVER_WORKERS' => '5',
        ]);
    }

    private function serve(array $environment = []): void
    {
        $socket = stream_socket_server('tcp://127.0.0.1:0');
        $this->address = (string) stream_socket_get_name($socket, false);
        fclose($socket);
        $pipes = [];
        $log = ['file', "{$this->folder}/server", 'w'];
        $this->server = proc_open(
            ['setsid', PHP_BINARY, '-d', 'ffi.enable=1', '-S', $this->address, self::PACKAGE . '/tests/Laravel/app.php'],
            [['file', '/dev/null', 'r'], $log, $log],
            $pipes,
            $this->folder,
            $this->environment($environment)
        );
        $until = microtime(true) + 60;
        while (microtime(true) < $until) {
            $connection = @stream_socket_client("tcp://{$this->address}");
            if ($connection !== false) {
                fclose($connection);
                return;
            }
            usleep(20000);
        }
        self::fail("the server did not start: " . file_get_contents("{$this->folder}/server"));
    }

    /**
     * Sends a request for a page, and waits until the service has got the call.
     *
     * @param resource|CurlHandle $request
     * @return resource|CurlMultiHandle
     */
    private function sent($request)
    {
        $underWay = curl_multi_init();
        curl_multi_add_handle($underWay, $request);
        for ($until = microtime(true) + 60; Sandbox::get()->journal() === [] && microtime(true) < $until; usleep(5000)) {
            curl_multi_exec($underWay, $active);
        }
        return $underWay;
    }

    /** A visitor of the site, by the file with its cookies. */
    private function begin(string $token): string
    {
        $cookies = tempnam($this->folder, 'cookies');
        self::assertSame([200, 'begun'], $this->ask($cookies, 'GET', "/begin?token=$token"), 'the provider was not found');
        return $cookies;
    }

    /** @return array{0: int, 1: array<string, mixed>|null} */
    private function press(string $cookies): array
    {
        [$status, $body] = $this->ask($cookies, 'POST', '/resend');
        return [$status, json_decode($body, true)];
    }

    /** @return array{0: int, 1: string} */
    private function ask(string $cookies, string $method, string $path, string $accept = 'Accept: application/json'): array
    {
        $handle = $this->handle($cookies, $method, $path, $accept);
        $body = (string) curl_exec($handle);
        $status = curl_getinfo($handle, CURLINFO_RESPONSE_CODE);
        curl_close($handle);
        return [$status, $body];
    }

    /** @return resource|\CurlHandle */
    private function handle(string $cookies, string $method, string $path, string $accept = 'Accept: application/json')
    {
        $handle = curl_init("http://{$this->address}$path");
        curl_setopt_array($handle, [
            CURLOPT_CUSTOMREQUEST => $method,
            CURLOPT_HTTPHEADER => [$accept],
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_TIMEOUT => 30,
            CURLOPT_COOKIEFILE => $cookies,
            CURLOPT_COOKIEJAR => $cookies,
        ]);
        return $handle;
    }
}
