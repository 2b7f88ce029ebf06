<?php

declare(strict_types=1);

// The locale that a shop may have set: PAYWALL_TEST_LOCALE, for the tests and for the programs that they start.

$locale = $_SERVER['PAYWALL_TEST_LOCALE'] ?? '';
if ($locale !== '' && setlocale(LC_ALL, $locale) !== $locale) {
    throw new RuntimeException("there is no locale $locale");
}
