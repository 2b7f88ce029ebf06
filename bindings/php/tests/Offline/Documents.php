<?php

declare(strict_types=1);

namespace Paywall\Tests\Offline;

/**
 * Result documents as the core writes them.
 */
final class Documents
{
    public const TOKEN = 'token-that-must-not-be-seen';
    public const SESSION = '6489433e-f36b-1410-825e-001264113a90';

    /** With the members in the order of the core. */
    public static function success(array $changes = []): string
    {
        return self::json($changes + ['status' => 'ok', 'action' => 'verify_otp', 'error' => null]);
    }

    public static function json(array $changes = []): string
    {
        $usual = [
            'status' => 'rejected',
            'action' => 'check_operation',
            'message' => 'the service refused: Token geçersiz. (TOKEN_IS_NOT_VALID)',
            'customer_message' => 'Token geçersiz.',
            'otp_token' => self::TOKEN,
            'token_state' => 'kept',
            'session_id' => self::SESSION,
            'session_renewed' => false,
            'response_code' => null,
            'reference_number' => null,
            'correlation_id' => null,
            'url_3d' => 'https://bank.example/' . self::TOKEN,
            'http_status' => 200,
            'request_id' => '278eb762-88a9-44a6-8f6d-bb7319d74d9d',
            'error' => [
                'kind' => 'token_invalid', 'code' => 'TOKEN_IS_NOT_VALID', 'stage' => 'service',
                'retry_after_ms' => 1500, 'detail' => null,
            ],
            'transport' => ['elapsed_us' => 41700, 'connection' => 'reused'],
            'response_body' => '{"Body":{"Token":"' . self::TOKEN . '"}}',
            'response_truncated' => false,
        ];
        // The changed members stay where they are; what is new comes before the last one, as of a newer core.
        $document = array_replace($usual, $changes);
        unset($document['response_truncated']);
        $document['response_truncated'] = ($changes + $usual)['response_truncated'];
        return json_encode($document, JSON_THROW_ON_ERROR);
    }
}
