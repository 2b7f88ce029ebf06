//! The fault peer: a listener of its own for one point, a thread for each connection, and a count of what came.

use std::io;
use std::net::{IpAddr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rustls::ServerConfig;

use crate::answers;
use crate::script::Step;
use crate::wire::{self, BOUND, Said, Wire};

/// What is at the address that the client gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listen {
    Normally,
    /// With buffers that do not take a large request.
    SmallBuffers,
    /// Nobody: the connection is refused.
    Nobody,
    /// A listener whose queue is full, so that the system answers no SYN.
    QueueFull,
    /// At this address, which may stand for all.
    On(&'static str),
    /// At [`NEIGHBOUR`], and before it there are three whose queues are full: [`DEAD`].
    DeadNeighbours,
    /// At [`NEIGHBOUR`], and at the first address before it there is one that closes every connection at once.
    RudeNeighbour,
}

/// Addresses among which the system's resolver has no preference: it leaves them in the name server's order.
pub const DEAD: [&str; 3] = ["127.0.0.4", "127.0.0.5", "127.0.0.6"];
pub const NEIGHBOUR: &str = "127.0.0.7";

/// What the threads of a peer share.
pub struct Shared {
    sockets: Mutex<Sockets>,
    go: Mutex<Receiver<()>>,
    done: Mutex<Sender<()>>,
}

#[derive(Default)]
struct Sockets {
    open: Vec<Option<Arc<TcpStream>>>,
    /// Every call has returned: what is not there by now will not come.
    over: bool,
}

impl Shared {
    fn sockets(&self) -> std::sync::MutexGuard<'_, Sockets> {
        self.sockets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number under which the peer keeps this socket, to wake its thread at the end.
    pub fn register(&self, tcp: &Arc<TcpStream>) -> usize {
        let mut sockets = self.sockets();
        if sockets.over {
            let _ = tcp.shutdown(Shutdown::Both);
        }
        sockets.open.push(Some(Arc::clone(tcp)));
        sockets.open.len() - 1
    }

    pub fn forget(&self, slot: usize) {
        self.sockets().open[slot] = None;
    }

    /// Whether every call has returned.
    pub fn is_over(&self) -> bool {
        self.sockets().over
    }

    /// None: there is no call to wait for any more.
    pub fn wait_for_go(&self) -> Option<()> {
        let go = self.go.lock().unwrap_or_else(PoisonError::into_inner);
        go.recv_timeout(BOUND).ok()
    }

    pub fn say_done(&self) {
        // Nobody listens when the point is over already.
        let _ = self.done.lock().unwrap_or_else(PoisonError::into_inner).send(());
    }
}

pub struct Peer {
    address: SocketAddr,
    shared: Arc<Shared>,
    go: Sender<()>,
    done: Receiver<()>,
    accepting: Option<JoinHandle<io::Result<Vec<Said>>>>,
    /// Kept open for those that are not served.
    _held: Vec<TcpStream>,
    _listeners: Vec<TcpListener>,
}

/// What a peer heard on all its connections.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// Connections on which the client said anything.
    pub connections: usize,
    /// Their addresses on this side.
    pub at: Vec<IpAddr>,
    /// Application bytes, after TLS.
    pub bytes: usize,
    /// Bytes of TLS records that can only hold application data, but were not deciphered.
    pub sealed: usize,
    pub requests: Vec<Heading>,
    /// How often a proxy was asked for a connection.
    pub connects: usize,
    /// Bytes that came in place of a request.
    pub stray: usize,
}

/// A request that has begun to arrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// Its `X-Request-Id`, where so much of it arrived.
    pub id: Option<String>,
}

impl Peer {
    /// One script for each connection, in the order of their coming. Whatever connection comes after those is
    /// served well: a request that is sent once too often succeeds, and is counted.
    pub fn start(listen: Listen, scripts: Vec<Vec<Step>>, config: Option<Arc<ServerConfig>>) -> io::Result<Self> {
        let well = serve_well(config.is_some());
        Self::start_with(listen, scripts, well, config)
    }

    /// A proxy: whatever connection comes after those with a script is relayed.
    pub fn proxy(listen: Listen, scripts: Vec<Vec<Step>>) -> io::Result<Self> {
        Self::start_with(listen, scripts, vec![Step::Head, Step::Relay], None)
    }

    fn start_with(
        listen: Listen,
        scripts: Vec<Vec<Step>>,
        well: Vec<Step>,
        config: Option<Arc<ServerConfig>>,
    ) -> io::Result<Self> {
        let ip = match listen {
            Listen::On(ip) => ip,
            Listen::DeadNeighbours | Listen::RudeNeighbour => NEIGHBOUR,
            _ => "127.0.0.1",
        };
        let listener = TcpListener::bind((ip, 0))?;
        let mut address = listener.local_addr()?;
        let (go, going) = channel();
        let (say_done, done) = channel();
        let sockets = Mutex::default();
        let shared = Arc::new(Shared { sockets, go: Mutex::new(going), done: Mutex::new(say_done) });
        let mut peer = Peer { address, shared, go, done, accepting: None, _held: vec![], _listeners: vec![] };
        match listen {
            Listen::Nobody => {
                // The same port of another loopback address: nobody listens there, and while this listener
                // has the port, nobody else gets it either.
                address.set_ip([127, 0, 0, 2].into());
                peer.address = address;
                peer._listeners.push(listener);
            }
            Listen::QueueFull => {
                peer._held = fill(address);
                peer._listeners.push(listener);
            }
            Listen::Normally
            | Listen::SmallBuffers
            | Listen::On(_)
            | Listen::DeadNeighbours
            | Listen::RudeNeighbour => {
                if listen == Listen::DeadNeighbours {
                    for ip in DEAD {
                        let neighbour = TcpListener::bind((ip, address.port()))?;
                        peer._held.extend(fill(neighbour.local_addr()?));
                        peer._listeners.push(neighbour);
                    }
                }
                if listen == Listen::RudeNeighbour {
                    let neighbour = TcpListener::bind((DEAD[0], address.port()))?;
                    // Ends with the process.
                    std::thread::spawn(move || neighbour.incoming().for_each(drop));
                }
                if listen == Listen::SmallBuffers {
                    wire::small_buffers(&listener)?;
                }
                let shared = Arc::clone(&peer.shared);
                peer.accepting = Some(std::thread::spawn(move || accept(&listener, &scripts, &well, &shared, config)));
            }
        }
        Ok(peer)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets the peer do what it does to an idle connection, and waits until it is done.
    pub fn between_calls(&self) -> Result<(), String> {
        self.go.send(()).map_err(|_| "the peer has gone".to_owned())?;
        self.done.recv_timeout(BOUND).map_err(|_| "the peer did not come to the idle connection".to_owned())
    }

    /// Ends the peer after the last call. What the client had sent by then is counted.
    pub fn finish(mut self) -> Result<Heard, String> {
        let Some(accepting) = self.accepting.take() else {
            return Ok(Heard::default());
        };
        {
            let mut sockets = self.shared.sockets();
            sockets.over = true;
            for tcp in sockets.open.iter().flatten() {
                // What lies in the receive buffer can still be read.
                let _ = tcp.shutdown(Shutdown::Both);
            }
        }
        drop(self.go);
        // Wakes the accepting thread.
        let wake = TcpStream::connect(self.address).map_err(|error| format!("the peer listens no more: {error}"))?;
        drop(wake);
        let said = accepting.join().map_err(|panic| format!("the peer panicked: {}", words(&*panic)))?;
        said.map(|said| tally(&said)).map_err(|error| format!("the peer failed: {error}"))
    }
}

/// Nobody accepts: the system completes connections until the queue is full.
fn fill(address: SocketAddr) -> Vec<TcpStream> {
    std::iter::from_fn(|| TcpStream::connect_timeout(&address, BOUND / 50).ok()).collect()
}

/// Serves every connection until the point is over; returns what was said on each.
fn accept(
    listener: &TcpListener,
    scripts: &[Vec<Step>],
    well: &[Step],
    shared: &Arc<Shared>,
    config: Option<Arc<ServerConfig>>,
) -> io::Result<Vec<Said>> {
    std::thread::scope(|scope| {
        let mut connections = Vec::new();
        loop {
            let tcp = match listener.accept() {
                Ok((tcp, _)) => tcp,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            };
            if shared.is_over() {
                // The call that was to wake this thread, perhaps, or a connection of the client's that came
                // before it: take all that are there, and wait for no more.
                listener.set_nonblocking(true)?;
                tcp.set_nonblocking(false)?;
            }
            let script = scripts.get(connections.len()).map_or(well, Vec::as_slice);
            let wire = Wire::new(tcp, Arc::clone(shared), config.clone())?;
            connections.push(scope.spawn(move || wire.play(script)));
        }
        let said = connections.into_iter().map(|one| one.join());
        // A peer's panic is a mistake in the matrix, and reported as such.
        Ok(said.map(|said| said.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect())
    })
}

/// The script of a peer without a fault.
fn serve_well(tls: bool) -> Vec<Step> {
    let mut script = if tls { vec![Step::Shake] } else { vec![] };
    for _ in 0..8 {
        script.extend([Step::Request, Step::Send(answers::ok())]);
    }
    script
}

/// Counts what was said, connection by connection.
fn tally(said: &[Said]) -> Heard {
    let mut heard = Heard::default();
    for said in said {
        if !said.bytes.is_empty() {
            heard.connections += 1;
            heard.at.extend(said.at);
        }
        heard.bytes += said.bytes.len();
        heard.sealed += said.sealed;
        let mut left = &said.bytes[..];
        while !left.is_empty() {
            if let Some(end) = wire::blank_line(left).filter(|_| left.starts_with(b"CONNECT ")) {
                heard.connects += 1;
                left = &left[end..];
                continue;
            }
            let begun = |start: &[u8]| left.iter().zip(start).all(|(one, other)| one == other);
            if left.len() < 8 && begun(b"CONNECT ") || left.starts_with(b"CONNECT ") {
                break;
            }
            if !begun(b"POST ") {
                heard.stray += left.len();
                break;
            }
            let end = wire::request_end(left).unwrap_or(left.len());
            heard.requests.push(Heading { id: wire::field(&left[..end], "x-request-id") });
            left = &left[end..];
        }
    }
    heard
}

/// What a panic said.
pub fn words(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("something that is no text")
}
