//! Everything that the requests share.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::answers::random_below;
use crate::flags::Flags;
use crate::journal::{Entry, Kept, Sms, timestamp};
use crate::operations::Operations;

/// The state of the server.
pub struct Sandbox {
    pub flags: Flags,
    records: Mutex<Records>,
    connections: AtomicU64,
    open: AtomicU64,
    tls_failures: AtomicU64,
}

/// What is changed under one lock, so that the journal shows what happened in its order.
#[derive(Default)]
pub struct Records {
    pub operations: Operations,
    pub requests: Kept<Entry>,
    pub sms: Kept<Sms>,
    /// The journal of all requests, if one is kept.
    file: Option<File>,
    served: u64,
    problems: Kept<String>,
}

/// Numbers since the start; clearing the journal does not change them.
#[derive(Serialize)]
pub struct Stats {
    /// Connections accepted, those for the control endpoints included.
    connections: u64,
    /// Connections open now.
    open: u64,
    /// Requests to the service, without the control endpoints.
    requests: u64,
    /// Connections that ended within the TLS handshake.
    tls_failures: u64,
    /// What went wrong on connections; most of it is a client that left.
    problems: Vec<String>,
}

impl Sandbox {
    pub fn new(flags: Flags) -> io::Result<Self> {
        let append = |folder| File::options().create(true).append(true).open(Path::join(folder, "journal.jsonl"));
        let file = flags.keep.as_deref().map(append).transpose()?;
        Ok(Self {
            flags,
            records: Mutex::new(Records { file, ..Records::default() }),
            connections: AtomicU64::new(0),
            open: AtomicU64::new(0),
            tls_failures: AtomicU64::new(0),
        })
    }

    pub fn records(&self) -> MutexGuard<'_, Records> {
        // A panic elsewhere leaves the records whole: every change is a push or an insert.
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a connection and gives it its number.
    pub fn connection_opened(&self) -> u64 {
        self.open.fetch_add(1, Ordering::SeqCst);
        self.connections.fetch_add(1, Ordering::SeqCst) + 1
    }

    pub fn connection_closed(&self) {
        self.open.fetch_sub(1, Ordering::SeqCst);
    }

    pub fn tls_failed(&self, connection: u64, error: &std::io::Error) {
        self.tls_failures.fetch_add(1, Ordering::SeqCst);
        self.problem(format!("connection {connection}: TLS handshake: {error}"));
    }

    /// Keeps the report of a failure for `/__sandbox/stats`. It does not go to stderr: a test run that
    /// never reads that pipe would stop the server.
    pub fn problem(&self, report: String) {
        self.records().problems.push(report);
    }

    pub fn stats(&self) -> Stats {
        let records = self.records();
        Stats {
            connections: self.connections.load(Ordering::SeqCst),
            open: self.open.load(Ordering::SeqCst),
            requests: records.served,
            tls_failures: self.tls_failures.load(Ordering::SeqCst),
            problems: records.problems.matching(|_| true),
        }
    }
}

impl Records {
    /// Writes a request into the journal, and its text message if one goes out.
    pub fn record(&mut self, mut entry: Entry) {
        self.served += 1;
        entry.seq = self.served;
        entry.time = timestamp();
        if entry.sms {
            let code = random_below(1_000_000);
            self.sms.push(Sms {
                time: entry.time.clone(),
                phone: "+90 5** *** ** 34",
                text: format!("Masterpass kart doğrulama şifreniz: {code:06}. Şifrenizi kimseyle paylaşmayınız."),
                request_id: entry.request_id.clone(),
            });
        }
        if let Some(file) = &mut self.file {
            let mut line = serde_json::to_vec(&entry).expect("an entry has string keys only");
            line.push(b'\n');
            // In one piece, so that a process that is killed leaves no half of a line.
            if let Err(error) = file.write_all(&line) {
                eprintln!("paywall-sandbox: the journal cannot be written: {error}");
                // What it cannot account for it must not answer.
                std::process::exit(1);
            }
        }
        self.requests.push(entry);
    }
}
