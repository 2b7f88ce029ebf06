//! A peer that reads requests strictly, complains of everything odd in them, and answers with the bytes it is given.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// No read waits longer, so that nothing can hang.
const BOUND: Duration = Duration::from_secs(30);

/// An answer as it goes over the wire, and whether the connection is kept after it.
#[derive(Clone, Debug)]
pub struct Wired {
    pub bytes: Vec<u8>,
    pub keep: bool,
}

/// A request that was framed as it must be.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub target: String,
    /// In lower case, sorted by name.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

#[derive(Default)]
struct State {
    answers: VecDeque<Wired>,
    requests: Vec<Request>,
    complaints: Vec<String>,
}

/// More connections than the library keeps.
const WORKERS: usize = 72;

/// Serves one caller at a time. Its threads end with the process: ends of threads look like leaks to a sanitizer.
pub struct Server {
    port: u16,
    state: Arc<Mutex<State>>,
}

impl Server {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::<Mutex<State>>::default();
        let server = Server { port, state: Arc::clone(&state) };
        for _ in 0..WORKERS {
            let (listener, state) = (listener.try_clone().expect("a handle"), Arc::clone(&state));
            thread::spawn(move || listener.incoming().for_each(|stream| serve(&stream.expect("a connection"), &state)));
        }
        server
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Gives the next requests these answers, in this order; further ones get a complaint.
    pub fn will_answer(&self, answers: impl IntoIterator<Item = Wired>) {
        let mut state = lock(&self.state);
        state.answers = answers.into_iter().collect();
        state.requests.clear();
    }

    /// The requests since then. Panics if anything was wrong with any of them, or any before.
    pub fn requests(&self) -> Vec<Request> {
        let mut state = lock(&self.state);
        assert!(state.complaints.is_empty(), "{:?}", state.complaints);
        std::mem::take(&mut state.requests)
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(stream: &TcpStream, state: &Mutex<State>) {
    _ = stream.set_nodelay(true);
    _ = stream.set_read_timeout(Some(BOUND));
    while let Some(answer) = next_request(stream).and_then(|read| heard(read, state)) {
        // A client may have gone away by the time.
        if (&mut &*stream).write_all(&answer.bytes).is_err() || !answer.keep {
            break;
        }
    }
    _ = stream.shutdown(Shutdown::Write);
    // Whatever else comes is a second request, or the rest of one that is longer than it says.
    let mut more = [0; 1024];
    if let Ok(length @ 1..) = (&mut &*stream).read(&mut more) {
        lock(state).complaints.push(format!("after the last request: {:?}", String::from_utf8_lossy(&more[..length])));
    }
}

/// What came in one go: a request and nothing else, as a caller that waits for each answer sends it. None at the end.
fn next_request(mut stream: &TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut part = [0; 16 * 1024];
    loop {
        match stream.read(&mut part) {
            Ok(length @ 1..) => bytes.extend_from_slice(&part[..length]),
            _ => return (!bytes.is_empty()).then_some(bytes),
        }
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
            let length = head.split_once("content-length: ").and_then(|(_, rest)| rest.lines().next()?.parse().ok());
            if bytes.len() >= end + 4 + length.unwrap_or(0) {
                return Some(bytes);
            }
        }
    }
}

fn heard(bytes: Vec<u8>, state: &Mutex<State>) -> Option<Wired> {
    let mut state = lock(state);
    match parsed(&bytes) {
        Ok(request) => state.requests.push(request),
        Err(complaint) => state.complaints.push(format!("{complaint}: {:?}", String::from_utf8_lossy(&bytes))),
    }
    let answer = state.answers.pop_front();
    if answer.is_none() {
        state.complaints.push(format!("a request too many: {:?}", String::from_utf8_lossy(&bytes)));
    }
    answer
}

/// Reads a request as RFC 9112 has it, and stricter: any reader must see the same in it.
pub fn parsed(bytes: &[u8]) -> Result<Request, &'static str> {
    let text = std::str::from_utf8(bytes).map_err(|_| "not UTF-8")?;
    let (head, body) = text.split_once("\r\n\r\n").ok_or("no end of the head")?;
    let mut lines = head.split("\r\n");
    if lines.clone().any(|line| line.bytes().any(|byte| !matches!(byte, b'\t' | b' '..=b'~'))) {
        return Err("a byte in the head that is not visible ASCII");
    }
    let [method, target, "HTTP/1.1"] = lines.next().unwrap_or_default().split(' ').collect::<Vec<_>>()[..] else {
        return Err("no request line");
    };
    let mut headers = Vec::new();
    for line in lines {
        let (name, value) = line.split_once(": ").ok_or("no header line")?;
        let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if name.is_empty() || !name.bytes().all(token) {
            return Err("no header name");
        }
        if value.is_empty() || value.trim() != value {
            return Err("no header value");
        }
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    headers.sort();
    if headers.windows(2).any(|two| two[0].0 == two[1].0) {
        return Err("a header twice");
    }
    let request = Request { method: method.to_owned(), target: target.to_owned(), headers, body: body.to_owned() };
    if request.header("host").is_none() || request.header("transfer-encoding").is_some() {
        return Err("no host, or a transfer coding");
    }
    let length = if method == "CONNECT" { None } else { Some(body.len().to_string()) };
    if request.header("content-length") != length.as_deref() || (length.is_none() && !body.is_empty()) {
        return Err("a body of another length");
    }
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::parsed;

    #[test]
    fn a_broken_request_is_complained_of() {
        let good = "POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\nx-shop: a b\r\n\r\n{}";
        let request = parsed(good.as_bytes()).unwrap();
        assert_eq!((request.header("x-shop"), &*request.body), (Some("a b"), "{}"));
        for (from, to) in [
            ("a b", "a\r\nb"),
            ("a b", "a\nevil: b"),
            ("a b", "a\rb"),
            ("a b", "a\r\nevil:b"),
            ("a b", "a\r\n\r\nb"),
            ("a b", "a\r\ncontent-length: 2"),
            ("a b", "a\r\ntransfer-encoding: chunked"),
            ("a b", " b"),
            ("a b", "ğ"),
            ("{}", "{}{}"),
            ("{}", "{"),
            ("content-length: 2\r\n", ""),
            ("content-length: 2", "content-length: +2"),
            ("host: a\r\n", ""),
            ("/x", "/x y"),
            ("HTTP/1.1", "HTTP/1.0"),
        ] {
            let broken = good.replacen(from, to, 1);
            assert!(parsed(broken.as_bytes()).is_err(), "{broken:?}");
        }
    }
}
