<?php

declare(strict_types=1);

namespace Paywall\Internal;

use FFI;
use FFI\CData;
use Paywall\Exception\LibraryException;
use Paywall\Kind;
use Paywall\ResendResult;

/**
 * Calls in this process. It owns one context; equal contexts share their connections in the whole process.
 *
 * @internal
 */
final class LibraryEngine implements Engine
{
    /** Kept as long as the context: the library that made a context must free it. */
    private Library $library;
    private ?CData $context = null;

    public function __construct(Library $library, Options $options)
    {
        $this->library = $library;
        $ffi = $library->ffi();
        $config = $ffi->pw_config_new();
        $text = $ffi->new('char *');
        $address = FFI::addr($text);
        try {
            foreach ($options->core() as $name => $value) {
                // PHP turns the key "1" into an int.
                $this->expectOk($ffi->pw_config_set($config, (string) $name, $value, $address), $text);
            }
            $context = $ffi->new('pw_ctx *');
            $this->expectOk($ffi->pw_ctx_new($config, FFI::addr($context), $address), $text);
            $this->context = $context;
        } finally {
            $ffi->pw_config_free($config);
        }
    }

    public function __destruct()
    {
        if ($this->context !== null) {
            $this->library->ffi()->pw_ctx_free($this->context);
            $this->context = null;
        }
    }

    public function resendOtp(
        #[\SensitiveParameter]
        string $token,
        #[\SensitiveParameter]
        string $session
    ): ResendResult {
        // The library checks UTF-8, but it cannot see NUL.
        if (Text::hasNul($token) || Text::hasNul($session)) {
            return Document::badArgument(Text::hasNul($token) ? 'token' : 'session', 'must not contain NUL');
        }
        $ffi = $this->library->ffi();
        $text = $ffi->new('char *');
        $status = $ffi->pw_resend_otp($this->context, $token, $session, FFI::addr($text));
        return $this->take($text, $status) ?? Document::inDoubt(
            $token,
            $session,
            Kind::BAD_RESPONSE,
            "the library answered $status without a result document",
            0
        );
    }

    public function check(): ResendResult
    {
        $ffi = $this->library->ffi();
        $text = $ffi->new('char *');
        $status = $ffi->pw_ctx_check($this->context, FFI::addr($text));
        $result = $this->take($text, $status);
        if ($result === null) {
            throw new LibraryException("nothing was sent: the library answered $status without a result document");
        }
        return $result;
    }

    public function name(): string
    {
        return 'FFI, ' . $this->library->origin();
    }

    private function expectOk(int $status, CData $text): void
    {
        if ($status === 0) {
            return;
        }
        $result = $this->take($text, $status);
        $exception = $result === null ? null : Outcome::exception($result);
        throw $exception ?? new LibraryException("nothing was sent: the library answered $status without a reason");
    }

    /** Reads the document and frees it, even if reading fails. */
    private function take(CData $text, int $status): ?ResendResult
    {
        if (FFI::isNull($text)) {
            return null;
        }
        try {
            $json = FFI::string($text);
            return $status === 0 && Document::isSuccess($json) ? ResendResult::ofSuccess($json) : Document::parse($json);
        } finally {
            $this->library->ffi()->pw_string_free($text);
        }
    }
}
