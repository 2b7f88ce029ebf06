//! Reads a file that somebody named.

#[cfg(unix)]
use std::fs;
use std::fs::File;
use std::io::{self, Read};
#[cfg(unix)]
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
#[cfg(unix)]
use std::time::{Duration, SystemTime};

/// What a file is known by: its device and inode, its size, and when its content and its inode were changed last.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stamp(u64, u64, u64, [(i64, i64); 2]);

/// The stamp of a file. As long as it stays the same, so does the content. None if that is not certain.
#[cfg(unix)]
pub(super) fn stamp(path: &Path) -> Option<Stamp> {
    // Some file systems note times in steps of two seconds: within one, a file may change twice.
    const SETTLED: Duration = Duration::from_secs(3);
    let about = fs::metadata(path).ok()?;
    let changed = SystemTime::UNIX_EPOCH + Duration::from_secs(about.ctime().try_into().ok()?);
    let is_settled = SystemTime::now().duration_since(changed).is_ok_and(|age| age > SETTLED);
    let times = [(about.mtime(), about.mtime_nsec()), (about.ctime(), about.ctime_nsec())];
    is_settled.then(|| Stamp(about.dev(), about.ino(), about.size(), times))
}

/// Windows notes no time of the last change that a program cannot set.
#[cfg(not(unix))]
pub(super) fn stamp(_: &Path) -> Option<Stamp> {
    None
}

/// The content: of a file indeed, since anything else may never end. Otherwise the reason.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, String> {
    const LARGEST: u64 = 8 * 1024 * 1024;
    const TOO_LARGE: &str = "is larger than 8 MiB";
    let unreadable = |error: io::Error| format!("cannot be read: {error}");
    let mut options = File::options();
    options.read(true);
    // To open a pipe would wait for its writer, and a terminal could become the host's.
    #[cfg(unix)]
    options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    let file = options.open(path).map_err(unreadable)?;
    let about = file.metadata().map_err(unreadable)?;
    if !about.is_file() {
        return Err("is not a file".to_owned());
    }
    if about.len() > LARGEST {
        return Err(TOO_LARGE.to_owned());
    }
    let mut content = Vec::with_capacity(about.len() as usize + 1);
    // Without `take`, the file would be asked for its size again.
    file.take(LARGEST + 1).read_to_end(&mut content).map_err(unreadable)?;
    if content.len() as u64 > LARGEST { Err(TOO_LARGE.to_owned()) } else { Ok(content) }
}

/// The path for a message: on one line, and its end if it is long.
pub(super) fn shown(path: &Path) -> String {
    const LONGEST: usize = 256;
    let path = path.to_string_lossy();
    let end = path.ceil_char_boundary(path.len().saturating_sub(LONGEST));
    let dots = if end == 0 { "" } else { "…" };
    format!("{dots}{}", &path[end..])
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;

    use super::stamp;

    #[test]
    fn a_file_that_was_just_changed_has_no_stamp() {
        let path = std::env::temp_dir().join(format!("paywall-stamp-{}", std::process::id()));
        fs::write(&path, "").unwrap();
        let fresh = stamp(&path);
        fs::remove_file(&path).unwrap();
        assert_eq!(fresh, None);
        assert_eq!(stamp(&path), None, "it is gone");
    }
}
