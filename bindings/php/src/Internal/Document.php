<?php

declare(strict_types=1);

namespace Paywall\Internal;

use Paywall\Action;
use Paywall\ErrorInfo;
use Paywall\Kind;
use Paywall\ResendResult;
use Paywall\Status;
use Paywall\TokenState;
use Paywall\Transport;

/**
 * Makes a result from the JSON of a result document. It also writes the few results that this side decides itself.
 *
 * @internal
 */
final class Document
{
    /** What every document of a success begins and ends with. */
    private const SUCCESS = '{"status":"ok",';
    private const END = '"response_truncated":false}';
    private const CUT = '"response_truncated":true}';

    /** Texts that stand in the document only once with this name: within a text, quotation marks are escaped. */
    private const GLANCED = ['action' => '"action":"', 'otpToken' => '"otp_token":"', 'sessionId' => '"session_id":"'];

    /** Null if the text is not a whole result document. Members that a newer library added are ignored. */
    public static function parse(
        #[\SensitiveParameter]
        string $json
    ): ?ResendResult {
        $read = self::read($json);
        return $read === null ? null : new ResendResult(...$read);
    }

    /** Whether this is a success, and as a library in this process writes it: whole. */
    public static function isSuccess(
        #[\SensitiveParameter]
        string $json
    ): bool {
        return \strncmp($json, self::SUCCESS, \strlen(self::SUCCESS)) === 0
            && (\substr($json, -\strlen(self::END)) === self::END || \substr($json, -\strlen(self::CUT)) === self::CUT);
    }

    /** A member of a success, if it is found without reading the whole document; else null. */
    public static function glance(
        #[\SensitiveParameter]
        string $json,
        string $name
    ): ?string {
        $key = self::GLANCED[$name] ?? null;
        $begin = $key === null ? false : \strpos($json, $key);
        if ($begin === false) {
            return null;
        }
        $begin += \strlen($key);
        $length = \strcspn($json, '"\\', $begin);
        return $json[$begin + $length] === '"' ? \substr($json, $begin, $length) : null;
    }

    /**
     * @return array{array<string, mixed>, array<string, string|null>}|null the members that may be shown, and the others;
     *                                                                      null as in parse()
     */
    public static function read(
        #[\SensitiveParameter]
        string $json
    ): ?array {
        $document = \json_decode($json, true, 32);
        if (
            !\is_array($document)
            || !isset($document['status'], $document['action'], $document['message'], $document['transport'])
            || !\is_string($document['status'])
            || !\is_string($document['action'])
            || !\is_string($document['message'])
            || !\is_array($document['transport'])
            || !\array_key_exists('otp_token', $document)
            || !\array_key_exists('error', $document)
        ) {
            return null;
        }
        $transport = $document['transport'];
        $elapsed = $transport['elapsed_us'] ?? 0;
        // There is no loop here, because a call through FFI is so short that one would show.
        return [[
            'status' => $document['status'],
            'action' => $document['action'],
            'message' => $document['message'],
            'customerMessage' => $document['customer_message'] ?? null,
            'tokenState' => $document['token_state'] ?? null,
            'sessionRenewed' => $document['session_renewed'] ?? false,
            'responseCode' => $document['response_code'] ?? null,
            'referenceNumber' => $document['reference_number'] ?? null,
            'correlationId' => $document['correlation_id'] ?? null,
            'httpStatus' => $document['http_status'] ?? null,
            'requestId' => $document['request_id'] ?? null,
            'error' => \is_array($document['error']) ? self::error($document['error']) : null,
            'transport' => new Transport(\is_int($elapsed) ? $elapsed : 0, self::text($transport, 'connection')),
            'responseTruncated' => $document['response_truncated'] ?? false,
        ], [
            'otpToken' => $document['otp_token'],
            'sessionId' => $document['session_id'] ?? null,
            'url3d' => $document['url_3d'] ?? null,
            'responseBody' => $document['response_body'] ?? null,
        ]];
    }

    /** @param array<string, mixed> $error */
    private static function error(array $error): ErrorInfo
    {
        $pause = $error['retry_after_ms'] ?? null;
        return new ErrorInfo(
            self::text($error, 'kind') ?? Kind::INTERNAL,
            self::text($error, 'code'),
            self::text($error, 'stage') ?? '',
            \is_int($pause) ? $pause : null,
            self::text($error, 'detail')
        );
    }

    /**
     * Never raises a TypeError: if a newer library writes another type, that must not hide the outcome.
     *
     * @param array<string, mixed> $members
     */
    private static function text(array $members, string $name): ?string
    {
        $value = $members[$name] ?? null;
        return \is_string($value) ? $value : null;
    }

    /** A refusal on this side, in the words of the core. */
    public static function badArgument(string $name, string $rule): ResendResult
    {
        return self::invalid(Action::FIX_REQUEST, new ErrorInfo(Kind::ARGUMENT, $name, 'argument', null, null), $rule);
    }

    /** A refusal on this side, in the words of the core. */
    public static function badOption(string $name, string $rule): ResendResult
    {
        $error = new ErrorInfo(Kind::CONFIG, $name, 'config', null, null);
        return self::invalid(Action::FIX_CONFIGURATION, $error, $rule);
    }

    /** Nobody can know whether the request arrived. Your token may be superseded, but there is no better one. */
    public static function inDoubt(
        #[\SensitiveParameter]
        string $token,
        #[\SensitiveParameter]
        string $session,
        string $kind,
        string $detail,
        int $elapsedUs
    ): ResendResult {
        return self::write([
            'status' => Status::IN_DOUBT,
            'action' => Action::AWAIT_CODE,
            'message' => "in doubt: $detail; the request may have arrived: do not repeat it automatically",
            'tokenState' => TokenState::IN_DOUBT,
            'error' => new ErrorInfo($kind, null, 'receive', null, $detail),
            'transport' => new Transport($elapsedUs, null),
        ], ['otpToken' => $token, 'sessionId' => $session, 'url3d' => null, 'responseBody' => null]);
    }

    private static function invalid(string $action, ErrorInfo $error, string $rule): ResendResult
    {
        return self::write([
            'status' => Status::INVALID,
            'action' => $action,
            'message' => "nothing was sent: {$error->code}: $rule",
            'error' => $error,
            'transport' => new Transport(0, null),
        ]);
    }

    private static function write(
        array $members,
        #[\SensitiveParameter]
        ?array $hidden = null
    ): ResendResult {
        return new ResendResult($members + [
            'customerMessage' => null,
            'tokenState' => null,
            'sessionRenewed' => false,
            'responseCode' => null,
            'referenceNumber' => null,
            'correlationId' => null,
            'httpStatus' => null,
            'requestId' => null,
            'responseTruncated' => false,
        ], $hidden);
    }
}
