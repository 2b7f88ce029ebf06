//! What leaves: the one request of a call.

use ureq::http::header::{HOST, HeaderMap};
use ureq::http::{Method, Request, Uri, request};

use crate::config::Config;
use crate::json::Writer;
use crate::secret::{Secret, Wiped};

/// The endpoint, below the base address.
pub(super) const PATH: &str = "/api/paywall/masterpass/otp/resend";

/// The headers of every request, the credentials among them.
pub(super) fn headers(config: &Config, api_key: &Secret, api_client: &Secret) -> Vec<(String, Secret)> {
    let header = |name: &str, value: &str| (name.to_owned(), Secret::new(value));
    let mut headers = vec![
        ("apikeyprivate".to_owned(), api_key.clone()),
        ("apiclientprivate".to_owned(), api_client.clone()),
        header("content-type", "application/json"),
        header("accept", "application/json"),
        header("user-agent", &user_agent(config.app.as_deref())),
        // Apache announces how long it keeps a connection only to those who ask.
        header("connection", "keep-alive"),
    ];
    if let Some(locale) = config.locale {
        // Where the service wants it is not documented.
        headers.extend(["accept-language", "locale"].map(|name| header(name, locale)));
    }
    headers.extend(config.headers.iter().cloned());
    headers
}

/// What ureq needs of the head of every request to `url`.
pub(super) fn head(url: Uri) -> request::Parts {
    let host = url.authority().and_then(|authority| authority.as_str().parse().ok());
    let mut request = Request::new(());
    *request.method_mut() = Method::POST;
    *request.headers_mut() = HeaderMap::from_iter(host.map(|host| (HOST, host)));
    *request.uri_mut() = url;
    request.into_parts().0
}

/// The headers as they stand in the head of every request; an id follows them.
pub(super) fn fields(headers: &[(String, Secret)]) -> Wiped {
    let mut fields = Wiped::default();
    for (name, value) in headers {
        for part in [name, ": ", value.reveal(), "\r\n"] {
            fields.append(part.as_bytes());
        }
    }
    fields
}

/// The fields of one request.
pub(super) fn fields_with_id(fields: &Wiped, id: &str) -> Wiped {
    let mut whole = Wiped::with_capacity(fields.bytes().len() + 64);
    for part in [fields.bytes(), b"x-request-id: ", id.as_bytes(), b"\r\n"] {
        whole.append(part);
    }
    whole
}

/// The two fields that are documented.
pub(super) fn body(token: &str, session_id: &str) -> Wiped {
    let mut json = Writer::with_room(128 + token.len());
    json.text(r#"{"OtpToken":"#, Some(token));
    json.text(r#","SessionId":"#, Some(session_id));
    json.raw("}");
    json.into_wiped()
}

pub(super) fn user_agent(app: Option<&str>) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let library = format!("libpaywall/{version} ({}; {})", std::env::consts::OS, std::env::consts::ARCH);
    match app {
        Some(app) => format!("{library} {app}"),
        None => library,
    }
}
