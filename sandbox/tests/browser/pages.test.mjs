// The pages in real browsers: each panel, both languages, the keyboard, narrow screens, live updates under load, hostile
// input, a page from elsewhere, and accessibility.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";

import { load } from "./load.mjs";
import { startSandbox } from "./sandbox.mjs";

// The modules lie under target/, not beside this file.
const require = createRequire(`${process.env.NODE_MODULES}/`);
const { chromium, firefox } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const SESSION = "6489433e-f36b-1410-825e-001264113a90";
const PATIENCE = 15_000;

const BROWSERS = {
  // Its own sandbox does not work for root, nor in containers.
  chromium: () => chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] }),
  // Debian's, through WebDriver BiDi.
  firefox: () => firefox.launch({ channel: "moz-firefox", executablePath: "/usr/bin/firefox-esr" }),
};

for (const [name, launch] of Object.entries(BROWSERS)) {
  describe(name, () => {
    let browser, sandbox, context, page, errors;

    before(async () => {
      browser = await launch();
    });
    after(() => browser?.close());
    beforeEach(async () => {
      sandbox = await startSandbox();
      context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB" });
      page = await context.newPage();
      page.setDefaultTimeout(PATIENCE);
      errors = [];
      page.on("pageerror", (error) => errors.push(error.message));
      page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    });
    afterEach(async () => {
      await context.close();
      await sandbox.stop();
    });

    const open = async (path) => {
      await page.goto(sandbox.ready.http + path);
      await page.waitForFunction(() => document.getElementById("live")?.dataset.state === "on");
    };
    const text = (selector) => page.locator(selector).first().innerText();
    const count = (selector, number) =>
      page.waitForFunction(([what, most]) => document.querySelectorAll(what).length === most, [selector, number]);
    // Not playwright's: with Firefox it adds to a field of numbers instead of filling it.
    const fill = (selector, value) =>
      page.locator(selector).evaluate((field, text) => {
        field.value = text;
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }, value);
    const shows = (selector, words) =>
      page.waitForFunction(([what, part]) => document.querySelector(what)?.textContent.includes(part), [selector, words]);

    it("four clicks lead from the address to a resend whose answer is lost", async () => {
      const begun = Date.now();
      // The first click is on the address in the terminal.
      await page.goto(sandbox.ready.http);
      await page.getByRole("link", { name: "The shop" }).click();
      await page.getByText("the answer is lost").click();
      await page.getByRole("button", { name: "Send the code again" }).click();
      await shows("#status", "in_doubt");
      assert.ok(Date.now() - begun < 60_000);
      assert.equal(await text("#action"), "await_code");
      await shows("#does", "Nobody can know");
      await shows("#shop-says", "The code may take a minute");
      await shows("#line", "reset_after");
      await shows("#truth", "The service processed the request; a message went out. The shop cannot know this.");
      const document_ = JSON.parse(await page.locator("#document").textContent());
      assert.equal(document_.error.kind, "connection_lost");
      // On the phone is the message that the shop knows nothing of.
      await count("#phone-list .message", 1);
      const [request] = await sandbox.ask("GET", "/__sandbox/requests");
      assert.deepEqual([request.scheme, request.request_id], ["https", document_.request_id]);
      // A person presses again with the token that is superseded, and the shop is told what to do.
      await page.getByRole("button", { name: "Send the code again" }).click();
      await shows("#action", "check_operation");
      assert.deepEqual(errors, []);
    });

    it("the shop waits, goes on with 3-D Secure, and is paid", async () => {
      await open("/shop");
      const press = page.locator("#press");
      await press.click();
      await shows("#action", "verify_otp");
      await press.click();
      await shows("#action", "wait");
      assert.ok(await press.isDisabled());
      await shows("#press", "in ");
      await page.selectOption("#outcome", "3d");
      await page.locator("#impatient").click();
      await shows("#action", "redirect_3d");
      await page.locator("#begin").click();
      await page.locator("#result-there").waitFor({ state: "hidden" });
      await press.click();
      await shows("#action", "verify_otp");
      await count("#phone-list .message", 2);
      await page.locator("#code").pressSequentially(await text("#phone-list output"));
      await page.locator("#code-form button").click();
      await shows("#shop-says", "Paid");
      const [operation] = await sandbox.ask("GET", "/__sandbox/operations");
      assert.equal(operation.state, "ended");
      assert.deepEqual(errors, []);
    });

    it("the phone shows messages newest first, and copies the code", async () => {
      await open("/");
      for (const token of ["sbx_ok_5001", "sbx_upstream"]) await sandbox.resend(token, SESSION);
      await count("#phone-list .message", 2);
      const [, newest] = await sandbox.ask("GET", "/__sandbox/sms");
      assert.equal(await text("#phone-list .message output"), newest.code);
      await page.locator("#phone-list .message .copy").first().click();
      await shows("#phone-list .message .copy", "Copied");
      await page.locator("#sms-clear").click();
      await count("#phone-list .message", 0);
      assert.ok(await page.locator("#phone-empty").isVisible());
    });

    it("the journal opens, filters, pauses and marks what came twice", async () => {
      await open("/");
      await sandbox.resend("order-1", SESSION, { "X-Request-Id": "one" });
      await sandbox.resend("order-1", SESSION, { "X-Request-Id": "two" });
      await sandbox.resend("sbx_http_503", SESSION, { "X-Request-Id": "three" });
      await count("#journal-rows > tr", 3);
      assert.equal(await page.locator(".doubled").count(), 1);
      await shows("#journal-rows > tr:nth-child(2) .doubled", "doubled (1)");
      for (const [field, value, number] of [["id", "two", 1], ["token", "order-1", 2], ["outcome", "http", 1]]) {
        await fill(`#filter-${field}`, value);
        await count("#journal-rows > tr", number);
        await fill(`#filter-${field}`, "");
      }
      await count("#journal-rows > tr", 3);
      await page.locator("#journal-rows .opener").first().press("Enter");
      await shows(".detail", "503");
      await shows(".detail pre", "x-request-id: three");
      assert.ok(!(await text(".detail pre")).includes(sandbox.ready.api_key));
      // It stays open while the list is made again.
      await page.locator("#language button[lang=tr]").click();
      await shows(".detail h3", "Gelen");
      await page.locator("#language button[lang=en]").click();
      await shows(".detail h3", "Received");
      await page.locator("#journal-rows .opener").first().press("Enter");
      await count(".detail", 0);
      await page.locator("#journal-pause").click();
      await sandbox.resend("sbx_ok_5001", SESSION);
      await shows("#journal-pause", "1 new");
      assert.equal(await page.locator("#journal-rows > tr").count(), 3);
      await page.locator("#journal-pause").click();
      await count("#journal-rows > tr", 4);
      await page.locator("#journal-clear").click();
      await count("#journal-rows > tr", 0);
      assert.deepEqual(errors, []);
    });

    it("operations are opened, looked at, renewed, expired and ended", async () => {
      await open("/");
      await fill("#operation-cooldown", "0");
      await fill("#operation-limit", "7");
      await page.getByRole("button", { name: "Open an operation" }).click();
      await count("#operations-list .card", 1);
      await page.locator("#operations-list summary").click();
      await shows("#operations-list", "0 of 7 resends");
      const [{ otp_token: token, session_id: session }] = await sandbox.ask("GET", "/__sandbox/operations");
      assert.equal(await text("#operations-list .token"), token);
      await sandbox.resend(token, session);
      await count("#operations-list .history:first-of-type > li", 2);
      await page.getByRole("button", { name: "Renew its session" }).click();
      await shows("#operations-list .history:last-of-type", session);
      await count("#operations-list .history:last-of-type > li", 2);
      // The button keeps the focus, so that the keyboard goes on from there.
      assert.equal(await page.evaluate(() => document.activeElement.textContent), "Renew its session");
      await page.getByRole("button", { name: "Let it expire" }).click();
      await shows("#operations-list .badge", "expired");
      await page.getByRole("button", { name: "End it" }).click();
      await shows("#operations-list .badge", "ended");
      const current = await sandbox.ask("GET", "/__sandbox/operations/1");
      const refused = await (await sandbox.resend(current.otp_token, current.session_id)).json();
      assert.equal(refused.Body.Masterpass.Exception.Code, "TOKEN_ALREADY_USED");
    });

    it("what happens next is armed, shown and taken back", async () => {
      await open("/");
      const { otp_token: token, session_id: session } = await sandbox.ask("POST", "/__sandbox/operation");
      await page.getByRole("button", { name: "too early" }).click();
      await shows("#next-list", "cooldown × 1 for all");
      await page.locator("#next-target option").nth(1).waitFor({ state: "attached" });
      await page.selectOption("#next-outcome", "token_used");
      await fill("#next-times", "2");
      await page.selectOption("#next-target", token);
      await page.getByRole("button", { name: "Arm", exact: true }).click();
      await shows("#next-list", "token_used × 2 for operation 1");
      await sandbox.resend("sbx_ok_5001", SESSION);
      await sandbox.resend(token, session);
      await shows("#next-list", "token_used × 1");
      await page.getByRole("button", { name: "Take all back" }).click();
      await count("#next-list > li", 0);
      const outcomes = (await sandbox.ask("GET", "/__sandbox/requests")).map(({ outcome }) => outcome);
      assert.deepEqual(outcomes, ["cooldown", "token_used"]);
    });

    it("magic tokens are listed with their origin, and copied", async () => {
      await open("/");
      const tokens = await sandbox.ask("GET", "/__sandbox/tokens");
      await count("#tokens tbody tr", tokens.length);
      for (const [at, { name: token, meaning, origin }] of tokens.entries()) {
        const cells = page.locator("#tokens tbody tr").nth(at).locator("td");
        assert.equal(await cells.nth(0).locator("code").innerText(), token);
        assert.equal(await cells.nth(1).innerText(), meaning);
        assert.equal(await cells.nth(5).innerText(), origin);
      }
      await page.locator("#tokens .copy").first().click();
      await shows("#tokens .copy", "Copied");
    });

    it("a reset empties every panel", async () => {
      await open("/");
      const { otp_token: token, session_id: session } = await sandbox.ask("POST", "/__sandbox/operation");
      await sandbox.resend(token, session);
      await sandbox.ask("POST", "/__sandbox/next", { outcome: "hang" });
      await count("#journal-rows > tr", 1);
      await page.locator("#reset").click();
      for (const list of ["#journal-rows > tr", "#phone-list > li", "#operations-list > *", "#next-list > li"]) await count(list, 0);
    });

    it("everything is there in Turkish too, and the choice is remembered", async () => {
      for (const path of ["/", "/shop"]) {
        await open(path);
        await page.locator("#language button[lang=tr]").click();
        assert.equal(await page.evaluate(() => document.documentElement.lang), "tr");
        // Every text that has a Turkish one shows it.
        const left = await page.evaluate(() =>
          [...document.querySelectorAll("[data-tr]")].filter((one) => one.textContent !== one.dataset.tr).map((one) => one.textContent),
        );
        assert.deepEqual(left, []);
        // And what has none says the same in both languages: names, codes and what came in.
        const english = await page.evaluate(() => {
          const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
          const found = [];
          while (walker.nextNode()) {
            const { textContent, parentElement } = walker.currentNode;
            const name = parentElement.closest("[data-tr], code, pre, script, noscript, [lang], dt, output, th");
            if (!name && /\b(the|and|of|request|token is|open|press|copy|arm|answer|code|wait)\b/i.test(textContent)) found.push(textContent);
          }
          return found;
        });
        assert.deepEqual(english, []);
      }
      await page.locator("#press").click();
      await shows("#status-words", "servis kabul etti");
      await open("/");
      assert.equal(await text("#journal-title"), "Günlük");
      await page.locator("#language button[lang=en]").click();
      assert.equal(await text("#journal-title"), "Journal");
    });

    it("hostile tokens, ids and headers are text", async () => {
      await open("/");
      const evil = `<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>`;
      await sandbox.ask("POST", "/__sandbox/operation", { otp_token: evil });
      await sandbox.resend(`sbx_${evil}`, SESSION, { "X-Request-Id": evil, "X-Evil": evil });
      await sandbox.resend(evil, SESSION);
      // Larger than is read; where the connection ends meanwhile, the journal has it all the same.
      await sandbox.resend("x".repeat(1 << 20), SESSION, { "X-Request-Id": "large" }).catch(() => {});
      await count("#journal-rows > tr", 3);
      await page.locator("#journal-rows .opener").nth(2).click();
      await shows(".detail", "onerror");
      await page.locator("#operations-list summary").click();
      await shows("#operations-list .token", "<script>");
      await shows("#journal-rows > tr", "unreadable_body");
      assert.equal(await page.evaluate(() => window.hacked), undefined);
      assert.equal(await page.locator("main img, main script").count(), 0);
      assert.deepEqual(errors, []);
    });

    it("the page keeps up with 1,000 requests a second", async () => {
      await open("/");
      // The longest that the page could not be used for, while requests come in.
      await page.evaluate(() => {
        window.longest = 0;
        let last = performance.now();
        const tick = () => {
          const now = performance.now();
          window.longest = Math.max(window.longest, now - last);
          last = now;
          setTimeout(tick, 0);
        };
        tick();
      });
      const { sent, seconds } = await load(sandbox.ready, 1000, 5);
      const done = performance.now();
      // The last one is on the page at once: nothing has piled up.
      await shows("#journal-rows > tr .opener", String(sent));
      const behind = performance.now() - done;
      const { longest, nodes, rows } = await page.evaluate(() => ({
        longest: window.longest,
        nodes: document.querySelectorAll("*").length,
        rows: document.querySelectorAll("#journal-rows > tr").length,
      }));
      console.log(
        `${name}: ${sent} requests in ${seconds.toFixed(1)} s; the page was ${behind.toFixed(0)} ms behind, ` +
          `and busy for ${longest.toFixed(0)} ms at most; ${nodes} nodes`,
      );
      await shows("#journal-count", `${sent} since the start`);
      assert.ok(sent / seconds > 500, "the load itself was too slow");
      assert.ok(behind < 2_000, `${behind} ms behind`);
      assert.ok(longest < 2_000, `busy for ${longest} ms`);
      assert.ok(rows <= 100 && nodes < 8_000, `${rows} rows, ${nodes} nodes`);
      assert.deepEqual(errors, []);
    });

    if (name === "chromium") {
      it("the exported archive is one that tools replay", async () => {
        await sandbox.resend("sbx_http_503", SESSION);
        const archive = join(mkdtempSync(join(tmpdir(), "har-")), "sandbox.har");
        const text_ = await (await fetch(`${sandbox.ready.http}/__sandbox/requests?format=har`)).text();
        writeFileSync(archive, text_);
        await open("/");
        await page.routeFromHAR(archive, { url: "**/api/**", notFound: "abort" });
        const [{ request }] = JSON.parse(text_).log.entries;
        const status = await page.evaluate(
          ([address, body]) => fetch(address, { method: "POST", body }).then((answer) => answer.status),
          [request.url, request.postData.text],
        );
        assert.equal(status, 503);
        // It came from the archive.
        assert.equal((await sandbox.ask("GET", "/__sandbox/requests")).length, 1);
        rmSync(dirname(archive), { recursive: true });
      });
    }

    it("it comes back by itself after the sandbox was restarted", async () => {
      await open("/");
      const port = new URL(sandbox.ready.http).port;
      await sandbox.stop();
      await page.waitForFunction(() => document.getElementById("live").dataset.state === "off");
      sandbox = await startSandbox("--port", port);
      await page.waitForFunction(() => document.getElementById("live").dataset.state === "on");
      await sandbox.resend("sbx_ok_5001", SESSION);
      await count("#journal-rows > tr", 1);
    });

    it("the keyboard alone is enough", async () => {
      await open("/shop");
      const reach = async (what) => {
        for (let presses = 0; presses < 60; presses++) {
          if (await page.evaluate((selector) => document.activeElement.matches(selector), what)) return;
          await page.keyboard.press("Tab");
        }
        throw new Error(`Tab does not lead to ${what}`);
      };
      await page.keyboard.press("Tab");
      assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
      await reach("#choices input");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Shift+Tab");
      // Backwards to the button that stands before the choices.
      for (let presses = 0; presses < 20 && !(await page.evaluate(() => document.activeElement.id === "press")); presses++) {
        await page.keyboard.press("Shift+Tab");
      }
      await page.keyboard.press("Enter");
      await shows("#line", "reset_after");
    });

    for (const [title, width] of [["narrow", 360], ["wide", 1920]]) {
      it(`nothing is cut off on a ${title} screen`, async () => {
        await page.setViewportSize({ width, height: 800 });
        await sandbox.resend("sbx_reset_after", SESSION, { "X-Request-Id": "a-very-long-id-".repeat(9) }).catch(() => {});
        for (const path of ["/", "/shop"]) {
          await open(path);
          const [wide, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
          assert.ok(wide <= seen, `${path}: ${wide} > ${seen}`);
        }
      });
    }

    for (const scheme of name === "chromium" ? ["light", "dark"] : ["light"]) {
      it(`axe finds nothing worse than minor, ${scheme}`, async () => {
        if (name === "chromium") await page.emulateMedia({ colorScheme: scheme });
        await sandbox.ask("POST", "/__sandbox/operation");
        for (const token of ["sbx_ok_5001", "sbx_html", "order", "order", "sbx_reset_after"]) await sandbox.resend(token, SESSION).catch(() => {});
        await sandbox.ask("POST", "/__sandbox/next", { outcome: "hang", times: 3 });
        const check = async (what) => {
          await page.evaluate(axe);
          const { violations, passes } = await page.evaluate(() => window.axe.run());
          const found = violations.filter(({ impact }) => impact !== "minor");
          const said = found.map(({ id, nodes }) => `${what}: ${id}: ${nodes.map(({ html }) => html).join("\n")}`);
          assert.deepEqual(said, []);
          assert.ok(passes.length > 20);
        };
        await open("/");
        await count("#phone-list .message", 2);
        await page.locator("#journal-rows .opener").first().click();
        await page.locator("#operations-list summary").click();
        await page.locator(".detail pre").first().waitFor();
        await check("/");
        await sandbox.ask("DELETE", "/__sandbox/next");
        await open("/shop");
        await page.locator("#press").click();
        await shows("#status", "ok");
        await check("/shop");
      });
    }

    it("a page from another origin neither reads nor presses", async () => {
      // A server of this machine, and under a name that rebinding has led here.
      const elsewhere = http.createServer((_, answer) => answer.setHeader("Content-Type", "text/html").end("<p>elsewhere"));
      await new Promise((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
      try {
        await page.goto(`http://127.0.0.1:${elsewhere.address().port}/`);
        const results = await page.evaluate(async (target) => {
          const tried = async (path, options) => {
            try {
              const answer = await fetch(target + path, options);
              return `${answer.type} ${answer.status}`;
            } catch {
              return "blocked";
            }
          };
          const stream = new Promise((resolve) => {
            const source = new EventSource(`${target}/__sandbox/events`);
            source.onopen = () => resolve("open");
            source.onerror = () => resolve("blocked");
          });
          const framed = new Promise((resolve) => {
            const frame = document.createElement("iframe");
            frame.onload = () => {
              try {
                resolve(frame.contentDocument === null ? "opaque" : frame.contentDocument.title);
              } catch {
                resolve("opaque");
              }
            };
            frame.src = `${target}/shop`;
            document.body.append(frame);
          });
          return {
            read: await tried("/__sandbox/requests"),
            press: await tried("/__sandbox/operation", { method: "POST", mode: "no-cors" }),
            arm: await tried("/__sandbox/next", { method: "POST", mode: "no-cors", body: `{"outcome":"hang"}` }),
            clear: await tried("/__sandbox/requests", { method: "DELETE" }),
            service: await tried("/redirect/api/paywall/masterpass/otp/resend", { method: "POST", mode: "no-cors", body: "x" }),
            stream: await stream,
            framed: await framed,
          };
        }, sandbox.ready.http);
        const { press, arm, service, framed, ...others } = results;
        assert.deepEqual(others, { read: "blocked", clear: "blocked", stream: "blocked" });
        // What the page sends without being able to read the answer has done nothing.
        assert.deepEqual([press, arm].map((one) => /opaque|blocked/.test(one)), [true, true]);
        assert.match(service, /opaque|blocked/);
        assert.notEqual(framed, "The shop · paywall-sandbox");
        assert.deepEqual(await sandbox.ask("GET", "/__sandbox/operations"), []);
        assert.deepEqual(await sandbox.ask("GET", "/__sandbox/next"), []);
      } finally {
        elsewhere.closeAllConnections();
        elsewhere.close();
      }
    });
  });
}

describe("chromium, after DNS rebinding", () => {
  it("the name of another leads here, and gets nothing", async () => {
    const sandbox = await startSandbox();
    const browser = await chromium.launch({
      executablePath: "/usr/bin/chromium",
      args: ["--no-sandbox", "--host-resolver-rules=MAP evil.example 127.0.0.1"],
    });
    try {
      const page = await browser.newPage();
      const port = new URL(sandbox.ready.http).port;
      for (const path of ["/", "/shop", "/__sandbox/requests"]) {
        const answer = await page.goto(`http://evil.example:${port}${path}`);
        assert.equal(answer.status(), 403, path);
      }
      // To the browser it is the same origin: the page may send and read what it likes.
      const statuses = await page.evaluate(async () => {
        const ask = async (path, method) => (await fetch(path, { method })).status;
        return [await ask("/__sandbox/requests", "GET"), await ask("/__sandbox/next", "POST"), await ask("/api/paywall/masterpass/otp/resend", "POST")];
      });
      assert.deepEqual(statuses, [403, 403, 403]);
      assert.deepEqual(await sandbox.ask("GET", "/__sandbox/requests"), []);
    } finally {
      await browser.close();
      await sandbox.stop();
    }
  });
});
