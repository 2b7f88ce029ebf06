//! Everything that the requests share.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde::Serialize;
use tokio::sync::watch;
use uuid::Uuid;

use crate::answers::random_below;
use crate::armed::{Armed, Next};
use crate::clock::timestamp;
use crate::config::{Config, NewOperation};
use crate::flags::Flags;
use crate::journal::{Entry, Journal, Kept, Sms};
use crate::operations::Operations;

/// The state of the server.
pub struct Sandbox {
    pub flags: Flags,
    pub place: Place,
    config: Config,
    records: Mutex<Records>,
    /// Tells those who wait that the records changed.
    changed: watch::Sender<()>,
    connections: AtomicU64,
    open: AtomicU64,
    tls_failures: AtomicU64,
}

/// Where clients find it.
#[derive(Debug, Clone, Serialize)]
pub struct Place {
    pub http: String,
    pub https: String,
    pub ca_file: PathBuf,
}

/// What is changed under one lock, so that the journal shows what happened in its order.
#[derive(Default)]
pub struct Records {
    pub operations: Operations,
    pub journal: Journal,
    pub sms: Kept<Sms>,
    pub next: Next,
    /// Rises when something is cleared, so that those who show it begin again.
    pub generation: u64,
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

/// Appends a line, whole or not at all, even if the process is killed meanwhile: a write may end early only between two
/// pages of memory, so blanks before the line keep it within one.
fn append_line(file: &mut File, mut line: Vec<u8>) -> io::Result<()> {
    const PAGE: usize = 4096;
    line.push(b'\n');
    let used = usize::try_from(file.metadata()?.len() % PAGE as u64).unwrap_or_default();
    if used + line.len() > PAGE {
        file.write_all(&vec![b' '; PAGE - used])?;
    }
    file.write_all(&line)
}

impl Sandbox {
    /// The error is a sentence for a person.
    pub fn new(flags: Flags, config: Config, place: Place) -> Result<Self, String> {
        let append = |folder| {
            let file = Path::join(folder, "journal.jsonl");
            let opened = File::options().create(true).append(true).open(&file);
            opened.map_err(|error| format!("{}: {error}", file.display()))
        };
        let file = flags.keep.as_deref().map(append).transpose()?;
        let mut records = Records { file, ..Records::default() };
        records.set_up(&config, &flags)?;
        Ok(Self {
            flags,
            place,
            config,
            records: Mutex::new(records),
            changed: watch::Sender::new(()),
            connections: AtomicU64::new(0),
            open: AtomicU64::new(0),
            tls_failures: AtomicU64::new(0),
        })
    }

    /// The records, to look at.
    pub fn records(&self) -> MutexGuard<'_, Records> {
        // A panic elsewhere leaves the records whole: every change is a push or an insert.
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the records, and wakes those who wait for that.
    pub fn change<T>(&self, change: impl FnOnce(&mut Records) -> T) -> T {
        let result = change(&mut self.records());
        self.changed.send_replace(());
        result
    }

    pub fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Forgets everything but the counters of connections, and does again what the configuration says.
    pub fn reset(&self) {
        self.change(|records| {
            records.operations = Operations::default();
            records.next.disarm(None);
            records.clear_requests();
            records.clear_sms();
            records.problems.clear();
            records.served = 0;
            records.set_up(&self.config, &self.flags).expect("it was right at the start");
        });
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
            problems: records.problems.matching(|_| true).iter().map(|report| (**report).clone()).collect(),
        }
    }
}

impl Records {
    fn set_up(&mut self, config: &Config, flags: &Flags) -> Result<(), String> {
        for (at, operation) in config.operations.iter().enumerate() {
            self.open(operation, flags).map_err(|error| format!("operations[{at}].{error}"))?;
        }
        for (at, step) in config.next.iter().enumerate() {
            let armed = Armed::from_step(step, None).and_then(|armed| self.next.arm(armed));
            armed.map_err(|error| format!("next[{at}].{error}"))?;
        }
        Ok(())
    }

    /// Opens an operation; nothing is changed if something about it is wrong.
    pub fn open(&mut self, new: &NewOperation, flags: &Flags) -> Result<(String, Uuid), String> {
        // Those of the script are for an operation that has no number yet: first see that they are right.
        self.next.has_room(new.script.len()).map_err(|error| format!("script: {error}"))?;
        for step in &new.script {
            Armed::from_step(step, None).map_err(|error| format!("script: {error}"))?;
        }
        let (number, token, session) =
            self.operations.open(new.rules(flags), new.otp_token.clone(), new.session_id, Instant::now())?;
        for step in &new.script {
            self.next.arm(Armed::from_step(step, Some(number))?)?;
        }
        Ok((token, session))
    }

    /// Writes a request into the journal, and its text message if one goes out. `token` is the whole one.
    pub fn record(&mut self, mut entry: Entry, token: Option<&str>) {
        self.served += 1;
        entry.seq = self.served;
        entry.time = timestamp();
        if entry.sms {
            let code = format!("{:06}", random_below(1_000_000));
            self.sms.push(Sms {
                time: entry.time.clone(),
                phone: "+90 5** *** ** 34",
                text: format!("Masterpass kart doğrulama şifreniz: {code}. Şifrenizi kimseyle paylaşmayınız."),
                request_id: entry.request_id.clone(),
                code,
                seq: entry.seq,
            });
        }
        let entry = self.journal.push(entry, token);
        if let Some(file) = &mut self.file {
            let line = serde_json::to_vec(&*entry).expect("an entry has string keys only");
            if let Err(error) = append_line(file, line) {
                eprintln!("paywall-sandbox: the journal cannot be written: {error}");
                // What it cannot account for it must not answer.
                std::process::exit(1);
            }
        }
    }

    pub fn clear_requests(&mut self) {
        self.journal.clear();
        self.generation += 1;
    }

    pub fn clear_sms(&mut self) {
        self.sms.clear();
        self.generation += 1;
    }

    pub fn served(&self) -> u64 {
        self.served
    }
}
