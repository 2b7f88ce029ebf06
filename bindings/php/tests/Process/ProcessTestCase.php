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
        return $this->execute(array_merge([PHP_BINARY], $arguments), $environment);
    }

    /**
     * @param string[]              $command
     * @param array<string, string> $environment instead of the sandbox's
     *
     * @return array{int, string, string} exit code, output, complaints
     */
    protected function execute(array $command, ?array $environment = null): array
    {
        $pipes = [];
        $process = proc_open(
            $command,
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
        $locale = 'require ' . var_export(self::PACKAGE . '/tests/locale.php', true) . ';';
        return $locale . 'require ' . var_export(self::PACKAGE . '/autoload.php', true) . ';'
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

    /** @param string[] $flags */
    protected static function compiled(string $path, string $c, array $flags): string
    {
        file_put_contents("$path.c", $c);
        exec("cc -o $path $path.c " . implode(' ', $flags) . ' 2>&1', $complaints, $exit);
        self::assertSame(0, $exit, implode("\n", $complaints));
        return $path;
    }

    /**
     * Files that the system's loader refuses: for a newer glibc, and for musl.
     *
     * @param string[] $flags
     *
     * @return array<string, string> what the refusal says => path
     */
    protected static function refused(string $folder, array $flags): array
    {
        // Newer versions of the two libraries, as far as a linker looks at them.
        $code = 'int newer(void) { return 0; }';
        file_put_contents("$folder/versions", 'GLIBC_9.99 { newer; };');
        $glibc = ['-shared', '-fPIC', '-nostdlib', '-Wl,-soname,libc.so.6', "-Wl,--version-script=$folder/versions"];
        self::compiled("$folder/libc.so.6", $code, $glibc);
        self::compiled("$folder/musl", $code, ['-shared', '-fPIC', '-nostdlib', '-Wl,-soname,libc.musl-x86_64.so.1']);
        $use = 'int newer(void); int main(void) { return newer(); }';
        return [
            'it is built for a newer glibc than this system has; the packages of libpaywall need glibc 2.17' =>
                self::compiled("$folder/newer", $use, array_merge($flags, ["$folder/libc.so.6"])),
            'it is built for another C library, musl (Alpine) or glibc: install libpaywall for this one' =>
                self::compiled("$folder/alpine", $use, array_merge($flags, ["$folder/musl"])),
        ];
    }

    /** @return array<string, string> */
    protected static function refusedPrograms(string $folder): array
    {
        $alpine = ['-Wl,--dynamic-linker=/nowhere/ld-musl-x86_64.so.1'];
        return self::refused($folder, ['-nostartfiles', '-Wl,-e,main']) + [
            'it needs /nowhere/ld-musl-x86_64.so.1, which this system does not have' =>
                self::compiled("$folder/interpreter", 'int main(void) { return 0; }', $alpine),
        ];
    }
}
