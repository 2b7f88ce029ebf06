//! The transport under ureq: one connection, plain or TLS, that knows exactly what has left.
//!
//! ureq hands over the head and the body of a request apart. Both are kept until an answer is awaited, and leave
//! together: in one write, one TLS record, with one place where the bytes are counted.

use std::fmt;
use std::io::{self, Read, Write};
use std::time::Duration;

use ureq::unversioned::transport::{Buffers, LazyBuffers, NextTimeout, Transport};

use super::call;
use super::failure::Failure;
use super::keep_alive::KeepAlive;
use super::socket::{EITHER, READ, Socket, is_transient};
use super::tls::Session;
use crate::os;
use crate::outcome::{Kind, Stage};
use crate::secret::Wiped;

/// The longest head of an answer, or line of its framing, in bytes: what is not whole when the buffer is full never will be.
pub(super) const INPUT_BUFFER: usize = 64 * 1024;
/// Room for the longest line that ureq writes of a request's head.
const OUTPUT_BUFFER: usize = 16 * 1024;
/// How many TLS records without content may come on an idle connection before it is given up.
const MOST_IDLE_RECORDS: usize = 16;

/// How much earlier than the server a connection is given up: a request must not meet its close on the way.
const MARGIN: Duration = Duration::from_secs(1);

/// A connection.
pub(crate) struct Wire {
    socket: Socket,
    session: Option<Box<Session>>,
    buffers: LazyBuffers,
    /// What is to be sent; under TLS until it was handed to the session.
    outgoing: Wiped,
    /// Nothing more can be sent.
    write_closed: bool,
    /// By [`os::uptime`].
    last_used: Duration,
    /// What the server allows, so far as it announced it: how long it may be idle, how many more requests it may carry.
    longest_idle: Duration,
    requests_left: Option<u64>,
}

impl Wire {
    pub(super) fn plain(socket: Socket) -> Self {
        Self::new(socket, None)
    }

    pub(super) fn encrypted(socket: Socket, session: Session) -> Self {
        Self::new(socket, Some(Box::new(session)))
    }

    fn new(socket: Socket, session: Option<Box<Session>>) -> Self {
        Wire {
            socket,
            session,
            buffers: LazyBuffers::new(INPUT_BUFFER, OUTPUT_BUFFER),
            outgoing: Wiped::default(),
            write_closed: false,
            last_used: os::uptime(),
            longest_idle: Duration::MAX,
            requests_left: None,
        }
    }

    /// Closes in order, for a connection that carried nothing.
    pub(super) fn close(mut self) {
        if let Some(session) = &mut self.session {
            session.tls.send_close_notify();
            _ = session.write(&self.socket);
        }
    }

    fn has_unsent(&self) -> bool {
        !self.outgoing.bytes().is_empty() || self.session.as_ref().is_some_and(|session| session.tls.wants_write())
    }

    /// Sends what is outgoing, or as much of it as leaves before the peer says something. Once a byte has left, a
    /// failure to write is not a failure yet: a peer that refuses early may have answered before it closed.
    fn send(&mut self) -> Result<(), Failure> {
        if self.write_closed || !self.has_unsent() {
            return Ok(());
        }
        let deadline = call::limits().deadline;
        // Nobody would wait for the answer.
        if !call::is_sent() && deadline.remaining().is_none() {
            return Err(Failure::timeout(Stage::Send));
        }
        call::in_use();
        if let Some(session) = &mut self.session {
            session.tls.set_buffer_limit(None);
            session.tls.writer().write_all(self.outgoing.bytes()).map_err(|error| broken().because(error))?;
            self.outgoing.clear();
        }
        while self.has_unsent() {
            let written = match &mut self.session {
                Some(session) => session.write(&self.socket),
                None => (&mut &self.socket).write(self.outgoing.bytes()),
            };
            match written {
                Ok(length) => {
                    call::count_sent(length);
                    if self.session.is_none() {
                        self.outgoing.consume(length);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => match self.socket.wait(EITHER, deadline) {
                    // What the peer says may be an interim answer: whatever is left is sent after it was read.
                    Ok(Some(ready)) if ready.read && self.peer_speaks() => return Ok(()),
                    Ok(Some(_)) => {}
                    Ok(None) => return Err(Failure::timeout(Stage::Send)),
                    Err(error) => return self.cannot_send(&error),
                },
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return self.cannot_send(&error),
            }
        }
        Ok(())
    }

    fn cannot_send(&mut self, error: &io::Error) -> Result<(), Failure> {
        self.write_closed = true;
        self.outgoing.clear();
        if call::is_sent() { Ok(()) } else { Err(broken().because(error)) }
    }

    /// Whether the peer says something, or closed. Under TLS a readable socket may mean neither.
    fn peer_speaks(&mut self) -> bool {
        let Some(session) = &mut self.session else { return true };
        match session.read(&self.socket) {
            Ok(0) => true,
            Ok(_) => session.tls.process_new_packets().map_or(true, |state| state.plaintext_bytes_to_read() > 0),
            Err(error) => !is_transient(&error),
        }
    }

    /// Reads what came, at least one byte, or nothing if the peer closed in order.
    fn receive(&mut self) -> Result<usize, Failure> {
        let deadline = call::limits().deadline;
        let buffer = self.buffers.input_append_buf();
        if buffer.is_empty() {
            return Err(Failure::new(
                Kind::BadResponse,
                Stage::Receive,
                "the head of the answer, or a line of its framing, is longer than 64 KiB",
            ));
        }
        loop {
            if let Some(session) = &mut self.session {
                // An error is reported only after what came whole before it.
                let processed = session.tls.process_new_packets();
                match session.tls.reader().read(buffer) {
                    Ok(length) => return Ok(length),
                    Err(error) if is_transient(&error) => processed.map(drop).map_err(|error| lost().because(error))?,
                    // Without the peer's close_notify, somebody on the way could have cut the answer off.
                    Err(error) => return Err(lost().because(error)),
                }
                // The peer may wait for what TLS has to say, such as the refusal of a renegotiation.
                if session.tls.wants_write() && !self.write_closed {
                    match session.write(&self.socket) {
                        // What of the request was still to be sent is among it.
                        Ok(length) => {
                            call::count_sent(length);
                            continue;
                        }
                        Err(error) if is_transient(&error) => {}
                        // What the peer said before can still be read.
                        Err(_) => self.write_closed = true,
                    }
                }
            }
            let writes = !self.write_closed && self.session.as_ref().is_some_and(|session| session.tls.wants_write());
            match self.socket.wait(if writes { EITHER } else { READ }, deadline) {
                Ok(Some(ready)) if !ready.read => continue,
                Ok(Some(_)) => {}
                Ok(None) => return Err(Failure::timeout(Stage::Receive)),
                Err(error) => return Err(lost().because(error)),
            }
            let read = match &mut self.session {
                None => (&mut &self.socket).read(buffer),
                Some(session) => session.read(&self.socket),
            };
            match read {
                Ok(length) if self.session.is_none() => return Ok(length),
                Ok(_) => {}
                Err(error) if is_transient(&error) => {}
                Err(error) => return Err(lost().because(error)),
            }
        }
    }

    /// Keeps to what the server announced in the answer that came last.
    fn heed(&mut self, announced: KeepAlive) {
        if let Some(timeout) = announced.timeout {
            self.longest_idle = timeout.saturating_sub(MARGIN);
        }
        self.requests_left = announced.requests.or(self.requests_left.map(|left| left.saturating_sub(1)));
    }

    /// Whether an idle connection is still as the last answer left it: nothing came, nobody closed.
    fn is_untouched(&mut self) -> bool {
        let Some(session) = &mut self.session else { return self.socket.is_silent() };
        for _ in 0..MOST_IDLE_RECORDS {
            // A late session ticket is not content. Bytes after the answer that nobody asked for are.
            match session.tls.process_new_packets() {
                Ok(state) if state.plaintext_bytes_to_read() == 0 && !state.peer_has_closed() => {}
                _ => return false,
            }
            match session.read(&self.socket) {
                Ok(0) => return false,
                Ok(_) => {}
                Err(error) => return error.kind() == io::ErrorKind::WouldBlock && session.is_between_records(),
            }
        }
        false
    }
}

fn broken() -> Failure {
    Failure::new(Kind::ConnectionLost, Stage::Send, "the connection broke while the request was being sent")
}

fn lost() -> Failure {
    Failure::new(Kind::ConnectionLost, Stage::Receive, "the connection was lost before the whole answer came")
}

/// Keeps the reason where it can be found again, and tells ureq to give up. No kind of I/O error: ureq takes some of
/// them for the end of a body.
fn give_up(failure: Failure) -> ureq::Error {
    call::fail(failure);
    ureq::Error::ConnectionFailed
}

impl Transport for Wire {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), ureq::Error> {
        let output = &self.buffers.output()[..amount];
        match output.strip_suffix(b"\r\n\r\n") {
            // The end of the head, since a body is JSON: there stand the fields of the call.
            Some(head) => {
                self.outgoing.append(head);
                self.outgoing.append(b"\r\n");
                call::add_fields(&mut self.outgoing);
                self.outgoing.append(b"\r\n");
            }
            None => self.outgoing.append(output),
        }
        Ok(())
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, ureq::Error> {
        let length = self.send().and_then(|()| self.receive()).map_err(give_up)?;
        if length == 0 {
            call::closed_by_peer();
        } else {
            call::heard();
        }
        self.buffers.input_appended(length);
        self.last_used = os::uptime();
        Ok(length > 0)
    }

    /// Asked when it is to be kept after an answer, and again when it is to carry another request.
    fn is_open(&mut self) -> bool {
        let just_used = call::connection().is_some();
        if just_used {
            // ureq gives the connection of an answer without a body back before the head of it can be seen.
            let Some(announced) = call::keep_alive() else { return false };
            self.heed(announced);
        }
        let longest_idle = call::limits().idle_timeout.min(self.longest_idle);
        if just_used {
            // What becomes of it until the next call is looked for then.
            let may_go_on = !longest_idle.is_zero() && self.requests_left != Some(0);
            return may_go_on && !self.write_closed && !self.has_unsent();
        }
        let fresh_enough = os::uptime().saturating_sub(self.last_used) < longest_idle;
        // Whatever is unsent, such as an answer to a KeyUpdate, would be taken for the beginning of a request.
        fresh_enough && self.socket.is_ours() && !self.write_closed && self.is_untouched() && !self.has_unsent()
    }

    fn is_tls(&self) -> bool {
        self.session.is_some()
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire").field("tls", &self.is_tls()).finish_non_exhaustive()
    }
}
