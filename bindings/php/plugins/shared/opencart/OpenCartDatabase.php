<?php

declare(strict_types=1);

namespace Paywall\OpenCart;

defined('DIR_SYSTEM') || exit;

use Paywall\Shop\Database;

/**
 * The shop's database through OpenCart's connection.
 */
final class OpenCartDatabase implements Database
{
    /** @var object OpenCart's DB: it throws if the server refuses */
    private $db;

    public function __construct(object $db)
    {
        $this->db = $db;
    }

    public function execute(string $sql): int
    {
        $this->db->query($sql);
        return (int) $this->db->countAffected();
    }

    public function row(string $sql): array
    {
        return $this->db->query($sql)->row;
    }

    public function quote(string $text): string
    {
        return "'" . $this->db->escape($text) . "'";
    }
}
