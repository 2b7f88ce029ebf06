//! Whom to trust: the operating system's store, together with `ca_file`.

use std::ffi::OsString;
use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::CertificateDer;

use super::file::{self, Stamp};
use super::verifier::Remembering;
use super::{Client, pem, provider};
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
    /// The content of `ca_file`, not its name: a file that was replaced or changed is read again.
    extra: Option<Vec<u8>>,
    /// They replace the system's store, on Linux, for this as for every other program. None if empty.
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
static LOADED: PerProcess<Mutex<Vec<Loaded>>> = PerProcess::new();
const MOST_LOADED: usize = 8;

struct Loaded {
    source: Source,
    /// That of `ca_file` before it was read last, if one can rely on it.
    stamp: Option<Stamp>,
    trust: Arc<Trust>,
}

/// The store that is known by something, which stands last then: it is the most recently used.
fn latest(loaded: &mut [Loaded], is_it: impl Fn(&Loaded) -> bool) -> Option<&mut Loaded> {
    let place = loaded.iter().position(is_it)?;
    loaded[place..].rotate_left(1);
    loaded.last_mut()
}

impl Trust {
    /// The store of the operating system, with the certificates of `ca_file` added.
    pub(crate) fn load(ca_file: Option<&str>) -> Result<Arc<Trust>, Box<Outcome>> {
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let variables = ["SSL_CERT_FILE", "SSL_CERT_DIR"].map(variable);
        let loaded = || LOADED.get().lock().unwrap_or_else(PoisonError::into_inner);

        // Before the file is read: whatever is changed in between shows the next time.
        let stamp = ca_file.and_then(|path| file::stamp(Path::new(path)));
        let is_unchanged =
            |known: &Loaded| stamp.is_some() && known.stamp == stamp && known.source.variables == variables;
        if let Some(known) = latest(&mut loaded(), is_unchanged) {
            return Ok(Arc::clone(&known.trust));
        }

        let source = Source { extra: ca_file.map(read).transpose()?, variables };
        let mut loaded = loaded();
        if let Some(known) = latest(&mut loaded, |known| known.source == source) {
            known.stamp = stamp;
            return Ok(Arc::clone(&known.trust));
        }
        let trust = Arc::new(Self::from_source(&source, ca_file)?);
        // An empty store is not remembered: somebody is about to install one.
        if trust.client.is_usable() {
            if loaded.len() == MOST_LOADED {
                loaded.remove(0);
            }
            loaded.push(Loaded { source, stamp, trust: Arc::clone(&trust) });
        }
        Ok(trust)
    }

    /// Whether `ca_file` is as it must be, for a client that needs no trust: a mistake shows before the address becomes
    /// https.
    pub(crate) fn check(ca_file: Option<&str>) -> Result<(), Box<Outcome>> {
        match ca_file {
            Some(path) => certificates(path, &read(path)?).map(drop),
            None => Ok(()),
        }
    }

    fn from_source(source: &Source, ca_file: Option<&str>) -> Result<Trust, Box<Outcome>> {
        static IDS: AtomicU64 = AtomicU64::new(1);
        let extra = match (ca_file, &source.extra) {
            (Some(path), Some(content)) => certificates(path, content)?,
            _ => Vec::new(),
        };
        let verifier = verifier(source, extra).map(|verifier| Arc::new(verifier) as Arc<dyn ServerCertVerifier>);
        Ok(Trust { id: IDS.fetch_add(1, Ordering::Relaxed), client: Client::new(verifier) })
    }
}

/// Trusts the certificates of the system's files and these.
#[cfg(all(unix, not(target_vendor = "apple")))]
fn verifier(source: &Source, extra: Vec<CertificateDer<'static>>) -> Result<Remembering, Failure> {
    let store = super::system::Store::load(&source.variables);
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(extra.iter().cloned().chain(store.certificates));
    let unread = store.unread.first().map(|first| match store.unread.len() {
        1 => first.clone(),
        count => format!("{first} (and {} more)", count - 1),
    });
    let verifier = rustls::client::WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider()).build();
    let nobody = || source.nobody().because(unread.as_deref().unwrap_or("no certificate was found"));
    Ok(Remembering { verifier: verifier.map_err(|_| nobody())?, extra, unread })
}

/// Trusts whom the operating system trusts, and these: they take a verifying engine of their own.
#[cfg(not(all(unix, not(target_vendor = "apple"))))]
fn verifier(source: &Source, extra: Vec<CertificateDer<'static>>) -> Result<Remembering, Failure> {
    use rustls_platform_verifier::Verifier;

    let verifier = match extra.is_empty() {
        true => Verifier::new(provider()),
        false => Verifier::new_with_extra_roots(extra.clone(), provider()),
    };
    let verifier = verifier.map_err(|error| source.nobody().because(error))?;
    Ok(Remembering { verifier: Arc::new(verifier), extra, unread: None })
}

fn read(path: &str) -> Result<Vec<u8>, Box<Outcome>> {
    file::read(Path::new(path)).map_err(|reason| refused(path, &reason))
}

fn certificates(path: &str, content: &[u8]) -> Result<Vec<CertificateDer<'static>>, Box<Outcome>> {
    pem::certificates(content).map_err(|reason| refused(path, &reason))
}

fn refused(path: &str, reason: &str) -> Box<Outcome> {
    Outcome::invalid_option("ca_file", &format!("{} {reason}", file::shown(Path::new(path))))
}
