<?php

declare(strict_types=1);

defined('WP_UNINSTALL_PLUGIN') || exit;

require_once __DIR__ . '/lib/autoload.php';
require_once __DIR__ . '/includes/WordPressDatabase.php';
require_once __DIR__ . '/includes/Settings.php';
(new Paywall\Shop\Operations(new Paywall\WooCommerce\WordPressDatabase(), $GLOBALS['wpdb']->prefix))->uninstall();
foreach (Paywall\WooCommerce\Settings::OPTIONS as $option) {
    delete_option($option);
}
