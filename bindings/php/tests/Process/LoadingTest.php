<?php

declare(strict_types=1);

namespace Paywall\Tests\Process;

use Paywall\Internal\LibraryPaths;
use Paywall\Tests\Sandbox;

final class LoadingTest extends ProcessTestCase
{
    private const SHOW = 'echo "made\n";';
    /** Without FFI, then. Before PHP 8, JSON is an extension too. */
    private const WITHOUT_INI = PHP_VERSION_ID < 80000 ? ['-n', '-d', 'extension=json'] : ['-n'];

    public function testTheBundledHeaderIsTheLibrarysOwn(): void
    {
        self::assertFileEquals(Sandbox::needed('PAYWALL_HEADER'), self::PACKAGE . '/resources/paywall_php.h');
    }

    public function testWithoutTheExtensionTheErrorNamesTheIniLine(): void
    {
        $message = $this->failure(self::WITHOUT_INI, ['PAYWALL_COMMAND' => '']);
        self::assertStringContainsString('the extension FFI is not loaded: install it, and write extension=ffi', $message);
    }

    public function testIfFfiIsSwitchedOffTheErrorNamesTheIniLine(): void
    {
        $message = $this->failure(['-d', 'ffi.enable=0'], ['PAYWALL_COMMAND' => '']);
        self::assertStringContainsString('ffi.enable=0 does not let this code use FFI: write into ', $message);
        self::assertStringContainsString('either ffi.enable=true, or ffi.enable=preload and opcache.preload=/', $message);
    }

    /** @dataProvider wrongFiles */
    public function testAFileThatIsNotTheLibraryIsNamedWithTheReason(string $content, string $reason): void
    {
        $path = $this->script('libpaywall.so.1', $content);
        $message = $this->failure([], ['PAYWALL_LIBRARY' => $path, 'PAYWALL_COMMAND' => '']);
        self::assertStringContainsString("libpaywall could not be loaded, nothing was sent: $path: $reason", $message);
    }

    public static function wrongFiles(): array
    {
        $library = (string) file_get_contents(Sandbox::needed('PAYWALL_LIBRARY'));
        $other = substr_replace($library, pack('v', LibraryPaths::platform() === 'linux-x86_64' ? 183 : 62), 18, 2);
        $theirs = LibraryPaths::platform() === 'linux-x86_64' ? 'aarch64' : 'x86_64';
        return [
            'empty' => ['', 'is not a shared library for Linux (ELF)'],
            'text' => ["\n", 'is not a shared library for Linux (ELF)'],
            'of Windows' => ["MZ\x90\0" . str_repeat("\0", 60), 'is not a shared library for Linux (ELF)'],
            'for another machine' => [$other, "is built for $theirs, but this PHP runs as "],
            'cut' => [substr($library, 0, 5000), 'is cut off: it has 5000 bytes of '],
            'of another program' => [(string) file_get_contents(self::otherLibrary()), "Failed resolving C function 'pw_"],
        ];
    }

    public function testALibraryForAnotherSystemIsToldAsSuch(): void
    {
        foreach (self::refused($this->folder, ['-shared', '-fPIC']) as $words => $path) {
            $message = $this->failure([], ['PAYWALL_LIBRARY' => $path, 'PAYWALL_COMMAND' => '']);
            self::assertStringContainsString("nothing was sent: $path: ", $message);
            self::assertStringContainsString($words, $message);
        }
    }

    /** @dataProvider wrongPaths */
    public function testAWrongPathIsNamedWithTheReason(string $path, string $reason): void
    {
        $message = $this->failure([], ['PAYWALL_LIBRARY' => $path, 'PAYWALL_COMMAND' => '']);
        self::assertStringContainsString("$path: $reason", $message);
    }

    public static function wrongPaths(): array
    {
        return [
            'not there' => ['/nowhere/libpaywall.so.1', 'there is no such file'],
            'a folder' => ['/tmp', 'is not a file'],
            'relative' => ['./libpaywall.so.1', 'must be an absolute path'],
            'a bare name' => ['libpaywall.so.1', 'must be an absolute path'],
        ];
    }

    public function testWithoutPaywallLibraryTheBundledFileAndTheSystemsAreTriedInThisOrder(): void
    {
        $message = $this->failure([], ['PAYWALL_LIBRARY' => '', 'PAYWALL_COMMAND' => '']);
        self::assertMatchesRegularExpression(
            '~/native/linux-\w+/libpaywall\.so\.1: there is no such file.*; '
            . 'libpaywall\.so\.1: cannot open shared object file: No such file~',
            $message
        );
    }

    public function testTheBundledFileIsLoaded(): void
    {
        $package = $this->copyOfThePackage();
        $code = 'require $argv[1]; print_r(Paywall\Client::fromEnv());';
        $environment = Sandbox::get()->environment(['PAYWALL_LIBRARY' => '']);
        [$exit, $out] = $this->php(['-r', $code, '--', "$package/autoload.php"], $environment);
        self::assertSame(0, $exit);
        self::assertStringContainsString("FFI, $package/native/" . LibraryPaths::platform() . '/libpaywall.so.1', $out);
    }

    public function testTheSystemsLibraryIsLoadedByItsSoname(): void
    {
        copy(Sandbox::needed('PAYWALL_LIBRARY'), "{$this->folder}/libpaywall.so.1");
        $environment = Sandbox::get()->environment(['PAYWALL_LIBRARY' => '', 'LD_LIBRARY_PATH' => $this->folder]);
        [, $out] = $this->php(['-r', self::program('print_r($client);')], $environment);
        self::assertStringContainsString('FFI, libpaywall.so.1', $out);
    }

    public function testALibraryOfAnotherInterfaceIsRefused(): void
    {
        $path = self::compiled("{$this->folder}/other.so", 'unsigned pw_abi_version(void) { return 2u << 16; }'
            . ' const char *pw_version(void) { return "9.9.9"; }', ['-shared', '-fPIC']);
        $message = $this->failure([], ['PAYWALL_LIBRARY' => $path, 'PAYWALL_COMMAND' => '']);
        self::assertStringContainsString(
            "$path: its interface is 2.0 (version 9.9.9); this package needs 1.0 or a later 1.x",
            $message
        );
    }

    public function testWithoutFfiTheCommandCarriesTheCalls(): void
    {
        $code = self::program('print_r($client); echo $client->resendOtp("sbx_ok_5001", "' . self::SESSION . '")->action;');
        foreach ([self::WITHOUT_INI, ['-d', 'ffi.enable=0']] as $ini) {
            [, $out] = $this->php(array_merge($ini, ['-r', $code]));
            self::assertStringContainsString('the command ' . Sandbox::needed('PAYWALL_COMMAND'), $out);
            self::assertStringEndsWith('verify_otp', $out);
        }
    }

    public function testAShopsSettingsPageSaysWhyNoCallCanBeMade(): void
    {
        $code = 'require $argv[1]; var_export(Paywall\\Shop\\Settings::obstacle($argv[2]));';
        $obstacle = function (string $command) use ($code): string {
            $arguments = ['-r', $code, '--', self::PACKAGE . '/autoload.php', $command];
            return $this->php(array_merge(self::WITHOUT_INI, $arguments), Sandbox::get()->environment([]))[1];
        };
        self::assertStringContainsString('the extension FFI is not loaded', $obstacle(''));
        self::assertStringContainsString('/nowhere/paywall cannot be started', $obstacle('/nowhere/paywall'));
        self::assertSame('NULL', $obstacle(Sandbox::needed('PAYWALL_COMMAND')));
    }

    public function testWithoutFfiAndWithoutACommandThatStartsTheErrorHasBothReasons(): void
    {
        $message = $this->failure(self::WITHOUT_INI, ['PAYWALL_COMMAND' => '/nowhere/paywall']);
        self::assertStringContainsString('the command /nowhere/paywall cannot be started: there is no such file', $message);
        self::assertStringContainsString('the extension FFI is not loaded', $message);
        $message = $this->failure(array_merge(self::WITHOUT_INI, ['-d', 'disable_functions=proc_open']), []);
        self::assertStringContainsString('disable_functions in php.ini names proc_open', $message);
    }

    public function testTheLibraryIsLoadedOncePerProcess(): void
    {
        $code = self::program('$one = Paywall\Internal\Library::get(); Paywall\Client::fromEnv();'
            . ' var_dump($one === Paywall\Internal\Library::get());');
        [, $out] = $this->php(['-r', $code]);
        self::assertSame("bool(true)\n", $out);
    }

    public function testThePreloadScriptMakesTheScope(): void
    {
        $headers = glob(sys_get_temp_dir() . '/paywall??????');
        self::assertSame([0, ['bool(true)', 'preloaded', '1']], $this->preload([]));
        self::assertSame($headers, glob(sys_get_temp_dir() . '/paywall??????'), 'the header was not removed');
    }

    public function testThePreloadScriptStopsNoServerWhereFunctionsAreDisabled(): void
    {
        foreach (['tempnam', 'sys_get_temp_dir', 'file_put_contents', 'unlink', 'php_uname,getenv'] as $functions) {
            [$exit, $lines] = $this->preload(['-d', "disable_functions=$functions"]);
            self::assertSame([0, 'bool(true)', '1'], [$exit, $lines[0], end($lines)], implode("\n", $lines));
            array_map('unlink', glob(sys_get_temp_dir() . '/paywall??????'));
        }
    }

    /** @return array{int, string[]} exit code, lines */
    private function preload(array $ini): array
    {
        // FFI::load refuses if opcache.preload_user is set, and root must set that. So this does not run as root.
        $package = $this->copyOfThePackage();
        exec('chmod -R a+rX ' . escapeshellarg($this->folder));
        // It uses the library inside the copy: another user may not enter the folder where the library was built.
        $command = array_merge(
            ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'env', '-u', 'PAYWALL_LIBRARY', PHP_BINARY],
            ['-d', 'opcache.enable_cli=1', '-d', "opcache.preload=$package/preload.php", '-d', 'ffi.enable=preload'],
            $ini,
            ['-r', self::preloaded($package)]
        );
        $command = posix_geteuid() === 0 ? $command : array_slice($command, 4);
        exec(implode(' ', array_map('escapeshellarg', $command)) . ' 2>&1', $lines, $exit);
        return [$exit, $lines];
    }

    public function testTheDoctorsHeaderMakesTheScopeThroughFfiPreload(): void
    {
        [$exit, $header] = $this->php([self::PACKAGE . '/bin/paywall-doctor', '--header']);
        self::assertSame(0, $exit);
        $path = $this->script('paywall-ffi.h', $header);
        $code = 'require ' . var_export(self::PACKAGE . '/autoload.php', true) . ';'
            . ' echo Paywall\Internal\Library::get()->origin();';
        [, $out, $err] = $this->php(['-d', "ffi.preload=$path", '-r', $code], ['PAYWALL_LIBRARY' => '/nowhere']);
        self::assertSame(['preloaded', ''], [$out, $err]);
    }

    private static function preloaded(string $package): string
    {
        return 'var_dump(class_exists("Paywall\Client", false)); $library = Paywall\Internal\Library::get();'
            . ' echo $library->origin(), "\n", $library->ffi()->pw_abi_version() >> 16;';
    }

    public function testUseFromDestructorsAndAtShutdownIsSafe(): void
    {
        $code = 'require $argv[1]; class Last { public Paywall\Client $client; public string $name;'
            . ' function __construct($n) { $this->name = $n; $this->client = Paywall\Client::fromEnv(); }'
            . ' function __destruct() { echo $this->name, ": ",'
            . ' $this->client->resendOtp("sbx_ok_5001", "' . self::SESSION . '")->action, "\n"; } }'
            . ' $a = new Last("global"); class Held { static $last; } Held::$last = new Last("static");'
            . ' $ring = new stdClass; $ring->me = $ring; $ring->last = new Last("ring");'
            . ' register_shutdown_function(function () { $b = new Last("shutdown"); exit; });'
            . ' function deep() { $c = new Last("unwound"); exit(0); } deep();';
        foreach ([[], self::WITHOUT_INI] as $ini) {
            [$exit, $out, $err] = $this->php(array_merge($ini, ['-r', $code, '--', self::PACKAGE . '/autoload.php']));
            self::assertSame([0, ''], [$exit, $err]);
            $lines = explode("\n", trim($out));
            sort($lines);
            self::assertSame(
                [
                    'global: verify_otp', 'ring: verify_otp', 'shutdown: verify_otp', 'static: verify_otp',
                    'unwound: verify_otp',
                ],
                $lines
            );
        }
    }

    public function testParentAndChildCanBothCallAfterAFork(): void
    {
        $code = 'require $argv[1]; $c = Paywall\Client::fromEnv();'
            . ' $call = function () use ($c) { for ($i = 0; $i < 20; $i++) {'
            . ' if ($c->resendOtp("sbx_ok_5001", "' . self::SESSION . '")->status !== "ok") exit(1); } }; $call();'
            . ' $children = []; for ($i = 0; $i < 4; $i++) { $pid = pcntl_fork(); if ($pid === 0) { $call(); exit(0); }'
            . ' $children[] = $pid; } $call(); foreach ($children as $pid) { pcntl_waitpid($pid, $s);'
            . ' echo pcntl_wexitstatus($s), pcntl_wifexited($s) ? "" : "!"; }';
        Sandbox::get()->clear();
        [$exit, $out, $err] = $this->php(['-r', $code, '--', self::PACKAGE . '/autoload.php']);
        self::assertSame([0, '0000', ''], [$exit, $out, $err]);
        $ids = array_column(Sandbox::get()->journal(), 'request_id');
        self::assertCount(120, $ids);
        self::assertCount(120, array_unique($ids));
    }

    public function testTheDoctorReportsWhatIsLoadedAndReachesTheService(): void
    {
        [$exit, $out] = $this->php([self::PACKAGE . '/bin/paywall-doctor']);
        self::assertSame(0, $exit, $out);
        self::assertMatchesRegularExpression('~^library +0\.\d+\.\d+, interface 1\.0, from /~m', $out);
        self::assertMatchesRegularExpression('~^check +connected to localhost:\d+: ~m', $out);
        self::assertStringNotContainsString('sandbox-api-key', $out);
    }

    public function testTheDoctorReportsEveryPathAndFailsIfNoCallCanBeMade(): void
    {
        [$exit, $out] = $this->php(
            [self::PACKAGE . '/bin/paywall-doctor'],
            Sandbox::get()->environment(['PAYWALL_LIBRARY' => '', 'PAYWALL_COMMAND' => ''])
        );
        self::assertSame(1, $exit);
        self::assertMatchesRegularExpression('~^path +/.*/native/.*: there is no such file~m', $out);
        self::assertMatchesRegularExpression('~^path +libpaywall\.so\.1: cannot open shared object~m', $out);
        self::assertMatchesRegularExpression('~^check +failed: libpaywall could not be loaded~m', $out);
        [$exit, $out] = $this->php([self::PACKAGE . '/bin/paywall-doctor'], ['PAYWALL_LIBRARY' => '/nowhere/x.so']);
        self::assertSame(1, $exit, $out);
    }

    /** @return string the only line that the program printed */
    private function failure(array $ini, array $environment): string
    {
        $arguments = array_merge($ini, ['-r', self::program(self::SHOW)]);
        [$exit, $out, $err] = $this->php($arguments, Sandbox::get()->environment($environment));
        self::assertSame([0, ''], [$exit, $err]);
        self::assertStringStartsWith('Paywall\Exception\LibraryException: ', $out);
        self::assertSame(1, substr_count($out, "\n"));
        self::assertStringNotContainsString('sandbox-api-key', $out);
        return $out;
    }

    private function copyOfThePackage(): string
    {
        $package = "{$this->folder}/package";
        $native = "$package/native/" . LibraryPaths::platform();
        is_dir($native) || mkdir($native, 0700, true);
        foreach (['src', 'resources', 'autoload.php', 'preload.php'] as $part) {
            exec('cp -r ' . escapeshellarg(self::PACKAGE . "/$part") . ' ' . escapeshellarg($package));
        }
        copy(Sandbox::needed('PAYWALL_LIBRARY'), "$native/libpaywall.so.1");
        return (string) realpath($package);
    }

    private static function otherLibrary(): string
    {
        preg_match('~\S+/libm[-.]\S+~', (string) file_get_contents('/proc/self/maps'), $found);
        return $found[0];
    }
}
