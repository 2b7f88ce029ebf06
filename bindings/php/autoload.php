<?php

declare(strict_types=1);

// For plugins without Composer: require this file, once or often. With Composer you do not need it.

// Nothing happens if the web asks for this file by name.
if (isset($_SERVER['REQUEST_METHOD']) && get_included_files()[0] === __FILE__) {
    exit;
}

spl_autoload_register(static function (string $class): void {
    if (strncmp($class, 'Paywall\\', 8) !== 0) {
        return;
    }
    $file = __DIR__ . '/src/' . strtr(substr($class, 8), '\\', '/') . '.php';
    // Another package may have classes in the same namespace.
    if (is_file($file)) {
        require $file;
    }
});
