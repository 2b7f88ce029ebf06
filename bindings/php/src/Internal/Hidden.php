<?php

declare(strict_types=1);

namespace Paywall\Internal;

/**
 * Hides a value from everything that prints or stores objects.
 *
 * var_export and (array) ignore __debugInfo and read private properties, but they do not look into a closure.
 *
 * @internal
 */
final class Hidden
{
    private \Closure $reveal;

    /** @param mixed $value */
    public function __construct(
        #[\SensitiveParameter]
        $value
    ) {
        $this->reveal = static function () use ($value) {
            return $value;
        };
    }

    /** @return mixed */
    public function reveal()
    {
        return ($this->reveal)();
    }

    public function __debugInfo(): array
    {
        return [];
    }

    public function __serialize(): array
    {
        throw new \LogicException('This holds secrets and cannot be serialized.');
    }

    public function __unserialize(array $data): void
    {
        throw new \LogicException('This holds secrets and cannot be unserialized.');
    }
}
