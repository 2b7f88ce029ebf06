//! What a verdict is in words, for the log.

use super::{Row, Ruling, Verdict};
use crate::outcome::{Kind, Status, quotable};

/// What a refusal by nothing but the HTTP status means, and what the service said about it.
fn refusal(verdict: &Verdict, words: &str) -> String {
    let meaning = match verdict.ruling.kind {
        Some(Kind::Authentication) => "check api_key and api_client",
        Some(Kind::Forbidden) if verdict.from_service => "these credentials are not allowed to do this",
        Some(Kind::Forbidden) => {
            "the answer is not one of the service's, so something before it, such as a firewall, may have refused: ask the \
             vendor whether this machine's address is allowed, and check api_key and api_client"
        }
        Some(Kind::WrongAddress) => "the service is not at this address: check the host and the path of base_url",
        Some(Kind::RateLimited) => "too many requests",
        _ => "the service, or something in front of it, did not accept the request",
    };
    if words.is_empty() { meaning.to_owned() } else { format!("{meaning}; it says: {words}") }
}

/// The verdict in words, for the log.
pub(crate) fn describe(verdict: &Verdict, http_status: u16) -> String {
    let Ruling { row, status, code, .. } = &verdict.ruling;
    let words = || quotable(verdict.text.as_deref().unwrap_or_default());
    let quoted = || match (&*words(), &*quotable(code.as_deref().unwrap_or_default())) {
        ("", "") => "without a reason".to_owned(),
        ("", code) => format!("({code})"),
        (words, "") => words.to_owned(),
        (words, code) => quotable(&format!("{words} ({code})")),
    };
    let in_doubt = "a code may be on its way, so do not repeat the request automatically";
    match (row, status) {
        (_, Status::Ok) => {
            let code = verdict.response_code.as_deref().unwrap_or_default();
            format!("the service accepted: a code is on its way (ResponseCode {code})")
        }
        (Row::NoAnswer | Row::ServerError | Row::NoEnvelope, _) => {
            format!("in doubt: HTTP {http_status} without a trustworthy answer; {in_doubt}")
        }
        (Row::ClientError | Row::Redirect, Status::InDoubt) => format!("in doubt: HTTP {http_status}; {in_doubt}"),
        (Row::ClientError, _) => format!("refused with HTTP {http_status}: {}", refusal(verdict, &words())),
        (Row::Redirect, _) => {
            format!("refused with the redirect HTTP {http_status}, which the library does not follow: check base_url")
        }
        (Row::ThreeDSecure, _) => format!("the service wants 3-D Secure: {}", quoted()),
        (Row::Unclear, _) => {
            format!("in doubt: the service reported neither success nor failure {}; {in_doubt}", quoted())
        }
        (_, Status::InDoubt) => format!("in doubt: the service reported {}; {in_doubt}", quoted()),
        _ => format!("the service refused: {}", quoted()),
    }
}
