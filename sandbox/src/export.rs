//! The journal and the messages in the forms that others read: tables, JSON lines, HAR 1.2.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};

use crate::journal::{Answered, Entry, Sms};

/// The journal as a table for people.
pub fn entries_table(entries: &[Arc<Entry>]) -> String {
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
pub fn sms_table(messages: &[Arc<Sms>]) -> String {
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

/// One line of JSON for each.
pub fn json_lines<T: Serialize>(items: &[Arc<T>]) -> String {
    let line = |item: &Arc<T>| serde_json::to_string(&**item).expect("string keys only") + "\n";
    items.iter().map(line).collect()
}

/// The journal as an HTTP archive, which the developer tools of browsers open.
pub fn har(entries: &[Arc<Entry>]) -> Value {
    json!({"log": {
        "version": "1.2",
        "creator": {"name": "paywall-sandbox", "version": env!("CARGO_PKG_VERSION")},
        "entries": entries.iter().map(|entry| har_entry(entry)).collect::<Vec<_>>(),
    }})
}

fn har_entry(entry: &Entry) -> Value {
    let pairs = |headers: &std::collections::BTreeMap<String, String>| -> Vec<Value> {
        headers.iter().map(|(name, value)| json!({"name": name, "value": value})).collect()
    };
    let header = |name: &str| entry.headers.get(name).cloned().unwrap_or_default();
    let host = header("host");
    let received = entry.exchange.received();
    let mut request = json!({
        "method": entry.method,
        "url": format!("{}://{}{}", entry.scheme, if host.is_empty() { "localhost" } else { &host }, entry.path),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": pairs(&entry.headers),
        "queryString": [],
        "headersSize": -1,
        "bodySize": header("content-length").parse::<i64>().unwrap_or(-1),
    });
    if !received.is_empty() {
        request["postData"] = json!({"mimeType": header("content-type"), "text": received});
    }
    let response = match entry.exchange.answered() {
        Some(answered) => har_response(&answered, pairs(&answered.headers)),
        // As browsers write what was not answered.
        None => json!({
            "status": 0, "statusText": "", "httpVersion": "", "cookies": [], "headers": [],
            "content": {"size": 0, "mimeType": ""}, "redirectURL": "", "headersSize": -1, "bodySize": -1,
            "comment": format!("no answer: {}", entry.outcome),
        }),
    };
    let mut all = json!({
        "startedDateTime": entry.time,
        "time": entry.exchange.delay_ms,
        "request": request,
        "response": response,
        "cache": {},
        "timings": {"send": 0, "wait": entry.exchange.delay_ms, "receive": 0},
        "connection": entry.connection.to_string(),
        "comment": format!("outcome {}, processed {}, message {}", entry.outcome, entry.processed, entry.sms),
    });
    // The archive itself may have no other members; those with an underscore are ours.
    all["_seq"] = json!(entry.seq);
    all
}

fn har_response(answered: &Answered, headers: Vec<Value>) -> Value {
    let header = |name: &str| answered.headers.get(name).cloned().unwrap_or_default();
    let reason = axum::http::StatusCode::from_u16(answered.status).ok().and_then(|status| status.canonical_reason());
    json!({
        "status": answered.status,
        "statusText": reason.unwrap_or_default(),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": headers,
        "content": {"size": answered.length, "mimeType": header("content-type"), "text": answered.body},
        "redirectURL": header("location"),
        "headersSize": -1,
        "bodySize": answered.length,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_aligned_by_characters() {
        let rows = [["ğ".to_owned(), "1".to_owned()], ["ab".to_owned(), "2".to_owned()]];
        assert_eq!(table(["a", "b"], rows.into_iter()), "a   b\nğ   1\nab  2\n");
    }
}
