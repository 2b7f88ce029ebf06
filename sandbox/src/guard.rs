//! Keeps web pages from elsewhere out. A browser on this machine lets any page send requests to loopback, and after DNS
//! rebinding read the answers too. Programs are let in as they are: they send no `Origin`.
//!
//! No answer has a CORS header, so that a browser hides all of them from other origins.

use std::sync::Arc;

use axum::Json;
use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, ORIGIN, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::link::Link;

/// What the pages may do: nothing but load their own files and ask their own server.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// On every answer of the pages and of the control endpoints.
const HEADERS: [(HeaderName, &str); 7] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "no-referrer"),
    (CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// The pages and the control endpoints answer their own pages and programs only.
pub async fn own_pages_only(request: Request, next: Next) -> Response {
    let scheme = request.extensions().get::<Arc<Link>>().map_or("http", |link| link.scheme);
    let refused = refusal(request.method(), request.uri(), request.headers(), scheme);
    let mut response = match refused {
        Some(refusal) => forbidden(refusal),
        None => next.run(request).await,
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

pub fn forbidden(refusal: &str) -> Response {
    (StatusCode::FORBIDDEN, Json(json!({"error": refusal}))).into_response()
}

fn refusal(method: &Method, uri: &Uri, headers: &HeaderMap, scheme: &str) -> Option<&'static str> {
    let host = single(headers, &HOST).flatten().filter(|host| is_loopback(host));
    // In the form of a proxy's request the host is in the address, too.
    let by_address = uri.authority().is_none_or(|authority| is_loopback(authority.as_str()));
    let Some(host) = host.filter(|_| by_address) else {
        return Some("the header Host must name this machine: localhost, 127.0.0.1 or [::1]");
    };
    let own = |origin: &str| origin.strip_prefix(scheme).and_then(|rest| rest.strip_prefix("://")) == Some(host);
    let Some(origin) = single(headers, &ORIGIN) else {
        return Some("more than one header Origin");
    };
    if origin.is_some_and(|origin| !own(origin)) {
        return Some("a page from another origin may not use this");
    }
    // A page can also be linked to from anywhere. It shows nothing to the one that links.
    let opened = matches!(uri.path(), "/" | "/shop")
        && method == Method::GET
        && value(headers, "sec-fetch-dest") == Some("document");
    match value(headers, "sec-fetch-site") {
        None | Some("same-origin" | "none") => None,
        Some(_) if opened => None,
        Some(_) => Some("a page from another origin may not use this"),
    }
}

/// Whether a web page of another machine sent it: the reason to refuse it at the service's address. Any program of this
/// machine may call that, under whatever name it knows it by.
pub fn page_from_elsewhere(headers: &HeaderMap) -> Option<&'static str> {
    let refusal = Some("a web page from elsewhere may not call the service");
    match single(headers, &ORIGIN) {
        Some(Some(origin)) => {
            let local = origin.split_once("://").is_some_and(|(_, authority)| is_loopback(authority));
            if local { None } else { refusal }
        }
        // No page can send its request without an Origin; but a picture can be asked for without one.
        Some(None) => {
            if value(headers, "sec-fetch-site") == Some("cross-site") {
                refusal
            } else {
                None
            }
        }
        None => refusal,
    }
}

/// The value of a header that may be there once: none if it comes twice or is not text.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<Option<&'a str>> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Some(None),
        (Some(value), None) => value.to_str().ok().map(Some),
        _ => None,
    }
}

fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("?"))
}

/// Whether `host` or `host:port` is one of the names of this machine.
fn is_loopback(authority: &str) -> bool {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((host, port)) => (host, port),
            None => return false,
        },
        None => authority.find(':').map_or((authority, ""), |colon| authority.split_at(colon)),
    };
    let port = port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
    let bracketed = authority.starts_with('[');
    port && match bracketed {
        true => host == "::1",
        false => host.eq_ignore_ascii_case("localhost") || host == "127.0.0.1",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_names_of_this_machine_are_loopback() {
        for host in ["localhost", "LOCALHOST:1", "127.0.0.1:65535", "[::1]", "[::1]:8080"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "localhost.evil.example",
            "localhost:",
            "localhost:x",
            "localhost:80:80",
            "127.0.0.1.evil.example:8080",
            "user@localhost",
            "localhost@evil.example",
            "[::1",
            "[::1]x",
            "::1",
            "[::2]",
            "[localhost]",
            "0.0.0.0",
            "127.0.0.2",
            "localhost.",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
