<?php

declare(strict_types=1);

namespace Paywall\Internal;

use Paywall\Exception\LibraryException;

/**
 * The program `paywall`: started without a shell, written to and read from, never waited for past its deadline.
 *
 * @internal
 */
final class Command
{
    /** Far more than the longest document; what is longer is none. */
    private const LONGEST_OUTPUT = 4 * 1024 * 1024;
    private const LONGEST_COMPLAINT = 4096;
    private const KILL = 9;

    private string $path;

    /** @throws LibraryException where it cannot be started */
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

    /** What keeps the command from being started, as far as can be seen without starting it. */
    public static function problem(string $path): ?string
    {
        if (!\function_exists('proc_open')) {
            return 'cannot be started: disable_functions in ' . (\php_ini_loaded_file() ?: 'php.ini') . ' names proc_open';
        }
        // A bare name would be searched along PATH, which is not the shop's to choose.
        if (\preg_match('~^(/|\\\\\\\\|[A-Za-z]:[/\\\\])~', $path) !== 1) {
            return 'must be given as an absolute path';
        }
        if (!\is_file($path)) {
            return 'cannot be started: there is no such file, or this user or open_basedir may not see it';
        }
        return \is_executable($path) ? null : 'cannot be started: it is not executable by this user (chmod 755)';
    }

    /** @throws LibraryException where it cannot be started */
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
     * Writes and reads whatever is ready, so that neither side waits for the other for ever.
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
            // A signal ends the wait early, with a warning: the loop only looks again.
            if (!@\stream_select($read, $write, $except, \intdiv($left, 1000000), $left % 1000000)) {
                continue;
            }
            if ($write !== []) {
                $written = @\fwrite($pipes[0], $input);
                $input = \substr($input, (int) $written);
                // Whoever closed its input has what it wants, or is gone: its output tells.
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
     * The program's end, by its own doing or, past the deadline, by ours.
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
