// A sandbox for a test, and requests to it.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export async function startSandbox(...flags) {
  const child = spawn(process.env.SANDBOX, flags, { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await Promise.race([
    createInterface(child.stdout)[Symbol.asyncIterator]().next().then(({ value }) => [value]),
    new Promise((_, reject) => child.once("exit", (code) => reject(new Error(`the sandbox ended with ${code}`)))),
  ]);
  const ready = JSON.parse(line);
  const ask = async (method, path, body) => {
    const answer = await fetch(ready.http + path, { method, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? null : answer.json();
  };
  const resend = (token, session, headers = {}) =>
    fetch(`${ready.http}/api/paywall/masterpass/otp/resend`, {
      method: "POST",
      headers: { apikeyprivate: ready.api_key, apiclientprivate: ready.api_client, "Content-Type": "application/json", ...headers },
      body: JSON.stringify({ OtpToken: token, SessionId: session }),
    });
  const stop = () =>
    new Promise((resolve) => {
      if (child.exitCode !== null) return resolve();
      child.once("exit", resolve);
      child.kill("SIGTERM");
      return undefined;
    });
  return { ready, ask, resend, stop };
}
