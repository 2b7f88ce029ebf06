// English and Turkish. In the pages, `data-tr` holds an element's Turkish text, `data-tr-NAME` that of an attribute; in
// the code both stand beside each other: t("phone", "telefon").

let language = chosen();
const listeners = [];

function chosen() {
  let stored = null;
  try {
    stored = localStorage.getItem("paywall-sandbox-language");
  } catch {
    // Storage is forbidden: the browser's language then.
  }
  return stored ?? (navigator.language.toLowerCase().startsWith("tr") ? "tr" : "en");
}

export const t = (english, turkish) => (language === "tr" ? turkish : english);

// Calls this whenever the language changes, after the page itself has been translated.
export const whenLanguageChanges = (listener) => listeners.push(listener);

const ATTRIBUTES = ["aria-label", "placeholder", "title"];

function translate() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-tr]")) {
    element.dataset.en ??= element.textContent;
    element.textContent = language === "tr" ? element.dataset.tr : element.dataset.en;
  }
  for (const name of ATTRIBUTES) {
    for (const element of document.querySelectorAll(`[data-tr-${name}]`)) {
      const english = `data-en-${name}`;
      if (!element.hasAttribute(english)) element.setAttribute(english, element.getAttribute(name));
      element.setAttribute(name, element.getAttribute(language === "tr" ? `data-tr-${name}` : english));
    }
  }
}

export function startLanguage(buttons) {
  const show = () => {
    translate();
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.lang === language));
    for (const listener of listeners) listener();
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      language = button.lang;
      try {
        localStorage.setItem("paywall-sandbox-language", language);
      } catch {
        // It holds until the page is closed.
      }
      show();
    });
  }
  show();
}
