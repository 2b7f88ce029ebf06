<?php

declare(strict_types=1);

namespace Paywall\Internal;

/**
 * The result of one run of the command.
 *
 * @internal
 */
final class CommandRun
{
    /** The loader and every shell exit with these if a program could not be started. The command never does. */
    private const NOT_STARTED = [126, 127];

    private string $path;
    /** Holds string. */
    private Hidden $output;
    /** The loader's words, if it refused the program. Others' may quote their input, and are not kept. */
    private ?string $refusal;
    private bool $signaled;
    private int $signal;
    private int $exitCode;
    private bool $inTime;
    private float $seconds;

    /** @param array<string, mixed> $status of proc_get_status, as far as PHP can tell */
    public function __construct(
        string $path,
        #[\SensitiveParameter]
        string $output,
        #[\SensitiveParameter]
        string $complaint,
        array $status,
        bool $inTime,
        float $seconds
    ) {
        $this->path = $path;
        $this->output = new Hidden($output);
        $this->refusal = Loader::refusal($complaint);
        $this->signaled = $status['signaled'] ?? false;
        $this->signal = $status['termsig'] ?? 0;
        $this->exitCode = $status['exitcode'] ?? -1;
        $this->inTime = $inTime;
        $this->seconds = $seconds;
    }

    public function output(): string
    {
        return $this->output->reveal();
    }

    public function elapsedUs(): int
    {
        return (int) ($this->seconds * 1e6);
    }

    public function timedOut(): bool
    {
        return !$this->inTime;
    }

    public function started(): bool
    {
        return $this->timedOut()
            || $this->signaled
            || $this->output() !== ''
            || $this->refusal === null && !\in_array($this->exitCode, self::NOT_STARTED, true);
    }

    /** Why it was not started, if it was not. */
    public function obstacle(): string
    {
        return $this->refusal ?? Loader::programProblem($this->path) ?? "it ended with exit code {$this->exitCode}";
    }

    /** How it ended, in words without a secret. */
    public function ending(): string
    {
        if ($this->timedOut()) {
            return 'did not end in time and was killed';
        }
        $document = $this->output() === '' ? 'no result document' : 'an output that is not a result document';
        $end = $this->signaled ? "was ended by signal {$this->signal}" : "ended with exit code {$this->exitCode}";
        return "$end and $document";
    }
}
