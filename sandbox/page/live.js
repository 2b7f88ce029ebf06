// What the sandbox has recorded, kept up to date by server-sent events. The sandbox sends at most ten events a second, each
// with what is new; the pages draw once a frame, whatever came.

// As many are held; the sandbox has more.
const REQUESTS = 1000;
const MESSAGES = 100;
const OPERATIONS = 100;

export const store = {
  served: 0,
  // Newest first.
  requests: [],
  sms: [],
  operations: [],
  next: [],
};

let news = nothing();
let drawing = false;
const listeners = [];
const watchers = [];

function nothing() {
  return { fresh: false, requests: [], sms: [], operations: false, next: false, missed: 0 };
}

// Calls this at most once a frame with what is new since the last call: { fresh, requests, sms, operations, next, missed };
// lists are newest first. `fresh`: everything is, draw it all again.
export const whenNews = (listener) => listeners.push(listener);

// Calls this with true when the sandbox can be heard, and false when not.
export const whenConnected = (watcher) => watchers.push(watcher);

// A browser has six connections to a server, for all tabs: one that nobody looks at gives its own back.
const HIDDEN_MS = 30_000;

export function connect() {
  let source = null;
  let hidden = null;
  const tell = (connected) => watchers.forEach((watcher) => watcher(connected));
  const open = () => {
    source = new EventSource("/__sandbox/events");
    source.onopen = () => tell(true);
    source.onerror = () => {
      tell(false);
      // The browser tries again by itself, except after a refusal.
      if (source.readyState === EventSource.CLOSED) setTimeout(open, 2000);
    };
    source.onmessage = (message) => take(JSON.parse(message.data));
  };
  const close = () => {
    source.close();
    source = null;
  };
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hidden);
    if (document.hidden) hidden = setTimeout(close, HIDDEN_MS);
    else if (source === null) open();
  });
  open();
}

function take(event) {
  if (event.fresh) {
    Object.assign(store, { requests: [], sms: [], operations: [], next: [] });
    news = { ...nothing(), fresh: true };
  }
  const requests = event.requests.reverse();
  const sms = event.sms.reverse();
  store.served = event.served;
  store.requests = requests.concat(store.requests).slice(0, REQUESTS);
  store.sms = sms.concat(store.sms).slice(0, MESSAGES);
  if (event.operations.length > 0) {
    const all = new Map(store.operations.map((operation) => [operation.number, operation]));
    for (const operation of event.operations) all.set(operation.number, operation);
    store.operations = [...all.values()].sort((a, b) => b.number - a.number).slice(0, OPERATIONS);
  }
  if (event.next !== null) store.next = event.next;

  news.requests = requests.concat(news.requests).slice(0, REQUESTS);
  news.sms = sms.concat(news.sms).slice(0, MESSAGES);
  news.operations ||= event.operations.length > 0;
  news.next ||= event.next !== null;
  news.missed += event.missed;
  if (!drawing) {
    drawing = true;
    requestAnimationFrame(draw);
  }
}

function draw() {
  drawing = false;
  const now = news;
  news = nothing();
  for (const listener of listeners) listener(now);
}
