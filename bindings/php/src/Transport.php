<?php

declare(strict_types=1);

namespace Paywall;

use Paywall\Internal\ReadsMembers;

/**
 * How a call went over the wire.
 *
 * @property-read int         $elapsedUs  from entry to return, in microseconds
 * @property-read string|null $connection `new`, `reused`, or null if there was no connection
 */
final class Transport implements \JsonSerializable
{
    use ReadsMembers;

    public function __construct(int $elapsedUs, ?string $connection)
    {
        $this->members = ['elapsedUs' => $elapsedUs, 'connection' => $connection];
    }
}
