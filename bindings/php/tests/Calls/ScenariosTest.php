<?php

declare(strict_types=1);

namespace Paywall\Tests\Calls;

use Paywall\Exception\InDoubtException;
use Paywall\Exception\InvalidArgumentException;
use Paywall\Exception\NotSentException;
use Paywall\Exception\PaywallException;
use Paywall\Exception\RejectedException;
use Paywall\Tests\Sandbox;

/**
 * Runs the list of outcomes that every language runs.
 */
final class ScenariosTest extends CallTestCase
{
    private const EXCEPTIONS = [
        'ok' => null,
        'rejected' => RejectedException::class,
        'not_sent' => NotSentException::class,
        'in_doubt' => InDoubtException::class,
        'invalid' => InvalidArgumentException::class,
    ];

    /** @dataProvider scenarios */
    public function testTheOutcomeIsAsListed(array $scenario): void
    {
        $sandbox = Sandbox::get();
        $sandbox->clear();
        $session = $scenario['session'] ?? self::SESSION;
        $client = self::client($scenario['options'] ?? []);
        $exception = null;
        try {
            $result = $client->resendOtp($scenario['token'], $session);
        } catch (PaywallException $exception) {
            $result = $exception->getResult();
            self::assertSame($result->message, $exception->getMessage());
        }

        $expect = $scenario['expect'];
        self::assertSame(self::EXCEPTIONS[$expect['status']], $exception === null ? null : get_class($exception));
        $error = $result->error;
        self::assertEquals($expect, [
            'status' => $result->status,
            'action' => $result->action,
            'kind' => $error === null ? null : $error->kind,
            'code' => $error === null ? null : $error->code,
            'stage' => $error === null ? null : $error->stage,
            'token_state' => $result->tokenState,
            'session_renewed' => $result->sessionRenewed,
            'http_status' => $result->httpStatus,
        ]);
        $this->assertTokenAndSession($scenario, $session, $result);

        // A call that left made exactly one request, the others none.
        $sent = !isset($scenario['options']['base_url'])
            && !in_array($expect['status'], ['not_sent', 'invalid'], true);
        $journal = $sandbox->journal();
        self::assertCount($sent ? 1 : 0, $journal);
        if ($sent) {
            self::assertSame($result->requestId, $journal[0]['request_id']);
        }
    }

    public static function scenarios(): iterable
    {
        $list = json_decode((string) file_get_contents(Sandbox::needed('PAYWALL_SCENARIOS')), true, 16, JSON_THROW_ON_ERROR);
        foreach ($list as $scenario) {
            yield $scenario['name'] => [$scenario];
        }
    }

    private function assertTokenAndSession(array $scenario, string $session, $result): void
    {
        switch ($scenario['expect']['token_state']) {
            case 'new':
                self::assertNotSame($scenario['token'], $result->otpToken);
                self::assertNotSame('', (string) $result->otpToken);
                break;
            case null:
                self::assertNull($result->otpToken);
                self::assertNull($result->sessionId);
                return;
            default:
                self::assertSame($scenario['token'], $result->otpToken);
        }
        $renewed = $scenario['expect']['session_renewed'];
        self::assertSame(!$renewed, $result->sessionId === $session);
    }
}
