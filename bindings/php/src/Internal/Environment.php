<?php

declare(strict_types=1);

namespace Paywall\Internal;

/**
 * The environment, wherever this PHP keeps it: under PHP-FPM `env[…]` reaches getenv, `fastcgi_param` $_SERVER, and
 * dotenv loaders fill $_ENV. A visitor cannot set a PAYWALL_ name: headers arrive as HTTP_….
 *
 * @internal
 */
final class Environment
{
    /** An empty variable counts as unset. */
    public static function get(string $name): ?string
    {
        foreach ([\getenv($name), $_SERVER[$name] ?? null, $_ENV[$name] ?? null] as $value) {
            if (\is_string($value) && $value !== '') {
                return $value;
            }
        }
        return null;
    }
}
