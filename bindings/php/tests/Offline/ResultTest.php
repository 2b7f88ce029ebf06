<?php

declare(strict_types=1);

namespace Paywall\Tests\Offline;

use LogicException;
use Paywall\ErrorInfo;
use Paywall\Exception\InDoubtException;
use Paywall\Exception\InvalidArgumentException;
use Paywall\Exception\LibraryException;
use Paywall\Exception\NotSentException;
use Paywall\Exception\RejectedException;
use Paywall\Internal\Document;
use Paywall\Internal\Outcome;
use Paywall\ResendResult;
use Paywall\Transport;
use PHPUnit\Framework\TestCase;

final class ResultTest extends TestCase
{
    public function testEveryMemberOfTheDocumentCanBeRead(): void
    {
        $result = Document::parse(Documents::json());
        self::assertInstanceOf(ResendResult::class, $result);
        self::assertSame('rejected', $result->status);
        self::assertSame('check_operation', $result->action);
        self::assertSame('Token geçersiz.', $result->customerMessage);
        self::assertSame(Documents::TOKEN, $result->otpToken);
        self::assertSame('kept', $result->tokenState);
        self::assertSame(Documents::SESSION, $result->sessionId);
        self::assertFalse($result->sessionRenewed);
        self::assertNull($result->responseCode);
        self::assertSame(200, $result->httpStatus);
        self::assertSame('https://bank.example/' . Documents::TOKEN, $result->url3d);
        self::assertInstanceOf(ErrorInfo::class, $result->error);
        self::assertSame('TOKEN_IS_NOT_VALID', $result->error->code);
        self::assertSame(1500, $result->error->retryAfterMs);
        self::assertInstanceOf(Transport::class, $result->transport);
        self::assertSame(41700, $result->transport->elapsedUs);
        self::assertSame(['Body' => ['Token' => Documents::TOKEN]], $result->response);
        self::assertTrue(isset($result->otpToken, $result->response, $result->error->kind));
        self::assertFalse(isset($result->responseCode) || isset($result->unknown));
    }

    public function testAResultCannotBeChanged(): void
    {
        $result = Document::parse(Documents::json());
        foreach (['status', 'otpToken', 'response', 'anything'] as $name) {
            try {
                $result->$name = 'changed';
                self::fail("$name was changed");
            } catch (LogicException $refusal) {
                self::assertStringContainsString($name, $refusal->getMessage());
            }
        }
        $this->expectException(LogicException::class);
        unset($result->otpToken);
    }

    /** @dataProvider bodies */
    public function testABodyThatCannotBeDecodedNeverHidesTheOutcome(?string $body): void
    {
        $result = Document::parse(Documents::json(['response_body' => $body]));
        self::assertNull($result->response);
        self::assertSame($body, $result->responseBody);
        self::assertSame(Documents::TOKEN, $result->otpToken);
    }

    public static function bodies(): array
    {
        return [
            'none' => [null],
            'empty' => [''],
            'half' => ['{"Result":tr'],
            'html' => ['<html>'],
            'lone surrogate' => ['{"a":"\ud800"}'],
            'nested too deeply' => [str_repeat('[', 5000) . str_repeat(']', 5000)],
        ];
    }

    /** @dataProvider garbled */
    public function testATextThatIsNotAResultDocumentIsRefused(string $text): void
    {
        self::assertNull(Document::parse($text));
    }

    public static function garbled(): array
    {
        return [
            'empty' => [''],
            'text' => ['hello'],
            'number' => ['3'],
            'list' => ['[]'],
            'half' => [substr(Documents::json(), 0, 300)],
            'two' => [Documents::json() . Documents::json()],
            'no status' => [str_replace('"status"', '"state"', Documents::json())],
            'status of another type' => [Documents::json(['status' => 3])],
            'no transport' => [Documents::json(['transport' => null])],
        ];
    }

    public function testANewerDocumentIsRead(): void
    {
        $result = Document::parse(Documents::json([
            'status' => 'half_sent',
            'action' => 'dance',
            'error' => ['kind' => 'novel', 'code' => 7, 'stage' => ['x'], 'retry_after_ms' => 'soon', 'more' => []],
            'transport' => ['elapsed_us' => '5', 'connection' => true],
            'novelty' => ['a' => 1],
        ]));
        self::assertSame('dance', $result->action);
        self::assertSame('novel', $result->error->kind);
        self::assertNull($result->error->code);
        self::assertInstanceOf(InDoubtException::class, Outcome::exception($result));
    }

    /** @dataProvider successes */
    public function testASuccessIsReadWhenAskedForAndIsTheSame(array $changes): void
    {
        $json = Documents::success($changes);
        self::assertTrue(Document::isSuccess($json));
        $read = Document::parse($json);
        $names = array_keys($read->__serialize());
        foreach ([...$names, 'otpToken', 'sessionId', 'url3d', 'responseBody', 'response'] as $name) {
            $unread = ResendResult::ofSuccess($json);
            self::assertSame(isset($read->$name), isset($unread->$name), $name);
            $unread = ResendResult::ofSuccess($json);
            self::assertEquals($read->$name, $unread->$name, $name);
            self::assertEquals($read->$name, $unread->$name, "$name again");
        }
        self::assertSame(serialize($read), serialize(ResendResult::ofSuccess($json)));
        self::assertSame(json_encode($read), json_encode(ResendResult::ofSuccess($json)));
        self::assertEquals($read->__debugInfo(), ResendResult::ofSuccess($json)->__debugInfo());
        $clone = clone ($unread = ResendResult::ofSuccess($json));
        self::assertSame([$read->message, $read->otpToken], [$clone->message, $unread->otpToken]);
    }

    public static function successes(): array
    {
        return [
            'usual' => [[]],
            'escapes' => [['otp_token' => "a\"b\\", 'session_id' => "\u{e7}", 'action' => 'a/b']],
            'a message that looks like members' => [['message' => ',"otp_token":"x","session_id":"y"', 'otp_token' => null]],
            'an empty token' => [['otp_token' => '']],
            'of a newer library' => [['action' => 'dance', 'novelty' => ['a' => 1]]],
        ];
    }

    public function testOnlyAWholeSuccessWaitsToBeRead(): void
    {
        self::assertFalse(Document::isSuccess(Documents::json()));
        self::assertFalse(Document::isSuccess(''));
        $json = Documents::success();
        for ($length = 0; $length < strlen($json); $length++) {
            self::assertFalse(Document::isSuccess(substr($json, 0, $length)));
        }
    }

    public function testAnUnreadSuccessCannotBeChanged(): void
    {
        $result = ResendResult::ofSuccess(Documents::success());
        $this->expectException(LogicException::class);
        $result->otpToken = 'changed';
    }

    public function testAnUnknownMemberIsANoticeAsInPhpItself(): void
    {
        $result = Document::parse(Documents::json());
        $notices = [];
        set_error_handler(static function (int $level, string $message) use (&$notices): bool {
            $notices[] = [$level, $message];
            return true;
        });
        try {
            self::assertNull($result->otptoken);
        } finally {
            restore_error_handler();
        }
        self::assertSame([[E_USER_NOTICE, 'Undefined property: Paywall\ResendResult::$otptoken']], $notices);
    }

    /** @dataProvider statuses */
    public function testEachStatusHasItsException(string $status, ?string $class): void
    {
        $exception = Outcome::exception(Document::parse(Documents::json(['status' => $status])));
        self::assertSame($class, $exception === null ? null : get_class($exception));
    }

    public static function statuses(): array
    {
        return [
            ['ok', null],
            ['rejected', RejectedException::class],
            ['not_sent', NotSentException::class],
            ['in_doubt', InDoubtException::class],
            ['invalid', InvalidArgumentException::class],
            ['internal', LibraryException::class],
        ];
    }

    public function testAnExceptionSaysWhatToDo(): void
    {
        $exception = Outcome::exception(Document::parse(Documents::json()));
        self::assertSame('the service refused: Token geçersiz. (TOKEN_IS_NOT_VALID)', $exception->getMessage());
        self::assertSame('check_operation', $exception->getAction());
        self::assertSame('token_invalid', $exception->getKind());
        self::assertSame('TOKEN_IS_NOT_VALID', $exception->getErrorCode());
        self::assertSame(
            [$exception->getResult(), $exception->getAction(), $exception->getKind(), $exception->getErrorCode()],
            [$exception->result, $exception->action, $exception->kind, $exception->code]
        );
        $none = new LibraryException('no library');
        self::assertNull($none->result);
        self::assertNull($none->kind);
        self::assertSame('fix_configuration', $none->action);
    }
}
