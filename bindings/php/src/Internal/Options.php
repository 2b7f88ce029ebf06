<?php

declare(strict_types=1);

namespace Paywall\Internal;

use Paywall\Exception\InvalidArgumentException;

/**
 * The options of a client: the core's as texts, and `command` and `logger`, which only PHP has.
 *
 * @internal
 */
final class Options
{
    /** The options that have an environment variable. */
    private const FROM_ENVIRONMENT = [
        'environment', 'base_url', 'api_key', 'api_client', 'timeout_ms', 'connect_timeout_ms', 'idle_timeout_ms',
        'proxy', 'ca_file', 'locale', 'app', 'command',
    ];

    /** Holds array<string, string>. */
    private Hidden $core;
    private ?string $command = null;
    private Log $log;

    public function __construct(
        #[\SensitiveParameter]
        array $options
    ) {
        $this->log = new Log($options['logger'] ?? null);
        $headers = $options['headers'] ?? [];
        if (!\is_array($headers)) {
            throw self::refusal('headers', 'must be an array of names and values');
        }
        if (\array_key_exists('command', $options)) {
            $this->command = self::text('command', $options['command']);
        }
        unset($options['logger'], $options['headers'], $options['command']);

        $core = [];
        foreach ($options as $name => $value) {
            $name = self::name($name);
            $core[$name] = self::text($name, $value);
        }
        foreach ($headers as $name => $value) {
            $name = 'header.' . self::name($name);
            $core[$name] = self::text($name, $value);
        }
        $this->core = new Hidden($core);
    }

    /** @return array<string, string> */
    public static function fromEnvironment(): array
    {
        $options = [];
        foreach (self::FROM_ENVIRONMENT as $name) {
            $value = Environment::get('PAYWALL_' . Text::upper($name));
            if ($value !== null) {
                $options[$name] = $value;
            }
        }
        return $options;
    }

    /** @return array<string, string> */
    public function core(): array
    {
        return $this->core->reveal();
    }

    public function command(): ?string
    {
        return $this->command;
    }

    public function log(): Log
    {
        return $this->log;
    }

    /** @param mixed $name */
    private static function name($name): string
    {
        if (!\is_string($name)) {
            throw self::refusal('options', 'each option must have a name');
        }
        if (Text::problem($name) !== null) {
            throw self::refusal('options', 'a name ' . Text::problem($name));
        }
        return $name;
    }

    /** @param mixed $value */
    private static function text(
        string $name,
        #[\SensitiveParameter]
        $value
    ): string {
        if (\is_int($value)) {
            return (string) $value;
        }
        if (!\is_string($value)) {
            throw self::refusal($name, 'must be a text or a whole number, not ' . \gettype($value));
        }
        $problem = Text::problem($value);
        if ($problem !== null) {
            throw self::refusal($name, $problem);
        }
        return $value;
    }

    private static function refusal(string $name, string $rule): InvalidArgumentException
    {
        // As the core does: the code is `header`, and the text says which one.
        if (\strncmp($name, 'header.', 7) === 0) {
            $rule = "$name $rule";
            $name = 'header';
        }
        $result = Document::badOption($name, $rule);
        return new InvalidArgumentException($result->message, $result);
    }
}
