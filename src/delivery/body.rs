//! The body of an answer: how long it may be, and its content codings. The library asks for none; what comes in one
//! nevertheless is decoded.

use std::io::{self, Read};

use flate2::bufread::{DeflateDecoder, GzDecoder, ZlibDecoder};
use ureq::http::HeaderMap;
use ureq::http::header::CONTENT_ENCODING;

use crate::secret::Wiped;

/// The longest answer, decoded, in bytes.
pub(super) const LONGEST_BODY: u64 = 1024 * 1024;

/// Reads to the end, into `body`.
pub(super) fn read_body(mut reader: impl Read, body: &mut Wiped) -> Result<(), ureq::Error> {
    loop {
        match body.append_from(&mut reader) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
        if body.bytes().len() as u64 > LONGEST_BODY {
            return Err(ureq::Error::BodyExceedsLimit(LONGEST_BODY));
        }
    }
}

/// The codings of an answer, in lower case, in the order in which they were applied. Most answers have none.
pub(super) fn codings(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all(CONTENT_ENCODING).iter().map(|line| String::from_utf8_lossy(line.as_bytes()));
    let codings =
        lines.flat_map(|line| line.split(',').map(|coding| coding.trim().to_ascii_lowercase()).collect::<Vec<_>>());
    codings.filter(|coding| !matches!(coding.as_str(), "" | "identity")).collect()
}

/// Why a body could not be decoded.
pub(super) enum Undecoded {
    /// More than one coding, or one that the library does not know.
    Unknown,
    Broken(ureq::Error),
}

impl From<ureq::Error> for Undecoded {
    fn from(error: ureq::Error) -> Self {
        Undecoded::Broken(error)
    }
}

/// Decodes what came, as far as it goes.
pub(super) fn decode(codings: &[String], raw: &[u8], body: &mut Wiped) -> Result<(), Undecoded> {
    match codings {
        // Without a body there is nothing to decode: a refusal without one may name a coding nevertheless.
        _ if raw.is_empty() => Ok(()),
        [coding] if coding == "gzip" || coding == "x-gzip" => Ok(gunzip(raw, body)?),
        [coding] if coding == "deflate" => Ok(inflate(raw, body)?),
        _ => Err(Undecoded::Unknown),
    }
}

/// The members of a gzip, of which most have one. What follows a whole one and is no whole member itself, such as
/// padding, is ignored.
fn gunzip(mut raw: &[u8], body: &mut Wiped) -> Result<(), ureq::Error> {
    // Each costs memory and time, also if there is nothing in it.
    const MOST_MEMBERS: usize = 64;
    for number in 0..MOST_MEMBERS {
        let whole = body.bytes().len();
        let mut member = GzDecoder::new(raw);
        match read_body(&mut member, body) {
            Ok(()) => {}
            Err(ureq::Error::Io(_)) if number > 0 => {
                body.truncate(whole);
                return Ok(());
            }
            Err(error) => return Err(error),
        }
        raw = member.into_inner();
        if raw.is_empty() {
            return Ok(());
        }
    }
    Err(io::Error::other("too many members").into())
}

/// What HTTP calls deflate is zlib's format. Many servers leave its head and its checksum out.
fn inflate(raw: &[u8], body: &mut Wiped) -> Result<(), ureq::Error> {
    match read_body(ZlibDecoder::new(raw), body) {
        Err(ureq::Error::Io(_)) => {
            body.clear();
            read_body(DeflateDecoder::new(raw), body)
        }
        decoded => decoded,
    }
}
