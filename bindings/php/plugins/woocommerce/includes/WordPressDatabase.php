<?php

declare(strict_types=1);

namespace Paywall\WooCommerce;

defined('ABSPATH') || exit;

use Paywall\Shop\Database;
use Paywall\Shop\DatabaseRefused;

/**
 * The shop's database through WordPress's connection, which is made again if the server has closed it.
 */
final class WordPressDatabase implements Database
{
    public function execute(
        #[\SensitiveParameter]
        string $sql
    ): int {
        return (int) self::asked('query', $sql);
    }

    public function row(
        #[\SensitiveParameter]
        string $sql
    ): array {
        return self::asked('get_row', $sql, ARRAY_A) ?? [];
    }

    public function quote(
        #[\SensitiveParameter]
        string $text
    ): string {
        return $GLOBALS['wpdb']->prepare('%s', $text);
    }

    /** @return mixed */
    private static function asked(
        string $method,
        #[\SensitiveParameter]
        string ...$arguments
    ) {
        global $wpdb;
        // WordPress would write the whole statement into its log, or into the page.
        $before = $wpdb->suppress_errors(true);
        try {
            $found = $wpdb->$method(...$arguments);
            if ($found === false || $wpdb->last_error !== '') {
                throw new DatabaseRefused($wpdb->last_error);
            }
            return $found;
        } finally {
            $wpdb->suppress_errors($before);
        }
    }
}
