<?php

// After woocommerce-setup.php: plug-ins, pages, a product. php woocommerce-shop.php FOLDER URL

declare(strict_types=1);

PHP_SAPI === 'cli' || exit;

[, $folder, $url] = $argv;
$_SERVER += ['HTTP_HOST' => substr($url, 7), 'REQUEST_METHOD' => 'GET', 'REQUEST_URI' => '/', 'SERVER_PROTOCOL' => 'HTTP/1.1'];
require "$folder/wp-load.php";
require_once ABSPATH . 'wp-admin/includes/plugin.php';

if (!is_plugin_active('woocommerce/woocommerce.php')) {
    foreach (['woocommerce/woocommerce.php', 'paywall-otp/paywall-otp.php'] as $plugin) {
        $failure = activate_plugin($plugin);
        if ($failure !== null) {
            exit("$plugin: " . $failure->get_error_message() . "\n");
        }
    }
    exit(0);
}
WC_Install::create_pages();
foreach (
    [
        'woocommerce_coming_soon' => 'no', 'woocommerce_enable_guest_checkout' => 'yes', 'woocommerce_currency' => 'TRY',
        'woocommerce_default_country' => 'TR:TR34', 'woocommerce_ship_to_countries' => 'disabled',
        'woocommerce_task_list_hidden' => 'yes', 'woocommerce_onboarding_profile' => ['skipped' => true],
    ] as $name => $value
) {
    update_option($name, $value);
}
$product = new WC_Product_Simple();
$product->set_name('Çay bardağı');
$product->set_regular_price('129.90');
$product->set_virtual(true);
$product->save();
// The same page as WooCommerce has had before the blocks.
$classic = wp_insert_post([
    'post_type' => 'page', 'post_status' => 'publish', 'post_title' => 'Classic', 'post_content' => '[woocommerce_checkout]',
]);
echo json_encode([
    'wordpress' => $GLOBALS['wp_version'],
    'woocommerce' => WC()->version,
    'product' => $product->get_id(),
    'checkout' => (int) get_option('woocommerce_checkout_page_id'),
    'classic' => $classic,
]), "\n";
