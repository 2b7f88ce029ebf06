<?php

/**
 * Plugin Name: Paywall OTP for WooCommerce
 * Description: Masterpass by Paywall: the page that asks for the one-time password, and its button "send the code again".
 * Version: @VERSION@
 * Requires at least: 6.1
 * Requires PHP: 7.4
 * Requires Plugins: woocommerce
 * WC requires at least: 8.0
 * WC tested up to: 10.0
 * Author: libpaywall contributors
 * License: MIT OR Apache-2.0
 * Text Domain: paywall-otp
 * Domain Path: /languages
 */

declare(strict_types=1);

defined('ABSPATH') || exit;

require_once __DIR__ . '/lib/autoload.php';
require_once __DIR__ . '/includes/WordPressDatabase.php';
require_once __DIR__ . '/includes/Settings.php';
require_once __DIR__ . '/includes/Plugin.php';
Paywall\WooCommerce\Plugin::start(__FILE__);
