//! The operating system's trust store where it is a matter of files: SSL_CERT_FILE and SSL_CERT_DIR replace it, as for every
//! other program.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustls::pki_types::CertificateDer;

use super::file;
use super::pem;

/// What was found.
#[derive(Default)]
pub(super) struct Store {
    pub(super) certificates: Vec<CertificateDer<'static>>,
    /// What looks like a certificate and cannot be used, with the place and the reason. One bad file must not cost the
    /// trust in all others, but a message about an unknown CA should name it.
    pub(super) unread: Vec<String>,
    seen: HashSet<(u64, u64)>,
}

impl Store {
    /// The variables are None where they are not set or empty.
    pub(super) fn load([file, folders]: &[Option<OsString>; 2]) -> Self {
        let mut file = file.as_ref().map(PathBuf::from);
        let mut folders: Vec<PathBuf> = folders.iter().flat_map(std::env::split_paths).collect();
        folders.retain(|folder| !folder.as_os_str().is_empty());
        if file.is_none() && folders.is_empty() {
            let places = openssl_probe::probe();
            (file, folders) = (places.cert_file, places.cert_dir);
        }

        let mut store = Store::default();
        if let Some(path) = file {
            store.read(&path);
        }
        for folder in folders {
            match fs::read_dir(&folder) {
                Ok(entries) => entries.flatten().for_each(|entry| store.read_entry(&entry.path())),
                Err(error) => store.unread.push(format!("{} cannot be read: {error}", file::shown(&folder))),
            }
        }
        // Folders hold the same certificates as the file beside them.
        store.certificates.sort_unstable_by(|one, other| one.as_ref().cmp(other));
        store.certificates.dedup();
        store
    }

    /// Folders hold each certificate under several names, and links that lead nowhere.
    fn read_entry(&mut self, path: &Path) {
        if fs::metadata(path).is_ok_and(|about| about.is_file()) {
            self.read(path);
        }
    }

    fn read(&mut self, path: &Path) {
        if let Ok(about) = fs::metadata(path)
            && !self.seen.insert((about.dev(), about.ino()))
        {
            return;
        }
        let blocks = match file::read(path) {
            Ok(content) => pem::blocks(&content),
            Err(reason) => vec![Err(reason)],
        };
        for block in blocks {
            match block {
                Ok(certificate) => self.certificates.push(certificate),
                Err(reason) => self.unread.push(format!("{}: {reason}", file::shown(path))),
            }
        }
    }
}
