<?php

declare(strict_types=1);

namespace Paywall\Exception;

/**
 * The request may have arrived. Never call again automatically. The result holds the token to use next.
 */
final class InDoubtException extends PaywallException
{
}
