<?php

declare(strict_types=1);

// The tests that need neither library nor command, under PHP 7.4: PHPUnit's own command, called from a page.

set_include_path('/usr/share/php');
chdir(dirname(__DIR__, 2));
putenv('PAYWALL_CONTRACT=/contract.json');
$_SERVER['argv'] = ['phpunit', '--testsuite', 'offline'];
require 'PHPUnit/Autoload.php';
exit(PHPUnit\TextUI\Command::main(false));
