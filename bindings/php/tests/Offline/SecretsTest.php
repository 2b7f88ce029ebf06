<?php

declare(strict_types=1);

namespace Paywall\Tests\Offline;

use LogicException;
use Paywall\Exception\PaywallException;
use Paywall\Internal\Document;
use Paywall\Internal\Hidden;
use Paywall\Internal\Options;
use Paywall\Internal\Outcome;
use Paywall\ResendResult;
use Paywall\Tests\Shown;
use PHPUnit\Framework\TestCase;
use RuntimeException;

final class SecretsTest extends TestCase
{
    public function testAResultShowsNoSecret(): void
    {
        $result = Document::parse(Documents::json());
        self::assertNoSecret(Shown::everywhere($result));
        self::assertNoSecret(json_encode($result, JSON_THROW_ON_ERROR));
        self::assertNoSecret(serialize($result));
    }

    public function testASuccessShowsNoSecretBeforeItIsReadEither(): void
    {
        foreach (['status', 'otpToken', 'response', 'message'] as $name) {
            $result = ResendResult::ofSuccess(Documents::success());
            self::assertNotNull($result->$name);
            // What does not know the class sees it first.
            self::assertNoSecret(var_export($result, true) . print_r((array) $result, true));
            self::assertNoSecret(Shown::everywhere($result));
            self::assertNoSecret(json_encode($result, JSON_THROW_ON_ERROR) . serialize($result));
        }
    }

    public function testAStoredResultHasTheOutcomeAndNoSecrets(): void
    {
        $result = unserialize(serialize(Document::parse(Documents::json())));
        self::assertSame('check_operation', $result->action);
        self::assertSame('token_invalid', $result->error->kind);
        self::assertNull($result->otpToken);
        self::assertNull($result->response);
    }

    public function testAnExceptionShowsNeitherASecretNorTheArgumentsOfTheShopsFunctions(): void
    {
        $exception = $this->shopsFunction(Documents::TOKEN, ['api_key' => Documents::TOKEN]);
        self::assertNoSecret(Shown::everywhere($exception));
        self::assertNoSecret((string) $exception);
        self::assertNoSecret(json_encode($exception->getTrace(), JSON_PARTIAL_OUTPUT_ON_ERROR));
        self::assertNoSecret(serialize($exception));
        self::assertStringContainsString('shopsFunction()', $exception->getTraceAsString());
        // Other exceptions do show the arguments here, so the test would see a secret.
        $other = $this->shopsOther(Documents::TOKEN);
        self::assertSame([Documents::TOKEN], $other->getTrace()[0]['args']);
    }

    public function testAStoredExceptionStillSaysWhatToDo(): void
    {
        $exception = unserialize(serialize($this->shopsFunction(Documents::TOKEN, [])));
        self::assertInstanceOf(PaywallException::class, $exception);
        self::assertSame('check_operation', $exception->getAction());
        self::assertStringContainsString('TOKEN_IS_NOT_VALID', $exception->getMessage());
        self::assertNull($exception->getResult()->otpToken);
    }

    public function testOptionsShowNoSecret(): void
    {
        $options = new Options(['api_key' => Documents::TOKEN, 'headers' => ['X' => Documents::TOKEN]]);
        self::assertNoSecret(Shown::everywhere($options));
        self::assertSame(['api_key' => Documents::TOKEN, 'header.X' => Documents::TOKEN], $options->core());
    }

    public function testWhatIsHiddenCannotBeStored(): void
    {
        $this->expectException(LogicException::class);
        serialize(new Hidden(Documents::TOKEN));
    }

    private function shopsFunction(string $token, array $settings): PaywallException
    {
        return Outcome::exception(Document::parse(Documents::json(['otp_token' => $token])));
    }

    private function shopsOther(string $token): RuntimeException
    {
        return new RuntimeException('another exception');
    }

    private static function assertNoSecret(string $shown): void
    {
        self::assertNotSame('', $shown);
        self::assertStringNotContainsString(Documents::TOKEN, $shown);
        self::assertStringNotContainsString(Documents::SESSION, $shown);
    }
}
