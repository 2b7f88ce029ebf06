//! The control endpoints. They need no credentials and are in no journal.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Query, State};
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Json, Router};
use hyper::body::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::flags::Flags;
use crate::journal::{entries_table, sms_table};
use crate::operations::Rules;
use crate::page;
use crate::state::{Sandbox, Stats};
use crate::tokens::{Magic, TABLE};

/// The routes of this module.
pub fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/", get(async || Html(page::html())))
        .route("/__sandbox/operation", post(open_operation))
        .route("/__sandbox/requests", get(requests).delete(clear_requests))
        .route("/__sandbox/sms", get(sms).delete(clear_sms))
        .route("/__sandbox/tokens", get(tokens))
        .route("/__sandbox/stats", get(stats))
        .route("/__sandbox/{*rest}", any(nothing_here))
}

/// What the body of `POST /__sandbox/operation` may set; the flags say the rest.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Options {
    cooldown_ms: Option<u32>,
    limit: Option<u32>,
    session_ttl_ms: Option<u32>,
    session_expired: bool,
}

impl Options {
    fn rules(self, flags: &Flags) -> Rules {
        let or = |ms: Option<u32>, flag| ms.map_or(flag, |ms| Duration::from_millis(ms.into()));
        Rules {
            cooldown: or(self.cooldown_ms, flags.cooldown),
            limit: self.limit.unwrap_or(flags.limit),
            session_ttl: or(self.session_ttl_ms, flags.session_ttl),
            session_expired: self.session_expired,
        }
    }
}

async fn open_operation(State(sandbox): State<Arc<Sandbox>>, body: Bytes) -> Response {
    // Whatever its content type is: this is for a quick curl.
    let options = match body.trim_ascii() {
        [] => Ok(Options::default()),
        text => serde_json::from_slice(text),
    };
    match options {
        Ok(options) => {
            let rules = Options::rules(options, &sandbox.flags);
            let opened = sandbox.records().operations.open(rules, Instant::now());
            let (otp_token, session_id) = opened;
            Json(json!({"otp_token": otp_token, "session_id": session_id})).into_response()
        }
        Err(error) => complaint(StatusCode::BAD_REQUEST, &error.to_string()),
    }
}

/// The query of the endpoints that list something.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listing {
    request_id: Option<String>,
    format: Option<Format>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Format {
    Json,
    Text,
}

impl Listing {
    fn wants(&self, request_id: Option<&String>) -> bool {
        self.request_id.is_none() || self.request_id.as_ref() == request_id
    }

    fn answer<T: Serialize>(&self, headers: &HeaderMap, items: &[T], table: fn(&[T]) -> String) -> Response {
        let accepts_text = headers.get(ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(b"text/plain"));
        let by_header = if accepts_text { Format::Text } else { Format::Json };
        match self.format.unwrap_or(by_header) {
            Format::Json => Json(items).into_response(),
            Format::Text => {
                let plain = [(CONTENT_TYPE, "text/plain; charset=utf-8")];
                (plain, table(items)).into_response()
            }
        }
    }
}

async fn requests(State(sandbox): State<Arc<Sandbox>>, Query(listing): Query<Listing>, headers: HeaderMap) -> Response {
    let entries = sandbox.records().requests.matching(|entry| listing.wants(entry.request_id.as_ref()));
    listing.answer(&headers, &entries, entries_table)
}

async fn sms(State(sandbox): State<Arc<Sandbox>>, Query(listing): Query<Listing>, headers: HeaderMap) -> Response {
    let messages = sandbox.records().sms.matching(|sms| listing.wants(sms.request_id.as_ref()));
    listing.answer(&headers, &messages, sms_table)
}

async fn clear_requests(State(sandbox): State<Arc<Sandbox>>) -> StatusCode {
    sandbox.records().requests.clear();
    StatusCode::NO_CONTENT
}

async fn clear_sms(State(sandbox): State<Arc<Sandbox>>) -> StatusCode {
    sandbox.records().sms.clear();
    StatusCode::NO_CONTENT
}

async fn tokens() -> Json<&'static [Magic]> {
    Json(&TABLE)
}

async fn stats(State(sandbox): State<Arc<Sandbox>>) -> Json<Stats> {
    Json(sandbox.stats())
}

async fn nothing_here() -> Response {
    complaint(StatusCode::NOT_FOUND, "no such control endpoint; see GET /")
}

fn complaint(status: StatusCode, text: &str) -> Response {
    (status, Json(json!({"error": text}))).into_response()
}
