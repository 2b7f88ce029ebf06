//! The result document: what it carries, and that it is the same document always.

use serde_json::{Value, json};

use crate::support::server::{Server, answer, ok};
use crate::support::{OK, SESSION, TOKEN, TOKEN_NOT_VALID, client};

/// The document of one call that is answered so.
fn document(answer: Vec<u8>) -> Value {
    let server = Server::http(move |_| answer.clone());
    let outcome = client(&server, &[]).resend_otp(TOKEN, SESSION);
    assert_eq!(server.seen().len(), 1);
    serde_json::from_str(&outcome.to_json()).unwrap()
}

#[test]
fn a_success_is_reported_in_full() {
    let mut document = document(ok(OK));
    assert!(document["request_id"].take().as_str().unwrap().len() == 36);
    assert!(document["transport"]["elapsed_us"].take().as_u64().unwrap() > 0);
    assert_eq!(
        document,
        json!({
            "status": "ok",
            "action": "verify_otp",
            "message": "the service accepted: a code is on its way (ResponseCode 5001)",
            "customer_message":
                "Telefonunuza gelen tek kullanımlık şifreyi girerek kart doğrulama işlemini tamamlayınız",
            "otp_token": "b1b9baa4018d4f17b1fd85592344b09a",
            "token_state": "new",
            "session_id": SESSION,
            "session_renewed": false,
            "response_code": "5001",
            "reference_number": "100005844114",
            "correlation_id": "a38a5866-1688-4ae8-99b5-d3956d2e2e4c",
            "url_3d": null,
            "http_status": 200,
            "request_id": null,
            "error": null,
            "transport": {"elapsed_us": null, "connection": "new"},
            "response_body": OK,
            "response_truncated": false,
        })
    );
}

#[test]
fn the_failure_that_the_envelope_calls_a_success_is_reported_in_full() {
    let mut document = document(ok(TOKEN_NOT_VALID));
    document["request_id"].take();
    document["transport"]["elapsed_us"].take();
    assert_eq!(
        document,
        json!({
            "status": "rejected",
            "action": "check_operation",
            "message": "the service refused: Token geçersiz. (TOKEN_IS_NOT_VALID)",
            "customer_message": "Token geçersiz.",
            "otp_token": TOKEN,
            "token_state": "kept",
            "session_id": SESSION,
            "session_renewed": false,
            "response_code": null,
            "reference_number": null,
            "correlation_id": null,
            "url_3d": null,
            "http_status": 200,
            "request_id": null,
            "error": {
                "kind": "token_invalid",
                "code": "TOKEN_IS_NOT_VALID",
                "stage": "service",
                "retry_after_ms": null,
                "detail": null,
            },
            "transport": {"elapsed_us": null, "connection": "new"},
            "response_body": TOKEN_NOT_VALID,
            "response_truncated": false,
        })
    );
}

#[test]
fn nothing_sent_is_reported_with_the_same_members() {
    let sent = document(ok(OK));
    let server = Server::http(|_| ok(OK));
    let refused = client(&server, &[]).resend_otp("", SESSION).to_json();
    let refused: Value = serde_json::from_str(&refused).unwrap();
    let names = |document: &Value| document.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&refused), names(&sent));
    assert_eq!(refused["transport"], json!({"elapsed_us": refused["transport"]["elapsed_us"], "connection": null}));
    assert_eq!(names(&refused["error"]), ["code", "detail", "kind", "retry_after_ms", "stage"]);
}

#[test]
fn a_renewed_session_and_a_new_token_are_used_next_also_after_a_failure() {
    let renewed = OK.replace(r#""SessionRenewed":false"#, r#""SessionRenewed":true"#);
    let new = ("b1b9baa4018d4f17b1fd85592344b09a", "a527433e-f36b-1410-80e5-004205aa382d");
    let state = |answer| {
        let document = document(answer);
        let text = |name: &str| document[name].as_str().unwrap().to_owned();
        (
            text("status"),
            text("otp_token"),
            text("token_state"),
            text("session_id"),
            document["session_renewed"].clone(),
        )
    };
    let expected = |status: &str, token: &str, state: &str, session: &str, renewed: bool| {
        (status.to_owned(), token.to_owned(), state.to_owned(), session.to_owned(), json!(renewed))
    };
    assert_eq!(state(ok(&renewed)), expected("ok", new.0, "new", new.1, true));
    assert_eq!(state(answer("503 Busy", &[], renewed.as_bytes())), expected("in_doubt", new.0, "new", new.1, true));
    assert_eq!(
        state(ok(&TOKEN_NOT_VALID.replace("\"SessionRenewed\":false", "\"SessionRenewed\":true"))),
        expected("rejected", TOKEN, "kept", new.1, true)
    );
    assert_eq!(
        state(answer("307 Elsewhere", &[("Location", "https://example.com/")], renewed.as_bytes())),
        expected("rejected", TOKEN, "kept", SESSION, false)
    );
    assert_eq!(state(ok("<html>")), expected("in_doubt", TOKEN, "in_doubt", SESSION, false));
    assert_eq!(
        state(ok(&OK.replace(r#""Token":"b1b9baa4018d4f17b1fd85592344b09a","#, "").replace("5001", "0000"))),
        expected("ok", TOKEN, "kept", SESSION, false)
    );
}

#[test]
fn how_long_to_wait_is_reported_if_the_service_says_so() {
    let wait = |status: &str, value: &str| {
        document(answer(status, &[("Retry-After", value)], b""))["error"]["retry_after_ms"].clone()
    };
    assert_eq!(wait("429 Too Many", "2"), json!(2000));
    assert_eq!(wait("503 Busy", "3"), json!(3000));
    assert_eq!(wait("503 Busy", "Sun, 06 Nov 1994 08:49:37 GMT"), json!(0));
    assert_eq!(wait("429 Too Many", "9999999999"), json!(86_400_000));
    assert_eq!(wait("429 Too Many", "soon"), json!(null));
    assert_eq!(wait("500 Broken", "2"), json!(null));
}

#[test]
fn the_body_is_a_text_whatever_came() {
    let body = |bytes: &[u8]| document(answer("200 OK", &[], bytes));
    assert_eq!(body(b"")["response_body"], json!(""));
    assert_eq!(body(b"\xef\xbb\xbf{}")["response_body"], json!("{}"));
    assert_eq!(body(b"a\xff\xc5b\0")["response_body"], json!("a\u{fffd}\u{fffd}b\0"));
    assert_eq!(body(br#""\ud800""#)["response_body"], json!(r#""\ud800""#));
    assert_eq!(body(format!("\u{feff}{OK}").as_bytes())["status"], json!("ok"));

    let long = "ğ".repeat(40_000);
    let document = body(long.as_bytes());
    assert_eq!(document["response_truncated"], json!(true));
    assert_eq!(document["response_body"].as_str().unwrap().len(), 65_536);
    let odd = format!("x{long}");
    assert_eq!(body(odd.as_bytes())["response_body"].as_str().unwrap().len(), 65_535, "cut at a character's border");
}

#[test]
fn turkish_words_in_another_charset_reach_the_shopper_as_they_were_written() {
    let words = "İşlem reddedildi: şifre süresi doldu, ığdır ÖÇÜĞ";
    let text = format!(r#"{{"Result":false,"Message":"{words}"}}"#);
    let windows_1254: Vec<u8> = text
        .chars()
        .map(|letter| match "ĞİŞğış".chars().position(|turkish| turkish == letter) {
            Some(place) => b"\xd0\xdd\xde\xf0\xfd\xfe"[place],
            None => u8::try_from(u32::from(letter)).unwrap(),
        })
        .collect();
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (charset, body) in [
        ("windows-1254", &windows_1254[..]),
        ("\"ISO-8859-9\"", &windows_1254),
        ("utf-16", &utf16),
        ("utf-8", text.as_bytes()),
        // Wrongly said.
        ("iso-8859-9", text.as_bytes()),
    ] {
        let content_type = format!("application/json; charset={charset}");
        let document = document(answer("200 OK", &[("Content-Type", &content_type)], body));
        assert_eq!(document["customer_message"], json!(words), "{charset}");
        assert_eq!(document["response_body"], json!(text), "{charset}");
        assert!(document["message"].as_str().unwrap().contains(words), "{charset}");
    }
}

#[test]
fn a_content_coding_that_is_not_known_is_named() {
    for (codings, named) in [("br", "br"), ("GZIP, Zstd", "gzip, zstd"), ("utf-8", "utf-8")] {
        let document = document(answer("200 OK", &[("Content-Encoding", codings)], OK.as_bytes()));
        assert_eq!((&document["status"], &document["error"]["stage"]), (&json!("in_doubt"), &json!("decode")));
        assert!(document["message"].as_str().unwrap().contains(&format!("does not know: {named}")), "{document}");
    }
}

#[test]
fn an_answer_that_breaks_off_shows_what_came() {
    let server = Server::http(|request| match request.connection {
        1 => b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\nConnection: close\r\n\r\nhalf".to_vec(),
        _ => panic!("a second request"),
    });
    let client = client(&server, &[("timeout_ms", "300")]);
    let outcome = client.resend_otp(TOKEN, SESSION);
    assert_eq!((outcome.status.name(), outcome.http_status), ("in_doubt", Some(200)));
    assert_eq!((outcome.response_body.as_deref(), outcome.response_truncated), (Some("half"), true));
}

#[test]
fn a_gzip_body_that_comes_unasked_is_read() {
    use std::io::Write;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(OK.as_bytes()).unwrap();
    let body = gzip.finish().unwrap();
    let document = document(answer("200 OK", &[("Content-Encoding", "gzip")], &body));
    assert_eq!((&document["status"], &document["response_body"]), (&json!("ok"), &json!(OK)));

    // Without a body there is nothing to decode.
    for (status, expected) in [("204 Nothing", "in_doubt"), ("401 Who", "rejected"), ("304 Same", "rejected")] {
        let document = self::document(answer(status, &[("Content-Encoding", "gzip")], b""));
        assert_eq!((&document["status"], &document["response_body"]), (&json!(expected), &json!("")), "{document}");
        assert_eq!(document["error"]["stage"], json!("service"));
    }

    // Two framings are two answers, decompressed or not.
    let twice = [("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked")];
    let document = self::document(answer("200 OK", &twice, &body));
    assert_eq!((&document["status"], &document["error"]["kind"]), (&json!("in_doubt"), &json!("bad_response")));
}

#[test]
fn a_check_makes_a_fresh_connection_and_sends_nothing() {
    for server in [Server::http(|_| ok(OK)), Server::https(|_| ok(OK))] {
        let client = client(&server, &[]);
        assert_eq!(client.resend_otp(TOKEN, SESSION).status.name(), "ok");
        for _ in 0..2 {
            let outcome = client.check();
            let connection = outcome.transport.connection.map(|connection| connection.name());
            assert_eq!((outcome.status.name(), outcome.action.name(), connection), ("ok", "none", Some("new")));
            assert!(outcome.otp_token.is_none() && outcome.token_state.is_none() && outcome.request_id.is_none());
        }
        // Connections are accepted in order: once a later one is served, those of the checks are counted.
        assert_eq!(crate::support::client(&server, &[]).resend_otp(TOKEN, SESSION).status.name(), "ok");
        assert_eq!((server.seen().len(), server.connections()), (2, 4));
    }
}
