//! The CONNECT proxy: what it is asked, and whose failure it is when it does not work.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use paywall::Outcome;

use crate::support::server::{Server, ok};
use crate::support::{OK, SESSION, TOKEN, alone, client};

/// A proxy over real sockets. If it has an answer of its own it gives that; otherwise it connects, and passes bytes on.
pub struct Proxy {
    pub port: u16,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    pub fn start(answer: Option<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = Proxy { port: listener.local_addr().unwrap().port(), heads: Arc::default() };
        let heads = Arc::clone(&proxy.heads);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (heads, answer) = (Arc::clone(&heads), answer.clone());
                thread::spawn(move || _ = serve(stream.unwrap(), answer.as_deref(), &heads));
            }
        });
        proxy
    }

    fn url(&self, credentials: &str) -> String {
        format!("http://{credentials}127.0.0.1:{}", self.port)
    }
}

fn serve(mut client: TcpStream, answer: Option<&str>, heads: &Mutex<Vec<String>>) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let target = head.split(' ').nth(1).unwrap().to_owned();
    heads.lock().unwrap().push(head);
    if let Some(answer) = answer {
        client.write_all(answer.as_bytes())?;
        // Whatever else the client sends would be kept here.
        let mut more = String::new();
        client.read_to_string(&mut more)?;
        heads.lock().unwrap().push(more);
        return Ok(());
    }
    let upstream = TcpStream::connect(target)?;
    // As an old proxy, and one that is busy, may: an interim answer, an end of the connection that means the tunnel's.
    client.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    client.write_all(b"HTTP/1.0 200 Connection established\r\nVia: test\r\nConnection: close\r\n\r\n")?;
    let (mut from, mut to) = (client.try_clone()?, upstream.try_clone()?);
    let up = thread::spawn(move || {
        _ = io::copy(&mut from, &mut to);
        _ = to.shutdown(Shutdown::Write);
    });
    _ = io::copy(&mut &upstream, &mut client);
    _ = client.shutdown(Shutdown::Write);
    up.join().unwrap();
    Ok(())
}

fn summary(outcome: &Outcome) -> (&'static str, &'static str, &'static str) {
    let error = outcome.error.as_ref().expect("it failed");
    (outcome.status.name(), error.kind.name(), error.stage.name())
}

#[test]
fn a_call_goes_through_the_proxy_and_keeps_its_connection() {
    alone("proxy::a_call_goes_through_the_proxy_and_keeps_its_connection", || {
        let server = Server::https(|_| ok(OK));
        let proxy = Proxy::start(None);
        let client = client(&server, &[("proxy", &proxy.url("ali:p%40ss@")), ("app", "Shop/1.2")]);
        for connection in ["new", "reused"] {
            let outcome = client.resend_otp(TOKEN, SESSION);
            assert_eq!(outcome.status.name(), "ok", "{}", outcome.message);
            assert_eq!(outcome.transport.connection.map(|connection| connection.name()), Some(connection));
        }
        assert_eq!(client.check().status.name(), "ok");
        let authority = format!("localhost:{}", server.port());
        let user_agent = server.seen()[0].header("user-agent").unwrap();
        assert!(user_agent.starts_with("libpaywall/") && user_agent.ends_with(" Shop/1.2"), "{user_agent}");
        let expected = format!(
            "CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\nUser-Agent: {user_agent}\r\n\
             Proxy-Authorization: Basic YWxpOnBAc3M=\r\n\r\n"
        );
        assert_eq!(*proxy.heads.lock().unwrap(), [expected.clone(), expected]);
        assert!(!server.seen()[0].text().to_lowercase().contains("proxy-"));
    });
}

#[test]
fn a_proxy_that_refuses_is_told_apart_from_one_that_finds_nobody() {
    const NTLM: &str = "HTTP/1.1 407 Log in\r\nProxy-Authenticate: Negotiate\r\nproxy-authenticate:NTLM\r\n\r\n";
    const DIGEST: &str =
        "HTTP/1.1 407 No\r\nProxy-Authenticate: Digest realm=\"x\", qop=\"auth, int\", stale = no\r\n\r\n";
    const ANY: &str = "HTTP/1.1 407 No\r\nProxy-Authenticate: Negotiate, Basic realm=\"x\"\r\n\r\n";
    let long = format!("HTTP/1.1 403 {}\r\n\r\n", "no ".repeat(3_000));
    for (user, answer, kind, words) in [
        (
            "",
            "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",
            "proxy",
            "HTTP 407: it wants a user and a password",
        ),
        ("ali:geheim@", "HTTP/1.0 407 No\r\nProxy-Authenticate: Basic\r\n\r\n", "proxy", "does not accept the user"),
        ("ali:geheim@", NTLM, "proxy", "it wants Negotiate, NTLM, and the library knows only Basic"),
        ("ali:geheim@", DIGEST, "proxy", "wants Digest, and"),
        ("ali:geheim@", ANY, "proxy", "does not accept the user"),
        ("", "HTTP/1.1 403 Access violation\r\n\r\n", "proxy", "HTTP 403 (Access violation)"),
        ("ali:geheim-geheim@", "HTTP/1.1 403 No geheim-geheim\r\n\r\n", "proxy", "HTTP 403 (No ***)"),
        ("", "HTTP/1.1 403 a\u{202e}b\u{2028}c\u{1b}[31m\r\n\r\n", "proxy", "(a b c [31m)"),
        ("", "HTTP/1.1 403\r\n\r\n", "proxy", "it answered HTTP 403"),
        ("", &long, "proxy", "HTTP 403 (no no no"),
        ("", "HTTP/1.1 301 Elsewhere\r\n\r\n", "proxy", "HTTP 301 (Elsewhere)"),
        ("", "HTTP/1.1 500 Unable to connect\r\n\r\n", "connect", "HTTP 500 (Unable to connect)"),
        ("", "HTTP/1.1 502 Bad Gateway\r\n\r\n", "connect", "HTTP 502"),
        ("", "HTTP/1.0 503 Busy\r\n\r\n", "connect", "HTTP 503 (Busy)"),
        ("", "HTTP/1.1 504 Gateway Timeout\r\n\r\n", "connect", "HTTP 504"),
        ("", "HTTP/1.1 599 Odd\r\n\r\n", "connect", "HTTP 599"),
        ("", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 Busy\r\n\r\n", "connect", "HTTP 503 (Busy)"),
        ("", "HTTP/1.1 200 OK\r\n\r\nHello", "proxy", "after its answer"),
        ("", "SSH-2.0-OpenSSH_9.2\r\n", "proxy", "not answer in HTTP"),
        ("", "HTTP/2 200\r\n\r\n", "proxy", "not answer in HTTP"),
        ("", "HTTP/1.1 abc\r\n\r\n", "proxy", "not answer in HTTP"),
        ("", "HTTP/1.1 2000 OK\r\n\r\n", "proxy", "not answer in HTTP"),
    ] {
        let server = Server::https(|_| ok(OK));
        let proxy = Proxy::start(Some(answer.to_owned()));
        let outcome = client(&server, &[("proxy", &proxy.url(user))]).resend_otp(TOKEN, SESSION);
        assert_eq!(summary(&outcome), ("not_sent", kind, "proxy"), "{answer}: {}", outcome.message);
        let action = if kind == "connect" { "retry" } else { "fix_configuration" };
        assert_eq!(outcome.action.name(), action);
        let message = &outcome.message;
        assert!(message.contains(words) && message.len() < 1_200 && !message.contains("geheim"), "{message}");
        assert_eq!(server.connections(), 0);
    }
}

#[test]
fn a_proxy_that_cannot_be_reached_is_the_proxys_trouble() {
    let server = Server::https(|_| ok(OK));
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let within = |milliseconds: &str, proxy: &str| {
        let options = [("proxy", proxy), ("timeout_ms", milliseconds), ("connect_timeout_ms", milliseconds)];
        client(&server, &options).resend_otp(TOKEN, SESSION)
    };
    // As long as the system's resolver may need to find out.
    let patiently = |proxy: &str| within("120000", proxy);
    assert_eq!(summary(&patiently(&format!("http://127.0.0.1:{closed}"))), ("not_sent", "connect", "proxy"));
    assert_eq!(summary(&patiently("http://no-such-host.invalid:3128")), ("not_sent", "dns", "proxy"));
    // The system accepts for a listener; nobody answers.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
    assert_eq!(summary(&within("300", &silent)), ("not_sent", "timeout", "proxy"));
}

#[test]
fn plain_http_never_goes_through_a_proxy() {
    let server = Server::http(|_| ok(OK));
    let proxy = Proxy::start(None);
    assert_eq!(client(&server, &[("proxy", &proxy.url(""))]).resend_otp(TOKEN, SESSION).status.name(), "ok");
    assert!(proxy.heads.lock().unwrap().is_empty());
}

#[test]
fn the_proxy_of_the_environment_is_used_unless_the_host_is_exempt_and_never_silently_left_out() {
    alone("proxy::the_proxy_of_the_environment_is_used_unless_the_host_is_exempt_and_never_silently_left_out", || {
        use std::os::unix::ffi::OsStrExt;
        let server = Server::https(|_| ok(OK));
        let proxy = Proxy::start(None);
        let set = |name: &str, value: &[u8]| {
            // SAFETY: this process runs nothing else that reads or writes the environment now.
            unsafe { std::env::set_var(name, std::ffi::OsStr::from_bytes(value)) }
        };
        let heads = || proxy.heads.lock().unwrap().len();
        // In a CGI program a request header can set this one.
        set("HTTP_PROXY", b"http://127.0.0.1:1");
        assert_eq!(client(&server, &[("proxy", "env")]).resend_otp(TOKEN, SESSION).status.name(), "ok");
        assert_eq!(heads(), 0);
        set("HTTPS_PROXY", proxy.url("").as_bytes());
        assert_eq!(client(&server, &[]).resend_otp(TOKEN, SESSION).status.name(), "ok");
        assert_eq!(heads(), 0, "only where it is asked for");
        assert_eq!(client(&server, &[("proxy", "env")]).resend_otp(TOKEN, SESSION).status.name(), "ok");
        assert_eq!(heads(), 1);
        set("NO_PROXY", format!("x.example, localhost:{}", server.port()).as_bytes());
        assert_eq!(client(&server, &[("proxy", "env")]).resend_otp(TOKEN, SESSION).status.name(), "ok");
        assert_eq!(heads(), 1);
        set("NO_PROXY", b"");
        // As other programs read it: without a scheme, a user without a password.
        set("HTTPS_PROXY", format!("ali@127.0.0.1:{}", proxy.port).as_bytes());
        assert_eq!(client(&server, &[("proxy", "env")]).resend_otp(TOKEN, SESSION).status.name(), "ok");
        assert!(proxy.heads.lock().unwrap()[1].contains("\r\nProxy-Authorization: Basic YWxpOg==\r\n"));
        for broken in [
            b"http://\xff:1".as_slice(),
            b"socks5://127.0.0.1:1",
            b"https://127.0.0.1:1",
            b"http://user:planted@",
            b"'http://user:planted@127.0.0.1:1'",
            b"http://127.0.0.1:1\r",
        ] {
            set("HTTPS_PROXY", broken);
            let mut config = crate::support::config(&server);
            config.set("proxy", "env").unwrap();
            let outcome = paywall::Client::new(&config).unwrap_err();
            assert_eq!(outcome.error.as_ref().unwrap().code.as_deref(), Some("proxy"));
            assert!(outcome.message.contains("HTTPS_PROXY") && !outcome.message.contains("planted"));
        }
        set("HTTPS_PROXY", proxy.url("").as_bytes());
        set("NO_PROXY", b"\"localhost\"");
        let mut config = crate::support::config(&server);
        config.set("proxy", "env").unwrap();
        let outcome = paywall::Client::new(&config).unwrap_err();
        assert!(outcome.message.contains("NO_PROXY") && outcome.message.contains("quotation"), "{}", outcome.message);
    });
}
