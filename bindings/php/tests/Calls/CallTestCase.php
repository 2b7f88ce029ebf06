<?php

declare(strict_types=1);

namespace Paywall\Tests\Calls;

use Paywall\Client;
use Paywall\Tests\Sandbox;
use PHPUnit\Framework\TestCase;

/**
 * A test against the real sandbox. PAYWALL_TEST_THROUGH says what must carry the calls: `FFI` or `the command`.
 */
abstract class CallTestCase extends TestCase
{
    protected const SESSION = '6489433e-f36b-1410-825e-001264113a90';

    protected static function client(array $options = []): Client
    {
        $client = new Client(Sandbox::get()->options($options));
        $through = $client->__debugInfo()['through'];
        self::assertStringStartsWith(Sandbox::needed('PAYWALL_TEST_THROUGH'), $through);
        return $client;
    }
}
