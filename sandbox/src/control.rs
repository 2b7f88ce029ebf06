//! The control endpoints. They need no credentials and are in no journal.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{FromRequest, FromRequestParts, Path, State};
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Json, Router};
use hyper::body::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::armed::Armed;
use crate::config::NewOperation;
use crate::events::OperationView;
use crate::export::{entries_table, har, json_lines, sms_table};
use crate::journal::{Entry, KEPT, Sms};
use crate::openapi::{self, LONGEST_WAIT_MS};
use crate::operations::Act;
use crate::outcomes::{Magic, TABLE};
use crate::state::{Sandbox, Stats};

/// How long `wait` waits, unless the request says it.
const WAIT_MS: u64 = 5_000;

/// The routes of this module.
pub fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/__sandbox/operation", post(open_operation))
        .route("/__sandbox/operations", get(operations))
        .route("/__sandbox/operations/{number}", get(operation))
        .route("/__sandbox/operations/{number}/{act}", post(act))
        .route("/__sandbox/next", get(next).post(arm).delete(disarm))
        .route("/__sandbox/requests", get(requests).delete(clear_requests))
        .route("/__sandbox/requests/{seq}", get(request))
        .route("/__sandbox/wait", get(wait))
        .route("/__sandbox/sms", get(sms).delete(clear_sms))
        .route("/__sandbox/reset", post(reset))
        .route("/__sandbox/tokens", get(tokens))
        .route("/__sandbox/stats", get(stats))
        .route("/__sandbox/openapi.json", get(description))
        .route("/__sandbox/{*rest}", any(nothing_here))
}

// --- operations ---

async fn open_operation(State(sandbox): State<Arc<Sandbox>>, Body(new): Body<NewOperation>) -> Response {
    match sandbox.change(|records| records.open(&new, &sandbox.flags)) {
        Ok((otp_token, session_id)) => Json(json!({"otp_token": otp_token, "session_id": session_id})).into_response(),
        Err(error) => complaint(StatusCode::BAD_REQUEST, &error),
    }
}

async fn operations(State(sandbox): State<Arc<Sandbox>>) -> Json<Vec<OperationView>> {
    Json(sandbox.records().operations.changed_since(0).map(OperationView::new).collect())
}

async fn operation(State(sandbox): State<Arc<Sandbox>>, At(number): At<u64>) -> Response {
    match sandbox.records().operations.get(number) {
        Some(operation) => Json(OperationView::new(operation)).into_response(),
        None => no_operation(),
    }
}

async fn act(State(sandbox): State<Arc<Sandbox>>, At((number, act)): At<(u64, Act)>) -> Response {
    let view = sandbox.change(|records| {
        records.operations.act(number, act, Instant::now());
        records.operations.get(number).map(OperationView::new)
    });
    view.map_or_else(no_operation, |view| Json(view).into_response())
}

fn no_operation() -> Response {
    complaint(StatusCode::NOT_FOUND, "no such operation; GET /__sandbox/operations lists them")
}

// --- what happens next ---

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Arm {
    outcome: String,
    #[serde(default = "once")]
    times: u32,
    token: Option<String>,
}

fn once() -> u32 {
    1
}

async fn next(State(sandbox): State<Arc<Sandbox>>) -> Json<Vec<Armed>> {
    Json(sandbox.records().next.all())
}

async fn arm(State(sandbox): State<Arc<Sandbox>>, Body(arm): Body<Arm>) -> Response {
    let armed = sandbox.change(|records| {
        let number = arm.token.as_deref().map(|token| records.operations.number_of(token));
        if number == Some(None) {
            return Err(
                "token: no operation has it; without it, the outcome is for the next requests of all".to_owned()
            );
        }
        records.next.arm(Armed::new(&arm.outcome, arm.times, number.flatten())?)?;
        Ok(records.next.all())
    });
    match armed {
        Ok(all) => Json(all).into_response(),
        Err(error) => complaint(StatusCode::BAD_REQUEST, &error),
    }
}

async fn disarm(State(sandbox): State<Arc<Sandbox>>) -> StatusCode {
    sandbox.change(|records| records.next.disarm(None));
    StatusCode::NO_CONTENT
}

// --- the journal and the messages ---

/// The query of the endpoints that list requests.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listing {
    request_id: Option<String>,
    token: Option<String>,
    outcome: Option<String>,
    operation: Option<u64>,
    limit: Option<usize>,
    format: Option<Format>,
}

/// The query of the messages.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Messages {
    request_id: Option<String>,
    format: Option<MessageFormat>,
}

/// The query of `wait`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wait {
    requests: usize,
    timeout_ms: Option<u64>,
    request_id: Option<String>,
    token: Option<String>,
    outcome: Option<String>,
    operation: Option<u64>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Format {
    Json,
    Text,
    Jsonl,
    Har,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum MessageFormat {
    Json,
    Text,
}

/// Which requests are wanted.
struct Filter {
    request_id: Option<String>,
    /// Shortened, as the journal has it: the beginning of a token is enough, the whole one is too.
    token: Option<String>,
    outcome: Option<String>,
    operation: Option<u64>,
}

impl Filter {
    fn wants(&self, entry: &Entry) -> bool {
        let token = |wanted: &String| {
            let shown = entry.token.as_deref().unwrap_or_default();
            let start = shown.strip_suffix('…').unwrap_or(shown);
            !start.is_empty() && (wanted.starts_with(start) || start.starts_with(wanted.as_str()))
        };
        (self.request_id.is_none() || self.request_id == entry.request_id)
            && self.token.as_ref().is_none_or(token)
            && self.outcome.as_ref().is_none_or(|outcome| *outcome == entry.outcome)
            && (self.operation.is_none() || self.operation == entry.operation)
    }
}

fn accepts_text(headers: &HeaderMap) -> bool {
    headers.get(ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(b"text/plain"))
}

fn plain(text: String) -> Response {
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

fn list<T: Serialize>(items: &[Arc<T>]) -> Response {
    Json(items.iter().map(|item| &**item).collect::<Vec<_>>()).into_response()
}

async fn requests(State(sandbox): State<Arc<Sandbox>>, Query(listing): Query<Listing>, headers: HeaderMap) -> Response {
    let Listing { request_id, token, outcome, operation, limit, format } = listing;
    let filter = Filter { request_id, token, outcome, operation };
    let mut entries = sandbox.records().journal.entries.matching(|entry| filter.wants(entry));
    if let Some(limit) = limit {
        entries.drain(..entries.len().saturating_sub(limit));
    }
    match format.unwrap_or(if accepts_text(&headers) { Format::Text } else { Format::Json }) {
        Format::Json => list(&entries),
        Format::Text => plain(entries_table(&entries)),
        Format::Jsonl => ([(CONTENT_TYPE, "application/jsonl; charset=utf-8")], json_lines(&entries)).into_response(),
        Format::Har => Json(har(&entries)).into_response(),
    }
}

async fn request(State(sandbox): State<Arc<Sandbox>>, At(seq): At<u64>) -> Response {
    let found = sandbox.records().journal.entries.find(|entry| entry.seq == seq);
    match found {
        Some(entry) => Json(entry.detail()).into_response(),
        None => complaint(StatusCode::NOT_FOUND, "the journal has no such request"),
    }
}

async fn wait(State(sandbox): State<Arc<Sandbox>>, Query(wait): Query<Wait>) -> Response {
    let Wait { requests, timeout_ms, request_id, token, outcome, operation } = wait;
    let timeout_ms = timeout_ms.unwrap_or(WAIT_MS);
    if !(1..=KEPT).contains(&requests) || timeout_ms > LONGEST_WAIT_MS {
        let rule = format!("requests: 1 to {KEPT}; timeout_ms: 0 to {LONGEST_WAIT_MS}");
        return complaint(StatusCode::BAD_REQUEST, &rule);
    }
    let filter = Filter { request_id, token, outcome, operation };
    let mut changes = sandbox.changes();
    let deadline = tokio::time::sleep(Duration::from_millis(timeout_ms));
    tokio::pin!(deadline);
    loop {
        changes.mark_unchanged();
        let entries = sandbox.records().journal.entries.matching(|entry| filter.wants(entry));
        if entries.len() >= requests {
            return list(&entries);
        }
        tokio::select! {
            _ = changes.changed() => {}
            () = &mut deadline => {
                let error = format!("{} of {requests} requests came within {timeout_ms} ms", entries.len());
                return complaint(StatusCode::REQUEST_TIMEOUT, &error);
            }
        }
    }
}

async fn sms(State(sandbox): State<Arc<Sandbox>>, Query(query): Query<Messages>, headers: HeaderMap) -> Response {
    let wanted = |sms: &Sms| query.request_id.is_none() || query.request_id == sms.request_id;
    let messages = sandbox.records().sms.matching(wanted);
    let by_header = if accepts_text(&headers) { MessageFormat::Text } else { MessageFormat::Json };
    match query.format.unwrap_or(by_header) {
        MessageFormat::Json => list(&messages),
        MessageFormat::Text => plain(sms_table(&messages)),
    }
}

async fn clear_requests(State(sandbox): State<Arc<Sandbox>>) -> StatusCode {
    sandbox.change(|records| records.clear_requests());
    StatusCode::NO_CONTENT
}

async fn clear_sms(State(sandbox): State<Arc<Sandbox>>) -> StatusCode {
    sandbox.change(|records| records.clear_sms());
    StatusCode::NO_CONTENT
}

// --- the rest ---

async fn reset(State(sandbox): State<Arc<Sandbox>>) -> StatusCode {
    sandbox.reset();
    StatusCode::NO_CONTENT
}

async fn tokens() -> Json<&'static [Magic]> {
    Json(&TABLE)
}

async fn stats(State(sandbox): State<Arc<Sandbox>>) -> Response {
    let stats: Stats = sandbox.stats();
    Json(stats).into_response()
}

async fn description(State(sandbox): State<Arc<Sandbox>>) -> Json<Value> {
    Json(openapi::description(&sandbox.place))
}

async fn nothing_here() -> Response {
    complaint(StatusCode::NOT_FOUND, "no such control endpoint; see GET /")
}

pub fn complaint(status: StatusCode, text: &str) -> Response {
    (status, Json(json!({"error": text}))).into_response()
}

// --- what comes in; each of these refuses with a sentence in JSON ---

/// A JSON body, whatever its content type is: this is for a quick curl. An empty one is `{}`.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Response;

    async fn from_request(request: axum::extract::Request, state: &S) -> Result<Self, Response> {
        let bytes = Bytes::from_request(request, state).await.map_err(IntoResponse::into_response)?;
        let text = match bytes.trim_ascii() {
            [] => b"{}",
            // Serde would take the members in their order from an array, too.
            text if !text.starts_with(b"{") => {
                return Err(complaint(StatusCode::BAD_REQUEST, "the body must be an object in JSON"));
            }
            text => text,
        };
        let refused = |error: serde_json::Error| complaint(StatusCode::BAD_REQUEST, &error.to_string());
        serde_json::from_slice(text).map(Self).map_err(refused)
    }
}

/// The query.
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let query = axum::extract::Query::from_request_parts(parts, state).await;
        query.map(|query| Self(query.0)).map_err(|error| complaint(StatusCode::BAD_REQUEST, &error.body_text()))
    }
}

/// What the path names; a path that names nothing is not found.
struct At<T>(T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for At<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let path = Path::from_request_parts(parts, state).await;
        path.map(|path| Self(path.0)).map_err(|error| complaint(StatusCode::NOT_FOUND, &error.body_text()))
    }
}
