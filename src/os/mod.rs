//! The few functions of the operating system that the standard library does not offer.

mod own_socket;
mod per_process;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

pub(crate) use own_socket::OwnSocket;
pub(crate) use per_process::PerProcess;
#[cfg(unix)]
use unix as platform;
#[cfg(windows)]
use windows as platform;

use std::ffi::CStr;
use std::io;
use std::net::{IpAddr, TcpStream};
use std::time::Duration;

/// What a socket is waited for. An error of the socket counts as both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Readiness {
    pub(crate) read: bool,
    pub(crate) write: bool,
}

/// Waits until the socket is ready for one of `wanted`, or `timeout` passed, or a signal came: then nothing is ready.
pub(crate) fn wait(socket: &TcpStream, wanted: Readiness, timeout: Duration) -> io::Result<Readiness> {
    platform::wait(socket, wanted, milliseconds(timeout))
}

/// Waits until one of these sockets, which are being connected, may have got further, or `timeout` passed, or a signal
/// came. On Windows it also returns now and then for no reason.
pub(crate) fn wait_for_progress(connecting: &[&TcpStream], timeout: Duration) -> io::Result<()> {
    platform::wait_for_progress(connecting, milliseconds(timeout))
}

/// Rounded up: waking early would only spin.
fn milliseconds(timeout: Duration) -> i32 {
    timeout.as_micros().div_ceil(1000).min(i32::MAX as u128) as i32
}

/// A kind of IP address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Family {
    V4,
    V6,
}

/// Why a name has no addresses of a family.
#[derive(Clone, Debug)]
pub(crate) struct NoAddress {
    /// In the words of the system.
    pub(crate) reason: String,
    /// The resolver knows that there are none. Otherwise it could not find out.
    pub(crate) is_certain: bool,
}

/// Asks the system's resolver for the addresses of a name that belong to `family`. May take long.
pub(crate) fn look_up(name: &CStr, family: Family) -> Result<Vec<IpAddr>, NoAddress> {
    platform::look_up(name, family)
}

/// The time since the machine was started, the time that it slept included: [`std::time::Instant`] stands still then.
pub(crate) fn uptime() -> Duration {
    platform::uptime()
}

/// Starts a thread that handles none of the host's signals.
pub(crate) fn spawn(name: &CStr, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    platform::spawn(name, work)
}

/// Counts the forks that led to this process.
pub(crate) fn generation() -> u64 {
    platform::generation()
}

/// Does work in the C library that takes locks of its own: a fork waits for it, so that no child inherits them locked.
pub(crate) fn between_forks<T>(work: impl FnOnce() -> T) -> T {
    platform::between_forks(work)
}

/// Makes sure that the library's code stays in memory: a thread that resolves a name may outlive the last call.
pub(crate) fn stay_loaded() {
    platform::stay_loaded();
}
