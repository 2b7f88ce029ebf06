//! What happened: the requests, and the text messages "sent". Nothing secret is kept whole.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use axum::http::{HeaderName, HeaderValue};
use hyper::body::Bytes;
use serde::Serialize;

use crate::shown;

/// As much is kept, in number and in bytes; a load test must not eat the machine.
pub const KEPT: usize = 10_000;
const KEPT_BYTES: usize = 64 << 20;

/// One request to the service.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    pub seq: u64,
    pub time: String,
    /// Which connection carried it, counted over both listeners.
    pub connection: u64,
    pub scheme: &'static str,
    pub peer_port: u16,
    pub method: String,
    pub path: String,
    pub request_id: Option<String>,
    pub token: Option<String>,
    pub session: Option<String>,
    /// Whether it reached the service, which then acted or refused.
    pub processed: bool,
    /// Whether a text message went out.
    pub sms: bool,
    pub outcome: String,
    /// None if no answer was given.
    pub http_status: Option<u16>,
    /// The new token that the answer carries, even if the answer is then lost.
    pub issued: Option<String>,
    pub headers: BTreeMap<String, String>,
    /// Whether its connection had carried a request before.
    pub reused: bool,
    /// The number of the operation that has or had its token.
    pub operation: Option<u64>,
    /// The last request before it that had the same token; with a magic token, the same request id too.
    pub repeats: Option<u64>,
    #[serde(skip)]
    pub exchange: Exchange,
}

/// What was received and answered. Secrets are shortened when it is shown: to do so for each request would take longer than
/// the answer.
#[derive(Debug, Clone, Default)]
pub struct Exchange {
    received: Bytes,
    answered: Option<Raw>,
    /// How long the answer was held back, in milliseconds.
    pub delay_ms: u64,
}

#[derive(Debug, Clone)]
struct Raw {
    status: u16,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
    length: usize,
    secrets: Vec<String>,
}

/// What was answered, as it is shown.
#[derive(Debug, Serialize)]
pub struct Answered {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: String,
    /// Of the whole body.
    pub length: usize,
}

impl Exchange {
    pub fn new(received: &[u8], delay_ms: u64) -> Self {
        // A copy, which does not hold the buffer that the connection has read into.
        Self { received: Bytes::copy_from_slice(received), answered: None, delay_ms }
    }

    /// Adds the answer, and the secrets in it.
    pub fn answered_with(
        self,
        status: u16,
        headers: &[(HeaderName, HeaderValue)],
        body: &Bytes,
        secrets: Vec<String>,
    ) -> Self {
        let raw = Raw { status, headers: headers.to_vec(), body: shown::kept(body), length: body.len(), secrets };
        Self { answered: Some(raw), ..self }
    }

    pub fn received(&self) -> String {
        shown::request_body(&self.received)
    }

    pub fn answered(&self) -> Option<Answered> {
        self.answered.as_ref().map(|raw| Answered {
            status: raw.status,
            headers: shown::answer_headers(&raw.headers),
            body: shown::answer_body(&raw.body, raw.secrets.iter().map(String::as_str)),
            length: raw.length,
        })
    }
}

/// An entry with what was received and answered.
#[derive(Serialize)]
pub struct Detail<'a> {
    #[serde(flatten)]
    entry: &'a Entry,
    received: String,
    answered: Option<Answered>,
}

impl Entry {
    pub fn detail(&self) -> Detail<'_> {
        Detail { entry: self, received: self.exchange.received(), answered: self.exchange.answered() }
    }
}

/// One text message.
#[derive(Debug, Clone, Serialize)]
pub struct Sms {
    pub time: String,
    pub phone: &'static str,
    pub text: String,
    pub request_id: Option<String>,
    /// The code in the text.
    pub code: String,
    /// The request that it was sent for.
    pub seq: u64,
}

/// Roughly how many bytes something takes.
pub trait Weight {
    fn weight(&self) -> usize;
}

impl Weight for Entry {
    fn weight(&self) -> usize {
        let map = |headers: &BTreeMap<String, String>| -> usize {
            headers.iter().map(|(name, value)| name.len() + value.len() + 64).sum()
        };
        let answered = self.exchange.answered.as_ref().map_or(0, |raw| 512 + raw.body.len());
        1024 + self.path.len() + self.exchange.received.len() + map(&self.headers) + answered
    }
}

impl Weight for Sms {
    fn weight(&self) -> usize {
        512
    }
}

impl Weight for String {
    fn weight(&self) -> usize {
        self.len()
    }
}

/// The last of something, oldest first. They are shared, so that a reader holds no lock while it writes them out.
#[derive(Debug)]
pub struct Kept<T> {
    items: VecDeque<Arc<T>>,
    bytes: usize,
    /// How many there were since the start, those that are gone included.
    pushed: u64,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self { items: VecDeque::new(), bytes: 0, pushed: 0 }
    }
}

impl<T: Weight> Kept<T> {
    /// Returns those that are gone for it.
    pub fn push(&mut self, item: T) -> Vec<Arc<T>> {
        self.bytes += item.weight();
        self.pushed += 1;
        self.items.push_back(Arc::new(item));
        let mut gone = Vec::new();
        while self.items.len() > KEPT || (self.bytes > KEPT_BYTES && self.items.len() > 1) {
            let oldest = self.items.pop_front().expect("more than none");
            self.bytes -= oldest.weight();
            gone.push(oldest);
        }
        gone
    }

    pub fn clear(&mut self) {
        self.items.clear();
        self.bytes = 0;
    }

    pub fn matching(&self, wanted: impl Fn(&T) -> bool) -> Vec<Arc<T>> {
        self.items.iter().filter(|item| wanted(item)).cloned().collect()
    }

    pub fn find(&self, wanted: impl Fn(&T) -> bool) -> Option<Arc<T>> {
        self.items.iter().rev().find(|item| wanted(item)).cloned()
    }

    pub fn pushed(&self) -> u64 {
        self.pushed
    }

    /// What came after the first `seen`: of that the last, at most so many and so many bytes, but the very last always.
    pub fn since(&self, seen: u64, most: usize, bytes: usize) -> Vec<Arc<T>> {
        let new = usize::try_from(self.pushed - seen).unwrap_or(usize::MAX);
        let mut weight = 0;
        let last = self.items.iter().rev().take(new.min(most)).enumerate();
        let fits = last.take_while(|(number, item)| {
            weight += item.weight();
            *number == 0 || weight <= bytes
        });
        let mut items: Vec<_> = fits.map(|(_, item)| item.clone()).collect();
        items.reverse();
        items
    }
}

/// The requests, with what tells that one repeats another.
#[derive(Default)]
pub struct Journal {
    pub entries: Kept<Entry>,
    /// By a hash of what must not come twice, the last request that had it.
    last: HashMap<u64, u64>,
    /// The same hashes by the request, so that they go when it goes.
    hashes: HashMap<u64, u64>,
    hasher: RandomState,
}

impl Journal {
    /// Adds an entry. `token` is whole.
    pub fn push(&mut self, mut entry: Entry, token: Option<&str>) -> Arc<Entry> {
        let same = match (token, &entry.request_id) {
            // Anybody may type a magic token twice.
            (Some(token), Some(id)) if token.starts_with("sbx_") => Some((token, id.as_str())),
            (Some(token), _) if !token.starts_with("sbx_") => Some((token, "")),
            _ => None,
        };
        if let Some(same) = same {
            let hash = self.hasher.hash_one(same);
            entry.repeats = self.last.insert(hash, entry.seq);
            self.hashes.insert(entry.seq, hash);
        }
        for gone in self.entries.push(entry) {
            if let Some(hash) = self.hashes.remove(&gone.seq)
                && self.last.get(&hash) == Some(&gone.seq)
            {
                self.last.remove(&hash);
            }
        }
        self.entries.items.back().expect("the one just added").clone()
    }

    pub fn clear(&mut self) {
        self.entries.clear();
        self.last.clear();
        self.hashes.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_so_much_is_kept() {
        let mut kept = Kept::default();
        for number in 0..KEPT + 2 {
            kept.push(number.to_string());
        }
        let all = kept.matching(|_| true);
        assert_eq!((all.len(), all[0].as_str()), (KEPT, "2"));
        let last: Vec<_> = kept.since(kept.pushed() - 3, 2, 100).iter().map(|it| it.to_string()).collect();
        assert_eq!(last, ["10000", "10001"]);
        assert_eq!(kept.since(0, usize::MAX, usize::MAX).len(), KEPT);
        assert!(kept.since(kept.pushed(), 5, 100).is_empty());

        // "10001" and "10000" take ten bytes.
        for (bytes, count) in [(0, 1), (9, 1), (10, 2), (13, 2)] {
            assert_eq!(kept.since(0, usize::MAX, bytes).len(), count, "{bytes}");
        }

        let mut kept = Kept::default();
        for _ in 0..10 {
            kept.push("x".repeat(KEPT_BYTES / 4));
        }
        assert_eq!(kept.matching(|_| true).len(), 4);
        kept.clear();
        kept.push("y".repeat(KEPT_BYTES * 2));
        assert_eq!(kept.matching(|_| true).len(), 1);
    }

    fn entry(seq: u64, request_id: Option<&str>) -> Entry {
        Entry {
            seq,
            time: String::new(),
            connection: 1,
            scheme: "http",
            peer_port: 1,
            method: String::new(),
            path: String::new(),
            request_id: request_id.map(str::to_owned),
            token: None,
            session: None,
            processed: true,
            sms: false,
            outcome: String::new(),
            http_status: None,
            issued: None,
            headers: BTreeMap::new(),
            reused: false,
            operation: None,
            repeats: None,
            exchange: Exchange::default(),
        }
    }

    #[test]
    fn a_token_that_comes_twice_is_noticed() {
        let mut journal = Journal::default();
        let mut seq = 0;
        let mut repeats = |token, id| {
            seq += 1;
            journal.push(entry(seq, id), token).repeats
        };
        assert_eq!(repeats(Some("a"), Some("1")), None);
        assert_eq!(repeats(Some("b"), Some("1")), None);
        assert_eq!(repeats(Some("a"), Some("2")), Some(1));
        assert_eq!(repeats(Some("a"), None), Some(3));
        // Magic tokens come as often as one likes, but a request has its id alone.
        assert_eq!(repeats(Some("sbx_html"), Some("1")), None);
        assert_eq!(repeats(Some("sbx_html"), Some("2")), None);
        assert_eq!(repeats(Some("sbx_html"), None), None);
        assert_eq!(repeats(Some("sbx_html"), Some("2")), Some(6));
        assert_eq!(repeats(None, Some("1")), None);

        for number in 0..KEPT as u64 {
            journal.push(entry(100 + number, None), Some(&number.to_string()));
        }
        assert_eq!((journal.last.len(), journal.hashes.len()), (KEPT, KEPT));
    }
}
