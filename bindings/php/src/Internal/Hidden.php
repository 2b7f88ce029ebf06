<?php

declare(strict_types=1);

namespace Paywall\Internal;

/**
 * Keeps a value out of everything that prints or stores objects.
 *
 * var_export and (array) ignore __debugInfo and read private properties; inside a closure they find nothing.
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
