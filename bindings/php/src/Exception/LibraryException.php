<?php

declare(strict_types=1);

namespace Paywall\Exception;

/**
 * Neither library nor command is available, or one has a bug: nothing was sent.
 */
final class LibraryException extends PaywallException
{
}
