<?php

declare(strict_types=1);

namespace Paywall\Exception;

/**
 * The library, or the command in its place, cannot be had or has a bug: nothing was sent.
 */
final class LibraryException extends PaywallException
{
}
