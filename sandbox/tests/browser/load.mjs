// Requests to the service at a steady rate, over a few kept connections.

import http from "node:http";

const CONNECTIONS = 8;
const TICK_MS = 10;

// Sends `rate` requests a second for `seconds`; resolves with the number that was answered.
export async function load(ready, rate, seconds, token = "sbx_ok_5001") {
  const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const body = JSON.stringify({ OtpToken: token, SessionId: "6489433e-f36b-1410-825e-001264113a90" });
  const headers = {
    apikeyprivate: ready.api_key,
    apiclientprivate: ready.api_client,
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body),
  };
  let number = 0;
  const one = () =>
    new Promise((resolve, reject) => {
      const options = { method: "POST", agent, headers: { ...headers, "X-Request-Id": `load-${++number}` } };
      const request = http.request(`${ready.http}/api/paywall/masterpass/otp/resend`, options, (answer) => {
        answer.resume().on("end", resolve);
      });
      request.on("error", reject).end(body);
    });
  const all = [];
  const begun = performance.now();
  while (all.length < rate * seconds) {
    const due = Math.min(rate * seconds, Math.floor(((performance.now() - begun) / 1000) * rate));
    while (all.length < due) all.push(one());
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  await Promise.all(all);
  agent.destroy();
  return { sent: all.length, seconds: (performance.now() - begun) / 1000 };
}
