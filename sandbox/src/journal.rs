//! What happened: the requests, and the text messages "sent". Nothing secret is kept whole.

use std::collections::{BTreeMap, VecDeque};

use axum::http::HeaderMap;
use serde::Serialize;
use time::OffsetDateTime;

/// As much is kept; a load test must not eat the machine.
const KEPT: usize = 10_000;

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
}

/// One text message.
#[derive(Debug, Clone, Serialize)]
pub struct Sms {
    pub time: String,
    pub phone: &'static str,
    pub text: String,
    pub request_id: Option<String>,
}

/// The last `KEPT` of something, oldest first.
#[derive(Debug)]
pub struct Kept<T>(VecDeque<T>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<T: Clone> Kept<T> {
    pub fn push(&mut self, item: T) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(item);
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn matching(&self, wanted: impl Fn(&T) -> bool) -> Vec<T> {
        self.0.iter().filter(|item| wanted(item)).cloned().collect()
    }
}

/// The time now, UTC, with milliseconds.
pub fn timestamp() -> String {
    let now = OffsetDateTime::now_utc();
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        now.year(),
        u8::from(now.month()),
        now.day(),
        now.hour(),
        now.minute(),
        now.second(),
        now.millisecond()
    )
}

/// Enough of a secret to recognise it. Magic tokens are none, and shown whole.
pub fn shortened(secret: &str) -> String {
    let total = secret.chars().count();
    let shown = match secret.starts_with("sbx_") {
        true => 64,
        false => 6.min(total / 2),
    };
    let mut text: String = secret.chars().take(shown).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if total > shown {
        text.push('…');
    }
    text
}

/// The headers of a request, without what is secret in them.
pub fn redacted(headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut shown = BTreeMap::<String, String>::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        let value = match name.as_str() {
            "apikeyprivate" | "apiclientprivate" | "authorization" | "proxy-authorization" | "cookie" => {
                shortened(&value)
            }
            _ => value.into_owned(),
        };
        shown
            .entry(name.as_str().to_owned())
            .and_modify(|all| {
                all.push_str(", ");
                all.push_str(&value);
            })
            .or_insert(value);
    }
    shown
}

/// The journal as a table for people.
pub fn entries_table(entries: &[Entry]) -> String {
    let head = [
        "seq",
        "time",
        "conn",
        "scheme",
        "port",
        "method",
        "path",
        "token",
        "processed",
        "sms",
        "outcome",
        "status",
        "request id",
    ];
    let yes_no = |it| if it { "yes" } else { "no" }.to_owned();
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    table(
        head,
        entries.iter().map(|entry| {
            [
                entry.seq.to_string(),
                entry.time.clone(),
                entry.connection.to_string(),
                entry.scheme.to_owned(),
                entry.peer_port.to_string(),
                entry.method.clone(),
                entry.path.clone(),
                or_dash(&entry.token),
                yes_no(entry.processed),
                yes_no(entry.sms),
                entry.outcome.clone(),
                or_dash(&entry.http_status.map(|status| status.to_string())),
                or_dash(&entry.request_id),
            ]
        }),
    )
}

/// The messages as a table for people.
pub fn sms_table(messages: &[Sms]) -> String {
    table(
        ["time", "phone", "request id", "text"],
        messages.iter().map(|sms| {
            [
                sms.time.clone(),
                sms.phone.to_owned(),
                sms.request_id.clone().unwrap_or_else(|| "-".to_owned()),
                sms.text.clone(),
            ]
        }),
    )
}

fn table<const N: usize>(head: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let mut all = vec![head.map(str::to_owned)];
    all.extend(rows);
    let mut widths = [0; N];
    for row in &all {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for row in &all {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_shortened_and_magic_tokens_are_not() {
        assert_eq!(shortened("b1b9baa4018d4f17b1fd85592344b09a"), "b1b9ba…");
        assert_eq!(shortened("secret"), "sec…");
        assert_eq!(shortened("x"), "…");
        assert_eq!(shortened(""), "");
        assert_eq!(shortened("şifreler\n"), "şifr…");
        assert_eq!(shortened("sbx_http_503"), "sbx_http_503");
        assert_eq!(shortened(&format!("sbx_{}", "y".repeat(99))).chars().count(), 65);
    }

    #[test]
    fn no_more_than_so_much_is_kept() {
        let mut kept = Kept::default();
        for number in 0..KEPT + 2 {
            kept.push(number);
        }
        let all = kept.matching(|_| true);
        assert_eq!((all.len(), all[0]), (KEPT, 2));
    }

    #[test]
    fn tables_are_aligned_by_characters() {
        let rows = [["ğ".to_owned(), "1".to_owned()], ["ab".to_owned(), "2".to_owned()]];
        assert_eq!(table(["a", "b"], rows.into_iter()), "a   b\nğ   1\nab  2\n");
    }
}
