//! A program that serves until the test ends.

use std::ffi::OsStr;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::apart::{LISTENS, sockets};
use crate::process::temporary;

/// How long a program may take to begin to serve, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Daemon {
    name: String,
    process: Child,
    log: PathBuf,
}

impl Daemon {
    /// Starts it. All that it prints is its log.
    pub fn start(program: &str, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        let log = temporary(&format!("{program}.log"));
        let file = std::fs::OpenOptions::new().create(true).append(true).open(&log).unwrap();
        let process = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| panic!("{program}: {error}"));
        Daemon { name: program.to_owned(), process, log }
    }

    /// The same, once it accepts connections at this port.
    pub fn serving(program: &str, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>, port: u16) -> Self {
        let is_served = || {
            let mut all = sockets("tcp").into_iter().chain(sockets("tcp6"));
            all.any(|socket| socket.state == LISTENS && socket.local_port == port)
        };
        let begun = Instant::now();
        while is_served() {
            // The workers of the one before are about to end.
            assert!(begun.elapsed() < PATIENCE, "{program}: another program has the port {port}");
            std::thread::sleep(Duration::from_millis(5));
        }
        let mut daemon = Self::start(program, arguments);
        daemon.wait_until(&format!("it listens at port {port}"), |_| is_served());
        daemon
    }

    /// Waits for an event, which `what` names.
    pub fn wait_until(&mut self, what: &str, mut happened: impl FnMut(&Self) -> bool) {
        let begun = Instant::now();
        while !happened(self) {
            let ended = self.process.try_wait().unwrap();
            assert!(ended.is_none(), "{} ended before {what}: {ended:?}", self.name);
            assert!(begun.elapsed() < PATIENCE, "{}: {what}: not within {PATIENCE:?}", self.name);
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// What it printed so far.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap()).into_owned()
    }

    /// Types something at its terminal.
    pub fn type_in(&mut self, text: &[u8]) {
        self.process.stdin.as_mut().unwrap().write_all(text).unwrap();
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // Its workers too.
        // SAFETY: a signal to the group that was made for it, whose leader has not been waited for.
        unsafe { libc::kill(-self.process.id().cast_signed(), libc::SIGKILL) };
        _ = self.process.wait();
        if std::thread::panicking() {
            eprintln!("--- {} printed:\n{}---", self.name, self.log());
        }
        _ = std::fs::remove_file(&self.log);
    }
}

/// Writes a file of the test, and gives its path.
pub fn file(name: &str, content: impl AsRef<[u8]>) -> String {
    let path = temporary(name);
    std::fs::write(&path, content).unwrap();
    path.into_os_string().into_string().unwrap()
}
