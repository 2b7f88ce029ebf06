// What is OpenCart's own in shop.mjs, for both versions.

import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';

const { ARCHIVE, PLUGIN, SANDBOX_KEY, SANDBOX_CLIENT, SHOP } = process.env;
// OpenCart 3 and 4 have other routes, and another checkout.
const three = process.argv[2] === 'opencart3';
const to = (route, method) => route + (three ? '/' : '.') + method;
export const prefix = 'oc_';
export const key = 'key';
export const stale = { key: '0123456789abcdef0123456789abcdef' };
export const done = /checkout\/success/;
export const unknown = /payment\/paywall[./]otp/;
export const states = { paid: '5', unknown: '1' };
export const state = (order, { sql }) => sql(`SELECT order_status_id FROM oc_order WHERE order_id = ${order.id}`);

const route = three ? 'extension/payment/paywall' : 'extension/paywall/payment/paywall';
const library = `${PLUGIN}/system/library/paywall`;

export const found = async page => {
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
  firstname: 'Ayşe', lastname: 'Öztürk', email: 'ayse@example.test', telephone: '05551112233', 'address-1': 'İstiklal Cd. 1',
  city: 'İstanbul', postcode: '34000',
};
const turkey = '215';

const order3 = async page => {
  // Its checkout is another for a guest that it knows.
  await page.context().clearCookies();
  await page.goto(`${SHOP}/index.php?route=product/product&product_id=43`);
  await page.click('#button-cart');
  await page.waitForSelector('.alert-success');
  await page.goto(`${SHOP}/index.php?route=checkout/checkout`);
  // A step that is still opening does not take a click.
  const step = name => page.waitForSelector(`#collapse-${name}.collapse.in`);
  await step('checkout-option');
  await page.check('input[name=account][value=guest]');
  const zones = () => page.waitForResponse(/checkout\/country/);
  await Promise.all([zones(), page.click('#button-account')]);
  await step('payment-address');
  for (const [name, value] of Object.entries(address)) { await page.fill(`#input-payment-${name}`, value); }
  await Promise.all([zones(), page.selectOption('#input-payment-country', turkey)]);
  await page.waitForFunction(() => document.querySelectorAll('#input-payment-zone option').length > 50);
  await page.selectOption('#input-payment-zone', { index: 3 });
  await page.click('#button-guest');
  await step('payment-method');
  await page.check('input[name=payment_method][value=paywall]');
  const terms = page.locator('input[name=agree]');
  if (await terms.count()) { await terms.check(); }
  await page.click('#button-payment-method');
  await step('checkout-confirm');
  await page.click('#button-confirm');
  return found(page);
};

const order4 = async page => {
  await page.goto(`${SHOP}/index.php?route=product/product&product_id=43&language=en-gb`);
  await page.click('#button-cart');
  await page.waitForSelector('.alert-success');
  await page.goto(`${SHOP}/index.php?route=checkout/checkout&language=en-gb`);
  if (await page.isVisible('#input-firstname')) {
    const guest = page.locator('#input-guest');
    if (await guest.count()) { await guest.check(); }
    for (const name of ['firstname', 'lastname', 'email']) { await page.fill(`#input-${name}`, address[name]); }
    for (const name of ['address-1', 'city', 'postcode']) {
      const field = page.locator(`#input-payment-${name}`);
      if (await field.count() && await field.isVisible()) { await field.fill(address[name]); }
    }
    if (await page.isVisible('#input-payment-country')) {
      await page.selectOption('#input-payment-country', turkey);
      await page.waitForFunction(() => document.querySelectorAll('#input-payment-zone option').length > 50);
      await page.selectOption('#input-payment-zone', { index: 3 });
    }
    await page.click('#button-register');
    await page.waitForSelector('.alert-success');
  }
  await page.click('#button-payment-methods');
  await page.check('#input-payment-method-paywall-paywall');
  await page.click('#button-payment-method');
  await page.waitForSelector('#button-confirm:not([disabled])');
  await page.click('#button-confirm');
  return found(page);
};

export const order = three ? order3 : order4;

export const admin = async ({ shopper }) => {
  const page = await shopper();
  await page.goto(`${SHOP}/admin/index.php`);
  await page.fill('#input-username', 'admin');
  await page.fill('#input-password', 'admin123');
  await page.click('button[type=submit]');
  await page.waitForURL(/user_token=/);
  const token = new URL(page.url()).searchParams.get('user_token');
  return [page, (where, more = '') => `${SHOP}/admin/index.php?route=${where}&user_token=${token}${more}`];
};
const extension = (link, what) => three
  ? link(`extension/extension/payment/${what}`, '&extension=paywall') : link(`extension/payment.${what}`, '&extension=paywall&code=paywall');
const post = (page, url, fields = {}) => page.evaluate(async ([url, fields]) => {
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(fields) });
  const text = await answer.text();
  return text.startsWith('{') ? JSON.parse(text) : { text };
}, [url, fields]);

export const settings = async (tools, test, picture) => {
  const { sql } = tools;
  const [page, link] = await admin(tools);
  const extensions = what => extension(link, what);
  await test('the shop\'s own installer takes the archive', async () => {
    const archive = readFileSync(ARCHIVE).toString('base64');
    const uploaded = await page.evaluate(async ([url, archive]) => {
      const bytes = Uint8Array.from(atob(archive), letter => letter.charCodeAt(0));
      const form = new FormData();
      form.append('file', new File([bytes], 'paywall.ocmod.zip'));
      return (await fetch(url, { method: 'POST', body: form })).json();
    }, [link(to('marketplace/installer', 'upload')), archive]);
    assert.ok(!uploaded.error, JSON.stringify(uploaded));
    const id = sql('SELECT MAX(extension_install_id) FROM oc_extension_install');
    let next = uploaded.next ?? link('marketplace/installer.install', `&extension_install_id=${id}`);
    while (next) {
      const step = await post(page, next.replaceAll('&amp;', '&'));
      assert.ok(!step.error, JSON.stringify(step));
      next = step.next;
    }
    // The installer of OpenCart 3 passes over it.
    assert.equal(existsSync(`${library}/.htaccess`), !three);
    await post(page, extensions('install'));
    assert.equal(sql("SHOW TABLES LIKE 'oc\\_paywall\\_otp'"), 'oc_paywall_otp');
  });
  await test('the settings page: the keys are stored and never shown, "Test connection" works', async () => {
    await page.goto(link(route));
    await page.fill('#input-payment_paywall_api_key', SANDBOX_KEY);
    await page.fill('#input-payment_paywall_api_client', SANDBOX_CLIENT);
    await page.selectOption('#input-payment_paywall_paid_status_id', states.paid);
    await page.selectOption('#input-payment_paywall_unknown_status_id', states.unknown);
    await page.selectOption('#input-payment_paywall_status', '1');
    await page.click('button[form=form-payment]');
    await page.waitForSelector('.alert-success');
    await page.goto(link(route));
    const content = await page.content();
    assert.ok(!content.includes(SANDBOX_KEY) && !content.includes(SANDBOX_CLIENT));
    // Stored again with empty secrets, they stay.
    await page.click('button[form=form-payment]');
    await page.waitForSelector('.alert-success');
    assert.equal(sql("SELECT value FROM oc_setting WHERE `key` = 'payment_paywall_api_key'"), SANDBOX_KEY);
    await page.goto(link(route));
    await page.click('#paywall-check');
    await page.waitForSelector('.alert');
    assert.match(await page.textContent('.alert'), /the service can be reached/);
    await picture(page, 'settings');
  });
  await test('the password of a proxy is stored and never shown, and a proxy can be taken out', async () => {
    const field = '#input-payment_paywall_proxy';
    const save = async () => {
      await page.click('button[form=form-payment]');
      await page.waitForSelector('.alert-success');
      await page.goto(link(route));
      return sql("SELECT value FROM oc_setting WHERE `key` = 'payment_paywall_proxy'");
    };
    await page.goto(link(route));
    await page.fill(field, 'http://ali:p4ssword@127.0.0.1:9');
    await save();
    assert.equal(await page.inputValue(field), 'http://ali:***@127.0.0.1:9');
    assert.equal(await save(), 'http://ali:p4ssword@127.0.0.1:9');
    assert.ok(!(await page.content()).includes('p4ssword'));
    await page.fill(field, '');
    assert.equal(await save(), '');
  });
  await test('without the permission nothing is stored and nothing is tested', async () => {
    const group = sql("SELECT permission FROM oc_user_group WHERE user_group_id = 1");
    sql(`UPDATE oc_user_group SET permission = REPLACE(permission, '"modify"', '"none"') WHERE user_group_id = 1`);
    for (const what of ['save', 'check']) {
      const answer = await post(page, link(to(route, what)), { payment_paywall_api_key: 'changed' });
      assert.ok(answer.error && !answer.success, JSON.stringify(answer));
    }
    sql(`UPDATE oc_user_group SET permission = REPLACE(permission, '"none"', '"modify"') WHERE user_group_id = 1`);
    assert.equal(sql("SELECT permission FROM oc_user_group WHERE user_group_id = 1"), group);
    assert.equal(sql("SELECT value FROM oc_setting WHERE `key` = 'payment_paywall_api_key'"), SANDBOX_KEY);
  });
  await page.context().close();
};

export const more = async (tools, test, { at, press, page, picture }) => {
  const { texts, sql, restart } = tools;
  await test('in Turkish, with its letters', async () => {
    const turkish = await order(page);
    sql(`INSERT INTO oc_language (name, code, locale, ${three ? 'image, directory,' : 'extension,'} sort_order, status)
      VALUES ('Türkçe', 'tr-tr', 'tr_TR,tr', ${three ? "'', 'tr-tr'," : "'',"} 2, 1)`);
    rmSync(`${process.env.SITE}/system/storage/cache`, { recursive: true });
    mkdirSync(`${process.env.SITE}/system/storage/cache`, { mode: 0o777 });
    chmodSync(`${process.env.SITE}/system/storage/cache`, 0o777);
    turkish.url = turkish.url.replace('language=en-gb', 'language=tr-tr');
    await page.context().clearCookies();
    await page.context().addCookies([{ name: 'language', value: 'tr-tr', url: SHOP }]);
    await at(page, turkish, 'sbx_limit');
    assert.equal(await page.textContent('#paywall-button'), texts.resend.tr);
    assert.equal(await press(page), texts.limit.tr);
    await picture(page, 'limit-tr');
    await page.context().clearCookies();
  });
  await test('without FFI and command a notice says what to do, and the shopper can pay another way', async () => {
    const last = await order(page);
    const native = `${library}/native`;
    renameSync(native, `${native}.gone`);
    // A process that has loaded the library keeps it.
    await restart();
    try {
      const [boss, link] = await admin(tools);
      await boss.goto(link(route));
      assert.ok((await boss.textContent('#paywall-obstacle')).includes('Ask your host'));
      await picture(boss, 'notice');
      await boss.context().close();
      await at(page, last);
      assert.equal(await press(page), texts.unavailable.en);
    } finally {
      renameSync(`${native}.gone`, native);
    }
  });
  await test('uninstalled, it leaves nothing', async () => {
    const [boss, link] = await admin(tools);
    await post(boss, extension(link, 'uninstall'));
    assert.equal(sql("SHOW TABLES LIKE 'oc\\_paywall%'"), '');
    assert.equal(sql("SELECT COUNT(*) FROM oc_setting WHERE code = 'payment_paywall'"), '0');
    const id = sql('SELECT MAX(extension_install_id) FROM oc_extension_install');
    let next = link(to(three ? 'marketplace/install' : 'marketplace/installer', 'uninstall'), `&extension_install_id=${id}`);
    while (next) {
      const step = await post(boss, next.replaceAll('&amp;', '&'));
      assert.ok(!step.error, JSON.stringify(step));
      next = step.next;
    }
    assert.ok(!existsSync(`${library}/autoload.php`));
    await boss.context().close();
  });
};
