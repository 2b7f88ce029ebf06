<?php

declare(strict_types=1);

namespace Paywall\Exception;

/**
 * A bad argument or option: nothing was sent. The error code is the name of the argument or option.
 */
final class InvalidArgumentException extends PaywallException
{
}
