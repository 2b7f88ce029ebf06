//! Every magic token, over http and https, and what the journal and the messages say afterwards.

mod common;

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::time::{Duration, Instant};

use common::{Failure, Reply, SESSION, Server, eventually};
use serde_json::{Value, json};

const SCHEMES: [&str; 2] = ["http", "https"];

/// Sends the token on a connection of its own, and holds the journal against the table.
fn ask(server: &Server, scheme: &str, token: &str) -> Reply {
    let id = format!("{scheme}-{token}");
    let reply = server.connect(scheme).resend(token, SESSION, &id);
    recorded(server, scheme, token, &id, reply.status);
    reply
}

/// The journal's entry and the messages, against what the table promises.
fn recorded(server: &Server, scheme: &str, token: &str, id: &str, status: u16) {
    let table = server.json("/__sandbox/tokens");
    let rows = table.as_array().unwrap();
    let row = rows
        .iter()
        .find(|row| {
            let name = row["name"].as_str().unwrap();
            match name.split_once('<') {
                Some((prefix, _)) => token.starts_with(prefix),
                None => name == token,
            }
        })
        .expect(token);
    let entry = server.entry(id);
    assert_eq!(entry["scheme"], scheme, "{entry}");
    assert_eq!(entry["token"], token, "{entry}");
    assert_eq!(entry["processed"], row["processed"], "{entry}");
    assert_eq!(entry["sms"], row["sends"], "{entry}");
    let status = if status == 0 { Value::Null } else { json!(status) };
    assert_eq!(entry["http_status"], status, "{entry}");
    let messages = server.json(&format!("/__sandbox/sms?request_id={id}"));
    let expected = usize::from(row["sends"].as_bool().unwrap());
    assert_eq!(messages.as_array().unwrap().len(), expected, "{token}");
}

fn whole(reply: &Reply) -> Value {
    assert_eq!((reply.status, reply.failure), (200, None), "{reply:?}");
    let content_type = reply.header("content-type");
    assert_eq!(content_type, Some("application/json; charset=utf-8"));
    reply.json()
}

#[test]
fn accepted() {
    let server = Server::start(&[]);
    for scheme in SCHEMES {
        for (token, code) in [
            ("sbx_ok_5001", "5001"),
            ("sbx_ok_5008", "5008"),
            ("sbx_renewed", "5001"),
            ("sbx_delay_30", "5001"),
            ("sbx_huge", "5001"),
        ] {
            let reply = ask(&server, scheme, token);
            let envelope = whole(&reply);
            let body = &envelope["Body"];
            reply.new_token();
            assert_eq!(envelope["ErrorCode"], 0);
            assert_eq!(envelope["Result"], true);
            assert_eq!(body["Masterpass"]["StatusCode"], 200);
            assert_eq!(body["Masterpass"]["Exception"], Value::Null);
            assert_eq!(body["Masterpass"]["Result"]["ResponseCode"], code);
            let renewed = token == "sbx_renewed";
            assert_eq!(body["Session"]["SessionRenewed"], renewed);
            assert_eq!(body["Session"]["SessionId"] != SESSION, renewed);
            assert_eq!(reply.body.len() > 2 << 20, token == "sbx_huge");
        }
        let kept = whole(&ask(&server, scheme, "sbx_ok_0000"));
        let result = kept["Body"]["Masterpass"]["Result"].as_object().unwrap();
        assert_eq!(result["ResponseCode"], "0000");
        assert!(!result.contains_key("Token"), "{kept}");
    }
}

#[test]
fn refused() {
    let server = Server::start(&[]);
    for scheme in SCHEMES {
        for (token, code, status) in [
            ("sbx_token_invalid", "TOKEN_IS_NOT_VALID", 404),
            ("sbx_token_expired", "TOKEN_HAS_EXPIRED", 401),
            ("sbx_token_used", "TOKEN_ALREADY_USED", 400),
            ("sbx_cooldown", "ERROR_CALLED_OTP_SERVICE_ONE_MORE_TIME_BEFORE_TIMEOUT_EXPIRED", 400),
            ("sbx_limit", "ERR_YOU_CAN_NOT_CALL_OTP_SERVICE_ONE_MORE_TIME", 400),
            ("sbx_no_bank_otp", "BANK_DOES_NOT_SUPPORT_OTP", 400),
            ("sbx_account_blocked", "ACCOUNT_IS_BLOCKED", 403),
            ("sbx_unknown_code", "SANDBOX_CODE_THAT_NOBODY_KNOWS", 400),
            ("sbx_upstream", "VPOS_TIMEOUT_ERROR", 504),
        ] {
            let reply = ask(&server, scheme, token);
            let envelope = whole(&reply);
            let expired = token == "sbx_token_expired";
            assert_eq!(reply.exception(), code);
            assert_eq!(envelope["ErrorCode"], i32::from(expired), "{token}");
            assert_eq!(envelope["Result"], !expired, "{token}");
            assert_eq!(envelope["Body"]["Session"]["SessionRenewed"], expired);
            assert_eq!(envelope["Body"]["Session"]["SessionId"] != SESSION, expired);
            assert_eq!(envelope["Body"]["Masterpass"]["StatusCode"], status);
            assert_eq!(envelope["Body"]["Masterpass"]["Result"], Value::Null);
        }
        let no = whole(&ask(&server, scheme, "sbx_result_false"));
        assert_eq!((&no["Result"], &no["Body"]), (&json!(false), &Value::Null));
        let away = whole(&ask(&server, scheme, "sbx_3d"));
        let result = &away["Body"]["Masterpass"]["Result"];
        assert_eq!(result["ResponseCode"], "5010");
        assert!(result["Url3d"].as_str().unwrap().starts_with("https://"));
    }
}

#[test]
fn an_unknown_magic_token_is_a_wrong_token() {
    let server = Server::start(&[]);
    for token in ["sbx_", "sbx_nonsense", "sbx_http_99", "sbx_delay_soon"] {
        let reply = server.connect("http").resend(token, SESSION, token);
        assert_eq!(reply.exception(), "TOKEN_IS_NOT_VALID");
        let entry = server.entry(token);
        assert_eq!(entry["outcome"], "token_invalid");
        assert_eq!(entry["token"], token);
    }
}

#[test]
fn statuses_without_an_envelope() {
    let server = Server::start(&[]);
    for scheme in SCHEMES {
        for status in [200, 302, 400, 401, 403, 404, 408, 429, 500, 502, 503, 504, 599] {
            let reply = ask(&server, scheme, &format!("sbx_http_{status}"));
            assert_eq!((reply.status, reply.failure), (status, None));
            assert!(reply.text().contains(&format!("<h1>{status}")), "{reply:?}");
            let retry = [429, 503].contains(&status).then_some("2");
            assert_eq!(reply.header("retry-after"), retry);
        }
        for status in [204, 205, 304] {
            let mut client = server.connect(scheme);
            let id = format!("{scheme}-{status}");
            let reply = client.resend(&format!("sbx_http_{status}"), SESSION, &id);
            assert_eq!((reply.status, reply.failure), (status, None));
            assert!(reply.header("content-length").is_none_or(|length| length == "0"));
            // A body that does not belong there would spoil the next answer.
            let next = client.resend("sbx_ok_5001", SESSION, "next");
            assert_eq!(next.status, 200, "{next:?}");
        }
        let redirect = ask(&server, scheme, "sbx_redirect");
        assert_eq!(redirect.status, 307);
        let location = redirect.header("location").unwrap();
        assert_eq!(location, format!("/redirected{}", common::RESEND));
    }
}

#[test]
fn bodies_that_are_no_envelope() {
    let server = Server::start(&[]);
    for scheme in SCHEMES {
        let page = ask(&server, scheme, "sbx_html");
        assert_eq!((page.status, page.failure), (200, None));
        assert!(page.text().starts_with("<html>"));

        let empty = ask(&server, scheme, "sbx_empty");
        assert_eq!((empty.status, empty.failure), (200, None));
        assert_eq!(empty.header("content-length"), Some("0"));

        let bad = ask(&server, scheme, "sbx_bad_json");
        assert_eq!((bad.status, bad.failure), (200, None));
        assert!(bad.body.starts_with(b"{\"ErrorCodeType\""));
        assert!(serde_json::from_slice::<Value>(&bad.body).is_err());
    }
}

#[test]
fn a_truncated_answer_ends_in_order_within_its_body() {
    let server = Server::start(&[]);
    for scheme in SCHEMES {
        let reply = ask(&server, scheme, "sbx_truncated");
        assert_eq!((reply.status, reply.failure), (200, Some(Failure::Closed)));
        let claimed: usize = reply.header("content-length").unwrap().parse().unwrap();
        assert_eq!(reply.body.len(), claimed / 2);
    }
}

#[test]
fn a_connection_closes_after_a_whole_answer() {
    let server = Server::start(&[]);
    for scheme in SCHEMES {
        let mut client = server.connect(scheme);
        client.resend("sbx_close_30", SESSION, scheme).new_token();
        recorded(&server, scheme, "sbx_close_30", scheme, 200);
        assert_eq!(client.receive().failure, Some(Failure::Closed));
    }
}

#[test]
fn resets_look_alike_and_only_the_journal_knows_the_difference() {
    let server = Server::start(&[]);
    for scheme in SCHEMES {
        let before = ask(&server, scheme, "sbx_reset_before");
        let after = ask(&server, scheme, "sbx_reset_after");
        for reply in [before, after] {
            assert_eq!(reply.failure, Some(Failure::Broken(ErrorKind::ConnectionReset)));
            assert_eq!(reply.head, "");
        }
        let processed = |token| server.entry(&format!("{scheme}-{token}"))["processed"].clone();
        assert_eq!(processed("sbx_reset_before"), false);
        assert_eq!(processed("sbx_reset_after"), true);
    }
}

#[test]
fn a_delay_delays_the_answer_and_not_the_message() {
    let server = Server::start(&[]);
    for scheme in SCHEMES {
        let started = Instant::now();
        ask(&server, scheme, "sbx_delay_300").new_token();
        assert!(started.elapsed() >= Duration::from_millis(300));

        // This answer comes after the test has lost its patience.
        let mut client = server.connect(scheme);
        client.send_resend("sbx_delay_600000", SESSION, scheme);
        eventually("the message", || {
            let found = server.json(&format!("/__sandbox/sms?request_id={scheme}"));
            (!found.as_array().unwrap().is_empty()).then_some(())
        });
    }
}

#[test]
fn drip_gives_one_byte_a_second() {
    let server = Server::start(&[]);
    // Both at once: it is the slowest token.
    let mut clients = SCHEMES.map(|scheme| (scheme, server.connect(scheme)));
    let started = Instant::now();
    for (scheme, client) in &mut clients {
        client.send_resend("sbx_drip", SESSION, scheme);
    }
    for (scheme, client) in &mut clients {
        let mut reply = Reply { status: 0, head: String::new(), body: Vec::new(), failure: None };
        client.receive_head(&mut reply).unwrap();
        let length: usize = reply.header("content-length").unwrap().parse().unwrap();
        assert!(length > 100);
        let read = [(); 3].map(|()| client.read_byte().unwrap());
        assert_eq!(&read, b"{\"E");
        assert!(started.elapsed() >= Duration::from_secs(2));
        recorded(&server, scheme, "sbx_drip", scheme, 200);
    }
}

#[test]
fn hang_holds_the_connection_until_the_client_leaves() {
    let server = Server::start(&[]);
    for scheme in SCHEMES {
        let mut client = server.connect(scheme);
        client.send_resend("sbx_hang", SESSION, scheme);
        let silence = Some(Duration::from_millis(300));
        client.socket.set_read_timeout(silence).unwrap();
        let reply = client.receive();
        assert_eq!(reply.failure, Some(Failure::Broken(ErrorKind::WouldBlock)), "{reply:?}");
        recorded(&server, scheme, "sbx_hang", scheme, 0);
        // The connection that asks is one of them.
        let open = || server.json("/__sandbox/stats")["open"].as_u64().unwrap();
        assert!(open() >= 2);
        drop(client);
        eventually("the end of the connection", || (open() == 1).then_some(()));
    }
}

/// A token that is added to the table needs a test above.
#[test]
fn the_table_has_no_token_that_is_not_tested() {
    let server = Server::start(&[]);
    let table = server.json("/__sandbox/tokens");
    let names: BTreeSet<&str> = table.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
    let source = include_str!("magic.rs");
    for name in &names {
        let stem = name.split('<').next().unwrap();
        assert!(source.contains(&format!("\"{stem}")), "{name}");
    }
    assert_eq!(names.len(), 28);
    for row in table.as_array().unwrap() {
        let origin = row["origin"].as_str().unwrap();
        assert!(["documented", "partly", "invented"].contains(&origin), "{row}");
    }
}
