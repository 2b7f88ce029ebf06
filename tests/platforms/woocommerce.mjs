// What is WooCommerce's own in shop.mjs.

import assert from 'node:assert/strict';
import { existsSync, renameSync } from 'node:fs';

const facts = JSON.parse(process.env.SHOP_FACTS);
const { SANDBOX_KEY, SANDBOX_CLIENT, SHOP } = process.env;
export const prefix = 'wp_';
export const stale = { nonce: '0123456789' };
export const key = 'order_key';
export const done = /order-received/;
export const states = { paid: 'wc-processing', unknown: 'wc-on-hold' };
export const state = (order, { sql }) => sql(`SELECT post_status FROM wp_posts WHERE ID = ${order.id} AND post_type LIKE 'shop_order'
  UNION SELECT status FROM wp_wc_orders WHERE id = ${order.id}`).split('\n')[0];

const found = async page => {
  await page.waitForSelector('#paywall');
  await page.waitForLoadState();
  const fields = await page.$$eval('#paywall-resend input', inputs => inputs.map(input => [input.name, input.value]));
  return {
    id: Object.fromEntries(fields).order_id,
    url: page.url(),
    action: await page.$eval('#paywall-resend', form => form.action),
    fields,
  };
};

const address = {
  first_name: 'Ayşe', last_name: 'Öztürk', address_1: 'İstiklal Cd. 1', city: 'İstanbul', postcode: '34000', phone: '05551112233',
};

/** Through the checkout that is made of blocks, which is the default. */
export const order = async page => {
  await page.goto(`${SHOP}/?p=${facts.product}`);
  await page.click('[name=add-to-cart]');
  await page.waitForLoadState();
  await page.goto(`${SHOP}/?page_id=${facts.checkout}`);
  await page.fill('#email', 'ayse@example.test');
  // The second order knows the address of the first.
  if (await page.isVisible('#billing-first_name')) {
    for (const [name, value] of Object.entries(address)) { await page.fill(`#billing-${name}`, value); }
    await page.locator('#billing-phone').blur();
  }
  await page.click('.wc-block-components-checkout-place-order-button');
  return found(page);
};

const classic = async page => {
  await page.goto(`${SHOP}/?p=${facts.product}`);
  await page.click('[name=add-to-cart]');
  await page.waitForLoadState();
  await page.goto(`${SHOP}/?page_id=${facts.classic}`);
  for (const [name, value] of Object.entries({ ...address, email: 'ayse@example.test' })) {
    await page.fill(`#billing_${name}`, value);
  }
  await page.waitForFunction(() => !document.querySelector('.blockUI'));
  await page.click('#place_order');
  return found(page);
};

const admin = async ({ shopper }) => {
  const page = await shopper();
  await page.goto(`${SHOP}/wp-login.php`);
  await page.fill('#user_login', 'admin');
  await page.fill('#user_pass', 'admin');
  await page.click('#wp-submit');
  await page.waitForURL(/wp-admin/);
  return page;
};
const row = 'tr[data-plugin="paywall-otp/paywall-otp.php"]';
const section = `${SHOP}/wp-admin/admin.php?page=wc-settings&tab=checkout&section=paywall`;

export const settings = async (tools, test, picture) => {
  const page = await admin(tools);
  await test('the settings page: the keys are stored and never shown, "Test connection" works', async () => {
    await page.goto(section);
    await page.check('#woocommerce_paywall_enabled');
    await page.fill('#woocommerce_paywall_api_key', SANDBOX_KEY);
    await page.fill('#woocommerce_paywall_api_client', SANDBOX_CLIENT);
    // The environment of the web server has the sandbox's address.
    await page.click('button[name=save]');
    await page.waitForLoadState();
    await page.goto(section);
    const content = await page.content();
    assert.ok(!content.includes(SANDBOX_KEY) && !content.includes(SANDBOX_CLIENT));
    await page.click('text=Test connection');
    assert.match(await page.textContent('#paywall-check'), /reach|ok|TLS|connect/i);
    await picture(page, 'settings');
  });
  await test('the password of a proxy is stored and never shown, and a proxy can be taken out', async () => {
    const field = '#woocommerce_paywall_proxy';
    const save = async () => {
      await page.click('button[name=save]');
      await page.waitForLoadState();
      await page.goto(section);
    };
    const stored = name => tools.sql(`SELECT option_value FROM wp_options WHERE option_name = '${name}'`);
    await page.goto(section);
    await page.fill(field, 'http://ali:p4ssword@127.0.0.1:9');
    await save();
    assert.equal(await page.inputValue(field), 'http://ali:***@127.0.0.1:9');
    // Stored again as it is shown, beside something else.
    await page.fill('#woocommerce_paywall_description', 'With your wallet');
    await save();
    assert.ok(!(await page.content()).includes('p4ssword'));
    assert.ok(stored('paywall_otp_secrets').includes('http://ali:p4ssword@127.0.0.1:9'));
    // What WooCommerce's REST API hands out.
    assert.ok(!stored('woocommerce_paywall_settings').includes('p4ssword'));
    await page.fill(field, '');
    await save();
    assert.ok(!stored('paywall_otp_secrets').includes('p4ssword'));
  });
  await page.context().close();
};

export const more = async (tools, test, { at, press, shown, journal, page, picture }) => {
  const { texts, sql } = tools;
  await test('the classic checkout', async () => {
    const order = await classic(page);
    await at(page, order);
    assert.equal(await press(page), texts.sent.en);
    assert.equal(await journal(), 1);
  });
  await test('the link "pay for order"', async () => {
    const order = await classic(page);
    const orderKey = Object.fromEntries(order.fields).order_key;
    await page.context().clearCookies();
    await page.goto(`${SHOP}/?page_id=${facts.checkout}&order-pay=${order.id}&pay_for_order=true&key=${orderKey}`);
    await page.click('#place_order');
    const again = await found(page);
    assert.equal(again.id, order.id);
    await at(page, again);
    assert.equal(await press(page), texts.sent.en);
  });
  await test('the token is not in what the REST API says of an order', async () => {
    const boss = await admin(tools);
    await boss.goto(`${SHOP}/wp-admin/`);
    const nonce = await boss.evaluate(async () => (await fetch('/wp-admin/admin-ajax.php?action=rest-nonce')).text());
    const [text, gateway] = await boss.evaluate(async nonce => {
      const get = async path => (await fetch(path, { headers: { 'X-WP-Nonce': nonce } })).text();
      return [await get('/?rest_route=/wc/v3/orders'), await get('/?rest_route=/wc/v3/payment_gateways/paywall')];
    }, nonce);
    assert.ok(text.includes('payment_method') && gateway.includes('paywall'));
    for (const token of sql('SELECT otp_token FROM wp_paywall_otp WHERE otp_token <> \'\'').split('\n')) {
      assert.ok(!text.includes(token));
    }
    assert.ok(!gateway.includes(SANDBOX_KEY) && !gateway.includes(SANDBOX_CLIENT));
    await boss.context().close();
  });
  await test('in Turkish, with its letters', async () => {
    const order = await classic(page);
    sql("REPLACE INTO wp_options (option_name, option_value, autoload) VALUES ('WPLANG', 'tr_TR', 'yes')");
    await at(page, order, 'sbx_limit');
    assert.equal(await page.textContent('#paywall-button'), texts.resend.tr);
    assert.equal(await press(page), texts.limit.tr);
    await picture(page, 'limit-tr');
    const boss = await admin(tools);
    await boss.goto(section);
    assert.ok((await boss.content()).includes('Bağlantıyı sına'));
    await boss.context().close();
  });
  await test('without FFI and command a notice says what to do, and the shopper can pay another way', async () => {
    sql("DELETE FROM wp_options WHERE option_name = 'WPLANG'");
    const order = await classic(page);
    const library = `${process.env.PLUGIN}/lib/native`;
    renameSync(library, `${library}.gone`);
    // A process that has loaded the library keeps it.
    await tools.restart();
    try {
      const boss = await admin(tools);
      await boss.goto(section);
      assert.ok((await boss.textContent('.notice-error')).includes('Ask your host'));
      await picture(boss, 'notice');
      await boss.context().close();
      await at(page, order);
      assert.equal(await press(page), texts.unavailable.en);
    } finally {
      renameSync(`${library}.gone`, library);
    }
  });
  await test('uninstalled, it leaves nothing', async () => {
    const boss = await admin(tools);
    await boss.goto(`${SHOP}/wp-admin/plugins.php`);
    await boss.click(`${row} .deactivate a`);
    await boss.waitForLoadState();
    boss.on('dialog', dialog => dialog.accept());
    await boss.click(`${row} .delete a`);
    await boss.waitForFunction(row => !document.querySelector(row) || document.querySelector(`${row}.deleted`), row);
    assert.equal(sql("SHOW TABLES LIKE 'wp\\_paywall%'"), '');
    assert.equal(sql("SELECT COUNT(*) FROM wp_options WHERE option_name LIKE '%paywall%' AND option_name NOT LIKE '%transient%'"), '0');
    assert.ok(!existsSync(process.env.PLUGIN));
    await boss.context().close();
  });
};
