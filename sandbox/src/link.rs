//! What a handler may do to the connection that carried its request.
//!
//! Some answers of the sandbox are ends of connections. A handler cannot reach the socket, so it asks
//! through this handle, and the task that owns the connection does it.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// One accepted connection, as its requests see it.
#[derive(Debug)]
pub struct Link {
    /// Counted over all listeners, from 1.
    pub number: u64,
    pub scheme: &'static str,
    pub peer_port: u16,
    carried: AtomicBool,
    reset: Notify,
    close: Notify,
}

/// How a handler wants the connection to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// At once, with a TCP reset: nothing shows the peer that it was meant.
    Reset,
    /// In order: close_notify under TLS, then FIN.
    Close,
}

impl Link {
    pub fn new(number: u64, scheme: &'static str, peer_port: u16) -> Self {
        Self { number, scheme, peer_port, carried: AtomicBool::new(false), reset: Notify::new(), close: Notify::new() }
    }

    /// Notes a request to the service; says whether there was one before.
    pub fn carries(&self) -> bool {
        self.carried.swap(true, Ordering::Relaxed)
    }

    /// Asks for the end; the request is kept until the owner looks.
    pub fn end(&self, end: End) {
        match end {
            End::Reset => self.reset.notify_one(),
            End::Close => self.close.notify_one(),
        }
    }

    /// Waits until a handler asks for the end.
    pub async fn ended(&self) -> End {
        tokio::select! {
            () = self.reset.notified() => End::Reset,
            () = self.close.notified() => End::Close,
        }
    }
}
