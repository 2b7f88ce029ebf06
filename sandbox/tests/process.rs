//! The program: its ready line, its flags, its addresses and its end.

mod common;

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use common::{SESSION, Server};
use serde_json::{Value, json};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_paywall-sandbox")).args(arguments).output().unwrap()
}

#[test]
fn the_ready_line_is_one_line_of_json() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_paywall-sandbox"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    let killed = Command::new("kill").arg(child.id().to_string()).status();
    assert!(killed.unwrap().success());
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    let mut errors = String::new();
    child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!((rest.as_str(), errors.as_str()), ("", ""));
    assert!(line.ends_with("}\n"));

    let ready: Value = serde_json::from_str(&line).unwrap();
    let names: Vec<_> = ready.as_object().unwrap().keys().collect();
    assert_eq!(names, ["api_client", "api_key", "ca_file", "http", "https"]);
    assert!(ready["http"].as_str().unwrap().starts_with("http://127.0.0.1:"));
    assert!(ready["https"].as_str().unwrap().starts_with("https://localhost:"));
    assert_eq!(ready["api_key"], "sandbox-api-key");
    assert_eq!(ready["api_client"], "sandbox-api-client");
    assert!(Path::new(ready["ca_file"].as_str().unwrap()).is_absolute());
}

#[test]
fn the_ca_file_is_private_and_removed_at_the_end() {
    for signal in ["TERM", "INT"] {
        let mut server = Server::start(&[]);
        let file = PathBuf::from(server.ready["ca_file"].as_str().unwrap());
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("-----BEGIN CERTIFICATE-----"));
        assert!(!text.contains("PRIVATE KEY"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&file).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        // A request that is never answered must not hold up the end.
        let mut client = server.connect("https");
        client.send_resend("sbx_hang", SESSION, "hang");
        server.signal(signal);
        assert!(server.ended().success(), "SIG{signal}");
        assert!(!file.exists(), "SIG{signal}");
    }
}

#[test]
fn wrong_flags_are_one_line_and_exit_2() {
    for arguments in [&["--prot", "1"][..], &["--port"], &["--limit", "many"], &["x\ny"]] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty());
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(errors.lines().count(), 1, "{errors}");
        assert!(errors.starts_with("paywall-sandbox: "), "{errors}");
    }
}

#[test]
fn help_and_version() {
    let help = run(&["--help"]);
    assert!(help.status.success() && help.stderr.is_empty());
    let text = String::from_utf8(help.stdout).unwrap();
    for flag in [
        "--port",
        "--tls-port",
        "--cooldown-ms",
        "--limit",
        "--session-ttl-ms",
        "--api-key",
        "--api-client",
        "--keep",
        "--config",
        "--faults",
        "--fault-percent",
        "README.md",
    ] {
        assert!(text.contains(flag), "{flag}");
    }
    let version = run(&["--version"]);
    let expected = format!("paywall-sandbox {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(String::from_utf8(version.stdout).unwrap(), expected);
}

#[test]
fn a_port_can_be_chosen_and_a_taken_one_is_an_error() {
    let first = Server::start(&[]);
    let taken = first.port("http").to_string();
    let output = run(&["--port", &taken]);
    assert_eq!(output.status.code(), Some(1));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains(&taken), "{errors}");
    let freed = [first.port("http"), first.port("https")].map(|port| port.to_string());
    drop(first);
    // Between the end of the first and the start of the second, others may pick these ports.
    let arguments = ["--port", &freed[0], "--tls-port", &freed[1]];
    let second = common::eventually("the ports", || Server::try_start(&arguments));
    assert_eq!(second.port("http").to_string(), freed[0]);
    assert_eq!(second.port("https").to_string(), freed[1]);
}

#[test]
fn the_certificate_serves_for_every_name_of_loopback() {
    let server = Server::start(&[]);
    for name in ["localhost", "127.0.0.1", "::1"] {
        let mut client = server.connect_to("127.0.0.1", "https", name).unwrap();
        client.resend("sbx_ok_5001", SESSION, name).new_token();
    }
    // Where the machine has ::1, both listeners are on it.
    if std::net::TcpListener::bind(("::1", 0)).is_ok() {
        for scheme in ["http", "https"] {
            let mut client = server.connect_to("::1", scheme, "localhost").unwrap();
            client.resend("sbx_ok_5001", SESSION, scheme).new_token();
        }
    }
    // Not a TLS handshake: counted, and the server goes on.
    let mut plain = server.connect_to("127.0.0.1", "http", "localhost").unwrap();
    plain.resend("sbx_ok_5001", SESSION, "before").new_token();
    let mut wrong = std::net::TcpStream::connect(("127.0.0.1", server.port("https"))).unwrap();
    std::io::Write::write_all(&mut wrong, b"GET / HTTP/1.1\r\n\r\n").unwrap();
    common::eventually("the count of failed handshakes", || {
        (server.json("/__sandbox/stats")["tls_failures"] == json!(1)).then_some(())
    });
    plain.resend("sbx_ok_5001", SESSION, "after").new_token();
}

#[test]
fn what_is_kept_outlives_a_sandbox_that_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let keep = folder.path().to_str().unwrap();
    let journal = || {
        let text = std::fs::read_to_string(folder.path().join("journal.jsonl")).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>()
    };
    let mut first = Server::start(&["--keep", keep]);
    let issued = first.connect("https").resend("sbx_ok_5001", SESSION, "one").new_token();
    // The answer is lost, and the line is there.
    first.connect("https").resend("sbx_reset_after", SESSION, "two");
    first.signal("KILL");
    first.ended();

    let second = Server::start(&["--keep", keep]);
    assert_eq!(first.ready["ca_file"], second.ready["ca_file"]);
    // With the trust that was set up for the first one.
    let mut client = first.connect_to_port(second.port("https"));
    client.resend("sbx_token_invalid", SESSION, "three");
    let entries = journal();
    let ids: Vec<_> = entries.iter().map(|entry| entry["request_id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["one", "two", "three"]);
    assert_eq!(entries[0]["issued"], format!("{}…", &issued[..6]));
    assert!(entries[1]["issued"].is_string());
    assert_eq!(entries[2]["issued"], Value::Null);
    assert_eq!(entries[2]["seq"], 1);
}

#[test]
fn no_line_of_the_kept_journal_can_be_cut_by_a_kill() {
    // The system may end a write between two pages of memory.
    const PAGE: usize = 4096;
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&["--keep", folder.path().to_str().unwrap()]);
    let mut client = server.connect("http");
    for number in 0..20 {
        client.resend("sbx_ok_5001", SESSION, &number.to_string());
    }
    let text = std::fs::read_to_string(folder.path().join("journal.jsonl")).unwrap();
    assert!(text.len() > 2 * PAGE, "{}", text.len());
    let mut begin = 0;
    for (number, line) in text.lines().enumerate() {
        let end = begin + line.len();
        let first = begin + line.len() - line.trim_start().len();
        assert_eq!(first / PAGE, end / PAGE, "line {number}");
        let entry: Value = serde_json::from_str(line).unwrap();
        assert_eq!(entry["seq"], number + 1);
        begin = end + 1;
    }
}

#[test]
fn faults_are_those_of_the_seed() {
    let outcomes = |seed: &str| {
        let server = Server::start(&["--faults", seed, "--fault-percent", "50"]);
        for number in 0..40 {
            let id = number.to_string();
            // Some are never answered.
            let mut client = server.connect("http");
            client.send_resend(&format!("sbx_random_{id}"), SESSION, &id);
            common::eventually("the request", || {
                let found = server.json(&format!("/__sandbox/requests?request_id={id}"));
                (!found.as_array().unwrap().is_empty()).then_some(())
            });
        }
        let entries = server.json("/__sandbox/requests");
        let outcome = |entry: &Value| entry["outcome"].as_str().unwrap().to_owned();
        entries.as_array().unwrap().iter().map(outcome).collect::<Vec<_>>()
    };
    let first = outcomes("1");
    assert_eq!(first, outcomes("1"));
    assert_ne!(first, outcomes("2"));
    let sound = first.iter().filter(|outcome| *outcome == "5001").count();
    assert!((5..36).contains(&sound), "{first:?}");

    // No TLS begins where all connections draw a fault; without the flag nothing is drawn.
    let server = Server::start(&["--faults", "1", "--fault-percent", "100"]);
    let mut client = server.connect("https");
    assert!(client.try_send(b"GET / HTTP/1.1\r\n\r\n").is_err());
    let plain = Server::start(&[]).connect("https").resend("sbx_random_1", SESSION, "id");
    assert_eq!(plain.exception(), "TOKEN_IS_NOT_VALID");
}

#[test]
fn it_is_ready_in_a_tenth_of_a_second() {
    // The best of some: the machine may be busy.
    let start = || {
        let begun = std::time::Instant::now();
        drop(Server::start(&[]));
        begun.elapsed()
    };
    let best = (0..20).map(|_| start()).min().unwrap();
    assert!(best < std::time::Duration::from_millis(100), "{best:?}");
}

#[test]
fn several_run_at_once_and_know_nothing_of_each_other() {
    let servers: Vec<Server> = (0..5).map(|_| Server::start(&[])).collect();
    for (number, server) in servers.iter().enumerate() {
        let id = number.to_string();
        server.connect("https").resend("sbx_ok_5001", SESSION, &id).new_token();
        assert_eq!(server.json("/__sandbox/requests").as_array().unwrap().len(), 1);
        server.entry(&id);
    }
}

#[test]
fn a_wrong_configuration_is_one_line_that_says_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.json");
    for (text, part) in [
        ("{", "EOF"),
        (r#"{"operation":[]}"#, "unknown field `operation`"),
        (r#"{"next":["nonsense"]}"#, "next[0].outcome: \"nonsense\""),
        (r#"{"next":[{"outcome":"hang","times":0}]}"#, "next[0].times"),
        (r#"{"operations":[{},{"script":["hang","sbx_hang"]}]}"#, "operations[1].script: outcome"),
        (r#"{"operations":[{"otp_token":"a"},{"otp_token":"a"}]}"#, "operations[1].otp_token"),
    ] {
        std::fs::write(&file, text).unwrap();
        let output = run(&["--config", file.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(1), "{text}");
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(errors.lines().count() == 1 && errors.contains(part), "{errors}");
    }
    let missing = run(&["--config", folder.path().join("none").to_str().unwrap()]);
    assert!(String::from_utf8(missing.stderr).unwrap().contains("none: "));
}
