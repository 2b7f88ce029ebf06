//! What a proxy does after its 200: bytes go both ways as they are, and so do the ends. A FIN stays a FIN, a reset a reset.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::os::fd::AsRawFd;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::wire::BOUND;

/// How the relaying ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relayed {
    /// Both sides have closed, or the client's has.
    Closed,
    /// The origin's side was reset.
    Reset,
    /// As many of the origin's bytes as were to be passed on.
    Enough,
}

/// How often a relay that waits looks whether its point is over.
const GLANCE: Duration = Duration::from_millis(50);

/// A connection between a relay and an origin: the address of each. A single port may be part of many.
pub type Ends = (SocketAddr, SocketAddr);

/// How much of what an origin sent on a connection has been passed on to the client.
static PASSED: (Mutex<BTreeMap<Ends, usize>>, Condvar) = (Mutex::new(BTreeMap::new()), Condvar::new());

/// All of it, and the end as well.
pub const END: usize = usize::MAX;

fn passed(ends: Ends, bytes: usize) {
    PASSED.0.lock().unwrap_or_else(PoisonError::into_inner).insert(ends, bytes);
    PASSED.1.notify_all();
}

/// Waits until a relay, if there is one on this connection, has passed on so many bytes of the origin's.
pub fn wait_until_passed(ends: Ends, bytes: usize) {
    let passed = PASSED.0.lock().unwrap_or_else(PoisonError::into_inner);
    let waits = |passed: &mut BTreeMap<Ends, usize>| passed.get(&ends).is_some_and(|so_far| *so_far < bytes);
    drop(PASSED.1.wait_timeout_while(passed, BOUND, waits));
}

/// Passes bytes on until both sides have closed, or `most` bytes of the origin's have been passed on.
pub fn relay(
    client: &TcpStream,
    origin: &TcpStream,
    ends: Ends,
    most: Option<usize>,
    over: impl Fn() -> bool,
) -> io::Result<Relayed> {
    client.set_nonblocking(true)?;
    origin.set_nonblocking(true)?;
    let (mut up, mut down) = (Direction::new(usize::MAX), Direction::new(most.unwrap_or(usize::MAX)));
    passed(ends, 0);
    let until = Instant::now() + BOUND;
    let relayed = loop {
        up.pump(client, origin);
        down.pump(origin, client);
        if down.reset || up.refused {
            // What came before the reset can still be read; pump() has taken it.
            break Relayed::Reset;
        }
        passed(ends, if down.ended { END } else { down.passed });
        if most.is_some_and(|most| down.passed == most) {
            break Relayed::Enough;
        }
        // Once the point is over, only what the client said matters.
        let nobody_there = down.refused || up.reset;
        if (up.ended && (down.ended || over())) || nobody_there || Instant::now() > until {
            break Relayed::Closed;
        }
        wait(client, origin, &up, &down)?;
        if over() && !up.pending.is_empty() && !writable(origin)? {
            break Relayed::Closed;
        }
    };
    client.set_nonblocking(false)?;
    Ok(relayed)
}

/// Says that the end has been passed on, too.
pub fn ended(ends: Ends) {
    passed(ends, END);
}

struct Direction {
    pending: Vec<u8>,
    passed: usize,
    most: usize,
    /// The reading side said that no more comes, and that is passed on.
    ended: bool,
    eof: bool,
    reset: bool,
    /// The writing side takes no more.
    refused: bool,
}

impl Direction {
    fn new(most: usize) -> Self {
        Direction { pending: vec![], passed: 0, most, ended: false, eof: false, reset: false, refused: false }
    }

    fn pump(&mut self, mut from: &TcpStream, mut to: &TcpStream) {
        let mut some = [0; 16 * 1024];
        loop {
            while !self.pending.is_empty() && !self.refused {
                let n = self.pending.len().min(self.most - self.passed);
                if n == 0 {
                    return;
                }
                match to.write(&self.pending[..n]) {
                    Ok(n) => {
                        self.pending.drain(..n);
                        self.passed += n;
                    }
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                    Err(_) => self.refused = true,
                }
            }
            if self.refused || self.reset || self.eof {
                break;
            }
            match from.read(&mut some) {
                Ok(0) => self.eof = true,
                Ok(n) => self.pending.extend_from_slice(&some[..n]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(_) => self.reset = true,
            }
        }
        if self.eof && !self.ended && !self.refused {
            // The socket may have been reset in the meantime: the reading side finds out.
            _ = to.shutdown(Shutdown::Write);
            self.ended = true;
        }
    }
}

fn wait(client: &TcpStream, origin: &TcpStream, up: &Direction, down: &Direction) -> io::Result<()> {
    let events = |reading: &Direction, writing: &Direction| {
        let read = if reading.pending.is_empty() && !reading.eof { libc::POLLIN } else { 0 };
        let write = if writing.pending.is_empty() { 0 } else { libc::POLLOUT };
        read | write
    };
    let mut sides = [poll_fd(client, events(up, down)), poll_fd(origin, events(down, up))];
    // A side that has said all and is asked for nothing would say again and again that it hung up.
    for side in &mut sides {
        side.fd = if side.events == 0 { -1 } else { side.fd };
    }
    poll(&mut sides, GLANCE)
}

fn writable(tcp: &TcpStream) -> io::Result<bool> {
    let mut side = [poll_fd(tcp, libc::POLLOUT)];
    poll(&mut side, Duration::ZERO)?;
    Ok(side[0].revents & libc::POLLOUT != 0)
}

fn poll_fd(tcp: &TcpStream, events: libc::c_short) -> libc::pollfd {
    libc::pollfd { fd: tcp.as_raw_fd(), events, revents: 0 }
}

fn poll(sides: &mut [libc::pollfd], timeout: Duration) -> io::Result<()> {
    let count = libc::nfds_t::try_from(sides.len()).expect("two sides");
    let milliseconds = libc::c_int::try_from(timeout.as_millis()).expect("a short wait");
    // SAFETY: the pointer and the count are those of `sides`, which lives through the call.
    match unsafe { libc::poll(sides.as_mut_ptr(), count, milliseconds) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}
