//! Reads a file that somebody named.

use std::fs::File;
use std::io::{self, Read};
#[cfg(unix)]
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

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
