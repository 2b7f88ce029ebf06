<?php

declare(strict_types=1);

namespace Paywall\Internal;

use Paywall\ResendResult;

/**
 * How a call reaches the core: in this process, or through a command. Both constructors refuse bad options.
 *
 * @internal
 */
interface Engine
{
    public function resendOtp(string $token, string $session): ResendResult;

    public function check(): ResendResult;

    /** What carries the calls, in words for people. */
    public function name(): string;
}
