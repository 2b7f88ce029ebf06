//! What a peer does on one connection, as data.

use std::time::Duration;

/// One thing that the peer does. A step that fails (the client hung up, say) ends the script; the peer then
/// listens until the client is gone, so that whatever was sent is counted.
#[derive(Clone, Debug)]
pub enum Step {
    // The TLS handshake; plain HTTP has none of these.
    /// Read the ClientHello and answer nothing yet.
    Hello,
    /// What follows is a handshake that goes on with an earlier session.
    Resumed,
    /// The whole handshake.
    Shake,
    /// The whole handshake, but every flight of the peer's leaves one byte a write.
    ShakeInBytes,
    /// The whole handshake, after a pause.
    ShakeLate(Duration),
    /// The handshake up to a place in a flight of the peer's; the rest of the flight never leaves.
    ShakeTo(Flight, At),
    /// The whole handshake, but one bit of this byte of a flight arrives as another.
    ShakeFlipped(Flight, usize),
    /// The handshake up to a place in a flight; from there a byte a [`PAUSE`].
    ShakeDrip(Flight, At),

    // Reading.
    /// Wait until something has arrived, and leave it there.
    Peek,
    /// Read so many bytes off the socket (over TLS: of records, so that nothing of them can be deciphered).
    Read(usize),
    /// Read to the blank line after the head (over TLS this takes the record that holds it).
    Head,
    /// Read a whole request.
    Request,
    /// Read nothing until the last call has returned.
    Deaf,

    // Writing.
    /// Send these bytes in one write (over TLS: as records).
    Send(Vec<u8>),
    /// Send these bytes, one a write, without pauses (over TLS: one record each).
    SendInBytes(Vec<u8>),
    /// Send these bytes, one a [`PAUSE`] (over TLS: one record each).
    Drip(Vec<u8>),
    /// Send these bytes again and again until the client is gone.
    Flood(Vec<u8>),
    /// The same, one time a [`PAUSE`].
    Trickle(Vec<u8>),
    /// All that these steps send, in one write.
    Together(Vec<Step>),
    /// Put these bytes on the socket as they are, TLS or not.
    Raw(Vec<u8>),
    /// Encipher these bytes, but put only the first so many bytes of the record on the socket.
    SendPart(Vec<u8>, usize),
    /// Encipher these bytes, but drip the record onto the socket, a byte a [`PAUSE`].
    DripRecord(Vec<u8>),
    /// Encipher these bytes and spoil the record in its middle.
    SendSpoilt(Vec<u8>),
    /// Encipher these bytes and flip one bit of this byte of the records.
    SendFlipped(Vec<u8>, usize),
    /// A fatal, enciphered alert.
    Alert,
    /// TLS's orderly end, without the end of the connection.
    Notify,
    /// New keys for the peer's direction (TLS 1.3): a record that is not an answer.
    KeyUpdate,

    // What a proxy does.
    /// Connect to where the request's first line says, answer 200, and pass bytes on until both sides have ended; or
    /// answer 502 if there is nobody.
    Relay,
    /// The same, but of what comes from there only so many bytes are passed on: then the script goes on.
    RelayTo(usize),

    // Ends.
    /// FIN; the peer goes on listening.
    Fin,
    /// Close the socket: FIN, or RST if the client's bytes lie unread.
    Close,
    /// RST.
    Reset,

    // Events.
    /// Wait until the call in hand has returned.
    Idle,
    /// Let the checker make the next call: what the peer did has reached the client's side.
    Done,
}

/// The pause of a drip: slow enough that no answer is whole at the deadline, quick enough that bytes come
/// again and again before it.
pub const PAUSE: Duration = Duration::from_millis(40);

/// A flight is what the peer sends without waiting for the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flight {
    /// From ServerHello to what the client has to answer.
    First,
    /// After the client's second message: in TLS 1.2 the peer's Finished, in TLS 1.3 the session tickets, after
    /// the handshake; after a HelloRetryRequest the ServerHello and all that follows it.
    Second,
}

/// A place inside a flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// So many bytes into it.
    Byte(usize),
    /// Before its record number n, the first being 0.
    Record(usize),
    /// In the middle of that record.
    Inside(usize),
    /// Before its last record.
    Last,
    /// One byte short of its end.
    OneShort,
    /// At its end: the flight is whole.
    End,
}

/// How a connection ends, or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// FIN. Over TLS without close_notify: a truncation.
    Fin,
    /// close_notify and FIN; over plain HTTP there is no such thing.
    Notify,
    Reset,
    /// Nothing more comes, and the connection stays.
    Silence,
}

impl End {
    pub const PLAIN: [End; 3] = [End::Fin, End::Reset, End::Silence];
    pub const TLS: [End; 4] = [End::Notify, End::Fin, End::Reset, End::Silence];

    pub fn name(self) -> &'static str {
        match self {
            End::Fin => "fin",
            End::Notify => "notify",
            End::Reset => "reset",
            End::Silence => "silence",
        }
    }

    pub fn steps(self) -> Vec<Step> {
        match self {
            End::Fin => vec![Step::Fin],
            End::Notify => vec![Step::Notify, Step::Fin],
            End::Reset => vec![Step::Reset],
            End::Silence => vec![],
        }
    }
}
