<?php

declare(strict_types=1);

namespace Paywall\Shop;

use RuntimeException;

/**
 * A statement failed. A server's message quotes values, and a value may be a token: what is quoted is left out.
 */
final class DatabaseRefused extends RuntimeException
{
    public function __construct(
        #[\SensitiveParameter]
        string $reason
    ) {
        parent::__construct('the database refused: ' . \preg_replace("/'.*'/s", "'…'", $reason));
    }
}
