//! A call: its limits, and what is true about it so far.
//!
//! ureq works on the calling thread from end to end, and hands a transport neither the call that it serves nor the deadline
//! of that. So what is true about a call is kept per thread, where the transport finds it: that is what the free functions
//! here are for. All other code holds the call as a value.

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::time::{Duration, Instant};

use super::deadline::Deadline;
use super::failure::Failure;
use super::keep_alive::KeepAlive;
use crate::outcome::Connection;
use crate::secret::Wiped;

/// The limits of one call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The whole call.
    pub(crate) deadline: Deadline,
    /// Connect, proxy and TLS together, from when the addresses are known.
    pub(crate) connect_timeout: Duration,
    /// How long a connection may have been idle and still be used.
    pub(crate) idle_timeout: Duration,
}

/// The call that this thread is making. A thread makes one at a time.
///
/// It outlives a panic that is caught while it is held: what was sent stays known.
#[must_use = "the call ends when it is dropped"]
pub(crate) struct Call {
    /// What is true about it is kept only for this thread.
    _of_this_thread: PhantomData<*const ()>,
}

impl Call {
    /// Begins a call: nothing is sent, nothing has failed.
    pub(crate) fn begin(limits: Limits) -> Self {
        STATE.with(|state| state.begin(Some(limits)));
        Call { _of_this_thread: PhantomData }
    }

    /// Begins another attempt within the same limits, after one that sent nothing.
    pub(super) fn try_again(&self) {
        STATE.with(|state| state.begin(state.limits.get()));
    }

    /// Keeps the fields that the transport adds to the head of the request.
    pub(super) fn carry(&self, fields: Wiped) {
        STATE.with(|state| state.fields.replace(fields));
    }

    /// Whether any byte of the request was given to the transport.
    pub(crate) fn is_sent(&self) -> bool {
        is_sent()
    }

    /// Which connection carries the call.
    pub(crate) fn connection(&self) -> Option<Connection> {
        connection()
    }

    /// Whether a kept connection turned out to be dead: it broke, or was silent, without one byte of an answer.
    pub(super) fn found_a_dead_connection(&self) -> bool {
        self.connection() == Some(Connection::Reused) && STATE.with(|state| !state.heard.get())
    }

    /// Keeps what the server announced about the connection.
    pub(super) fn keep_alive(&self, announced: KeepAlive) {
        STATE.with(|state| state.keep_alive.set(Some(announced)));
    }

    pub(super) fn was_closed_by_peer(&self) -> bool {
        STATE.with(|state| state.closed_by_peer.get())
    }

    /// Why the transport made ureq give up.
    pub(super) fn take_failure(&self) -> Option<Failure> {
        STATE.with(|state| state.failure.take())
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        STATE.with(|state| {
            state.begin(None);
            state.fields.take();
        });
    }
}

struct State {
    /// None outside of a call.
    limits: Cell<Option<Limits>>,
    /// The same for all attempts.
    fields: RefCell<Wiped>,
    sent: Cell<u64>,
    heard: Cell<bool>,
    closed_by_peer: Cell<bool>,
    keep_alive: Cell<Option<KeepAlive>>,
    connection: Cell<Option<Connection>>,
    failure: RefCell<Option<Failure>>,
}

thread_local! {
    // Never dropped, so that a host may call from the destructor of a thread-local of its own. Nothing leaks: the end of
    // a call leaves nothing in it.
    static STATE: ManuallyDrop<State> = const {
        ManuallyDrop::new(State {
            limits: Cell::new(None),
            fields: RefCell::new(Wiped::new()),
            sent: Cell::new(0),
            heard: Cell::new(false),
            closed_by_peer: Cell::new(false),
            keep_alive: Cell::new(None),
            connection: Cell::new(None),
            failure: RefCell::new(None),
        })
    };
}

impl State {
    fn begin(&self, limits: Option<Limits>) {
        self.limits.set(limits);
        self.sent.set(0);
        self.heard.set(false);
        self.closed_by_peer.set(false);
        self.keep_alive.take();
        self.connection.set(None);
        self.failure.replace(None);
    }
}

/// The limits of the call. Outside of one everything is over at once.
pub(super) fn limits() -> Limits {
    STATE.with(|state| state.limits.get()).unwrap_or_else(|| Limits {
        deadline: Deadline::after(Instant::now(), Duration::ZERO),
        connect_timeout: Duration::ZERO,
        idle_timeout: Duration::ZERO,
    })
}

/// Adds the fields of the call to the head of its request.
pub(super) fn add_fields(head: &mut Wiped) {
    STATE.with(|state| head.append(state.fields.borrow().bytes()));
}

/// Says that a connection was made for this call.
pub(super) fn connected() {
    STATE.with(|state| state.connection.set(Some(Connection::New)));
}

/// Says that a connection is in use. If none was made, it is one kept from an earlier call.
pub(super) fn in_use() {
    STATE.with(|state| state.connection.set(state.connection.get().or(Some(Connection::Reused))));
}

/// See [`Call::connection`].
pub(super) fn connection() -> Option<Connection> {
    STATE.with(|state| state.connection.get())
}

/// Counts bytes of the request that were given to the transport.
pub(super) fn count_sent(bytes: usize) {
    STATE.with(|state| state.sent.set(state.sent.get() + bytes as u64));
}

/// See [`Call::is_sent`].
pub(super) fn is_sent() -> bool {
    STATE.with(|state| state.sent.get() > 0)
}

/// Says that at least one byte of an answer came.
pub(super) fn heard() {
    STATE.with(|state| state.heard.set(true));
}

/// What the server announced about the connection, in its answer to this call; None while nobody has looked.
pub(super) fn keep_alive() -> Option<KeepAlive> {
    STATE.with(|state| state.keep_alive.get())
}

/// Says that the peer closed its side in order.
pub(super) fn closed_by_peer() {
    STATE.with(|state| state.closed_by_peer.set(true));
}

/// Keeps the reason for which ureq is about to give up.
pub(super) fn fail(failure: Failure) {
    STATE.with(|state| state.failure.replace(Some(failure)));
}
