<?php

declare(strict_types=1);

namespace Paywall\Tests\Php74;

use LogicException;
use ParseError;

/**
 * Finds what the PHP that runs this does not understand in a text.
 */
final class Level
{
    /** The file that is being compiled, for the message of a failure. */
    public static string $compiling = '';

    /** Functions of extensions that this build of PHP does not have. */
    private const ELSEWHERE = [
        'posix_kill', 'posix_geteuid', 'pcntl_fork', 'pcntl_waitpid', 'pcntl_async_signals', 'pcntl_signal',
        'pcntl_signal_dispatch', 'pcntl_alarm', 'curl_multi_init',
    ];

    /** What one easily writes today. */
    public const SNIPPETS_OF_PHP_8 = [
        'union types' => 'function f(int|string $a) {}',
        'match' => '$a = match (1) { 1 => 2 };',
        'nullsafe operator' => '$a = $b?->c;',
        'named arguments' => 'f(a: 1);',
        'promoted properties' => 'class A { public function __construct(private $a) {} }',
        'throw as an expression' => '$a = $b ?? throw new Exception();',
        'catch without a variable' => 'try { f(); } catch (Exception) {}',
        'static as a return type' => 'class A { function f(): static {} }',
        'trailing comma of parameters' => 'function f($a,) {}',
        'enum' => 'enum A { case B; }',
        'readonly properties' => 'class A { public readonly int $a; }',
        'first-class callables' => '$a = strlen(...);',
        'pure intersection types' => 'function f(A&B $a) {}',
        'never' => 'function f(): never { exit; }',
        'mixed' => 'function f(mixed $a) {}',
        'an attribute before a parameter on its line' => 'function f(#[\SensitiveParameter] $a) {}',
        'typed class constants' => 'class A { const int B = 1; }',
        'str_contains' => 'str_contains("a", "b");',
        'array_is_list' => 'array_is_list([]);',
        'get_debug_type' => '\get_debug_type(1);',
        'Stringable' => 'class A implements \Stringable { function __toString() {} }',
        'ValueError' => 'try { f(); } catch (\ValueError $e) {}',
        'WeakMap' => 'new \WeakMap();',
    ];

    /** Compiles the whole text and runs nothing of it. An error in the text ends this script. */
    public static function compile(string $path): void
    {
        $text = (string) preg_replace('/^#!.*\n/', '', (string) file_get_contents($path));
        $comments = '(?:\s*(?:\/\/.*|\/\*(?s:.*?)\*\/))*';
        $place = "/^(<\\?php$comments\\s*(?:declare\\(strict_types=1\\);)?$comments(?:\\s*namespace [\\\\\\\\\\w]+;)?)/";
        $copy = tempnam(sys_get_temp_dir(), 'level');
        file_put_contents($copy, preg_replace($place, "\$1\nreturn;", $text, 1, $count));
        if ($count !== 1) {
            throw new LogicException("$path: there is no place for a return");
        }
        self::$compiling = $path;
        require $copy;
        unlink($copy);
    }

    /** @return string[] */
    public static function problems(string $text, bool $foreign): array
    {
        try {
            $tokens = token_get_all($text, TOKEN_PARSE);
        } catch (ParseError $error) {
            return ["line {$error->getLine()}: {$error->getMessage()}"];
        }
        $tokens = array_values(array_filter($tokens, static function ($token): bool {
            return !is_array($token) || !in_array($token[0], [T_WHITESPACE, T_COMMENT, T_DOC_COMMENT], true);
        }));
        $own = self::declared($tokens);
        $problems = [];
        foreach ($tokens as $i => $token) {
            if (!is_array($token) || $token[0] !== T_STRING) {
                continue;
            }
            [, $name, $line] = $token;
            $before = self::kind($tokens[$i - 1] ?? null);
            $after = $tokens[$i + 1] ?? null;
            // The functions of a shop's framework are not PHP's.
            if (
                $after === '(' && !$foreign && self::isFunction($tokens, $i) && !function_exists($name)
                && !in_array($name, self::ELSEWHERE, true) && !in_array($name, $own, true)
            ) {
                $problems[] = "line $line: PHP 7.4 has no function $name";
            }
            // \Name is a class of PHP; \Some\Name and \name() are not.
            if (
                $before === T_NS_SEPARATOR && self::kind($tokens[$i - 2] ?? null) !== T_STRING && $after !== '('
                || $before === T_NS_SEPARATOR && self::kind($tokens[$i - 2] ?? null) === T_NEW
            ) {
                if (self::kind($after) !== T_NS_SEPARATOR && !self::known($name) && !$foreign) {
                    $problems[] = "line $line: PHP 7.4 has no class $name";
                }
            }
        }
        foreach (self::typeNames($tokens) as [$name, $line]) {
            $problems[] = "line $line: PHP 7.4 has no type $name";
        }
        return $problems;
    }

    private static function known(string $name): bool
    {
        return class_exists($name) || interface_exists($name) || defined($name) || $name === 'FFI';
    }

    /** @return string[] functions that the text declares itself */
    private static function declared(array $tokens): array
    {
        $names = [];
        foreach ($tokens as $i => $token) {
            if (self::kind($token) === T_FUNCTION && self::kind($tokens[$i + 1] ?? null) === T_STRING) {
                $names[] = $tokens[$i + 1][1];
            }
        }
        return $names;
    }

    private static function isFunction(array $tokens, int $i): bool
    {
        $before = self::kind($tokens[$i - 1] ?? null);
        if ($before === T_NS_SEPARATOR) {
            return self::kind($tokens[$i - 2] ?? null) !== T_STRING && self::kind($tokens[$i - 2] ?? null) !== T_NEW;
        }
        return !in_array($before, [T_OBJECT_OPERATOR, T_DOUBLE_COLON, T_FUNCTION, T_NEW], true);
    }

    /** PHP 7.4 parses `mixed` and `never` as the names of classes. */
    private static function typeNames(array $tokens): array
    {
        $found = [];
        $names = ['mixed', 'never', 'null', 'false'];
        foreach ($tokens as $i => $token) {
            if (self::kind($token) !== T_STRING || !in_array(strtolower($token[1]), $names, true)) {
                continue;
            }
            $before = $tokens[$i - 1] ?? null;
            $isParameter = self::kind($tokens[$i + 1] ?? null) === T_VARIABLE;
            $isReturn = $before === ':' && ($tokens[$i - 2] ?? null) === ')' && ($tokens[$i + 1] ?? null) === '{';
            if ($isParameter || $isReturn) {
                $found[] = [$token[1], $token[2]];
            }
        }
        return $found;
    }

    /** @param mixed $token */
    private static function kind($token)
    {
        return is_array($token) ? $token[0] : $token;
    }
}
