<?php

declare(strict_types=1);

namespace Paywall\Exception;

/**
 * No byte of the request left: calling again is safe.
 */
final class NotSentException extends PaywallException
{
}
