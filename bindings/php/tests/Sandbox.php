<?php

declare(strict_types=1);

namespace Paywall\Tests;

use Paywall\Internal\Text;
use RuntimeException;

/**
 * The sandbox. It starts once per test run and stops at the end of the run.
 */
final class Sandbox
{
    private static ?self $running = null;

    /** @var resource */
    private $process;
    /** @var array<string, string> */
    private array $about;

    private function __construct()
    {
        $pipes = [];
        $process = proc_open([self::needed('PAYWALL_SANDBOX')], [['file', '/dev/null', 'r'], ['pipe', 'w']], $pipes);
        $ready = is_resource($process) ? fgets($pipes[1]) : false;
        if ($ready === false) {
            throw new RuntimeException('the sandbox did not start');
        }
        $this->process = $process;
        $this->about = json_decode($ready, true, 8, JSON_THROW_ON_ERROR);
        register_shutdown_function(function (): void {
            proc_terminate($this->process);
            proc_close($this->process);
        });
    }

    public static function get(): self
    {
        if (self::$running === null) {
            self::$running = new self();
        }
        return self::$running;
    }

    /** A variable that a test needs. If it is not set, the test fails: nothing is skipped. */
    public static function needed(string $variable): string
    {
        $value = getenv($variable);
        if ($value === false || $value === '') {
            throw new RuntimeException("$variable is not set: run test.sh");
        }
        return $value;
    }

    /** @return array<string, mixed> */
    public function options(array $more = []): array
    {
        return $more + [
            'base_url' => $this->about['https'],
            'ca_file' => $this->about['ca_file'],
            'api_key' => $this->about['api_key'],
            'api_client' => $this->about['api_client'],
            'timeout_ms' => 10000,
            'command' => self::needed('PAYWALL_COMMAND'),
        ];
    }

    /** @return array<string, string> the same for a process that uses Client::fromEnv() */
    public function environment(array $more = []): array
    {
        $environment = ['PATH' => (string) getenv('PATH')];
        foreach ($this->options() as $name => $value) {
            $environment['PAYWALL_' . Text::upper($name)] = (string) $value;
        }
        $environment['PAYWALL_LIBRARY'] = self::needed('PAYWALL_LIBRARY');
        $environment['PAYWALL_TEST_LOCALE'] = (string) getenv('PAYWALL_TEST_LOCALE');
        return $more + $environment;
    }

    /** @return array<int, array<string, mixed>> */
    public function journal(?string $requestId = null): array
    {
        return $this->ask('GET', '/__sandbox/requests' . ($requestId === null ? '' : "?request_id=$requestId"));
    }

    public function clear(): void
    {
        $this->ask('DELETE', '/__sandbox/requests');
    }

    /** @return array<string, mixed> */
    public function stats(): array
    {
        return $this->ask('GET', '/__sandbox/stats');
    }

    /** @return array{otp_token: string, session_id: string} */
    public function operation(): array
    {
        return $this->ask('POST', '/__sandbox/operation');
    }

    /** @return mixed */
    private function ask(string $method, string $path)
    {
        $http = ['method' => $method, 'header' => 'Content-Length: 0', 'timeout' => 10];
        $context = stream_context_create(['http' => $http]);
        $answer = file_get_contents($this->about['http'] . $path, false, $context);
        return json_decode((string) $answer, true);
    }
}
