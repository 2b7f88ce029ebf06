//! A non-blocking TCP socket under a deadline.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::deadline::Deadline;
use crate::os::{self, OwnSocket, Readiness};

pub(super) const READ: Readiness = Readiness { read: true, write: false };
pub(super) const WRITE: Readiness = Readiness { read: false, write: true };
pub(super) const EITHER: Readiness = Readiness { read: true, write: true };

/// A connected socket. It writes only with `send`: `writev` would raise SIGPIPE in a host that does not ignore it.
#[derive(Debug)]
pub(super) struct Socket(OwnSocket);

impl Socket {
    pub(super) fn connect(address: SocketAddr, timeout: Duration) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&address, timeout)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(Socket(OwnSocket::new(stream)?))
    }

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

    use super::{READ, Socket};
    use crate::delivery::deadline::Deadline;

    /// A C program does not ignore SIGPIPE, and rustls writes to several buffers at once wherever it is let.
    #[test]
    #[allow(unsafe_code)]
    fn writing_to_a_closed_connection_raises_no_signal() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let socket = Socket::connect(listener.local_addr().unwrap(), Duration::from_secs(10)).unwrap();
        let (mut peer, _) = listener.accept().unwrap();
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
