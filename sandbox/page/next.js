// What happens next: outcomes that are armed for the next requests.

import { announce, ask, attempt, byId, el } from "./dom.js";
import { t, whenLanguageChanges } from "./language.js";
import { store, whenNews } from "./live.js";

// What one tries first.
export const QUICK = [
  ["reset_after", "the answer is lost", "yanıt kaybolur"],
  ["reset_before", "the request is lost", "istek kaybolur"],
  ["hang", "no answer comes", "yanıt gelmez"],
  ["cooldown", "too early", "çok erken"],
  ["limit", "no more codes", "kod hakkı bitti"],
  ["token_expired", "the token is too old", "token eskimiş"],
  ["3d", "3-D Secure", "3-D Secure"],
  ["upstream", "the bank is silent", "banka susuyor"],
  ["http_503", "a gateway fails", "ağ geçidi bozuk"],
];

export const arm = (outcome, times = 1, token = null) => ask("POST", "/__sandbox/next", { outcome, times, token });

export function startNext() {
  const [quick, list, error, target] = ["next-quick", "next-list", "next-error", "next-target"].map(byId);
  const armed = (name) => announce(t(`Armed: ${name}`, `Kuruldu: ${name}`));

  const chips = () =>
    quick.replaceChildren(
      ...QUICK.map(([name, english, turkish]) =>
        el(
          "button.chip",
          {
            type: "button",
            title: name,
            onclick: () => attempt(error, () => arm(name).then(() => armed(name))),
          },
          t(english, turkish),
        ),
      ),
    );

  const show = () => {
    list.replaceChildren(
      ...store.next.map(({ outcome, times, operation }) =>
        el(
          "li",
          {},
          el("code", {}, outcome),
          ` × ${times} `,
          el("span.quiet", {}, operation === null ? t("for all", "herkes için") : t(`for operation ${operation}`, `işlem ${operation} için`)),
        ),
      ),
    );
    byId("next-empty").hidden = store.next.length > 0;
    byId("next-clear").hidden = store.next.length === 0;
  };

  const targets = () => {
    const before = target.value;
    target.replaceChildren(
      el("option", { value: "" }, t("all", "herkes")),
      ...store.operations.slice(0, 20).map(({ number, otp_token }) => el("option", { value: otp_token }, t(`operation ${number}`, `işlem ${number}`))),
    );
    // An operation's token may have changed: by its number.
    if ([...target.options].some((option) => option.value === before)) target.value = before;
  };

  byId("next-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const outcome = byId("next-outcome").value;
    const times = Number(byId("next-times").value);
    attempt(error, () => arm(outcome, times, target.value || null).then(() => armed(outcome)));
  });
  byId("next-clear").addEventListener("click", () => ask("DELETE", "/__sandbox/next"));
  whenNews((news) => {
    if (news.fresh || news.next) show();
    // Not while somebody chooses.
    if ((news.fresh || news.operations) && document.activeElement !== target) targets();
  });
  whenLanguageChanges(() => {
    chips();
    show();
    targets();
  });
}
