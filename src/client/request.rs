//! What leaves: the one request of a call.

use serde::Serialize;
use ureq::http::header::{
    ACCEPT, ACCEPT_LANGUAGE, CONNECTION, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue, USER_AGENT,
};
use ureq::http::{Method, Request, Uri, request};

use crate::config::Config;
use crate::secret::{Secret, Wiped};

/// The endpoint, below the base address.
pub(super) const PATH: &str = "/api/paywall/masterpass/otp/resend";
const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The headers of every request, the credentials among them.
pub(super) fn headers(config: &Config, api_key: &Secret, api_client: &Secret) -> Vec<(HeaderName, Secret)> {
    let mut headers = vec![
        (HeaderName::from_static("apikeyprivate"), api_key.clone()),
        (HeaderName::from_static("apiclientprivate"), api_client.clone()),
        (CONTENT_TYPE, Secret::new("application/json")),
        (ACCEPT, Secret::new("application/json")),
        (USER_AGENT, Secret::new(&user_agent(config.app.as_deref()))),
        // Apache announces how long it keeps a connection only to those who ask.
        (CONNECTION, Secret::new("keep-alive")),
    ];
    if let Some(locale) = config.locale {
        // Where the service wants it is not documented.
        headers.push((ACCEPT_LANGUAGE, Secret::new(locale)));
        headers.push((HeaderName::from_static("locale"), Secret::new(locale)));
    }
    for (name, value) in &config.headers {
        headers.push((name.parse().expect("checked when it was set"), value.clone()));
    }
    headers
}

/// The head of every request to `url`. Its copies share the values, which are wiped with the last of them.
pub(super) fn head(url: Uri, headers: Vec<(HeaderName, Secret)>) -> request::Parts {
    let mut map = HeaderMap::new();
    map.extend(url.authority().and_then(|authority| authority.as_str().parse().ok()).map(|host| (HOST, host)));
    for (name, value) in headers {
        let mut value = HeaderValue::from_maybe_shared(value.into_shared()).expect("checked when it was set");
        value.set_sensitive(true);
        map.append(name, value);
    }
    // Its place: a copy has no room for one more.
    map.insert(X_REQUEST_ID, HeaderValue::from_static(""));
    let mut request = Request::new(());
    *request.method_mut() = Method::POST;
    *request.uri_mut() = url;
    *request.headers_mut() = map;
    request.into_parts().0
}

/// The request with this head, id and body.
pub(super) fn request<'a>(head: &request::Parts, id: &str, body: &'a Wiped) -> Request<&'a [u8]> {
    let mut head = head.clone();
    head.headers.insert(X_REQUEST_ID, id.parse().expect("a UUID is ASCII"));
    Request::from_parts(head, body.bytes())
}

/// The two fields that are documented.
pub(super) fn body(token: &str, session_id: &str) -> Wiped {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Body<'a> {
        otp_token: &'a str,
        session_id: &'a str,
    }
    let mut body = Wiped::default();
    serde_json::to_writer(&mut body, &Body { otp_token: token, session_id }).expect("two texts are always JSON");
    body
}

pub(super) fn user_agent(app: Option<&str>) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let library = format!("libpaywall/{version} ({}; {})", std::env::consts::OS, std::env::consts::ARCH);
    match app {
        Some(app) => format!("{library} {app}"),
        None => library,
    }
}
