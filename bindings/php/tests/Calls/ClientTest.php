<?php

declare(strict_types=1);

namespace Paywall\Tests\Calls;

use LogicException;
use Paywall\Client;
use Paywall\Exception\InvalidArgumentException;
use Paywall\Exception\PaywallException;
use Paywall\Exception\RejectedException;
use Paywall\Internal\Text;
use Paywall\Tests\Contract;
use Paywall\Tests\Offline\Logger;
use Paywall\Tests\Sandbox;
use Paywall\Tests\Shown;
use TypeError;

final class ClientTest extends CallTestCase
{
    private const KEY = 'a-key-that-must-not-be-seen';

    public function testAnOperationContinuesWithTheTokenOfTheResult(): void
    {
        $operation = Sandbox::get()->operation();
        $client = self::client();
        $result = $client->resendOtp($operation['otp_token'], $operation['session_id']);
        self::assertSame('verify_otp', $result->action);
        try {
            $client->resendOtp($result->otpToken, $result->sessionId);
            self::fail('the cooldown was not reported');
        } catch (RejectedException $refusal) {
            self::assertSame('wait', $refusal->getAction());
            self::assertSame($result->otpToken, $refusal->getResult()->otpToken);
        }
    }

    public function testCheckSendsNoHttp(): void
    {
        Sandbox::get()->clear();
        $result = self::client()->check();
        self::assertSame(['ok', 'none', null], [$result->status, $result->action, $result->otpToken]);
        self::assertSame([], Sandbox::get()->journal());
    }

    public function testExtraHeadersAreSent(): void
    {
        Sandbox::get()->clear();
        self::client(['headers' => ['X-Shop' => 'Carsi 7'], 'app' => 'Shop/1.2'])->resendOtp('sbx_ok_0000', self::SESSION);
        $headers = Sandbox::get()->journal()[0]['headers'];
        self::assertArrayHasKey('x-shop', $headers);
        self::assertStringEndsWith(' Shop/1.2', $headers['user-agent']);
    }

    /** @dataProvider badOptions */
    public function testABadOptionIsRefusedWhenTheClientIsMade(array $options, string $code): void
    {
        try {
            self::client($options);
            self::fail('accepted');
        } catch (InvalidArgumentException $refusal) {
            self::assertSame([$code, 'config', 'fix_configuration'], [
                $refusal->getErrorCode(), $refusal->getKind(), $refusal->getAction(),
            ]);
            self::assertStringNotContainsString(self::KEY, $refusal->getMessage());
        }
    }

    public static function badOptions(): array
    {
        return [
            'unknown' => [['colour' => 'red'], 'colour'],
            'empty' => [['api_key' => ''], 'api_key'],
            'no number' => [['timeout_ms' => 'soon'], 'timeout_ms'],
            'negative' => [['timeout_ms' => -1], 'timeout_ms'],
            'plain http' => [['base_url' => 'http://example.com'], 'base_url'],
            'line end in a key' => [['api_key' => self::KEY . "\r\nX: y"], 'api_key'],
            'a header that frames' => [['headers' => ['Content-Length' => '0']], 'header'],
            'a file that is not there' => [['ca_file' => '/nowhere/ca.pem'], 'ca_file'],
            'null' => [['proxy' => null], 'proxy'],
            'NUL' => [['api_key' => self::KEY . "\0"], 'api_key'],
        ];
    }

    public function testEveryOptionOfTheContractIsAcceptedAndAnUnknownNameIsNot(): void
    {
        $texts = ['proxy' => 'http://localhost:3128', 'app' => 'Shop/1.2'] + Sandbox::get()->options();
        foreach (Contract::read()['options'] as $option) {
            $name = $option['name'];
            $value = $option['choices'][0] ?? $option['default'] ?? $texts[$name];
            self::client([$name => $value]);
            try {
                self::client(["{$name}s" => $value]);
                self::fail("{$name}s was accepted");
            } catch (InvalidArgumentException $refusal) {
                self::assertSame(["{$name}s", 'config'], [$refusal->getErrorCode(), $refusal->getKind()]);
            }
        }
    }

    /** @dataProvider badArguments */
    public function testABadArgumentIsRefusedAndNothingIsSent($token, $session, ?string $code): void
    {
        Sandbox::get()->clear();
        $client = self::client();
        try {
            $client->resendOtp($token, $session);
            self::fail('accepted');
        } catch (TypeError $refusal) {
            self::assertNull($code);
        } catch (InvalidArgumentException $refusal) {
            self::assertSame([$code, 'argument', 'fix_request'], [
                $refusal->getErrorCode(), $refusal->getKind(), $refusal->getAction(),
            ]);
            self::assertNull($refusal->getResult()->otpToken);
        }
        self::assertSame([], Sandbox::get()->journal());
    }

    public static function badArguments(): array
    {
        return [
            'null for the token' => [null, self::SESSION, null],
            'array for the token' => [['x'], self::SESSION, null],
            'object for the token' => [new \stdClass(), self::SESSION, null],
            'closure for the token' => [static function () {
            }, self::SESSION, null],
            'number for the token' => [12, self::SESSION, null],
            'null for the session' => ['sbx_ok_5001', null, null],
            'array for the session' => ['sbx_ok_5001', [self::SESSION], null],
            'NUL in the token' => ["sbx_ok_5001\0tail", self::SESSION, 'token'],
            'only NUL' => ["\0", self::SESSION, 'token'],
            'NUL after the session' => ['sbx_ok_5001', self::SESSION . "\0", 'session'],
            'no UTF-8' => ["sbx_ok_5001\xFF", self::SESSION, 'token'],
            'a surrogate in UTF-8' => ["\xED\xA0\x80", self::SESSION, 'token'],
            'no UTF-8 in the session' => ['sbx_ok_5001', "\xC3\x28", 'session'],
            'too long' => [str_repeat('x', 1025), self::SESSION, 'token'],
            'very long' => [str_repeat('x', 500000), self::SESSION, 'token'],
            'empty session' => ['sbx_ok_5001', '', 'session'],
        ];
    }

    public function testNothingShownHoldsASecret(): void
    {
        $logger = new Logger();
        $secrets = [self::KEY, self::SESSION, 'sbx_token_invalid', 'Client-That-Must-Not-Be-Seen', 'header-secret'];
        $client = self::client([
            'api_client' => 'Client-That-Must-Not-Be-Seen',
            'headers' => ['X-Secret' => 'header-secret'],
            'logger' => $logger,
            'api_key' => self::KEY,
        ]);
        $exception = null;
        try {
            $this->shopsFunction($client, 'sbx_token_invalid', self::KEY);
        } catch (PaywallException $exception) {
        }
        $shown = Shown::everywhere($client) . Shown::everywhere($exception) . $exception . serialize($exception)
            . serialize($exception->getResult()) . json_encode([$client, $exception->getResult()], JSON_THROW_ON_ERROR)
            . json_encode($logger->lines, JSON_THROW_ON_ERROR);
        foreach ($secrets as $secret) {
            self::assertStringNotContainsString($secret, $shown);
        }
        self::assertCount(1, $logger->lines);
        self::assertStringStartsWith('paywall resend_otp: rejected, ', $logger->lines[0][1]);
    }

    public function testANewTokenIsNotShown(): void
    {
        $logger = new Logger();
        $result = self::client(['logger' => $logger])->resendOtp('sbx_ok_5001', self::SESSION);
        $shown = Shown::everywhere($result) . serialize($result) . json_encode($result, JSON_THROW_ON_ERROR)
            . json_encode($logger->lines, JSON_THROW_ON_ERROR);
        self::assertSame($result->otpToken, $result->response['Body']['Masterpass']['Result']['Token']);
        self::assertStringNotContainsString($result->otpToken, $shown);
        self::assertStringNotContainsString(self::SESSION, $shown);
        self::assertSame('info', $logger->lines[0][0]);
    }

    /** @dataProvider waysToStore */
    public function testAClientCannotBeStored(callable $store): void
    {
        $client = self::client();
        $this->expectException(LogicException::class);
        $store($client);
    }

    public static function waysToStore(): array
    {
        return [
            'serialize' => ['serialize'],
            'unserialize' => [static function (): void {
                unserialize('O:14:"Paywall\Client":0:{}');
            }],
        ];
    }

    public function testACloneAndManyClientsCanCall(): void
    {
        $client = self::client();
        $clone = clone $client;
        unset($client);
        gc_collect_cycles();
        self::assertSame('ok', $clone->resendOtp('sbx_ok_0000', self::SESSION)->status);
        $clients = [];
        for ($i = 0; $i < 10; $i++) {
            $clients[] = self::client();
        }
        foreach ($clients as $one) {
            self::assertSame('ok', $one->resendOtp('sbx_ok_0000', self::SESSION)->status);
        }
    }

    /** @dataProvider handlers */
    public function testASignalDuringACallDoesNotTakeItsOutcome(callable $onError, bool $throws): void
    {
        $client = self::client();
        $signals = 0;
        $asynchronous = pcntl_async_signals(true);
        pcntl_signal(SIGALRM, static function () use (&$signals, $throws): void {
            $signals++;
            if ($throws) {
                throw new \RuntimeException('from a signal handler');
            }
        }, false);
        set_error_handler($onError);
        try {
            pcntl_alarm(1);
            $result = $client->resendOtp('sbx_delay_1500', self::SESSION);
        } finally {
            restore_error_handler();
            pcntl_alarm(0);
            pcntl_signal(SIGALRM, SIG_DFL);
            $stillAsynchronous = pcntl_async_signals($asynchronous);
        }
        self::assertSame(['ok', 1, true], [$result->status, $signals, $stillAsynchronous]);
    }

    public static function handlers(): array
    {
        $throw = static function (int $level, string $message): bool {
            throw new \ErrorException($message, 0, $level);
        };
        return [
            'an error handler for the @ of PHP 7' => [static function (int $level, string $message) use ($throw): bool {
                return error_reporting() === 0 || $throw($level, $message);
            }, false],
            'all throws' => [$throw, true],
        ];
    }

    /** PHP collects garbage when it has seen some 10,000 candidates, whatever it does then, and runs the destructors in it. */
    public function testADestructorThatThrowsDuringACallDoesNotTakeItsOutcome(): void
    {
        Sandbox::get()->clear();
        $client = self::client();
        $outcomes = 0;
        self::collect();
        for ($candidates = 9900; $candidates < 10000; $candidates++) {
            try {
                self::leaveGarbage($candidates);
                $outcomes += $client->resendOtp('sbx_ok_5001', self::SESSION)->status === 'ok' ? 1 : 0;
            } catch (\RuntimeException $ofTheDestructor) {
                self::assertSame('from a destructor', $ofTheDestructor->getMessage());
            }
            self::collect();
        }
        self::assertGreaterThan(0, $outcomes);
        self::assertCount($outcomes, Sandbox::get()->journal());
    }

    private static function collect(): void
    {
        try {
            gc_collect_cycles();
        } catch (\RuntimeException $ofTheDestructor) {
        }
    }

    private static function leaveGarbage(int $candidates): void
    {
        $garbage = new class () {
            public ?object $me = null;

            public function __destruct()
            {
                throw new \RuntimeException('from a destructor');
            }
        };
        $garbage->me = $garbage;
        for ($i = 0; $i < $candidates; $i++) {
            $ring = new \stdClass();
            $ring->me = $ring;
        }
    }

    public function testFromEnvTakesWhatIsSetAndOverridesWin(): void
    {
        $options = Sandbox::get()->options();
        putenv('PAYWALL_BASE_URL=https://localhost:1');
        foreach (['ca_file', 'api_key', 'api_client', 'command'] as $name) {
            $_SERVER['PAYWALL_' . Text::upper($name)] = $options[$name];
        }
        try {
            $client = Client::fromEnv(['base_url' => $options['base_url']]);
            self::assertSame('ok', $client->resendOtp('sbx_ok_0000', self::SESSION)->status);
        } finally {
            putenv('PAYWALL_BASE_URL');
            foreach (['ca_file', 'api_key', 'api_client', 'command'] as $name) {
                unset($_SERVER['PAYWALL_' . Text::upper($name)]);
            }
        }
    }

    /** A function as a shop would write it, with the token and the key among its arguments. */
    private function shopsFunction(Client $client, string $token, string $key): void
    {
        $client->resendOtp($token, self::SESSION);
    }
}
