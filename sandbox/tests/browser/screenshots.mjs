// The pictures of README.md: screenshots.mjs FOLDER

import { createRequire } from "node:module";

import { load } from "./load.mjs";
import { startSandbox } from "./sandbox.mjs";

const { chromium } = createRequire(`${process.env.NODE_MODULES}/`)("playwright-core");
const folder = process.argv[2];
const SESSION = "6489433e-f36b-1410-825e-001264113a90";

const sandbox = await startSandbox("--port", "8080", "--tls-port", "8443");
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });

async function open(path, scheme, width, height, locale = "en-GB") {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, locale });
  const page = await context.newPage();
  await page.goto(sandbox.ready.http + path);
  await page.waitForFunction(() => document.getElementById("live").dataset.state === "on");
  return page;
}

try {
  const shop = await open("/shop", "light", 1280, 1000);
  await shop.getByText("the answer is lost").click();
  await shop.locator("#press").click();
  await shop.locator("#truth").filter({ hasText: "cannot know" }).waitFor();
  await shop.locator("#press").blur();
  await shop.mouse.move(0, 0);
  await shop.screenshot({ path: `${folder}/shop.png` });

  for (const token of ["sbx_ok_5001", "sbx_ok_5008", "sbx_http_503", "sbx_3d", "sbx_cooldown", "sbx_token_invalid", "sbx_upstream"]) {
    await sandbox.resend(token, SESSION, { "X-Request-Id": crypto.randomUUID() });
  }
  const { otp_token, session_id } = await sandbox.ask("POST", "/__sandbox/operation", { cooldown_ms: 0 });
  await sandbox.resend(otp_token, session_id, { "X-Request-Id": crypto.randomUUID() });
  await sandbox.resend(otp_token, session_id, { "X-Request-Id": crypto.randomUUID() });
  await load(sandbox.ready, 20, 0.2);
  await sandbox.ask("POST", "/__sandbox/next", { outcome: "token_expired", times: 2 });

  const console_ = await open("/", "light", 1440, 880);
  await console_.locator("#journal-rows .opener").nth(5).click();
  await console_.locator(".detail pre").first().waitFor();
  await console_.mouse.move(0, 0);
  await console_.screenshot({ path: `${folder}/console.png` });

  const dark = await open("/", "dark", 1440, 880, "tr-TR");
  await dark.locator("#journal-rows .opener").nth(5).click();
  await dark.locator(".detail pre").first().waitFor();
  await dark.mouse.move(0, 0);
  await dark.screenshot({ path: `${folder}/console-dark-tr.png` });
} finally {
  await browser.close();
  await sandbox.stop();
}
