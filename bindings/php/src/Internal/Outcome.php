<?php

declare(strict_types=1);

namespace Paywall\Internal;

use Paywall\Exception\InDoubtException;
use Paywall\Exception\InvalidArgumentException;
use Paywall\Exception\LibraryException;
use Paywall\Exception\NotSentException;
use Paywall\Exception\PaywallException;
use Paywall\Exception\RejectedException;
use Paywall\ResendResult;
use Paywall\Status;

/**
 * The exception for each status.
 *
 * @internal
 */
final class Outcome
{
    public static function exception(ResendResult $result): ?PaywallException
    {
        switch ($result->status) {
            case Status::OK:
                return null;
            case Status::REJECTED:
                return new RejectedException($result->message, $result);
            case Status::NOT_SENT:
                return new NotSentException($result->message, $result);
            case Status::INVALID:
                return new InvalidArgumentException($result->message, $result);
            case Status::INTERNAL:
                return new LibraryException($result->message, $result);
        }
        // A status of a newer library counts as in doubt, as the C interface says of unknown numbers.
        return new InDoubtException($result->message, $result);
    }
}
