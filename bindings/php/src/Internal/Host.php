<?php

declare(strict_types=1);

namespace Paywall\Internal;

/**
 * What surrounds the package: a host that takes functions and folders away from PHP, and a shop that installs handlers.
 *
 * @internal
 */
final class Host
{
    /** Functions that hosts disable and that the package can do without. */
    private const USEFUL = [
        'getenv', 'hrtime', 'ini_get', 'pcntl_async_signals', 'pcntl_signal_dispatch', 'php_ini_loaded_file', 'php_uname',
        'proc_close', 'proc_get_status', 'proc_terminate', 'restore_error_handler', 'set_error_handler',
        'stream_set_blocking', 'usleep',
    ];

    /** @return string[] the functions that the package would use and that are not there */
    public static function missing(): array
    {
        return \array_filter(self::USEFUL, static function (string $function): bool {
            // Web servers have no pcntl.
            $expected = \strncmp($function, 'pcntl_', 6) !== 0 || \function_exists('pcntl_signal');
            return $expected && !\function_exists($function);
        });
    }

    /**
     * Calls a function that a host may have disabled; null if it has. PHP's complaints reach nobody.
     *
     * @param mixed ...$arguments
     *
     * @return mixed
     */
    public static function ask(string $function, ...$arguments)
    {
        if (!\function_exists($function)) {
            return null;
        }
        return self::quietly(static function () use ($function, $arguments) {
            return $function(...$arguments);
        });
    }

    /** The answer of is_file and the like; null if the host lets nobody look there (open_basedir, disable_functions). */
    public static function look(string $function, string $path): ?bool
    {
        $complaint = null;
        $answer = self::quietly(static function () use ($function, $path) {
            return \function_exists($function) ? $function($path) : null;
        }, $complaint);
        return $answer === false && \strpos((string) $complaint, 'open_basedir') !== false ? null : $answer;
    }

    /**
     * Keeps PHP's complaints from the shop's error handler, which may make exceptions of them: `@` does not.
     *
     * @return mixed what the work returns
     */
    public static function quietly(callable $work, ?string &$complaint = null)
    {
        if (!\function_exists('set_error_handler') || !\function_exists('restore_error_handler')) {
            return @$work();
        }
        \set_error_handler(static function (int $level, string $message) use (&$complaint): bool {
            $complaint = $message;
            return true;
        });
        try {
            return $work();
        } finally {
            \restore_error_handler();
        }
    }

    /**
     * Lets the shop's signal handlers wait until the work is done, and the destructors in PHP's garbage for longer. What the
     * handlers throw then is dropped: in its place the caller would lose what the work returns or throws.
     *
     * @return mixed what the work returns
     */
    public static function undisturbed(callable $work)
    {
        $collects = \function_exists('gc_enabled') && \function_exists('gc_disable') && \function_exists('gc_enable')
            && \gc_enabled();
        $signals = \function_exists('pcntl_async_signals') && \function_exists('pcntl_signal_dispatch')
            && \pcntl_async_signals(false);
        $collects && \gc_disable();
        try {
            return $work();
        } finally {
            $collects && \gc_enable();
            if ($signals) {
                try {
                    \pcntl_async_signals(true);
                    \pcntl_signal_dispatch();
                } catch (\Throwable $raised) {
                    // See above.
                }
            }
        }
    }

    /**
     * The system's words are English in here, whatever locale the shop has set.
     *
     * @return mixed what the work returns
     */
    public static function inEnglish(callable $work)
    {
        if (!\defined('LC_MESSAGES')) {
            return $work();
        }
        $locale = self::ask('setlocale', LC_MESSAGES, '0');
        self::ask('setlocale', LC_MESSAGES, 'C');
        try {
            return $work();
        } finally {
            self::ask('setlocale', LC_MESSAGES, $locale);
        }
    }

    /** Seconds on a clock that nobody sets, where PHP has one. */
    public static function clock(): float
    {
        return \function_exists('hrtime') ? \hrtime(true) / 1e9 : \microtime(true);
    }

    /** Why this path cannot name a file for certain, or null. */
    public static function pathProblem(string $path): ?string
    {
        if (Text::hasNul($path)) {
            return 'must not contain NUL';
        }
        // The system would search for a bare name, in places that the shop does not choose.
        return \preg_match('~^(/|\\\\\\\\|[A-Za-z]:[/\\\\])~', $path) === 1 ? null : 'must be an absolute path';
    }

    /** php.ini, as this PHP names it. */
    public static function ini(): string
    {
        return self::ask('php_ini_loaded_file') ?: 'php.ini';
    }

    /** The machine of this process, in Linux's words; null if PHP cannot tell. A 32-bit PHP needs a 32-bit library. */
    public static function machine(): ?string
    {
        $machine = self::ask('php_uname', 'm') ?? self::ask('posix_uname')['machine'] ?? null;
        if ($machine === null) {
            return null;
        }
        $machine = Text::lower($machine);
        $names = ['amd64' => 'x86_64', 'arm64' => 'aarch64', 'i386' => 'i686', 'i586' => 'i686'];
        $machine = $names[$machine] ?? $machine;
        if (PHP_INT_SIZE === 4) {
            $narrow = ['x86_64' => 'i686', 'aarch64' => 'arm'];
            $machine = $narrow[$machine] ?? (\strncmp($machine, 'armv', 4) === 0 ? 'arm' : $machine);
        }
        return $machine;
    }
}
