<?php

declare(strict_types=1);

namespace Paywall\Exception;

/**
 * A bad argument or option: nothing was sent. The error code is its name.
 */
final class InvalidArgumentException extends PaywallException
{
}
