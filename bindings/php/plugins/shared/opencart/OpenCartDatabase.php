<?php

declare(strict_types=1);

namespace Paywall\OpenCart;

defined('DIR_SYSTEM') || exit;

use Paywall\Shop\Database;
use Paywall\Shop\DatabaseRefused;
use Throwable;

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

    public function execute(
        #[\SensitiveParameter]
        string $sql
    ): int {
        $this->ask($sql);
        return (int) $this->db->countAffected();
    }

    public function row(
        #[\SensitiveParameter]
        string $sql
    ): array {
        return $this->ask($sql)->row;
    }

    public function quote(
        #[\SensitiveParameter]
        string $text
    ): string {
        return "'" . $this->db->escape($text) . "'";
    }

    /** @return mixed */
    private function ask(
        #[\SensitiveParameter]
        string $sql
    ) {
        try {
            return $this->db->query($sql);
        } catch (Throwable $failure) {
            // OpenCart's message ends with the whole statement, and goes into its log, or into the page.
            $reason = explode('<br', $failure->getMessage())[0];
        }
        throw new DatabaseRefused($reason);
    }
}
