<?php

declare(strict_types=1);

// The locale that a shop may have set: PAYWALL_TEST_LOCALE, for the tests and for the programs that they start.

$locale = $_SERVER['PAYWALL_TEST_LOCALE'] ?? '';
if ($locale !== '' && function_exists('setlocale')) {
    if (setlocale(LC_ALL, $locale) !== $locale) {
        throw new RuntimeException("there is no locale $locale");
    }
    // Debian's PHP packages find their classes by strtolower, which fails under tr_TR before PHP 8.2. Ours must not.
    spl_autoload_register(static function (string $class) use ($locale): void {
        if (strncmp($class, 'Paywall\\', 8) === 0) {
            return;
        }
        setlocale(LC_ALL, 'C');
        foreach (array_slice(spl_autoload_functions(), 1) as $autoload) {
            $autoload($class);
        }
        setlocale(LC_ALL, $locale);
    }, true, true);
}
