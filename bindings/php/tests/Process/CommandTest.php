<?php

declare(strict_types=1);

namespace Paywall\Tests\Process;

use Paywall\Exception\InDoubtException;
use Paywall\Exception\LibraryException;
use Paywall\Exception\PaywallException;
use Paywall\Internal\Command;
use Paywall\Internal\CommandEngine;
use Paywall\Internal\Options;
use Paywall\Internal\Outcome;
use Paywall\Tests\Sandbox;
use Paywall\Tests\Shown;

/**
 * What the package does if the command does not end as it should. Stand-ins answer the probe as the command does, and
 * misbehave when a token comes.
 */
final class CommandTest extends ProcessTestCase
{
    private const TOKEN = 'sbx_ok_5001';

    /** @dataProvider deaths */
    public function testACommandThatDiesAfterItMayHaveSentIsInDoubt(string $doing, string $kind, string $words): void
    {
        $engine = $this->engine($this->standIn($doing), ['timeout_ms' => 100]);
        $begun = microtime(true);
        $result = $engine->resendOtp(self::TOKEN, self::SESSION);
        self::assertLessThan(100 / 1000 + 2.6, microtime(true) - $begun);
        self::assertInstanceOf(InDoubtException::class, Outcome::exception($result));
        self::assertSame(
            ['in_doubt', 'await_code', 'in_doubt', self::TOKEN, self::SESSION, $kind, 'receive'],
            [
                $result->status, $result->action, $result->tokenState, $result->otpToken, $result->sessionId,
                $result->error->kind, $result->error->stage,
            ]
        );
        self::assertStringContainsString($words, $result->message);
        self::assertStringNotContainsString(self::TOKEN, $result->message);
        self::assertStringNotContainsString('sandbox-api-key', $result->message . Shown::everywhere($result));
    }

    public static function deaths(): array
    {
        return [
            'killed' => ['kill -9 $$', 'connection_lost', 'was ended by signal 9 and no result document'],
            'aborted' => ['kill -6 $$', 'connection_lost', 'was ended by signal 6'],
            'killed while it wrote' => ['printf \'{"status":"ok"\'; kill -9 $$', 'bad_response', 'is not a result document'],
            'an exit code and nothing else' => ['exit 0', 'connection_lost', 'ended with exit code 0 and no result'],
            'only its exit code says not sent' => ['exit 2', 'connection_lost', 'ended with exit code 2'],
            'panicked' => ['echo "panicked at sbx_ok_5001" >&2; exit 101', 'connection_lost', 'ended with exit code 101'],
            'garbage' => ['echo hello', 'bad_response', 'an output that is not a result document'],
            'garbage without end' => ['yes', 'timeout', 'did not end in time and was killed'],
            'silence' => ['exec sleep 60', 'timeout', 'did not end in time and was killed'],
            'silence of a child' => ['sleep 60', 'timeout', 'did not end in time and was killed'],
            'stopped' => ['kill -STOP $$', 'timeout', 'did not end in time and was killed'],
            'closed output, and stays' => ['exec >&- 2>&-; exec sleep 60', 'connection_lost', 'was ended by signal 9'],
        ];
    }

    public function testAWholeDocumentIsTheTruthHoweverTheCommandEnds(): void
    {
        $engine = $this->engine($this->standIn('printf %s "$input" | "$real"; kill -9 $$'));
        self::assertSame('verify_otp', $engine->resendOtp(self::TOKEN, self::SESSION)->action);
    }

    public function testALotOfOutputAndUnreadInputDoNotBlock(): void
    {
        $noise = 'head -c 3000000 /dev/zero >&2; printf %s "$input" | "$real"; head -c 3000000 /dev/zero >&2';
        $engine = $this->engine($this->standIn($noise));
        self::assertSame('verify_otp', $engine->resendOtp(self::TOKEN, self::SESSION)->action);
        // This is more than a pipe holds, and the command writes as much before it reads.
        $long = str_repeat('x', 400000);
        $script = $this->script('deaf', "#!/bin/sh\nhead -c 300000 /dev/zero\ncat >/dev/null\n");
        $run = (new Command($script))->run($long, 5000);
        self::assertFalse($run->timedOut());
        self::assertSame(300000, strlen($run->output()));
    }

    /** @dataProvider nonStarters */
    public function testACommandThatCannotBeStartedIsTheLibrarysErrorAndNothingWasSent(
        string $text,
        int $mode,
        string $words
    ): void {
        $path = $this->script('paywall', $text, $mode);
        try {
            $this->engine($path);
            self::fail('started');
        } catch (LibraryException $failure) {
            self::assertStringContainsString($path, $failure->getMessage());
            self::assertStringContainsString($words, $failure->getMessage());
            self::assertStringContainsString('nothing was sent', $failure->getMessage());
        }
    }

    public static function nonStarters(): array
    {
        return [
            'for another machine' => [self::elf(), 0755, 'it is built for ELF machine 0, but this'],
            'no interpreter' => ["#!/nowhere/sh\n", 0755, 'cannot be started: it needs /nowhere/sh, which this system'],
            'not executable' => ["#!/bin/sh\n", 0644, 'cannot be started: it is not executable by this user (chmod 755)'],
            'another program' => ["#!/bin/sh\ncat\n", 0755, 'an output that is not a result document'],
            'a program that says nothing' => ["#!/bin/sh\ntrue\n", 0755, 'ended with exit code 0 and no result document'],
            'no reason given' => ["#!/bin/sh\nexit 127\n", 0755, 'cannot be started: it ended with exit code 127'],
        ];
    }

    private static function elf(): string
    {
        return "\x7FELF\x02\x01\x01" . str_repeat("\0", 60);
    }

    /** What another program says may quote its input, as a shell does. */
    public function testWhatAnotherProgramSaysIsNotShown(): void
    {
        foreach (['/bin/sh', PHP_BINARY] as $path) {
            try {
                $this->engine($path);
                self::fail('started');
            } catch (LibraryException $failure) {
                self::assertStringNotContainsString('sandbox-api', $failure->getMessage());
            }
        }
    }

    /** The real loader's refusals: a program that needs what this system does not have. */
    public function testWhatTheLoaderSaysIsTold(): void
    {
        foreach (self::refusedPrograms($this->folder) as $words => $path) {
            try {
                $this->engine($path);
                self::fail('started');
            } catch (LibraryException $failure) {
                $message = $failure->getMessage();
                self::assertStringStartsWith("nothing was sent: the command $path cannot be started: ", $message);
                self::assertStringContainsString($words, $message);
            }
            $environment = ['PAYWALL_COMMAND' => $path, 'PAYWALL_LIBRARY' => '/nowhere'];
            [$exit, $out] = $this->php([self::PACKAGE . '/bin/paywall-doctor'], $environment);
            self::assertSame(1, $exit, $out);
            self::assertMatchesRegularExpression('~^command .* cannot be started: .*' . preg_quote($words) . '~m', $out);
        }
    }

    /** @dataProvider wrongPaths */
    public function testAWrongPathIsNamedWithTheReason(string $path, string $words): void
    {
        $this->expectException(LibraryException::class);
        $this->expectExceptionMessage($words);
        $this->engine($path);
    }

    public static function wrongPaths(): array
    {
        return [
            'relative' => ['paywall', 'must be an absolute path'],
            'options' => ['-rf', 'must be an absolute path'],
            'NUL' => ["/bin/sh\0", 'must not contain NUL'],
            'not there' => ['/nowhere/paywall', 'cannot be started: there is no such file'],
            'a folder' => ['/tmp', 'cannot be started: it is not a file'],
            'not executable' => ['/etc/passwd', 'cannot be started: it is not executable by this user (chmod 755)'],
        ];
    }

    public function testACommandThatVanishesBetweenTwoCallsSendsNothing(): void
    {
        $path = $this->standIn('echo');
        $engine = $this->engine($path);
        unlink($path);
        $this->expectException(LibraryException::class);
        $this->expectExceptionMessage('nothing was sent');
        $engine->resendOtp(self::TOKEN, self::SESSION);
    }

    public function testACheckThroughADyingCommandIsTheLibrarysError(): void
    {
        $path = $this->standIn('kill -9 $$');
        $this->expectException(LibraryException::class);
        $this->expectExceptionMessage('was ended by signal 9');
        $this->engine($path)->check();
    }

    public function testNoSecretIsOnTheCommandLineOrInTheEnvironment(): void
    {
        $seen = "{$this->folder}/seen";
        $path = $this->standIn("tr '\\0' '\\n' </proc/\$\$/cmdline >$seen; env >>$seen; printf %s \"\$input\" | \"\$real\"");
        $this->engine($path)->resendOtp(self::TOKEN, self::SESSION);
        $text = (string) file_get_contents($seen);
        self::assertStringContainsString($path, $text);
        foreach (['sandbox-api-key', self::TOKEN, self::SESSION] as $secret) {
            self::assertStringNotContainsString($secret, $text);
        }
    }

    public function testNoProcessStaysAfterTheCall(): void
    {
        foreach (['kill -9 $$', 'exec sleep 60', 'exec >&-; exec sleep 61'] as $doing) {
            $this->engine($this->standIn($doing), ['timeout_ms' => 1])->resendOtp(self::TOKEN, self::SESSION);
        }
        exec('ps -o stat=,args= --ppid ' . getmypid(), $children);
        $left = array_filter($children, static function (string $child): bool {
            return strpos($child, 'sleep 6') !== false || strpos($child, 'Z') === 0;
        });
        self::assertSame([], $left);
    }

    private function engine(string $path, array $options = []): CommandEngine
    {
        $options = Sandbox::get()->options($options);
        unset($options['command']);
        return new CommandEngine(new Command($path), new Options($options));
    }

    private function standIn(string $doing): string
    {
        $real = Sandbox::needed('PAYWALL_COMMAND');
        $text = "#!/bin/sh\ninput=\$(cat)\nreal=$real\ncase \$input in *'\"resend_otp\"'*'\"token\":\"\"'*)"
            . " printf %s \"\$input\" | \"\$real\"; exit ;; esac\n$doing\n";
        return $this->script('paywall', $text);
    }
}
