//! POSIX: poll, fork handlers, signal masks.

use std::ffi::{CStr, c_void};
use std::io;
use std::mem::MaybeUninit;
use std::net::TcpStream;
use std::os::fd::AsRawFd;
use std::panic::AssertUnwindSafe;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::Readiness;
use crate::panics;

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

/// A host that closed its standard streams may still print: what is said there must not reach the peer.
pub(super) fn off_the_standard_streams(stream: TcpStream) -> io::Result<TcpStream> {
    // The standard library duplicates to numbers above them.
    if stream.as_raw_fd() <= libc::STDERR_FILENO { stream.try_clone() } else { Ok(stream) }
}

/// What distinguishes one open socket from every other file: the device and the number of its inode.
pub(super) type Identity = (libc::dev_t, libc::ino_t);

pub(super) fn identity(socket: &TcpStream) -> io::Result<Identity> {
    let mut status = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: `status` is room for what the function writes if it succeeds.
    if unsafe { libc::fstat(socket.as_raw_fd(), status.as_mut_ptr()) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: `fstat` succeeded.
    let status = unsafe { status.assume_init() };
    Ok((status.st_dev, status.st_ino))
}

/// Not `std::thread`: each thread of its takes a lock when it starts, which a fork can leave locked in the child.
pub(super) fn spawn(name: &CStr, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    type Work = Box<dyn FnOnce() + Send>;

    extern "C" fn run(work: *mut c_void) -> *mut c_void {
        // SAFETY: `spawn` gave this thread, and nobody else, what `Box::into_raw` made of the work.
        let work = unsafe { Box::from_raw(work.cast::<Work>()) };
        // An unwinding that left this function would abort the host.
        _ = panics::caught(AssertUnwindSafe(work));
        ptr::null_mut()
    }

    let work = Box::into_raw(Box::new(Box::new(work) as Work));
    let mut everything = MaybeUninit::<libc::sigset_t>::uninit();
    let mut before = MaybeUninit::<libc::sigset_t>::uninit();
    let mut thread = MaybeUninit::<libc::pthread_t>::uninit();
    // SAFETY: each pointer leads to room for what the function writes; `sigfillset` initialises the first set before it
    // is read, the first `pthread_sigmask` the second. The masks are those of the calling thread only. A thread that was
    // made is named and detached once.
    let result = unsafe {
        libc::sigfillset(everything.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_SETMASK, everything.as_ptr(), before.as_mut_ptr());
        // The new thread inherits the mask, so the host's handlers run on the host's threads only.
        let result = libc::pthread_create(thread.as_mut_ptr(), ptr::null(), run, work.cast());
        libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), ptr::null_mut());
        if result == 0 {
            set_name(thread.assume_init(), name);
            libc::pthread_detach(thread.assume_init());
        }
        result
    };
    if result != 0 {
        // SAFETY: no thread took it.
        drop(unsafe { Box::from_raw(work) });
        return Err(io::Error::from_raw_os_error(result));
    }
    Ok(())
}

/// # Safety
/// The thread was not joined or detached yet.
unsafe fn set_name(thread: libc::pthread_t, name: &CStr) {
    // SAFETY: the caller vouches for the thread; the name is NUL-terminated.
    #[cfg(target_os = "linux")]
    unsafe {
        libc::pthread_setname_np(thread, name.as_ptr());
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (thread, name);
}

static GENERATION: AtomicU64 = AtomicU64::new(0);
static HANDLED: AtomicBool = AtomicBool::new(false);

/// How many threads are in the midst of [`between_forks`], and how many forks are under way.
static WORKING: AtomicUsize = AtomicUsize::new(0);
static FORKING: AtomicUsize = AtomicUsize::new(0);
/// How long a fork waits for them at most, and how often each side looks.
const LONGEST_WAIT: Duration = Duration::from_millis(20);
const GLANCE: Duration = Duration::from_micros(50);

extern "C" fn before_fork() {
    FORKING.fetch_add(1, Ordering::SeqCst);
    let begun = Instant::now();
    while WORKING.load(Ordering::SeqCst) > 0 && begun.elapsed() < LONGEST_WAIT {
        thread::sleep(GLANCE);
    }
}

extern "C" fn in_parent() {
    FORKING.fetch_sub(1, Ordering::SeqCst);
}

extern "C" fn in_child() {
    GENERATION.fetch_add(1, Ordering::Release);
    // Of all threads only the one that forked is here.
    WORKING.store(0, Ordering::SeqCst);
    FORKING.store(0, Ordering::SeqCst);
}

/// Does work in the C library that takes locks which a fork would leave locked in the child for ever. A fork waits for
/// it, but not long: work that takes longer waits for the network, mostly without the lock.
pub(super) fn between_forks<T>(work: impl FnOnce() -> T) -> T {
    struct Done;
    impl Drop for Done {
        fn drop(&mut self) {
            WORKING.fetch_sub(1, Ordering::SeqCst);
        }
    }
    loop {
        WORKING.fetch_add(1, Ordering::SeqCst);
        let done = Done;
        if FORKING.load(Ordering::SeqCst) == 0 {
            return work();
        }
        drop(done);
        thread::sleep(GLANCE);
    }
}

pub(super) fn generation() -> u64 {
    // Not a `Once`: a fork in the midst of it would leave the child waiting for a thread that it does not have.
    // Two threads that come here at once register twice, and a child then counts two generations: no harm.
    if !HANDLED.load(Ordering::Acquire) {
        // SAFETY: the handlers only touch atomic numbers and sleep, and the library is never unloaded. Out of memory, the
        // only failure, would leave forks unseen; Rust would abort at its next allocation anyway.
        unsafe { libc::pthread_atfork(Some(before_fork), Some(in_parent), Some(in_child)) };
        HANDLED.store(true, Ordering::Release);
    }
    GENERATION.load(Ordering::Acquire)
}

/// The linker got `-z nodelete`.
pub(super) fn stay_loaded() {}
