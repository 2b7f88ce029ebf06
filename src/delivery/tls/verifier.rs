//! Remembers what was refused: an error of TLS does not carry the certificates that it is about.

use std::cell::RefCell;
use std::mem::ManuallyDrop;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, Error, SignatureScheme};

/// What was refused last on this thread.
#[derive(Default)]
pub(super) struct Refused {
    /// As the peer sent them, its own first.
    pub(super) chain: Vec<CertificateDer<'static>>,
    /// Whether the peer's own certificate stands in `ca_file`.
    pub(super) is_extra: bool,
    /// Of the system's store, if a part of it could not be used.
    pub(super) unread: Option<String>,
}

thread_local! {
    // Never dropped, so that a host may call from the destructor of a thread-local of its own. Nothing leaks: whoever
    // explains the failure takes it.
    static REFUSED: ManuallyDrop<RefCell<Option<Refused>>> = const { ManuallyDrop::new(RefCell::new(None)) };
}

/// What the handshake that just failed on this thread refused.
pub(super) fn take_refused() -> Option<Refused> {
    REFUSED.with(|refused| refused.take())
}

/// Verifies as the other does.
#[derive(Debug)]
pub(super) struct Remembering {
    pub(super) verifier: Arc<dyn ServerCertVerifier>,
    /// Those of `ca_file`.
    pub(super) extra: Vec<CertificateDer<'static>>,
    pub(super) unread: Option<String>,
}

impl Remembering {
    fn remember<T>(
        &self,
        result: Result<T, Error>,
        own: &CertificateDer,
        others: &[CertificateDer],
    ) -> Result<T, Error> {
        result.inspect_err(|_| {
            let chain =
                std::iter::once(own).chain(others).map(|certificate| certificate.clone().into_owned()).collect();
            let refused = Refused { chain, is_extra: self.extra.contains(own), unread: self.unread.clone() };
            REFUSED.with(|last| last.replace(Some(refused)));
        })
    }
}

impl ServerCertVerifier for Remembering {
    fn verify_server_cert(
        &self,
        own: &CertificateDer,
        others: &[CertificateDer],
        name: &ServerName,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.remember(self.verifier.verify_server_cert(own, others, name, ocsp, now), own, others)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        own: &CertificateDer,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.remember(self.verifier.verify_tls12_signature(message, own, signature), own, &[])
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        own: &CertificateDer,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.remember(self.verifier.verify_tls13_signature(message, own, signature), own, &[])
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}
