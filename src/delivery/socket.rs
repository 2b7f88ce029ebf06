//! A non-blocking TCP socket under a deadline.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use socket2::{Domain, SockRef, TcpKeepalive, Type};

use super::deadline::Deadline;
use crate::os::{self, OwnSocket, Readiness};

pub(super) const READ: Readiness = Readiness { read: true, write: false };
pub(super) const WRITE: Readiness = Readiness { read: false, write: true };
pub(super) const EITHER: Readiness = Readiness { read: true, write: true };

/// A connected socket. It writes only with `send`: `writev` would raise SIGPIPE in a host that does not ignore it.
#[derive(Debug)]
pub(super) struct Socket(OwnSocket);

/// A socket that is being connected.
#[derive(Debug)]
pub(super) struct Connecting(TcpStream);

/// While a connection is idle, the system asks the peer every now and then whether it is still there: a firewall on the way
/// may have forgotten the connection without a word. A dead one is found within 8 s.
const FIRST_PROBE: Duration = Duration::from_secs(5);
const NEXT_PROBE: Duration = Duration::from_secs(1);
/// Windows 7 cannot set it; its 10 are enough.
#[cfg(not(windows))]
const PROBES: u32 = 3;

impl Connecting {
    pub(super) fn begin(to: SocketAddr) -> io::Result<Self> {
        let socket = socket2::Socket::new(Domain::for_address(to), Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        match socket.connect(&to.into()) {
            Err(error) if !is_in_progress(&error) => return Err(error),
            _ => {}
        }
        Ok(Connecting(socket.into()))
    }

    /// Whether it is connected by now, or why it never will be.
    pub(super) fn is_connected(&self) -> io::Result<bool> {
        if let Some(error) = self.0.take_error()? {
            return Err(error);
        }
        match self.0.peer_addr() {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The socket, once it is connected.
    pub(super) fn finish(self) -> io::Result<Socket> {
        self.0.set_nodelay(true)?;
        let probes = TcpKeepalive::new().with_time(FIRST_PROBE).with_interval(NEXT_PROBE);
        #[cfg(not(windows))]
        let probes = probes.with_retries(PROBES);
        // They help, but a connection is good without them.
        _ = SockRef::from(&self.0).set_tcp_keepalive(&probes);
        Ok(Socket(OwnSocket::new(self.0)?))
    }

    /// Waits until one of them may have got further, or the time has passed.
    pub(super) fn wait<'a>(all: impl Iterator<Item = &'a Connecting>, timeout: Duration) -> io::Result<()> {
        let streams: Vec<&TcpStream> = all.map(|connecting| &connecting.0).collect();
        os::wait_for_progress(&streams, timeout)
    }
}

fn is_in_progress(error: &io::Error) -> bool {
    #[cfg(unix)]
    let in_progress = error.raw_os_error() == Some(libc::EINPROGRESS);
    #[cfg(windows)]
    let in_progress = error.kind() == io::ErrorKind::WouldBlock;
    in_progress
}

impl Socket {
    /// Waits until the socket is ready, or the deadline passed: then there is nothing.
    pub(super) fn wait(&self, wanted: Readiness, deadline: Deadline) -> io::Result<Option<Readiness>> {
        loop {
            let Some(remaining) = deadline.remaining() else { return Ok(None) };
            let ready = os::wait(&self.0, wanted, remaining)?;
            // Nothing is ready after a signal, or when a timer fired early.
            if ready != Readiness::default() {
                return Ok(Some(ready));
            }
        }
    }

    /// Whether the socket is still ours. A host that closes every descriptor may have got this number again for a file of
    /// its own, and that must not be touched.
    pub(super) fn is_ours(&self) -> bool {
        self.0.is_ours()
    }

    /// Whether the peer has neither sent anything nor closed.
    pub(super) fn is_silent(&self) -> bool {
        matches!(self.0.peek(&mut [0]), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }
}

impl Read for &Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (&*self.0).read(buffer)
    }
}

impl Write for &Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&*self.0).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether the operation may simply be tried again, after waiting if it would block.
pub(super) fn is_transient(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::{IoSlice, Read, Write};
    use std::net::TcpListener;
    use std::time::{Duration, Instant};

    use super::{Connecting, READ};
    use crate::delivery::deadline::Deadline;

    /// A C program does not ignore SIGPIPE, and rustls writes to several buffers at once wherever it is let.
    #[test]
    #[allow(unsafe_code)]
    fn writing_to_a_closed_connection_raises_no_signal() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let connecting = Connecting::begin(listener.local_addr().unwrap()).unwrap();
        let (mut peer, _) = listener.accept().unwrap();
        assert!(connecting.is_connected().unwrap());
        let socket = connecting.finish().unwrap();
        (&socket).write_all(b"unread").unwrap();
        peer.read_exact(&mut [0]).unwrap();
        // Closed with something unread: the peer answers everything with a reset.
        drop(peer);
        let in_a_minute = Deadline::after(Instant::now(), Duration::from_secs(60));
        assert!(socket.wait(READ, in_a_minute).unwrap().is_some());

        // SAFETY: the child makes only system calls, and ends with `_exit`.
        let child = unsafe { libc::fork() };
        if child == 0 {
            // SAFETY: back to what a C program has; the Rust runtime of the tests ignores the signal.
            unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
            for _ in 0..3 {
                _ = (&socket).write(b"x");
                _ = (&socket).write_vectored(&[IoSlice::new(b"x"), IoSlice::new(b"y")]);
            }
            // SAFETY: ends the process at once.
            unsafe { libc::_exit(0) };
        }
        let mut status = 0;
        // SAFETY: waits for the child.
        assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
        assert_eq!(status, 0, "13 is SIGPIPE");
    }
}
