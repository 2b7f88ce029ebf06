<?php

declare(strict_types=1);

namespace Paywall\Internal;

use Paywall\Exception\LibraryException;

/**
 * Runs the program `paywall`: starts it without a shell, writes to it, reads from it, and waits no longer than a deadline.
 *
 * @internal
 */
final class Command
{
    /** This is far more than the longest document: a longer output is not a document. */
    private const LONGEST_OUTPUT = 4 * 1024 * 1024;
    private const LONGEST_COMPLAINT = 4096;
    private const KILL = 9;
    /** Without one of them nothing can be started, or no answer be read. */
    private const NEEDED = ['proc_open', 'fwrite', 'fread', 'feof', 'fclose'];

    /** @var resource[] processes that PHP may not kill, and would wait for if it forgot them */
    private static array $left = [];

    private string $path;

    /** @throws LibraryException if PHP cannot start it */
    public function __construct(string $path)
    {
        $this->path = $path;
        $problem = self::problem($path);
        if ($problem !== null) {
            throw $this->failure($problem);
        }
    }

    public function path(): string
    {
        return $this->path;
    }

    /** Why PHP cannot start any command, or none by this name. Whether it can start the file shows when it tries. */
    public static function problem(string $path): ?string
    {
        foreach (self::NEEDED as $function) {
            if (!\function_exists($function)) {
                return 'cannot be started: disable_functions in ' . Host::ini() . " names $function";
            }
        }
        return Host::pathProblem($path);
    }

    /** @throws LibraryException if PHP cannot start it */
    public function run(
        #[\SensitiveParameter]
        string $input,
        int $deadlineMs
    ): CommandRun {
        return Host::quietly(function () use ($input, $deadlineMs): CommandRun {
            $begun = Host::clock();
            $deadline = $begun + $deadlineMs / 1000;
            $pipes = [];
            $complaint = null;
            $process = Host::quietly(function () use (&$pipes) {
                return \proc_open([$this->path], [['pipe', 'r'], ['pipe', 'w'], ['pipe', 'w']], $pipes);
            }, $complaint);
            if (!\is_resource($process)) {
                $reason = Loader::programProblem($this->path) ?? $complaint ?? 'no reason given';
                throw $this->failure("cannot be started: $reason");
            }
            $texts = [1 => '', 2 => ''];
            $inTime = self::talk($pipes, $input, $texts, $deadline);
            foreach ($pipes as $pipe) {
                \is_resource($pipe) && \fclose($pipe);
            }
            $status = self::await($process, $inTime ? $deadline : 0.0);
            return new CommandRun($this->path, $texts[1], $texts[2], $status, $inTime, Host::clock() - $begun);
        });
    }

    private function failure(string $reason): LibraryException
    {
        return new LibraryException("nothing was sent: the command {$this->path} $reason");
    }

    /**
     * Writes and reads whenever either is possible, so that neither side waits for the other forever. It does not rely on
     * stream_select, which knows no descriptor above 1023 and which signals end: it tries again after each pause.
     *
     * @param array<int, resource> $pipes
     * @param array<int, string>   $texts
     *
     * @return bool whether the program closed its output in time
     */
    private static function talk(
        array &$pipes,
        #[\SensitiveParameter]
        string $input,
        array &$texts,
        float $deadline
    ): bool {
        // Where PHP may not do this, it waits at one pipe after the other. The program has a time limit of its own.
        $waits = !\function_exists('usleep') || !\function_exists('stream_set_blocking');
        foreach ($waits ? [] : $pipes as $pipe) {
            \stream_set_blocking($pipe, false);
        }
        $begun = Host::clock();
        while (true) {
            $before = \strlen($input) + \count($pipes);
            if (isset($pipes[0])) {
                $written = \fwrite($pipes[0], $input);
                $input = \substr($input, (int) $written);
                // A program that closed its input has all it wants, or has ended: its output shows which.
                if ($input === '' || $written === false) {
                    \fclose($pipes[0]);
                    unset($pipes[0]);
                }
            }
            $read = 0;
            foreach (\array_intersect_key($pipes, $texts) as $number => $pipe) {
                if ($waits && $number === 2 && isset($pipes[1])) {
                    continue;
                }
                $chunk = (string) \fread($pipe, 65536);
                $read += \strlen($chunk);
                $longest = $number === 1 ? self::LONGEST_OUTPUT : self::LONGEST_COMPLAINT;
                $texts[$number] .= \substr($chunk, 0, \max(0, $longest - \strlen($texts[$number])));
                if ($chunk === '' && \feof($pipe)) {
                    \fclose($pipe);
                    unset($pipes[$number]);
                }
            }
            if (!isset($pipes[1])) {
                return true;
            }
            $now = Host::clock();
            if ($now >= $deadline) {
                return false;
            }
            if ($read === 0 && $before === \strlen($input) + \count($pipes)) {
                $ready = \array_intersect_key($pipes, $texts);
                $room = \array_diff_key($pipes, $texts);
                $except = null;
                $microseconds = self::pause($now - $begun);
                if (
                    !\function_exists('stream_select')
                    || \stream_select($ready, $room, $except, 0, $microseconds) === false
                ) {
                    Host::ask('usleep', $microseconds);
                }
            }
        }
    }

    /**
     * Waits until the program ends, and kills it at the deadline.
     *
     * @param resource $process
     *
     * @return array<string, mixed> as of proc_get_status; empty if PHP cannot tell
     */
    private static function await($process, float $deadline): array
    {
        $begun = Host::clock();
        $killed = false;
        while ($status = Host::ask('proc_get_status', $process) ?? []) {
            if (!$status['running']) {
                break;
            }
            $now = Host::clock();
            if ($now >= $deadline && !$killed) {
                $killed = Host::ask('proc_terminate', $process, self::KILL)
                    ?? Host::ask('posix_kill', $status['pid'], self::KILL) ?? false;
                if (!$killed) {
                    self::$left[] = $process;
                    return [];
                }
            }
            Host::ask('usleep', self::pause($now - $begun));
        }
        if ($status === []) {
            // Nobody can see whether it has ended, and all it had to say is said.
            Host::ask('proc_terminate', $process, self::KILL);
            return ['signaled' => false, 'exitcode' => Host::ask('proc_close', $process) ?? -1];
        }
        Host::ask('proc_close', $process);
        return $status;
    }

    /** The time until one looks again, in microseconds: a sixteenth of what has passed, from 50 to 5,000. */
    private static function pause(float $passed): int
    {
        return (int) \max(50, \min($passed * 1e6 / 16, 5000));
    }
}
