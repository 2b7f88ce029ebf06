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

    private string $path;

    /** @throws LibraryException if PHP cannot start it */
    public function __construct(string $path)
    {
        $this->path = $path;
        $problem = self::problem($path);
        if ($problem !== null) {
            throw new LibraryException("nothing was sent: the command $path $problem");
        }
    }

    public function path(): string
    {
        return $this->path;
    }

    /** Why PHP cannot start the command, as far as one can see without starting it; null if nothing is in the way. */
    public static function problem(string $path): ?string
    {
        if (!\function_exists('proc_open')) {
            return 'cannot be started: disable_functions in ' . (\php_ini_loaded_file() ?: 'php.ini') . ' names proc_open';
        }
        // The system would search PATH for a bare name, and the shop does not choose PATH.
        if (\preg_match('~^(/|\\\\\\\\|[A-Za-z]:[/\\\\])~', $path) !== 1) {
            return 'must be an absolute path';
        }
        if (!\is_file($path)) {
            return 'cannot be started: there is no such file, or this user or open_basedir may not see it';
        }
        return \is_executable($path) ? null : 'cannot be started: it is not executable by this user (chmod 755)';
    }

    /** @throws LibraryException if PHP cannot start it */
    public function run(
        #[\SensitiveParameter]
        string $input,
        int $deadlineMs
    ): CommandRun {
        $begun = \hrtime(true);
        $deadline = $begun + $deadlineMs * 1000000;
        $pipes = [];
        \error_clear_last();
        $process = @\proc_open([$this->path], [['pipe', 'r'], ['pipe', 'w'], ['pipe', 'w']], $pipes);
        if (!\is_resource($process)) {
            $reason = \error_get_last()['message'] ?? 'no reason given';
            throw new LibraryException("nothing was sent: the command {$this->path} cannot be started: $reason");
        }
        $texts = [1 => '', 2 => ''];
        $inTime = self::talk($pipes, $input, $texts, $deadline);
        foreach ($pipes as $pipe) {
            if (\is_resource($pipe)) {
                \fclose($pipe);
            }
        }
        $status = self::await($process, $inTime ? $deadline : 0);
        \proc_close($process);
        return new CommandRun($texts[1], $texts[2], $status, $inTime, \intdiv(\hrtime(true) - $begun, 1000));
    }

    /**
     * Writes and reads as soon as either is possible, so that neither side waits for the other forever.
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
        int $deadline
    ): bool {
        foreach ($pipes as $pipe) {
            \stream_set_blocking($pipe, false);
        }
        while (isset($pipes[1])) {
            $left = \intdiv($deadline - \hrtime(true), 1000);
            if ($left <= 0) {
                return false;
            }
            $read = \array_intersect_key($pipes, $texts);
            $write = isset($pipes[0]) ? [0 => $pipes[0]] : [];
            $except = null;
            // A signal ends the wait early, with a warning. The loop then looks again.
            if (!@\stream_select($read, $write, $except, \intdiv($left, 1000000), $left % 1000000)) {
                continue;
            }
            if ($write !== []) {
                $written = @\fwrite($pipes[0], $input);
                $input = \substr($input, (int) $written);
                // A program that closed its input has all it wants, or has ended: its output shows which.
                if ($input === '' || $written === false) {
                    \fclose($pipes[0]);
                    unset($pipes[0]);
                }
            }
            foreach ($read as $number => $pipe) {
                $chunk = (string) @\fread($pipe, 65536);
                $longest = $number === 1 ? self::LONGEST_OUTPUT : self::LONGEST_COMPLAINT;
                $texts[$number] .= \substr($chunk, 0, \max(0, $longest - \strlen($texts[$number])));
                if ($chunk === '' && \feof($pipe)) {
                    \fclose($pipe);
                    unset($pipes[$number]);
                }
            }
        }
        return true;
    }

    /**
     * Waits until the program ends, and kills it at the deadline.
     *
     * @param resource $process
     *
     * @return array<string, mixed>
     */
    private static function await($process, int $deadline): array
    {
        $pause = 50;
        while (($status = \proc_get_status($process))['running']) {
            if (\hrtime(true) >= $deadline) {
                \proc_terminate($process, self::KILL);
                $deadline = PHP_INT_MAX;
            }
            \usleep($pause);
            $pause = \min($pause * 2, 5000);
        }
        return $status;
    }
}
