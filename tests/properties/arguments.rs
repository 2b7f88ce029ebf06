//! Whatever a caller passes: a refusal sends nothing, and what is sent is framed so that all readers see the same in it.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use paywall::{Client, Config, Outcome};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::cases;
use crate::document::checked;
use crate::oracle::{guid, is_token};
use crate::server::{Request, Server, Wired};

const PATH: &str = "/api/paywall/masterpass/otp/resend";
/// What nobody may set, and so none of the extra headers.
const RESERVED: &str = "apikeyprivate apiclientprivate accept accept-encoding accept-language locale user-agent x-request-id \
                        host connection keep-alive te trailer expect transfer-encoding upgrade";

/// Any text, mostly one that somebody might try.
fn text() -> BoxedStrategy<String> {
    prop_oneof![
        6 => "[!-~]{1,40}",
        2 => any::<String>(),
        2 => select(vec![
            "", " ", "a b", " a", "a ", "a\tb", "\t", "a\r\nEvil: 1", "a\nb", "a\rb", "\r\n\r\n", "a\0b", "\u{7f}", "\u{85}",
            "ğ", "😀", "\"", "\\", "\",\"SessionId\":\"x", "a\r\nContent-Length: 0\r\n\r\nPOST / HTTP/1.1", "\u{feff}", "\u{2028}",
        ]).prop_map(str::to_owned),
        1 => (1000..1060_usize, select(vec!["x", "ğ"])).prop_map(|(length, text)| text.repeat(length)),
        1 => (8190..8195_usize).prop_map(|length| "x".repeat(length)),
    ]
    .boxed()
}

fn session() -> BoxedStrategy<String> {
    prop_oneof![
        6 => "[0-9a-fA-F]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-fA-F]{12}",
        2 => "[{(]?[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}[})]?",
        1 => "0{8}-?0{4}-?0{4}-?0{4}-?0{11}[01]",
        1 => "[0-9a-g-]{32}|[0-9a-g-]{36}|[{][0-9a-f-]{36}[}]|[ğ]{18}",
        1 => text(),
    ]
    .boxed()
}

fn header_name() -> BoxedStrategy<String> {
    prop_oneof![
        6 => "X-[A-Za-z0-9]{1,6}",
        2 => "[!-~]{1,66}",
        2 => select(format!("{RESERVED} content-length Content-Foo proxy-x Host Transfer-Encoding").split(' ').map(str::to_owned).collect::<Vec<_>>()),
        1 => text(),
    ]
    .boxed()
}

fn option_of_a_call() -> impl Strategy<Value = (String, String)> {
    let name = prop_oneof![
        2 => select(vec!["api_key", "api_client", "app", "locale"]).prop_map(str::to_owned),
        3 => header_name().prop_map(|name| format!("header.{name}")),
    ];
    let value = prop_oneof![6 => text(), 1 => select(vec!["tr", "en", "Shop/1.2", "a/b/c"]).prop_map(str::to_owned)];
    (name, value)
}

fn visible(text: &str) -> bool {
    !text.is_empty() && text.len() <= 8192 && text.bytes().all(|byte| matches!(byte, b'!'..=b'~'))
}

/// What a careless env file leaves around a value.
fn is_quoted(value: &str) -> bool {
    let value = value.trim();
    ['"', '\''].into_iter().any(|quote| value.len() > 1 && value.starts_with(quote) && value.ends_with(quote))
}

/// The header of an option that may be set so.
fn header(name: &str, value: &str) -> Option<(String, String)> {
    let token =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte));
    let header = match name {
        "api_key" | "api_client" | "locale" | "app" if is_quoted(value) => None,
        "api_key" => visible(value).then(|| "apikeyprivate".to_owned()),
        "api_client" => visible(value).then(|| "apiclientprivate".to_owned()),
        "locale" => matches!(value, "tr" | "en").then(|| "locale".to_owned()),
        "app" => {
            let word = |text: &str| {
                !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_+".contains(&byte))
            };
            let good =
                value.len() <= 100 && value.split_once('/').is_some_and(|(name, version)| word(name) && word(version));
            good.then(|| "app".to_owned())
        }
        _ => {
            let name = name.strip_prefix("header.")?.to_ascii_lowercase();
            let free = !RESERVED.split_whitespace().any(|reserved| reserved == name)
                && !name.starts_with("content-")
                && !name.starts_with("proxy-");
            let inner = value.replace([' ', '\t'], "x");
            let good =
                visible(&inner) && value.trim() == value && token(&name) && (1..=64).contains(&name.len()) && free;
            good.then_some(name)
        }
    };
    header.map(|header| (header, value.to_owned()))
}

/// A refused option: said so, and not quoted.
fn refused(outcome: &Outcome, value: &str) {
    let document = checked(&outcome.to_json());
    assert_eq!((&document["status"], &document["error"]["kind"]), (&json!("invalid"), &json!("config")), "{document}");
    // Short texts stand in any sentence.
    assert!(value.len() < 16 || !document.to_string().contains(value), "{document}");
}

/// One call, while nobody else makes one: its document and the requests that it made.
fn call(client: &Client, token: &str, session: &str) -> (Value, Vec<Request>) {
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let refusal = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec();
    SERVER.will_answer([Wired { bytes: refusal, keep: false }]);
    let document = checked(&client.resend_otp(token, session).to_json());
    (document, SERVER.requests())
}

static SERVER: LazyLock<Server> = LazyLock::new(Server::start);

proptest! {
    #![proptest_config(cases(700))]

    #[test]
    fn what_is_sent_is_what_was_said_and_nothing_else(
        options in vec(option_of_a_call(), 0..8),
        prefix in option::of(prop_oneof![4 => "(/[A-Za-z0-9._~%-]{0,8}){0,3}/?", 1 => "[/?#@\\\\: \r\n;]{1}([!-~]|[\\PC]){0,20}"]),
        token in text(),
        session in session(),
    ) {
        let mut config = Config::new();
        let base = format!("http://127.0.0.1:{}", SERVER.port());
        for (name, value) in [("base_url", &*base), ("api_key", "the-key"), ("api_client", "the-client")] {
            config.set(name, value).unwrap();
        }
        let mut target = PATH.to_owned();
        if let Some(prefix) = prefix {
            match config.set("base_url", &format!("{base}{prefix}")) {
                Ok(()) => target = format!("{}{PATH}", prefix.trim_end_matches('/')),
                Err(outcome) => refused(&outcome, &prefix),
            }
        }
        let mut expected: BTreeMap<String, String> = [("apikeyprivate", "the-key"), ("apiclientprivate", "the-client")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        for (name, value) in &options {
            let good = header(name, value);
            match config.set(name, value) {
                Ok(()) => expected.extend([good.unwrap_or_else(|| panic!("{name} may not be {value:?}"))]),
                Err(outcome) => {
                    prop_assert!(good.is_none(), "{} may be {:?}: {}", name, value, outcome.message);
                    refused(&outcome, value);
                }
            }
        }
        let agent = format!("libpaywall/{} ({}; {})", env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH);
        let agent = expected.remove("app").map_or(agent.clone(), |app| format!("{agent} {app}"));
        if let Some(locale) = expected.get("locale").cloned() {
            expected.insert("accept-language".to_owned(), locale);
        }

        let client = Client::new(&config).unwrap();
        let (document, requests) = call(&client, &token, &session);
        let sent_session = guid(&session);
        if !is_token(&token) || sent_session.is_none() {
            let name = if is_token(&token) { "session" } else { "token" };
            prop_assert_eq!(&document["error"]["code"], name, "{}", document);
            prop_assert_eq!((&document["status"], requests.len()), (&json!("invalid"), 0));
            return Ok(());
        }
        prop_assert_eq!((&document["status"], requests.len()), (&json!("rejected"), 1), "{}", document);
        let request = &requests[0];
        prop_assert_eq!((&*request.method, &request.target), ("POST", &target));
        let body: Value = serde_json::from_str(&request.body).unwrap();
        prop_assert_eq!(body, json!({"OtpToken": token, "SessionId": sent_session}));

        let length = request.body.len().to_string();
        let fixed = [
            ("host", &base["http://".len()..]),
            ("content-length", &length),
            ("content-type", "application/json"),
            ("accept", "application/json"),
            ("user-agent", &agent),
            ("connection", "keep-alive"),
            ("x-request-id", document["request_id"].as_str().unwrap()),
        ];
        expected.extend(fixed.map(|(name, value)| (name.to_owned(), value.to_owned())));
        prop_assert_eq!(request.headers.iter().cloned().collect::<BTreeMap<_, _>>(), expected);
    }

    /// The other options: kept or refused by their rule, whatever they are set to.
    #[test]
    fn an_option_keeps_its_rule(
        name in prop_oneof![
            select(vec!["timeout_ms", "connect_timeout_ms", "idle_timeout_ms", "environment", "base_url", "proxy", "ca_file"])
                .prop_map(str::to_owned),
            text(),
        ],
        value in prop_oneof![
            text(),
            "[+-]?[0-9]{1,7}",
            select(vec!["0", "1", "120000", "120001", "600000", "600001", "99999999999999999999", "test", "production-tr", "env"])
                .prop_map(str::to_owned),
            "(https?|ftp)://[a-z0-9.:@\\[\\]-]{0,20}(/[a-z?#]{0,3})?",
        ],
    ) {
        let mut config = Config::new();
        let set = config.set(&name, &value);
        let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
        let number = value.parse::<u64>().ok().filter(|_| digits);
        let good = match &*name {
            "timeout_ms" | "connect_timeout_ms" => number.is_some_and(|number| (1..=120_000).contains(&number)),
            "idle_timeout_ms" => number.is_some_and(|number| number <= 600_000),
            "environment" => matches!(&*value, "test" | "production" | "production-tr"),
            "ca_file" => {
                !value.is_empty() && value.len() <= 8192 && !value.contains(char::is_control) && !is_quoted(&value)
            }
            // Their grammars are tested where they are read; here: what they can never be.
            "base_url" => set.is_ok() && visible(&value) && !value.contains(['@', '?', '#', '\\']),
            "proxy" => set.is_ok() && (value == "env" || value.contains(':') && !value.starts_with("https://")),
            _ => header(&name, &value).is_some(),
        };
        prop_assert_eq!(set.is_ok(), good, "{} {:?}", name, value);
        if let Err(outcome) = set {
            refused(&outcome, &value);
            prop_assert_eq!(format!("{config:?}"), format!("{:?}", Config::new()));
        }
    }

    /// What a proxy is asked: one CONNECT with the user that was given, and nothing of the request.
    #[test]
    fn a_proxy_is_asked_in_one_piece(
        user in "[!-~ ]{0,10}|[\\PC]{0,6}",
        password in text(),
        host in "[a-z0-9-]{1,20}(\\.[a-z]{1,5}){0,2}",
        port in 1..=65_535_u16,
    ) {
        let (user, password) = (user.replace(':', ""), password);
        let coded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
        let proxy = format!("http://{}:{}@127.0.0.1:{}", coded(&user), coded(&password), SERVER.port());
        let mut config = Config::new();
        for (name, value) in [("api_key", "the-key"), ("api_client", "the-client")] {
            config.set(name, value).unwrap();
        }
        config.set("base_url", &format!("https://{host}:{port}")).unwrap();
        let set = config.set("proxy", &proxy);
        let good = proxy.len() <= 8192 && !format!("{user}{password}").contains(char::is_control);
        prop_assert_eq!(set.is_ok(), good, "{}", proxy);
        if let Err(outcome) = set {
            refused(&outcome, &coded(&password));
            return Ok(());
        }
        let client = Client::new(&config).unwrap();
        let (document, requests) = call(&client, "token", "6489433e-f36b-1410-825e-001264113a90");
        prop_assert_eq!((&document["status"], &document["error"]["kind"]), (&json!("not_sent"), &json!("proxy")), "{}", document);
        prop_assert_eq!(requests.len(), 1);
        let authority = format!("{host}:{port}");
        let user = format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")));
        prop_assert_eq!((&*requests[0].method, &requests[0].target), ("CONNECT", &authority));
        prop_assert_eq!(&requests[0].headers, &[
            ("host".to_owned(), authority),
            ("proxy-authorization".to_owned(), user),
            ("user-agent".to_owned(), format!("libpaywall/{} ({}; {})", env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH)),
        ]);
    }
}
