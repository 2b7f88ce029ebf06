<?php

declare(strict_types=1);

namespace Paywall\WooCommerce;

defined('ABSPATH') || exit;

use Paywall\Shop\Database;
use RuntimeException;

/**
 * The shop's database through WordPress's connection, which is made again if the server has closed it.
 */
final class WordPressDatabase implements Database
{
    public function execute(string $sql): int
    {
        $changed = $GLOBALS['wpdb']->query($sql);
        if ($changed === false) {
            throw new RuntimeException('the database refused: ' . $GLOBALS['wpdb']->last_error);
        }
        return (int) $changed;
    }

    public function row(string $sql): array
    {
        $row = $GLOBALS['wpdb']->get_row($sql, ARRAY_A);
        if ($row === null && $GLOBALS['wpdb']->last_error !== '') {
            throw new RuntimeException('the database refused: ' . $GLOBALS['wpdb']->last_error);
        }
        return $row ?? [];
    }

    public function quote(string $text): string
    {
        return $GLOBALS['wpdb']->prepare('%s', $text);
    }
}
