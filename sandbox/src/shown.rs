//! What a person may see of a request and its answer: secrets are shortened, and everything has a bounded length.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use hyper::body::Bytes;
use serde_json::Value;

/// The longest value of a header that is kept whole, in characters, and how many headers are kept.
const HEADER: usize = 1024;
const HEADERS: usize = 64;
/// The longest body that is kept whole, in characters.
const BODY: usize = 2048;

/// The members whose values are secrets, in lower case.
const SECRET_MEMBERS: [&str; 3] = ["otptoken", "sessionid", "token"];

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

/// The beginning of a text, if it is too long.
pub fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The headers of a request, without what is secret in them.
pub fn request_headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    shown_headers(headers.iter())
}

/// The headers of an answer.
pub fn answer_headers(headers: &[(HeaderName, HeaderValue)]) -> BTreeMap<String, String> {
    shown_headers(headers.iter().map(|(name, value)| (name, value)))
}

fn shown_headers<'a>(headers: impl Iterator<Item = (&'a HeaderName, &'a HeaderValue)>) -> BTreeMap<String, String> {
    let mut shown = BTreeMap::<String, String>::new();
    for (name, value) in headers.take(HEADERS) {
        let value = String::from_utf8_lossy(value.as_bytes());
        let value = match name.as_str() {
            "apikeyprivate" | "apiclientprivate" | "authorization" | "proxy-authorization" | "cookie" => {
                shortened(&value)
            }
            _ => cut(&value, HEADER),
        };
        shown
            .entry(cut(name.as_str(), HEADER))
            .and_modify(|all| {
                all.push_str(", ");
                all.push_str(&value);
            })
            .or_insert(value);
    }
    shown
}

/// The body of a request, with its token and session shortened.
pub fn request_body(body: &[u8]) -> String {
    match serde_json::from_slice::<Value>(body) {
        Ok(mut value) => {
            shorten_members(&mut value);
            cut(&value.to_string(), BODY)
        }
        // What it is, nobody knows: whatever may be a secret in it is shortened.
        Err(_) => cut(&shorten_words(&beginning(body)), BODY),
    }
}

/// As much of the body of an answer as `answer_body` looks at.
pub fn kept(body: &Bytes) -> Bytes {
    match body.len() > 2 * BODY {
        true => Bytes::copy_from_slice(&body[..2 * BODY]),
        false => body.clone(),
    }
}

/// The body of an answer, which carries these secrets.
pub fn answer_body<'a>(body: &[u8], secrets: impl Iterator<Item = &'a str>) -> String {
    let mut text = beginning(body);
    for secret in secrets.filter(|secret| !secret.is_empty()) {
        text = text.replace(secret, &shortened(secret));
    }
    // No secret is as long as what is cut off here, so none is cut in two.
    cut(&text, BODY)
}

/// Twice as much as is shown.
fn beginning(body: &[u8]) -> String {
    String::from_utf8_lossy(&body[..body.len().min(2 * BODY)]).into_owned()
}

fn shorten_members(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(text) if SECRET_MEMBERS.contains(&name.to_lowercase().as_str()) => {
                        *text = shortened(text);
                    }
                    value => shorten_members(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(shorten_members),
        _ => {}
    }
}

/// Shortens every long word that has a digit in it.
fn shorten_words(text: &str) -> String {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    let mut shown = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let secret = word.chars().count() >= 16 && word.contains(|c: char| c.is_ascii_digit());
        shown.push_str(&if secret { shortened(word) } else { word.to_owned() });
        let next = after.find(is_word).unwrap_or(after.len());
        shown.push_str(&after[..next]);
        rest = &after[next..];
    }
    shown
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
    fn no_secret_of_a_body_is_shown() {
        let token = "67a40b720d564a878dd46579b3d2eff3";
        let session = "6489433e-f36b-1410-825e-001264113a90";
        let body = format!(r#"{{"OtpToken":"{token}","SessionId":"{session}"}}"#);
        let whole = r#"{"OtpToken":"67a40b…","SessionId":"648943…"}"#;
        assert_eq!(request_body(body.as_bytes()), whole);
        // Cut, it is not JSON.
        let half = request_body(&body.as_bytes()[..body.len() - 1]);
        assert_eq!(half, whole.trim_end_matches('}'));
        assert_eq!(request_body(b"OtpToken=short"), "OtpToken=short");
        let answer = answer_body(body.as_bytes(), [token, session].into_iter());
        assert_eq!(answer, whole);
    }

    #[test]
    fn lengths_are_bounded() {
        let long = "ğ".repeat(100_000);
        assert_eq!(cut(&long, 3), "ğğğ…");
        assert_eq!(cut("ğğğ", 3), "ğğğ");
        assert!(request_body(long.as_bytes()).chars().count() <= BODY + 1);
        let mut headers = HeaderMap::new();
        for number in 0..1000 {
            let name = HeaderName::try_from(format!("x-{number}")).unwrap();
            headers.insert(name, HeaderValue::from_str(&"v".repeat(5000)).unwrap());
        }
        let shown = request_headers(&headers);
        assert_eq!(shown.len(), HEADERS);
        assert!(shown.values().all(|value| value.chars().count() <= HEADER + 1));
    }
}
