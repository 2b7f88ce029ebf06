//! Certificates and server configurations of the fault peer.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::wire;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, PKCS_ED25519};
use rustls::client::Resumption;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, IpAddr, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{ServerSessionMemoryCache, StoresServerSessions, WebPkiClientVerifier};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection, SupportedProtocolVersion, version,
};

/// How a peer speaks TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    pub version: Version,
    pub identity: Identity,
    /// The largest record, its header included; none: TLS's own limit. Small ones give a flight more places.
    pub record: Option<usize>,
    /// Offer only a group for which the client sends no key share, so that TLS 1.3 takes a HelloRetryRequest.
    pub retry: bool,
    /// Find the sessions of earlier handshakes again.
    pub resumes: bool,
    pub client_certificate: ClientCertificate,
    /// The only protocol that it speaks inside TLS, if it says so.
    pub protocol: Option<&'static str>,
}

impl Profile {
    pub const V13: Profile = Profile {
        version: Version::V13,
        identity: Identity::Good,
        record: None,
        retry: false,
        resumes: false,
        client_certificate: ClientCertificate::NotAsked,
        protocol: None,
    };
    pub const V12: Profile = Profile { version: Version::V12, ..Profile::V13 };
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    V12,
    V13,
}

/// Whether a peer wants a certificate of the client's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientCertificate {
    NotAsked,
    /// It goes on without one.
    Asked,
    Demanded,
}

/// The certificate that a peer shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    Good,
    /// Issued by an authority that the client does not trust.
    Stranger,
    /// For another name.
    OtherName,
    Expired,
    NotYetValid,
    /// The authority's own certificate as the server's.
    Authority,
}

struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
    key: PrivatePkcs8KeyDer<'static>,
    pem: String,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a DNS name");
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        let der = key.serialize_der().into();
        Authority {
            pem: certificate.pem(),
            certificate: certificate.der().clone(),
            key: der,
            issuer: Issuer::new(params, key),
        }
    }

    fn issue(&self, params: &CertificateParams) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        // Its signatures have all the same length, so that a flight has the same bytes in the same places every time.
        let key = KeyPair::generate_for(&PKCS_ED25519).expect("a key");
        let leaf = params.signed_by(&key, &self.issuer).expect("a certificate");
        (vec![leaf.der().clone()], PrivatePkcs8KeyDer::from(key.serialize_der()).into())
    }
}

fn trusted() -> &'static Authority {
    static TRUSTED: OnceLock<Authority> = OnceLock::new();
    TRUSTED.get_or_init(|| Authority::new("Fault peer CA"))
}

fn chain(identity: Identity) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
    let names = match identity {
        Identity::OtherName => vec!["elsewhere.example".to_owned()],
        _ => ["localhost", "127.0.0.1", "*.fault.example"].map(str::to_owned).to_vec(),
    };
    let mut leaf = CertificateParams::new(names).expect("names");
    match identity {
        Identity::Good | Identity::OtherName => {}
        Identity::Expired => {
            leaf.not_before = rcgen::date_time_ymd(2020, 1, 1);
            leaf.not_after = rcgen::date_time_ymd(2021, 1, 1);
        }
        Identity::NotYetValid => {
            leaf.not_before = rcgen::date_time_ymd(2090, 1, 1);
            leaf.not_after = rcgen::date_time_ymd(2091, 1, 1);
        }
        Identity::Stranger => return Authority::new("Nobody's CA").issue(&leaf),
        Identity::Authority => {
            let authority = trusted();
            return (vec![authority.certificate.clone()], authority.key.clone_key().into());
        }
    }
    trusted().issue(&leaf)
}

/// Says that it keeps sessions, so that tickets go out as a real server's do, and finds none of them again: a
/// resumed handshake has other flights, and the places in them would move.
#[derive(Debug)]
struct Forgetful;

impl StoresServerSessions for Forgetful {
    fn put(&self, _: Vec<u8>, _: Vec<u8>) -> bool {
        true
    }
    fn get(&self, _: &[u8]) -> Option<Vec<u8>> {
        None
    }
    fn take(&self, _: &[u8]) -> Option<Vec<u8>> {
        None
    }
    fn can_cache(&self) -> bool {
        true
    }
}

/// The one server of this profile: its certificate is the same for all points.
pub fn server(profile: Profile) -> Arc<ServerConfig> {
    static SERVERS: Mutex<Vec<(Profile, Arc<ServerConfig>)>> = Mutex::new(Vec::new());
    let mut servers = SERVERS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, server)) = servers.iter().find(|(known, _)| *known == profile) {
        return Arc::clone(server);
    }
    let server = new_server(profile);
    servers.push((profile, Arc::clone(&server)));
    server
}

/// What a server of this profile puts on the wire for a client that does all right: its flights, up to the end of the
/// handshake and after it, and at last `answer`, enciphered. The length of each is the same every time. Of a profile
/// that resumes it is the second handshake.
pub fn transcript(profile: Profile, answer: &[u8]) -> (Vec<Vec<u8>>, Vec<u8>) {
    let mut roots = RootCertStore::empty();
    roots.add(trusted().certificate.clone()).expect("a certificate");
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    if !profile.resumes {
        config.resumption = Resumption::disabled();
    }
    let config = Arc::new(config);
    let first = flights(profile, &config, answer);
    if profile.resumes { flights(profile, &config, answer) } else { first }
}

fn flights(profile: Profile, config: &Arc<ClientConfig>, answer: &[u8]) -> (Vec<Vec<u8>>, Vec<u8>) {
    let name = ServerName::IpAddress(IpAddr::from(std::net::Ipv4Addr::LOCALHOST));
    let mut client = ClientConnection::new(Arc::clone(config), name).expect("a client");
    let mut server = ServerConnection::new(server(profile)).expect("a server");

    let mut flights = Vec::new();
    loop {
        let mut said = Vec::new();
        wire::drain(&mut client, &mut said).expect("memory takes all");
        if said.is_empty() {
            break;
        }
        server.read_tls(&mut &said[..]).expect("memory gives all");
        server.process_new_packets().expect("a good client");
        let mut flight = Vec::new();
        wire::drain(&mut server, &mut flight).expect("memory takes all");
        let mut left = &flight[..];
        while !left.is_empty() {
            client.read_tls(&mut left).expect("memory gives all");
            client.process_new_packets().expect("a good server");
        }
        if !flight.is_empty() {
            flights.push(flight);
        }
    }
    assert!(!server.is_handshaking() && !client.is_handshaking());
    let mut enciphered = Vec::new();
    std::io::Write::write_all(&mut server.writer(), answer).expect("a small answer");
    wire::drain(&mut server, &mut enciphered).expect("memory takes all");
    (flights, enciphered)
}

fn new_server(profile: Profile) -> Arc<ServerConfig> {
    const V12: &[&SupportedProtocolVersion] = &[&version::TLS12];
    const V13: &[&SupportedProtocolVersion] = &[&version::TLS13];

    let mut provider: CryptoProvider = ring::default_provider();
    if profile.retry {
        provider.kx_groups = vec![ring::kx_group::SECP384R1];
    }
    let versions = match profile.version {
        Version::V12 => V12,
        Version::V13 => V13,
    };
    let (chain, key) = chain(profile.identity);
    let mut config = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(versions)
        .expect("a version that the provider has")
        .with_client_cert_verifier(client_verifier(profile.client_certificate))
        .with_single_cert(chain, key)
        .expect("a certificate and its key");
    config.alpn_protocols = profile.protocol.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    config.session_storage = match profile.resumes {
        // Room for every point.
        true => ServerSessionMemoryCache::new(1 << 20),
        false => Arc::new(Forgetful),
    };
    config.max_fragment_size = profile.record;
    Arc::new(config)
}

fn client_verifier(wanted: ClientCertificate) -> Arc<dyn ClientCertVerifier> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted().certificate.clone()).expect("a certificate");
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::new(ring::default_provider()));
    match wanted {
        ClientCertificate::NotAsked => WebPkiClientVerifier::no_client_auth(),
        ClientCertificate::Asked => verifier.allow_unauthenticated().build().expect("a trusted root"),
        ClientCertificate::Demanded => verifier.build().expect("a trusted root"),
    }
}

/// The authority's certificate in a file, for `ca_file`; gone when it is dropped.
pub struct CaFile(PathBuf);

impl CaFile {
    pub fn new() -> std::io::Result<Self> {
        // The tests of one process run at the same time.
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("faults-ca-{}-{number}.pem", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&path, &trusted().pem)?;
        Ok(CaFile(path))
    }

    pub fn path(&self) -> &str {
        self.0.to_str().expect("a target directory with a UTF-8 name")
    }
}

impl Drop for CaFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
