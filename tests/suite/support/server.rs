//! A server over real sockets, plain or TLS, that answers each request as the test says and keeps what it saw.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use rustls::{HandshakeKind, ServerConfig, ServerConnection, StreamOwned};

use super::OK;
use super::certificates::{Authority, Identity};

/// A request as it came over the wire.
#[derive(Clone)]
pub struct Seen {
    /// Counted from 1, in the order in which they were accepted.
    pub connection: usize,
    /// Whether the connection's handshake went on with an earlier session.
    pub resumed: bool,
    pub bytes: Vec<u8>,
}

impl Seen {
    pub fn text(&self) -> String {
        String::from_utf8(self.bytes.clone()).unwrap()
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<String> {
        let text = self.text();
        let head = text.split("\r\n\r\n").next()?.to_owned();
        head.lines().skip(1).find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    }

    pub fn body(&self) -> String {
        self.text().split_once("\r\n\r\n").unwrap().1.to_owned()
    }
}

type Answer = dyn Fn(&Seen) -> Vec<u8> + Send + Sync;

/// Lives as long as the test process; its threads end with it.
pub struct Server {
    address: SocketAddr,
    tls: bool,
    seen: Arc<Mutex<Vec<Seen>>>,
    connections: Arc<AtomicUsize>,
    ca_file: Option<String>,
}

impl Server {
    pub fn http(answer: impl Fn(&Seen) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::start(None, Arc::new(answer))
    }

    /// https with a certificate that the clients of the tests trust.
    pub fn https(answer: impl Fn(&Seen) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let identity = Authority::trusted().leaf(&["localhost", "127.0.0.1"]);
        Self::start(Some(&identity), Arc::new(answer))
    }

    /// https with any certificate.
    pub fn with_identity(identity: &Identity) -> Self {
        Self::start(Some(identity), Arc::new(|_: &Seen| ok(OK)))
    }

    fn start(identity: Option<&Identity>, answer: Arc<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Server {
            address: listener.local_addr().unwrap(),
            tls: identity.is_some(),
            seen: Arc::default(),
            connections: Arc::default(),
            ca_file: identity.map(|_| Authority::trusted().ca_file.to_str().unwrap().to_owned()),
        };
        let config = identity.map(Identity::server_config);
        let (seen, connections) = (Arc::clone(&server.seen), Arc::clone(&server.connections));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (config, answer, seen) = (config.clone(), Arc::clone(&answer), Arc::clone(&seen));
                let connection = connections.fetch_add(1, Ordering::SeqCst) + 1;
                thread::spawn(move || _ = serve(stream.unwrap(), config, connection, &*answer, &seen));
            }
        });
        server
    }

    pub fn url(&self) -> String {
        let (scheme, host) = if self.tls { ("https", "localhost") } else { ("http", "127.0.0.1") };
        format!("{scheme}://{host}:{}", self.address.port())
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn ca_file(&self) -> Option<&str> {
        self.ca_file.as_deref()
    }

    /// Every request so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// How many connections were accepted so far.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// A whole answer with a JSON body.
pub fn ok(body: &str) -> Vec<u8> {
    answer("200 OK", &[("Content-Type", "application/json")], body.as_bytes())
}

/// A whole answer.
pub fn answer(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    [head.as_bytes(), body].concat()
}

trait Stream: Read + Write {
    fn is_resumed(&self) -> bool {
        false
    }
}
impl Stream for TcpStream {}
impl Stream for StreamOwned<ServerConnection, TcpStream> {
    fn is_resumed(&self) -> bool {
        self.conn.handshake_kind() == Some(HandshakeKind::Resumed)
    }
}

fn serve(
    stream: TcpStream,
    config: Option<Arc<ServerConfig>>,
    connection: usize,
    answer: &Answer,
    seen: &Mutex<Vec<Seen>>,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream: Box<dyn Stream> = match config {
        None => Box::new(stream),
        Some(config) => Box::new(StreamOwned::new(ServerConnection::new(config).unwrap(), stream)),
    };
    while let Some(bytes) = read_request(&mut *stream)? {
        let request = Seen { connection, resumed: stream.is_resumed(), bytes };
        let bytes = answer(&request);
        seen.lock().unwrap().push(request);
        stream.write_all(&bytes)?;
        stream.flush()?;
    }
    Ok(())
}

/// One request, up to the end of its body; nothing if the client closed.
fn read_request(stream: &mut dyn Stream) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
            if bytes.len() >= end + 4 + length.unwrap_or(0) {
                return Ok(Some(bytes));
            }
        }
        let mut part = [0; 4096];
        match stream.read(&mut part)? {
            0 => return Ok(None),
            read => bytes.extend_from_slice(&part[..read]),
        }
    }
}
