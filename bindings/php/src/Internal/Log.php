<?php

declare(strict_types=1);

namespace Paywall\Internal;

use Paywall\Exception\InvalidArgumentException;
use Paywall\ResendResult;
use Paywall\Status;

/**
 * Writes one line per call to any object with PSR-3's `log`.
 *
 * @internal
 */
final class Log
{
    private const LEVELS = [Status::OK => 'info', Status::INVALID => 'error', Status::INTERNAL => 'error'];

    private ?object $logger = null;

    /** @param mixed $logger */
    public function __construct($logger)
    {
        if ($logger !== null && !(\is_object($logger) && \is_callable([$logger, 'log']))) {
            $result = Document::badOption('logger', 'must be an object with the method log of PSR-3');
            throw new InvalidArgumentException($result->message, $result);
        }
        $this->logger = $logger;
    }

    public function call(string $call, ResendResult $result): void
    {
        if ($this->logger === null) {
            return;
        }
        $error = $result->error;
        $context = [
            'status' => $result->status,
            'action' => $result->action,
            'kind' => $error === null ? null : $error->kind,
            'code' => $error === null ? null : $error->code,
            'http_status' => $result->httpStatus,
            'request_id' => $result->requestId,
            'elapsed_us' => $result->transport->elapsedUs,
            'connection' => $result->transport->connection,
        ];
        // A message may quote the service: its line ends must not begin a new line of the log.
        $message = \preg_replace('/[\x00-\x1F\x7F]+/', ' ', $result->message);
        $line = "paywall $call: {$result->status}, {$result->action}: $message";
        if ($result->requestId !== null) {
            $line .= " (request {$result->requestId})";
        }
        try {
            // A logger that fills in placeholders would take braces for them.
            $this->logger->log(self::LEVELS[$result->status] ?? 'warning', \strtr($line, '{}', '()'), $context);
        } catch (\Throwable $failure) {
            // A full disk must not hide the new token, or that a text message is on its way.
        }
    }

    /** Shows only the logger's class: its properties are not ours to show. */
    public function __debugInfo(): array
    {
        return ['logger' => $this->logger === null ? null : \get_class($this->logger)];
    }
}
