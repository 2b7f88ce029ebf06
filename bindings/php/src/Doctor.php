<?php

declare(strict_types=1);

namespace Paywall;

use Paywall\Exception\LibraryException;
use Paywall\Exception\PaywallException;
use Paywall\Internal\Command;
use Paywall\Internal\Host;
use Paywall\Internal\Library;
use Paywall\Internal\LibraryPaths;
use Paywall\Internal\Options;

/**
 * Reports what is loaded, from where, and what is in the way. It names options and shows no secret.
 *
 * The command line and the web server have different settings: run it in the one that has the problem.
 */
final class Doctor
{
    /** The settings of php.ini that decide how PHP reaches the library, and what a trace shows. */
    private const SETTINGS = [
        'ffi.enable', 'ffi.preload', 'opcache.enable', 'opcache.enable_cli', 'opcache.preload', 'opcache.preload_user',
        'open_basedir', 'disable_functions', 'zend.exception_ignore_args',
    ];

    /** @var string[] */
    private array $lines = [];
    private bool $healthy = true;

    public static function examine(): self
    {
        $doctor = new self();
        $doctor->php();
        $doctor->library();
        $options = Options::fromEnvironment();
        $doctor->command($options);
        $doctor->connection($options);
        return $doctor;
    }

    /** Whether you can make calls and, if a service is configured, reach it. */
    public function healthy(): bool
    {
        return $this->healthy;
    }

    public function report(): string
    {
        return \implode("\n", $this->lines) . "\n";
    }

    private function php(): void
    {
        $this->add('php', PHP_VERSION . ', ' . PHP_SAPI . ', ' . LibraryPaths::platform());
        $this->add('php.ini', Host::ask('php_ini_loaded_file') ?: 'none');
        foreach (self::SETTINGS as $name) {
            $value = \function_exists('ini_get') ? \ini_get($name) : 'unknown: ini_get is disabled';
            $this->add($name, $value === false ? '(this PHP does not know it)' : ($value === '' ? '(empty)' : $value));
        }
        $missing = Host::missing();
        if ($missing !== []) {
            $this->add('disabled', \implode(' ', $missing) . ' (the package does without)');
        }
        if (PHP_VERSION_ID < 80200 && self::showsArguments()) {
            $this->add('advice', 'set zend.exception_ignore_args=On: the traces of other exceptions show arguments');
        }
    }

    private static function showsArguments(): bool
    {
        $frame = (new \LogicException())->getTrace()[0];
        return \array_key_exists('args', $frame);
    }

    private function library(): void
    {
        $obstacle = Library::obstacle();
        if ($obstacle !== null) {
            $this->add('library', "not loaded: $obstacle");
            return;
        }
        foreach (LibraryPaths::candidates() as $path) {
            [$ffi, $reason] = Library::open($path);
            $this->add('path', $path . ': ' . ($ffi === null ? $reason : 'can be loaded'));
        }
        try {
            $library = Library::get();
        } catch (LibraryException $failure) {
            $this->add('library', 'not loaded');
            return;
        }
        $abi = $library->ffi()->pw_abi_version();
        $interface = ($abi >> 16) . '.' . ($abi & 0xFFFF);
        $this->add('library', "{$library->version()}, interface $interface, from {$library->origin()}");
    }

    /** @param array<string, string> $options */
    private function command(array $options): void
    {
        if (!isset($options['command'])) {
            $problem = Command::problem('/');
            $this->add('command', 'not configured (PAYWALL_COMMAND)' . ($problem === null ? '' : "; it $problem"));
            return;
        }
        $this->add('command', $options['command'] . ': ' . (self::commandProblem($options['command']) ?? 'can be started'));
    }

    private static function commandProblem(string $path): ?string
    {
        try {
            // Without an input it sends nothing.
            $run = (new Command($path))->run('', 5000);
        } catch (LibraryException $failure) {
            return $failure->getMessage();
        }
        return $run->started() ? null : 'cannot be started: ' . $run->obstacle();
    }

    /** @param array<string, string> $options */
    private function connection(array $options): void
    {
        $this->add('options', \implode(' ', \array_keys($options)) ?: 'no PAYWALL_ variable is set');
        try {
            if (!isset($options['base_url']) && !isset($options['environment'])) {
                $this->add('check', 'skipped: set PAYWALL_ENVIRONMENT or PAYWALL_BASE_URL');
                $this->expectAWayToCall($options);
                return;
            }
            $client = Client::fromEnv();
            $this->add('calls', 'through ' . $client->__debugInfo()['through']);
            $this->add('check', $client->check()->message);
        } catch (PaywallException $failure) {
            $this->healthy = false;
            $this->add('check', 'failed: ' . $failure->getMessage());
        }
    }

    /** @param array<string, string> $options */
    private function expectAWayToCall(array $options): void
    {
        try {
            Library::get();
        } catch (LibraryException $failure) {
            if (!isset($options['command']) || self::commandProblem($options['command']) !== null) {
                throw $failure;
            }
        }
    }

    private function add(string $what, string $is): void
    {
        $this->lines[] = \sprintf('%-28s %s', $what, $is);
    }
}
