// The phone: text messages as they are "sent", newest first.

import { announce, clock, copyButton, el, NewestFirst } from "./dom.js";
import { t, whenLanguageChanges } from "./language.js";
import { store, whenNews } from "./live.js";

const SHOWN = 20;

export function message(sms) {
  return el(
    "li.message",
    {},
    el("div.meta", {}, el("span", {}, "Masterpass"), el("time", { dateTime: sms.time }, clock(sms.time))),
    el("p", {}, sms.text),
    el(
      "div.code",
      {},
      el("output", { "aria-label": t("Code", "Kod") }, sms.code),
      copyButton(() => sms.code, sms.code),
      el("span.quiet", { title: t(`sent for request ${sms.seq}`, `${sms.seq}. istek için gönderildi`) }, `#${sms.seq}`),
    ),
  );
}

export function startPhone(list, empty) {
  const shown = new NewestFirst(list, SHOWN, message);
  const all = () => {
    shown.replace(store.sms);
    empty.hidden = store.sms.length > 0;
  };
  whenNews((news) => {
    if (news.fresh) return all();
    if (news.sms.length === 0) return undefined;
    shown.add(news.sms);
    empty.hidden = true;
    const { length, 0: newest } = news.sms;
    announce(length === 1 ? newest.text : t(`${length} new messages`, `${length} yeni mesaj`));
    return undefined;
  });
  whenLanguageChanges(all);
}
