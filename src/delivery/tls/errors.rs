//! The words for an error of TLS: what is wrong, and what to do about it.

use std::fmt::Debug;

use rustls::{AlertDescription, CertificateError, Error, InvalidMessage, PeerIncompatible};
use webpki::Error as ChainError;

use super::certificate::{Certificate, algorithm, named};
use super::verifier::{Refused, take_refused};
use crate::delivery::failure::Failure;
use crate::outcome::{Kind, Stage};

/// What went wrong with what to do, and the detail.
type Words = (String, String);

/// What to do about a certificate that is made with what the library does not know.
const REISSUE: &str = "have it issued again with RSA of 2048 bits or ECDSA on P-256, and SHA-256";
const EXPIRED: &str = "the peer's certificate, or one of its CAs, has expired (or this machine's clock is wrong)";
const TOO_NEW: &str = "the peer's certificate, or one of its CAs, is not valid yet (or this machine's clock is wrong)";
/// How many names of a certificate a message repeats.
const MOST_NAMES: usize = 5;

/// Names the reason, and what can be done about it. A refused certificate is the one that this thread has refused last.
pub(super) fn explain(error: &Error) -> Failure {
    let refused = take_refused();
    let (what, detail) = match error {
        Error::InvalidCertificate(reason) => certificate(reason, &refused.unwrap_or_default()),
        Error::AlertReceived(alert) => refusal(*alert),
        Error::PeerIncompatible(reason) => (incompatible(reason).to_owned(), words(reason)),
        Error::InvalidMessage(
            reason @ (InvalidMessage::InvalidContentType
            | InvalidMessage::UnknownProtocolVersion
            | InvalidMessage::MessageTooLarge),
        ) => ("the peer does not speak TLS: check host and port".to_owned(), words(reason)),
        Error::InvalidMessage(reason) => ("the peer does not speak TLS as it is specified".to_owned(), words(reason)),
        Error::InappropriateMessage { .. } | Error::InappropriateHandshakeMessage { .. } => {
            ("the peer does not speak TLS as it is specified".to_owned(), "a message out of place".to_owned())
        }
        Error::PeerMisbehaved(reason) => {
            ("the peer, or something before it, breaks the rules of TLS".to_owned(), words(reason))
        }
        Error::General(reason) => ("the TLS handshake failed".to_owned(), reason.clone()),
        other => ("the TLS handshake failed".to_owned(), words(other)),
    };
    Failure::new(Kind::Tls, Stage::Tls, what).because(detail)
}

/// The peer did not want to go on, and says little about why.
fn refusal(alert: AlertDescription) -> Words {
    let what = match alert {
        AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity => {
            "the peer found no cipher or key in common: the library speaks TLS 1.2 with ECDHE and AES-GCM or ChaCha20, and \
             TLS 1.3; the peer's key must be RSA of 2048 bits or more, P-256, P-384 or Ed25519"
        }
        AlertDescription::ProtocolVersion => "the peer refuses TLS 1.2 and 1.3: turn one of them on there",
        AlertDescription::UnrecognisedName => "the peer does not serve this host: check base_url",
        AlertDescription::CertificateRequired => "the peer wants a client certificate, which the library does not have",
        AlertDescription::NoApplicationProtocol => "the peer does not offer HTTP/1.1",
        _ => "the peer refused the TLS handshake with an alert",
    };
    (what.to_owned(), format!("alert {}, {}", u8::from(alert), words(alert)))
}

fn incompatible(reason: &PeerIncompatible) -> &'static str {
    match reason {
        PeerIncompatible::ServerDoesNotSupportTls12Or13
        | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig
        | PeerIncompatible::Tls12NotOffered
        | PeerIncompatible::Tls12NotOfferedOrEnabled => {
            "the peer offers only versions of TLS that are not safe any more: turn on TLS 1.2 or 1.3 there"
        }
        PeerIncompatible::NoKxGroupsInCommon => {
            "the peer knows no curve in common: the library has X25519, P-256 and P-384"
        }
        _ => "the peer offers no cipher, key or signature that the library has (TLS 1.2 with ECDHE, or TLS 1.3)",
    }
}

/// The peer's certificate, or one that it sent with it, was refused.
fn certificate(reason: &CertificateError, refused: &Refused) -> Words {
    match reason {
        CertificateError::ExpiredContext { time, not_after } => {
            (EXPIRED.to_owned(), format!("for {}", span(time.as_secs().saturating_sub(not_after.as_secs()))))
        }
        CertificateError::Expired => (EXPIRED.to_owned(), words(reason)),
        CertificateError::NotValidYetContext { time, not_before } => {
            (TOO_NEW.to_owned(), format!("for another {}", span(not_before.as_secs().saturating_sub(time.as_secs()))))
        }
        CertificateError::NotValidYet => (TOO_NEW.to_owned(), words(reason)),
        CertificateError::NotValidForNameContext { .. } | CertificateError::NotValidForName => other_host(refused),
        CertificateError::UnknownIssuer => unknown(refused),
        CertificateError::Revoked => ("the peer's certificate is revoked".to_owned(), words(reason)),
        CertificateError::BadSignature => bad_signature(refused),
        CertificateError::UnsupportedSignatureAlgorithmContext { signature_algorithm_id, .. } => (
            format!("a certificate of the peer is signed in a way that the library does not accept: {REISSUE}"),
            algorithm(signature_algorithm_id),
        ),
        CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext {
            signature_algorithm_id,
            public_key_algorithm_id,
        } => (
            format!("a certificate of the peer is signed by a key that the library does not accept: {REISSUE}"),
            format!("{}, by a key of {}", algorithm(signature_algorithm_id), algorithm(public_key_algorithm_id)),
        ),
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => (
            "the peer's certificate, or its CA, is not for servers: have one issued for server authentication \
             (extendedKeyUsage serverAuth)"
                .to_owned(),
            "wrong extended key usage".to_owned(),
        ),
        CertificateError::BadEncoding => {
            ("a certificate of the peer is damaged: have it issued again".to_owned(), "not valid DER".to_owned())
        }
        CertificateError::Other(other) => match other.0.downcast_ref() {
            Some(reason) => chain(reason, refused),
            // Of the operating system's verifier.
            None => ("the operating system does not accept the peer's certificate".to_owned(), other.0.to_string()),
        },
        _ => ("the peer's certificate is not acceptable".to_owned(), words(reason)),
    }
}

fn other_host(refused: &Refused) -> Words {
    let names: Vec<&str> = refused
        .chain
        .first()
        .and_then(|own| webpki::EndEntityCert::try_from(own).ok())
        .map(|own| own.valid_dns_names().take(MOST_NAMES).collect())
        .unwrap_or_default();
    if names.is_empty() {
        let what = "the peer's certificate is for another host: it names none, or only addresses, in subjectAltName, and \
                    the common name (CN) does not count; have it issued with the host in subjectAltName";
        return (what.to_owned(), "no DNS name".to_owned());
    }
    ("the peer's certificate is for another host".to_owned(), format!("it is for {}", names.join(", ")))
}

/// Nobody who is trusted has signed it. Which certificate is missing can only be said as far as the peer sent its chain.
fn unknown(refused: &Refused) -> Words {
    let certificates: Vec<Certificate> = refused.chain.iter().filter_map(|der| Certificate::read(der)).collect();
    let missing = match refused.unread.as_deref() {
        Some(unread) => format!("; a part of this machine's trust store cannot be used: {unread}"),
        None => String::new(),
    };
    let Some(own) = certificates.first() else {
        return (
            format!("this machine does not trust the CA of the peer (ca_file can add one){missing}"),
            "unknown issuer".into(),
        );
    };
    if own.is_self_issued() {
        let what = "the peer's certificate is self-signed, and this machine does not trust it (ca_file can add it)";
        return (format!("{what}{missing}"), format!("it is issued by itself, {}", named(own.issuer)));
    }
    if refused.is_extra {
        let issuer = named(own.issuer);
        let what = format!("ca_file has the peer's own certificate; put the one of its CA there, {issuer}");
        return (format!("{what}{missing}"), "unknown issuer".to_owned());
    }
    // Up the chain, as far as the peer sent it: no further than it is long, since certificates may stand in a circle.
    let mut top = own;
    for _ in &certificates {
        match certificates.iter().find(|issuer| issuer.subject == top.issuer) {
            Some(issuer) if !top.is_self_issued() => top = issuer,
            _ => break,
        }
    }
    let issuer = named(top.issuer);
    let what = if top.is_self_issued() {
        format!("this machine does not trust the CA of the peer, {issuer} (ca_file can add it)")
    } else {
        format!(
            "the peer's chain ends before a CA that this machine trusts: the peer did not send the certificate of \
             {issuer}; if that is an intermediate, the server must send it (its whole chain), and if it is the CA, \
             ca_file can add it"
        )
    };
    let sent = refused.chain.len();
    (format!("{what}{missing}"), format!("unknown issuer; certificates sent: {sent}"))
}

fn bad_signature(refused: &Refused) -> Words {
    let weak = refused.chain.iter().filter_map(|der| Certificate::read(der)?.rsa_bits()).find(|bits| *bits < 2048);
    match weak {
        Some(bits) => (
            format!("a certificate of the peer has an RSA key of less than 2048 bits: {REISSUE}"),
            format!("RSA of {bits} bits"),
        ),
        None => (
            "a signature of the peer, or in its certificates, does not fit the key that it should be made with: if the CA \
             was made again under its old name, replace it in ca_file; an RSA key of a CA needs 2048 bits"
                .to_owned(),
            "bad signature".to_owned(),
        ),
    }
}

/// webpki refused the chain for what stands in it.
fn chain(reason: &ChainError, refused: &Refused) -> Words {
    let what = match reason {
        ChainError::CaUsedAsEndEntity => {
            "the peer's certificate is that of a CA, as openssl req -x509 makes it, and a server needs one of its own: issue \
             one with -addext basicConstraints=critical,CA:FALSE"
        }
        ChainError::EndEntityUsedAsCa => {
            "a certificate in the peer's chain is signed by one that is not a CA: have it issued again by a CA \
             (basicConstraints CA:TRUE)"
        }
        ChainError::UnsupportedCertVersion => {
            "a certificate of the peer is not of version 3: have it issued again with extensions (subjectAltName)"
        }
        ChainError::UnsupportedCriticalExtension => {
            let names: Vec<String> = refused
                .chain
                .iter()
                .filter_map(|der| Certificate::read(der))
                .flat_map(|certificate| certificate.unknown_critical_extensions())
                .take(MOST_NAMES)
                .collect();
            let what = "a certificate of the peer has a critical extension that the library does not know: have it issued \
                        again without it, or with it not critical";
            return (what.to_owned(), format!("critical: {}", names.join(", ")));
        }
        ChainError::MaximumPathDepthExceeded => {
            "the peer's chain has more than 6 intermediates between its certificate and the CA: have it issued by a CA that \
             is nearer to the root, or add one of the intermediates to ca_file"
        }
        ChainError::MaximumSignatureChecksExceeded
        | ChainError::MaximumPathBuildCallsExceeded
        | ChainError::MaximumNameConstraintComparisonsExceeded => {
            "the peer sent so many certificates or constraints that verifying them takes too long: send only the chain"
        }
        ChainError::NameConstraintViolation => {
            "a CA of the peer may not issue for this name, or has name constraints of a kind that the library does not \
             know (it knows DNS names and addresses): have the certificate issued by another CA"
        }
        ChainError::PathLenConstraintViolated => {
            "a CA of the peer has issued more levels of CAs than it may (pathlen): have the certificate issued by another CA"
        }
        _ => "a certificate of the peer is not made as the rules demand (RFC 5280): have it issued again",
    };
    (what.to_owned(), words(reason))
}

/// The name of a reason of rustls or webpki, as words: `HandshakeFailure` is "handshake failure".
fn words(reason: impl Debug) -> String {
    let name = format!("{reason:?}");
    let mut words = String::new();
    let mut upper = true;
    for letter in name.chars().take_while(char::is_ascii_alphanumeric) {
        if letter.is_ascii_uppercase() && !upper {
            words.push(' ');
        }
        upper = letter.is_ascii_uppercase();
        words.push(letter.to_ascii_lowercase());
    }
    words
}

/// A time in words.
fn span(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} seconds"),
        120..7_200 => format!("{} minutes", seconds / 60),
        7_200..172_800 => format!("{} hours", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}
