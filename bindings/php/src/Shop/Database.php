<?php

declare(strict_types=1);

namespace Paywall\Shop;

/**
 * The shop's MySQL or MariaDB, through the shop's own connection. Each method throws if the database refuses. The statements
 * have tokens in them, so neither the exception nor a log has a statement.
 */
interface Database
{
    /** Runs a statement and returns how many rows it changed. */
    public function execute(
        #[\SensitiveParameter]
        string $sql
    ): int;

    /** @return array<string, string|null> the first row, or [] */
    public function row(string $sql): array;

    /** The text as an SQL literal, with its quotes. */
    public function quote(
        #[\SensitiveParameter]
        string $text
    ): string;
}
