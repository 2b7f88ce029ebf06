//! A socket that the host may close without the library's knowledge, as a program does that becomes a daemon and closes
//! every descriptor. Its number may then belong to a file or a socket of the host.

use std::io;
use std::mem::ManuallyDrop;
use std::net::TcpStream;
use std::ops::Deref;

use super::platform::{self, Identity};

/// A socket of ours: it knows whether its descriptor still leads to it, and closes no other.
#[derive(Debug)]
pub(crate) struct OwnSocket {
    stream: ManuallyDrop<TcpStream>,
    identity: Identity,
}

impl OwnSocket {
    pub(crate) fn new(stream: TcpStream) -> io::Result<Self> {
        let stream = platform::off_the_standard_streams(stream)?;
        let identity = platform::identity(&stream)?;
        Ok(OwnSocket { stream: ManuallyDrop::new(stream), identity })
    }

    /// Whether the descriptor still leads to this socket. Between the answer and the next use only a host that closes
    /// descriptors while another of its threads is calling can change that.
    pub(crate) fn is_ours(&self) -> bool {
        platform::identity(&self.stream).is_ok_and(|identity| identity == self.identity)
    }
}

impl Deref for OwnSocket {
    type Target = TcpStream;

    fn deref(&self) -> &TcpStream {
        &self.stream
    }
}

impl Drop for OwnSocket {
    fn drop(&mut self) {
        if self.is_ours() {
            // SAFETY: dropped only here, and not used after.
            unsafe { ManuallyDrop::drop(&mut self.stream) }
        }
    }
}
