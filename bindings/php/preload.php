<?php

declare(strict_types=1);

// For opcache.preload. With ffi.enable=preload, only preloaded code may use FFI. This preloads the whole package.

// A server must start without the library too, and where the host has disabled functions. Each call then says what is wrong.
(static function (): void {
    // The autoloader loads interfaces and traits before the classes that use them.
    require_once __DIR__ . '/autoload.php';
    $files = new RecursiveIteratorIterator(new RecursiveDirectoryIterator(__DIR__ . '/src', FilesystemIterator::SKIP_DOTS));
    foreach ($files as $file) {
        $class = 'Paywall\\' . strtr(substr($file->getPathname(), strlen(__DIR__ . '/src/'), -4), '/', '\\');
        class_exists($class) || interface_exists($class) || trait_exists($class);
    }

    // The scope must be made here, from a file. That may fail, and with opcache.preload_user another process runs this,
    // so the scope does not reach the workers. Then FFI::cdef() takes its place: see README.md.
    foreach (Paywall\Internal\LibraryPaths::candidates() as $path) {
        if (Paywall\Internal\LibraryPaths::problem($path) !== null) {
            continue;
        }
        $header = Paywall\Internal\Host::ask('tempnam', (string) Paywall\Internal\Host::ask('sys_get_temp_dir'), 'paywall');
        if (!is_string($header)) {
            return;
        }
        try {
            Paywall\Internal\Host::quietly(static function () use ($header, $path): void {
                file_put_contents($header, Paywall\Internal\Library::scopeHeader($path));
                FFI::load($header);
            });
            return;
        } catch (Throwable $failure) {
            // See above.
        } finally {
            Paywall\Internal\Host::ask('unlink', $header);
        }
    }
})();
