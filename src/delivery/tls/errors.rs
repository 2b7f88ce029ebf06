//! The words for an error of TLS: what is wrong, and what to do about it.

use rustls::{CertificateError, Error};

use crate::delivery::failure::Failure;
use crate::outcome::{Kind, Stage};

/// Names the reason, and what can be done about it.
pub(super) fn explain(error: &Error) -> Failure {
    let what = match error {
        Error::InvalidCertificate(reason) => match reason {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "the peer's certificate has expired (or this machine's clock is wrong)"
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "the peer's certificate is not valid yet (or this machine's clock is wrong)"
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "the peer's certificate is for another host"
            }
            CertificateError::UnknownIssuer => {
                "the peer's certificate is self-signed, or this machine does not trust its CA (ca_file can add one)"
            }
            CertificateError::Revoked => "the peer's certificate is revoked",
            _ => "the peer's certificate is not acceptable",
        },
        Error::AlertReceived(_) => "the peer refused the TLS handshake with an alert",
        Error::PeerIncompatible(_) => "the peer offers no TLS version or cipher that is still safe (TLS 1.2 or later)",
        Error::InvalidMessage(_) | Error::InappropriateMessage { .. } => "the peer does not speak TLS",
        _ => "the TLS handshake failed",
    };
    Failure::new(Kind::Tls, Stage::Tls, what).because(error)
}
