# shellcheck shell=bash disable=SC2154,SC2034 # run.sh sources this
# Sets up OpenCart 3. Its own installer unpacks the extension: shop.mjs gives it the archive.
source "$here/opencart.sh"
opencart_site
start_web "$site" error_reporting=22527
as_shop php "$here/opencart3-setup.php" "$site" "$shop_url" "$db_port"
{ echo "SET sql_mode = '';"; cat "$site/install/opencart.sql"; } | mariadb --no-defaults -uroot -h127.0.0.1 -P"$db_port" shop
sql "DELETE FROM oc_user WHERE user_id = 1;
  INSERT INTO oc_user SET user_id = 1, user_group_id = 1, username = 'admin', salt = 'abcdefghi', firstname = 'A', lastname = 'B',
    password = SHA1(CONCAT('abcdefghi', SHA1(CONCAT('abcdefghi', SHA1('admin123'))))), email = 'admin@example.test', image = '',
    code = '', ip = '', status = 1, date_added = NOW();
  DELETE FROM oc_setting WHERE \`key\` IN ('config_email', 'config_encryption');
  INSERT INTO oc_setting SET code = 'config', \`key\` = 'config_email', value = 'admin@example.test', store_id = 0, serialized = 0;
  INSERT INTO oc_setting SET code = 'config', \`key\` = 'config_encryption', value = 'test', store_id = 0, serialized = 0;
  UPDATE oc_product SET shipping = 0 WHERE product_id = 43"
rm -r "$site/install"
SITE=$site
ARCHIVE=$repository/target/plugins/opencart3/paywall.ocmod.zip
PLUGIN=$site
SHOP_FACTS=$(sed -n "s/^define('VERSION', '\(.*\)');.*/{\"opencart\":\"\1\"}/p" "$site/index.php")
export SITE ARCHIVE PLUGIN SHOP_FACTS
