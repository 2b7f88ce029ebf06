//! TLS: whom to trust, the handshake, and the reasons for which one fails.

mod certificate;
mod client_certificate;
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
use std::time::{Duration, Instant};

use rustls::client::Resumption;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, ProtocolVersion};

use super::deadline::Deadline;
use super::failure::Failure;
use super::socket::{READ, Socket, WRITE, is_transient};
use crate::outcome::{Kind, Stage};
use client_certificate::{NoCertificate, not_asked_yet, was_asked_for};
use errors::explain;
use records::Records;
pub(crate) use trust::Trust;

/// What is spoken inside: a server that speaks only another protocol refuses the handshake.
const HTTP_1_1: &[u8] = b"http/1.1";

/// How long a server has to refuse us after the handshake because we have no client certificate; and how long it must have
/// been quiet since it said something else. It may have nothing to say at all.
const VERDICT: Duration = Duration::from_secs(1);
const QUIET: Duration = Duration::from_millis(100);

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
                .with_client_cert_resolver(Arc::new(NoCertificate));
            config.resumption = Resumption::disabled();
            config.alpn_protocols = vec![HTTP_1_1.to_vec()];
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
    not_asked_yet();
    while session.tls.is_handshaking() || session.tls.wants_write() {
        let writes = session.tls.wants_write();
        match socket.wait(if writes { WRITE } else { READ }, deadline) {
            Ok(Some(_)) => {}
            Ok(None) => return Err(Failure::timeout(Stage::Tls)),
            Err(error) => return Err(lost().because(error)),
        }
        match if writes { session.write(&socket) } else { session.read(&socket) } {
            Ok(0) if !writes => return Err(lost()),
            Ok(_) => process(&socket, &mut session)?,
            Err(error) if is_transient(&error) => {}
            Err(error) => {
                // A peer that refuses says why before it closes.
                while matches!(session.read(&socket), Ok(1..)) {
                    process(&socket, &mut session)?;
                }
                return Err(lost().because(error));
            }
        }
    }
    // With TLS 1.3 the handshake is over before the server has seen that there is no certificate.
    if was_asked_for() && session.tls.protocol_version() == Some(ProtocolVersion::TLSv1_3) {
        await_verdict(&socket, &mut session, deadline)?;
    }
    Ok((socket, session))
}

/// Lets a server that asked for a client certificate refuse us, before the request leaves.
fn await_verdict(socket: &Socket, session: &mut Session, deadline: Deadline) -> Result<(), Failure> {
    // The request and its answer need time, too: of what remains, at most half.
    let end = Deadline::after(Instant::now(), deadline.remaining().unwrap_or_default() / 2);
    let mut patience = VERDICT;
    loop {
        match socket.wait(READ, Deadline::after(Instant::now(), patience).min(end)) {
            Ok(Some(_)) => {}
            Ok(None) => return Ok(()),
            Err(error) => return Err(lost().because(error)),
        }
        match session.read(socket) {
            Ok(0) => return Err(lost()),
            Ok(_) => process(socket, session)?,
            Err(error) if is_transient(&error) => {}
            Err(error) => return Err(lost().because(error)),
        }
        // Some say something else first, and close then.
        patience = QUIET;
    }
}

/// Lets TLS process what came.
fn process(socket: &Socket, session: &mut Session) -> Result<(), Failure> {
    match session.tls.process_new_packets() {
        Ok(state) if state.peer_has_closed() => Err(lost()),
        Ok(_) => Ok(()),
        Err(error) => {
            // The peer should learn why; if it does not, nothing is lost.
            _ = session.write(socket);
            Err(match error {
                rustls::Error::AlertReceived(_) if was_asked_for() => lost().because(error),
                error => explain(&error),
            })
        }
    }
}

/// The peer gave up. Whoever asked for a client certificate did so because there was none.
fn lost() -> Failure {
    if was_asked_for() {
        let what = "the server demands a client certificate, which libpaywall does not have: check base_url";
        return Failure::new(Kind::Tls, Stage::Tls, what);
    }
    Failure::new(Kind::ConnectionLost, Stage::Tls, "the peer closed the connection in the TLS handshake")
}
