<?php

declare(strict_types=1);

namespace Paywall\Tests;

/**
 * Everything that PHP can show of a value.
 */
final class Shown
{
    /** @param mixed $value */
    public static function everywhere($value): string
    {
        ob_start();
        var_dump($value);
        debug_zval_dump($value);
        echo var_export($value, true), print_r($value, true), print_r((array) $value, true);
        return (string) ob_get_clean();
    }
}
