<?php

declare(strict_types=1);

namespace Paywall\Exception;

use Paywall\ResendResult;

/**
 * A call that did not end with ok, or that could not be made. The message is for the log; it holds no secret.
 *
 * @property-read ResendResult|null $result null if no call was made
 * @property-read string            $action what to do: one of Paywall\Action, or a newer word
 * @property-read string|null       $kind   why: one of Paywall\Kind, or a newer word
 * @property-read string|null       $code   the service's code, or the name of the bad argument or option
 */
class PaywallException extends \RuntimeException
{
    private ?ResendResult $result = null;

    final public function __construct(string $message, ?ResendResult $result = null)
    {
        parent::__construct($message);
        $this->result = $result;
        self::dropArguments($this);
    }

    final public function getResult(): ?ResendResult
    {
        return $this->result;
    }

    final public function getAction(): string
    {
        return $this->result === null ? \Paywall\Action::FIX_CONFIGURATION : $this->result->action;
    }

    final public function getKind(): ?string
    {
        return $this->result === null || $this->result->error === null ? null : $this->result->error->kind;
    }

    /** PHP's own getCode() returns a number, here always 0. */
    final public function getErrorCode(): ?string
    {
        return $this->result === null || $this->result->error === null ? null : $this->result->error->code;
    }

    /** @return mixed */
    final public function __get(string $name)
    {
        switch ($name) {
            case 'result':
                return $this->getResult();
            case 'action':
                return $this->getAction();
            case 'kind':
                return $this->getKind();
            case 'code':
                return $this->getErrorCode();
        }
        \trigger_error('Undefined property: ' . static::class . '::$' . $name, E_USER_NOTICE);
        return null;
    }

    final public function __isset(string $name): bool
    {
        return \in_array($name, ['result', 'action', 'kind', 'code'], true) && $this->__get($name) !== null;
    }

    final public function __debugInfo(): array
    {
        return [
            'message' => $this->getMessage(),
            'file' => $this->getFile(),
            'line' => $this->getLine(),
            'action' => $this->getAction(),
            'kind' => $this->getKind(),
            'code' => $this->getErrorCode(),
            'result' => $this->result,
        ];
    }

    final public function __serialize(): array
    {
        return [
            'message' => $this->getMessage(),
            'file' => $this->getFile(),
            'line' => $this->getLine(),
            'result' => $this->result,
        ];
    }

    final public function __unserialize(array $data): void
    {
        $this->message = (string) $data['message'];
        $this->file = (string) $data['file'];
        $this->line = (int) $data['line'];
        $this->result = $data['result'];
    }

    /**
     * PHP keeps the arguments of every function in the trace, unless zend.exception_ignore_args is on.
     * #[SensitiveParameter] covers this package's functions from PHP 8.2 on, but not the shop's own functions, which got
     * the same token.
     */
    private static function dropArguments(self $exception): void
    {
        static $trace = null;
        if ($trace === null) {
            $trace = new \ReflectionProperty(\Exception::class, 'trace');
            if (PHP_VERSION_ID < 80100) {
                $trace->setAccessible(true);
            }
        }
        $frames = [];
        foreach ($exception->getTrace() as $frame) {
            unset($frame['args']);
            $frames[] = $frame;
        }
        $trace->setValue($exception, $frames);
    }
}
