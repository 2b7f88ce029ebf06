<?php

declare(strict_types=1);

namespace Paywall\Tests\Offline;

/**
 * Has PSR-3's method `log`, and keeps each line.
 */
final class Logger
{
    /** @var array<int, array{mixed, string, array}> */
    public array $lines = [];

    /** @param mixed $level */
    public function log($level, string $message, array $context = []): void
    {
        $this->lines[] = [$level, $message, $context];
    }
}
