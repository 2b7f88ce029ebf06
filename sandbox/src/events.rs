//! Live updates for the pages, as server-sent events.
//!
//! A reader has no queue: whenever it can take more, it gets what changed since the last time, as one event. So what a
//! reader costs does not depend on how much happens, and one that is slow sees the newest and is told how many it missed.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use hyper::body::{Bytes, Frame};
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use crate::armed::Armed;
use crate::journal::{Entry, Sms};
use crate::link::{End, Link};
use crate::operations::{Operation, Since, State as Progress};
use crate::state::{Records, Sandbox};

/// As many pages can be open at once.
pub const READERS: usize = 32;
/// So long nothing is sent after an event: a page is not to draw more often.
const PAUSE: Duration = Duration::from_millis(100);
/// A reader that takes nothing for so long is dropped; it may come again.
const PATIENCE: Duration = Duration::from_secs(5);
/// So often a connection shows that it is alive, even if nothing happens.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// As many of each kind are in one event: the newest.
const MOST: usize = 250;
/// About as many bytes of each kind.
const MOST_BYTES: usize = 512 << 10;

/// The places of the readers.
#[derive(Clone)]
pub struct Readers(Arc<Semaphore>);

impl Readers {
    pub fn new() -> Self {
        Self(Arc::new(Semaphore::new(READERS)))
    }
}

pub async fn events(
    State(sandbox): State<Arc<Sandbox>>,
    Extension(readers): Extension<Readers>,
    Extension(link): Extension<Arc<Link>>,
) -> Response {
    let Ok(place) = readers.0.try_acquire_owned() else {
        return (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "5")], "too many pages are open\n").into_response();
    };
    let (to, from) = mpsc::channel(1);
    tokio::spawn(feed(sandbox, to, link, place));
    ([(CONTENT_TYPE, "text/event-stream")], Body::new(Feed(from))).into_response()
}

struct Feed(mpsc::Receiver<Bytes>);

impl hyper::body::Body for Feed {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.0.poll_recv(context).map(|text| text.map(|text| Ok(Frame::data(text))))
    }
}

async fn feed(sandbox: Arc<Sandbox>, to: mpsc::Sender<Bytes>, link: Arc<Link>, _place: OwnedSemaphorePermit) {
    let mut changes = sandbox.changes();
    let mut seen = None;
    loop {
        changes.mark_unchanged();
        let news = News::since(&mut seen, &sandbox.records());
        let text = match news {
            Some(news) => news.event(),
            None => Bytes::from_static(b": nothing new\n\n"),
        };
        match tokio::time::timeout(PATIENCE, to.send(text)).await {
            Ok(Ok(())) => {}
            // It has left.
            Ok(Err(_)) => return,
            Err(_) => return link.end(End::Reset),
        }
        tokio::select! {
            () = to.closed() => return,
            () = async {
                tokio::time::sleep(PAUSE).await;
                _ = tokio::time::timeout(HEARTBEAT, changes.changed()).await;
            } => {}
        }
    }
}

/// How much a reader has seen.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Seen {
    generation: u64,
    requests: u64,
    sms: u64,
    operations: u64,
    next: u64,
}

impl Seen {
    fn all(records: &Records) -> Self {
        Self {
            generation: records.generation,
            requests: records.journal.entries.pushed(),
            sms: records.sms.pushed(),
            operations: records.operations.changes,
            next: records.next.changes,
        }
    }
}

/// What is new to a reader.
#[derive(Serialize)]
struct News {
    /// Everything before this is to be forgotten.
    fresh: bool,
    /// Requests since the start.
    served: u64,
    /// Oldest first.
    #[serde(serialize_with = "refs")]
    requests: Vec<Arc<Entry>>,
    /// How many requests there were between the last event and the first of these.
    missed: u64,
    #[serde(serialize_with = "refs")]
    sms: Vec<Arc<Sms>>,
    /// Newest first, those that changed.
    operations: Vec<OperationView>,
    /// All that is armed, if that changed.
    next: Option<Vec<Armed>>,
}

fn refs<T: Serialize, S: serde::Serializer>(items: &[Arc<T>], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(items.iter().map(|item| &**item))
}

impl News {
    /// None if there is none; the first time there always is.
    fn since(seen: &mut Option<Seen>, records: &Records) -> Option<Self> {
        let now = Seen::all(records);
        let before = seen.replace(now);
        if before == Some(now) {
            return None;
        }
        let before = before.filter(|before| before.generation == now.generation);
        let last = before.unwrap_or(Seen { generation: 0, requests: 0, sms: 0, operations: 0, next: 0 });
        let requests = records.journal.entries.since(last.requests, MOST, MOST_BYTES);
        Some(Self {
            fresh: before.is_none(),
            served: records.served(),
            missed: before.map_or(0, |before| now.requests - before.requests - requests.len() as u64),
            requests,
            sms: records.sms.since(last.sms, MOST, MOST_BYTES),
            operations: records.operations.changed_since(last.operations).take(MOST).map(OperationView::new).collect(),
            next: (before.is_none() || last.next != now.next).then(|| records.next.all()),
        })
    }

    fn event(&self) -> Bytes {
        let mut text = b"data: ".to_vec();
        // JSON has no line breaks of its own, which would end the line.
        serde_json::to_writer(&mut text, self).expect("string keys only");
        text.extend_from_slice(b"\n\n");
        text.into()
    }
}

/// An operation as it is shown. Its token and session are whole: they are what one wants to copy.
#[derive(Serialize)]
pub struct OperationView {
    number: u64,
    state: Progress,
    otp_token: String,
    session_id: String,
    cooldown_ms: u64,
    cooldown_left_ms: u64,
    limit: u32,
    session_ttl_ms: u64,
    resends: u32,
    /// Oldest first, the current one last.
    tokens: Vec<Since<String>>,
    sessions: Vec<Since<String>>,
}

impl OperationView {
    pub fn new(operation: &Operation) -> Self {
        let sessions = operation.sessions.iter();
        Self {
            number: operation.number,
            state: operation.state,
            otp_token: operation.token().to_owned(),
            session_id: operation.current_session().to_string(),
            cooldown_ms: milliseconds(operation.rules.cooldown),
            cooldown_left_ms: milliseconds(operation.cooldown_left(Instant::now())),
            limit: operation.rules.limit,
            session_ttl_ms: milliseconds(operation.rules.session_ttl),
            resends: operation.resends,
            tokens: operation.tokens.iter().cloned().collect(),
            sessions: sessions.map(|it| Since { value: it.value.to_string(), time: it.time.clone() }).collect(),
        }
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
