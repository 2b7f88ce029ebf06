//! POSIX: poll, fork handlers, signal masks.

use std::io;
use std::mem::MaybeUninit;
use std::net::TcpStream;
use std::os::fd::AsRawFd;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::Builder;

use super::Readiness;

pub(super) fn wait(socket: &TcpStream, wanted: Readiness, milliseconds: i32) -> io::Result<Readiness> {
    let mut events = 0;
    if wanted.read {
        events |= libc::POLLIN;
    }
    if wanted.write {
        events |= libc::POLLOUT;
    }
    let mut entry = libc::pollfd { fd: socket.as_raw_fd(), events, revents: 0 };
    // SAFETY: `entry` is one valid pollfd that outlives the call.
    if unsafe { libc::poll(&raw mut entry, 1, milliseconds) } < 0 {
        return match io::Error::last_os_error() {
            interrupted if interrupted.kind() == io::ErrorKind::Interrupted => Ok(Readiness::default()),
            other => Err(other),
        };
    }
    let failed = entry.revents & (libc::POLLERR | libc::POLLHUP | libc::POLLNVAL) != 0;
    Ok(Readiness {
        read: wanted.read && (failed || entry.revents & libc::POLLIN != 0),
        write: wanted.write && (failed || entry.revents & libc::POLLOUT != 0),
    })
}

pub(super) fn spawn(builder: Builder, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let mut everything = MaybeUninit::<libc::sigset_t>::uninit();
    let mut before = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: both point to room for one signal set; `sigfillset` initialises the first before it is read, and
    // `pthread_sigmask` changes the mask of the calling thread only.
    unsafe {
        libc::sigfillset(everything.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_SETMASK, everything.as_ptr(), before.as_mut_ptr());
    }
    // The new thread inherits the mask, so the host's handlers run on the host's threads only.
    let spawned = builder.spawn(work);
    // SAFETY: the call above initialised `before`: it cannot fail with a valid first argument.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), ptr::null_mut()) };
    spawned.map(drop)
}

static GENERATION: AtomicU64 = AtomicU64::new(0);
static HANDLED: AtomicBool = AtomicBool::new(false);

extern "C" fn in_child() {
    GENERATION.fetch_add(1, Ordering::Release);
}

pub(super) fn generation() -> u64 {
    // Not a `Once`: a fork in the midst of it would leave the child waiting for a thread that it does not have.
    // Two threads that come here at once register twice, and a child then counts two generations: no harm.
    if !HANDLED.load(Ordering::Acquire) {
        // SAFETY: the handler only adds to an atomic number, and the library is never unloaded. Out of memory, the
        // only failure, would leave forks unseen; Rust would abort at its next allocation anyway.
        unsafe { libc::pthread_atfork(None, None, Some(in_child)) };
        HANDLED.store(true, Ordering::Release);
    }
    GENERATION.load(Ordering::Acquire)
}

/// The linker was told `-z nodelete`.
pub(super) fn stay_loaded() {}
