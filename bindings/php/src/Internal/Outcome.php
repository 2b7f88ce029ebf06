<?php

declare(strict_types=1);

namespace Paywall\Internal;

use Paywall\Action;
use Paywall\ErrorInfo;
use Paywall\Exception\InDoubtException;
use Paywall\Exception\InvalidArgumentException;
use Paywall\Exception\LibraryException;
use Paywall\Exception\NotSentException;
use Paywall\Exception\PaywallException;
use Paywall\Exception\RejectedException;
use Paywall\Kind;
use Paywall\ResendResult;
use Paywall\Status;
use Paywall\TokenState;
use Paywall\Transport;

/**
 * The exception for each status.
 *
 * @internal
 */
final class Outcome
{
    private const CLASSES = [
        Action::class, CommandRun::class, Document::class, ErrorInfo::class, Hidden::class, InDoubtException::class,
        InvalidArgumentException::class, Kind::class, LibraryException::class, Loader::class, NotSentException::class,
        RejectedException::class, ResendResult::class, Status::class, Text::class, TokenState::class, Transport::class,
    ];

    /**
     * Loads what an outcome needs while nothing is sent. After a call it may be too late: the files may be replaced by an
     * update, or no descriptor be left to open one.
     */
    public static function load(): void
    {
        foreach (self::CLASSES as $class) {
            \class_exists($class);
        }
    }

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
