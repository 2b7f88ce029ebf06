<?php

declare(strict_types=1);

namespace Paywall\Internal;

/**
 * Read-only properties: PHP 7.4 has no `readonly`.
 *
 * @internal
 */
trait ReadsMembers
{
    /** @var array<string, mixed> */
    private array $members = [];

    /** @return mixed */
    public function __get(string $name)
    {
        $members = $this->members();
        if (\array_key_exists($name, $members)) {
            return $members[$name];
        }
        // A notice, as PHP itself raises: a typing error must not hide the outcome of a call.
        \trigger_error('Undefined property: ' . static::class . '::$' . $name, E_USER_NOTICE);
        return null;
    }

    public function __isset(string $name): bool
    {
        return isset($this->members()[$name]);
    }

    /** @param mixed $value */
    public function __set(
        string $name,
        #[\SensitiveParameter]
        $value
    ): void {
        throw new \LogicException(static::class . '::$' . $name . ' cannot be changed.');
    }

    public function __unset(string $name): void
    {
        throw new \LogicException(static::class . '::$' . $name . ' cannot be changed.');
    }

    public function __debugInfo(): array
    {
        return $this->members();
    }

    #[\ReturnTypeWillChange]
    public function jsonSerialize()
    {
        return $this->members();
    }

    public function __serialize(): array
    {
        return $this->members();
    }

    public function __unserialize(array $data): void
    {
        $this->members = $data;
    }

    /** @return array<string, mixed> */
    private function members(): array
    {
        return $this->members;
    }
}
