<?php

declare(strict_types=1);

namespace Paywall;

use Paywall\Internal\ReadsMembers;

/**
 * Why a call did not end with ok.
 *
 * @property-read string      $kind         one of Kind, or a newer word
 * @property-read string|null $code         the code that decided; for `invalid`, the name of the option or argument
 * @property-read string      $stage        how far the call got
 * @property-read int|null    $retryAfterMs wait this many milliseconds, if the service said so
 * @property-read string|null $detail       the name of a known code, or the reason that the system or TLS gave
 */
final class ErrorInfo implements \JsonSerializable
{
    use ReadsMembers;

    public function __construct(string $kind, ?string $code, string $stage, ?int $retryAfterMs, ?string $detail)
    {
        $this->members = [
            'kind' => $kind,
            'code' => $code,
            'stage' => $stage,
            'retryAfterMs' => $retryAfterMs,
            'detail' => $detail,
        ];
    }
}
