//! The result document: what you get from a call.

mod quoting;
mod vocabulary;

use std::fmt;
use std::time::Duration;

use crate::json::Writer;
use crate::secret::{Wiped, wipe};

use quoting::on_one_line;
pub(crate) use quoting::quotable;
pub use vocabulary::{Action, Connection, Kind, Stage, Status, TokenState};

/// What is true after a call, and what to do next. All members are always present. The README explains them.
///
/// It carries the token and the session. `Debug` shows neither, nor the service's answer; [`Outcome::to_json`] does.
#[derive(Clone)]
pub struct Outcome {
    /// What is true after the call.
    pub status: Status,
    /// What to do next.
    pub action: Action,
    /// For the log, in English. It quotes the service's words, and never a secret.
    pub message: String,
    /// The service's own text: the only one to show to a shopper.
    pub customer_message: Option<String>,
    /// The token to use next.
    pub otp_token: Option<String>,
    /// What is known of that token.
    pub token_state: Option<TokenState>,
    /// The session to use next.
    pub session_id: Option<String>,
    /// Whether the service renewed the session.
    pub session_renewed: bool,
    /// The service's `ResponseCode`, four digits.
    pub response_code: Option<String>,
    /// The service's `RetrievalReferenceNumber`.
    pub reference_number: Option<String>,
    /// The service's `CorrelationId`, for its support.
    pub correlation_id: Option<String>,
    /// The service's `Url3d`.
    pub url_3d: Option<String>,
    /// The HTTP status, if the head of an answer came.
    pub http_status: Option<u16>,
    /// The id of the call (a UUID of version 4), also sent as `X-Request-Id`.
    pub request_id: Option<String>,
    /// Why the call did not end with `ok`.
    pub error: Option<ErrorInfo>,
    /// How the call went over the wire.
    pub transport: Transport,
    /// The answer's decoded body as text, up to 64 KiB.
    pub response_body: Option<String>,
    /// Whether `response_body` is less than the whole body.
    pub response_truncated: bool,
}

/// Why a call did not end with `ok`.
#[derive(Clone, Debug)]
pub struct ErrorInfo {
    /// The class of the failure.
    pub kind: Kind,
    /// The code that decided; for `invalid` the name of the option or argument.
    pub code: Option<String>,
    /// How far the call had come.
    pub stage: Stage,
    /// How many milliseconds to wait, if the service said so.
    pub retry_after_ms: Option<u64>,
    /// The name of a known `ErrorCode`, or the reason of the operating system or of TLS.
    pub detail: Option<String>,
}

/// How a call went over the wire.
#[derive(Clone, Copy, Debug)]
pub struct Transport {
    /// From entry to return; in the document as `elapsed_us`, in whole microseconds.
    pub elapsed: Duration,
    /// Which connection carried it; none if there was no connection.
    pub connection: Option<Connection>,
}

impl Outcome {
    /// An outcome about nothing but itself: no token, no session, no answer. What a log shows of it is fit for one.
    pub(crate) fn bare(status: Status, mut error: Option<ErrorInfo>, message: String) -> Self {
        for text in error.iter_mut().flat_map(|error| [&mut error.code, &mut error.detail]).flatten() {
            *text = quotable(text);
        }
        Outcome {
            status,
            action: Action::next(status, error.as_ref().map(|error| error.kind), false),
            message: on_one_line(message),
            customer_message: None,
            otp_token: None,
            token_state: None,
            session_id: None,
            session_renewed: false,
            response_code: None,
            reference_number: None,
            correlation_id: None,
            url_3d: None,
            http_status: None,
            request_id: None,
            error,
            transport: Transport { elapsed: Duration::ZERO, connection: None },
            response_body: None,
            response_truncated: false,
        }
    }

    /// The service accepted: a code is on its way.
    pub(crate) fn sent(message: String) -> Self {
        let mut outcome = Self::bare(Status::Ok, None, message);
        outcome.action = Action::next(Status::Ok, None, true);
        outcome
    }

    /// A bad option: its name, and the rule that it breaks.
    pub(crate) fn invalid_option(name: &str, rule: &str) -> Box<Self> {
        Self::invalid(Kind::Config, Stage::Config, name, rule)
    }

    /// A bad argument: its name, and the rule that it breaks. For wrappers with arguments of their own.
    pub fn invalid_argument(name: &str, rule: &str) -> Box<Self> {
        Self::invalid(Kind::Argument, Stage::Argument, name, rule)
    }

    fn invalid(kind: Kind, stage: Stage, name: &str, rule: &str) -> Box<Self> {
        let error = ErrorInfo { kind, code: Some(name.to_owned()), stage, retry_after_ms: None, detail: None };
        let message = format!("nothing was sent: {name}: {}", quotable(rule));
        Box::new(Self::bare(Status::Invalid, Some(error), message))
    }

    /// A panic of this library before any byte was sent. `place` says where, never what the panic said: that may quote a secret.
    pub(crate) fn internal(stage: Stage, place: &str) -> Box<Self> {
        let error =
            ErrorInfo { kind: Kind::Internal, code: None, stage, retry_after_ms: None, detail: Some(place.to_owned()) };
        let message = format!("nothing was sent: libpaywall caught a bug of its own at {place}; please report it");
        Box::new(Self::bare(Status::Internal, Some(error), message))
    }

    /// The result document. It carries token and session: wipe it after use, or do not keep it.
    pub fn to_json(&self) -> String {
        String::from_utf8(self.document().into_bytes()).expect("JSON is UTF-8")
    }

    /// The result document, wiped when dropped.
    pub(crate) fn document(&self) -> Wiped {
        // Enough for all but long answers, which take more with their quotes escaped.
        let body = self.response_body.as_ref().map_or(0, String::len);
        let mut json = Writer::with_room(1024 + body + body / 4);
        json.text(r#"{"status":"#, Some(self.status.name()));
        json.text(r#","action":"#, Some(self.action.name()));
        json.text(r#","message":"#, Some(&self.message));
        json.text(r#","customer_message":"#, self.customer_message.as_deref());
        json.text(r#","otp_token":"#, self.otp_token.as_deref());
        json.text(r#","token_state":"#, self.token_state.map(TokenState::name));
        json.text(r#","session_id":"#, self.session_id.as_deref());
        json.boolean(r#","session_renewed":"#, self.session_renewed);
        json.text(r#","response_code":"#, self.response_code.as_deref());
        json.text(r#","reference_number":"#, self.reference_number.as_deref());
        json.text(r#","correlation_id":"#, self.correlation_id.as_deref());
        json.text(r#","url_3d":"#, self.url_3d.as_deref());
        json.number(r#","http_status":"#, self.http_status.map(u64::from));
        json.text(r#","request_id":"#, self.request_id.as_deref());
        match &self.error {
            None => json.raw(r#","error":null"#),
            Some(error) => {
                json.text(r#","error":{"kind":"#, Some(error.kind.name()));
                json.text(r#","code":"#, error.code.as_deref());
                json.text(r#","stage":"#, Some(error.stage.name()));
                json.number(r#","retry_after_ms":"#, error.retry_after_ms);
                json.text(r#","detail":"#, error.detail.as_deref());
                json.raw("}");
            }
        }
        let elapsed = u64::try_from(self.transport.elapsed.as_micros()).unwrap_or(u64::MAX);
        json.number(r#","transport":{"elapsed_us":"#, Some(elapsed));
        json.text(r#","connection":"#, self.transport.connection.map(Connection::name));
        json.text(r#"},"response_body":"#, self.response_body.as_deref());
        json.boolean(r#","response_truncated":"#, self.response_truncated);
        json.raw("}");
        json.into_wiped()
    }
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outcome")
            .field("status", &self.status)
            .field("action", &self.action)
            .field("message", &self.message)
            .field("token_state", &self.token_state)
            .field("session_renewed", &self.session_renewed)
            .field("response_code", &self.response_code)
            .field("http_status", &self.http_status)
            .field("request_id", &self.request_id)
            .field("error", &self.error)
            .field("transport", &self.transport)
            .finish_non_exhaustive()
    }
}

/// The message: for a log, without a secret.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Outcome {}

impl Drop for Outcome {
    fn drop(&mut self) {
        let carried = [&mut self.otp_token, &mut self.session_id, &mut self.response_body];
        carried.into_iter().filter_map(Option::take).for_each(wipe);
    }
}
