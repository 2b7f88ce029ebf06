//! The request on the wire, byte by byte.

use crate::support::server::{Server, ok};
use crate::support::{OK, SESSION, TOKEN, client};

#[test]
fn the_request_is_exactly_what_is_documented() {
    for server in [Server::http(|_| ok(OK)), Server::https(|_| ok(OK))] {
        let client = client(&server, &[("api_key", "the-key"), ("api_client", "the-client")]);
        let outcome = client.resend_otp(TOKEN, &SESSION.to_uppercase());
        assert_eq!(outcome.status.name(), "ok", "{}", outcome.message);

        let seen = server.seen();
        assert_eq!(seen.len(), 1);
        let host = server.url().split("://").nth(1).unwrap().to_owned();
        let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
        let id = outcome.request_id.as_deref().unwrap();
        let body = format!(r#"{{"OtpToken":"{TOKEN}","SessionId":"{SESSION}"}}"#);
        let expected = format!(
            "POST /api/paywall/masterpass/otp/resend HTTP/1.1\r\n\
             content-length: {length}\r\n\
             host: {host}\r\n\
             apikeyprivate: the-key\r\n\
             apiclientprivate: the-client\r\n\
             content-type: application/json\r\n\
             accept: application/json\r\n\
             user-agent: libpaywall/{version} ({os}; {arch})\r\n\
             connection: keep-alive\r\n\
             x-request-id: {id}\r\n\
             \r\n\
             {body}",
            length = body.len(),
            version = env!("CARGO_PKG_VERSION"),
        );
        assert_eq!(seen[0].text(), expected);
    }
}

#[test]
fn the_configuration_adds_what_it_says_and_nothing_else() {
    let server = Server::http(|_| ok(OK));
    let base = format!("{}/some/prefix/", server.url());
    let options = [
        ("base_url", base.as_str()),
        ("locale", "tr"),
        ("app", "WooCommerce/9.1"),
        ("header.X-Shop", "shop 7"),
        ("header.x-shop", "shop 8"),
    ];
    let with = client(&server, &options);
    client(&server, &[]).resend_otp(TOKEN, SESSION);
    with.resend_otp(TOKEN, SESSION);

    let [plain, with] = &server.seen()[..] else { panic!("two requests were sent") };
    assert!(with.text().starts_with("POST /some/prefix/api/paywall/masterpass/otp/resend HTTP/1.1\r\n"));
    assert_eq!(with.header("accept-language").as_deref(), Some("tr"));
    assert_eq!(with.header("locale").as_deref(), Some("tr"));
    assert_eq!(with.header("x-shop").as_deref(), Some("shop 8"));
    assert!(with.header("user-agent").unwrap().ends_with(") WooCommerce/9.1"));
    let lines = |text: String| text.split("\r\n\r\n").next().unwrap().lines().count();
    assert_eq!(lines(with.text()), lines(plain.text()) + 3);
}

#[test]
fn the_longest_values_are_sent_whole() {
    const LONGEST: usize = 8192;
    let server = Server::http(|_| ok(OK));
    let base = format!("{}/{}", server.url(), "p".repeat(LONGEST - server.url().len() - 1));
    let [key, name, value] = ["k", "n", "v"].map(|letter| letter.repeat(LONGEST));
    let options = [
        ("base_url", base.as_str()),
        ("api_key", &key),
        ("api_client", &name),
        ("header.x-1", &value),
        ("header.x-2", &value),
    ];
    let outcome = client(&server, &options).resend_otp(TOKEN, SESSION);
    assert_eq!(outcome.status.name(), "ok", "{}", outcome.message);

    let [request] = &server.seen()[..] else { panic!("one request was sent") };
    assert!(request.text().starts_with(&format!("POST {}/api/", &base[server.url().len()..])));
    for (header, expected) in [("apikeyprivate", &key), ("apiclientprivate", &name), ("x-1", &value), ("x-2", &value)] {
        assert_eq!(request.header(header).as_ref(), Some(expected), "{header}");
    }
    assert_eq!(request.header("x-request-id"), outcome.request_id);
}

#[test]
fn a_token_is_sent_as_json_whatever_characters_it_has() {
    let server = Server::http(|_| ok(OK));
    let token = "q\"uo\\te türkçe \u{1F600} </script>";
    client(&server, &[]).resend_otp(token, SESSION);
    let body: serde_json::Value = serde_json::from_str(&server.seen()[0].body()).unwrap();
    assert_eq!(body, serde_json::json!({"OtpToken": token, "SessionId": SESSION}));
}
