<?php

declare(strict_types=1);

// Run by PHP 7.4. Every file of the package must parse, every function and class that it names must exist, and every class
// must load. To test the check itself, snippets of PHP 8 must fail.

use Paywall\Tests\Php74\Level;

// Nothing happens if the web asks for this file by name.
if (!is_file('/contract.json')) {
    exit;
}

require __DIR__ . '/Level.php';

if (PHP_VERSION_ID < 70400 || PHP_VERSION_ID >= 70500) {
    echo 'this is PHP ' . PHP_VERSION . ", not 7.4\n";
    exit(1);
}
register_shutdown_function(static function (): void {
    if (error_get_last() !== null) {
        echo 'while compiling ' . Level::$compiling . "\n";
    }
});
$package = dirname(__DIR__, 2);
$problems = [];
$files = 0;
$folders = new RecursiveIteratorIterator(new RecursiveDirectoryIterator($package, FilesystemIterator::SKIP_DOTS));
foreach ($folders as $file) {
    $text = (string) file_get_contents($file->getPathname());
    if ($file->getExtension() === 'php' || strncmp($text, '#!/usr/bin/env php', 18) === 0) {
        $files++;
        // These use what the shop's platform has.
        $foreign = preg_match('#^/(plugins|laravel|tests/Laravel)/#', substr($file->getPathname(), strlen($package))) === 1;
        // The classes of this script are already loaded.
        if (strpos($file->getPathname(), '/php74/') === false) {
            Level::compile($file->getPathname());
        }
        foreach (Level::problems($text, $foreign) as $problem) {
            $problems[] = substr($file->getPathname(), strlen($package) + 1) . ": $problem";
        }
    }
}

require $package . '/autoload.php';
$classes = 0;
$folders = new RecursiveIteratorIterator(new RecursiveDirectoryIterator("$package/src", FilesystemIterator::SKIP_DOTS));
foreach ($folders as $file) {
    $class = 'Paywall\\' . strtr(substr($file->getPathname(), strlen("$package/src/"), -4), '/', '\\');
    // This build has no FFI. PHP looks up the names of types only when it uses them, so the classes load anyway.
    $classes += class_exists($class) || interface_exists($class) || trait_exists($class) ? 1 : 0;
}

foreach (Level::SNIPPETS_OF_PHP_8 as $what => $snippet) {
    if (Level::problems("<?php\n$snippet\n", false) === []) {
        $problems[] = "the check does not notice PHP 8's $what";
    }
}
foreach ($problems as $problem) {
    echo "$problem\n";
}
$snippets = count(Level::SNIPPETS_OF_PHP_8);
printf("PHP %s: %d files, %d classes, %d snippets of PHP 8 noticed\n", PHP_VERSION, $files, $classes, $snippets);
exit($problems === [] && $files > 40 && $classes > 20 ? 0 : 1);
