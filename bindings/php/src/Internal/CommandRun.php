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

    /** Holds string. */
    private Hidden $output;
    private string $complaint;
    /** @var array<string, mixed> of proc_get_status */
    private array $status;
    private bool $inTime;
    private int $elapsedUs;

    /** @param array<string, mixed> $status */
    public function __construct(
        #[\SensitiveParameter]
        string $output,
        string $complaint,
        array $status,
        bool $inTime,
        int $elapsedUs
    ) {
        $this->output = new Hidden($output);
        $this->complaint = $complaint;
        $this->status = $status;
        $this->inTime = $inTime;
        $this->elapsedUs = $elapsedUs;
    }

    public function output(): string
    {
        return $this->output->reveal();
    }

    public function elapsedUs(): int
    {
        return $this->elapsedUs;
    }

    public function timedOut(): bool
    {
        return !$this->inTime;
    }

    public function started(): bool
    {
        return $this->timedOut()
            || $this->status['signaled']
            || $this->output() !== ''
            || !\in_array($this->status['exitcode'], self::NOT_STARTED, true);
    }

    /** How it ended, in words without a secret. */
    public function ending(): string
    {
        if ($this->timedOut()) {
            return 'did not end in time and was killed';
        }
        $document = $this->output() === '' ? 'no result document' : 'an output that is not a result document';
        $end = $this->status['signaled']
            ? "was ended by signal {$this->status['termsig']}"
            : "ended with exit code {$this->status['exitcode']}";
        // The complaint comes from the loader or the shell; the command itself never quotes its input.
        $complaint = \trim((string) \preg_replace('/[^\x20-\x7E]+/', ' ', \substr($this->complaint, 0, 200)));
        return "$end and $document" . ($this->started() || $complaint === '' ? '' : " ($complaint)");
    }
}
