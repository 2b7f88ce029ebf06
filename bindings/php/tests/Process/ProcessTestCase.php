<?php

declare(strict_types=1);

namespace Paywall\Tests\Process;

use Paywall\Tests\Sandbox;
use PHPUnit\Framework\TestCase;

/**
 * A test that starts PHP, or a stand-in for the command, as a process.
 */
abstract class ProcessTestCase extends TestCase
{
    protected const PACKAGE = __DIR__ . '/../..';
    protected const SESSION = '6489433e-f36b-1410-825e-001264113a90';

    protected string $folder;

    protected function setUp(): void
    {
        $this->folder = sys_get_temp_dir() . '/paywall-php-' . bin2hex(random_bytes(6));
        mkdir($this->folder, 0700);
    }

    protected function tearDown(): void
    {
        exec('rm -rf ' . escapeshellarg($this->folder));
    }

    /**
     * @param string[]              $arguments of php
     * @param array<string, string> $environment instead of the sandbox's
     *
     * @return array{int, string, string} exit code, output, complaints
     */
    protected function php(array $arguments, ?array $environment = null): array
    {
        $pipes = [];
        $process = proc_open(
            array_merge([PHP_BINARY], $arguments),
            [['file', '/dev/null', 'r'], ['file', "{$this->folder}/out", 'w'], ['file', "{$this->folder}/err", 'w']],
            $pipes,
            $this->folder,
            $environment ?? Sandbox::get()->environment()
        );
        $code = proc_close($process);
        return [$code, (string) file_get_contents("{$this->folder}/out"), (string) file_get_contents("{$this->folder}/err")];
    }

    /** A program that makes `$client` with `$make` and runs `$code`; it prints an exception in one line. */
    protected static function program(string $code, string $make = 'Paywall\Client::fromEnv()'): string
    {
        return 'require ' . var_export(self::PACKAGE . '/autoload.php', true) . ';'
            . 'try { $client = ' . $make . ';' . $code . ' } catch (Throwable $e) {'
            . ' echo get_class($e), ": ", $e->getMessage(), "\n"; }';
    }

    protected function script(string $name, string $text, int $mode = 0755): string
    {
        $path = "{$this->folder}/$name";
        file_put_contents($path, $text);
        chmod($path, $mode);
        return $path;
    }
}
