<?php

// Sets up an unpacked WordPress with WooCommerce and the plug-in: php woocommerce-setup.php FOLDER URL DB-PORT
// With `language` tr_TR etc. the shop speaks that language where it has the catalogue; ours it always has.

declare(strict_types=1);

PHP_SAPI === 'cli' || exit;

[, $folder, $url, $port] = $argv;
$_SERVER += ['HTTP_HOST' => substr($url, 7), 'REQUEST_METHOD' => 'GET', 'REQUEST_URI' => '/', 'SERVER_PROTOCOL' => 'HTTP/1.1'];

file_put_contents("$folder/wp-config.php", "<?php
define('DB_NAME', 'shop');
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_HOST', '127.0.0.1:$port');
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
define('AUTH_KEY', 'test'); define('SECURE_AUTH_KEY', 'test'); define('LOGGED_IN_KEY', 'test'); define('NONCE_KEY', 'test');
define('AUTH_SALT', 'test'); define('SECURE_AUTH_SALT', 'test'); define('LOGGED_IN_SALT', 'test'); define('NONCE_SALT', 'test');
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('DISABLE_WP_CRON', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
define('WP_DEBUG', true);
define('WP_DEBUG_DISPLAY', false);
define('WP_DEBUG_LOG', '$folder/wp-content/debug.log');
define('WP_HOME', '$url');
define('WP_SITEURL', '$url');
\$table_prefix = 'wp_';
defined('ABSPATH') || define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
");
define('WP_INSTALLING', true);
require "$folder/wp-load.php";
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
require_once ABSPATH . 'wp-admin/includes/plugin.php';
wp_install('Shop', 'admin', 'admin@example.test', true, '', 'admin');
echo 'WordPress ', $GLOBALS['wp_version'], "\n";
