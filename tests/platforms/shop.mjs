// Buys in a shop with headless Chromium, and holds what the shopper sees against the sandbox's journal and the shop's table.
//   node shop.mjs PLATFORM    run.sh sets the environment

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import assert from 'node:assert/strict';

const { SHOP, SANDBOX, DB_PORT, MODULES, PICTURES } = process.env;
const { chromium } = createRequire(`${MODULES}/`)('playwright-core');
const texts = JSON.parse(readFileSync(new URL('../../bindings/texts.json', import.meta.url))).texts;
const platform = await import(`./${process.argv[2].replace(/[0-9]/, '')}.mjs`);

const sql = statement => execFileSync('mariadb', ['--no-defaults', '-N', '-B', '-uroot', '-h127.0.0.1', `-P${DB_PORT}`, 'shop',
  '-e', statement], { encoding: 'utf8' }).trim();
const table = `${platform.prefix}paywall_otp`;
const ask = async (method, path) => {
  const answer = await fetch(SANDBOX + path, { method });
  return method === 'GET' ? answer.json() : null;
};
const journal = async () => (await ask('GET', '/__sandbox/requests')).length;

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const shopper = async (options = {}) => {
  const context = await browser.newContext({ viewport: { width: 900, height: 640 }, ...options });
  context.setDefaultTimeout(20_000);
  return context.newPage();
};
/** New processes of PHP-FPM. */
const restart = async () => {
  process.kill(Number(process.env.FPM_PID), 'SIGUSR2');
  await new Promise(resolve => { setTimeout(resolve, 2000); });
};
const tools = { SHOP, sql, shopper, texts, restart };

/** The page of an order that asks for a code, with the token that the service is to be given. */
const at = async (page, order, token) => {
  sql(`UPDATE ${table} SET claimed_until = 0 ${token ? `, otp_token = '${token}'` : ''} WHERE order_id = '${order.id}'`);
  sql(`DELETE FROM ${platform.prefix}paywall_presses`);
  await page.goto(order.url);
  await ask('DELETE', '/__sandbox/requests');
};
const stored = order => sql(`SELECT otp_token FROM ${table} WHERE order_id = '${order.id}'`);
const shown = page => page.textContent('#paywall-text');
/** Presses the button, also while it sleeps, and waits until the page says something else. */
const press = async page => {
  await page.evaluate(() => {
    const button = document.getElementById('paywall-button');
    document.getElementById('paywall-text').textContent = '';
    // In one step: the countdown would switch it off again.
    button.disabled = false;
    button.click();
  });
  await page.waitForFunction(() => document.getElementById('paywall-text').textContent !== '');
  return shown(page);
};
/** What the form sends, sent by the script itself. */
const send = (page, changes = {}, times = 1) => page.evaluate(async ([changes, times]) => {
  const form = document.getElementById('paywall-resend');
  const data = new FormData(form);
  for (const [name, value] of Object.entries(changes)) { data.set(name, value); }
  return Promise.all(Array.from({ length: times }, async () => {
    const answer = await fetch(form.action, { method: 'POST', body: data, headers: { Accept: 'application/json' } });
    return { status: answer.status, ...await answer.json() };
  }));
}, [changes, times]);
const picture = async (page, name) => {
  if (PICTURES) { await page.screenshot({ path: `${PICTURES}/${process.argv[2]}-${name}.png` }); }
};

let page;
let passed = 0;
const failed = [];
const test = async (name, run) => {
  const begun = Date.now();
  try {
    await run();
    passed++;
    console.log(`ok ${((Date.now() - begun) / 1000).toFixed(1)} s  ${name}`);
  } catch (error) {
    failed.push(name);
    if (page) { await picture(page, `failed-${failed.length}`); }
    console.log(`FAILED ${name}: ${error.stack}`);
  }
};

await platform.settings(tools, test, picture);

page = await shopper();
let order;
await test('an order leads to the page that asks for the code, and nothing was sent again', async () => {
  await ask('DELETE', '/__sandbox/requests');
  order = await platform.order(page, tools);
  assert.equal(await shown(page), texts.asked.en);
  assert.equal(await journal(), 0);
  await picture(page, 'asked');
});
if (!order) { process.exit(1); }

await test('resend: one request, the new token is stored, the button sleeps', async () => {
  await at(page, order);
  const before = stored(order);
  assert.equal(await press(page), texts.sent.en);
  assert.equal(await journal(), 1);
  assert.notEqual(stored(order), before);
  assert.ok(await page.isDisabled('#paywall-button'));
  assert.ok(!(await page.content()).includes(stored(order)), 'the token is in the page');
});
await test('what is shown is shown again after a reload', async () => {
  await page.reload();
  assert.equal(await shown(page), texts.sent.en);
});
for (const [token, text, link] of [
  ['sbx_cooldown', 'wait'], ['sbx_limit', 'limit', 'to_restart'], ['sbx_token_expired', 'expired', 'to_restart'],
  ['sbx_token_used', 'begin_again', 'to_restart'], ['sbx_3d', 'bank', 'to_bank'], ['sbx_no_bank_otp', 'bank_again', 'to_restart'],
  ['sbx_account_blocked', 'account', 'to_other'], ['sbx_http_401', 'unavailable', 'to_other'],
  ['sbx_reset_after', 'maybe_sent'], ['sbx_http_429', 'wait'],
]) {
  await test(`${token} is shown as "${texts[text].en}"`, async () => {
    await at(page, order, token);
    assert.equal(await press(page), texts[text].en);
    assert.equal(await journal(), 1);
    // The page is not left before the shopper has read it.
    assert.equal(page.url(), order.url);
    if (link) {
      assert.equal(await page.textContent('#paywall-link'), texts[link].en);
      assert.ok(await page.isVisible('#paywall-link') && !await page.isVisible('#paywall-button'));
      assert.ok(!link.includes('bank') || (await page.getAttribute('#paywall-link', 'href')).startsWith('https://'));
    } else {
      assert.ok(await page.isDisabled('#paywall-button'));
    }
    await picture(page, text);
    // After expiry and the like the row has a magic token still; the next test sets its own.
    sql(`UPDATE ${table} SET answer = '["code","asked",0,null]' WHERE order_id = '${order.id}'`);
  });
}
await test('a double click is one request', async () => {
  await at(page, order, 'sbx_delay_400');
  await page.dblclick('#paywall-button');
  await page.waitForFunction(text => document.getElementById('paywall-text').textContent === text, texts.sent.en);
  assert.equal(await journal(), 1);
});
await test('four presses at once, past the script: one request', async () => {
  await at(page, order, 'sbx_delay_700');
  const answers = await send(page, {}, 4);
  assert.equal(await journal(), 1);
  assert.deepEqual(answers.map(answer => answer.text).sort(),
    [texts.sending.en, texts.sending.en, texts.sending.en, texts.sent.en].sort());
});
await test('two tabs: the second press uses the token of the first', async () => {
  await at(page, order, 'sbx_ok_5001');
  const second = await page.context().newPage();
  await second.goto(order.url);
  await press(page);
  const token = stored(order);
  assert.notEqual(token, 'sbx_ok_5001');
  await press(second);
  assert.equal((await ask('GET', '/__sandbox/requests')).length, 2);
  await second.close();
});
await test('a page that is out of date: 403, JSON, nothing sent', async () => {
  await at(page, order, 'sbx_ok_5001');
  const [answer] = await send(page, platform.stale);
  assert.equal(answer.status, 403);
  assert.ok([texts.stale.en, texts.not_yours.en].includes(answer.text), answer.text);
  assert.equal(await journal(), 0);
});
await test('who guesses an order id gets 403, and nothing is sent', async () => {
  const [answer] = await send(page, { order_id: String(Number(order.id) + 1) });
  assert.equal(answer.status, 403);
  const [other] = await send(page, { order_id: String(order.id), [platform.key]: 'guessed' });
  assert.equal(other.status, 403);
  assert.equal(await journal(), 0);
});
await test('too many presses: 429, nothing sent', async () => {
  await at(page, order, 'sbx_ok_0000');
  const statuses = [];
  for (let i = 0; i < 7; i++) { statuses.push((await send(page))[0].status); }
  assert.deepEqual(statuses, [200, 200, 200, 200, 200, 429, 429]);
  assert.equal(await journal(), 5);
});
await test('the connection to the shop is lost: the page does not call again', async () => {
  await at(page, order, 'sbx_ok_5001');
  await page.route('**/*', route => route.request().method() === 'POST' ? route.abort() : route.continue());
  try {
    assert.equal(await press(page), texts.maybe_sent.en);
    await page.waitForTimeout(1500);
    assert.equal(await journal(), 0);
  } finally {
    await page.unroute('**/*');
  }
});
await test('the shop answers with an error page: the page does not call again', async () => {
  await page.route('**/*', route => route.request().method() === 'POST'
    ? route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad gateway</h1>' }) : route.continue());
  try {
    assert.equal(await press(page), texts.maybe_sent.en);
  } finally {
    await page.unroute('**/*');
  }
});
for (const [what, answer, text, link] of [
  ['a firewall refuses', { status: 403, contentType: 'text/html', body: '<h1>Forbidden</h1>' }, 'stale', 'to_reload'],
  ['a firewall refuses with JSON of its own', { status: 403, contentType: 'application/json', body: '{"error":1}' }, 'stale', 'to_reload'],
  ['another plug-in answers with JSON of its own', { status: 200, contentType: 'application/json', body: '-1' }, 'maybe_sent'],
]) {
  await test(`${what}: the page says what is known`, async () => {
    await at(page, order);
    await page.route('**/*', route => route.request().method() === 'POST' ? route.fulfill(answer) : route.continue());
    try {
      assert.equal(await press(page), texts[text].en);
      assert.equal(await page.isVisible('#paywall-link'), Boolean(link));
      if (link) { assert.equal(await page.textContent('#paywall-link'), texts[link].en); }
    } finally {
      await page.unroute('**/*');
    }
  });
}
await test('without JavaScript the button works, and shows its answer', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false, storageState: await page.context().storageState() });
  const plain = await context.newPage();
  await at(plain, order, 'sbx_ok_5001');
  await plain.click('#paywall-button');
  assert.equal(await shown(plain), texts.sent.en);
  assert.equal(await journal(), 1);
  await at(plain, order, 'sbx_limit');
  await plain.click('#paywall-button');
  assert.equal(await shown(plain), texts.limit.en);
  assert.ok(await plain.isVisible('#paywall-link'));
  await context.close();
});
await test('a session that ends in between: the page still works', async () => {
  sql(`UPDATE ${table} SET answer = '["code","asked",0,null]' WHERE order_id = '${order.id}'`);
  await at(page, order, 'sbx_ok_5001');
  await page.context().clearCookies();
  assert.equal(await press(page), texts.sent.en);
  assert.equal(await journal(), 1);
});
await test('a wrong code, then the right one', async () => {
  await at(page, order);
  await page.fill('#paywall-code', '000000');
  await page.click('#paywall-verify button');
  await page.waitForLoadState();
  assert.equal(await shown(page), texts.wrong_code.en);
  await page.fill('#paywall-code', '123456');
  await page.click('#paywall-verify button');
  await page.waitForURL(platform.done);
  assert.equal(platform.state(order, tools), platform.states.paid);
  assert.equal(stored(order), '');
  await picture(page, 'paid');
});
await test('a press after the payment is finished sends nothing', async () => {
  const answers = await page.evaluate(async ([action, fields]) => {
    const answer = await fetch(action, { method: 'POST', body: new URLSearchParams(fields), headers: { Accept: 'application/json' } });
    return answer.json();
  }, [order.action, order.fields]);
  assert.equal(answers.text, texts.finished.en);
  assert.equal(await journal(), 0);
});
await test('two orders of one shopper: each has its own token', async () => {
  const first = await platform.order(page, tools);
  const second = await platform.order(page, tools);
  assert.notEqual(first.id, second.id);
  await at(page, first);
  const before = stored(second);
  assert.equal(await press(page), texts.sent.en);
  assert.equal(stored(second), before);
});
await test('nobody knows what became of the payment: the order waits, and the shopper is told', async () => {
  const unknown = await platform.order(page, tools);
  await at(page, unknown);
  await page.fill('#paywall-code', '999999');
  await page.click('#paywall-verify button');
  await page.waitForURL(platform.unknown ?? platform.done);
  await page.waitForFunction(text => document.body.textContent.includes(text), texts.unknown.en);
  assert.equal(platform.state(unknown, tools), platform.states.unknown);
});
await platform.more(tools, test, { at, press, shown, stored, journal, page, picture });

await browser.close();
console.log(`${passed} passed, ${failed.length} failed`);
process.exit(failed.length ? 1 : 0);
