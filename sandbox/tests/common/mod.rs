//! The real program, and the smallest HTTP client that can look at its connections.

// Each test program compiles this for itself and uses a part of it.
#![allow(dead_code)]

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use serde_json::{Value, json};

pub const RESEND: &str = "/api/paywall/masterpass/otp/resend";
pub const SESSION: &str = "6489433e-f36b-1410-825e-001264113a90";

/// So long is waited for what must come; what takes longer has failed.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A running sandbox, stopped when it is dropped.
pub struct Server {
    child: Child,
    pub ready: Value,
    tls: Arc<rustls::ClientConfig>,
}

impl Server {
    pub fn start(flags: &[&str]) -> Self {
        Self::try_start(flags).expect("the sandbox did not start; its reason is on stderr")
    }

    /// None if it stops without a ready line.
    pub fn try_start(flags: &[&str]) -> Option<Self> {
        let mut child =
            Command::new(env!("CARGO_BIN_EXE_paywall-sandbox")).args(flags).stdout(Stdio::piped()).spawn().unwrap();
        // The pipe is closed after this line: the server must not mind.
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        if line.is_empty() {
            child.wait().unwrap();
            return None;
        }
        let ready: Value = serde_json::from_str(&line).unwrap();
        let mut roots = rustls::RootCertStore::empty();
        let ca = CertificateDer::from_pem_file(ready["ca_file"].as_str().unwrap()).unwrap();
        roots.add(ca).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Some(Self { child, ready, tls: Arc::new(tls) })
    }

    pub fn port(&self, scheme: &str) -> u16 {
        let url = self.ready[scheme].as_str().unwrap();
        url.rsplit(':').next().unwrap().parse().unwrap()
    }

    /// A new connection, to 127.0.0.1.
    pub fn connect(&self, scheme: &str) -> Client {
        self.connect_to("127.0.0.1", scheme, "localhost").unwrap()
    }

    pub fn connect_to(&self, ip: &str, scheme: &str, name: &'static str) -> io::Result<Client> {
        self.client(TcpStream::connect((ip, self.port(scheme)))?, scheme, name)
    }

    /// A TLS connection to another sandbox, with the trust in this one.
    pub fn connect_to_port(&self, port: u16) -> Client {
        self.client(TcpStream::connect(("127.0.0.1", port)).unwrap(), "https", "localhost").unwrap()
    }

    fn client(&self, tcp: TcpStream, scheme: &str, name: &'static str) -> io::Result<Client> {
        tcp.set_read_timeout(Some(PATIENCE))?;
        let socket = tcp.try_clone()?;
        let stream: Box<dyn Stream> = if scheme == "https" {
            let name = ServerName::try_from(name).unwrap();
            let session = rustls::ClientConnection::new(self.tls.clone(), name).unwrap();
            Box::new(rustls::StreamOwned::new(session, tcp))
        } else {
            Box::new(tcp)
        };
        Ok(Client { stream: BufReader::new(stream), socket })
    }

    /// One request to a control endpoint, on a connection of its own.
    pub fn control(&self, method: &str, path: &str, body: &str) -> Reply {
        let mut client = self.connect("http");
        client.send(method, path, &[], body);
        let reply = client.receive();
        assert_eq!(reply.failure, None, "{method} {path}");
        reply
    }

    /// The status of an answer that may have no end.
    pub fn control_status(&self, path: &str) -> u16 {
        let mut client = self.connect("http");
        client.send("GET", path, &[], "");
        let mut reply = Reply { status: 0, head: String::new(), body: Vec::new(), failure: None };
        client.receive_head(&mut reply).unwrap();
        reply.status
    }

    pub fn json(&self, path: &str) -> Value {
        let reply = self.control("GET", path, "");
        assert_eq!(reply.status, 200, "{path}");
        reply.json()
    }

    /// The journal's one entry of a request.
    pub fn entry(&self, request_id: &str) -> Value {
        let found = self.json(&format!("/__sandbox/requests?request_id={request_id}"));
        let entries = found.as_array().unwrap();
        assert_eq!(entries.len(), 1, "{request_id}: {found}");
        entries[0].clone()
    }

    /// Opens an operation; returns its token and session.
    pub fn operation(&self, options: &Value) -> (String, String) {
        let reply = self.control("POST", "/__sandbox/operation", &options.to_string());
        assert_eq!(reply.status, 200, "{options}");
        let opened = reply.json();
        let text = |name: &str| opened[name].as_str().unwrap().to_owned();
        (text("otp_token"), text("session_id"))
    }

    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success(), "kill -s {name}");
    }

    /// Waits for the end of the program.
    pub fn ended(&mut self) -> ExitStatus {
        eventually("the end of the program", || self.child.try_wait().unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.child.try_wait().unwrap().is_some() {
            return;
        }
        // By signal, so that it removes its file; without `kill` it ends, at least.
        let asked = Command::new("kill").args(["-s", "TERM", &self.child.id().to_string()]).status();
        if !asked.is_ok_and(|status| status.success()) {
            _ = self.child.kill();
        }
        self.ended();
    }
}

/// Asks again until there is an answer.
pub fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(started.elapsed() < PATIENCE, "waited too long for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

/// One connection.
pub struct Client {
    stream: BufReader<Box<dyn Stream>>,
    pub socket: TcpStream,
}

/// What came back, as far as it came.
#[derive(Debug)]
pub struct Reply {
    /// 0 if there was no answer at all.
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
    /// Why it is not whole.
    pub failure: Option<Failure>,
}

/// How an answer was cut short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The peer closed the connection in order (under TLS: with close_notify).
    Closed,
    Broken(ErrorKind),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Broken(error.kind())
    }
}

impl Client {
    pub fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) {
        let mut text = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n");
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
        self.try_send(text.as_bytes()).unwrap();
    }

    pub fn try_send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let stream = self.stream.get_mut();
        stream.write_all(bytes)?;
        stream.flush()
    }

    /// A resend with the sandbox's usual credentials.
    pub fn send_resend(&mut self, token: &str, session: &str, request_id: &str) {
        let headers = [
            ("apikeyprivate", "sandbox-api-key"),
            ("apiclientprivate", "sandbox-api-client"),
            ("Content-Type", "application/json; charset=utf-8"),
            ("X-Request-Id", request_id),
        ];
        let body = json!({"OtpToken": token, "SessionId": session}).to_string();
        self.send("POST", RESEND, &headers, &body);
    }

    pub fn resend(&mut self, token: &str, session: &str, request_id: &str) -> Reply {
        self.send_resend(token, session, request_id);
        self.receive()
    }

    /// Reads one answer, or what there is of it.
    pub fn receive(&mut self) -> Reply {
        let mut reply = Reply { status: 0, head: String::new(), body: Vec::new(), failure: None };
        reply.failure = self.read_into(&mut reply).err();
        reply
    }

    fn read_into(&mut self, reply: &mut Reply) -> Result<(), Failure> {
        self.receive_head(reply)?;
        let length = reply.header("content-length");
        let length = length.map_or(0, |length| length.parse().unwrap());
        while reply.body.len() < length {
            let available = self.stream.fill_buf()?;
            if available.is_empty() {
                return Err(Failure::Closed);
            }
            let taken = available.len().min(length - reply.body.len());
            reply.body.extend_from_slice(&available[..taken]);
            self.stream.consume(taken);
        }
        Ok(())
    }

    pub fn receive_head(&mut self, reply: &mut Reply) -> Result<(), Failure> {
        while !reply.head.ends_with("\r\n\r\n") {
            if self.stream.read_line(&mut reply.head)? == 0 {
                return Err(Failure::Closed);
            }
        }
        reply.status = reply.head.split(' ').nth(1).unwrap().parse().unwrap();
        Ok(())
    }

    pub fn read_line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        Ok(line)
    }

    pub fn read_byte(&mut self) -> io::Result<u8> {
        let mut byte = [0];
        self.stream.read_exact(&mut byte)?;
        Ok(byte[0])
    }
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The new token of a resend that was accepted.
    pub fn new_token(&self) -> String {
        let token = self.json()["Body"]["Masterpass"]["Result"]["Token"].clone();
        let token = token.as_str().unwrap_or_default().to_owned();
        let hexadecimal = token.bytes().all(|b| b.is_ascii_hexdigit());
        assert!(token.len() == 32 && hexadecimal, "{}", self.text());
        token
    }

    /// The code of the exception in an envelope.
    pub fn exception(&self) -> String {
        let code = self.json()["Body"]["Masterpass"]["Exception"]["Code"].clone();
        code.as_str().unwrap_or_default().to_owned()
    }
}
