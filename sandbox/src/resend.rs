//! The service itself: judges a request, writes the journal, and delivers the answer.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use axum::Extension;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{ALLOW, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, request};
use axum::response::Response;
use hyper::body::{Bytes, Frame, SizeHint};
use serde::Deserialize;
use tokio::time::{Interval, interval};
use uuid::Uuid;

use crate::answers::{self, Answer, Code, RESEND_PATH, Session, accepted, refused, turned_away};
use crate::guard;
use crate::journal::{Entry, Exchange};
use crate::link::{End, Link};
use crate::operations::Outcome;
use crate::outcomes::{self, Delivery, Match};
use crate::shown;
use crate::state::{Records, Sandbox};

/// No request of this service comes near it.
const BODY_LIMIT: usize = 64 << 10;
/// The longest path and request id that are kept whole, in characters.
const LONGEST_NAME: usize = 256;

/// What a request came to.
struct Verdict {
    outcome: String,
    processed: bool,
    sends: bool,
    answer: Answer,
    delivery: Delivery,
    /// For `Delivery::Delayed` and `Delivery::Closed`.
    delay: Duration,
}

impl Verdict {
    /// An answer that is given before the request reaches the service.
    fn at_the_door(outcome: &str, answer: impl Into<Answer>) -> Self {
        Self {
            outcome: outcome.to_owned(),
            processed: false,
            sends: false,
            answer: answer.into(),
            delivery: Delivery::AtOnce,
            delay: Duration::ZERO,
        }
    }

    /// An answer of the service.
    fn served(outcome: &str, sends: bool, answer: impl Into<Answer>) -> Self {
        Self { processed: true, sends, ..Self::at_the_door(outcome, answer) }
    }

    /// An outcome of the table.
    fn of(found: &Match, answer: Answer) -> Self {
        Self {
            outcome: found.outcome(),
            processed: found.magic.processed,
            sends: found.magic.sends,
            answer,
            delivery: found.magic.delivery,
            delay: Duration::from_millis(found.number),
        }
    }

    fn http_status(&self) -> Option<u16> {
        match self.delivery {
            Delivery::Never | Delivery::Reset => None,
            _ => Some(self.answer.status.as_u16()),
        }
    }
}

/// The body of a request. The names are matched exactly.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Resend {
    otp_token: String,
    session_id: Uuid,
}

impl Resend {
    /// Its session, as an answer names it that does not renew it.
    fn session(&self) -> Session {
        Session { id: self.session_id, renewed: false }
    }
}

/// Answers everything that is not a control endpoint.
pub async fn serve(
    State(sandbox): State<Arc<Sandbox>>,
    Extension(link): Extension<Arc<Link>>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    if let Some(refusal) = guard::page_from_elsewhere(&head.headers) {
        // Not into the journal: what a page of somewhere sends must not upset a test that counts requests.
        sandbox.problem(format!("connection {}: {refusal}", link.number));
        return guard::forbidden(refusal);
    }
    let body = to_bytes(body, BODY_LIMIT).await;
    let verdict = sandbox.change(|records| {
        let (verdict, asked) = judge(&sandbox, records, &head, body.as_ref());
        let token = asked.as_ref().map(|asked| asked.otp_token.as_str());
        let operation = token.and_then(|token| records.operations.number_of(token));
        let body = body.as_ref().map_or(&[][..], |body| body);
        // Before the answer: who has it can rely on the journal.
        records.record(entry(&link, &head, body, asked.as_ref(), operation, &verdict), token);
        verdict
    });
    deliver(verdict, link).await
}

fn judge(
    sandbox: &Sandbox,
    records: &mut Records,
    head: &request::Parts,
    body: Result<&Bytes, &axum::Error>,
) -> (Verdict, Option<Resend>) {
    let body = match body {
        Ok(body) => body,
        Err(error) => {
            let text = format!("the body of the request could not be read: {error}\n");
            let answer = Answer::text(StatusCode::BAD_REQUEST, text);
            return (Verdict::at_the_door("unreadable_body", answer), None);
        }
    };
    if !head.uri.path().ends_with(RESEND_PATH) {
        let text = format!("no such address; the service is at {RESEND_PATH}\n");
        let answer = Answer::text(StatusCode::NOT_FOUND, text);
        return (Verdict::at_the_door("not_found", answer), None);
    }
    if head.method != Method::POST {
        let mut answer = Answer::text(StatusCode::METHOD_NOT_ALLOWED, "POST only\n".to_owned());
        answer.headers.push((ALLOW, HeaderValue::from_static("POST")));
        return (Verdict::at_the_door("method_not_allowed", answer), None);
    }
    let asked = serde_json::from_slice::<Resend>(body);
    if let Some(verdict) = turned_away_by_headers(sandbox, &head.headers) {
        return (verdict, asked.ok());
    }
    match asked {
        Ok(asked) if !asked.otp_token.is_empty() => (decide(sandbox, records, &asked), Some(asked)),
        _ => (invalid_data(), None),
    }
}

/// Credentials and content type. What the service answers here is not public.
fn turned_away_by_headers(sandbox: &Sandbox, headers: &HeaderMap) -> Option<Verdict> {
    let key = headers.get("apikeyprivate");
    let client = headers.get("apiclientprivate");
    let (Some(key), Some(client)) = (key, client) else {
        let answer = turned_away(4, Some("HeaderMissing"), "Zorunlu başlık bilgisi gönderilmedi.");
        return Some(Verdict::at_the_door("header_missing", answer));
    };
    if *key != *sandbox.flags.api_key || *client != *sandbox.flags.api_client {
        let answer = turned_away(64, Some("IntegrationCredentialNotFound"), "Entegrasyon bilgileri bulunamadı.");
        return Some(Verdict::at_the_door("credentials", answer));
    }
    let json = headers.get(CONTENT_TYPE).is_some_and(|value| {
        let value = value.as_bytes().to_ascii_lowercase();
        value.starts_with(b"application/json")
    });
    (!json).then(invalid_data)
}

fn invalid_data() -> Verdict {
    let answer = turned_away(
        2,
        Some("InvalidData"),
        "İstek okunamadı: Content-Type application/json, gövde {\"OtpToken\",\"SessionId\"} olmalıdır.",
    );
    Verdict::at_the_door("invalid_data", answer)
}

fn decide(sandbox: &Sandbox, records: &mut Records, asked: &Resend) -> Verdict {
    let token = &asked.otp_token;
    let now = Instant::now();
    let operation = records.operations.number_of(token);
    if let Some(found) = records.next.take(operation) {
        let session = match found.magic.processed {
            true => records.operations.session(token, asked.session_id, now),
            // It does not reach the operation.
            false => asked.session(),
        };
        let answer = found.answer(session);
        if found.magic.processed {
            let renewed = answer.session.filter(|session| session.renewed).map(|session| session.id);
            records.operations.settle(token, answer.token.as_deref(), renewed, found.magic.sends, now);
        }
        return Verdict::of(&found, answer);
    }
    let drawn = sandbox.flags.faults.and_then(|faults| faults.drawn(token));
    if let Some(found) = outcomes::find(drawn.unwrap_or(token)) {
        let answer = found.answer(asked.session());
        return Verdict::of(&found, answer);
    }
    let (outcome, session) = records.operations.resend(token, asked.session_id, now);
    match outcome {
        Outcome::Sent(token) => Verdict::served("5001", true, accepted(session, Code::Bank, Some(token))),
        Outcome::TokenInvalid => Verdict::served("token_invalid", false, refused(session, answers::TOKEN_IS_NOT_VALID)),
        Outcome::Expired => {
            let answer = refused(session, answers::TOKEN_HAS_EXPIRED).failed_outside();
            Verdict::served("token_expired", false, answer)
        }
        Outcome::Used => Verdict::served("token_used", false, refused(session, answers::TOKEN_ALREADY_USED)),
        Outcome::Cooldown => Verdict::served("cooldown", false, refused(session, answers::COOLDOWN)),
        Outcome::Limit => Verdict::served("limit", false, refused(session, answers::LIMIT)),
    }
}

fn entry(
    link: &Link,
    head: &request::Parts,
    body: &[u8],
    asked: Option<&Resend>,
    operation: Option<u64>,
    verdict: &Verdict,
) -> Entry {
    let request_id = head.headers.get("x-request-id");
    let answer = &verdict.answer;
    Entry {
        // Both are set when it is written.
        seq: 0,
        time: String::new(),
        connection: link.number,
        scheme: link.scheme,
        peer_port: link.peer_port,
        method: head.method.to_string(),
        path: shown::cut(head.uri.path(), LONGEST_NAME),
        request_id: request_id.map(|id| shown::cut(&String::from_utf8_lossy(id.as_bytes()), LONGEST_NAME)),
        token: asked.map(|asked| shown::shortened(&asked.otp_token)),
        session: asked.map(|asked| shown::shortened(&asked.session_id.to_string())),
        processed: verdict.processed,
        sms: verdict.sends,
        outcome: verdict.outcome.clone(),
        http_status: verdict.http_status(),
        issued: answer.token.as_deref().map(shown::shortened),
        headers: shown::request_headers(&head.headers),
        reused: link.carries(),
        operation,
        repeats: None,
        exchange: exchange(body, asked, verdict),
    }
}

fn exchange(body: &[u8], asked: Option<&Resend>, verdict: &Verdict) -> Exchange {
    let answer = &verdict.answer;
    let delay_ms = match verdict.delivery {
        Delivery::Delayed => u64::try_from(verdict.delay.as_millis()).unwrap_or(u64::MAX),
        _ => 0,
    };
    let exchange = Exchange::new(body, delay_ms);
    let Some(status) = verdict.http_status() else { return exchange };
    let sessions = [answer.session.map(|session| session.id), asked.map(|asked| asked.session_id)];
    let sessions = sessions.into_iter().flatten().map(|id| id.to_string());
    exchange.answered_with(
        status,
        &answer.headers,
        &answer.body,
        answer.token.iter().cloned().chain(sessions).collect(),
    )
}

async fn deliver(verdict: Verdict, link: Arc<Link>) -> Response {
    let answer = verdict.answer;
    let whole = answer.body;
    let body = match verdict.delivery {
        Delivery::AtOnce => Body::from(whole),
        Delivery::Delayed => {
            tokio::time::sleep(verdict.delay).await;
            Body::from(whole)
        }
        Delivery::Closed => {
            tokio::spawn(async move {
                tokio::time::sleep(verdict.delay).await;
                link.end(End::Close);
            });
            Body::from(whole)
        }
        Delivery::Drip => Body::new(DripBody { rest: whole, pace: interval(Duration::from_secs(1)) }),
        Delivery::Truncated => {
            Body::new(TruncatedBody { claimed: whole.len() as u64, part: Some(whole.slice(..whole.len() / 2)), link })
        }
        Delivery::Never => std::future::pending().await,
        Delivery::Reset => {
            link.end(End::Reset);
            std::future::pending().await
        }
    };
    let mut response = Response::new(body);
    *response.status_mut() = answer.status;
    response.headers_mut().extend(answer.headers);
    response
}

/// One byte a second.
struct DripBody {
    rest: Bytes,
    pace: Interval,
}

impl hyper::body::Body for DripBody {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        ready!(self.pace.poll_tick(context));
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(1)))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}

/// Less than it claims.
struct TruncatedBody {
    claimed: u64,
    part: Option<Bytes>,
    link: Arc<Link>,
}

impl hyper::body::Body for TruncatedBody {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match self.part.take() {
            Some(part) => Poll::Ready(Some(Ok(Frame::data(part)))),
            None => {
                // hyper flushes what it has when a body has nothing to give, before the owner of the
                // connection gets its turn to end it.
                self.link.end(End::Close);
                Poll::Pending
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.claimed)
    }
}
