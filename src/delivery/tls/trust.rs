//! Whom to trust: the operating system's store, together with `ca_file`.

use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
#[cfg(unix)]
use std::os::unix::fs::OpenOptionsExt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls_platform_verifier::Verifier;

use super::{Client, provider};
use crate::delivery::failure::Failure;
use crate::os::PerProcess;
use crate::outcome::{Kind, Outcome, Stage};

/// A loaded store. Immutable, so that a child of a fork may go on with its parent's.
pub(crate) struct Trust {
    /// Equal for contexts that trust the same: loaded from the same place, at the same time, with the same extras.
    pub(crate) id: u64,
    /// What all handshakes with this trust use.
    pub(crate) client: Client,
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trust").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What a store was loaded from.
#[derive(PartialEq)]
struct Source {
    /// The content of `ca_file`, not its name: a replaced file is read again.
    extra: Option<Vec<u8>>,
    /// They replace the system's store, on Linux, for this as for every other program.
    variables: [Option<OsString>; 2],
}

impl Source {
    /// What to do if nobody is trusted.
    fn nobody(&self) -> Failure {
        let what = match &self.variables {
            _ if cfg!(windows) => "the system's certificate verifier does not work",
            [None, None] => "this machine trusts no CA: install ca-certificates, or set ca_file",
            _ => {
                "this process trusts no CA: SSL_CERT_FILE or SSL_CERT_DIR, which take the place of the \
                 system's store, lead to none; unset them, or set ca_file"
            }
        };
        Failure::new(Kind::Tls, Stage::Tls, what)
    }
}

/// Loading takes milliseconds, so it is done once for each source. A process has one or two.
static LOADED: PerProcess<Mutex<Loaded>> = PerProcess::new();
type Loaded = Vec<(Source, Arc<Trust>)>;
const MOST_LOADED: usize = 8;

impl Trust {
    /// The store of the operating system, with the certificates of `ca_file` added.
    pub(crate) fn load(ca_file: Option<&str>) -> Result<Arc<Trust>, Box<Outcome>> {
        let extra = match ca_file {
            None => None,
            Some(path) => Some(read(path)?),
        };
        let source = Source { extra, variables: ["SSL_CERT_FILE", "SSL_CERT_DIR"].map(std::env::var_os) };

        let mut loaded = LOADED.get().lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = loaded.iter().position(|(known, _)| *known == source) {
            // The most recently used stands last.
            loaded[place..].rotate_left(1);
            return Ok(Arc::clone(&loaded[loaded.len() - 1].1));
        }
        let trust = Arc::new(Self::from_source(&source, ca_file)?);
        // An empty store is not remembered: somebody is about to install one.
        if trust.client.is_usable() {
            if loaded.len() == MOST_LOADED {
                loaded.remove(0);
            }
            loaded.push((source, Arc::clone(&trust)));
        }
        Ok(trust)
    }

    fn from_source(source: &Source, ca_file: Option<&str>) -> Result<Trust, Box<Outcome>> {
        static IDS: AtomicU64 = AtomicU64::new(1);
        let path = ca_file.unwrap_or_default();
        let mut extra = Vec::new();
        if let Some(pem) = &source.extra {
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let certificate = certificate.map_err(|error| refused(&format!("{path} is not valid PEM: {error}")))?;
                // The verifier reports a bad extra root and an empty system store with the same error.
                rustls::RootCertStore::empty().add(certificate.clone()).map_err(|error| {
                    refused(&format!("{path} contains something that is not a certificate: {error}"))
                })?;
                extra.push(certificate);
            }
            if extra.is_empty() {
                return Err(refused(&format!("{path} contains no certificate in PEM")));
            }
        }
        let verifier = match extra.is_empty() {
            true => Verifier::new(provider()),
            // On Windows extra roots take a verifying engine of their own, on Linux one store holds both.
            false => Verifier::new_with_extra_roots(extra, provider()),
        };
        let verifier = match verifier {
            Ok(verifier) => Ok(Arc::new(verifier) as Arc<dyn ServerCertVerifier>),
            Err(error) => Err(source.nobody().because(error)),
        };
        Ok(Trust { id: IDS.fetch_add(1, Ordering::Relaxed), client: Client::new(verifier) })
    }
}

/// The content of `ca_file`: a file indeed, since anything else may never end.
fn read(path: &str) -> Result<Vec<u8>, Box<Outcome>> {
    const LARGEST: u64 = 8 * 1024 * 1024;
    let unreadable = |error: io::Error| refused(&format!("{path} cannot be read: {error}"));
    let mut options = File::options();
    options.read(true);
    // To open a pipe would wait for its writer, and a terminal could become the host's.
    #[cfg(unix)]
    options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    let file = options.open(path).map_err(unreadable)?;
    let about = file.metadata().map_err(unreadable)?;
    if !about.is_file() {
        return Err(refused(&format!("{path} is not a file")));
    }
    let too_large = || refused(&format!("{path} is larger than 8 MiB"));
    if about.len() > LARGEST {
        return Err(too_large());
    }
    let mut content = Vec::with_capacity(about.len() as usize + 1);
    // Without `take`, the file would be asked for its size again.
    file.take(LARGEST + 1).read_to_end(&mut content).map_err(unreadable)?;
    if content.len() as u64 > LARGEST { Err(too_large()) } else { Ok(content) }
}

fn refused(rule: &str) -> Box<Outcome> {
    Outcome::invalid_option("ca_file", rule)
}
