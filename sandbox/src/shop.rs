//! The shop's side of `/shop`: a resend through libpaywall, in this process and over https, as a shop's server makes it.

use std::sync::{Arc, OnceLock};

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Extension, Router};
use paywall::{Client, Config};
use serde::Deserialize;
use tokio::sync::Semaphore;

use crate::armed::Armed;
use crate::control::{Body, complaint};
use crate::state::Sandbox;

/// A person waits for the answer.
pub const TIMEOUT_MS: u32 = 4_000;
/// As many calls can be made at once: each holds a thread.
const CALLS: usize = 8;

pub fn routes() -> Router<Arc<Sandbox>> {
    Router::new().route("/__sandbox/shop/resend", post(resend)).layer(Extension(Arc::new(Shop::new())))
}

struct Shop {
    client: OnceLock<Client>,
    calls: Arc<Semaphore>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Press {
    token: String,
    session: String,
    /// What this press comes to, if not what the rules say.
    outcome: Option<String>,
}

impl Shop {
    fn new() -> Self {
        Self { client: OnceLock::new(), calls: Arc::new(Semaphore::new(CALLS)) }
    }

    /// Made at the first press: nobody waits for it at the start.
    fn client(&self, sandbox: &Sandbox) -> Result<&Client, String> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let client = client(sandbox).map_err(|outcome| outcome.message.clone())?;
        Ok(self.client.get_or_init(|| client))
    }
}

fn client(sandbox: &Sandbox) -> Result<Client, Box<paywall::Outcome>> {
    let mut config = Config::new();
    config.set("base_url", &sandbox.place.https)?;
    config.set("api_key", &sandbox.flags.api_key)?;
    config.set("api_client", &sandbox.flags.api_client)?;
    config.set("ca_file", &sandbox.place.ca_file.to_string_lossy())?;
    config.set("timeout_ms", &TIMEOUT_MS.to_string())?;
    config.set("app", concat!("sandbox-shop/", env!("CARGO_PKG_VERSION")))?;
    Client::new(&config)
}

async fn resend(
    State(sandbox): State<Arc<Sandbox>>,
    Extension(shop): Extension<Arc<Shop>>,
    Body(press): Body<Press>,
) -> Response {
    let Ok(call) = shop.calls.clone().try_acquire_owned() else {
        return complaint(StatusCode::TOO_MANY_REQUESTS, "the shop has its hands full: too many presses at once");
    };
    if let Some(outcome) = &press.outcome {
        let armed = sandbox.change(|records| {
            let operation = records.operations.number_of(&press.token).ok_or("token: no operation has it")?;
            let armed = Armed::new(outcome, 1, Some(operation))?;
            // Left over from a press that never came.
            records.next.disarm(Some(operation));
            records.next.arm(armed)
        });
        if let Err(error) = armed {
            return complaint(StatusCode::BAD_REQUEST, &error);
        }
    }
    let called = tokio::task::spawn_blocking(move || {
        let _call = call;
        shop.client(&sandbox).map(|client| client.resend_otp(&press.token, &press.session).to_json())
    });
    match called.await {
        Ok(Ok(document)) => ([(CONTENT_TYPE, "application/json")], document).into_response(),
        Ok(Err(error)) => complaint(StatusCode::INTERNAL_SERVER_ERROR, &error),
        Err(error) => complaint(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}
