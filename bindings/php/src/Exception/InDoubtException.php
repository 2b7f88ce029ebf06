<?php

declare(strict_types=1);

namespace Paywall\Exception;

/**
 * The request may have arrived. Never call again automatically; the result holds the token to go on with.
 */
final class InDoubtException extends PaywallException
{
}
