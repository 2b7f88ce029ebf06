//! Asks a proxy for a tunnel to the service, with CONNECT. Not one byte of the request.

use std::io::{Read, Write};

use super::deadline::Deadline;
use super::failure::Failure;
use super::socket::{READ, Socket, WRITE, is_transient};
use crate::config::{Address, Proxy};
use crate::encoding;
use crate::os::Readiness;
use crate::outcome::{Kind, Stage};
use crate::secret::Wiped;

/// The longest head of a proxy's answer, in bytes.
const LONGEST_PROXY_HEAD: usize = 16 * 1024;

/// Asks the proxy for a connection to the service. The proxy resolves the service's name.
pub(super) fn tunnel(
    socket: &Socket,
    proxy: &Proxy,
    to: &Address,
    user_agent: &str,
    deadline: Deadline,
) -> Result<(), Failure> {
    let authority = to.authority();
    let mut request = Wiped::default();
    // Some proxies refuse who does not say what it is.
    let head = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\nUser-Agent: {user_agent}\r\n");
    request.append(head.as_bytes());
    if let Some(credentials) = &proxy.credentials {
        request.append(b"Proxy-Authorization: Basic ");
        request.append(encoding::base64(credentials.reveal().as_bytes()).reveal().as_bytes());
        request.append(b"\r\n");
    }
    request.append(b"\r\n");

    let mut unsent = request.bytes();
    while !unsent.is_empty() {
        wait(socket, WRITE, deadline)?;
        match (&mut &*socket).write(unsent) {
            Ok(written) => unsent = &unsent[written..],
            Err(error) if is_transient(&error) => {}
            Err(error) => return Err(lost().because(error)),
        }
    }

    let mut head = Vec::new();
    let mut received = 0;
    loop {
        wait(socket, READ, deadline)?;
        let mut part = [0; 1024];
        match (&mut &*socket).read(&mut part) {
            Ok(0) => return Err(lost()),
            Ok(length) => {
                received += length;
                head.extend_from_slice(&part[..length]);
            }
            Err(error) if is_transient(&error) => continue,
            Err(error) => return Err(lost().because(error)),
        }
        while let Some(end) = head.windows(4).position(|bytes| bytes == b"\r\n\r\n").map(|blank| blank + 4) {
            if !matches!(status(&head), Some(100 | 102..=199)) {
                return judge(&head[..end], &head[end..], proxy);
            }
            // An interim answer: the one that counts follows.
            head.drain(..end);
        }
        if received > LONGEST_PROXY_HEAD || !b"HTTP/1.".starts_with(&head[..head.len().min(7)]) {
            return Err(refused("the proxy does not answer in HTTP"));
        }
    }
}

/// The status of a proxy's answer: three digits, and no more of them.
fn status(head: &[u8]) -> Option<u16> {
    let rest = head.strip_prefix(b"HTTP/1.0 ").or_else(|| head.strip_prefix(b"HTTP/1.1 "))?;
    let (digits, rest) = rest.split_at_checked(3)?;
    let alone = matches!(rest, [b' ' | b'\r', ..]) && digits.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(digits).ok().filter(|_| alone)?.parse().ok()
}

/// What the proxy said after the status: the same for many of them, and sometimes all that says why.
fn reason(head: &str) -> &str {
    let line = head.lines().next().unwrap_or_default();
    line.splitn(3, ' ').nth(2).unwrap_or_default().trim()
}

fn judge(head: &[u8], rest: &[u8], proxy: &Proxy) -> Result<(), Failure> {
    let text = String::from_utf8_lossy(head);
    let failure = match status(head) {
        // The service does not speak before the client does: what follows does not come from it.
        Some(200..=299) if !rest.is_empty() => return Err(refused("the proxy sent something after its answer")),
        Some(200..=299) => return Ok(()),
        Some(status @ 500..=599) => {
            let what = format!("the proxy could not reach the service: it answered HTTP {status}");
            Failure::new(Kind::Connect, Stage::Proxy, what)
        }
        // tinyproxy says 401 to a wrong password.
        Some(status @ (401 | 407)) => {
            let wanted = wanted(&text, proxy.credentials.is_some());
            refused(&format!("the proxy answered HTTP {status}: {wanted}"))
        }
        Some(status) => refused(&format!("the proxy refused: it answered HTTP {status}")),
        None => return Err(refused("the proxy does not answer in HTTP")),
    };
    Err(match reason(&text) {
        "" => failure,
        reason => failure.because(reason),
    })
}

/// What a proxy that answers 401 or 407 wants.
fn wanted(head: &str, has_credentials: bool) -> String {
    let schemes = schemes(head);
    let basic = schemes.is_empty() || schemes.iter().any(|scheme| scheme.eq_ignore_ascii_case("basic"));
    match (basic, has_credentials) {
        (true, true) => "it does not accept the user and the password".to_owned(),
        (true, false) => {
            "it wants a user and a password; put them before the host, as in user:password@host:port".to_owned()
        }
        (false, _) => {
            let schemes = schemes.join(", ");
            format!("it wants {schemes}, and the library knows only Basic; ask its administrator for that")
        }
    }
}

/// The ways of logging in that the proxy offers: `Negotiate`, `Basic realm="x"` and the like, a line each or in a list.
fn schemes(head: &str) -> Vec<&str> {
    let fields = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    let offers = fields.filter(|(name, _)| name.eq_ignore_ascii_case("proxy-authenticate"));
    let parts = offers.flat_map(|(_, value)| value.split(',')).map(str::trim);
    parts.filter_map(scheme).collect()
}

/// The scheme that a part of the list begins with, unless it is another parameter of the one before.
fn scheme(part: &str) -> Option<&str> {
    let end = part.find(|character: char| !character.is_ascii_alphanumeric() && character != '-').unwrap_or(part.len());
    let (word, rest) = part.split_at(end);
    let alone = rest.is_empty() || rest.starts_with(' ') && !rest.trim_start().starts_with('=');
    Some(word).filter(|word| alone && !word.is_empty())
}

fn refused(what: &str) -> Failure {
    Failure::new(Kind::Proxy, Stage::Proxy, what)
}

fn lost() -> Failure {
    Failure::new(Kind::ConnectionLost, Stage::Proxy, "the proxy closed the connection")
}

fn wait(socket: &Socket, wanted: Readiness, deadline: Deadline) -> Result<(), Failure> {
    match socket.wait(wanted, deadline) {
        Ok(Some(_)) => Ok(()),
        Ok(None) => Err(Failure::timeout(Stage::Proxy)),
        Err(error) => Err(lost().because(error)),
    }
}
