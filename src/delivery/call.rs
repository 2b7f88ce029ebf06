//! The call that this thread is making: its limits, and what is true about it so far.
//!
//! ureq works on the calling thread from end to end, and hands a transport neither the call it serves nor its deadline;
//! so they are kept per thread. They also outlive a panic: what was sent stays known.

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::time::{Duration, Instant};

use super::deadline::Deadline;
use super::failure::Failure;
use crate::outcome::Connection;

/// The limits of one call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The whole call.
    pub(crate) deadline: Deadline,
    /// Resolve, connect and TLS together, from when a connection is begun.
    pub(crate) connect_timeout: Duration,
    /// How long a connection may have been idle and still be used.
    pub(crate) idle_timeout: Duration,
}

struct Call {
    limits: Cell<Option<Limits>>,
    sent: Cell<u64>,
    closed_by_peer: Cell<bool>,
    connection: Cell<Option<Connection>>,
    failure: RefCell<Option<Failure>>,
}

thread_local! {
    // Never dropped, so that a host may call from the destructor of a thread-local of its own. Nothing leaks:
    // `take_failure` ends every call.
    static CALL: ManuallyDrop<Call> = const {
        ManuallyDrop::new(Call {
            limits: Cell::new(None),
            sent: Cell::new(0),
            closed_by_peer: Cell::new(false),
            connection: Cell::new(None),
            failure: RefCell::new(None),
        })
    };
}

/// Begins an attempt: nothing is sent, nothing has failed.
pub(crate) fn begin(limits: Limits) {
    CALL.with(|call| {
        call.limits.set(Some(limits));
        call.sent.set(0);
        call.closed_by_peer.set(false);
        call.connection.set(None);
        call.failure.replace(None);
    });
}

/// The limits of the call. Outside of one everything is over at once.
pub(super) fn limits() -> Limits {
    CALL.with(|call| call.limits.get()).unwrap_or_else(|| Limits {
        deadline: Deadline::after(Instant::now(), Duration::ZERO),
        connect_timeout: Duration::ZERO,
        idle_timeout: Duration::ZERO,
    })
}

/// Says that a connection was made for this call.
pub(super) fn connected() {
    CALL.with(|call| call.connection.set(Some(Connection::New)));
}

/// Says that a connection is in use. Where none was made, it is one kept from an earlier call.
pub(super) fn in_use() {
    CALL.with(|call| call.connection.set(call.connection.get().or(Some(Connection::Reused))));
}

/// Which connection carries the call.
pub(crate) fn connection() -> Option<Connection> {
    CALL.with(|call| call.connection.get())
}

/// Counts bytes of the request that were given to the transport.
pub(super) fn count_sent(bytes: usize) {
    CALL.with(|call| call.sent.set(call.sent.get() + bytes as u64));
}

/// Whether any byte of the request was given to the transport.
pub(crate) fn is_sent() -> bool {
    CALL.with(|call| call.sent.get() > 0)
}

/// Says that the peer closed its side in order.
pub(super) fn closed_by_peer() {
    CALL.with(|call| call.closed_by_peer.set(true));
}

pub(super) fn was_closed_by_peer() -> bool {
    CALL.with(|call| call.closed_by_peer.get())
}

/// Keeps the reason for which ureq is about to be told to give up.
pub(super) fn fail(failure: Failure) {
    CALL.with(|call| call.failure.replace(Some(failure)));
}

pub(super) fn take_failure() -> Option<Failure> {
    CALL.with(|call| call.failure.take())
}
