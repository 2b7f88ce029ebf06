//! Whatever a peer answers: nothing panics, one request leaves per call, and the outcome is what the table says.

use std::io::Write;

use paywall::{Client, Config};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

use crate::abi::agrees_with_serde_json;
use crate::cases;
use crate::document::{MEMBERS, agrees_with_the_table, checked};
use crate::envelopes::{body, envelope};
use crate::oracle::{Verdict, verdict};
use crate::server::{Server, Wired};

const TOKEN: &str = "67a40b720d564a878dd46579b3d2eff3";
const SESSION: &str = "6489433e-f36b-1410-825e-001264113a90";

/// A client of the server; each with a key of its own, so that no two cases share connections.
fn client(server: &Server) -> (Client, String) {
    let key = format!("planted-key-{}", uuid::Uuid::new_v4().simple());
    let mut config = Config::new();
    for (name, value) in [
        ("base_url", &*format!("http://127.0.0.1:{}", server.port())),
        ("api_key", &key),
        ("api_client", "planted-client"),
    ] {
        config.set(name, value).expect("a good option");
    }
    (Client::new(&config).expect("a good configuration"), key)
}

/// One call, judged by what holds for all of them.
fn call(server: &Server, client: &Client) -> Value {
    let json = client.resend_otp(TOKEN, SESSION).to_json();
    let document = checked(&json);
    for name in MEMBERS {
        agrees_with_serde_json(&json, &format!("/{name}"));
    }
    let requests = server.requests();
    assert_eq!(requests.len(), 1, "{document}");
    assert_eq!(requests[0].header("x-request-id"), document["request_id"].as_str());
    assert_eq!(requests[0].body, format!(r#"{{"OtpToken":"{TOKEN}","SessionId":"{SESSION}"}}"#));
    document
}

fn agrees(document: &Value, verdict: &Verdict) {
    assert_eq!(
        (document["status"].as_str(), document["error"]["kind"].as_str()),
        (Some(verdict.status), verdict.kind),
        "{document}"
    );
    let kept = if verdict.status == "in_doubt" { "in_doubt" } else { "kept" };
    let token = verdict.token.as_deref();
    assert_eq!(
        (document["otp_token"].as_str(), document["token_state"].as_str()),
        (Some(token.unwrap_or(TOKEN)), Some(if token.is_some() { "new" } else { kept })),
        "{document}"
    );
    let session = verdict.session.as_deref();
    assert_eq!(
        (document["session_id"].as_str(), document["session_renewed"].as_bool()),
        (Some(session.unwrap_or(SESSION)), Some(session.is_some())),
        "{document}"
    );
    assert_eq!(document["response_code"].as_str(), verdict.response_code.as_deref(), "{document}");
    let words = verdict.customer_message.as_deref();
    assert!(
        document["customer_message"].as_str() == words || words.is_some_and(|words| words.len() > 4096),
        "{document}"
    );
}

/// How an answer is framed.
#[derive(Clone, Debug)]
enum Framing {
    Length,
    /// In chunks of these lengths, again and again.
    Chunked(Vec<usize>),
    UntilClosed,
    Gzip,
    /// Something follows that is no gzip.
    GzipPadded,
    /// What HTTP calls so, and what many take for it.
    Deflate,
    RawDeflate,
    /// The length is greater than what comes.
    Short(usize),
    /// The last chunk is missing.
    ChunksCut,
    GzipCut,
    DeflateCut,
    /// A coding that nobody asked for, and that the library does not know.
    Unknown(&'static str),
    Both,
}

#[derive(Clone, Debug)]
struct Answer {
    interim: bool,
    http_status: u16,
    reason: String,
    headers: Vec<(String, String)>,
    retry_after: Option<u64>,
    framing: Framing,
    body: Vec<u8>,
    /// What the head says of the body; empty: nothing.
    charset: &'static str,
    /// What follows the answer on the same connection.
    behind: Option<Vec<u8>>,
    keep: bool,
}

impl Answer {
    fn has_body(&self) -> bool {
        !matches!(self.http_status, 204 | 304)
    }

    fn is_whole(&self) -> bool {
        let whole = match self.framing {
            Framing::Length | Framing::Chunked(_) | Framing::UntilClosed => true,
            Framing::Gzip | Framing::GzipPadded | Framing::Deflate | Framing::RawDeflate => true,
            // Nothing in it that would have to be decoded.
            Framing::Unknown(_) => self.body.is_empty(),
            _ => false,
        };
        (whole && self.body.len() <= 1024 * 1024) || (!self.has_body() && !matches!(self.framing, Framing::Both))
    }

    fn wired(&self) -> Wired {
        let gzip = || {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(&self.body).expect("memory");
            encoder.finish().expect("memory")
        };
        let zlib = || {
            let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(&self.body).expect("memory");
            encoder.finish().expect("memory")
        };
        let coded_as = |coding: &str, content: Vec<u8>| {
            (format!("Content-Length: {}\r\nContent-Encoding: {coding}\r\n", content.len()), content)
        };
        let chunked = |lengths: &[usize], end: &str| {
            let (mut rest, mut wire) = (&self.body[..], vec![]);
            for length in lengths.iter().cycle() {
                let (chunk, others) = rest.split_at((*length).min(rest.len()));
                if chunk.is_empty() {
                    break;
                }
                wire.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                wire.extend_from_slice(chunk);
                wire.extend_from_slice(b"\r\n");
                rest = others;
            }
            wire.extend_from_slice(end.as_bytes());
            wire
        };
        let length = |length: usize| format!("Content-Length: {length}\r\n");
        let coded = "Transfer-Encoding: chunked\r\n".to_owned();
        let (fields, content) = match &self.framing {
            Framing::Length => (length(self.body.len()), self.body.clone()),
            Framing::Chunked(lengths) => (coded, chunked(lengths, "0\r\n\r\n")),
            Framing::UntilClosed => (String::new(), self.body.clone()),
            Framing::Gzip => coded_as("gzip", gzip()),
            Framing::GzipPadded => coded_as("x-gzip", [gzip(), b"\0\0\x1f\x8b\0".to_vec()].concat()),
            Framing::Deflate => coded_as("deflate", zlib()),
            Framing::RawDeflate => coded_as("Deflate", zlib()[2..zlib().len() - 4].to_vec()),
            Framing::DeflateCut => coded_as("deflate", zlib()[..zlib().len() - 5].to_vec()),
            Framing::Unknown(coding) => coded_as(coding, self.body.clone()),
            Framing::Short(missing) => (length(self.body.len() + missing), self.body.clone()),
            Framing::ChunksCut => (coded, chunked(&[64], "")),
            Framing::GzipCut => coded_as("gzip", gzip()[..gzip().len() - 1].to_vec()),
            Framing::Both => (length(self.body.len()) + &coded, chunked(&[64], "0\r\n\r\n")),
        };
        let interim = if self.interim { "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" } else { "" };
        let mut head = format!("{interim}HTTP/1.1 {} {}\r\n{fields}", self.http_status, self.reason);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !self.charset.is_empty() {
            head.push_str(&format!("Content-Type: application/json; charset={}\r\n", self.charset));
        }
        if let Some(seconds) = self.retry_after {
            head.push_str(&format!("Retry-After: {seconds}\r\n"));
        }
        let ends_itself = self.is_whole() && !matches!(self.framing, Framing::UntilClosed);
        let keep = self.keep && ends_itself;
        if !keep {
            // Otherwise the next call may come before the close does.
            head.push_str("Connection: close\r\n");
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        if self.has_body() {
            bytes.extend(content);
        }
        if let Some(behind) = self.behind.as_ref().filter(|_| ends_itself) {
            bytes.extend_from_slice(behind);
        }
        Wired { bytes, keep }
    }

    fn expected(&self) -> Verdict {
        let body = if self.has_body() { &self.body[..] } else { b"" };
        verdict(self.http_status, &decoded(body, self.charset))
    }
}

/// What the bytes say: by their byte order mark, or as UTF-8, else by the name.
fn decoded(body: &[u8], charset: &str) -> String {
    // From 0x80 on, as the registrations of the charsets have them; `.` for what is the same number in Unicode.
    const WESTERN: &str = "€.‚ƒ„…†‡ˆ‰Š‹Œ.Ž..‘’“”•–—˜™š›œ.žŸ";
    let single = |byte: u8| match (byte, charset) {
        (0xd0, "iso-8859-9" | "windows-1254") => 'Ğ',
        (0xdd, "iso-8859-9" | "windows-1254") => 'İ',
        (0xde, "iso-8859-9" | "windows-1254") => 'Ş',
        (0xf0, "iso-8859-9" | "windows-1254") => 'ğ',
        (0xfd, "iso-8859-9" | "windows-1254") => 'ı',
        (0xfe, "iso-8859-9" | "windows-1254") => 'ş',
        (0x8e | 0x9e, "iso-8859-9" | "windows-1254") => char::from(byte),
        (0x80..=0x9f, _) => match WESTERN.chars().nth(usize::from(byte - 0x80)) {
            Some('.') | None => char::from(byte),
            Some(character) => character,
        },
        _ => char::from(byte),
    };
    let utf16 = |body: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = body.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        let odd = if body.len() % 2 == 1 { "\u{fffd}" } else { "" };
        String::from_utf16_lossy(&units) + odd
    };
    match body {
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0, _, ..] if charset == "utf-16" => utf16(body, u16::from_be_bytes),
        [_, 0, ..] if charset == "utf-16" => utf16(body, u16::from_le_bytes),
        _ if std::str::from_utf8(body).is_ok() => String::from_utf8_lossy(body).into_owned(),
        _ if charset.starts_with("iso-") || charset.starts_with("win") => body.iter().copied().map(single).collect(),
        _ => String::from_utf8_lossy(body).into_owned(),
    }
}

/// The body in another charset, or bytes that only say so.
fn charset() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        6 => Just(""),
        4 => select(vec!["utf-8", "iso-8859-9", "windows-1254", "iso-8859-1", "utf-16", "koi8-r"]),
    ]
}

/// Turkish letters as windows-1254 has them, and others; as UTF-16, if it stays short enough for an answer.
fn spelt(body: Vec<u8>, charset: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(&body);
    match charset {
        "utf-16" if body.len() < 400_000 => {
            format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
        }
        "iso-8859-9" | "windows-1254" => text
            .chars()
            .flat_map(|character| {
                let turkish =
                    "ĞİŞğış".chars().zip(*b"\xd0\xdd\xde\xf0\xfd\xfe").find(|(letter, _)| *letter == character);
                let byte = turkish.map(|(_, byte)| byte).or(u8::try_from(u32::from(character)).ok());
                byte.map_or_else(|| character.to_string().into_bytes(), |byte| vec![byte])
            })
            .collect(),
        _ => body,
    }
}

fn framing() -> impl Strategy<Value = Framing> {
    prop_oneof![
        8 => Just(Framing::Length),
        3 => vec(1..3000_usize, 1..4).prop_map(Framing::Chunked),
        2 => Just(Framing::UntilClosed),
        2 => Just(Framing::Gzip),
        1 => Just(Framing::GzipPadded),
        1 => Just(Framing::Deflate),
        1 => Just(Framing::RawDeflate),
        1 => (1..100_usize).prop_map(Framing::Short),
        1 => Just(Framing::ChunksCut),
        1 => Just(Framing::GzipCut),
        1 => Just(Framing::DeflateCut),
        1 => select(vec!["br", "zstd", "gzip, gzip", "compress"]).prop_map(Framing::Unknown),
        1 => Just(Framing::Both),
    ]
}

fn answer() -> impl Strategy<Value = Answer> {
    let http_status = prop_oneof![
        6 => Just(200_u16),
        3 => select(vec![201, 202, 204, 300, 302, 303, 304, 307, 400, 401, 403, 404, 405, 408, 421, 422, 429, 460, 499, 500, 502, 503]),
        1 => 200..1000_u16,
    ];
    let header = ("X-[A-Za-z0-9-]{1,8}", "[!-~]([ -~]{0,20}[!-~])?");
    let behind = prop_oneof![
        8 => Just(None),
        1 => vec(any::<u8>(), 1..40).prop_map(Some),
        1 => envelope().prop_map(|body| {
            Some(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes())
        }),
    ];
    (
        (prop::bool::weighted(0.1), http_status, "[A-Za-z ]{0,10}", vec(header, 0..3), option::of(0..200_000_u64)),
        (framing(), body(), charset(), behind, any::<bool>()),
    )
        .prop_map(
            |((interim, http_status, reason, headers, retry_after), (framing, body, charset, behind, keep))| Answer {
                interim,
                http_status,
                reason,
                headers,
                retry_after,
                framing,
                body: spelt(body, charset),
                charset,
                behind,
                keep,
            },
        )
}

proptest! {
    #![proptest_config(cases(700))]

    /// Several answers to as many calls of one client: what came after one of them is never taken for the next.
    #[test]
    fn an_answer_means_what_the_table_says(answers in vec(answer(), 1..4)) {
        static SERVER: std::sync::LazyLock<Server> = std::sync::LazyLock::new(Server::start);
        let (client, _) = client(&SERVER);
        for answer in &answers {
            SERVER.will_answer([answer.wired()]);
            let document = call(&SERVER, &client);
            let service = document["error"].is_null() || document["error"]["stage"] == "service";
            if !answer.is_whole() {
                prop_assert_eq!(&document["status"], "in_doubt", "{}", document);
                prop_assert!(!service, "{}", document);
                prop_assert!(document["http_status"].is_null() || document["response_truncated"] == true, "{}", document);
                continue;
            }
            prop_assert!(service, "{}", document);
            agrees(&document, &answer.expected());
            prop_assert_eq!(document["http_status"].as_u64(), Some(answer.http_status.into()));

            let shown = document["response_body"].as_str().unwrap();
            let all = if answer.has_body() { decoded(&answer.body, answer.charset) } else { String::new() };
            prop_assert!(all.starts_with(shown) && shown.len() >= all.len().min(65_536 - 3), "{}", document);
            prop_assert_eq!(document["response_truncated"].as_bool(), Some(shown.len() < all.len()));

            let waits = matches!(answer.http_status, 429 | 503);
            let wait = answer.retry_after.filter(|_| waits).map(|seconds| seconds.min(86_400) * 1000);
            prop_assert_eq!(document["error"]["retry_after_ms"].as_u64(), wait);
        }
    }

    /// Any bytes at all. What they mean as HTTP is not judged here, but what is made of it.
    #[test]
    fn any_bytes_are_told_truly(bytes in raw()) {
        static SERVER: std::sync::LazyLock<Server> = std::sync::LazyLock::new(Server::start);
        let (client, _) = client(&SERVER);
        SERVER.will_answer([Wired { bytes, keep: false }]);
        let document = call(&SERVER, &client);
        agrees_with_the_table(&document);
    }

    /// A peer that shows the caller's own secrets: the document has them nowhere, except where the next step needs them.
    #[test]
    fn what_a_peer_echoes_is_masked(
        mut answer in answer(), at in any::<prop::sample::Index>(), place in any::<bool>(), upper in any::<bool>(),
    ) {
        static SERVER: std::sync::LazyLock<Server> = std::sync::LazyLock::new(Server::start);
        let (client, key) = client(&SERVER);
        let echo = if upper { key.to_uppercase() } else { key.clone() };
        let (mut text, echo) = (decoded(&answer.body, answer.charset), format!("{echo} {TOKEN}"));
        if place {
            text = text.replace(r#""Message":""#, &format!(r#""Message":"{echo}"#));
        }
        text.insert_str(text.floor_char_boundary(at.index(text.len() + 1)), &echo);
        answer.body = text.into_bytes();
        answer.charset = "utf-8";
        SERVER.will_answer([answer.wired()]);
        let document = call(&SERVER, &client);
        prop_assert!(!document.to_string().to_lowercase().contains(&key), "{}", document);
        for name in ["message", "customer_message", "error"] {
            prop_assert!(!document[name].to_string().contains(TOKEN), "{}", document);
        }
        if answer.is_whole() {
            let expected = answer.expected();
            prop_assert_eq!(document["status"].as_str(), Some(expected.status), "{}", document);
            prop_assert_eq!(document["error"]["kind"].as_str(), expected.kind, "{}", document);
        }
    }
}

/// Bytes that are HTTP, almost HTTP, or nothing of the kind.
fn raw() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        4 => select(vec![
            "HTTP/1.1 200 OK\r\n", "HTTP/1.0 200 OK\r\n", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 101 Switching\r\n",
            "HTTP/1.1 503 Busy\r\n", "HTTP/2 200\r\n", "http/1.1 200 ok\r\n", "HTTP/1.1 0200 OK\r\n", "HTTP/1.1 20 OK\r\n",
        ]).prop_map(str::to_owned),
        1 => "HTTP/[0-9.]{1,3} [0-9]{0,4} ?[a-z]{0,3}(\r\n|\n)",
    ];
    let header = prop_oneof![
        6 => select(vec![
            "Content-Length: 5\r\n", "Content-Length: 0\r\n", "Content-Length: 5, 5\r\n", "Content-Length: -1\r\n",
            "Content-Length: 99999999999999999999\r\n", "content-length:5\r\n", "Content-Length : 5\r\n", " folded\r\n",
            "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: identity\r\n",
            "Content-Encoding: gzip\r\n", "Content-Encoding: br\r\n", "Content-Encoding: deflate\r\n",
            "Content-Type: text/html; charset=windows-1254\r\n", "Content-Type: a/b;charset=utf-16\r\n", "Connection: close\r\n", "Location: /x\r\n",
            "Upgrade: h2c\r\n", "Retry-After: 1e9\r\n", "\r\n", "\n", "X: a\rb\r\n", "X: \u{0}\r\n",
        ]).prop_map(str::to_owned),
        1 => "[A-Za-z-]{1,6}: ?[ -~]{0,10}(\r\n|\n)",
    ];
    let content = prop_oneof![
        3 => envelope().prop_map(String::into_bytes),
        2 => envelope().prop_map(|body| format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len()).into_bytes()),
        1 => "[0-9a-f]{1,3}(;[a-z=\"]{0,4})?\r\n[a-z{}]{0,10}\r\n0?\r\n".prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 0..40),
    ];
    let http = (line, vec(header, 0..5), content).prop_map(|(line, headers, content)| {
        [line.as_bytes(), headers.concat().as_bytes(), b"\r\n", &content].concat()
    });
    prop_oneof![8 => http, 1 => vec(any::<u8>(), 0..200)]
}
