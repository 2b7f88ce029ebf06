<?php

declare(strict_types=1);

namespace Paywall\Tests\Process;

/**
 * Hosts that take functions and folders away from PHP, and shops that install handlers of their own.
 */
final class HostTest extends ProcessTestCase
{
    /** Functions that work on values alone: no host disables them. */
    private const ON_VALUES = '~^(array_\w+|str\w+|substr|json_\w+|preg_\w+|(class|function|method)_exists|count|dirname'
        . '|end|explode|get_class|gettype|implode|intdiv|is_(array|callable|file|int|object|resource|string)|max'
        . '|min|spl_autoload_register|sprintf|trigger_error|trim|unpack)$~';

    /** What a hoster's php.ini has. */
    private const HOSTERS_LIST = 'apache_child_terminate,chgrp,chmod,chown,curl_exec,curl_multi_exec,diskfreespace,dl,'
        . 'error_log,exec,fileperms,fileowner,fpassthru,getenv,gethostname,getlastmod,getmygid,getmyinode,getmypid,getmyuid,'
        . 'get_current_user,highlight_file,hrtime,ini_alter,ini_get,ini_get_all,ini_restore,ini_set,is_executable,leak,link,'
        . 'listen,mail,opcache_get_status,openlog,parse_ini_file,passthru,pcntl_alarm,pcntl_async_signals,pcntl_exec,'
        . 'pcntl_fork,pcntl_signal,pcntl_signal_dispatch,php_ini_loaded_file,php_sapi_name,php_uname,phpinfo,phpversion,'
        . 'popen,posix_getpwuid,posix_kill,posix_uname,proc_close,proc_get_status,proc_nice,proc_terminate,putenv,readlink,'
        . 'realpath,register_shutdown_function,restore_error_handler,set_error_handler,set_time_limit,shell_exec,sleep,'
        . 'show_source,socket_create,stream_select,stream_set_blocking,stream_socket_server,symlink,sys_get_temp_dir,'
        . 'sys_getloadavg,syslog,system,tempnam,tmpfile,usleep,virtual';

    private const CALLS = 'echo Paywall\Doctor::examine()->report(); echo $client->check()->message, "\n";'
        . ' echo $client->__debugInfo()["through"], ": ",'
        . ' $client->resendOtp("sbx_ok_5001", "' . self::SESSION . '")->action, "\n";';

    private const WAYS = ['ffi.enable=1', 'ffi.enable=0'];

    /** Each handler turns all that PHP complains of into an exception, as those do that were written for PHP 7's `@`. */
    private const THROWING_HANDLER = 'set_error_handler(function ($level, $message) { if (error_reporting() === 0)'
        . ' { return true; } throw new ErrorException($message, 0, $level); });';

    /** @dataProvider functions */
    public function testADisabledFunctionIsDoneWithoutOrNamed(string $functions): void
    {
        foreach (self::WAYS as $way) {
            $ini = ['-d', $way, '-d', "disable_functions=$functions", '-d', 'display_errors=1'];
            [, $out, $err] = $this->php(array_merge($ini, ['-r', self::program(self::CALLS)]));
            self::assertSame('', $err);
            if ($way === 'ffi.enable=0' && preg_match('/^(proc_open|fread|fwrite|feof|fclose)$/', $functions) === 1) {
                self::assertStringStartsWith('Paywall\Exception\LibraryException: ', $out);
                self::assertStringContainsString(" names $functions", $out);
            } else {
                self::assertStringEndsWith(": verify_otp\n", $out);
                self::assertStringStartsWith('php  ', $out);
            }
        }
    }

    public static function functions(): array
    {
        $functions = [self::HOSTERS_LIST => [self::HOSTERS_LIST]];
        foreach (self::used() as $function) {
            if (preg_match(self::ON_VALUES, $function) !== 1) {
                $functions[$function] = [$function];
            }
        }
        return ['a list of many' => array_shift($functions)] + $functions;
    }

    public function testTheDoctorNamesWhatIsDisabled(): void
    {
        $ini = ['-d', 'disable_functions=php_uname,hrtime,ini_get'];
        [, $out] = $this->php(array_merge($ini, [self::PACKAGE . '/bin/paywall-doctor']));
        self::assertMatchesRegularExpression('~^disabled +hrtime ini_get php_uname \(the package does without\)$~m', $out);
        self::assertMatchesRegularExpression('~^ffi\.enable +unknown: ini_get is disabled$~m', $out);
        $environment = ['PAYWALL_LIBRARY' => '/nowhere'];
        [, $out] = $this->php(['-d', 'disable_functions=proc_open', self::PACKAGE . '/bin/paywall-doctor'], $environment);
        self::assertMatchesRegularExpression('~^command .*; it cannot be started: .* names proc_open$~m', $out);
    }

    /** Before PHP 8.2 these follow the locale that the shop has set; some still do. */
    public function testNoFunctionThatFollowsTheLocaleIsUsed(): void
    {
        $followers = '~^(str(to(lower|upper)|i(pos|str)|ripos|_ireplace|coll|_word_count)|(uc|lc)first|ucwords|ctype_\w+'
            . '|escapeshell\w+|basename|pathinfo|nl_langinfo|localeconv|number_format|similar_text|fgetcsv|str_getcsv)$~';
        self::assertSame([], preg_grep($followers, self::used()));
        self::assertNotSame([], preg_grep($followers, self::called('<?php echo \strtoupper("i");')));
    }

    public function testOpenBasedirHidesTheFilesAndNothingIsPrintedOrRefused(): void
    {
        $folders = realpath(self::PACKAGE) . PATH_SEPARATOR . $this->folder;
        foreach (self::WAYS as $way) {
            $ini = ['-d', $way, '-d', "open_basedir=$folders", '-d', 'display_errors=1'];
            [, $out, $err] = $this->php(array_merge($ini, ['-r', self::THROWING_HANDLER . self::program(self::CALLS)]));
            self::assertSame('', $err);
            self::assertStringEndsWith(": verify_otp\n", $out);
            self::assertStringNotContainsString('open_basedir restriction', $out);
        }
    }

    public function testANoexecMountIsCalledWhatItIs(): void
    {
        $mount = "{$this->folder}/mount";
        mkdir($mount);
        $code = self::program('echo "made\n";');
        $shell = 'mount -t tmpfs -o noexec tmpfs "$1" && cp "$PAYWALL_COMMAND" "$1/paywall"'
            . ' && cp "$PAYWALL_LIBRARY" "$1/libpaywall.so.1"'
            . ' && PAYWALL_COMMAND=$1/paywall PAYWALL_LIBRARY=$1/libpaywall.so.1 "$2" -r "$3"';
        $apart = ['unshare', '--mount'];
        if (posix_geteuid() !== 0) {
            array_push($apart, '--user', '--map-root-user');
        }
        $command = array_merge($apart, ['sh', '-c', $shell, 'sh', $mount, PHP_BINARY, $code]);
        [, $out] = $this->execute($command);
        self::assertStringContainsString("$mount/paywall cannot be started: its file system is mounted noexec", $out);
        self::assertMatchesRegularExpression("~$mount/libpaywall\\.so\\.1: .*: its file system is mounted noexec~", $out);
        self::assertStringNotContainsString('chmod', $out);
    }

    public function testMoreDescriptorsThanSelectKnowsDoNoHarm(): void
    {
        $code = self::program('$open = []; for ($i = 0; $i < 1100; $i++) { $open[] = fopen("/dev/null", "r"); }'
            . ' $used = function () { $u = getrusage(); return $u["ru_utime.tv_sec"] + $u["ru_stime.tv_sec"]'
            . ' + ($u["ru_utime.tv_usec"] + $u["ru_stime.tv_usec"]) / 1e6; }; $before = $used();'
            . ' echo $client->resendOtp("sbx_delay_1500", "' . self::SESSION . '")->action,'
            . ' $used() - $before < 0.5 ? "" : ", and a processor was busy";');
        foreach (self::WAYS as $way) {
            $shell = 'ulimit -n 1200 && exec "$@"';
            [, $out, $err] = $this->execute(['sh', '-c', $shell, 'sh', PHP_BINARY, '-d', $way, '-r', $code]);
            self::assertSame(['verify_otp', ''], [$out, $err]);
        }
    }

    /** After an update has replaced the files, or without a descriptor left to open one. */
    public function testNoClassIsLoadedOnceAClientIsMade(): void
    {
        $tokens = ['sbx_ok_5001', 'sbx_token_invalid', 'sbx_reset_after', ''];
        foreach (self::WAYS as $way) {
            foreach ($tokens as $token) {
                $code = self::program('foreach (spl_autoload_functions() as $one) { spl_autoload_unregister($one); }'
                    . ' try { echo $client->resendOtp("' . $token . '", "' . self::SESSION . '")->action; }'
                    . ' catch (Paywall\Exception\PaywallException $e) { echo $e->getAction(); }');
                [, $out, $err] = $this->php(['-d', $way, '-r', $code]);
                self::assertSame('', $err);
                self::assertMatchesRegularExpression('/^(verify_otp|check_operation|await_code|fix_request)$/', $out);
            }
        }
    }

    /** @return string[] the functions of PHP that the package calls */
    private static function used(): array
    {
        $used = [];
        $files = new \RecursiveIteratorIterator(
            new \RecursiveDirectoryIterator(self::PACKAGE . '/src', \FilesystemIterator::SKIP_DOTS)
        );
        foreach ($files as $file) {
            $used = array_merge($used, self::called((string) file_get_contents($file->getPathname())));
        }
        $used = array_unique($used);
        sort($used);
        self::assertContains('proc_open', $used);
        self::assertContains('php_uname', $used);
        return $used;
    }

    /** @return string[] */
    private static function called(string $php): array
    {
        preg_match_all('~(?<!\w)\\\\([a-z_0-9]+)\(|(?:ask|look)\(\s*\'(\w+)\'~', $php, $found);
        return array_filter(array_merge($found[1], $found[2]));
    }
}
