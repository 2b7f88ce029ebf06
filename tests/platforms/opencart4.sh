# shellcheck shell=bash disable=SC2154,SC2034 # run.sh sources this
# Sets up OpenCart 4. Its own installer unpacks the extension: shop.mjs gives it the archive.
source "$here/opencart.sh"
opencart_site
start_web "$site"
as_shop php "$site/install/cli_install.php" install --username admin --email admin@example.test --password admin123 \
  --http_server "$shop_url/" --language en-gb --db_driver mysqli --db_hostname 127.0.0.1 --db_username root --db_password '' \
  --db_database shop --db_port "$db_port" --db_prefix oc_
rm -r "$site/install"
# Without a delivery, and in one currency.
sql "UPDATE oc_product SET shipping = 0 WHERE product_id = 43"
SITE=$site
ARCHIVE=$repository/target/plugins/opencart4/paywall.ocmod.zip
PLUGIN=$site/extension/paywall
SHOP_FACTS=$(sed -n "s/^define('VERSION', '\(.*\)');.*/{\"opencart\":\"\1\"}/p" "$site/index.php")
export SITE ARCHIVE PLUGIN SHOP_FACTS
