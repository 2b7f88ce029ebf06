//! A call from its entry to its outcome.

use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::time::{Duration, Instant, SystemTime};

use serde::Serialize;
use ureq::http::header::{ACCEPT, ACCEPT_LANGUAGE, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use ureq::http::{Method, Request, Uri, request};
use uuid::Uuid;

use crate::arguments;
use crate::config::{Config, LONGEST_VALUE};
use crate::decision::{self, Answer, Ruling, Verdict};
use crate::delivery::{self, Deadline, Failure, Key, Limits, NewRequest, Received, Route, Trust};
use crate::encoding;
use crate::outcome::{Action, ErrorInfo, Kind, Outcome, Stage, Status, TokenState, Transport};
use crate::panics;
use crate::secret::{Masker, Secret, Wiped};

/// The endpoint, below the base address.
const PATH: &str = "/api/paywall/masterpass/otp/resend";
const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// How much of an answer's text a document carries, in bytes.
const LONGEST_SHOWN: usize = 64 * 1024;

/// A client of the service: immutable, for any number of threads at once.
///
/// Clients with equal address, proxy, trust and credentials share their kept connections in the whole process, also
/// after one of them is dropped; so making one anew for each request costs microseconds. In the child of a fork a
/// client goes on with connections of its own.
pub struct Client {
    route: Route,
    key: Key,
    /// The head of every request, the credentials in it, but for its id.
    head: request::Parts,
    /// Finds the credentials, which no text may show wherever a peer echoes them.
    credentials: Masker<Secret>,
    timeout: Duration,
    connect_timeout: Duration,
    idle_timeout: Duration,
}

impl Client {
    /// Makes a client; the configuration is copied. Nothing is resolved or connected yet.
    ///
    /// # Errors
    /// `invalid`, naming the option that is missing or wrong.
    pub fn new(config: &Config) -> Result<Self, Box<Outcome>> {
        let address = config.address()?;
        let (api_key, api_client) = config.credentials()?;
        // Plain http never leaves this machine, so it has no use for a proxy, and none for trust.
        let proxy = match address.tls {
            true => config
                .proxy
                .for_host(&address.host, address.port)
                .map_err(|rule| Outcome::invalid_option("proxy", &rule))?,
            false => None,
        };
        let trust = match address.tls {
            true => Some(Trust::load(config.ca_file.as_deref())?),
            false => None,
        };
        let url = address.url(PATH);
        let url = Uri::try_from(url).map_err(|_| Outcome::invalid_option("base_url", "is no address"))?;

        let mut headers = vec![
            (HeaderName::from_static("apikeyprivate"), api_key.clone()),
            (HeaderName::from_static("apiclientprivate"), api_client.clone()),
            (CONTENT_TYPE, Secret::new("application/json")),
            (ACCEPT, Secret::new("application/json")),
            (USER_AGENT, Secret::new(&user_agent(config.app.as_deref()))),
        ];
        if let Some(locale) = config.locale {
            // Where the service wants it is not documented.
            headers.push((ACCEPT_LANGUAGE, Secret::new(locale)));
            headers.push((HeaderName::from_static("locale"), Secret::new(locale)));
        }
        for (name, value) in &config.headers {
            headers.push((name.parse().expect("checked when it was set"), value.clone()));
        }

        let mut credentials = vec![api_key.clone(), api_client.clone()];
        credentials.extend(config.headers.iter().map(|(_, value)| value.clone()));
        if let Some(proxy) = proxy.as_ref().and_then(|proxy| proxy.credentials.as_ref()) {
            let password = proxy.reveal().split_once(':').map_or("", |(_, password)| password);
            credentials.push(Secret::new(password));
            credentials.push(encoding::base64(proxy.reveal().as_bytes()));
        }

        let tls = trust.as_deref().map(|trust| trust.client.clone());
        let route = Route { address, proxy, tls };
        let identity: Vec<(&str, &Secret)> = headers.iter().map(|(name, value)| (name.as_str(), value)).collect();
        let key = Key::new(&route, trust.map(|trust| trust.id), &identity);
        crate::ffi::os::stay_loaded();
        delivery::warm_up();
        Ok(Client {
            route,
            key,
            head: head(url, headers),
            credentials: Masker::new(credentials),
            timeout: config.timeout,
            connect_timeout: config.connect_timeout,
            idle_timeout: config.idle_timeout,
        })
    }

    /// Resolves, connects, passes the proxy and makes TLS, over a fresh connection that is closed again: "Test
    /// connection". Not one byte of HTTP reaches the service, so the credentials are not tested.
    pub fn check(&self) -> Outcome {
        let start = Instant::now();
        delivery::begin(self.limits(start));
        let told = self.guarded(|| {
            let mut outcome = match delivery::check(&self.route) {
                Ok(()) => {
                    let authority = self.route.address.authority();
                    Outcome::bare(Status::Ok, None, format!("connected to {authority}: the service can be reached"))
                }
                Err(failure) => undelivered(&failure),
            };
            self.hide_secrets(&mut outcome, &[]);
            outcome
        });
        let outcome = told.unwrap_or_else(|place| *Outcome::internal(Stage::Connect, &place));
        timed(outcome, start)
    }

    /// Asks the service to send the one-time password of `token` once more.
    ///
    /// At most one request leaves, whatever happens, and the outcome says what is known about it. It is back within
    /// 200 ms of `timeout_ms`.
    pub fn resend_otp(&self, token: &str, session: &str) -> Outcome {
        self.resend_through(token, session, |request| delivery::exchange(&self.key, &self.route, request))
    }

    /// The call, but for how its request is delivered.
    fn resend_through(
        &self,
        token: &str,
        session: &str,
        exchange: impl FnOnce(&NewRequest) -> (Received, Option<Failure>),
    ) -> Outcome {
        let start = Instant::now();
        delivery::begin(self.limits(start));
        let checked = arguments::token(token).and_then(|()| arguments::session(session));
        let session_id = match checked {
            Ok(session_id) => session_id,
            Err(refusal) => return timed(*refusal, start),
        };

        let told = self.guarded(|| {
            let request_id = Uuid::new_v4().to_string();
            let body = body(token, &session_id);
            let request = || {
                let mut head = self.head.clone();
                head.headers.insert(X_REQUEST_ID, request_id.parse().expect("a UUID is ASCII"));
                Request::from_parts(head, body.bytes())
            };
            let mut outcome = match exchange(&request) {
                (received, None) => answered(received),
                (received, Some(failure)) => unanswered(received, &failure),
            };
            if !matches!(outcome.status, Status::Invalid | Status::Internal) {
                self.keep_or_adopt(&mut outcome, token, &session_id);
                outcome.request_id = Some(request_id);
            }
            self.hide_secrets(&mut outcome, &[token, session]);
            outcome
        });
        let outcome = told.unwrap_or_else(|place| after_panic(&place, token, session_id));
        timed(outcome, start)
    }

    fn limits(&self, start: Instant) -> Limits {
        Limits {
            deadline: Deadline::after(start, self.timeout),
            connect_timeout: self.connect_timeout,
            idle_timeout: self.idle_timeout,
        }
    }

    /// Runs what may touch the network. A panic is caught, and everything that it may have left half done is forgotten.
    fn guarded<T>(&self, work: impl FnOnce() -> T) -> Result<T, String> {
        panics::caught(AssertUnwindSafe(work)).inspect_err(|_| {
            _ = panic::catch_unwind(AssertUnwindSafe(|| delivery::forget(&self.key)));
        })
    }

    /// Fills in the token and session to use next, where the answer brought none.
    fn keep_or_adopt(&self, outcome: &mut Outcome, token: &str, session_id: &str) {
        // What holds a credential was echoed by something that is not the service.
        let brought = outcome.otp_token.take_if(|token| !self.credentials.finds(token));
        outcome.token_state = Some(match brought {
            Some(_) => TokenState::New,
            None if outcome.status == Status::InDoubt => TokenState::InDoubt,
            None => TokenState::Kept,
        });
        outcome.otp_token = brought.or_else(|| Some(token.to_owned()));

        let renewed = outcome.session_id.take_if(|session| !self.credentials.finds(session));
        outcome.session_renewed = renewed.is_some();
        outcome.session_id = renewed.or_else(|| Some(session_id.to_owned()));
    }

    /// The last of every call: nothing stays in it that must not be seen.
    fn hide_secrets(&self, outcome: &mut Outcome, arguments: &[&str]) {
        // Enough beyond the cut that a credential across it is still recognised, however it is spelt.
        shorten(outcome, LONGEST_SHOWN + 6 * LONGEST_VALUE);
        // What a person reads must show neither credentials nor token nor session.
        let next = [&outcome.otp_token, &outcome.session_id].into_iter().flatten().map(String::as_str);
        let hidden = Masker::new(arguments.iter().copied().chain(next));

        let (code, detail) =
            outcome.error.as_mut().map_or((None, None), |error| (error.code.as_mut(), error.detail.as_mut()));
        for text in [Some(&mut outcome.message), outcome.customer_message.as_mut(), code, detail].into_iter().flatten()
        {
            self.credentials.mask(text);
            hidden.mask(text);
        }
        // The rest is the service's answer as it came, but for the credentials.
        let rest = [
            &mut outcome.response_code,
            &mut outcome.reference_number,
            &mut outcome.correlation_id,
            &mut outcome.url_3d,
            &mut outcome.response_body,
        ];
        for text in rest.into_iter().flatten() {
            self.credentials.mask(text);
        }
        shorten(outcome, LONGEST_SHOWN);
    }
}

/// The way in for the fuzz targets; no build for anybody else has it.
#[cfg(fuzzing)]
impl Client {
    /// A whole call but for the network, which is taken to have brought this answer.
    #[doc(hidden)]
    pub fn resend_answered(&self, token: &str, session: &str, http_status: u16, body: &[u8]) -> Outcome {
        self.resend_through(token, session, |request| {
            _ = request();
            let mut received = Received { http_status: Some(http_status), ..Received::default() };
            received.body.append(body);
            (received, None)
        })
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("address", &self.route.address)
            .field("proxy", &self.route.proxy)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// A whole answer came: the decision table says what it means.
fn answered(received: Received) -> Outcome {
    let http_status = received.http_status.unwrap_or_default();
    let retry_after_ms = retry_after_ms(&received);
    let text = decoded(received.body);
    let verdict = decision::decide(&Answer { http_status, body: &text });
    let error = verdict.ruling.kind.map(|kind| ErrorInfo {
        kind,
        code: verdict.ruling.code.clone(),
        stage: Stage::Service,
        retry_after_ms,
        detail: verdict.ruling.detail.map(str::to_owned),
    });
    let mut outcome = Outcome::bare(verdict.ruling.status, error, describe(&verdict, http_status));
    if outcome.status == Status::Ok {
        outcome.action = Action::VerifyOtp;
    }
    outcome.customer_message = verdict.text;
    outcome.otp_token = verdict.token;
    outcome.session_id = verdict.session;
    outcome.response_code = verdict.response_code;
    outcome.reference_number = verdict.reference_number;
    outcome.correlation_id = verdict.correlation_id;
    outcome.url_3d = verdict.url_3d;
    outcome.http_status = Some(http_status);
    outcome.response_body = Some(text);
    outcome
}

/// No whole answer came: in doubt once a byte had left, and otherwise not sent.
fn unanswered(received: Received, failure: &Failure) -> Outcome {
    if !delivery::is_sent() {
        return undelivered(failure);
    }
    let mut outcome = in_doubt(failure);
    outcome.http_status = received.http_status;
    if received.http_status.is_some() {
        outcome.response_body = Some(decoded(received.body));
        outcome.response_truncated = true;
    }
    outcome
}

fn in_doubt(failure: &Failure) -> Outcome {
    let what = quotable(&failure.text());
    let message = format!("in doubt: {what}; the request may have arrived, so it must not be repeated automatically");
    Outcome::bare(Status::InDoubt, Some(error_of(failure)), message)
}

/// Nothing was sent.
fn undelivered(failure: &Failure) -> Outcome {
    let mut error = error_of(failure);
    let status = match failure.kind {
        Kind::Config => {
            error.code = Some("base_url".to_owned());
            Status::Invalid
        }
        // Something refused to send before anything was tried: only a bug does that.
        Kind::BadResponse => {
            error.kind = Kind::Internal;
            Status::Internal
        }
        _ => Status::NotSent,
    };
    Outcome::bare(status, Some(error), format!("nothing was sent: {}", quotable(&failure.text())))
}

/// A bug of ours: before the first byte it did no harm, after it what the service did is as unknown as ever.
fn after_panic(place: &str, token: &str, session_id: String) -> Outcome {
    if !delivery::is_sent() {
        return *Outcome::internal(Stage::Send, place);
    }
    let what = "a bug in libpaywall was caught after the request had left; please report it";
    let mut outcome = in_doubt(&Failure::new(Kind::Internal, Stage::Receive, what).because(place));
    outcome.otp_token = Some(token.to_owned());
    outcome.token_state = Some(TokenState::InDoubt);
    outcome.session_id = Some(session_id);
    outcome
}

fn timed(mut outcome: Outcome, start: Instant) -> Outcome {
    outcome.transport = Transport { elapsed: start.elapsed(), connection: delivery::connection() };
    outcome
}

/// Cuts the answer's text at a character's border.
fn shorten(outcome: &mut Outcome, length: usize) {
    if let Some(body) = &mut outcome.response_body
        && body.len() > length
    {
        body.truncate(body.floor_char_boundary(length));
        outcome.response_truncated = true;
    }
}

fn error_of(failure: &Failure) -> ErrorInfo {
    ErrorInfo {
        kind: failure.kind,
        code: None,
        stage: failure.stage,
        retry_after_ms: None,
        detail: failure.detail.as_deref().map(quotable),
    }
}

/// Words of somebody else's for a log: on one line, and not too many of them.
fn quotable(text: &str) -> String {
    const LONGEST: usize = 1024;
    let quoted = &text[..text.floor_char_boundary(LONGEST)];
    quoted.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

/// The head of every request to `url`. Its copies share the values, which are wiped with the last of them.
fn head(url: Uri, headers: Vec<(HeaderName, Secret)>) -> request::Parts {
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

/// The two fields that are documented.
fn body(token: &str, session_id: &str) -> Wiped {
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

fn user_agent(app: Option<&str>) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let library = format!("libpaywall/{version} ({}; {})", std::env::consts::OS, std::env::consts::ARCH);
    match app {
        Some(app) => format!("{library} {app}"),
        None => library,
    }
}

/// The body as text: without a BOM, invalid UTF-8 replaced.
fn decoded(body: Wiped) -> String {
    const BOM: char = '\u{feff}';
    let mut text = String::from_utf8(body.into_bytes()).unwrap_or_else(|error| {
        let body = Wiped::from(error.into_bytes());
        String::from_utf8_lossy(body.bytes()).into_owned()
    });
    if text.starts_with(BOM) {
        text.drain(..BOM.len_utf8());
    }
    text
}

/// Only these two statuses say how long to wait.
fn retry_after_ms(received: &Received) -> Option<u64> {
    let value = received.retry_after.as_deref().filter(|_| matches!(received.http_status, Some(429 | 503)))?;
    let wait = encoding::retry_after(value, SystemTime::now())?;
    u64::try_from(wait.as_millis()).ok()
}

/// What a refusal by the HTTP status alone means, and what the service said about it.
fn refusal(verdict: &Verdict, words: &str) -> String {
    let meaning = match verdict.ruling.kind {
        Some(Kind::Authentication) => "check api_key and api_client",
        Some(Kind::Forbidden) => "these credentials may not do this",
        Some(Kind::WrongAddress) => "nothing of the service is at this address: check base_url, its host and its path",
        Some(Kind::RateLimited) => "too many requests",
        _ => "the service or something before it did not take the request",
    };
    if words.is_empty() { meaning.to_owned() } else { format!("{meaning}; it says: {words}") }
}

/// The verdict in words, for the log.
fn describe(verdict: &Verdict, http_status: u16) -> String {
    let Ruling { row, status, code, .. } = &verdict.ruling;
    let words = || quotable(verdict.text.as_deref().unwrap_or_default());
    let quoted = || match (&*words(), &*quotable(code.as_deref().unwrap_or_default())) {
        ("", "") => "without a reason".to_owned(),
        ("", code) => format!("({code})"),
        (words, "") => words.to_owned(),
        (words, code) => format!("{words} ({code})"),
    };
    let in_doubt = "whether a code is on its way is unknown, so the request must not be repeated automatically";
    match (row, status) {
        (_, Status::Ok) => {
            let code = verdict.response_code.as_deref().unwrap_or_default();
            format!("the service accepted: a code is on its way (ResponseCode {code})")
        }
        (1 | 3 | 6, _) => format!("in doubt: HTTP {http_status} without an answer that can be trusted; {in_doubt}"),
        (4 | 5, Status::InDoubt) => format!("in doubt: HTTP {http_status}; {in_doubt}"),
        (4, _) => format!("refused with HTTP {http_status}: {}", refusal(verdict, &words())),
        (5, _) => format!("refused with the redirect HTTP {http_status}, which is not followed: check base_url"),
        (9, _) => format!("the service wants 3-D Secure: {}", quoted()),
        (11, _) => format!("in doubt: the service reported neither success nor failure {}; {in_doubt}", quoted()),
        (_, Status::InDoubt) => format!("in doubt: the service reported {}; {in_doubt}", quoted()),
        _ => format!("the service refused: {}", quoted()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread;

    use super::{Client, Config, Outcome, delivery};

    const TOKEN: &str = "planted-token-0123456789";
    const SESSION: &str = "6489433e-f36b-1410-825e-001264113a90";

    /// A client of a server that answers one request.
    fn client() -> Client {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut config = Config::new();
        config.set("base_url", &format!("http://{}", listener.local_addr().unwrap())).unwrap();
        config.set("api_key", "the-key").unwrap();
        config.set("api_client", "the-client").unwrap();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            _ = stream.read(&mut [0; 4096]);
            _ = stream.write_all(b"HTTP/1.1 204 Nothing\r\n\r\n");
        });
        Client::new(&config).unwrap()
    }

    fn told(outcome: &Outcome) -> (&str, &str, &str) {
        assert!(!format!("{outcome:?}").contains(TOKEN), "{outcome:?}");
        let error = outcome.error.as_ref().unwrap();
        assert!(error.detail.as_ref().unwrap().starts_with("src/client.rs:"), "{error:?}");
        (outcome.status.name(), outcome.action.name(), error.kind.name())
    }

    #[test]
    fn a_panic_before_the_first_byte_is_internal_and_after_it_in_doubt() {
        crate::panics::install_hook();
        let client = client();
        let outcome = client.resend_through(TOKEN, SESSION, |_| panic!("about {TOKEN}"));
        assert_eq!(told(&outcome), ("internal", "contact_support", "internal"));
        assert_eq!(outcome.otp_token, None);

        let outcome = client.resend_through(TOKEN, SESSION, |request| {
            _ = delivery::exchange(&client.key, &client.route, request);
            panic!("about {TOKEN}")
        });
        assert_eq!(told(&outcome), ("in_doubt", "await_code", "internal"));
        assert_eq!(outcome.otp_token.as_deref(), Some(TOKEN));

        // What was sent by a call before says nothing about this one.
        let outcome = client.resend_through(TOKEN, SESSION, |_| panic!("about {TOKEN}"));
        assert_eq!(outcome.status.name(), "internal");
    }
}
