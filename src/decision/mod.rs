//! The decision table: what an answer of the service means. Pure: an answer in, a verdict out.
//!
//! The first row that matches decides. Row 1, "not a whole HTTP answer", is decided where the answer is received.
//!
//! | row | the answer | status | kind |
//! | --- | --- | --- | --- |
//! | 2 | a good envelope (2xx, 4xx) whose `Exception.Code` is listed, or else whose `ErrorCode` is | as listed | as listed |
//! | 3 | HTTP 5xx | in_doubt | `server_error` |
//! | 4 | HTTP 4xx | rejected; in_doubt: 408, 460, 499, and an envelope that would reach row 7 or 10 | by the HTTP status |
//! | 5 | HTTP 3xx | rejected; in_doubt: 303 | `redirect`; `bad_response` |
//! | 6 | 2xx without a good envelope | in_doubt | `bad_response` |
//! | 7 | `StatusCode` 500–599 | in_doubt | `upstream` |
//! | 8 | an `Exception`, `Result` false, `ErrorCode` ≠ 0, or `StatusCode` there and not 200 or 202 | rejected; in_doubt: `StatusCode` 408 | by `StatusCode`, otherwise `declined` |
//! | 9 | `ResponseCode` 5010 | rejected | `three_d_secure` |
//! | 10 | `StatusCode` 200 or 202, and `ResponseCode` 5001, 5008 or 0000 | ok | |
//! | 11 | anything else | in_doubt | `bad_response` |

mod codes;
mod envelope;
mod retry_after;
#[cfg(test)]
mod tests;
mod wording;

use crate::arguments;
use crate::outcome::{Kind, Status};
use envelope::Envelope;
pub(crate) use retry_after::retry_after;
pub(crate) use wording::describe;

/// A whole HTTP answer.
pub(crate) struct Answer<'a> {
    pub(crate) http_status: u16,
    /// Decoded, without a leading BOM, invalid UTF-8 replaced.
    pub(crate) body: &'a str,
}

/// What the answer means, and what it brought.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) ruling: Ruling,
    /// Whether the answer is a good envelope. Otherwise it may come from something before the service.
    pub(crate) from_service: bool,
    /// The new token, if it is one that could be sent.
    pub(crate) token: Option<String>,
    /// The renewed session, if it is a GUID and not all zero.
    pub(crate) session: Option<String>,
    pub(crate) response_code: Option<String>,
    pub(crate) reference_number: Option<String>,
    pub(crate) correlation_id: Option<String>,
    pub(crate) url_3d: Option<String>,
    /// The service's text for people.
    pub(crate) text: Option<String>,
}

/// The rows of the table, by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    NoAnswer = 1,
    Listed = 2,
    ServerError = 3,
    ClientError = 4,
    Redirect = 5,
    NoEnvelope = 6,
    Upstream = 7,
    Failure = 8,
    ThreeDSecure = 9,
    Sent = 10,
    Unclear = 11,
}

/// The row that matched, and what it says.
#[derive(Debug, PartialEq)]
pub(crate) struct Ruling {
    pub(crate) row: Row,
    pub(crate) status: Status,
    pub(crate) kind: Option<Kind>,
    /// The code that decided.
    pub(crate) code: Option<String>,
    /// The name of the `ErrorCode` that decided.
    pub(crate) detail: Option<&'static str>,
}

impl Default for Ruling {
    fn default() -> Self {
        Ruling::new(Row::Unclear, Status::InDoubt, Kind::BadResponse)
    }
}

impl Ruling {
    fn new(row: Row, status: Status, kind: Kind) -> Self {
        Ruling { row, status, kind: Some(kind), code: None, detail: None }
    }

    fn because(self, code: impl ToString) -> Self {
        Ruling { code: Some(code.to_string()), ..self }
    }
}

/// What the answer means.
pub(crate) fn decide(answer: &Answer) -> Verdict {
    let envelope = Envelope::read(answer.body);
    let ruling = ruling(answer.http_status, envelope.as_ref());
    let Some(envelope) = envelope else {
        return Verdict { ruling, ..Verdict::default() };
    };
    // A redirect comes from something in between: it changes neither token nor session.
    let adopted = !(300..400).contains(&answer.http_status);
    Verdict {
        ruling,
        from_service: true,
        token: envelope.token.filter(|token| adopted && arguments::is_token(token)),
        session: envelope.renewed_session.filter(|_| adopted).and_then(|session| arguments::renewed_session(&session)),
        response_code: envelope.response_code,
        reference_number: envelope.reference_number,
        correlation_id: envelope.correlation_id,
        url_3d: envelope.url_3d,
        text: envelope.text,
    }
}

fn ruling(http_status: u16, envelope: Option<&Envelope>) -> Ruling {
    match (http_status, envelope) {
        (200..=299, Some(envelope)) => listed(envelope).unwrap_or_else(|| by_envelope(envelope)),
        (400..=499, Some(envelope)) => listed(envelope).unwrap_or_else(|| client_error(http_status, Some(envelope))),
        (500..=599, _) => Ruling::new(Row::ServerError, Status::InDoubt, Kind::ServerError).because(http_status),
        (400..=499, None) => client_error(http_status, None),
        (303, _) => Ruling::new(Row::Redirect, Status::InDoubt, Kind::BadResponse).because(http_status),
        (300..=399, _) => Ruling::new(Row::Redirect, Status::Rejected, Kind::Redirect).because(http_status),
        (200..=299, None) => Ruling::new(Row::NoEnvelope, Status::InDoubt, Kind::BadResponse).because(http_status),
        // 101, or a number that HTTP does not have: no answer to this request.
        _ => Ruling::new(Row::NoAnswer, Status::InDoubt, Kind::BadResponse).because(http_status),
    }
}

/// A listed code, wherever the service put it: the envelope calls such a failure `Result: true`.
fn listed(envelope: &Envelope) -> Option<Ruling> {
    let ruling = |kind| {
        let status = if kind == Kind::Upstream { Status::InDoubt } else { Status::Rejected };
        Ruling::new(Row::Listed, status, kind)
    };
    let exception = envelope.exception.as_ref().and_then(|exception| exception.code.as_deref());
    if let Some((code, kind)) = exception.and_then(|code| Some((code, codes::exception(code)?))) {
        return Some(ruling(kind).because(code));
    }
    let code = envelope.error_code?;
    let kind = codes::error_code(code)?;
    Some(Ruling { detail: codes::error_name(code), ..ruling(kind).because(code) })
}

fn client_error(http_status: u16, envelope: Option<&Envelope>) -> Ruling {
    // An envelope that reports trouble of a system after the service, or success, contradicts the status: in doubt.
    if let Some(seen) = envelope.map(by_envelope) {
        if seen.row == Row::Upstream {
            return Ruling { row: Row::ClientError, ..seen };
        }
        if seen.row == Row::Sent {
            return Ruling::new(Row::ClientError, Status::InDoubt, Kind::BadResponse).because(http_status);
        }
    }
    let (status, kind) = match http_status {
        401 => (Status::Rejected, Kind::Authentication),
        403 => (Status::Rejected, Kind::Forbidden),
        404 | 405 | 421 => (Status::Rejected, Kind::WrongAddress),
        408 => (Status::InDoubt, Kind::Timeout),
        429 => (Status::Rejected, Kind::RateLimited),
        // What stands between has given up a request that it may have passed on: AWS's load balancers, and nginx.
        460 | 499 => (Status::InDoubt, Kind::Http),
        _ => (Status::Rejected, Kind::Http),
    };
    Ruling::new(Row::ClientError, status, kind).because(http_status)
}

fn by_envelope(envelope: &Envelope) -> Ruling {
    let status_code = envelope.status_code;
    let error_code = envelope.error_code.unwrap_or(0);

    if let Some(code @ 500..=599) = status_code {
        return Ruling::new(Row::Upstream, Status::InDoubt, Kind::Upstream).because(code);
    }

    let succeeded = matches!(status_code, Some(200 | 202));
    let failed = status_code.is_some() && !succeeded;
    if envelope.exception.is_some() || !envelope.result || error_code != 0 || failed {
        let (status, kind) = match status_code {
            Some(401) => (Status::Rejected, Kind::Authentication),
            Some(403) => (Status::Rejected, Kind::Forbidden),
            Some(408) => (Status::InDoubt, Kind::Timeout),
            Some(429) => (Status::Rejected, Kind::RateLimited),
            _ => (Status::Rejected, Kind::Declined),
        };
        let failure = Ruling::new(Row::Failure, status, kind);
        let exception = envelope.exception.as_ref().and_then(|exception| exception.code.as_deref());
        return match (exception, status_code) {
            (Some(code), _) => failure.because(code),
            _ if error_code != 0 => Ruling { detail: codes::error_name(error_code), ..failure.because(error_code) },
            (None, Some(code)) if failed => failure.because(code),
            _ => failure,
        };
    }

    match envelope.response_code.as_deref() {
        Some(code @ "5010") => Ruling::new(Row::ThreeDSecure, Status::Rejected, Kind::ThreeDSecure).because(code),
        Some("5001" | "5008" | "0000") if succeeded => {
            Ruling { row: Row::Sent, status: Status::Ok, kind: None, code: None, detail: None }
        }
        Some(code) => Ruling::new(Row::Unclear, Status::InDoubt, Kind::BadResponse).because(code),
        None => Ruling::new(Row::Unclear, Status::InDoubt, Kind::BadResponse),
    }
}
