// Elements. Whatever came in is only ever the text of a node: nothing here parses HTML.

import { t } from "./language.js";

// el("p.note", { id: "x", onclick: f, hidden: true }, "text", child …)
export function el(selector, properties = {}, ...children) {
  const [tag, ...classes] = selector.split(".");
  const element = document.createElement(tag);
  if (classes.length > 0) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(properties)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

export const byId = (id) => document.getElementById(id);

// The time of day here, from "2026-01-31T12:34:56.789Z".
export function clock(time) {
  const at = new Date(time);
  const two = (number) => String(number).padStart(2, "0");
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, "0")}`;
}

// A button that copies what `text()` gives; `what` says so to those who do not see it.
export function copyButton(text, what) {
  const label = () => t("Copy", "Kopyala");
  const button = el("button.copy", { type: "button" }, label());
  button.setAttribute("aria-label", `${label()}: ${what}`);
  button.addEventListener("click", async (event) => {
    event.stopPropagation();
    await copy(text());
    button.textContent = t("Copied", "Kopyalandı");
    announce(t("Copied", "Kopyalandı"));
    setTimeout(() => (button.textContent = label()), 1500);
  });
  return button;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Not allowed: by a field that is selected.
    const field = el("textarea", { value: text, className: "unseen" });
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
}

// Tells those who hear the page, at most every two seconds: the last word counts.
let spoken = 0;
let waiting = null;
export function announce(text) {
  const pause = Math.max(0, spoken + 2000 - Date.now());
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    spoken = Date.now();
    byId("announcer").textContent = text;
  }, pause);
}

// Asks the sandbox; an answer that is no success becomes an error with its words.
export async function ask(method, path, body) {
  const answer = await fetch(path, { method, body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await answer.text();
  const value = text === "" ? null : JSON.parse(text);
  if (!answer.ok) throw new Error(value?.error ?? `${answer.status}`);
  return value;
}

// Runs what a click starts, and shows in `place` why it failed.
export async function attempt(place, work) {
  place.textContent = "";
  try {
    return await work();
  } catch (error) {
    place.textContent = error.message;
    return undefined;
  }
}

// A list that shows the newest `most` items on top. Those that are shown stay as they are when others come.
export class NewestFirst {
  constructor(parent, most, make) {
    this.parent = parent;
    this.most = most;
    this.make = make;
  }

  // `items`: newest first.
  add(items) {
    const new_ = items.slice(0, this.most).map(this.make);
    this.parent.prepend(...new_);
    while (this.parent.children.length > this.most) this.parent.lastElementChild.remove();
  }

  replace(items) {
    this.parent.replaceChildren(...items.slice(0, this.most).map(this.make));
  }
}
