// The page at /: what the sandbox received, and what it does next.

import { announce, ask, byId, copyButton } from "./dom.js";
import { startJournal } from "./journal.js";
import { startLanguage, t, whenLanguageChanges } from "./language.js";
import { connect, whenConnected } from "./live.js";
import { startNext } from "./next.js";
import { startOperations } from "./operations.js";
import { startPhone } from "./phone.js";

// The values and tokens that the page came with get a button each.
const withCopy = () => {
  for (const element of document.querySelectorAll("[data-copy] > code, #tokens tbody td:first-child > code")) {
    element.nextElementSibling?.remove();
    element.after(copyButton(() => element.textContent, element.textContent));
  }
};

let connected = false;
const showConnection = () => {
  const live = byId("live");
  live.dataset.state = connected ? "on" : "off";
  live.textContent = connected ? t("live", "canlı") : t("not connected", "bağlı değil");
};

startJournal();
startPhone(byId("phone-list"), byId("phone-empty"));
startNext();
startOperations();
whenLanguageChanges(withCopy);
whenLanguageChanges(showConnection);
whenConnected((now) => {
  connected = now;
  showConnection();
});
byId("sms-clear").addEventListener("click", () => ask("DELETE", "/__sandbox/sms"));
byId("reset").addEventListener("click", async () => {
  await ask("POST", "/__sandbox/reset");
  announce(t("Everything is as after the start", "Her şey başlangıçtaki gibi"));
});
startLanguage(document.querySelectorAll("#language button"));
connect();
