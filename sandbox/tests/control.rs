//! What tests of others use: armed outcomes, operations, waiting, exports, a configuration, a reset, live updates.

mod common;

use std::time::{Duration, Instant};

use common::{Client, SESSION, Server};
use serde_json::{Value, json};

fn arm(server: &Server, body: Value) -> u16 {
    server.control("POST", "/__sandbox/next", &body.to_string()).status
}

fn outcomes(server: &Server) -> Vec<String> {
    let entries = server.json("/__sandbox/requests");
    entries.as_array().unwrap().iter().map(|entry| entry["outcome"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_armed_outcome_is_for_the_next_requests_of_all() {
    let server = Server::start(&["--cooldown-ms=0"]);
    let (token, session) = server.operation(&json!({}));
    assert_eq!(arm(&server, json!({"outcome": "token_expired", "times": 2})), 200);
    assert_eq!(arm(&server, json!({"outcome": "http_503"})), 200);
    let armed = server.json("/__sandbox/next");
    assert_eq!(armed[0], json!({"outcome": "token_expired", "times": 2, "operation": null}));
    let mut client = server.connect("http");
    // A request that does not come past the door leaves what is armed to the next.
    client.send("POST", common::RESEND, &[], "");
    assert_eq!(client.receive().json()["ErrorCode"], 4);
    assert_eq!(client.resend("sbx_ok_5001", SESSION, "1").exception(), "TOKEN_HAS_EXPIRED");
    let expired = client.resend(&token, &session, "2");
    assert_eq!(expired.exception(), "TOKEN_HAS_EXPIRED");
    let renewed = expired.json()["Body"]["Session"]["SessionId"].as_str().unwrap().to_owned();
    assert_eq!(client.resend(&token, &renewed, "3").status, 503);
    // What the answers said has become true: the session is the new one.
    client.resend(&token, &renewed, "4").new_token();
    assert_eq!(server.json("/__sandbox/next"), json!([]));
    assert_eq!(outcomes(&server), ["header_missing", "token_expired", "token_expired", "http_503", "5001"]);

    for wrong in [
        json!({}),
        json!({"outcome": "sbx_hang"}),
        json!({"outcome": "hang", "times": 0}),
        json!({"outcome": "hang", "times": -1}),
        json!({"outcome": "hang", "token": "nobody's"}),
        json!({"outcome": "hang", "more": 1}),
        json!([]),
    ] {
        let reply = server.control("POST", "/__sandbox/next", &wrong.to_string());
        assert_eq!(reply.status, 400, "{wrong}");
        assert!(!reply.json()["error"].as_str().unwrap().is_empty());
    }
    assert_eq!(arm(&server, json!({"outcome": "hang"})), 200);
    assert_eq!(server.control("DELETE", "/__sandbox/next", "").status, 204);
    client.resend("sbx_ok_5001", SESSION, "5").new_token();
}

#[test]
fn every_outcome_can_be_armed_and_is_what_its_token_gives() {
    let server = Server::start(&["--cooldown-ms=0"]);
    for row in server.json("/__sandbox/tokens").as_array().unwrap() {
        let token = row["name"].as_str().unwrap().replace("<code>", "503").replace("<ms>", "1");
        if ["sbx_hang", "sbx_drip"].contains(&token.as_str()) {
            // These are never answered, or too slowly to wait for.
            continue;
        }
        let (own, session) = server.operation(&json!({}));
        let by_token = server.connect("http").resend(&token, SESSION, "by-token");
        let name = token.trim_start_matches("sbx_");
        assert_eq!(arm(&server, json!({"outcome": name, "token": own})), 200, "{name}");
        let armed = server.connect("http").resend(&own, &session, name);
        assert_eq!((armed.status, armed.failure), (by_token.status, by_token.failure), "{name}");
        let entry = server.entry(name);
        for member in ["processed", "sms", "http_status", "outcome"] {
            assert_eq!(entry[member], server.entry("by-token")[member], "{name} {member}");
        }
        assert_eq!(server.control("DELETE", "/__sandbox/requests", "").status, 204);
    }
}

#[test]
fn a_lost_answer_has_changed_the_operation_and_a_lost_request_has_not() {
    let server = Server::start(&["--cooldown-ms=0"]);
    let (token, session) = server.operation(&json!({}));
    arm(&server, json!({"outcome": "reset_before", "token": token}));
    arm(&server, json!({"outcome": "reset_after", "token": token}));
    // Another operation is not concerned.
    let (other, other_session) = server.operation(&json!({}));
    server.connect("http").resend(&other, &other_session, "other").new_token();
    assert!(server.connect("http").resend(&token, &session, "before").failure.is_some());
    assert!(server.connect("http").resend(&token, &session, "after").failure.is_some());
    assert_eq!(server.entry("after")["repeats"], server.entry("before")["seq"]);
    assert_eq!(server.entry("before")["repeats"], Value::Null);
    let operation = server.json("/__sandbox/operations/1");
    assert_eq!(operation["resends"], 1);
    assert_eq!(operation["tokens"].as_array().unwrap().len(), 2);
    let refused = server.connect("http").resend(&token, &session, "again");
    assert_eq!(refused.exception(), "TOKEN_IS_NOT_VALID");
    server.connect("http").resend(operation["otp_token"].as_str().unwrap(), &session, "new").new_token();
}

#[test]
fn operations_are_listed_ended_expired_and_renewed() {
    let server = Server::start(&["--cooldown-ms=0"]);
    let body =
        json!({"otp_token": "order-7", "session_id": SESSION, "limit": 9, "cooldown_ms": 5, "session_ttl_ms": 7000});
    assert_eq!(server.operation(&body), ("order-7".to_owned(), SESSION.to_owned()));
    server.operation(&json!({}));
    let all = server.json("/__sandbox/operations");
    assert_eq!((&all[0]["number"], &all[1]["number"]), (&json!(2), &json!(1)));
    let one = server.json("/__sandbox/operations/1");
    assert_eq!(one, all[1]);
    for (member, value) in [
        ("state", json!("open")),
        ("otp_token", json!("order-7")),
        ("session_id", json!(SESSION)),
        ("limit", json!(9)),
        ("cooldown_ms", json!(5)),
        ("session_ttl_ms", json!(7000)),
        ("resends", json!(0)),
    ] {
        assert_eq!(one[member], value, "{member}");
    }
    let act = |act: &str| server.control("POST", &format!("/__sandbox/operations/1/{act}"), "");
    let renewed = act("renew").json();
    assert_ne!(renewed["session_id"], SESSION);
    assert_eq!(renewed["sessions"].as_array().unwrap().len(), 2);
    let mut client = server.connect("https");
    let reply = client.resend("order-7", SESSION, "1").json();
    assert_eq!(reply["Body"]["Session"], json!({"SessionRenewed": true, "SessionId": renewed["session_id"]}));
    let token = server.json("/__sandbox/operations/1")["otp_token"].as_str().unwrap().to_owned();
    let session = renewed["session_id"].as_str().unwrap();
    assert_eq!(act("expire").json()["state"], "expired");
    assert_eq!(client.resend(&token, session, "2").exception(), "TOKEN_HAS_EXPIRED");
    assert_eq!(act("end").json()["state"], "ended");
    assert_eq!(client.resend(&token, session, "3").exception(), "TOKEN_ALREADY_USED");

    for path in ["/__sandbox/operations/3/end", "/__sandbox/operations/1/explode", "/__sandbox/operations/x/end"] {
        assert_eq!(server.control("POST", path, "").status, 404, "{path}");
    }
    assert_eq!(server.control("GET", "/__sandbox/operations/3", "").status, 404);
    for taken in ["order-7", "sbx_ok_5001", ""] {
        let body = json!({"otp_token": taken}).to_string();
        assert_eq!(server.control("POST", "/__sandbox/operation", &body).status, 400, "{taken}");
    }
}

#[test]
fn waiting_ends_as_soon_as_the_requests_are_there_or_in_vain() {
    let server = Server::start(&[]);
    let begun = Instant::now();
    let mut waiting = server.connect("http");
    waiting.send("GET", "/__sandbox/wait?requests=2&timeout_ms=20000&outcome=5008", &[], "");
    for token in ["sbx_ok_5008", "sbx_ok_5001", "sbx_ok_5008"] {
        server.connect("http").resend(token, SESSION, token);
    }
    let reply = waiting.receive();
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json().as_array().unwrap().len(), 2);
    assert!(begun.elapsed() < Duration::from_secs(10));
    // Those that are there count.
    assert_eq!(server.control("GET", "/__sandbox/wait?requests=3&timeout_ms=0", "").status, 200);
    let begun = Instant::now();
    let vain = server.control("GET", "/__sandbox/wait?requests=4&timeout_ms=200", "");
    assert_eq!(vain.status, 408);
    assert_eq!(vain.json()["error"], "3 of 4 requests came within 200 ms");
    assert!(begun.elapsed() >= Duration::from_millis(200));
    for wrong in ["", "?requests=0", "?requests=10001", "?requests=1&timeout_ms=120001", "?requests=1&x=1"] {
        assert_eq!(server.control("GET", &format!("/__sandbox/wait{wrong}"), "").status, 400, "{wrong}");
    }
}

#[test]
fn the_journal_is_filtered_and_exported() {
    let server = Server::start(&["--cooldown-ms=0"]);
    let (token, session) = server.operation(&json!({}));
    let mut client = server.connect("https");
    client.resend(&token, &session, "one").new_token();
    client.resend("sbx_delay_20", SESSION, "two");
    client.resend("sbx_http_503", SESSION, "three");
    server.connect("http").resend("sbx_reset_after", SESSION, "four");
    let ids = |query: &str| -> Vec<String> {
        let found = server.json(&format!("/__sandbox/requests?{query}"));
        found.as_array().unwrap().iter().map(|entry| entry["request_id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&format!("token={token}")), ["one"]);
    assert_eq!(ids(&format!("token={}", &token[..3])), ["one"]);
    assert_eq!(ids("token=sbx_"), ["two", "three", "four"]);
    assert_eq!(ids("outcome=http_503"), ["three"]);
    assert_eq!(ids("operation=1"), ["one"]);
    assert_eq!(ids("limit=2"), ["three", "four"]);

    let entries = server.json("/__sandbox/requests");
    let reused: Vec<&Value> = entries.as_array().unwrap().iter().map(|entry| &entry["reused"]).collect();
    assert_eq!(reused, [false, true, true, false]);

    let lines = server.control("GET", "/__sandbox/requests?format=jsonl", "");
    assert_eq!(lines.header("content-type"), Some("application/jsonl; charset=utf-8"));
    let parsed: Vec<Value> = lines.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(json!(parsed), entries);

    let reply = server.control("GET", "/__sandbox/requests?format=har", "");
    let har = &reply.json()["log"];
    assert_eq!((&har["version"], har["entries"].as_array().unwrap().len()), (&json!("1.2"), 4));
    let first = &har["entries"][0];
    assert_eq!(first["request"]["url"], format!("https://localhost{}", common::RESEND));
    assert_eq!(first["response"]["status"], 200);
    assert!(first["response"]["content"]["text"].as_str().unwrap().contains("\"ResponseCode\":\"5001\""));
    assert_eq!(har["entries"][1]["time"], 20);
    assert_eq!(har["entries"][3]["response"]["status"], 0);

    // One request, with what was received and answered; no secret is whole anywhere.
    let detail = server.control("GET", "/__sandbox/requests/1", "");
    let shown = detail.json();
    assert_eq!(
        shown["received"],
        json!({"OtpToken": format!("{}…", &token[..6]), "SessionId": format!("{}…", &session[..6])}).to_string()
    );
    assert_eq!(shown["answered"]["status"], 200);
    for reply in [&reply, &detail, &lines] {
        for secret in [token.as_str(), session.as_str(), "sandbox-api-key", "sandbox-api-client"] {
            assert!(!reply.text().contains(secret), "{secret}");
        }
        let issued = server.json("/__sandbox/operations/1")["otp_token"].as_str().unwrap().to_owned();
        assert!(!reply.text().contains(&issued));
    }
    assert_eq!(server.control("GET", "/__sandbox/requests/5", "").status, 404);
}

#[test]
fn a_configuration_scripts_what_happens_and_a_reset_begins_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.json");
    let config = json!({
        "operations": [
            {"otp_token": "order-1", "session_id": SESSION, "script": ["cooldown", {"outcome": "reset_after"}]},
            {"otp_token": "order-2", "session_id": SESSION, "cooldown_ms": 0, "limit": 1},
        ],
        "next": [{"outcome": "ok_5008", "times": 2}],
    });
    std::fs::write(&file, config.to_string()).unwrap();
    let server = Server::start(&["--config", file.to_str().unwrap()]);
    let mut first = Vec::new();
    for round in 0..2 {
        // A script is in front: it was there before what is for all.
        for token in ["order-1", "order-1", "sbx_html", "sbx_html", "sbx_html"] {
            server.connect("http").resend(token, SESSION, token);
        }
        let token = server.connect("http").resend("order-2", SESSION, "last").new_token();
        assert_eq!(
            server.connect("http").resend(&token, SESSION, "last").exception(),
            "ERR_YOU_CAN_NOT_CALL_OTP_SERVICE_ONE_MORE_TIME"
        );
        let seen = outcomes(&server);
        assert_eq!(seen, ["cooldown", "reset_after", "5008", "5008", "html", "5001", "limit"]);
        let entries = server.json("/__sandbox/requests");
        let seqs: Vec<u64> = entries.as_array().unwrap().iter().map(|entry| entry["seq"].as_u64().unwrap()).collect();
        if round == 0 {
            first = seqs;
            assert_eq!(server.control("POST", "/__sandbox/reset", "").status, 204);
            for path in ["/__sandbox/requests", "/__sandbox/sms"] {
                assert_eq!(server.json(path), json!([]));
            }
            assert_eq!(server.json("/__sandbox/stats")["requests"], 0);
        } else {
            assert_eq!(seqs, first);
        }
    }
}

/// Reads up to the next event.
fn event(reader: &mut Client) -> Value {
    loop {
        let line = reader.read_line().unwrap();
        assert!(!line.is_empty(), "the stream ended");
        if let Some(data) = line.strip_prefix("data: ") {
            return serde_json::from_str(data).unwrap();
        }
    }
}

fn reader(server: &Server) -> Client {
    let mut reader = server.connect("http");
    reader.send("GET", "/__sandbox/events", &[], "");
    let mut head = common::Reply { status: 0, head: String::new(), body: Vec::new(), failure: None };
    reader.receive_head(&mut head).unwrap();
    assert_eq!((head.status, head.header("content-type")), (200, Some("text/event-stream")));
    reader
}

#[test]
fn events_tell_what_is_there_and_what_changes() {
    let server = Server::start(&["--cooldown-ms=0"]);
    server.connect("http").resend("sbx_ok_5001", SESSION, "before");
    let mut reader = reader(&server);
    let all = event(&mut reader);
    assert_eq!((&all["fresh"], &all["missed"], &all["next"]), (&json!(true), &json!(0), &json!([])));
    assert_eq!(all["requests"][0]["request_id"], "before");
    assert_eq!(all["sms"][0]["code"].as_str().unwrap().len(), 6);

    let (token, session) = server.operation(&json!({}));
    let opened = event(&mut reader);
    assert_eq!((&opened["fresh"], &opened["operations"][0]["otp_token"]), (&json!(false), &json!(token)));
    assert_eq!((&opened["requests"], &opened["next"]), (&json!([]), &Value::Null));
    arm(&server, json!({"outcome": "hang"}));
    assert_eq!(event(&mut reader)["next"][0]["outcome"], "hang");
    server.control("DELETE", "/__sandbox/next", "");
    server.connect("http").resend(&token, &session, "after");
    let mut requests = Vec::new();
    while requests.is_empty() {
        requests = event(&mut reader)["requests"].as_array().unwrap().clone();
    }
    assert_eq!((requests.len(), &requests[0]["request_id"]), (1, &json!("after")));
    server.control("DELETE", "/__sandbox/sms", "");
    while event(&mut reader)["fresh"] == false {}
}

#[test]
fn readers_are_bounded_and_one_that_reads_nothing_costs_nothing() {
    let server = Server::start(&["--cooldown-ms=0"]);
    let mut readers: Vec<Client> = (0..32).map(|_| reader(&server)).collect();
    assert_eq!(server.control("GET", "/__sandbox/events", "").status, 503);
    // Nobody reads; more happens than an event holds.
    let mut client = server.connect("http");
    for _ in 0..1000 {
        client.send_resend("sbx_ok_5001", SESSION, "many");
    }
    for _ in 0..1000 {
        client.receive();
    }
    // Each learns of all of them, in few events.
    let (mut told, mut events) = (0, 0);
    while told < 1000 {
        let news = event(&mut readers[0]);
        assert!(news["requests"].as_array().unwrap().len() <= 250);
        told += news["requests"].as_array().unwrap().len() as u64 + news["missed"].as_u64().unwrap();
        events += 1;
    }
    assert!(events < 200, "{events}");
    // One that leaves makes place.
    drop(readers.pop());
    common::eventually("a place", || (server.control_status("/__sandbox/events") == 200).then_some(()));
}
