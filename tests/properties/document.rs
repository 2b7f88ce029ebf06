//! What holds for every result document, whatever the outcome of the call.

use serde_json::Value;

use super::oracle;

pub const MEMBERS: [&str; 18] = [
    "action",
    "correlation_id",
    "customer_message",
    "error",
    "http_status",
    "message",
    "otp_token",
    "reference_number",
    "request_id",
    "response_body",
    "response_code",
    "response_truncated",
    "session_id",
    "session_renewed",
    "status",
    "token_state",
    "transport",
    "url_3d",
];

/// The actions, and the kinds that lead to each if the status is not `in_doubt`.
const ACTIONS: [(&str, &str); 9] = [
    ("wait", "cooldown resend_limit rate_limited"),
    ("check_operation", "token_invalid token_used"),
    ("restart", "token_expired"),
    ("redirect_3d", "three_d_secure otp_unsupported"),
    ("fix_account", "account"),
    ("fix_configuration", "authentication forbidden wrong_address redirect tls proxy config"),
    ("fix_request", "validation argument http"),
    ("retry", "dns connect timeout connection_lost"),
    ("contact_support", "declined internal"),
];
const KINDS_IN_DOUBT: &str = "timeout connection_lost bad_response server_error upstream http";
const STAGES: &str = "argument config resolve connect proxy tls send receive decode service";

/// Reads a document and checks it.
pub fn checked(json: &str) -> Value {
    let document: Value = serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json}"));
    let names: Vec<&str> = document.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(names, MEMBERS, "{json}");
    no_fractions(&document);

    let text = |name: &str| document[name].as_str();
    let message = text("message").expect("a message");
    assert!(!message.is_empty() && message.len() <= 1_500, "{json}");
    // Nothing that makes a log show other lines, or the same in another order.
    let misleads = |text: &str| {
        text.contains(|c: char| {
            c.is_control()
                || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        })
    };
    assert!(!misleads(message), "{json}");
    for name in ["code", "detail"] {
        let text = document["error"][name].as_str().unwrap_or_default();
        assert!(text.len() <= 1_024 && !misleads(text), "{name}: {json}");
    }
    for name in ["customer_message", "response_code", "reference_number", "correlation_id", "url_3d", "response_body"] {
        assert!(document[name].is_null() || document[name].is_string(), "{name}: {json}");
    }
    assert!(document["session_renewed"].is_boolean() && document["response_truncated"].is_boolean(), "{json}");
    assert!(text("response_body").is_none_or(|body| body.len() <= 65_536), "{json}");
    assert_eq!(document["response_body"].is_null(), document["http_status"].is_null(), "{json}");
    assert!(document["transport"]["elapsed_us"].is_u64(), "{json}");
    assert!(matches!(document["transport"]["connection"].as_str(), None | Some("new" | "reused")), "{json}");

    let status = text("status").expect("a status");
    let error = &document["error"];
    let kind = error["kind"].as_str();
    let expected = match (status, kind) {
        ("ok", None) if error.is_null() => text("otp_token").map_or("none", |_| "verify_otp"),
        ("in_doubt", Some(kind)) if word(KINDS_IN_DOUBT, kind) => "await_code",
        ("rejected" | "not_sent" | "invalid", Some(kind)) => {
            ACTIONS.iter().find(|(_, kinds)| word(kinds, kind)).unwrap_or_else(|| panic!("{json}")).0
        }
        // A bug, caught, is one nevertheless.
        _ => panic!("{json}"),
    };
    assert_eq!(text("action"), Some(expected), "{json}");
    if !error.is_null() {
        assert!(error["stage"].as_str().is_some_and(|stage| word(STAGES, stage)), "{json}");
        assert!(error["retry_after_ms"].as_u64().is_none_or(|wait| wait <= 86_400_000), "{json}");
    }

    // A call was made: its caller has a token and a session to go on with.
    let next = ["otp_token", "session_id", "token_state", "request_id"].map(text);
    match status {
        "invalid" => assert_eq!(next, [None; 4], "{json}"),
        _ if expected == "none" || next == [None; 4] => assert!(document["http_status"].is_null(), "{json}"),
        _ => {
            let [token, session, state, id] = next.map(|text| text.unwrap_or_else(|| panic!("{json}")));
            assert!(oracle::is_token(token), "{json}");
            assert_eq!(oracle::guid(session).as_deref(), Some(session), "{json}");
            assert!(matches!((state, status), ("new", _) | ("in_doubt", "in_doubt")) || state == "kept", "{json}");
            assert!(!(state == "kept" && status == "in_doubt"), "{json}");
            assert!(oracle::guid(id).as_deref() == Some(id) && &id[14..15] == "4", "{json}");
        }
    }
    document
}

/// Compares what a document says of a whole answer with what the table says of the answer that it shows.
pub fn agrees_with_the_table(document: &Value) {
    let whole = document["error"].is_null() || document["error"]["stage"] == "service";
    // A body that was cut, or in which something was masked, is not the one that was judged.
    let body = document["response_body"].as_str().filter(|body| whole && !body.contains("***"));
    if let Some(body) = body.filter(|_| document["response_truncated"] == false) {
        let http_status = document["http_status"].as_u64().expect("an answer has a status");
        let verdict = oracle::verdict(u16::try_from(http_status).expect("three digits"), body);
        let said = (document["status"].as_str(), document["error"]["kind"].as_str());
        assert_eq!(said, (Some(verdict.status), verdict.kind), "{document}");
    }
    assert!(whole || document["status"] != "ok" && document["status"] != "rejected", "{document}");
}

fn word(words: &str, wanted: &str) -> bool {
    words.split(' ').any(|word| word == wanted)
}

fn no_fractions(value: &Value) {
    match value {
        Value::Number(number) => assert!(number.is_u64() || number.is_i64(), "{number}"),
        Value::Array(values) => values.iter().for_each(no_fractions),
        Value::Object(members) => members.values().for_each(no_fractions),
        _ => {}
    }
}
