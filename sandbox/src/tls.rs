//! A certificate authority of this server's own, and the server's certificate under it.
//!
//! Two certificates, since verifiers refuse one that is both (`CaUsedAsEndEntity`). The CA's private
//! key never leaves the memory: who trusts its file trusts the one certificate under it, which lives as long as the
//! process or, if it is to be kept, in a folder.

use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tempfile::NamedTempFile;
use time::{Duration, OffsetDateTime};

/// The server's side of TLS, and the file that clients trust.
pub struct Tls {
    pub server: Arc<ServerConfig>,
    ca_file: PathBuf,
    /// The same file, if it is to be removed.
    passing: Option<NamedTempFile>,
}

impl Tls {
    /// Makes certificates that end with the process; the server's is in memory only.
    pub fn passing() -> Result<Self, Box<dyn Error>> {
        let made = Made::new()?;
        let ca_file = tempfile::Builder::new().prefix("paywall-sandbox-ca-").suffix(".pem").tempfile()?;
        let ca_file = written(ca_file, &made.ca)?;
        Ok(Self { server: server(&made.server)?, ca_file: ca_file.path().to_owned(), passing: Some(ca_file) })
    }

    /// Takes the certificates of this folder, or makes them if there are none.
    pub fn kept(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let [ca_file, server_file] = ["ca.pem", "server.pem"].map(|name| folder.join(name));
        if !ca_file.exists() {
            let made = Made::new()?;
            written(NamedTempFile::new_in(folder)?, &made.server)?.persist(&server_file)?;
            // Last, since it says that both are there.
            written(NamedTempFile::new_in(folder)?, &made.ca)?.persist(&ca_file)?;
        }
        let server = server(&std::fs::read_to_string(server_file)?)?;
        Ok(Self { server, ca_file: ca_file.canonicalize()?, passing: None })
    }

    pub fn ca_file(&self) -> &Path {
        &self.ca_file
    }

    /// Removes what is not to be kept. Dropping does so too, but cannot say that it failed.
    pub fn remove(self) -> std::io::Result<()> {
        self.passing.map_or(Ok(()), NamedTempFile::close)
    }
}

/// Fills a new file, which only this user can read.
fn written(mut file: NamedTempFile, text: &str) -> std::io::Result<NamedTempFile> {
    file.write_all(text.as_bytes())?;
    file.flush()?;
    Ok(file)
}

/// New certificates, as PEM.
struct Made {
    ca: String,
    /// The server's, and its private key.
    server: String,
}

impl Made {
    fn new() -> Result<Self, rcgen::Error> {
        let ca = CertifiedIssuer::self_signed(ca_params()?, KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let server = leaf_params()?.signed_by(&key, &ca)?;
        Ok(Self { ca: ca.pem(), server: server.pem() + &key.serialize_pem() })
    }
}

fn server(pem: &str) -> Result<Arc<ServerConfig>, Box<dyn Error>> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let certificate = CertificateDer::from_pem_slice(pem.as_bytes())?;
    let mut server = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], PrivateKeyDer::from_pem_slice(pem.as_bytes())?)?;
    server.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(server))
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
