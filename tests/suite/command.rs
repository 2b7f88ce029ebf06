//! The command `paywall`: a document in, a document out, the status as exit code, nothing secret where others can see it.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::server::{Server, ok};
use crate::support::{OK, SESSION, TOKEN};

/// Runs it, and gives its exit code and the two outputs.
fn run(arguments: &[&str], environment: &[(&str, &str)], input: &[u8]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_paywall"));
    command.args(arguments).env_clear().envs(environment.iter().copied());
    let mut process =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it was built");
    // It may refuse without reading to the end.
    _ = process.stdin.take().unwrap().write_all(input);
    let output = process.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

fn document(output: &(Option<i32>, String, String)) -> Value {
    assert_eq!(output.2, "", "nothing on standard error");
    assert_eq!(output.1.lines().count(), 1);
    serde_json::from_str(&output.1).unwrap()
}

fn config(server: &Server) -> Value {
    json!({
        "base_url": server.url(), "api_key": "planted-api-key", "api_client": "planted-api-client",
        "timeout_ms": 20000, "ca_file": server.ca_file().unwrap(),
    })
}

#[test]
fn it_makes_one_call() {
    let server = Server::https(|_| ok(OK));
    let input = json!({"call": "resend_otp", "config": config(&server), "token": TOKEN, "session": SESSION});
    let output = run(&[], &[], input.to_string().as_bytes());
    let document = document(&output);
    assert_eq!((output.0, &document["status"], &document["token_state"]), (Some(0), &json!("ok"), &json!("new")));
    assert_eq!(server.seen().len(), 1);
    assert!(server.seen()[0].body().contains(TOKEN));
}

#[test]
fn a_byte_order_mark_before_the_document_is_fine() {
    let server = Server::https(|_| ok(OK));
    let text = json!({"call": "resend_otp", "config": config(&server), "token": TOKEN, "session": SESSION}).to_string();
    let utf16 =
        |bytes: fn(u16) -> [u8; 2]| format!("\u{feff}{text}").encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    for input in [format!("\u{feff}{text}\r\n").into_bytes(), utf16(u16::to_le_bytes), utf16(u16::to_be_bytes)] {
        let output = run(&[], &[], &input);
        assert_eq!(output.0, Some(0), "{}", output.1);
    }
}

#[test]
fn an_environment_that_keeps_quotes_or_carriage_returns_is_named() {
    let input = br#"{"call": "check"}"#;
    let good = [("PAYWALL_ENVIRONMENT", "test"), ("PAYWALL_API_KEY", "planted-key"), ("PAYWALL_API_CLIENT", "client")];
    for (variable, value, option, word) in [
        ("PAYWALL_API_KEY", "\"planted-key\"", "api_key", "quotation marks"),
        ("PAYWALL_API_CLIENT", "'planted-client'", "api_client", "quotation marks"),
        ("PAYWALL_ENVIRONMENT", "\"test\"", "environment", "quotation marks"),
        ("PAYWALL_TIMEOUT_MS", "'5000' ", "timeout_ms", "quotation marks"),
        ("PAYWALL_LOCALE", "\"\"", "locale", "quotation marks"),
        ("PAYWALL_API_KEY", "planted-key\r", "api_key", "carriage return"),
        ("PAYWALL_BASE_URL", "https://example.com\r", "base_url", "carriage return"),
        ("PAYWALL_PROXY", "\"http://ali:planted-@proxy:3128\"\r", "proxy", "carriage return"),
        ("PAYWALL_CA_FILE", "/etc/planted-.pem\r", "ca_file", "carriage return"),
    ] {
        let mut environment = good.to_vec();
        environment.push((variable, value));
        let output = run(&["--env"], &environment, input);
        let document = document(&output);
        assert_eq!((output.0, document["error"]["code"].as_str()), (Some(4), Some(option)), "{document}");
        let message = document["message"].as_str().unwrap();
        assert!(message.contains(word) && message.contains("file"), "{message}");
        assert!(!output.1.contains("planted-"), "{message}");
    }
    let mut empty = good.to_vec();
    empty.extend(["PAYWALL_BASE_URL", "PAYWALL_PROXY", "PAYWALL_CA_FILE", "PAYWALL_LOCALE"].map(|name| (name, "")));
    empty.extend([("PAYWALL_TIMEOUT_MS", "1"), ("PAYWALL_CONNECT_TIMEOUT_MS", "")]);
    assert_eq!(run(&["--env"], &empty, input).0, Some(2), "an empty variable is unset");
}

#[test]
fn it_checks_the_connection() {
    let server = Server::https(|_| ok(OK));
    let output = run(&[], &[], json!({"call": "check", "config": config(&server)}).to_string().as_bytes());
    assert_eq!((output.0, &document(&output)["action"]), (Some(0), &json!("none")));
    assert_eq!(server.seen().len(), 0);
}

#[test]
fn the_exit_code_is_the_status() {
    let with = |call: Value| {
        let output = run(&[], &[], call.to_string().as_bytes());
        let document = document(&output);
        (output.0.unwrap(), document["status"].as_str().unwrap().to_owned())
    };
    let server = Server::https(|_| ok("<html>"));
    let call = |config: Value| json!({"call": "resend_otp", "config": config, "token": TOKEN, "session": SESSION});
    assert_eq!(with(call(config(&server))), (3, "in_doubt".to_owned()));
    let mut nobody = config(&server);
    nobody["base_url"] = json!("https://localhost:1");
    assert_eq!(with(call(nobody)), (2, "not_sent".to_owned()));
    assert_eq!(with(call(json!({}))), (4, "invalid".to_owned()));
}

#[test]
fn the_environment_is_read_where_it_is_asked_for_and_the_document_wins() {
    let server = Server::https(|_| ok(OK));
    let url = server.url();
    let environment = [
        ("PAYWALL_BASE_URL", url.as_str()),
        ("PAYWALL_API_KEY", "from-env"),
        ("PAYWALL_API_CLIENT", "from-env"),
        ("PAYWALL_CA_FILE", server.ca_file().unwrap()),
    ];
    let input = json!({"call": "resend_otp", "config": {"api_key": "from-input"}, "token": TOKEN, "session": SESSION});
    let input = input.to_string();
    assert_eq!(run(&["--env"], &environment, input.as_bytes()).0, Some(0));
    assert_eq!(server.seen()[0].header("apikeyprivate").as_deref(), Some("from-input"));
    assert_eq!(server.seen()[0].header("apiclientprivate").as_deref(), Some("from-env"));
    assert_eq!(run(&[], &environment, input.as_bytes()).0, Some(4), "not unless it is asked for");
}

#[test]
fn bad_input_is_refused_without_quoting_it() {
    let huge = format!(r#"{{"call":"check","token":"{}"}}"#, "planted-".repeat(200_000));
    for input in [
        b"".as_slice(),
        b"planted-",
        b"{\"planted-\": 1}",
        b"{\"call\": \"planted-\"}",
        b"{\"call\": \"check\", \"token\": [\"planted-\"]}",
        b"{\"call\": \"check\", \"config\": {\"api_key\": [\"planted-\"]}}",
        b"{\"call\": \"check\", \"config\": {\"api_key\": null}}",
        b"\xff\xfe",
        b"\xff\xfe{\0}\0p",
        b"\xff\xfe\x00\xd8{\0}\0",
        b"\xef\xbb\xbf\xef\xbb\xbf{\"call\":\"planted-\"}",
        huge.as_bytes(),
    ] {
        let output = run(&[], &[], input);
        let document = document(&output);
        assert_eq!((output.0, &document["status"]), (Some(4), &json!("invalid")));
        assert!(!output.1.contains("planted-"), "{}", output.1);
    }
    let output = run(&["--token=planted-"], &[], b"");
    assert_eq!((output.0, output.1.as_str()), (Some(4), ""));
    assert!(!output.2.contains("planted-"));
}
