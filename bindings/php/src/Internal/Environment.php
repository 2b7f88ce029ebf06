<?php

declare(strict_types=1);

namespace Paywall\Internal;

/**
 * Reads the environment from every place where PHP may keep it. Under PHP-FPM `env[…]` fills getenv and `fastcgi_param`
 * fills $_SERVER; dotenv loaders fill $_ENV. A visitor cannot set a PAYWALL_ name: headers arrive as HTTP_….
 *
 * @internal
 */
final class Environment
{
    /** An empty variable counts as unset. */
    public static function get(string $name): ?string
    {
        $own = \function_exists('getenv') ? \getenv($name) : null;
        foreach ([$own, $_SERVER[$name] ?? null, $_ENV[$name] ?? null] as $value) {
            if (\is_string($value) && $value !== '') {
                return $value;
            }
        }
        return null;
    }
}
