//! What is said of a call: from what came back, or from why nothing did.

use std::time::{Instant, SystemTime};

use crate::decision::{self, Answer, describe};
use crate::delivery::{Call, Failure, Received};
use crate::outcome::{ErrorInfo, Kind, Outcome, Stage, Status, TokenState, Transport, quotable};

/// A whole answer came: the decision table says what it means.
pub(super) fn answered(received: Received, mask: impl Fn(&mut String)) -> Outcome {
    let http_status = received.http_status.unwrap_or_default();
    let retry_after_ms = retry_after_ms(&received);
    let text = received.charset.text(received.body);
    let mut verdict = decision::decide(&Answer { http_status, body: &text });
    // Before they are quoted: a secret that is cut off in the middle of a message would not be found any more.
    [&mut verdict.text, &mut verdict.ruling.code].into_iter().flatten().for_each(mask);
    let error = verdict.ruling.kind.map(|kind| ErrorInfo {
        kind,
        code: verdict.ruling.code.clone(),
        stage: Stage::Service,
        retry_after_ms,
        detail: verdict.ruling.detail.map(str::to_owned),
    });
    let message = describe(&verdict, http_status);
    let mut outcome = match error {
        None => Outcome::sent(message),
        error => Outcome::bare(verdict.ruling.status, error, message),
    };
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
pub(super) fn unanswered(call: &Call, received: Received, mut failure: Failure, mask: impl Fn(&mut String)) -> Outcome {
    // As in `answered`: a peer's words stand in these.
    [Some(&mut failure.what), failure.detail.as_mut()].into_iter().flatten().for_each(mask);
    let failure = &failure;
    if !call.is_sent() {
        return undelivered(failure);
    }
    let mut outcome = in_doubt(failure);
    outcome.http_status = received.http_status;
    if received.http_status.is_some() {
        outcome.response_body = Some(received.charset.text(received.body));
        outcome.response_truncated = true;
    }
    outcome
}

fn in_doubt(failure: &Failure) -> Outcome {
    let what = quotable(&failure.text());
    let message = format!("in doubt: {what}; the request may have arrived, so do not repeat it automatically");
    Outcome::bare(Status::InDoubt, Some(error_of(failure)), message)
}

/// Nothing was sent.
pub(super) fn undelivered(failure: &Failure) -> Outcome {
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
pub(super) fn after_panic(call: &Call, place: &str, token: &str, session_id: String) -> Outcome {
    if !call.is_sent() {
        return *Outcome::internal(Stage::Send, place);
    }
    let what = "libpaywall caught a bug of its own after the request had left; please report it";
    let mut outcome = in_doubt(&Failure::new(Kind::Internal, Stage::Receive, what).because(place));
    outcome.otp_token = Some(token.to_owned());
    outcome.token_state = Some(TokenState::InDoubt);
    outcome.session_id = Some(session_id);
    outcome
}

/// The outcome, with how the call went over the wire; without a call, nothing did.
pub(super) fn timed(mut outcome: Outcome, start: Instant, call: Option<&Call>) -> Outcome {
    outcome.transport = Transport { elapsed: start.elapsed(), connection: call.and_then(Call::connection) };
    outcome
}

fn error_of(failure: &Failure) -> ErrorInfo {
    ErrorInfo {
        kind: failure.kind,
        code: None,
        stage: failure.stage,
        retry_after_ms: None,
        detail: failure.detail.clone(),
    }
}

/// Only these two statuses say how long to wait.
fn retry_after_ms(received: &Received) -> Option<u64> {
    let value = received.retry_after.as_deref().filter(|_| matches!(received.http_status, Some(429 | 503)))?;
    let wait = decision::retry_after(value, SystemTime::now())?;
    u64::try_from(wait.as_millis()).ok()
}
