<?php

declare(strict_types=1);

namespace Paywall\Internal;

/**
 * Where the library may be, and what is wrong with a file that the system's loader would refuse in unclear words.
 *
 * @internal
 */
final class LibraryPaths
{
    private const SONAME = 'libpaywall.so.1';

    /** ELF's numbers for the likely machines. */
    private const MACHINES = [3 => 'i686', 40 => 'arm', 62 => 'x86_64', 183 => 'aarch64', 243 => 'riscv64'];

    /** @return string[] in the order in which the package tries them */
    public static function candidates(): array
    {
        // If you give a path, only that is tried.
        $given = Environment::get('PAYWALL_LIBRARY');
        if ($given !== null) {
            return [$given];
        }
        $paths = [\dirname(__DIR__, 2) . '/native/' . self::platform() . '/' . self::fileName()];
        // Windows would search PATH and the current folder: anybody may have put a file there.
        if (PHP_OS_FAMILY !== 'Windows') {
            $paths[] = PHP_OS_FAMILY === 'Darwin' ? 'libpaywall.1.dylib' : self::SONAME;
        }
        return $paths;
    }

    /** The folder of this platform in `native/`. */
    public static function platform(): string
    {
        return \strtolower(PHP_OS_FAMILY) . '-' . self::machine();
    }

    /** Why the file cannot be the library, as far as a look at it shows; null if nothing is wrong. */
    public static function problem(string $path): ?string
    {
        if (\strpos($path, "\0") !== false) {
            return 'must not contain NUL';
        }
        if (\strpbrk($path, '/\\') === false) {
            // The system's loader searches for a bare name. Only our own name may be bare, not one that you give.
            return Environment::get('PAYWALL_LIBRARY') === null ? null : 'must be an absolute path';
        }
        if (\preg_match('~^(/|\\\\\\\\|[A-Za-z]:[/\\\\])~', $path) !== 1) {
            return 'must be an absolute path';
        }
        if (!\file_exists($path)) {
            return 'there is no such file, or this user or open_basedir may not see it';
        }
        if (!\is_file($path)) {
            return 'is not a file';
        }
        if (!\is_readable($path)) {
            return 'is not readable by this user';
        }
        if (PHP_OS_FAMILY !== 'Linux') {
            return null;
        }
        $head = (string) @\file_get_contents($path, false, null, 0, 64);
        return self::elfProblem($head) ?? self::cutProblem($head, (int) \filesize($path));
    }

    /** glibc reports a file for another machine as missing, so this looks at the file. */
    private static function elfProblem(string $head): ?string
    {
        if (\strlen($head) < 64 || \strncmp($head, "\x7FELF", 4) !== 0) {
            return 'is not a shared library for Linux (ELF)';
        }
        $number = \unpack($head[5] === "\x02" ? 'n' : 'v', $head, 18)[1];
        $theirs = self::MACHINES[$number] ?? "ELF machine $number";
        return $theirs === self::machine() ? null : "is built for $theirs, but this PHP runs as " . self::machine();
    }

    /**
     * If an upload stopped halfway, the loader maps the file anyway, and then SIGBUS kills the whole process. The table of
     * sections is the last part of a file.
     */
    private static function cutProblem(string $head, int $size): ?string
    {
        $wide = $head[4] === "\x02";
        $little = $head[5] !== "\x02";
        $offset = \unpack($wide ? ($little ? 'P' : 'J') : ($little ? 'V' : 'N'), $head, $wide ? 0x28 : 0x20)[1];
        [, $length, $count] = \unpack($little ? 'v2' : 'n2', $head, $wide ? 0x3A : 0x2E);
        $whole = $offset + $length * $count;
        return $whole > $size ? "is cut off: it has $size bytes of $whole" : null;
    }

    private static function fileName(): string
    {
        switch (PHP_OS_FAMILY) {
            case 'Windows':
                return 'paywall.dll';
            case 'Darwin':
                return 'libpaywall.1.dylib';
        }
        return self::SONAME;
    }

    /** The machine of this process: a 32-bit PHP on a 64-bit kernel needs a 32-bit library. */
    private static function machine(): string
    {
        $machine = \strtolower(\php_uname('m'));
        $names = ['amd64' => 'x86_64', 'arm64' => 'aarch64', 'i386' => 'i686', 'i586' => 'i686'];
        $machine = $names[$machine] ?? $machine;
        if (PHP_INT_SIZE === 4) {
            $narrow = ['x86_64' => 'i686', 'aarch64' => 'arm'];
            $machine = $narrow[$machine] ?? (\strncmp($machine, 'armv', 4) === 0 ? 'arm' : $machine);
        }
        return $machine;
    }
}
