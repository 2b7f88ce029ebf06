// The page at /shop: a checkout whose button is real.

import { statusInWords, statusTone, whatTheShopDoes, whatTheShopSays } from "./actions.js";
import { announce, ask, attempt, byId, clock, el } from "./dom.js";
import { badge, connection } from "./journal.js";
import { startLanguage, t, whenLanguageChanges } from "./language.js";
import { connect, store, whenConnected, whenNews } from "./live.js";
import { QUICK } from "./next.js";
import { startPhone } from "./phone.js";

// As long as the sandbox's cooldown lasts, unless it was told otherwise.
const WAIT_MS = 60_000;

const error = byId("error");
const press = byId("press");

// What the shop remembers of the payment.
let payment = { token: "", session: "", paid: false };
let result = null;
let busy = false;
let waitUntil = 0;

async function begin() {
  const { otp_token: token, session_id: session } = await ask("POST", "/__sandbox/operation");
  payment = { token, session, paid: false };
  result = null;
  waitUntil = 0;
  byId("code").value = "";
  show();
}

async function pressed() {
  busy = true;
  show();
  const outcome = byId("outcome").value || undefined;
  const began = payment;
  const document_ = await attempt(error, () =>
    ask("POST", "/__sandbox/shop/resend", { token: payment.token, session: payment.session, outcome }),
  );
  busy = false;
  // Somebody may have begun another payment meanwhile.
  if (document_ && payment === began) {
    result = document_;
    payment.token = result.otp_token ?? payment.token;
    payment.session = result.session_id ?? payment.session;
    waitUntil = result.action === "wait" ? Date.now() + (result.error?.retry_after_ms ?? WAIT_MS) : 0;
    // The choice is for one press.
    choose("");
    announce(`${result.status}, ${result.action}: ${whatTheShopSays(result.action)}`);
  }
  show();
}

// --- what is shown ---

function show() {
  showButton();
  byId("shop-says").textContent = says();
  byId("code-form").hidden = payment.paid;
  byId("result-empty").hidden = result !== null;
  byId("result-there").hidden = result === null;
  if (result === null) return;
  const status = byId("status");
  status.textContent = result.status;
  status.className = `badge ${statusTone(result.status)}`;
  byId("status-words").textContent = statusInWords(result.status);
  byId("action").textContent = result.action;
  byId("does").textContent = whatTheShopDoes(result.action);
  byId("message").textContent = result.message;
  byId("token").textContent = result.otp_token ?? "–";
  byId("token-state").textContent = result.token_state ?? "";
  byId("document").textContent = JSON.stringify(result, null, 2);
  showLine();
}

function says() {
  if (payment.paid) return t("Paid. Thank you!", "Ödendi. Teşekkürler!");
  if (busy) return t("One moment …", "Bir saniye …");
  if (result === null) return t("Your bank has sent you a code. Did none come?", "Bankanız size bir kod gönderdi. Gelmedi mi?");
  // The service's own words are the only ones of the document for a shopper, and only these actions' are useful to one.
  const own = ["verify_otp", "wait", "redirect_3d", "fix_account"].includes(result.action) ? result.customer_message : null;
  return own ?? whatTheShopSays(result.action);
}

function showButton() {
  const left = Math.ceil((waitUntil - Date.now()) / 1000);
  const waiting = left > 0;
  press.disabled = busy || waiting || payment.paid;
  press.textContent = waiting
    ? t(`Send the code again (in ${left} s)`, `Kodu yeniden gönder (${left} s sonra)`)
    : t("Send the code again", "Kodu yeniden gönder");
  byId("impatient").hidden = !waiting || busy;
}

function showLine() {
  const entry = store.requests.find((one) => one.request_id !== null && one.request_id === result?.request_id);
  const line = byId("line");
  if (!entry) {
    line.replaceChildren(el("span.quiet", {}, t("none: no request arrived", "yok: hiçbir istek ulaşmadı")));
    byId("truth").textContent = "";
    return;
  }
  line.replaceChildren(
    el("a", { href: `/#request-${entry.seq}` }, `#${entry.seq}`),
    el("span.time", {}, clock(entry.time)),
    badge(entry),
    el("span", {}, t("connection ", "bağlantı ") + connection(entry)),
    el("code.cut", { title: entry.request_id }, entry.request_id),
  );
  const processed = entry.processed
    ? t("The service processed the request", "Servis isteği işledi")
    : t("The request never reached the service", "İstek servise hiç ulaşmadı");
  const sent = entry.sms ? t("a message went out.", "bir mesaj gitti.") : t("no message went out.", "mesaj gitmedi.");
  const hidden = result.status === "in_doubt" ? t(" The shop cannot know this.", " Mağaza bunu bilemez.") : "";
  byId("truth").textContent = `${processed}; ${sent}${hidden}`;
}

// --- what happens to the next press ---

function choose(name) {
  byId("outcome").value = name;
  for (const choice of document.querySelectorAll("#choices input")) choice.checked = choice.value === name;
}

function choices() {
  const chosen = byId("outcome").value;
  const all = [["", "what the rules say", "kurallar ne derse"], ...QUICK];
  byId("choices").replaceChildren(
    ...all.map(([name, english, turkish]) =>
      el(
        "label.chip",
        { title: name },
        el("input", { type: "radio", name: "choice", value: name, checked: name === chosen, onchange: () => choose(name) }),
        el("span", {}, t(english, turkish)),
      ),
    ),
  );
}

press.addEventListener("click", pressed);
byId("impatient").addEventListener("click", () => {
  waitUntil = 0;
  pressed();
});
byId("begin").addEventListener("click", () => attempt(error, begin));
byId("outcome").addEventListener("change", () => choose(byId("outcome").value));
byId("code-form").addEventListener("submit", (event) => {
  event.preventDefault();
  // The call that verifies is not libpaywall's; here the code is compared with the phone.
  attempt(error, async () => {
    if (store.sms[0]?.code !== byId("code").value) throw new Error(t("This is not the newest code.", "En yeni kod bu değil."));
    const operation = store.operations.find((one) => one.tokens.some(({ value }) => value === payment.token));
    await ask("POST", `/__sandbox/operations/${operation.number}/end`);
    payment.paid = true;
    show();
  });
});

startPhone(byId("phone-list"), byId("phone-empty"));
whenNews((news) => {
  if (result !== null && (news.fresh || news.requests.length > 0)) showLine();
});
let connected = false;
const showConnection = () => {
  byId("live").dataset.state = connected ? "on" : "off";
  byId("live").textContent = connected ? t("live", "canlı") : t("not connected", "bağlı değil");
};
whenConnected((now) => {
  connected = now;
  showConnection();
});
whenLanguageChanges(() => {
  showConnection();
  choices();
  show();
});
setInterval(showButton, 500);
startLanguage(document.querySelectorAll("#language button"));
connect();
attempt(error, begin);
