//! One accepted connection: it does the steps of a script and keeps what the client said.

use std::io::{self, Read, Write};
use std::net::{IpAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::ops::DerefMut;
use std::os::fd::AsRawFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::{ConnectionCommon, HandshakeKind, ServerConfig, ServerConnection};

use crate::peer::Shared;
use crate::relay::{self, Ends, Relayed};
use crate::script::{At, Flight, PAUSE, Step};

/// No wait of a peer is longer, so that no fault of the client's can hang the suite.
pub const BOUND: Duration = Duration::from_secs(10);

const RECORD_HEADER: usize = 5;

/// What a client said on a connection.
#[derive(Debug, Default)]
pub struct Said {
    /// Application bytes, deciphered.
    pub bytes: Vec<u8>,
    /// Bytes of records that hold application data, but could not be deciphered: they came in part only, or after
    /// the peer had spoilt its own session.
    pub sealed: usize,
    /// The address at which it came.
    pub at: Option<IpAddr>,
}

pub struct Wire {
    /// None once the peer has closed it.
    tcp: Option<Arc<TcpStream>>,
    slot: usize,
    shared: Arc<Shared>,
    config: Option<Arc<ServerConfig>>,
    tls: Option<Box<ServerConnection>>,
    /// The handshake has to go on with an earlier session.
    resumed: bool,
    /// TLS bytes that are not a whole record yet.
    raw: Vec<u8>,
    said: Said,
    /// How many of the bytes the script has read.
    taken: usize,
    /// What is to be sent together, while it is gathered.
    held: Option<Vec<u8>>,
    /// How many bytes were put on the socket, and whether no more will be.
    put: usize,
    ended: bool,
    ends: Option<Ends>,
    until: Instant,
}

impl Wire {
    pub fn new(tcp: TcpStream, shared: Arc<Shared>, config: Option<Arc<ServerConfig>>) -> io::Result<Self> {
        tcp.set_read_timeout(Some(BOUND))?;
        tcp.set_write_timeout(Some(BOUND))?;
        tcp.set_nodelay(true)?;
        let tcp = Arc::new(tcp);
        let slot = shared.register(&tcp);
        let until = Instant::now() + BOUND;
        let here = tcp.local_addr()?;
        let said = Said { at: Some(here.ip()), ..Said::default() };
        // A client that has gone already has no address any more.
        let ends = tcp.peer_addr().ok().map(|client| (client, here));
        Ok(Wire {
            tcp: Some(tcp),
            slot,
            shared,
            config,
            tls: None,
            resumed: false,
            raw: vec![],
            said,
            taken: 0,
            held: None,
            put: 0,
            ended: false,
            ends,
            until,
        })
    }

    /// Does the script, then listens until the client is gone. Returns all that the client said.
    pub fn play(mut self, script: &[Step]) -> Said {
        // An error is the client's going away, which many a point provokes: what it means for the call is
        // judged by what the client said, not here.
        let _ = script.iter().try_for_each(|step| self.step(step));
        while Instant::now() < self.until && matches!(self.hear(usize::MAX), Ok(1..)) {}
        self.hang_up();
        let rest = std::mem::take(&mut self.raw);
        self.seal(&rest);
        self.said
    }

    fn step(&mut self, step: &Step) -> io::Result<()> {
        match step {
            Step::Hello => {
                let record = self.record()?;
                self.decipher(&record)?.map_err(io::Error::other)
            }
            Step::Resumed => {
                self.resumed = true;
                Ok(())
            }
            Step::Shake => self.shake(|wire, _, bytes| wire.put(bytes).map(|()| true)),
            Step::ShakeInBytes => self.shake(|wire, _, bytes| wire.put_slowly(bytes, None).map(|()| true)),
            Step::ShakeTo(flight, at) => self.shake_to(*flight, *at, |_, _| Ok(())),
            Step::ShakeFlipped(flight, n) => self.shake(|wire, this, bytes| {
                let bytes = if this == *flight as usize { flipped(bytes, *n) } else { bytes.to_vec() };
                wire.put(&bytes).map(|()| true)
            }),
            Step::ShakeLate(pause) => self.shake(|wire, flight, bytes| {
                if flight == 0 {
                    wire.rest(Some(*pause))?;
                }
                wire.put(bytes).map(|()| true)
            }),
            Step::ShakeDrip(flight, at) => self.shake_to(*flight, *at, |wire, rest| wire.put_slowly(rest, Some(PAUSE))),
            Step::Peek => match self.tcp()?.peek(&mut [0])? {
                0 => Err(io::ErrorKind::UnexpectedEof.into()),
                _ => Ok(()),
            },
            Step::Read(n) => self.read(*n),
            // A byte at a time: the body stays unread in the socket.
            Step::Head => self.take(1, blank_line),
            Step::Request => self.take(usize::MAX, request_end),
            Step::Deaf => {
                self.shared.wait_for_go();
                Ok(())
            }
            Step::Send(bytes) => {
                let bytes = self.encipher(bytes)?;
                self.put(&bytes)
            }
            Step::SendInBytes(bytes) => self.send_slowly(bytes, None),
            Step::Drip(bytes) => self.send_slowly(bytes, Some(PAUSE)),
            Step::Flood(bytes) => {
                while Instant::now() < self.until {
                    let bytes = self.encipher(bytes)?;
                    self.put(&bytes)?;
                }
                Ok(())
            }
            Step::Trickle(bytes) => loop {
                let bytes = self.encipher(bytes)?;
                self.put(&bytes)?;
                self.rest(Some(PAUSE))?;
            },
            Step::Together(steps) => {
                self.held = Some(Vec::new());
                steps.iter().try_for_each(|step| self.step(step))?;
                let bytes = self.held.take().unwrap_or_default();
                self.put(&bytes)
            }
            Step::Raw(bytes) => self.put(bytes),
            Step::SendPart(bytes, n) => {
                let record = self.encipher(bytes)?;
                assert!(*n < record.len(), "{n} bytes are no part of a record of {}", record.len());
                self.put(&record[..*n])
            }
            Step::DripRecord(bytes) => {
                let record = self.encipher(bytes)?;
                self.put_slowly(&record, Some(PAUSE))
            }
            Step::SendSpoilt(bytes) => {
                let mut record = self.encipher(bytes)?;
                let middle = record.len() / 2;
                record[middle] ^= 0x55;
                self.put(&record)
            }
            Step::SendFlipped(bytes, n) => {
                let records = self.encipher(bytes)?;
                self.put(&flipped(&records, *n))
            }
            Step::Alert => self.alert(),
            Step::Notify => {
                self.session()?.send_close_notify();
                self.flush()
            }
            Step::KeyUpdate => {
                self.session()?.refresh_traffic_keys().map_err(io::Error::other)?;
                self.flush()
            }
            Step::Relay => self.relay(None),
            Step::RelayTo(most) => self.relay(Some(*most)),
            Step::Fin => {
                self.ended = true;
                self.tcp()?.shutdown(std::net::Shutdown::Write)
            }
            Step::Close => {
                self.glance()?;
                self.hang_up();
                Ok(())
            }
            Step::Reset => {
                self.glance()?;
                self.reset()
            }
            Step::Idle => self.shared.wait_for_go().ok_or_else(|| io::ErrorKind::BrokenPipe.into()),
            Step::Done => {
                if let Some(ends) = self.ends {
                    relay::wait_until_passed(ends, if self.ended { relay::END } else { self.put });
                }
                behind_all_that_was_sent()?;
                self.shared.say_done();
                Ok(())
            }
        }
    }

    fn tcp(&self) -> io::Result<&TcpStream> {
        self.tcp.as_deref().ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    fn reset(&mut self) -> io::Result<()> {
        no_linger(self.tcp()?)?;
        self.hang_up();
        Ok(())
    }

    /// Closes the socket for good: nobody else may hold it then.
    fn hang_up(&mut self) {
        self.ended = true;
        self.shared.forget(self.slot);
        self.tcp = None;
    }

    // Reading.

    /// Hears something of what the client says, at most `limit` bytes if there is no TLS. 0: no more will come.
    fn hear(&mut self, limit: usize) -> io::Result<usize> {
        if self.config.is_none() {
            let mut some = [0; 16 * 1024];
            let limit = limit.min(some.len());
            let n = self.tcp()?.read(&mut some[..limit])?;
            self.said.bytes.extend_from_slice(&some[..n]);
            return Ok(n);
        }
        let record = match self.record() {
            Ok(record) => record,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(0),
            Err(error) => return Err(error),
        };
        // Before the handshake, or after the peer spoilt it, nothing that comes can be deciphered, nor counted.
        if self.tls.is_some() {
            let _ = self.decipher(&record)?;
        }
        Ok(record.len())
    }

    /// Counts what has come, but leaves it unread: the close of a socket with unread bytes is a reset.
    fn glance(&mut self) -> io::Result<()> {
        let mut unread = vec![0; 1 << 20];
        self.tcp()?.set_nonblocking(true)?;
        let n = self.tcp()?.peek(&mut unread);
        self.tcp()?.set_nonblocking(false)?;
        unread.truncate(n.unwrap_or(0));
        if self.config.is_none() {
            self.said.bytes.append(&mut unread);
        } else if self.tls.is_some() {
            self.raw.append(&mut unread);
            while let Some(length) = record_length(&self.raw).filter(|length| *length <= self.raw.len()) {
                let rest = self.raw.split_off(length);
                let record = std::mem::replace(&mut self.raw, rest);
                let _ = self.decipher(&record)?;
            }
        }
        Ok(())
    }

    /// Reads on, at most `limit` bytes at a time, until the end that `end` looks for has been heard.
    fn take(&mut self, limit: usize, end: impl Fn(&[u8]) -> Option<usize>) -> io::Result<()> {
        loop {
            if let Some(n) = end(&self.said.bytes[self.taken..]) {
                self.taken += n;
                return Ok(());
            }
            if self.hear(limit)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    fn read(&mut self, n: usize) -> io::Result<()> {
        if self.config.is_some() {
            return self.raw_to(n);
        }
        let goal = self.taken + n;
        while self.said.bytes.len() < goal {
            if self.hear(goal - self.said.bytes.len())? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        self.taken = goal;
        Ok(())
    }

    /// Has at least the first `n` bytes of the next record, and takes no byte more than that off the socket.
    fn raw_to(&mut self, n: usize) -> io::Result<()> {
        while self.raw.len() < n {
            let mut some = vec![0; n - self.raw.len()];
            let n = self.tcp()?.read(&mut some)?;
            if n == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.raw.extend_from_slice(&some[..n]);
        }
        Ok(())
    }

    /// Has TLS take in a record. What it says of it is the inner result: it may have an alert to send.
    fn decipher(&mut self, mut record: &[u8]) -> io::Result<Result<(), rustls::Error>> {
        let whole = record;
        while !record.is_empty() {
            let tls = self.session()?;
            tls.read_tls(&mut record)?;
            if let Err(error) = tls.process_new_packets() {
                self.seal(whole);
                return Ok(Err(error));
            }
            let mut said = Vec::new();
            match tls.reader().read_to_end(&mut said) {
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(error),
                _ => self.said.bytes.append(&mut said),
            }
        }
        Ok(Ok(()))
    }

    /// Counts bytes that cannot be deciphered, if they can only be application data: an alert is shorter, and before
    /// the end of the handshake there is none.
    fn seal(&mut self, bytes: &[u8]) {
        const APPLICATION_DATA: u8 = 23;
        const LONGEST_ALERT: u16 = 19;
        let connected = self.tls.as_ref().is_some_and(|tls| !tls.is_handshaking());
        match bytes {
            [APPLICATION_DATA, _, _, high, low, ..] if connected => {
                let longer = u16::from_be_bytes([*high, *low]) > LONGEST_ALERT;
                self.said.sealed += if longer { bytes.len() } else { 0 };
            }
            _ => {}
        }
    }

    /// The next TLS record: a whole one, and not a byte of the one after it.
    fn record(&mut self) -> io::Result<Vec<u8>> {
        self.raw_to(RECORD_HEADER)?;
        let length = record_length(&self.raw).expect("the header is there");
        self.raw_to(length)?;
        Ok(std::mem::take(&mut self.raw))
    }

    // Writing.

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.held {
            Some(held) => held.extend_from_slice(bytes),
            None => {
                self.tcp()?.write_all(bytes)?;
                self.put += bytes.len();
            }
        }
        Ok(())
    }

    fn put_slowly(&mut self, bytes: &[u8], pause: Option<Duration>) -> io::Result<()> {
        for byte in bytes {
            self.put(&[*byte])?;
            self.rest(pause)?;
        }
        Ok(())
    }

    fn send_slowly(&mut self, bytes: &[u8], pause: Option<Duration>) -> io::Result<()> {
        for byte in bytes {
            let bytes = self.encipher(&[*byte])?;
            self.put(&bytes)?;
            self.rest(pause)?;
        }
        Ok(())
    }

    fn rest(&self, pause: Option<Duration>) -> io::Result<()> {
        if let Some(pause) = pause {
            std::thread::sleep(pause);
        }
        match Instant::now() < self.until {
            true => Ok(()),
            false => Err(io::ErrorKind::TimedOut.into()),
        }
    }

    /// What has to go onto the socket for the client to hear `bytes`.
    fn encipher(&mut self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        if self.config.is_none() {
            return Ok(bytes.to_vec());
        }
        let tls = self.session()?;
        let mut records = Vec::new();
        let mut left = bytes;
        while !left.is_empty() {
            let n = tls.writer().write(left)?;
            left = &left[n..];
            drain(tls, &mut records)?;
        }
        Ok(records)
    }

    /// Sends what TLS itself has to say.
    fn flush(&mut self) -> io::Result<()> {
        let mut records = Vec::new();
        drain(self.session()?, &mut records)?;
        self.put(&records)
    }

    /// rustls sends a fatal alert only for a reason: give it one, a record that nobody can decipher.
    fn alert(&mut self) -> io::Result<()> {
        let nonsense = [&[0x17, 3, 3, 0, 32][..], &[0; 32]].concat();
        let tls = self.session()?;
        tls.read_tls(&mut &nonsense[..])?;
        tls.process_new_packets().expect_err("nonsense is no record");
        self.flush()
    }

    // What a proxy does.

    fn relay(&mut self, most: Option<usize>) -> io::Result<()> {
        let head = String::from_utf8_lossy(&self.said.bytes[..self.taken]);
        let authority = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let Some(origin) = connect(&authority) else {
            return self.put(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
        };
        self.put(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
        let (Ok(here), Ok(there)) = (origin.local_addr(), origin.peer_addr()) else {
            // The origin has reset it already.
            return self.reset();
        };
        let ends = (here, there);
        let relayed = relay::relay(self.tcp()?, &origin, ends, most, || self.shared.is_over());
        match relayed {
            Ok(Relayed::Reset) => self.reset()?,
            Ok(Relayed::Closed) | Err(_) => self.hang_up(),
            Ok(Relayed::Enough) => {}
        }
        relay::ended(ends);
        relayed.map(drop)
    }

    // The handshake.

    fn session(&mut self) -> io::Result<&mut ServerConnection> {
        let config = self.config.clone().expect("TLS steps belong to a point over https");
        if self.tls.is_none() {
            self.tls = Some(Box::new(ServerConnection::new(config).map_err(io::Error::other)?));
        }
        Ok(self.tls.as_mut().expect("it was just made"))
    }

    /// The handshake, each flight of the peer's by way of `send`, which says whether to go on.
    fn shake(&mut self, mut send: impl FnMut(&mut Self, usize, &[u8]) -> io::Result<bool>) -> io::Result<()> {
        let mut flight = 0;
        let mut verdict = Ok(());
        loop {
            let tls = self.session()?;
            let shaking = tls.is_handshaking();
            let mut bytes = Vec::new();
            drain(tls, &mut bytes)?;
            let full = tls.handshake_kind().is_some_and(|kind| kind != HandshakeKind::Resumed);
            assert!(!(self.resumed && full), "the client did not go on with its session");
            if !bytes.is_empty() && !send(self, flight, &bytes)? {
                return Ok(());
            }
            flight += usize::from(!bytes.is_empty());
            verdict.map_err(io::Error::other)?;
            if !shaking {
                return Ok(());
            }
            let record = self.record()?;
            verdict = self.decipher(&record)?;
        }
    }

    fn shake_to(
        &mut self,
        flight: Flight,
        at: At,
        rest: impl Fn(&mut Self, &[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let wanted = flight as usize;
        let mut reached = false;
        self.shake(|wire, flight, bytes| {
            if flight != wanted {
                return wire.put(bytes).map(|()| true);
            }
            reached = true;
            let cut = place(bytes, at);
            wire.put(&bytes[..cut])?;
            rest(wire, &bytes[cut..])?;
            Ok(false)
        })?;
        assert!(reached, "this handshake has no flight {flight:?}");
        Ok(())
    }
}

/// The first address of these that accepts.
fn connect(authority: &str) -> Option<TcpStream> {
    let addresses = authority.to_socket_addrs().ok()?;
    let origin = addresses.into_iter().find_map(|address| TcpStream::connect_timeout(&address, BOUND / 5).ok())?;
    origin.set_nodelay(true).ok().map(|()| origin)
}

/// The bytes, with one bit of their n-th one flipped: of every eight bytes in a row, another one.
fn flipped(bytes: &[u8], n: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[n] ^= 1 << (n % 8);
    bytes
}

/// The length of the record that begins here, its header included, if the header is there.
pub fn record_length(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [_, _, _, high, low, ..] => Some(RECORD_HEADER + usize::from(u16::from_be_bytes([*high, *low]))),
        _ => None,
    }
}

/// The offset of a place in a flight.
fn place(flight: &[u8], at: At) -> usize {
    let mut starts = vec![0];
    let mut next = 0;
    while let Some(length) = record_length(&flight[next..]) {
        next += length;
        starts.push(next);
    }
    let records = starts.len() - 1;
    match at {
        At::Byte(n) => {
            assert!(n < flight.len(), "the flight has {} bytes", flight.len());
            n
        }
        At::Record(n) => {
            assert!(n < records, "the flight has {records} records");
            starts[n]
        }
        At::Inside(n) => {
            assert!(n < records, "the flight has {records} records");
            (starts[n] + starts[n + 1]) / 2
        }
        At::Last => starts[records - 1],
        At::OneShort => flight.len() - 1,
        At::End => flight.len(),
    }
}

/// Takes all that one side of TLS has to send.
pub fn drain<T>(tls: &mut impl DerefMut<Target = ConnectionCommon<T>>, to: &mut Vec<u8>) -> io::Result<()> {
    while tls.wants_write() {
        tls.write_tls(to)?;
    }
    Ok(())
}

/// The length of a head, its blank line included.
pub fn blank_line(said: &[u8]) -> Option<usize> {
    said.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
}

/// The length of a whole request.
pub fn request_end(said: &[u8]) -> Option<usize> {
    let head = blank_line(said)?;
    let length = field(&said[..head], "content-length")?.parse::<usize>().ok()?;
    (said.len() >= head + length).then_some(head + length)
}

/// The value of a header field, if its line has come to its end.
pub fn field(head: &[u8], name: &str) -> Option<String> {
    let head = String::from_utf8_lossy(head);
    head.split_inclusive("\r\n").skip(1).find_map(|line| {
        let (field, value) = line.strip_suffix("\r\n")?.split_once(':')?;
        field.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })
}

/// Returns when what was sent over the loopback before has reached its receiver: packets are delivered in order,
/// so a round trip over another connection comes after them.
fn behind_all_that_was_sent() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut near = TcpStream::connect(listener.local_addr()?)?;
    let (mut far, _) = listener.accept()?;
    near.write_all(b"?")?;
    far.read_exact(&mut [0])?;
    far.write_all(b"!")?;
    near.read_exact(&mut [0])
}

/// Makes the close to come a reset.
fn no_linger(tcp: &TcpStream) -> io::Result<()> {
    set_option(tcp, (libc::SOL_SOCKET, libc::SO_LINGER), &libc::linger { l_onoff: 1, l_linger: 0 })
}

/// Small buffers for the connections that `listener` will accept, on either side: the segments of a connection decide
/// on the size of the sender's buffer.
pub fn small_buffers(listener: &TcpListener) -> io::Result<()> {
    set_option::<libc::c_int>(listener, (libc::SOL_SOCKET, libc::SO_RCVBUF), &8192)?;
    set_option::<libc::c_int>(listener, (libc::IPPROTO_TCP, libc::TCP_MAXSEG), &536)
}

fn set_option<T>(socket: &impl AsRawFd, (level, name): (libc::c_int, libc::c_int), value: &T) -> io::Result<()> {
    let length = libc::socklen_t::try_from(size_of::<T>()).expect("an option is small");
    // SAFETY: the descriptor is open while `socket` is borrowed; the pointer and the length are those of `value`,
    // which the kernel only reads, during the call.
    let result = unsafe { libc::setsockopt(socket.as_raw_fd(), level, name, std::ptr::from_ref(value).cast(), length) };
    match result {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
