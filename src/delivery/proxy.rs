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
pub(super) fn tunnel(socket: &Socket, proxy: &Proxy, to: &Address, deadline: Deadline) -> Result<(), Failure> {
    let authority = to.authority();
    let mut request = Wiped::default();
    request.append(format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n").as_bytes());
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
    loop {
        wait(socket, READ, deadline)?;
        let mut part = [0; 1024];
        match (&mut &*socket).read(&mut part) {
            Ok(0) => return Err(lost()),
            Ok(length) => head.extend_from_slice(&part[..length]),
            Err(error) if is_transient(&error) => continue,
            Err(error) => return Err(lost().because(error)),
        }
        if let Some(end) = head.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            return judge(&head, end + 4);
        }
        if head.len() > LONGEST_PROXY_HEAD || !b"HTTP/1.".starts_with(&head[..head.len().min(7)]) {
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

fn judge(head: &[u8], end: usize) -> Result<(), Failure> {
    match status(head) {
        // The service does not speak before the client does: what follows does not come from it.
        Some(200..=299) if head.len() > end => Err(refused("the proxy sent something after its answer")),
        Some(200..=299) => Ok(()),
        Some(status @ 502..=504) => {
            let what = format!("the proxy could not reach the service: it answered HTTP {status}");
            Err(Failure::new(Kind::Connect, Stage::Proxy, what))
        }
        Some(407) => Err(refused("the proxy wants other credentials: it answered HTTP 407")),
        Some(status) => Err(refused(&format!("the proxy refused: it answered HTTP {status}"))),
        None => Err(refused("the proxy does not answer in HTTP")),
    }
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
