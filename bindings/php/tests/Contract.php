<?php

declare(strict_types=1);

namespace Paywall\Tests;

use Paywall\Internal\Text;

/**
 * The file tests/contract.json of the repository: the vocabulary that every language shares.
 */
final class Contract
{
    /** @return array<string, mixed> */
    public static function read(): array
    {
        $text = (string) file_get_contents(Sandbox::needed('PAYWALL_CONTRACT'));
        return json_decode($text, true, 16, JSON_THROW_ON_ERROR);
    }

    /** The name of a member in PHP: `otp_token` is `otpToken`. */
    public static function camelCase(string $name): string
    {
        return preg_replace_callback('/_([a-z0-9])/', static function (array $found): string {
            return Text::upper($found[1]);
        }, $name);
    }
}
