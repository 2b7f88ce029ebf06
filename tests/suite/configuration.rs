//! Every option refuses what breaks its rule, by name, and never by quoting a secret.

use paywall::{Client, Config, Outcome};

use crate::support::server::{Server, ok};
use crate::support::{OK, SESSION, TOKEN, client, config, process};

const SECRET: &str = "planted-secret-value";

#[track_caller]
fn assert_invalid(outcome: &Outcome, name: &str) {
    let error = outcome.error.as_ref().expect("invalid has an error");
    assert_eq!((outcome.status.name(), outcome.action.name()), ("invalid", "fix_configuration"), "{outcome:?}");
    assert_eq!((error.kind.name(), error.stage.name()), ("config", "config"));
    assert_eq!(error.code.as_deref(), Some(name), "{}", outcome.message);
    assert!(outcome.message.starts_with("nothing was sent: ") && outcome.message.contains(name));
    assert!(!outcome.to_json().contains(SECRET), "{}", outcome.message);
    assert!(outcome.otp_token.is_none() && outcome.session_id.is_none() && outcome.request_id.is_none());
}

#[test]
fn a_value_that_breaks_a_rule_is_refused_and_changes_nothing() {
    let long = "x".repeat(8193);
    let huge = format!("https://example.com/{}", "x".repeat(10_000_000));
    let rows: &[(&str, &[&str])] = &[
        ("environment", &["", "Test", "prod", "production "]),
        (
            "base_url",
            &[
                "",
                "example.com",
                "ftp://example.com",
                "http://example.com",
                "http://127.0.0.1.example.com",
                "http://localhost.example.com",
                "http://10.0.0.1",
                "https://user:planted-secret-value@example.com",
                "https://example.com/?key=planted-secret-value",
                "https://example.com/#x",
                "https://example.com\r\nX: y",
                "https://example.com:99999",
                &huge,
            ],
        ),
        ("api_key", &["", "planted-secret-value\r\nX: y", "planted-secret-value ", "planted-secret-valueğ", &long]),
        ("api_client", &["", "a\tplanted-secret-value", "a\0planted-secret-value"]),
        ("timeout_ms", &["", "0", "-1", "+1", "1.5", "120001", "soon", " 5", "99999999999999999999", "1e3"]),
        ("connect_timeout_ms", &["0", "120001"]),
        ("idle_timeout_ms", &["-1", "600001"]),
        (
            "proxy",
            &[
                "",
                "proxy",
                "https://proxy:3128",
                "socks5://u:planted-secret-value@proxy:1080",
                "http://proxy",
                "http://u:planted-secret-value@proxy:x",
                "'http://u:planted-secret-value@proxy:3128'",
                "http://u:planted-secret-value%@proxy:3128",
            ],
        ),
        ("ca_file", &["", "a\nb"]),
        ("locale", &["", "de", "TR", "tr-TR"]),
        ("app", &["", "Shop", "Shop/1.0 (x)", "Shop/", "/1", "Ş/1", "a/b/c", "Shop/1\r\nX: planted-secret-value"]),
    ];
    for (name, values) in rows {
        for value in *values {
            let mut config = Config::new();
            assert_invalid(&config.set(name, value).unwrap_err(), name);
            assert_eq!(format!("{config:?}"), format!("{:?}", Config::new()), "{name} is as it was");
        }
    }
}

#[test]
fn extra_headers_can_neither_break_the_message_nor_replace_the_librarys_own() {
    for name in [
        "",
        " ",
        "X Shop",
        "X-Shop:",
        "X\r\nY",
        "Ğ",
        "X(1)",
        "Host",
        "host",
        "Connection",
        "TE",
        "Transfer-Encoding",
        "Trailer",
        "Upgrade",
        "Expect",
        "Content-Type",
        "Content-Length",
        "content-foo",
        "Proxy-Authorization",
        "apikeyprivate",
        "ApiClientPrivate",
        "Accept",
        "Accept-Encoding",
        "Accept-Language",
        "locale",
        "User-Agent",
        "X-Request-Id",
        "Keep-Alive",
        &"x".repeat(65),
    ] {
        assert_invalid(&Config::new().set(&format!("header.{name}"), "planted-secret-value").unwrap_err(), "header");
    }
    for value in ["", "a\r\nb", "a\nplanted-secret-value", "a\0b", " a", "a ", "\u{7f}", "ğ", &"x".repeat(8193)] {
        assert_invalid(&Config::new().set("header.X-Shop", value).unwrap_err(), "header");
    }
    let mut config = Config::new();
    for number in 0..32 {
        config.set(&format!("header.X-{number}"), "v").unwrap();
    }
    assert_invalid(&config.set("header.X-32", "v").unwrap_err(), "header");
    config.set("header.x-31", "replaced").unwrap();
}

#[test]
fn an_unknown_option_is_named_unless_it_may_be_a_key_in_the_wrong_place() {
    assert_invalid(&Config::new().set("timeout", "5").unwrap_err(), "timeout");
    for name in ["planted-secret-value", "", "Timeout_ms", "api_key ", "8f14e45fceea167a5a36dedd4bea2543", "headers.X"]
    {
        assert_invalid(&Config::new().set(name, "api_key").unwrap_err(), "option");
    }
}

#[test]
fn what_is_missing_is_named() {
    let with = |options: &[(&str, &str)]| {
        let mut config = Config::new();
        for (name, value) in options {
            config.set(name, value).unwrap();
        }
        Client::new(&config).unwrap_err()
    };
    assert_invalid(&with(&[]), "environment");
    assert_invalid(&with(&[("environment", "test")]), "api_key");
    assert_invalid(&with(&[("environment", "test"), ("api_key", "planted-secret-value")]), "api_client");
}

#[test]
fn a_ca_file_that_cannot_be_read_is_refused_with_the_reason() {
    let file = |name: &str, content: &[u8]| {
        let path = process::temporary(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let pipe = process::temporary("pipe.pem");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let large = process::temporary("large.pem");
    std::fs::File::create(&large).unwrap().set_len(8 * 1024 * 1024 + 1).unwrap();
    let cases = [
        ("/nowhere/at/all.pem".to_owned(), "No such file"),
        (env!("CARGO_TARGET_TMPDIR").to_owned(), "is not a file"),
        ("/dev/zero".to_owned(), "is not a file"),
        (pipe.to_str().unwrap().to_owned(), "is not a file"),
        (large.to_str().unwrap().to_owned(), "is larger than 8 MiB"),
        (file("binary.pem", &[0, 255, 0, 1]), "contains no certificate"),
    ];
    let server = Server::https(|_| ok(OK));
    for (path, reason) in cases {
        let mut config = config(&server);
        config.set("ca_file", &path).unwrap();
        let outcome = Client::new(&config).unwrap_err();
        assert_invalid(&outcome, "ca_file");
        assert!(outcome.message.contains(&path) && outcome.message.contains(reason), "{}", outcome.message);
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn arguments_are_refused_by_name_and_nothing_is_sent() {
    let server = Server::http(|_| ok(OK));
    let client = client(&server, &[]);
    let huge = "t".repeat(10_000_000);
    let rows = [
        ("", SESSION, "token"),
        ("a\r\nb", SESSION, "token"),
        (huge.as_str(), SESSION, "token"),
        (TOKEN, "", "session"),
        (TOKEN, "00000000-0000-0000-0000-000000000000", "session"),
        (TOKEN, "not-a-guid", "session"),
        (TOKEN, huge.as_str(), "session"),
    ];
    for (token, session, name) in rows {
        let outcome = client.resend_otp(token, session);
        let error = outcome.error.as_ref().unwrap();
        assert_eq!((outcome.status.name(), outcome.action.name()), ("invalid", "fix_request"));
        assert_eq!((error.kind.name(), error.code.as_deref()), ("argument", Some(name)));
        assert!(outcome.otp_token.is_none() && outcome.session_id.is_none() && outcome.request_id.is_none());
        assert!(outcome.to_json().len() < 2_000, "the argument is not repeated");
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn the_environment_is_read_all_or_nothing() {
    // The environment is the process's: everything about it stands in this one test.
    let set = |name: &str, value: &str| {
        // SAFETY: the other tests of this process neither write the environment nor need these variables.
        unsafe { std::env::set_var(name, value) }
    };
    set("PAYWALL_BASE_URL", "http://127.0.0.1:9/base");
    set("PAYWALL_API_KEY", SECRET);
    set("PAYWALL_API_CLIENT", "from-env");
    set("PAYWALL_LOCALE", "");
    set("PAYWALL_HEADER.X-SHOP", "ignored");
    set("PAYWALL_TIMEOUT_MS", "soon");

    let mut config = Config::new();
    config.set("timeout_ms", "7").unwrap();
    let before = format!("{config:?}");
    assert_invalid(&config.set_from_env().unwrap_err(), "timeout_ms");
    assert_eq!(format!("{config:?}"), before);

    set("PAYWALL_TIMEOUT_MS", "1234");
    config.set_from_env().unwrap();
    let shown = format!("{config:?}");
    assert!(shown.contains("1.234s") && shown.contains("/base") && shown.contains("locale: None"), "{shown}");
    assert!(shown.contains("headers: []") && !shown.contains(SECRET), "{shown}");
    config.set("timeout_ms", "99").unwrap();
    assert!(format!("{config:?}").contains("99ms"), "a later value wins");
    assert!(Client::new(&config).is_ok());
}
