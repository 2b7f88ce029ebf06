<?php

declare(strict_types=1);

namespace Paywall\Internal;

use FFI;
use Paywall\Exception\LibraryException;

/**
 * The native library. It is loaded once per process; under PHP-FPM once per web request, unless it was preloaded.
 *
 * @internal
 */
final class Library
{
    public const SCOPE = 'PAYWALL';
    private const ABI_MAJOR = 1;
    private const ABI_MINOR = 0;

    private static ?self $loaded = null;

    private FFI $ffi;
    private string $origin;

    private function __construct(FFI $ffi, string $origin)
    {
        $this->ffi = $ffi;
        $this->origin = $origin;
    }

    /** @throws LibraryException with the ini line that is in the way, or with every path tried and the reason */
    public static function get(): self
    {
        if (self::$loaded === null) {
            self::$loaded = self::load();
        }
        return self::$loaded;
    }

    public function ffi(): FFI
    {
        return $this->ffi;
    }

    /** The path, or `preloaded`. */
    public function origin(): string
    {
        return $this->origin;
    }

    public function version(): string
    {
        return $this->ffi->pw_version();
    }

    /** The C declarations in the form that FFI reads. */
    public static function header(): string
    {
        return (string) \file_get_contents(\dirname(__DIR__, 2) . '/resources/paywall_php.h');
    }

    /** The same, with the lines that FFI::load and the directive ffi.preload need to make the scope. */
    public static function scopeHeader(string $path): string
    {
        return '#define FFI_SCOPE "' . self::SCOPE . "\"\n#define FFI_LIB \"$path\"\n\n" . self::header();
    }

    /** Why this code cannot use FFI, with the line of php.ini that helps; null if it can. */
    public static function obstacle(): ?string
    {
        $ini = Host::ini();
        if (!\class_exists(FFI::class, false)) {
            return "the extension FFI is not loaded: install it, and write extension=ffi into $ini";
        }
        if (!\method_exists(FFI::class, 'cdef')) {
            return "disable_classes in $ini names FFI";
        }
        if (!\function_exists('file_get_contents')) {
            return "disable_functions in $ini names file_get_contents";
        }
        try {
            FFI::cdef('');
        } catch (FFI\Exception $refusal) {
            $preload = \dirname(__DIR__, 2) . '/preload.php';
            $enable = Host::ask('ini_get', 'ffi.enable') ?? '(unknown: ini_get is disabled)';
            return "ffi.enable=$enable does not let this code use FFI: write into "
                . "$ini either ffi.enable=true, or ffi.enable=preload and opcache.preload=$preload";
        }
        return null;
    }

    private static function load(): self
    {
        // First, because under PHP-FPM every page asks: where there is a scope, FFI can be used.
        $scope = self::scope();
        if ($scope !== null) {
            $problem = self::abiProblem($scope);
            if ($problem !== null) {
                throw self::failure("the preloaded scope PAYWALL: $problem");
            }
            return new self($scope, 'preloaded');
        }
        $obstacle = self::obstacle();
        if ($obstacle !== null) {
            throw self::failure($obstacle);
        }
        $tried = [];
        foreach (LibraryPaths::candidates() as $path) {
            [$ffi, $reason] = self::open($path);
            if ($ffi !== null) {
                return new self($ffi, $path);
            }
            $tried[] = "$path: $reason";
        }
        throw self::failure(\implode('; ', $tried));
    }

    private static function scope(): ?FFI
    {
        if (!\class_exists(FFI::class, false) || !\method_exists(FFI::class, 'scope')) {
            return null;
        }
        try {
            return FFI::scope(self::SCOPE);
        } catch (FFI\Exception $notPreloaded) {
            return null;
        }
    }

    /** @return array{?FFI, ?string} the library, or the reason why it cannot be opened */
    public static function open(string $path): array
    {
        $problem = LibraryPaths::problem($path);
        if ($problem !== null) {
            return [null, $problem];
        }
        try {
            $ffi = FFI::cdef(self::header(), $path);
        } catch (FFI\Exception $failure) {
            $words = self::olderAbi($path) ?? Host::inEnglish(static function () use ($path): ?string {
                return self::loaderProblem($path);
            });
            return [null, Loader::explained($words ?? $failure->getMessage())];
        }
        $problem = self::abiProblem($ffi);
        return $problem === null ? [$ffi, null] : [null, $problem];
    }

    /** If the library lacks a function, its interface number explains that better than the function's name. */
    private static function olderAbi(string $path): ?string
    {
        try {
            return self::abiProblem(FFI::cdef('uint32_t pw_abi_version(void); const char *pw_version(void);', $path));
        } catch (FFI\Exception $failure) {
            return null;
        }
    }

    /** The loader's own words. PHP 8.3 and later quote them; before, one has to ask the loader. */
    private static function loaderProblem(string $path): ?string
    {
        if (PHP_OS_FAMILY === 'Windows') {
            return null;
        }
        try {
            $loader = FFI::cdef('char *dlerror(void);');
        } catch (FFI\Exception $failure) {
            return null;
        }
        try {
            FFI::cdef('', $path);
            return null;
        } catch (FFI\Exception $failure) {
            if (\preg_match("/^Failed loading '.*' \((.*)\)$/Ds", $failure->getMessage(), $found) === 1) {
                $words = $found[1];
            } else {
                $words = $loader->dlerror();
                if ($words === null || FFI::isNull($words)) {
                    return null;
                }
                $words = FFI::string($words);
            }
            // The caller puts the path before the reason anyway.
            return \strncmp($words, "$path: ", \strlen($path) + 2) === 0 ? \substr($words, \strlen($path) + 2) : $words;
        }
    }

    private static function abiProblem(FFI $ffi): ?string
    {
        $abi = $ffi->pw_abi_version();
        $major = $abi >> 16;
        $minor = $abi & 0xFFFF;
        if ($major === self::ABI_MAJOR && $minor >= self::ABI_MINOR) {
            return null;
        }
        return \sprintf(
            'its interface is %d.%d (version %s); this package needs %d.%d or a later %d.x',
            $major,
            $minor,
            $ffi->pw_version(),
            self::ABI_MAJOR,
            self::ABI_MINOR,
            self::ABI_MAJOR
        );
    }

    private static function failure(string $reasons): LibraryException
    {
        return new LibraryException(
            "libpaywall could not be loaded, nothing was sent: $reasons. "
            . 'bin/paywall-doctor shows more; with the option "command" you do not need FFI.'
        );
    }
}
