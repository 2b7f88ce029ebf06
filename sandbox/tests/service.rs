//! Operations, the door of the service, the journal and the pages.

mod common;

use std::io::Write;
use std::net::Shutdown;
use std::time::{Duration, Instant};

use common::{RESEND, SESSION, Server, eventually};
use serde_json::{Value, json};

const COOLDOWN: &str = "ERROR_CALLED_OTP_SERVICE_ONE_MORE_TIME_BEFORE_TIMEOUT_EXPIRED";
const LIMIT: &str = "ERR_YOU_CAN_NOT_CALL_OTP_SERVICE_ONE_MORE_TIME";

#[test]
fn a_new_token_retires_the_old_one() {
    let server = Server::start(&["--cooldown-ms", "0"]);
    let (first, session) = server.operation(&json!({}));
    let mut client = server.connect("http");
    let second = client.resend(&first, &session, "1").new_token();
    assert_ne!(first, second);
    let refused = client.resend(&first, &session, "2");
    assert_eq!(refused.exception(), "TOKEN_IS_NOT_VALID");
    assert_eq!(refused.json()["Body"]["Session"]["SessionId"], session);
    client.resend(&second, &session, "3").new_token();
    // Sessions are compared as what they are: .NET prints them in several ways.
    let (token, session) = server.operation(&json!({}));
    let braces = format!("{{{}}}", session.to_uppercase());
    client.resend(&token, &braces, "4").new_token();
}

#[test]
fn the_cooldown_refuses_and_keeps_the_token() {
    // So long that no test run outlives it.
    let server = Server::start(&["--cooldown-ms", "86400000"]);
    let mut client = server.connect("http");
    let (token, session) = server.operation(&json!({}));
    let token = client.resend(&token, &session, "1").new_token();
    for id in ["2", "3"] {
        assert_eq!(client.resend(&token, &session, id).exception(), COOLDOWN);
        assert_eq!(server.entry(id)["outcome"], "cooldown");
    }
    // A short one: the same token is accepted as soon as it is over, and not before.
    let (token, session) = server.operation(&json!({"cooldown_ms": 300}));
    let started = Instant::now();
    let token = client.resend(&token, &session, "4").new_token();
    let reply = eventually("the end of the cooldown", || {
        let reply = client.resend(&token, &session, "5");
        (reply.exception() != COOLDOWN).then_some(reply)
    });
    assert!(started.elapsed() >= Duration::from_millis(300));
    reply.new_token();
}

#[test]
fn the_limit_holds_for_each_operation() {
    let server = Server::start(&["--cooldown-ms=0", "--limit=2"]);
    let mut client = server.connect("https");
    for (options, limit) in [(json!({}), 2), (json!({"limit": 1}), 1), (json!({"limit": 0}), 0)] {
        let (mut token, session) = server.operation(&options);
        for _ in 0..limit {
            token = client.resend(&token, &session, "ok").new_token();
        }
        assert_eq!(client.resend(&token, &session, "no").exception(), LIMIT);
        assert_eq!(client.resend(&token, &session, "no").exception(), LIMIT);
    }
}

#[test]
fn an_expired_session_is_renewed_by_a_success_and_by_a_refusal() {
    let server = Server::start(&["--cooldown-ms", "0"]);
    let mut client = server.connect("http");
    for options in [json!({"session_expired": true}), json!({"session_expired": true, "limit": 0})] {
        let (token, old) = server.operation(&options);
        let reply = client.resend(&token, &old, "1");
        let session = reply.json()["Body"]["Session"].clone();
        assert_eq!(session["SessionRenewed"], true);
        let new = session["SessionId"].as_str().unwrap();
        assert_ne!(new, old);
        let refused = options["limit"] == 0;
        assert_eq!(reply.exception(), if refused { LIMIT } else { "" });
        let token = if refused { token } else { reply.new_token() };
        let next = client.resend(&token, new, "2").json();
        assert_eq!(next["Body"]["Session"]["SessionRenewed"], false);
        assert_eq!(next["Body"]["Session"]["SessionId"], new);
    }
    // By age: with a lifetime of nothing, every call renews.
    let (token, old) = server.operation(&json!({"session_ttl_ms": 0}));
    let reply = client.resend(&token, &old, "3");
    assert_eq!(reply.json()["Body"]["Session"]["SessionRenewed"], true);
    // A session of somebody else is refused.
    let (token, _) = server.operation(&json!({}));
    let foreign = client.resend(&token, SESSION, "4");
    assert_eq!(foreign.exception(), "TOKEN_IS_NOT_VALID");
    assert_eq!(foreign.json()["Body"]["Session"]["SessionId"], SESSION);
}

#[test]
fn options_of_an_operation_are_checked() {
    let server = Server::start(&[]);
    for wrong in ["{\"cooldown\":1}", "{\"limit\":-1}", "[", "7"] {
        let reply = server.control("POST", "/__sandbox/operation", wrong);
        assert_eq!(reply.status, 400, "{wrong}");
        assert!(!reply.json()["error"].as_str().unwrap().is_empty());
    }
    let empty = server.control("POST", "/__sandbox/operation", "");
    assert_eq!(empty.json()["otp_token"].as_str().unwrap().len(), 32);
}

/// Headers and body of a request, the `ErrorCode` and the outcome in the journal.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, i32, &'a str);

#[test]
fn the_door() {
    let server = Server::start(&["--api-key", "key-of-the-test", "--api-client", "client-of-it"]);
    assert_eq!(server.ready["api_key"], "key-of-the-test");
    assert_eq!(server.ready["api_client"], "client-of-it");
    let key = ("apikeyprivate", "key-of-the-test");
    let client = ("ApiClientPrivate", "client-of-it");
    let kind = ("Content-Type", "application/json");
    let good = json!({"OtpToken": "sbx_ok_5001", "SessionId": SESSION}).to_string();
    let no_token = json!({"SessionId": SESSION}).to_string();
    let no_guid = json!({"OtpToken": "sbx_ok_5001", "SessionId": "1"}).to_string();
    let empty = json!({"OtpToken": "", "SessionId": SESSION}).to_string();
    let cases: [Case; 10] = [
        (&[key, client, kind], &good, 0, "5001"),
        (&[client, kind], &good, 4, "header_missing"),
        (&[key, kind], &good, 4, "header_missing"),
        (&[("apikeyprivate", "key-of-the-tesT"), client, kind], &good, 64, "credentials"),
        (&[key, ("apiclientprivate", ""), kind], &good, 64, "credentials"),
        (&[key, client], &good, 2, "invalid_data"),
        (&[key, client, kind], "{", 2, "invalid_data"),
        (&[key, client, kind], &no_token, 2, "invalid_data"),
        (&[key, client, kind], &no_guid, 2, "invalid_data"),
        (&[key, client, kind], &empty, 2, "invalid_data"),
    ];
    // On one connection: none of these answers ends it.
    let mut connection = server.connect("http");
    for (number, (headers, body, code, outcome)) in cases.into_iter().enumerate() {
        let id = format!("door-{number}");
        let headers = [headers, &[("X-Request-Id", id.as_str())]].concat();
        connection.send("POST", RESEND, &headers, body);
        let reply = connection.receive();
        assert_eq!(reply.status, 200, "{outcome}");
        let envelope = reply.json();
        assert_eq!(envelope["ErrorCode"], code, "{envelope}");
        assert_eq!(envelope["Result"], code == 0, "{envelope}");
        let entry = server.entry(&id);
        assert_eq!(entry["outcome"], outcome);
        assert_eq!(entry["processed"], code == 0);
        assert_eq!(entry["sms"], code == 0);
    }
    assert_eq!(server.json("/__sandbox/sms").as_array().unwrap().len(), 1);
}

#[test]
fn addresses_and_methods() {
    let server = Server::start(&[]);
    let mut client = server.connect("http");
    let get = |client: &mut common::Client, path: &str| {
        client.send("GET", path, &[("X-Request-Id", "get")], "");
        client.receive()
    };
    let reply = get(&mut client, RESEND);
    assert_eq!((reply.status, reply.header("allow")), (405, Some("POST")));
    assert_eq!(server.entry("get")["outcome"], "method_not_allowed");
    assert_eq!(get(&mut client, "/api/paywall/masterpass/otp/resend2").status, 404);
    assert_eq!(get(&mut client, "/__sandbox/nonsense").status, 404);

    let headers = [
        ("apikeyprivate", "sandbox-api-key"),
        ("apiclientprivate", "sandbox-api-client"),
        ("Content-Type", "application/json"),
        ("X-Request-Id", "prefix"),
    ];
    let body = json!({"OtpToken": "sbx_ok_5001", "SessionId": SESSION}).to_string();
    let path = format!("/some/prefix{RESEND}");
    client.send("POST", &path, &headers, &body);
    client.receive().new_token();
    assert_eq!(server.entry("prefix")["path"], path);

    // What cannot be read whole is recorded too: too large, or cut off by a client that leaves.
    let large = "x".repeat(65 << 10);
    client.send("POST", RESEND, &[("X-Request-Id", "large")], &large);
    let mut leaving = server.connect("http").socket;
    let part = format!("POST {RESEND} HTTP/1.1\r\nX-Request-Id: cut\r\nContent-Length: 9\r\n\r\n{{");
    leaving.write_all(part.as_bytes()).unwrap();
    leaving.shutdown(Shutdown::Write).unwrap();
    for id in ["large", "cut"] {
        eventually("the journal", || {
            let found = server.json(&format!("/__sandbox/requests?request_id={id}"));
            let entry = found.as_array().unwrap().first()?;
            assert_eq!(entry["outcome"], "unreadable_body");
            assert_eq!(entry["processed"], false);
            Some(())
        });
    }
}

#[test]
fn the_journal_tells_the_order_and_the_connections_and_no_secret() {
    let server = Server::start(&["--cooldown-ms", "0"]);
    let (token, session) = server.operation(&json!({}));
    let (mut plain, mut secure) = (server.connect("http"), server.connect("https"));
    let port = plain.socket.local_addr().unwrap().port();
    let second = plain.resend(&token, &session, "a").new_token();
    secure.resend(&second, &session, "b").new_token();
    plain.resend(&second, &session, "c");

    let reply = server.control("GET", "/__sandbox/requests", "");
    let journal = reply.json();
    let entries = journal.as_array().unwrap();
    let column = |name: &str| -> Vec<Value> { entries.iter().map(|it| it[name].clone()).collect() };
    assert_eq!(column("seq"), [1, 2, 3]);
    assert_eq!(column("request_id"), ["a", "b", "c"]);
    assert_eq!(column("scheme"), ["http", "https", "http"]);
    assert_eq!(column("outcome"), ["5001", "5001", "token_invalid"]);
    assert_eq!(column("processed"), [true, true, true]);
    assert_eq!(column("sms"), [true, true, false]);
    assert_eq!(column("method"), ["POST"; 3]);
    assert_eq!(column("path"), [RESEND; 3]);
    assert_eq!(entries[0]["token"], format!("{}…", &token[..6]));
    assert_eq!(entries[0]["session"], format!("{}…", &session[..6]));
    assert_eq!(entries[0]["peer_port"], port);
    assert_eq!(entries[0]["connection"], entries[2]["connection"]);
    assert_ne!(entries[0]["connection"], entries[1]["connection"]);
    assert!(entries[0]["time"].as_str().unwrap().ends_with('Z'));
    let headers = &entries[0]["headers"];
    assert_eq!(headers["apikeyprivate"], "sandbo…");
    assert_eq!(headers["x-request-id"], "a");
    for secret in ["sandbox-api-key", "sandbox-api-client", &token, &second, &session] {
        assert!(!reply.text().contains(secret), "{secret}");
    }

    let messages = server.json("/__sandbox/sms");
    assert_eq!(messages.as_array().unwrap().len(), 2);
    assert_eq!(messages[0]["phone"], "+90 5** *** ** 34");
    assert_eq!(messages[1]["request_id"], "b");
    let text = messages[0]["text"].as_str().unwrap();
    assert_eq!(text.bytes().filter(u8::is_ascii_digit).count(), 6, "{text}");
    assert!(text.contains("şifre"), "{text}");

    // Control endpoints count as connections, but are no requests.
    let stats = server.json("/__sandbox/stats");
    assert_eq!(stats["requests"], 3);
    assert!(stats["connections"].as_u64().unwrap() >= 5, "{stats}");

    for path in ["/__sandbox/requests", "/__sandbox/sms"] {
        assert_eq!(server.control("DELETE", path, "").status, 204);
        assert_eq!(server.json(path), json!([]));
    }
    plain.resend("sbx_ok_5001", &session, "d").new_token();
    assert_eq!(server.entry("d")["seq"], 4);
}

#[test]
fn tables_for_people() {
    let server = Server::start(&[]);
    let mut client = server.connect("http");
    client.resend("sbx_ok_5008", SESSION, "first");
    client.resend("sbx_reset_after", SESSION, "second");
    let by_query = server.control("GET", "/__sandbox/requests?format=text", "");
    let mut control = server.connect("http");
    control.send("GET", "/__sandbox/requests", &[("Accept", "text/plain")], "");
    let by_header = control.receive();
    assert_eq!(by_header.text(), by_query.text());
    assert_eq!(by_query.header("content-type"), Some("text/plain; charset=utf-8"));
    let lines: Vec<&str> = by_query.text().lines().collect();
    assert_eq!(lines.len(), 3);
    let at = lines[0].find("outcome").unwrap();
    assert!(lines[1][at..].starts_with("5008 "), "{}", lines[1]);
    assert!(lines[2][at..].starts_with("reset_after "), "{}", lines[2]);

    let sms = server.control("GET", "/__sandbox/sms?format=text&request_id=second", "");
    assert_eq!(sms.text().lines().count(), 2, "{}", sms.text());
    assert_eq!(server.control("GET", "/__sandbox/sms?format=xml", "").status, 400);
}

#[test]
fn the_page_lists_every_magic_token() {
    let server = Server::start(&[]);
    let page = server.control("GET", "/", "");
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    for row in server.json("/__sandbox/tokens").as_array().unwrap() {
        let name = row["name"].as_str().unwrap();
        let shown = name.replace('<', "&lt;").replace('>', "&gt;");
        assert!(page.text().contains(&format!("<code>{shown}</code>")), "{name}");
    }
    for text in ["Invented, because no public source says", "Hiçbir açık kaynak söylemediği için"] {
        assert!(page.text().contains(text), "{text}");
    }
    assert_eq!(server.json("/__sandbox/requests"), json!([]));
}

#[test]
fn hundreds_of_connections() {
    let server = Server::start(&[]);
    let mut clients: Vec<_> =
        (0..300).map(|number| server.connect(if number % 10 == 0 { "https" } else { "http" })).collect();
    for client in &mut clients {
        client.send_resend("sbx_delay_100", SESSION, "many");
    }
    for client in &mut clients {
        client.receive().new_token();
    }
    let journal = server.json("/__sandbox/requests?request_id=many");
    let connections: std::collections::BTreeSet<_> =
        journal.as_array().unwrap().iter().map(|entry| entry["connection"].as_u64().unwrap()).collect();
    assert_eq!(connections.len(), 300);
}
