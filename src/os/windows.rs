//! Windows: WSAPoll, and a module that stays loaded. There is no fork, and there are no signals.

use std::ffi::{CStr, c_void};
use std::io;
use std::net::TcpStream;
use std::os::windows::io::AsRawSocket;
use std::ptr;

use super::Readiness;

const POLLERR: i16 = 0x0001;
const POLLHUP: i16 = 0x0002;
const POLLNVAL: i16 = 0x0004;
const POLLWRNORM: i16 = 0x0010;
const POLLRDNORM: i16 = 0x0100;

#[repr(C)]
struct PollFd {
    socket: usize,
    events: i16,
    revents: i16,
}

const FROM_ADDRESS: u32 = 0x0000_0004;
const PIN: u32 = 0x0000_0001;

#[link(name = "ws2_32")]
unsafe extern "system" {
    fn WSAPoll(entries: *mut PollFd, count: u32, milliseconds: i32) -> i32;
    fn WSAGetLastError() -> i32;
}

#[link(name = "kernel32")]
unsafe extern "system" {
    fn GetModuleHandleExW(flags: u32, address: *const c_void, module: *mut *mut c_void) -> i32;
}

pub(super) fn wait(socket: &TcpStream, wanted: Readiness, milliseconds: i32) -> io::Result<Readiness> {
    let mut events = 0;
    if wanted.read {
        events |= POLLRDNORM;
    }
    if wanted.write {
        events |= POLLWRNORM;
    }
    let mut entry = PollFd { socket: socket.as_raw_socket() as usize, events, revents: 0 };
    // SAFETY: `entry` is one valid WSAPOLLFD that outlives the call.
    if unsafe { WSAPoll(&raw mut entry, 1, milliseconds) } < 0 {
        // SAFETY: reads the calling thread's error number.
        return Err(io::Error::from_raw_os_error(unsafe { WSAGetLastError() }));
    }
    let failed = entry.revents & (POLLERR | POLLHUP | POLLNVAL) != 0;
    Ok(Readiness {
        read: wanted.read && (failed || entry.revents & POLLRDNORM != 0),
        write: wanted.write && (failed || entry.revents & POLLWRNORM != 0),
    })
}

pub(super) fn off_the_standard_streams(stream: TcpStream) -> io::Result<TcpStream> {
    Ok(stream)
}

/// Nobody closes the handles of others here: there is no call for it, and no convention.
pub(super) type Identity = ();

pub(super) fn identity(_: &TcpStream) -> io::Result<Identity> {
    Ok(())
}

pub(super) fn spawn(name: &CStr, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let name = name.to_string_lossy().into_owned();
    std::thread::Builder::new().name(name).spawn(work).map(drop)
}

pub(super) fn generation() -> u64 {
    0
}

pub(super) fn between_forks<T>(work: impl FnOnce() -> T) -> T {
    work()
}

pub(super) fn stay_loaded() {
    let mut module = ptr::null_mut();
    // SAFETY: the address is one of this module's own functions, `module` is room for one handle. In a static library
    // this pins the program itself, which never goes away.
    unsafe { GetModuleHandleExW(FROM_ADDRESS | PIN, stay_loaded as *const c_void, &raw mut module) };
}
