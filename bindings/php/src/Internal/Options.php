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
    /** The options that have an environment variable. Every page may make a client: building these names would show. */
    private const VARIABLES = [
        'environment' => 'PAYWALL_ENVIRONMENT',
        'base_url' => 'PAYWALL_BASE_URL',
        'api_key' => 'PAYWALL_API_KEY',
        'api_client' => 'PAYWALL_API_CLIENT',
        'timeout_ms' => 'PAYWALL_TIMEOUT_MS',
        'connect_timeout_ms' => 'PAYWALL_CONNECT_TIMEOUT_MS',
        'idle_timeout_ms' => 'PAYWALL_IDLE_TIMEOUT_MS',
        'proxy' => 'PAYWALL_PROXY',
        'ca_file' => 'PAYWALL_CA_FILE',
        'locale' => 'PAYWALL_LOCALE',
        'app' => 'PAYWALL_APP',
        'command' => 'PAYWALL_COMMAND',
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
        foreach (self::VARIABLES as $name => $variable) {
            $value = Environment::get($variable);
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
        $problem = isset(self::VARIABLES[$name]) ? null : Text::problem($name);
        if ($problem !== null) {
            throw self::refusal('options', "a name $problem");
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
