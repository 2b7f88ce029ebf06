<?php

declare(strict_types=1);

namespace Paywall\Internal;

use FFI;

/**
 * Where the library may be, and what is wrong with a file that the system's loader would refuse in unclear words.
 *
 * @internal
 */
final class LibraryPaths
{
    private const SONAME = 'libpaywall.so.1';

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

    /** The folder of this platform in `native/`. Where PHP cannot tell the machine, it is the most likely one. */
    public static function platform(): string
    {
        $system = Text::lower(PHP_OS_FAMILY) . (self::isMusl() ? '-musl' : '');
        return $system . '-' . (Host::machine() ?? (PHP_INT_SIZE === 8 ? 'x86_64' : 'i686'));
    }

    /** Alpine's C library needs a library of its own, and lacks a function that glibc has. Without FFI it does not matter. */
    private static function isMusl(): bool
    {
        if (PHP_OS_FAMILY !== 'Linux' || !\class_exists(FFI::class, false)) {
            return false;
        }
        try {
            FFI::cdef('const char *gnu_get_libc_version(void);');
            return false;
        } catch (FFI\Exception $failure) {
            // Not that FFI is switched off.
            return \strpos($failure->getMessage(), 'gnu_get_libc_version') !== false;
        }
    }

    /** Why the file cannot be the library, as far as a look at it shows; null if nothing is wrong. */
    public static function problem(string $path): ?string
    {
        // The system's loader searches for a bare name. Only our own name may be bare, not one that you give.
        $ours = \strpbrk($path, '/\\') === false && Environment::get('PAYWALL_LIBRARY') === null;
        $problem = $ours ? null : Host::pathProblem($path);
        if ($ours || $problem !== null) {
            return $problem;
        }
        if (Host::look('file_exists', $path) === false) {
            return 'there is no such file, or this user may not see it';
        }
        if (Host::look('is_file', $path) === false) {
            return 'is not a file';
        }
        if (Host::look('is_readable', $path) === false) {
            return 'is not readable by this user';
        }
        if (PHP_OS_FAMILY !== 'Linux') {
            return null;
        }
        $head = Host::ask('file_get_contents', $path, false, null, 0, 64);
        if (!\is_string($head)) {
            // The loader may look where PHP may not.
            return null;
        }
        if (\strlen($head) < 64 || \strncmp($head, "\x7FELF", 4) !== 0) {
            return 'is not a shared library for Linux (ELF)';
        }
        return Loader::foreignMachine($head) ?? self::cutProblem($head, Host::ask('filesize', $path));
    }

    /**
     * If an upload stopped halfway, the loader maps the file anyway, and then SIGBUS kills the whole process. The table of
     * sections is the last part of a file.
     */
    private static function cutProblem(string $head, ?int $size): ?string
    {
        $wide = $head[4] === "\x02";
        $little = $head[5] !== "\x02";
        $offset = \unpack($wide ? ($little ? 'P' : 'J') : ($little ? 'V' : 'N'), $head, $wide ? 0x28 : 0x20)[1];
        [, $length, $count] = \unpack($little ? 'v2' : 'n2', $head, $wide ? 0x3A : 0x2E);
        $whole = $offset + $length * $count;
        return $size !== null && $whole > $size ? "is cut off: it has $size bytes of $whole; copy it again" : null;
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
}
