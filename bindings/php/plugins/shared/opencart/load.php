<?php

declare(strict_types=1);

defined('DIR_SYSTEM') || exit;

require_once __DIR__ . '/../autoload.php';
require_once __DIR__ . '/OpenCartDatabase.php';
require_once __DIR__ . '/OpenCart.php';
