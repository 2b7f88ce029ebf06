<?php

declare(strict_types=1);

namespace Paywall\Internal;

/**
 * Why the system does not load a file, or does not start it, where its own words are unclear or nobody hears them.
 *
 * @internal
 */
final class Loader
{
    /** ELF's numbers for the likely machines. */
    private const MACHINES = [3 => 'i686', 40 => 'arm', 62 => 'x86_64', 183 => 'aarch64', 243 => 'riscv64'];
    private const NOEXEC = 'its file system is mounted noexec, or a rule of the system forbids it: put it elsewhere';

    /** What the loaders of glibc and musl say about a program that they do not start. */
    private const REFUSALS = '~\S+: version `\S+\' not found|error while loading shared libraries: .*'
        . '|Error loading shared library .*|Error relocating .*~';

    /** The loader's refusal in what a program left on its standard error, or null. Nothing else there is shown. */
    public static function refusal(string $complaint): ?string
    {
        return \preg_match(self::REFUSALS, $complaint, $found) === 1 ? self::explained($found[0]) : null;
    }

    /** The loader's words in one line, with what they mean. */
    public static function explained(string $words): string
    {
        $meanings = [
            '~version `GLIBC_\S+\' not found~' =>
                'it is built for a newer glibc than this system has; the packages of libpaywall need glibc 2.17',
            '~libc\.musl-|libc\.so: |Error relocating~' =>
                'it is built for another C library, musl (Alpine) or glibc: install libpaywall for this one',
            '~ld-linux|libc\.so\.6: cannot open~' =>
                'it is built for glibc, which this system does not have: install libpaywall for musl',
            '~failed to map segment from shared object$|Operation not permitted~' => self::NOEXEC,
        ];
        $words = \trim((string) \preg_replace('/[^\x20-\x7E]+/', ' ', \substr($words, 0, 1000)));
        foreach ($meanings as $pattern => $meaning) {
            if (\preg_match($pattern, $words) === 1) {
                return "$words: $meaning";
            }
        }
        return $words;
    }

    /** Why a file for Linux does not belong to this machine, as its first bytes show; null if they do not. */
    public static function foreignMachine(string $head): ?string
    {
        if (\strlen($head) < 20 || \strncmp($head, "\x7FELF", 4) !== 0) {
            return null;
        }
        $number = \unpack($head[5] === "\x02" ? 'n' : 'v', $head, 18)[1];
        $theirs = self::MACHINES[$number] ?? "ELF machine $number";
        $ours = Host::machine();
        return $ours === null || $theirs === $ours
            ? null : "is built for $theirs, but this PHP runs as $ours: install libpaywall for that machine";
    }

    /** Why the system does not start this program, as far as PHP may look; null if nothing is in the way. */
    public static function programProblem(string $path): ?string
    {
        if (Host::look('file_exists', $path) === false) {
            return 'there is no such file, or this user may not see it';
        }
        if (Host::look('is_file', $path) === false) {
            return 'it is not a file';
        }
        if (Host::look('is_executable', $path) === false) {
            $mode = Host::ask('fileperms', $path);
            return ((int) $mode & 0111) === 0111 ? self::NOEXEC : 'it is not executable by this user (chmod 755)';
        }
        $head = (string) Host::ask('file_get_contents', $path, false, null, 0, 4096);
        $foreign = self::foreignMachine($head);
        if ($foreign !== null) {
            return "it $foreign";
        }
        // A script's interpreter, or the loader of the C library that a program was built for.
        if (
            \preg_match('~^#! *(/\S+)|^\x7FELF.*?(/[\x21-\x7E]+/ld[\x21-\x7E]*)\0~s', $head, $found) === 1
            && Host::look('file_exists', \end($found)) === false
        ) {
            return 'it needs ' . \end($found) . ', which this system does not have';
        }
        return null;
    }
}
