//! What leaves: the one request of a call.

use ureq::http::header::{HOST, HeaderMap};
use ureq::http::{Method, Request, Uri, request};

use crate::config::Config;
use crate::json::Writer;
use crate::secret::{Secret, Wiped};

/// The endpoint, below the base address.
pub(super) const PATH: &str = "/api/paywall/masterpass/otp/resend";

/// What ureq needs of the head of every request to `url`.
pub(super) fn head(url: Uri) -> request::Parts {
    let host = url.authority().and_then(|authority| authority.as_str().parse().ok());
    let mut request = Request::new(());
    *request.method_mut() = Method::POST;
    *request.headers_mut() = HeaderMap::from_iter(host.map(|host| (HOST, host)));
    *request.uri_mut() = url;
    request.into_parts().0
}

/// The headers of every request as they stand in its head, the credentials among them. An id follows them.
pub(super) fn fields(config: &Config, api_key: &Secret, api_client: &Secret, user_agent: &str) -> Wiped {
    let mut fields = Wiped::default();
    let mut add = |name: &str, value: &str| {
        for part in [name, ": ", value, "\r\n"] {
            fields.append(part.as_bytes());
        }
    };
    add("apikeyprivate", api_key.reveal());
    add("apiclientprivate", api_client.reveal());
    add("content-type", "application/json");
    add("accept", "application/json");
    add("user-agent", user_agent);
    // Apache announces how long it keeps a connection only to those who ask.
    add("connection", "keep-alive");
    if let Some(locale) = config.locale {
        // Where the service wants it is not documented.
        add("accept-language", locale);
        add("locale", locale);
    }
    for (name, value) in &config.headers {
        add(name, value.reveal());
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
    let (version, os, arch) = (env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH);
    let (blank, app) = app.map_or(("", ""), |app| (" ", app));
    ["libpaywall/", version, " (", os, "; ", arch, ")", blank, app].concat()
}
