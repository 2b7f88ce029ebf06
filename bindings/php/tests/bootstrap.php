<?php

declare(strict_types=1);

// Off, because zend.exception_ignore_args would hide what the tests look for.
ini_set('zend.exception_ignore_args', '0');

require __DIR__ . '/locale.php';

// Each test says itself which options its client gets.
foreach (array_keys(getenv()) as $name) {
    if (preg_match('/^PAYWALL_(ENVIRONMENT|BASE_URL|API_|CA_FILE|PROXY|LOCALE|APP$|.*_MS$)/', $name) === 1) {
        putenv($name);
        unset($_SERVER[$name], $_ENV[$name]);
    }
}

require_once __DIR__ . '/../autoload.php';
spl_autoload_register(static function (string $class): void {
    $prefix = 'Paywall\\Tests\\';
    if (strncmp($class, $prefix, strlen($prefix)) === 0) {
        require __DIR__ . '/' . strtr(substr($class, strlen($prefix)), '\\', '/') . '.php';
    }
});
