//! No planted secret is in any message, `Debug`, error text or panic; only the document carries token and session.

use paywall::{Client, Config, Outcome};

use crate::support::server::{Server, answer, ok};
use crate::support::{OK, client};

const KEY: &str = "planted-api-key+/=\"q";
const CLIENT: &str = "planted-api-client";
const PASSWORD: &str = "planted-password";
const HEADER: &str = "planted-header-value";
const TOKEN: &str = "planted-token-0123456789";
const SESSION: &str = "0d9c2f4e-51ab-4c1e-9d3a-7e55aa10b2c4";

/// Whatever could be logged of an outcome shows none of them.
fn assert_silent(outcome: &Outcome) {
    let mut texts = vec![outcome.message.clone(), format!("{outcome:?}"), format!("{outcome:#?}")];
    texts.extend(outcome.customer_message.clone());
    texts.extend(outcome.error.as_ref().map(|error| format!("{error:?}")));
    for text in texts {
        for secret in [KEY, CLIENT, PASSWORD, HEADER, TOKEN, SESSION, &SESSION.replace('-', "")] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    let document = outcome.to_json();
    for secret in ["planted-api-key", CLIENT, PASSWORD, HEADER] {
        assert!(!document.contains(secret), "{secret} in {document}");
    }
}

fn planted(server: &Server) -> Client {
    client(server, &[("api_key", KEY), ("api_client", CLIENT), ("header.Authorization", HEADER)])
}

/// An answer that throws every secret back, in every text member and in every spelling.
fn echoes() -> String {
    let everything = format!("{KEY} {CLIENT} {HEADER} {TOKEN} {SESSION} {}", SESSION.replace('-', "").to_uppercase());
    let escaped = serde_json::to_string(&everything).unwrap();
    let dotnet = escaped.replace('+', "\\u002B").replace("\\\"", "\\u0022").replace('/', "\\/");
    OK.replace("5001", "5002")
        .replace("\"a38a5866-1688-4ae8-99b5-d3956d2e2e4c\"", &escaped)
        .replace("\"100005844114\"", &dotnet)
        .replace("\"78\"", &dotnet)
        .replace("Telefonunuza", escaped.trim_matches('"'))
}

#[test]
fn an_answer_that_echoes_them_is_masked_in_every_member() {
    for body in [
        echoes(),
        echoes().replace("5002", "5001"),
        echoes().replace(r#""Result":true"#, r#""Result":false"#),
        echoes().replace(r#""Exception":null"#, &format!(r#""Exception":{{"Code":"{CLIENT}","Message":"{TOKEN}"}}"#)),
        format!("<html>{KEY} {CLIENT} {HEADER}"),
        format!("{{\"half\":\"{CLIENT}\",\"{}", &HEADER[..12]),
    ] {
        for status in ["200 OK", "400 Bad", "500 Broken", "302 Elsewhere"] {
            let body = body.clone();
            let server = Server::http(move |_| answer(status, &[], body.as_bytes()));
            let outcome = planted(&server).resend_otp(TOKEN, SESSION);
            assert_silent(&outcome);
            assert!(outcome.response_body.as_ref().unwrap().contains("***"));
        }
    }
}

#[test]
fn a_new_token_that_holds_a_credential_is_not_adopted() {
    let body = OK.replace("b1b9baa4018d4f17b1fd85592344b09a", &format!("x{CLIENT}"));
    let server = Server::http(move |_| ok(&body));
    let outcome = planted(&server).resend_otp(TOKEN, SESSION);
    assert_eq!(outcome.otp_token.as_deref(), Some(TOKEN));
    assert_eq!(outcome.token_state.map(|state| state.name()), Some("kept"));
    assert_silent(&outcome);
}

#[test]
fn a_renewed_session_that_is_a_credential_is_not_adopted() {
    let guid = "0f8fad5b-d9cb-469f-a165-70867728950e";
    let body = OK
        .replace(r#""SessionRenewed":false"#, r#""SessionRenewed":true"#)
        .replace("a527433e-f36b-1410-80e5-004205aa382d", guid);
    let server = Server::http(move |_| ok(&body));
    let outcome = client(&server, &[("api_client", guid)]).resend_otp(TOKEN, SESSION);
    assert_eq!((outcome.session_id.as_deref(), outcome.session_renewed), (Some(SESSION), false));
    assert!(!outcome.to_json().contains(guid));
}

#[test]
fn the_message_is_one_line_of_bounded_length_whatever_the_service_says() {
    let words = format!("x\\nnothing was sent: forged \\u001b[31m {}", "long ".repeat(100_000));
    let body = format!(r#"{{"Result":false,"Message":"{words}"}}"#);
    let server = Server::http(move |_| ok(&body));
    let outcome = planted(&server).resend_otp(TOKEN, SESSION);
    assert!(outcome.message.starts_with("the service refused: x nothing was sent: forged  [31m long long"));
    assert!(outcome.message.len() < 1_200 && !outcome.message.chars().any(char::is_control));
    assert!(outcome.customer_message.as_ref().unwrap().len() <= 4_096);
}

#[test]
fn nothing_that_is_quoted_can_make_a_log_show_another_line() {
    const TRICKS: &str = "a\u{2028}b\u{2029}c\u{202e}d\u{2066}e\u{200f}f\u{61c}g\u{85}h\u{feff}i";
    let calm =
        |text: &str| !text.contains(|c: char| c.is_control() || TRICKS.replace(char::is_alphabetic, "").contains(c));
    let long = "x".repeat(5_000);
    let mut shown = Vec::new();
    for body in [
        format!(r#"{{"Result":false,"Message":"{TRICKS}{long}"}}"#),
        format!(
            r#"{{"Result":true,"Body":{{"Masterpass":{{"Exception":{{"Code":"{TRICKS}","Message":"{long}"}}}}}}}}"#
        ),
        format!(
            r#"{{"Result":true,"Body":{{"Masterpass":{{"StatusCode":200,"Result":{{"ResponseCode":"{TRICKS}"}}}}}}}}"#
        ),
        format!(r#"{{"Result":false,"Body":{{"Masterpass":{{"Exception":{{"Code":"{}"}}}}}}}}"#, &long[..4_000]),
    ] {
        for (status, field) in
            [("200 OK", ("X", "y")), ("403 No", ("X", "y")), ("200 OK", ("Content-Encoding", "a\u{202e}b\u{85}c"))]
        {
            let body = body.clone();
            let server = Server::http(move |_| answer(status, &[field], body.as_bytes()));
            shown.push(planted(&server).resend_otp(TOKEN, SESSION));
        }
    }
    shown.push(*Config::new().set("header.X", &format!("{TRICKS} ")).unwrap_err());
    shown.push(*Outcome::invalid_argument("input", &format!("{TRICKS}{long}")));
    for outcome in shown {
        let error = outcome.error.as_ref().unwrap();
        assert!(outcome.message.len() < 1_500 && calm(&outcome.message), "{}", outcome.message);
        for text in [&error.code, &error.detail].into_iter().flatten() {
            assert!(text.len() <= 1_024 && calm(text), "{text}");
        }
    }
}

#[test]
fn a_secret_across_the_end_of_what_a_message_quotes_is_masked_too() {
    for secret in [CLIENT, TOKEN, SESSION] {
        for before in [1_000, 1_010, 1_015, 4_086] {
            let words = format!("{}{secret}", "-".repeat(before));
            let body = format!(
                r#"{{"Result":true,"Body":{{"Masterpass":{{"StatusCode":503,"Result":{{"Description":"{words}"}}}}}}}}"#
            );
            let server = Server::http(move |_| ok(&body));
            let outcome = planted(&server).resend_otp(TOKEN, SESSION);
            assert_eq!(outcome.status.name(), "in_doubt");
            for text in [&outcome.message, outcome.customer_message.as_ref().unwrap()] {
                assert!(!text.contains(&secret[..8]), "{secret} after {before}: {text}");
            }
        }
    }
}

#[test]
fn failures_on_the_way_do_not_show_them() {
    let dead = Server::http(|request| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n{}", request.text());
        head.into_bytes()
    });
    let outcome = client(
        &dead,
        &[("api_key", KEY), ("api_client", CLIENT), ("header.Authorization", HEADER), ("timeout_ms", "200")],
    )
    .resend_otp(TOKEN, SESSION);
    assert_eq!(outcome.status.name(), "in_doubt");
    assert_silent(&outcome);

    let garbage = Server::http(|request| request.text().replace("POST", "HTTP/1.1").into_bytes());
    assert_silent(&planted(&garbage).resend_otp(TOKEN, SESSION));
    let server = Server::http(|_| ok(OK));
    for (token, session) in [(format!("{TOKEN}\n"), SESSION.to_owned()), (TOKEN.to_owned(), format!("{SESSION}-x"))] {
        assert_silent(&planted(&server).resend_otp(&token, &session));
    }
}

#[test]
fn a_proxy_that_is_dead_or_refuses_does_not_show_the_password() {
    let refusing = Server::http(|request| answer("407 No", &[], request.text().as_bytes()));
    for port in [1, refusing.port()] {
        let mut config = Config::new();
        for (name, value) in [
            ("base_url", "https://localhost:1"),
            ("api_key", KEY),
            ("api_client", CLIENT),
            ("proxy", &format!("http://user:{PASSWORD}@127.0.0.1:{port}")),
        ] {
            config.set(name, value).unwrap();
        }
        let client = Client::new(&config).unwrap();
        for outcome in [client.resend_otp(TOKEN, SESSION), client.check()] {
            assert_eq!(outcome.status.name(), "not_sent", "{}", outcome.message);
            assert_silent(&outcome);
        }
        let shown = format!("{config:?} {config:#?} {client:?} {client:#?}");
        for secret in [KEY, CLIENT, PASSWORD, HEADER] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

#[test]
fn refused_options_do_not_show_them() {
    let mut config = Config::new();
    for (name, value) in [
        ("api_key", format!("{KEY}\n")),
        ("api_client", format!("{CLIENT} ")),
        ("header.Authorization", format!("{HEADER}\r\n")),
        ("header.Host", HEADER.to_owned()),
        ("proxy", format!("http://user:{PASSWORD}@")),
        ("base_url", format!("https://user:{PASSWORD}@example.com")),
        ("timeout_ms", KEY.to_owned()),
        (CLIENT, "x".to_owned()),
    ] {
        assert_silent(&config.set(name, &value).unwrap_err());
    }
}

#[test]
fn a_credential_across_the_cut_of_a_long_answer_is_masked_too() {
    for before in 65_520..65_536 {
        let body = format!("{}{CLIENT}{}", "-".repeat(before), "+".repeat(200_000));
        let server = Server::http(move |_| ok(&body));
        let outcome = planted(&server).resend_otp(TOKEN, SESSION);
        let shown = outcome.response_body.as_ref().unwrap();
        assert!(shown.len() <= 65_536 && outcome.response_truncated);
        assert_eq!(shown.trim_start_matches('-').trim_start_matches('*').trim_start_matches('+'), "");
    }
}
