//! Notices that the server asks for a client certificate. The library has none, and says so to the server; whether the
//! server goes on without one shows only afterwards.

use std::cell::Cell;
use std::sync::Arc;

use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::sign::CertifiedKey;

thread_local! {
    // rustls asks on the thread that makes the handshake, and does not say for which connection.
    static ASKED: Cell<bool> = const { Cell::new(false) };
}

/// Has no certificate for anybody.
#[derive(Debug)]
pub(super) struct NoCertificate;

impl ResolvesClientCert for NoCertificate {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        ASKED.set(true);
        None
    }

    fn has_certs(&self) -> bool {
        false
    }
}

/// Begins a handshake on this thread.
pub(super) fn not_asked_yet() {
    ASKED.set(false);
}

/// Whether the server asked in the handshake that this thread is making.
pub(super) fn was_asked_for() -> bool {
    ASKED.get()
}
