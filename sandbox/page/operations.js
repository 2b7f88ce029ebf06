// Operations: open one, look at its tokens and sessions, end it, let it expire, renew its session.

import { announce, ask, attempt, byId, clock, copyButton, el } from "./dom.js";
import { t, whenLanguageChanges } from "./language.js";
import { store, whenNews } from "./live.js";

const SHOWN = 30;

const STATES = {
  open: () => t("open", "açık"),
  ended: () => t("ended", "bitti"),
  expired: () => t("expired", "süresi doldu"),
};

// One operation. Its nodes stay while its texts change, so that a button keeps the focus.
class Card {
  constructor(operation, error) {
    this.operation = operation;
    const text = () => el("span");
    const code = () => el("code.token");
    [this.state, this.resends, this.rules] = [text(), text(), text()];
    [this.token, this.session] = [code(), code()];
    [this.tokens, this.sessions] = [el("ol.history"), el("ol.history")];
    const act = (name, label) =>
      el("button", { type: "button", onclick: () => attempt(error, () => this.act(name, label)) }, label);
    const heading = (words) => el("h3", {}, words);
    this.element = el(
      "details.card",
      {},
      el("summary", {}, el("strong", {}, `#${operation.number}`), this.state, this.resends),
      el(
        "dl",
        {},
        el("dt", {}, "OtpToken"),
        el("dd", {}, this.token, copyButton(() => this.operation.otp_token, `OtpToken ${operation.number}`)),
        el("dt", {}, "SessionId"),
        el("dd", {}, this.session, copyButton(() => this.operation.session_id, `SessionId ${operation.number}`)),
        el("dt", {}, t("Rules", "Kurallar")),
        el("dd", {}, this.rules),
      ),
      el(
        "div.buttons",
        {},
        act("renew", t("Renew its session", "Oturumunu yenile")),
        act("expire", t("Let it expire", "Süresini doldur")),
        act("end", t("End it", "Bitir")),
      ),
      heading(t("Its tokens, newest first", "Tokenları, en yenisi önce")),
      this.tokens,
      heading(t("Its sessions", "Oturumları")),
      this.sessions,
    );
    this.update(operation);
  }

  async act(name, label) {
    await ask("POST", `/__sandbox/operations/${this.operation.number}/${name}`);
    announce(`${label}: ${this.operation.number}`);
  }

  update(operation) {
    this.operation = operation;
    const seconds = (ms) => `${ms / 1000} s`;
    this.state.textContent = STATES[operation.state]?.() ?? operation.state;
    this.state.className = `badge ${operation.state === "open" ? "good" : "refused"}`;
    this.resends.textContent = t(`${operation.resends} of ${operation.limit} resends`, `${operation.limit} haktan ${operation.resends}`);
    this.token.textContent = operation.otp_token;
    this.session.textContent = operation.session_id;
    this.rules.textContent = t(
      `cooldown ${seconds(operation.cooldown_ms)}, limit ${operation.limit}, session renewed after ${seconds(operation.session_ttl_ms)}`,
      `bekleme ${seconds(operation.cooldown_ms)}, sınır ${operation.limit}, oturum ${seconds(operation.session_ttl_ms)} sonra yenilenir`,
    );
    const item = ({ value, time }) => el("li", {}, el("code", {}, value), el("time.quiet", { dateTime: time }, clock(time)));
    this.tokens.replaceChildren(...operation.tokens.toReversed().map(item));
    this.sessions.replaceChildren(...operation.sessions.toReversed().map(item));
  }
}

export function startOperations() {
  const [list, empty, error] = ["operations-list", "operations-empty", "operations-error"].map(byId);
  const fields = { cooldown_ms: "operation-cooldown", limit: "operation-limit", session_ttl_ms: "operation-age" };
  let cards = new Map();

  const show = () => {
    const shown = store.operations.slice(0, SHOWN);
    const before = cards;
    cards = new Map();
    for (const operation of shown) {
      const card = before.get(operation.number) ?? new Card(operation, error);
      if (card.operation !== operation) card.update(operation);
      cards.set(operation.number, card);
    }
    const elements = [...cards.values()].map((card) => card.element);
    // Only what is new or gone is moved: a node that is moved loses the focus.
    for (const old of [...list.children]) if (!elements.includes(old)) old.remove();
    elements.forEach((element, at) => {
      if (list.children[at] !== element) list.insertBefore(element, list.children[at] ?? null);
    });
    empty.hidden = shown.length > 0;
  };

  byId("operation-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const body = { session_expired: byId("operation-expired").checked };
    for (const [name, id] of Object.entries(fields)) {
      if (byId(id).value !== "") body[name] = Number(byId(id).value);
    }
    attempt(error, async () => {
      await ask("POST", "/__sandbox/operation", body);
      announce(t("An operation is open", "Bir işlem açıldı"));
    });
  });
  whenNews((news) => {
    if (news.fresh) cards = new Map();
    if (news.fresh || news.operations) show();
  });
  whenLanguageChanges(() => {
    cards = new Map();
    show();
  });
}
