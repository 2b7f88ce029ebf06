//! TLS: whom to trust, the handshake, and the reasons for which one fails.

mod certificate;
mod der;
mod errors;
mod file;
mod pem;
mod records;
#[cfg(all(unix, not(target_vendor = "apple")))]
mod system;
mod trust;
mod verifier;

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};

use super::deadline::Deadline;
use super::failure::Failure;
use super::socket::{READ, Socket, WRITE, is_transient};
use crate::outcome::{Kind, Stage};
use errors::explain;
use records::Records;
pub(crate) use trust::Trust;

/// The cryptography, for the verifier as for the connections.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// What all handshakes with the same trust share; or the reason why there is nobody to trust.
#[derive(Clone)]
pub(crate) struct Client(Result<Arc<ClientConfig>, Failure>);

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Client")
    }
}

impl Client {
    /// TLS 1.2 and 1.3, no early data: a request must never be replayed on the way. Every handshake is a whole one.
    fn new(verifier: Result<Arc<dyn ServerCertVerifier>, Failure>) -> Self {
        Client(verifier.map(|verifier| {
            let mut config = ClientConfig::builder_with_provider(provider())
                .with_safe_default_protocol_versions()
                .expect("ring offers TLS 1.2 and 1.3")
                .dangerous()
                .with_custom_certificate_verifier(verifier)
                .with_no_client_auth();
            config.resumption = Resumption::disabled();
            Arc::new(config)
        }))
    }

    /// The same, but it remembers sessions: a peer that was verified once need not show its certificates again, and TLS
    /// 1.2 takes one round trip less. The store has a lock, which another thread may hold at a fork: so each
    /// process needs one of its own.
    pub(super) fn remembering(&self) -> Self {
        Client(self.0.clone().map(|config| {
            let mut config = ClientConfig::clone(&config);
            config.resumption = Resumption::in_memory_sessions(1);
            Arc::new(config)
        }))
    }

    /// Whether there is anybody to trust.
    fn is_usable(&self) -> bool {
        self.0.is_ok()
    }
}

/// One side of TLS, over a socket that it does not own.
pub(super) struct Session {
    pub(super) tls: ClientConnection,
    /// Of what came in.
    records: Records,
}

impl Session {
    /// Gives what the socket has to TLS, to be processed.
    pub(super) fn read(&mut self, socket: &Socket) -> io::Result<usize> {
        struct Followed<'a>(&'a Socket, &'a mut Records);
        impl Read for Followed<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let length = self.0.read(buffer)?;
                self.1.follow(&buffer[..length]);
                Ok(length)
            }
        }
        self.tls.read_tls(&mut Followed(socket, &mut self.records))
    }

    /// Whether no record has begun without being whole.
    pub(super) fn is_between_records(&self) -> bool {
        self.records.are_whole()
    }

    /// Gives the socket what TLS has to send.
    pub(super) fn write(&mut self, mut socket: &Socket) -> io::Result<usize> {
        self.tls.write_tls(&mut socket)
    }
}

/// Makes TLS over a connected socket. All that it sent has left when it returns, so that the next byte is the request's.
pub(super) fn handshake(
    socket: Socket,
    client: &Client,
    host: &str,
    deadline: Deadline,
) -> Result<(Socket, Session), Failure> {
    let config = client.0.clone()?;
    let name = ServerName::try_from(host.to_owned())
        .map_err(|error| Failure::new(Kind::Tls, Stage::Tls, "TLS cannot verify such a host").because(error))?;
    let tls = ClientConnection::new(config, name).map_err(|error| explain(&error))?;
    let session = Session { tls, records: Records::default() };
    perform(socket, session, deadline)
}

/// On Windows the verifier may go to the network, for seconds: then the handshake is left to a thread of its own, and
/// abandoned at the deadline.
#[cfg(windows)]
fn perform(socket: Socket, session: Session, deadline: Deadline) -> Result<(Socket, Session), Failure> {
    let (done, result) = std::sync::mpsc::channel();
    let work = move || _ = done.send(shake_hands(socket, session, deadline));
    crate::os::spawn(c"paywall-tls", work)
        .map_err(|error| Failure::new(Kind::Tls, Stage::Tls, "no thread could be started for TLS").because(error))?;
    match deadline.remaining().map(|remaining| result.recv_timeout(remaining)) {
        Some(Ok(result)) => result,
        _ => Err(Failure::timeout(Stage::Tls)),
    }
}

#[cfg(not(windows))]
use shake_hands as perform;

fn shake_hands(socket: Socket, mut session: Session, deadline: Deadline) -> Result<(Socket, Session), Failure> {
    while session.tls.is_handshaking() || session.tls.wants_write() {
        let writes = session.tls.wants_write();
        match socket.wait(if writes { WRITE } else { READ }, deadline) {
            Ok(Some(_)) => {}
            Ok(None) => return Err(Failure::timeout(Stage::Tls)),
            Err(error) => return Err(lost().because(error)),
        }
        let done = if writes { session.write(&socket) } else { session.read(&socket) };
        match done {
            Ok(0) if !writes => return Err(lost()),
            Ok(_) => {}
            Err(error) if is_transient(&error) => continue,
            Err(error) => return Err(lost().because(error)),
        }
        if let Err(error) = session.tls.process_new_packets() {
            // The peer should learn why; if it does not, nothing is lost.
            _ = session.write(&socket);
            return Err(explain(&error));
        }
    }
    Ok((socket, session))
}

fn lost() -> Failure {
    Failure::new(Kind::ConnectionLost, Stage::Tls, "the peer closed the connection in the TLS handshake")
}
