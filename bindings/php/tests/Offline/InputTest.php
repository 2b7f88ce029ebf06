<?php

declare(strict_types=1);

namespace Paywall\Tests\Offline;

use Paywall\Client;
use Paywall\Exception\InDoubtException;
use Paywall\Exception\InvalidArgumentException;
use Paywall\Internal\Engine;
use Paywall\Internal\Environment;
use Paywall\Internal\Log;
use Paywall\Internal\Options;
use Paywall\Internal\Text;
use Paywall\Internal\Document;
use Paywall\ResendResult;
use PHPUnit\Framework\TestCase;

final class InputTest extends TestCase
{
    /** @dataProvider badOptions */
    public function testABadOptionIsNamedAndItsValueIsNot(array $options, string $code): void
    {
        try {
            new Options($options);
            self::fail('accepted');
        } catch (InvalidArgumentException $refusal) {
            self::assertSame($code, $refusal->getErrorCode());
            self::assertSame('config', $refusal->getKind());
            self::assertSame('fix_configuration', $refusal->getAction());
            self::assertStringContainsString("nothing was sent: $code: ", $refusal->getMessage());
            self::assertStringNotContainsString('secret', $refusal->getMessage());
        }
    }

    public static function badOptions(): array
    {
        return [
            'null' => [['api_key' => null], 'api_key'],
            'array' => [['api_key' => ['secret']], 'api_key'],
            'float' => [['timeout_ms' => 1.5], 'timeout_ms'],
            'bool' => [['api_key' => true], 'api_key'],
            'object' => [['api_key' => new \ArrayObject(['secret'])], 'api_key'],
            'NUL' => [['api_key' => "secret\0more"], 'api_key'],
            'NUL in the middle of a name' => [["api\0key" => 'secret'], 'options'],
            'no UTF-8' => [['api_client' => "secret\xFF"], 'api_client'],
            'surrogate in UTF-8' => [['api_client' => "secret\xED\xA0\x80"], 'api_client'],
            'a list' => [['secret'], 'options'],
            'headers as text' => [['headers' => 'X: secret'], 'headers'],
            'a list of headers' => [['headers' => ['X: secret']], 'options'],
            'a header as array' => [['headers' => ['X' => ['secret']]], 'header'],
            'a header with NUL' => [['headers' => ['X' => "secret\0"]], 'header'],
            'command as array' => [['command' => ['/bin/sh', 'secret']], 'command'],
            'command with NUL' => [['command' => "/bin/sh\0secret"], 'command'],
            'logger as text' => [['logger' => 'error_log'], 'logger'],
            'logger without log' => [['logger' => new \stdClass()], 'logger'],
        ];
    }

    public function testNumbersReachTheCoreAsTexts(): void
    {
        self::assertSame(['timeout_ms' => '5000'], (new Options(['timeout_ms' => 5000]))->core());
    }

    public function testTextsThatCWouldCutAreRefused(): void
    {
        self::assertNull(Text::problem('şifre'));
        self::assertNull(Text::problem(''));
        self::assertSame('must not contain NUL', Text::problem("a\0b"));
        self::assertSame('must be UTF-8', Text::problem("a\xC3"));
    }

    public function testTheEnvironmentIsReadFromEveryPlaceWherePhpKeepsIt(): void
    {
        putenv('PAYWALL_LOCALE=tr');
        $_SERVER['PAYWALL_APP'] = 'Shop/1';
        $_ENV['PAYWALL_PROXY'] = 'env';
        $_SERVER['PAYWALL_TIMEOUT_MS'] = '';
        $_SERVER['PAYWALL_CA_FILE'] = ['no text'];
        $_SERVER['HTTP_PAYWALL_API_KEY'] = 'from a visitor';
        try {
            $options = Options::fromEnvironment();
            self::assertSame('tr', $options['locale']);
            self::assertSame('Shop/1', $options['app']);
            self::assertSame('env', $options['proxy']);
            self::assertNull(Environment::get('PAYWALL_TIMEOUT_MS'));
            self::assertNull(Environment::get('PAYWALL_CA_FILE'));
            self::assertNotContains('from a visitor', $options);
        } finally {
            putenv('PAYWALL_LOCALE');
            unset($_SERVER['PAYWALL_APP'], $_ENV['PAYWALL_PROXY'], $_SERVER['PAYWALL_TIMEOUT_MS']);
            unset($_SERVER['PAYWALL_CA_FILE'], $_SERVER['HTTP_PAYWALL_API_KEY']);
        }
    }

    public function testACallIsOneLineOfTheLog(): void
    {
        $logger = new Logger();
        $json = Documents::json(['message' => "refused: {token}\r\n\x1B[31mfaked line"]);
        (new Log($logger))->call('resend_otp', Document::parse($json));
        self::assertCount(1, $logger->lines);
        [$level, $line, $context] = $logger->lines[0];
        self::assertSame('warning', $level);
        self::assertSame(
            'paywall resend_otp: rejected, check_operation: refused: (token) [31mfaked line'
            . ' (request 278eb762-88a9-44a6-8f6d-bb7319d74d9d)',
            $line
        );
        self::assertSame('token_invalid', $context['kind']);
        self::assertStringNotContainsString(Documents::TOKEN, json_encode($logger->lines, JSON_THROW_ON_ERROR));
        self::assertStringNotContainsString(Documents::SESSION, json_encode($logger->lines, JSON_THROW_ON_ERROR));
    }

    public function testALoggerThatFailsDoesNotHideTheOutcome(): void
    {
        $logger = new class () {
            public function log(): void
            {
                throw new \RuntimeException('the disk is full');
            }
        };
        (new Log($logger))->call('resend_otp', Document::parse(Documents::json()));
        $this->addToAssertionCount(1);
    }

    /** Nobody knows whether the request had left. */
    public function testWhatPhpRaisesDuringACallEndsInDoubt(): void
    {
        $client = (new \ReflectionClass(Client::class))->newInstanceWithoutConstructor();
        $engine = new class () implements Engine {
            public function resendOtp(string $token, string $session): ResendResult
            {
                throw new \TypeError("must not be seen: $token");
            }

            public function check(): ResendResult
            {
                throw new \LogicException();
            }

            public function name(): string
            {
                return '';
            }
        };
        foreach (['engine' => $engine, 'log' => new Log(null)] as $name => $value) {
            $property = new \ReflectionProperty(Client::class, $name);
            PHP_VERSION_ID < 80100 && $property->setAccessible(true);
            $property->setValue($client, $value);
        }
        try {
            $client->resendOtp(Documents::TOKEN, Documents::SESSION);
            self::fail('ended well');
        } catch (InDoubtException $doubt) {
            self::assertSame(
                [Documents::TOKEN, Documents::SESSION, 'await_code'],
                [$doubt->getResult()->otpToken, $doubt->getResult()->sessionId, $doubt->getAction()]
            );
            self::assertStringStartsWith('in doubt: PHP raised TypeError during the call; ', $doubt->getMessage());
        }
    }
}
