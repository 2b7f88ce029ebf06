//! The answer's body: lengths, chunks, codings, sizes, and what is left after it.

use super::head::closing;
use super::{
    BAD, BAD_OR_LATE, CUT, LATE, LOST, OK, OK_OR_BAD, Outcomes, Over, Point, REDIRECT, UNAUTHENTICATED, broken_off,
};
use crate::answers::{self, MIB, answer, chunk_size, chunked, envelope, gzip, padded, sized};
use crate::script::{End, Step};

pub fn points(over: Over) -> Vec<Point> {
    [lengths(over), codings(over), charsets(over), chunks(over), sizes(over), leftovers(over)].concat()
}

/// What the head says of the length, against the body that comes. The connection stays open.
fn lengths(over: Over) -> Vec<Point> {
    let n = answers::body().len();
    #[rustfmt::skip]
    let table: [(&str, Vec<String>, Outcomes); 24] = [
        ("one-short",       length(n - 1),                      BAD),
        ("zero",            length(0),                          BAD),
        ("one-too-many",    length(n + 1),                      LATE),
        ("negative",        length(-1),                         BAD),
        ("plus",            length(format!("+{n}")),            BAD),
        ("hex",             length(format!("0x{n:x}")),         BAD),
        ("fraction",        length(format!("{n}.0")),           BAD),
        ("word",            length("all"),                      BAD),
        ("empty",           length(""),                         BAD),
        ("two-words",       length(format!("{n} {n}")),         BAD),
        ("nul",             length(format!("{n}\0")),           BAD),
        ("over-u64",        length("18446744073709551616"),     BAD),
        ("over-all",        length("9".repeat(400)),            BAD),
        ("u64",             length(u64::MAX),                   BAD_OR_LATE),
        ("i64-and-1",       length(1_u64 << 63),                BAD_OR_LATE),
        ("over-the-limit",  length(MIB + 1),                    BAD_OR_LATE),
        ("list-different",  length(format!("{n}, {}", n + 1)),  BAD),
        ("two-different",   [length(n), length(n - 1)].concat(), BAD),
        ("different-short", [length(5), length(n)].concat(),    BAD),
        // RFC 9110, section 8.6: the same number again may be taken for it, or refused.
        ("two-equal",       [length(n), length(n)].concat(),    OK_OR_BAD),
        ("list-equal",      length(format!("{n}, {n}")),        OK_OR_BAD),
        ("leading-zeros",   length(format!("000{n}")),          OK_OR_BAD),
        ("spaces-around",   length(format!("  {n}  ")),         OK),
        ("exact",           length(n),                          OK),
    ];
    let mut points: Vec<Point> = table
        .into_iter()
        .map(|(name, fields, outcomes)| {
            let lines: Vec<&str> = ["HTTP/1.1 200 OK"].into_iter().chain(fields.iter().map(String::as_str)).collect();
            let bytes = answer(&lines, answers::body());
            let point = over.answered(format!("length/{name}"), bytes, End::Silence, outcomes);
            if outcomes == BAD || outcomes == LATE { point.then_anew() } else { point }
        })
        .collect();
    for end in over.ends() {
        for (name, length) in [("one-too-many", n + 1), ("too-many", n + 5000)] {
            let bytes = answer(&["HTTP/1.1 200 OK", &format!("Content-Length: {length}")], answers::body());
            let outcomes = if *end == End::Silence { LATE } else { LOST };
            points.push(over.answered(format!("length/{name}/{}", end.name()), bytes, *end, outcomes).then_anew());
        }
    }
    points
}

fn length(value: impl ToString) -> Vec<String> {
    vec![format!("Content-Length: {}", value.to_string())]
}

/// Transfer and content codings.
fn codings(over: Over) -> Vec<Point> {
    let good = gzip(&answers::body());
    let zlib = answers::zlib(&answers::body());
    let gzipped = |body: &[u8]| sized("HTTP/1.1 200 OK", &["Content-Encoding: gzip"], body);
    let coded = |coding: &str, body: &[u8]| sized("HTTP/1.1 200 OK", &[&format!("Content-Encoding: {coding}")], body);
    let flipped = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 0xff;
        bytes
    };
    let end = good.len();
    let truncated = |n: usize| gzipped(&good[..end - n]);
    let in_chunks = |lines: &[&str], body: &[u8]| {
        let body = [format!("{:x}\r\n", body.len()).as_bytes(), body, b"\r\n0\r\n\r\n"].concat();
        answer(&[&["HTTP/1.1 200 OK"], lines].concat(), body)
    };
    let plain_chunk = chunk(&answers::body());
    let both = |lines: &[&str]| answer(&[&["HTTP/1.1 200 OK"], lines].concat(), &plain_chunk);
    let n = format!("Content-Length: {}", plain_chunk.len());

    #[rustfmt::skip]
    let table: Vec<(&str, Vec<u8>, Outcomes)> = vec![
        ("gzip",                 gzipped(&good), OK),
        ("gzip-chunked",         in_chunks(&["Content-Encoding: gzip", "Transfer-Encoding: chunked"], &good), OK),
        ("gzip-upper-case",      coded("GZIP", &good), OK),
        ("x-gzip",               coded("x-gzip", &good), OK),
        ("gzip-two-members",     gzipped(&[gzip(&answers::body()[..50]), gzip(&answers::body()[50..])].concat()), OK),
        ("gzip-empty-members",   gzipped(&[gzip(b""), good.clone(), gzip(b"")].concat()), OK),
        // What follows a whole member is ignored, unless it is one.
        ("gzip-trailing",        gzipped(&[&good[..], b"garbage"].concat()), OK),
        ("gzip-trailing-zeros",  gzipped(&[&good[..], &[0; 64]].concat()), OK),
        ("gzip-trailing-magic",  gzipped(&[&good[..], b"\x1f\x8b\x08"].concat()), OK),
        ("gzip-trailing-cut",    gzipped(&[&good[..], &good[..end - 1]].concat()), OK),
        ("gzip-trailing-bomb",   gzipped(&[&good[..], &gzip(&vec![b' '; 8 * MIB])].concat()), BAD),
        ("gzip-member-cut",      gzipped(&[gzip(&answers::body()[..50]), gzip(&answers::body()[50..])[..90].to_vec()].concat()), BAD),
        ("gzip-30-members",      gzipped(&[good.clone(), gzip(b"").repeat(29)].concat()), OK),
        // They would cost time without end in sight.
        ("gzip-many-members",    gzipped(&[good.clone(), gzip(b"").repeat(40_000)].concat()), BAD),
        ("gzip-chunked-zeros",   in_chunks(&["Content-Encoding: gzip", "Transfer-Encoding: chunked"], &[&good[..], &[0; 64]].concat()), OK),
        ("gzip-plain",           gzipped(&answers::body()), BAD),
        ("gzip-empty",           gzipped(b""), BAD),
        ("gzip-of-nothing",      gzipped(&gzip(b"")), BAD),
        ("gzip-of-html",         gzipped(&gzip(b"<html>")), BAD),
        ("gzip-twice",           gzipped(&gzip(&good)), BAD),
        ("gzip-gzip",            coded("gzip, gzip", &gzip(&good)), BAD),
        ("gzip-gzip-lines",      sized("HTTP/1.1 200 OK", &["Content-Encoding: gzip", "Content-Encoding: gzip"], gzip(&good)), BAD),
        ("gzip-bad-magic",       gzipped(&flipped(0)), BAD),
        ("gzip-bad-method",      gzipped(&flipped(2)), BAD),
        ("gzip-bad-data",        gzipped(&flipped(end / 2)), BAD),
        ("gzip-bad-checksum",    gzipped(&flipped(end - 8)), BAD),
        ("gzip-bad-size",        gzipped(&flipped(end - 1)), BAD),
        ("gzip-cut-size",        truncated(1), BAD),
        ("gzip-cut-trailer",     truncated(8), BAD),
        ("gzip-cut-data",        truncated(40), BAD),
        ("gzip-cut-header",      gzipped(&good[..5]), BAD),
        ("gzip-bomb",            gzipped(&gzip(&padded(8 * MIB))), BAD),
        ("gzip-bomb-of-zeros",   gzipped(&gzip(&vec![0; 8 * MIB])), BAD),
        ("gzip-of-1-mib",        gzipped(&gzip(&padded(MIB))), OK),
        ("gzip-of-1-mib-and-1",  gzipped(&gzip(&padded(MIB + 1))), BAD),
        ("not-said-gzip",        sized("HTTP/1.1 200 OK", &[], &good), BAD),
        ("identity",             coded("identity", &answers::body()), OK),
        ("identity-gzip",        coded("identity, gzip,", &good), OK),
        ("none",                 coded("", &answers::body()), OK),
        // It is not decoded, so it is not an answer that can be read, whatever its bytes happen to be.
        ("br",                   coded("br", b"\x8b\x02\x80{\"Result\":true}\x03"), BAD),
        ("br-plain",             coded("br", &answers::body()), BAD),
        ("zstd",                 coded("zstd", b"\x28\xb5\x2f\xfd\0\0\x01\0\0"), BAD),
        ("utf-8",                coded("utf-8", &answers::body()), BAD),
        ("br-refusal",           sized("HTTP/1.1 403 No", &["Content-Encoding: br"], b"\x8b\x02\x80no\x03"), BAD),
        ("br-empty-refusal",     sized("HTTP/1.1 401 No", &["Content-Encoding: br"], b""), UNAUTHENTICATED),
        // zlib's format, and what many take for it: its inside alone.
        ("deflate",              coded("deflate", &zlib), OK),
        ("deflate-raw",          coded("deflate", &good[10..end - 8]), OK),
        ("deflate-trailing",     coded("deflate", &[&zlib[..], &[0; 64]].concat()), OK),
        ("deflate-raw-trailing", coded("deflate", &[&good[10..end - 8], &[0; 64]].concat()), OK),
        ("deflate-chunked",      in_chunks(&["Content-Encoding: deflate", "Transfer-Encoding: chunked"], &zlib), OK),
        ("deflate-plain",        coded("deflate", &answers::body()), BAD),
        ("deflate-cut",          coded("deflate", &zlib[..zlib.len() - 1]), BAD),
        ("deflate-cut-data",     coded("deflate", &zlib[..zlib.len() - 40]), BAD),
        ("deflate-raw-cut",      coded("deflate", &good[10..end - 9]), BAD),
        ("deflate-raw-cut-data", coded("deflate", &good[10..end - 40]), BAD),
        ("deflate-bad-checksum", coded("deflate", &[&zlib[..zlib.len() - 1], &[zlib[zlib.len() - 1] ^ 1]].concat()), BAD),
        ("deflate-bomb",         coded("deflate", &gzip(&padded(8 * MIB))[10..]), BAD),
        ("deflate-of-1-mib",     coded("deflate", &gzip(&padded(MIB))[10..]), OK),
        // A coding below the chunks that nobody asked for: undone, or not understood.
        ("transfer-gzip",        in_chunks(&["Transfer-Encoding: gzip, chunked"], &good), OK_OR_BAD),
        ("chunked-twice",        both(&["Transfer-Encoding: chunked, chunked"]), OK_OR_BAD),
        ("chunked-two-lines",    both(&["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"]), OK_OR_BAD),
        ("chunked-upper-case",   both(&["Transfer-Encoding: CHUNKED"]), OK),
        ("chunked-in-http-1.0",  answer(&["HTTP/1.0 200 OK", "Transfer-Encoding: chunked", "Connection: close"], &plain_chunk), OK_OR_BAD),
    ];
    let mut points: Vec<Point> = table
        .into_iter()
        .map(|(name, bytes, outcomes)| {
            let end = if name == "chunked-in-http-1.0" { closing(over) } else { End::Silence };
            let point = over.answered(format!("coding/{name}"), bytes, end, outcomes);
            // The framing is good, so the connection may be as well.
            if outcomes == BAD { point.then(OK) } else { point }
        })
        .collect();
    // RFC 9112, section 6.1: both lengths at once may be an attempt at smuggling.
    let smuggled: [(&str, &[&str]); 3] = [
        ("length-first", &[&n, "Transfer-Encoding: chunked"]),
        ("chunked-first", &["Transfer-Encoding: chunked", &n]),
        ("length-zero", &["Transfer-Encoding: chunked", "Content-Length: 0"]),
    ];
    points.extend(
        smuggled.map(|(name, lines)| {
            over.answered(format!("coding/both/{name}"), both(lines), End::Silence, BAD).then_anew()
        }),
    );
    // A gzip body that ends with the connection: the coding has an end of its own, but a reset is a reset.
    let closed = answer(&["HTTP/1.1 200 OK", "Content-Encoding: gzip"], &good);
    for end in over.ends() {
        let name = |what: &str| format!("coding/{what}/{}", end.name());
        let proper = *end == closing(over);
        points.extend([
            over.answered(name("gzip-closed"), closed.clone(), *end, if proper { OK } else { broken_off(*end) }),
            over.answered(
                name("gzip-closed-cut"),
                closed[..closed.len() - 20].to_vec(),
                *end,
                if proper { CUT } else { broken_off(*end) },
            ),
        ]);
    }
    points
}

/// Charsets, named or shown by a byte order mark.
fn charsets(over: Over) -> Vec<Point> {
    let text = String::from_utf8(answers::body()).expect("it is text");
    let turkish: Vec<u8> = text.chars().map(answers::windows_1254).collect();
    let utf16 = |mark: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        format!("{mark}{text}").encode_utf16().flat_map(bytes).collect()
    };
    #[rustfmt::skip]
    let table: [(&str, &str, Vec<u8>, Outcomes); 10] = [
        ("windows-1254",      "windows-1254", turkish.clone(), OK),
        ("iso-8859-9",        "iso-8859-9", turkish.clone(), OK),
        ("iso-8859-1",        "iso-8859-1", turkish.clone(), OK),
        ("quoted-upper-case", "\"WINDOWS-1254\"", turkish.clone(), OK),
        ("unknown",           "x-nobody-knows", text.clone().into_bytes(), OK),
        ("utf-8-mark",        "utf-8", format!("\u{feff}{text}").into_bytes(), OK),
        ("utf-16-mark",       "utf-16", utf16("\u{feff}", u16::to_be_bytes), OK),
        ("utf-16-mark-alone", "utf-8", utf16("\u{feff}", u16::to_le_bytes), OK),
        ("utf-16le",          "utf-16le", utf16("", u16::to_le_bytes), OK),
        ("utf-16-cut",        "utf-16le", utf16("", u16::to_le_bytes)[1..].to_vec(), BAD),
    ];
    let answered = |(name, charset, body, outcomes): (&str, &str, Vec<u8>, Outcomes)| {
        let head = ["HTTP/1.1 200 OK", &format!("Content-Type: application/json; charset={charset}")];
        let length = format!("Content-Length: {}", body.len());
        let bytes = answer(&[&head[..], &[&length]].concat(), body);
        over.answered(format!("charset/{name}"), bytes, End::Silence, outcomes).then(OK)
    };
    table.into_iter().map(answered).collect()
}

/// One chunk, and the last.
fn chunk(body: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", body.len()).as_bytes(), body, b"\r\n0\r\n\r\n"].concat()
}

/// Chunks of every make. The connection stays open.
fn chunks(over: Over) -> Vec<Point> {
    let size = chunk_size();
    let n = answers::body().len();
    const END: &str = "\r\n0\r\n\r\n";
    #[rustfmt::skip]
    let table: Vec<(&str, Vec<u8>, Outcomes)> = vec![
        ("upper-case",          chunked(&size.to_uppercase(), END), OK),
        ("leading-zeros",       chunked(&format!("000{size}"), END), OK),
        ("many-leading-zeros",  chunked(&format!("{:0>40}", size), END), OK_OR_BAD),
        ("extension",           chunked(&format!("{size};a=b"), END), OK),
        ("extension-name",      chunked(&format!("{size};a"), END), OK),
        ("extension-quoted",    chunked(&format!("{size};a=\"b;c\""), END), OK),
        ("extension-long",      chunked(&format!("{size};a={}", "b".repeat(200)), END), OK_OR_BAD),
        ("extension-huge",      chunked(&format!("{size};a={}", "b".repeat(100_000)), END), BAD),
        // RFC 9112, section 7.1.1 allows white space there, badly.
        ("space-after",         chunked(&format!("{size} "), END), OK_OR_BAD),
        ("space-before",        chunked(&format!(" {size}"), END), OK_OR_BAD),
        ("trailer",             chunked(&size, "\r\n0\r\nX-Trailer: value\r\n\r\n"), OK),
        ("trailers",            chunked(&size, &format!("\r\n0\r\n{}\r\n", "X-Trailer: value\r\n".repeat(10))), OK),
        ("trailer-no-colon",    chunked(&size, "\r\n0\r\ngarbage\r\n\r\n"), OK_OR_BAD),
        ("trailer-length",      chunked(&size, "\r\n0\r\nContent-Length: 5\r\n\r\n"), OK_OR_BAD),
        ("last-of-zeros",       chunked(&size, "\r\n00000\r\n\r\n"), OK),
        ("last-extension",      chunked(&size, "\r\n0;a=b\r\n\r\n"), OK),
        ("size-word",           chunked("zz", END), BAD),
        ("size-empty",          chunked("", END), BAD),
        ("size-of-extension",   chunked(";a=b", END), BAD),
        ("size-negative",       chunked(&format!("-{size}"), END), BAD),
        // Rust reads a number with a plus sign; the body after it is whole.
        ("size-plus",           chunked(&format!("+{size}"), END), OK_OR_BAD),
        ("size-0x",             chunked(&format!("0x{size}"), END), BAD),
        ("size-underscore",     chunked(&format!("{}_{}", &size[..1], &size[1..]), END), BAD),
        ("size-nul",            chunked(&format!("{size}\0"), END), BAD),
        ("size-utf8",           chunked("ışıklı", END), BAD),
        ("size-over-u64",       chunked("fffffffffffffffff", END), BAD),
        // Nothing is wrong with them but that no such body can come.
        ("size-u64",            chunked("ffffffffffffffff", END), BAD_OR_LATE),
        ("size-i64-and-1",      chunked("8000000000000000", END), BAD_OR_LATE),
        ("size-one-less",       chunked(&format!("{:x}", n - 1), END), BAD),
        ("size-one-more",       chunked(&format!("{:x}", n + 1), END), BAD),
        ("size-far-more",       chunked(&format!("{:x}", n + 1000), END), LATE),
        ("no-crlf",             chunked(&size, "0\r\n\r\n"), BAD),
        ("crlf-twice",          chunked(&size, "\r\n\r\n0\r\n\r\n"), BAD),
        // The line may still end: whether it is reported at once or at the deadline is all the same.
        ("cr-only",             chunked(&size, "\r0\r\n\r\n"), BAD_OR_LATE),
        ("lf-only",             chunked(&size, "\n0\n\n"), BAD_OR_LATE),
        ("plain-body",          answer(&["HTTP/1.1 200 OK", "Transfer-Encoding: chunked"], answers::body()), BAD_OR_LATE),
        ("of-one-byte",         answer(&["HTTP/1.1 200 OK", "Transfer-Encoding: chunked"], bytewise(&answers::body())), OK),
        ("next-size-word",      chunked(&size, "\r\nzz\r\n"), BAD),
        ("next-size-negative",  chunked(&size, "\r\n-1\r\n"), BAD),
    ];
    let mut points: Vec<Point> = table
        .into_iter()
        .map(|(name, bytes, outcomes)| {
            let point = over.answered(format!("chunk/{name}"), bytes, End::Silence, outcomes);
            if [BAD, LATE, BAD_OR_LATE].contains(&outcomes) { point.then_anew() } else { point }
        })
        .collect();
    let flood = |name: &str, before: Vec<u8>, again: &[u8], outcomes| {
        let steps = [Step::Request, Step::Send(before), Step::Flood(again.to_vec())];
        over.point(format!("chunk/{name}"), &steps, outcomes).then_anew()
    };
    let head = answer(&["HTTP/1.1 200 OK", "Transfer-Encoding: chunked"], "");
    // Nothing is wrong with these chunks, but there is no envelope in them.
    let none = [&head, &b"0\r\n\r\n"[..]].concat();
    points.push(over.answered("chunk/none", none, End::Silence, BAD).then(OK));
    points.extend([
        flood("endless-size", head.clone(), &[b'0'; 4096], BAD_OR_LATE),
        flood("endless-extension", [&head, &b"5;"[..]].concat(), &[b'x'; 4096], BAD_OR_LATE),
        flood("endless-chunks", head.clone(), &b"1\r\n \r\n".repeat(500), BAD),
        flood("endless-data", head, &[b"1000\r\n", &[b' '; 4096][..], b"\r\n"].concat(), BAD),
        flood("endless-trailers", chunked(&size, "\r\n0\r\n"), &b"X: y\r\n".repeat(500), BAD_OR_LATE),
        flood("endless-trailer", chunked(&size, "\r\n0\r\nX: "), &[b'x'; 4096], BAD_OR_LATE),
    ]);
    points
}

/// A chunk for each byte.
fn bytewise(body: &[u8]) -> Vec<u8> {
    let mut bytes: Vec<u8> = body.iter().flat_map(|byte| [b'1', b'\r', b'\n', *byte, b'\r', b'\n']).collect();
    bytes.extend_from_slice(b"0\r\n\r\n");
    bytes
}

/// Bodies at the limit and over it, in each framing.
fn sizes(over: Over) -> Vec<Point> {
    const CHUNKED: &[&str] = &["HTTP/1.1 200 OK", "Transfer-Encoding: chunked"];
    let mut points = Vec::new();
    for (name, size, outcomes) in [("64-kib", 1 << 16, OK), ("1-mib", MIB, OK), ("1-mib-and-1", MIB + 1, BAD)] {
        let body = padded(size);
        points.extend([
            over.answered(format!("size/sized/{name}"), sized("HTTP/1.1 200 OK", &[], &body), End::Silence, outcomes),
            over.answered(format!("size/chunked/{name}"), answer(CHUNKED, chunk(&body)), End::Silence, outcomes),
            over.answered(format!("size/closed/{name}"), answer(&["HTTP/1.1 200 OK"], &body), closing(over), outcomes),
        ]);
    }
    let endless = [Step::Request, Step::Send(answer(&["HTTP/1.1 200 OK"], "")), Step::Flood(vec![b' '; 16 << 10])];
    points.push(over.point("size/closed/endless", &endless, BAD).then_anew());
    let refused = sized("HTTP/1.1 500 Internal Server Error", &[], padded(MIB + 1));
    // Too large to be a whole answer, whatever its status.
    points.push(over.answered("size/500/1-mib-and-1", refused, End::Silence, BAD));
    points
}

/// Bytes after the answer, sent with it. They belong to no request: the next call must not take them.
fn leftovers(over: Over) -> Vec<Point> {
    let sized_ok = answers::ok();
    let chunked_ok = chunked(&chunk_size(), "\r\n0\r\n\r\n");
    let bodiless = b"HTTP/1.1 304 Not Modified\r\n\r\n".to_vec();
    let stale = answers::stale();
    #[rustfmt::skip]
    let behind: [(&str, &[u8]); 6] = [
        ("second-answer", &stale),
        ("half-answer",   &stale[..60]),
        ("interim",       b"HTTP/1.1 100 Continue\r\n\r\n"),
        ("refusal",       b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
        ("garbage",       b"garbage"),
        ("one-byte",      b"H"),
    ];
    let mut points = Vec::new();
    for (what, behind) in behind {
        for (framing, answer, outcomes) in
            [("sized", &sized_ok, OK), ("chunked", &chunked_ok, OK), ("304", &bodiless, REDIRECT)]
        {
            let bytes = [answer, behind].concat();
            let name = format!("leftover/{what}/{framing}");
            points.push(over.answered(name, bytes, End::Silence, outcomes).then_anew());
        }
    }
    // Twice the envelope in one body is not JSON.
    let twice = [answers::body(), envelope(answers::STALE).into_bytes()].concat();
    points.push(over.answered("leftover/in-body", sized("HTTP/1.1 200 OK", &[], twice), End::Silence, BAD));
    points
}
