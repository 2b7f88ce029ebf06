<?php

declare(strict_types=1);

namespace Paywall\Internal;

use Paywall\Exception\LibraryException;
use Paywall\Kind;
use Paywall\ResendResult;
use Paywall\Status;

/**
 * Calls through the program `paywall`, if PHP has no FFI. Each call starts a process.
 *
 * @internal
 */
final class CommandEngine implements Engine
{
    /** The core's default of `timeout_ms`, and its limit. */
    private const TIMEOUT_MS = 20000;
    private const LONGEST_TIMEOUT_MS = 120000;
    /** The time that starting the program and printing may take, in addition to the call. */
    private const GRACE_MS = 2000;

    private Command $command;
    /** Holds array<string, string>. */
    private Hidden $config;
    private int $deadlineMs;

    public function __construct(Command $command, Options $options)
    {
        $this->command = $command;
        $core = $options->core();
        $this->config = new Hidden($core);
        $timeout = $core['timeout_ms'] ?? '';
        $known = \preg_match('/^[1-9][0-9]{0,5}$/D', $timeout) === 1;
        $this->deadlineMs = \min($known ? (int) $timeout : self::TIMEOUT_MS, self::LONGEST_TIMEOUT_MS) + self::GRACE_MS;
        $this->probe();
    }

    public function resendOtp(
        #[\SensitiveParameter]
        string $token,
        #[\SensitiveParameter]
        string $session
    ): ResendResult {
        foreach (['token' => $token, 'session' => $session] as $name => $text) {
            $problem = Text::problem($text);
            if ($problem !== null) {
                return Document::badArgument($name, $problem);
            }
        }
        $run = $this->run('resend_otp', $token, $session);
        $result = Document::parse($run->output());
        if ($result !== null) {
            return $result;
        }
        $this->expectStarted($run);
        $kind = Kind::BAD_RESPONSE;
        if ($run->timedOut()) {
            $kind = Kind::TIMEOUT;
        } elseif ($run->output() === '') {
            $kind = Kind::CONNECTION_LOST;
        }
        return Document::inDoubt($token, $session, $kind, "the command paywall {$run->ending()}", $run->elapsedUs());
    }

    public function check(): ResendResult
    {
        return $this->expectDocument($this->run('check', '', ''));
    }

    public function name(): string
    {
        return 'the command ' . $this->command->path();
    }

    /**
     * Checks what the library checks when you make a context: whether the options are good. It also checks that this is
     * the command. A call without a token sends nothing.
     */
    private function probe(): void
    {
        $result = $this->expectDocument($this->run('resend_otp', '', ''));
        $error = $result->error;
        if (
            $result->status === Status::INVALID
            && $error !== null
            && $error->kind === Kind::ARGUMENT
            && $error->code === 'token'
        ) {
            return;
        }
        throw Outcome::exception($result) ?? new LibraryException(
            $this->command->path() . ' answered ok to a call without a token: this is not the command paywall'
        );
    }

    private function expectDocument(CommandRun $run): ResendResult
    {
        $result = Document::parse($run->output());
        if ($result !== null) {
            return $result;
        }
        $this->expectStarted($run);
        throw $this->failure($run->ending());
    }

    private function expectStarted(CommandRun $run): void
    {
        if (!$run->started()) {
            throw $this->failure('cannot be started: ' . $run->obstacle());
        }
    }

    private function failure(string $reason): LibraryException
    {
        return new LibraryException("nothing was sent: the command {$this->command->path()} $reason");
    }

    private function run(
        string $call,
        #[\SensitiveParameter]
        string $token,
        #[\SensitiveParameter]
        string $session
    ): CommandRun {
        // Never put this on the command line: other users of the machine can read it there.
        $input = \json_encode([
            'call' => $call,
            'config' => (object) $this->config->reveal(),
            'token' => $token,
            'session' => $session,
        ], JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_THROW_ON_ERROR);
        return $this->command->run($input, $this->deadlineMs);
    }
}
