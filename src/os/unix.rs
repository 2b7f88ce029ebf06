//! POSIX: poll, names, clocks, forks, signal masks.

use std::ffi::{CStr, c_void};
use std::io;
use std::mem::MaybeUninit;
use std::net::{IpAddr, TcpStream};
use std::os::fd::AsRawFd;
use std::panic::AssertUnwindSafe;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::{Family, NoAddress, Readiness};
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

pub(super) fn wait_for_progress(connecting: &[&TcpStream], milliseconds: i32) -> io::Result<()> {
    let entry = |socket: &&TcpStream| libc::pollfd { fd: socket.as_raw_fd(), events: libc::POLLOUT, revents: 0 };
    let mut entries: Vec<_> = connecting.iter().map(entry).collect();
    // SAFETY: `entries` are as many valid pollfds as the call is told, and outlive it.
    if unsafe { libc::poll(entries.as_mut_ptr(), entries.len() as libc::nfds_t, milliseconds) } < 0 {
        return match io::Error::last_os_error() {
            interrupted if interrupted.kind() == io::ErrorKind::Interrupted => Ok(()),
            other => Err(other),
        };
    }
    Ok(())
}

pub(super) fn look_up(name: &CStr, family: Family) -> Result<Vec<IpAddr>, NoAddress> {
    // SAFETY: an all-zero `addrinfo` is a valid one without wishes.
    let mut hints: libc::addrinfo = unsafe { MaybeUninit::zeroed().assume_init() };
    hints.ai_family = match family {
        Family::V4 => libc::AF_INET,
        Family::V6 => libc::AF_INET6,
    };
    hints.ai_socktype = libc::SOCK_STREAM;
    let mut list = ptr::null_mut();
    // SAFETY: the name is NUL-terminated, the hints are valid, and `list` is room for one pointer.
    let code = unsafe { libc::getaddrinfo(name.as_ptr(), ptr::null(), &raw const hints, &raw mut list) };
    if code != 0 {
        return Err(no_address(code));
    }
    let mut addresses = Vec::new();
    let mut next = list;
    // SAFETY: on success the list consists of valid entries and ends with NULL.
    while let Some(entry) = unsafe { next.as_ref() } {
        // SAFETY: an entry of this family leads to an address of this family.
        let address: IpAddr = unsafe {
            match family {
                Family::V4 => (*entry.ai_addr.cast::<libc::sockaddr_in>()).sin_addr.s_addr.to_ne_bytes().into(),
                Family::V6 => (*entry.ai_addr.cast::<libc::sockaddr_in6>()).sin6_addr.s6_addr.into(),
            }
        };
        addresses.push(address);
        next = entry.ai_next;
    }
    // SAFETY: the list came from `getaddrinfo`, and nothing refers to it any more.
    unsafe { libc::freeaddrinfo(list) };
    Ok(addresses)
}

fn no_address(code: i32) -> NoAddress {
    if code == libc::EAI_SYSTEM {
        return NoAddress { reason: io::Error::last_os_error().to_string(), is_certain: false };
    }
    // SAFETY: the function returns a static text for every number.
    let reason = unsafe { CStr::from_ptr(libc::gai_strerror(code)) };
    let is_certain = !matches!(code, libc::EAI_AGAIN | libc::EAI_FAIL | libc::EAI_MEMORY);
    NoAddress { reason: reason.to_string_lossy().into_owned(), is_certain }
}

/// Darwin's monotonic clock goes on while the machine sleeps; Linux has another one for that.
#[cfg(any(target_os = "linux", target_os = "android"))]
const WITH_SLEEP: libc::clockid_t = libc::CLOCK_BOOTTIME;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const WITH_SLEEP: libc::clockid_t = libc::CLOCK_MONOTONIC;

pub(super) fn uptime() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is room for what the function writes. It cannot fail for a clock that every system has.
    unsafe { libc::clock_gettime(WITH_SLEEP, &raw mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
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

/// How many threads are in the midst of [`between_forks`], and how many forks are under way.
static WORKING: AtomicUsize = AtomicUsize::new(0);
static FORKING: AtomicUsize = AtomicUsize::new(0);
/// How long a fork waits for them at most, and how often each side looks.
const LONGEST_WAIT: Duration = Duration::from_millis(20);
const GLANCE: Duration = Duration::from_micros(50);
/// How long the work waits for a fork at most.
const LONGEST_FORK: Duration = Duration::from_secs(1);

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
    // SAFETY: once published the pointer is never null, and what it leads to is never freed.
    if let Some(generation) = unsafe { CURRENT.load(Ordering::Acquire).as_ref() } {
        generation.store(0, Ordering::Release);
    }
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
    let begun = Instant::now();
    loop {
        WORKING.fetch_add(1, Ordering::SeqCst);
        let done = Done;
        // In the child of a raw `clone` in the midst of another thread's fork, that fork never ends.
        if FORKING.load(Ordering::SeqCst) == 0 || begun.elapsed() > LONGEST_FORK {
            return work();
        }
        drop(done);
        thread::sleep(GLANCE);
    }
}

/// This process's number, or 0 in a child that has none yet. It lies where the system forgets it at every fork, also at
/// one that runs no handlers, such as a raw `clone`.
static CURRENT: AtomicPtr<AtomicU64> = AtomicPtr::new(ptr::null_mut());
/// The number that was given last, to this process or to one of those that it came from.
static LAST: AtomicU64 = AtomicU64::new(0);

pub(super) fn generation() -> u64 {
    // SAFETY: once published the pointer is never null, and what it leads to is never freed.
    let current = match unsafe { CURRENT.load(Ordering::Acquire).as_ref() } {
        Some(current) => current,
        None => begin(),
    };
    match current.load(Ordering::Acquire) {
        0 => {
            let fresh = LAST.fetch_add(1, Ordering::Relaxed) + 1;
            // The number of whichever thread came first counts.
            current
                .compare_exchange(0, fresh, Ordering::AcqRel, Ordering::Acquire)
                .map_or_else(|first| first, |_| fresh)
        }
        current => current,
    }
}

/// Not a `Once`: a fork in the midst of it would leave the child waiting for a thread that it does not have. Two threads
/// that come here at once register the handlers twice: no harm.
#[cold]
fn begin() -> &'static AtomicU64 {
    // SAFETY: the handlers only touch atomic numbers and sleep, and the library is never unloaded. Out of memory, the
    // only failure, would leave forks unseen; Rust would abort at its next allocation anyway.
    unsafe { libc::pthread_atfork(Some(before_fork), Some(in_parent), Some(in_child)) };
    let place = forgotten_at_forks();
    let published = CURRENT.compare_exchange(ptr::null_mut(), place, Ordering::AcqRel, Ordering::Acquire);
    // SAFETY: both are valid for ever; another thread's place counts if it was faster, and ours stays unused.
    unsafe { &*published.map_or_else(|first| first, |_| place) }
}

/// Room for one number, 0, that is 0 again in every child. For ever.
fn forgotten_at_forks() -> *mut AtomicU64 {
    #[cfg(target_os = "linux")]
    {
        // SAFETY: asks for new memory of its own, a page of zeros.
        let page = unsafe {
            let protection = libc::PROT_READ | libc::PROT_WRITE;
            libc::mmap(
                ptr::null_mut(),
                size_of::<AtomicU64>(),
                protection,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
                -1,
                0,
            )
        };
        // SAFETY: the page is ours. Linux before 4.14 does not know the advice: there only the handlers see a fork.
        if page != libc::MAP_FAILED
            && unsafe { libc::madvise(page, size_of::<AtomicU64>(), libc::MADV_WIPEONFORK) } == 0
        {
            return page.cast();
        }
    }
    Box::into_raw(Box::new(AtomicU64::new(0)))
}

/// The linker got `-z nodelete`.
pub(super) fn stay_loaded() {}
