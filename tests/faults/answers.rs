//! Answers as bytes, and the places where they can be cut.

use std::io::Write;

use crate::wire;

/// The token of every proper answer.
pub const TOKEN: &str = "b1b9baa4018d4f17b1fd85592344b09a";
/// The token of an answer that belongs to no call: a call that reports it took another's answer.
pub const STALE: &str = "57a1e57a1e57a1e57a1e57a1e57a1e00";

/// The limit of an answer's body.
pub const MIB: usize = 1 << 20;

/// The service's envelope of a success.
pub fn envelope(token: &str) -> String {
    format!(
        concat!(
            r#"{{"ErrorCodeType":1,"ErrorMessage":null,"ErrorCode":0,"Result":true,"Message":"","Body":{{"#,
            r#""Session":{{"SessionRenewed":false,"SessionId":"a527433e-f36b-1410-80e5-004205aa382d"}},"#,
            r#""Masterpass":{{"Result":{{"Token":"{}","RetrievalReferenceNumber":"100005844114","#,
            r#""ResponseCode":"5001","Description":"Telefonunuza gelen kodu girerek tamamlayınız"}},"#,
            r#""BuildId":"78","CorrelationId":null,"Exception":null,"Message":"OK","RequestId":null,"#,
            r#""StatusCode":200,"Version":null}}}}}}"#,
        ),
        token
    )
}

pub fn body() -> Vec<u8> {
    envelope(TOKEN).into_bytes()
}

/// An envelope of exactly `size` bytes.
pub fn padded(size: usize) -> Vec<u8> {
    let mut body = body();
    assert!(body.len() <= size);
    body.resize(size, b' ');
    body
}

/// A whole answer, as it goes over the wire: the status line and the fields, a line each, and a body.
pub fn answer(lines: &[&str], body: impl AsRef<[u8]>) -> Vec<u8> {
    let mut bytes = lines.join("\r\n").into_bytes();
    bytes.extend_from_slice(b"\r\n\r\n");
    bytes.extend_from_slice(body.as_ref());
    bytes
}

/// An answer that announces its length.
pub fn sized(status: &str, fields: &[&str], body: impl AsRef<[u8]>) -> Vec<u8> {
    let length = format!("Content-Length: {}", body.as_ref().len());
    let lines = [&[status, "Content-Type: application/json", &length], fields].concat();
    answer(&lines, body)
}

/// The answer of a service that accepted.
pub fn ok() -> Vec<u8> {
    sized("HTTP/1.1 200 OK", &[], body())
}

/// An answer that nobody asked for.
pub fn stale() -> Vec<u8> {
    sized("HTTP/1.1 200 OK", &[], envelope(STALE))
}

/// A chunked answer; `tail` is what follows the chunk with the whole envelope.
pub fn chunked(size_line: &str, tail: &str) -> Vec<u8> {
    let body = [size_line.as_bytes(), b"\r\n", &body(), tail.as_bytes()].concat();
    answer(&["HTTP/1.1 200 OK", "Transfer-Encoding: chunked"], body)
}

/// The size of the one chunk of [`chunked`], as it stands in the size line.
pub fn chunk_size() -> String {
    format!("{:x}", body().len())
}

pub fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(data).and_then(|()| encoder.finish()).expect("memory takes all")
}

pub fn zlib(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(data).and_then(|()| encoder.finish()).expect("memory takes all")
}

/// The byte of a letter of the envelope.
pub fn windows_1254(character: char) -> u8 {
    match character {
        'ı' => 0xfd,
        _ => u8::try_from(u32::from(character)).expect("the envelope has no other letter"),
    }
}

/// The length of an answer's head, its blank line included.
pub fn head_length(answer: &[u8]) -> usize {
    wire::blank_line(answer).expect("a whole head")
}

/// An answer with the names of the places where it can be cut: each piece is named after the place before it.
pub struct Pieces(Vec<(&'static str, Vec<u8>)>);

impl Pieces {
    fn new(pieces: &[(&'static str, &str)]) -> Self {
        Pieces(pieces.iter().map(|(place, text)| (*place, text.as_bytes().to_vec())).collect())
    }

    fn then(mut self, pieces: &[(&'static str, &[u8])]) -> Self {
        self.0.extend(pieces.iter().map(|(place, bytes)| (*place, bytes.to_vec())));
        self
    }

    pub fn whole(&self) -> Vec<u8> {
        self.0.iter().flat_map(|(_, piece)| piece).copied().collect()
    }

    /// Every place, with what comes before it and what after. The last one, `whole`, has nothing after it.
    pub fn cuts(&self) -> Vec<(&'static str, Vec<u8>, Vec<u8>)> {
        let whole = self.whole();
        let mut at = 0;
        let mut cuts = Vec::new();
        for (place, piece) in &self.0 {
            cuts.push((*place, whole[..at].to_vec(), whole[at..].to_vec()));
            at += piece.len();
        }
        cuts.push(("whole", whole, vec![]));
        cuts
    }

    /// What comes before a place, and what after.
    pub fn cut(&self, place: &str) -> (Vec<u8>, Vec<u8>) {
        let cut = self.cuts().into_iter().find(|(name, ..)| *name == place);
        let (_, before, after) = cut.unwrap_or_else(|| panic!("no place {place}"));
        (before, after)
    }
}

/// A head cut everywhere, and a body with an announced length.
pub fn sized_pieces() -> Pieces {
    let body = body();
    let (half, last) = (body.len() / 2, body.len() - 1);
    let length = body.len().to_string();
    Pieces::new(&[
        ("start", "HTTP"),
        ("in-protocol", "/1"),
        ("in-version", ".1"),
        ("after-version", " "),
        ("before-status", "2"),
        ("in-status", "00"),
        ("after-status", " "),
        ("before-reason", "O"),
        ("in-reason", "K"),
        ("after-reason", "\r"),
        ("in-status-crlf", "\n"),
        ("after-status-line", "Content"),
        ("in-field-name", "-Type"),
        ("after-field-name", ":"),
        ("after-colon", " application/"),
        ("in-field-value", "json"),
        ("after-field-value", "\r"),
        ("in-field-crlf", "\n"),
        ("between-fields", "Content-Length: "),
        ("before-length", &length[..1]),
        // Cut here, the length is a shorter number.
        ("in-length", &length[1..]),
        ("after-length", "\r\n"),
        ("before-blank-line", "\r"),
        ("in-blank-line", "\n"),
    ])
    .then(&[
        ("body-0", &body[..1]),
        ("body-1", &body[1..half]),
        ("body-half", &body[half..last]),
        ("body-one-short", &body[last..]),
    ])
}

/// Two chunks and the last one.
pub fn chunked_pieces() -> Pieces {
    let body = body();
    let (one, two) = body.split_at(200);
    let sizes = (format!("{:x}", one.len()), format!("{:x}", two.len()));
    Pieces::new(&[("head", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")]).then(&[
        ("before-size", &sizes.0.as_bytes()[..1]),
        ("in-size", &sizes.0.as_bytes()[1..]),
        ("after-size", b"\r"),
        ("in-size-crlf", b"\n"),
        ("chunk-0", &one[..1]),
        ("in-chunk", &one[1..one.len() - 1]),
        ("chunk-one-short", &one[one.len() - 1..]),
        ("before-chunk-crlf", b"\r"),
        ("in-chunk-crlf", b"\n"),
        ("between-chunks", sizes.1.as_bytes()),
        ("after-second-size", b"\r\n"),
        ("second-chunk-0", two),
        ("before-last-crlf", b"\r\n"),
        ("before-last-chunk", b"0"),
        ("after-zero", b"\r"),
        ("in-zero-crlf", b"\n"),
        ("after-zero-line", b"\r"),
        ("in-final-crlf", b"\n"),
    ])
}

/// A body that ends with the connection.
pub fn closed_pieces() -> Pieces {
    let body = body();
    let (half, last) = (body.len() / 2, body.len() - 1);
    Pieces::new(&[("head", "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")]).then(&[
        ("body-0", &body[..1]),
        ("body-1", &body[1..half]),
        ("body-half", &body[half..last]),
        ("body-one-short", &body[last..]),
    ])
}
