<?php

declare(strict_types=1);

namespace Paywall;

use Paywall\Exception\InvalidArgumentException;
use Paywall\Exception\LibraryException;
use Paywall\Exception\PaywallException;
use Paywall\Internal\Command;
use Paywall\Internal\CommandEngine;
use Paywall\Internal\Document;
use Paywall\Internal\Engine;
use Paywall\Internal\Host;
use Paywall\Internal\Library;
use Paywall\Internal\LibraryEngine;
use Paywall\Internal\Log;
use Paywall\Internal\Options;
use Paywall\Internal\Outcome;

/**
 * A client of Paywall's Masterpass "Resend OTP". It is cheap to make: you may make one for each web request.
 */
final class Client
{
    private Engine $engine;
    private Log $log;

    /**
     * Making a client resolves no name and opens no connection.
     *
     * @param array<string, mixed> $options the options of the README by name, and:
     *                                      `headers`: extra request headers, name => value;
     *                                      `command`: the path of the program `paywall`, if PHP has no FFI;
     *                                      `logger`: an object with PSR-3's `log`: it gets one line per call
     *
     * @throws InvalidArgumentException if an option is wrong or missing
     * @throws LibraryException         if neither the library nor the command is available
     */
    public function __construct(
        #[\SensitiveParameter]
        array $options
    ) {
        $checked = new Options($options);
        $this->log = $checked->log();
        $this->engine = Host::quietly(static function () use ($checked): Engine {
            return self::engine($checked);
        });
        Outcome::load();
    }

    /**
     * Makes a client from PAYWALL_ENVIRONMENT, PAYWALL_API_KEY and so on: PAYWALL_ plus the upper-case name of the option.
     *
     * @param array<string, mixed> $overrides options whose values win
     *
     * @throws InvalidArgumentException if an option is wrong or missing
     * @throws LibraryException         if neither the library nor the command is available
     */
    public static function fromEnv(
        #[\SensitiveParameter]
        array $overrides = []
    ): self {
        return new self($overrides + Options::fromEnvironment());
    }

    /**
     * Asks the service to send the one-time password of a token again. It sends at most one request.
     *
     * Every exception except the last two holds a result. Its `otpToken` and `sessionId` are the ones to use next.
     *
     * @param string $token   the OTP token that the operation returned, or the newest one since
     * @param string $session the Masterpass session, a GUID
     *
     * @throws Exception\RejectedException if the service refused
     * @throws Exception\NotSentException  if no byte left: calling again is safe
     * @throws Exception\InDoubtException  if the request may have arrived: never call again automatically
     * @throws InvalidArgumentException    if an argument is wrong; nothing was sent
     * @throws LibraryException            if the library has a bug, or the command vanished; nothing was sent
     */
    public function resendOtp(
        #[\SensitiveParameter]
        string $token,
        #[\SensitiveParameter]
        string $session
    ): ResendResult {
        return Host::undisturbed(function () use ($token, $session): ResendResult {
            return $this->settle('resend_otp', $this->outcome($token, $session));
        });
    }

    /**
     * "Test connection": tests name, connection, proxy and TLS. It sends not one byte of HTTP, so it cannot test the
     * credentials.
     *
     * @throws Exception\NotSentException with the stage and the reason
     */
    public function check(): ResendResult
    {
        return $this->settle('check', Host::quietly([$this->engine, 'check']));
    }

    public function __debugInfo(): array
    {
        return ['through' => $this->engine->name()];
    }

    public function __serialize(): array
    {
        throw new \LogicException('A Paywall\Client holds secrets and cannot be serialized: make a new one.');
    }

    public function __unserialize(array $data): void
    {
        throw new \LogicException('A Paywall\Client cannot be unserialized: make a new one.');
    }

    /** What PHP raises once the call has begun, whatever it is, must not take the outcome with it. */
    private function outcome(
        #[\SensitiveParameter]
        string $token,
        #[\SensitiveParameter]
        string $session
    ): ResendResult {
        try {
            return Host::quietly(function () use ($token, $session): ResendResult {
                return $this->engine->resendOtp($token, $session);
            });
        } catch (PaywallException $refusal) {
            throw $refusal;
        } catch (\Throwable $raised) {
            // The name of an anonymous class has a path after a NUL.
            $name = \explode("\0", \get_class($raised))[0];
            return Document::inDoubt($token, $session, Kind::INTERNAL, "PHP raised $name during the call", 0);
        }
    }

    private static function engine(Options $options): Engine
    {
        try {
            return new LibraryEngine(Library::get(), $options);
        } catch (LibraryException $failure) {
            if ($options->command() === null) {
                throw $failure;
            }
        }
        try {
            return new CommandEngine(new Command($options->command()), $options);
        } catch (LibraryException $second) {
            throw new LibraryException("{$second->getMessage()}. Without it: {$failure->getMessage()}");
        }
    }

    private function settle(string $call, ResendResult $result): ResendResult
    {
        $this->log->call($call, $result);
        $exception = Outcome::exception($result);
        if ($exception !== null) {
            throw $exception;
        }
        return $result;
    }
}
