// The journal: each request to the service, newest first, as a table whose rows open.

import { ask, attempt, byId, clock, copyButton, el, NewestFirst } from "./dom.js";
import { t, whenLanguageChanges } from "./language.js";
import { store, whenNews } from "./live.js";

const SHOWN = 100;

// How an outcome looks: the answer was good, it was a refusal, something before the service answered, or nobody can know.
export function tone({ outcome, processed, sms, http_status }) {
  if (["5001", "5008", "0000", "renewed"].includes(outcome) || /^(delay|close)_/.test(outcome)) return "good";
  if (sms || http_status === null) return "lost";
  return processed ? "refused" : "outside";
}

export function badge(entry) {
  return el(`span.badge.${tone(entry)}`, { title: entry.outcome }, entry.outcome);
}

const mark = (it, words) => el("span", { className: it ? "mark yes" : "mark", title: words }, it ? t("yes", "evet") : t("no", "hayır"));

export function connection(entry) {
  return `${entry.connection} ${entry.reused ? t("kept", "kalıcı") : t("new", "yeni")}`;
}

function doubled(entry) {
  if (entry.repeats === null) return null;
  const words = t(
    `The same token came before, in request ${entry.repeats}: somebody pressed again, or a program repeated the request.`,
    `Aynı token daha önce ${entry.repeats}. istekte geldi: biri yeniden bastı ya da bir program isteği yineledi.`,
  );
  return el("span.badge.doubled", { title: words }, t(`doubled (${entry.repeats})`, `yinelendi (${entry.repeats})`));
}

function row(entry) {
  const opener = el("button.opener", { type: "button" }, String(entry.seq));
  opener.setAttribute("aria-expanded", "false");
  opener.setAttribute("aria-label", t(`Request ${entry.seq}: details`, `İstek ${entry.seq}: ayrıntılar`));
  const line = el(
    "tr",
    { id: `request-${entry.seq}`, "data-key": `${entry.seq} ${entry.time}` },
    el("td", {}, opener),
    el("td.time", {}, clock(entry.time)),
    el("td.wide", {}, connection(entry)),
    el("td", {}, el("code", {}, entry.token ?? "–"), doubled(entry)),
    el("td", {}, badge(entry)),
    el("td.number", {}, entry.http_status === null ? t("none", "yok") : String(entry.http_status)),
    el("td.wide", {}, mark(entry.processed, t("processed", "işlendi"))),
    el("td", {}, mark(entry.sms, t("message sent", "mesaj gönderildi"))),
    el("td.widest", {}, el("code.cut", { title: entry.request_id ?? "" }, entry.request_id ?? "–")),
  );
  const toggle = () => open(line, opener, entry);
  opener.addEventListener("click", (event) => (event.stopPropagation(), toggle()));
  line.addEventListener("click", () => {
    // Who selects text does not mean to open it.
    if (String(getSelection()) === "") toggle();
  });
  return line;
}

async function open(line, opener, entry) {
  if (line.nextElementSibling?.className === "detail") {
    line.nextElementSibling.remove();
    opener.setAttribute("aria-expanded", "false");
    return;
  }
  opener.setAttribute("aria-expanded", "true");
  const error = el("p.error");
  // A narrow screen shows fewer columns.
  const columns = [...line.cells].filter((cell) => getComputedStyle(cell).display !== "none");
  const place = el("td", { colSpan: columns.length }, error);
  line.after(el("tr.detail", {}, place));
  const detail = await attempt(error, () => ask("GET", `/__sandbox/requests/${entry.seq}`));
  if (detail) place.append(exchange(detail));
}

// JSON with line breaks; any other text as it is.
export function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function block(title, head, text) {
  const pre = el("pre", { tabIndex: 0 }, [...head, "", pretty(text)].join("\n").trim());
  pre.setAttribute("aria-label", title);
  pre.setAttribute("role", "region");
  return el("div", {}, el("div.over", {}, el("h3", {}, title), copyButton(() => pre.textContent, title)), pre);
}

export function exchange(detail) {
  const headers = (all) => Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  const received = [`${detail.method} ${detail.path}`, ...headers(detail.headers)];
  const { answered } = detail;
  const lost = t("No answer: the connection was cut, or nothing was ever sent.", "Yanıt yok: bağlantı kesildi ya da hiç yanıt gönderilmedi.");
  return el(
    "div.exchange",
    {},
    block(t("Received", "Gelen"), received, detail.received),
    answered === null
      ? block(t("Answered", "Yanıt"), [], lost)
      : block(t("Answered", "Yanıt"), [`${answered.status}`, ...headers(answered.headers)], answered.body),
  );
}

export function startJournal() {
  const table = byId("journal-rows");
  const empty = byId("journal-empty");
  const pause = byId("journal-pause");
  const count = byId("journal-count");
  const [token, outcome, id] = ["filter-token", "filter-outcome", "filter-id"].map(byId);
  const shown = new NewestFirst(table, SHOWN, row);
  let paused = false;
  let held = 0;
  let rate = [];

  const filtered = () => [token, outcome, id].some((field) => field.value.trim() !== "");
  const has = (text, field) => (text ?? "").toLowerCase().includes(field.value.trim().toLowerCase());
  // The journal has the beginning of a token: a whole one that is pasted must find it.
  const hasToken = (entry) => {
    const start = (entry.token ?? "").replace(/…$/, "");
    return has(entry.token, token) || (start !== "" && token.value.trim().startsWith(start));
  };
  const wanted = (entry) => hasToken(entry) && has(entry.outcome, outcome) && has(entry.request_id, id);

  const all = () => {
    // What is open stays open, if it is still there.
    const open_ = [...table.querySelectorAll(".detail")].map((detail) => detail.previousElementSibling.dataset.key);
    shown.replace(store.requests.filter(wanted));
    for (const line of [...table.children]) if (open_.includes(line.dataset.key)) line.querySelector(".opener").click();
    held = 0;
    state();
  };
  const state = () => {
    empty.hidden = table.children.length > 0;
    empty.textContent = filtered()
      ? t("No request matches.", "Eşleşen istek yok.")
      : t("No request yet. Point your program here, or press the button in the shop.", "Henüz istek yok. Programınızı buraya yöneltin ya da mağazadaki düğmeye basın.");
    pause.textContent = paused ? t(`Go on (${held} new)`, `Sürdür (${held} yeni)`) : t("Pause", "Duraklat");
    pause.setAttribute("aria-pressed", String(paused));
    const now = Date.now();
    rate = rate.filter(([at]) => now - at < 2000);
    const second = Math.round(rate.reduce((sum, [, number]) => sum + number, 0) / 2);
    const total = t(`${store.served} since the start`, `başlangıçtan beri ${store.served}`);
    count.textContent = second > 1 ? `${total}, ${t(`${second} a second`, `saniyede ${second}`)}` : total;
  };

  whenNews((news) => {
    if (!news.fresh) rate.push([Date.now(), news.requests.length + news.missed]);
    if (paused) {
      held += news.requests.length + news.missed;
      state();
    } else if (news.fresh) {
      all();
    } else {
      shown.add(news.requests.filter(wanted));
      state();
    }
  });
  setInterval(state, 1000);
  for (const field of [token, outcome, id]) field.addEventListener("input", all);
  pause.addEventListener("click", () => {
    paused = !paused;
    if (paused) state();
    else all();
  });
  byId("journal-clear").addEventListener("click", () => ask("DELETE", "/__sandbox/requests"));
  whenLanguageChanges(all);
}
