<?php

declare(strict_types=1);

namespace Paywall\Exception;

/**
 * The service answered and refused: do as the action says.
 */
final class RejectedException extends PaywallException
{
}
