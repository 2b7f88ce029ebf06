//! A certificate authority that lives as long as the process, and the server's certificate under it.
//!
//! Two certificates, since verifiers refuse one that is both (`CaUsedAsEndEntity`). The CA's private
//! key never leaves the memory: trusting the file of one run means nothing after it.

use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tempfile::NamedTempFile;
use time::{Duration, OffsetDateTime};

/// The server's side of TLS, and the file that clients are told to trust.
pub struct Tls {
    pub server: Arc<ServerConfig>,
    ca_file: NamedTempFile,
}

impl Tls {
    /// Makes both certificates and writes the CA's to a new file that only this user can read.
    pub fn new() -> Result<Self, Box<dyn Error>> {
        let ca = CertifiedIssuer::self_signed(ca_params()?, KeyPair::generate()?)?;
        let leaf_key = KeyPair::generate()?;
        let leaf = leaf_params()?.signed_by(&leaf_key, &ca)?;

        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut server = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(
                vec![leaf.der().clone()],
                PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(leaf_key.serialize_der())),
            )?;
        server.alpn_protocols = vec![b"http/1.1".to_vec()];

        let mut ca_file = tempfile::Builder::new().prefix("paywall-sandbox-ca-").suffix(".pem").tempfile()?;
        ca_file.write_all(ca.pem().as_bytes())?;
        ca_file.flush()?;
        Ok(Self { server: Arc::new(server), ca_file })
    }

    pub fn ca_file(&self) -> &Path {
        self.ca_file.path()
    }

    /// Removes the file. Dropping does so too, but cannot say that it failed.
    pub fn remove(self) -> std::io::Result<()> {
        self.ca_file.close()
    }
}

fn ca_params() -> Result<CertificateParams, rcgen::Error> {
    let mut params = params(Vec::new())?;
    // The names of two runs differ, so that a client which trusts both cannot mix them up.
    let name = format!("paywall-sandbox CA {}", uuid::Uuid::new_v4().simple());
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

fn leaf_params() -> Result<CertificateParams, rcgen::Error> {
    let names = ["localhost", "127.0.0.1", "::1"];
    let mut params = params(names.map(str::to_owned).to_vec())?;
    params.distinguished_name.push(DnType::CommonName, "localhost");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    // Strict verifiers (Python 3.13) refuse a certificate without it.
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

fn params(names: Vec<String>) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    let now = OffsetDateTime::now_utc();
    params.not_before = now - Duration::DAY;
    // Apple's verifier takes at most 398 days.
    params.not_after = now + Duration::days(365);
    Ok(params)
}
