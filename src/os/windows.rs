//! Windows: WSAPoll, names, and a module that stays loaded. There is no fork, and there are no signals.

use std::ffi::{CStr, c_char, c_void};
use std::io;
use std::net::{IpAddr, TcpStream, UdpSocket};
use std::os::windows::io::AsRawSocket;
use std::ptr;
use std::time::Duration;

use super::{Family, NoAddress, Readiness};

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

/// How long a failure to connect may go unnoticed: WSAPoll reports it only since Windows 10 version 2004.
const TICK: i32 = 20;

const AF_INET: i32 = 2;
const AF_INET6: i32 = 23;
const SOCK_STREAM: i32 = 1;
const HOST_NOT_FOUND: i32 = 11001;
const NO_DATA: i32 = 11004;

#[repr(C)]
struct AddrInfo {
    flags: i32,
    family: i32,
    kind: i32,
    protocol: i32,
    address_length: usize,
    canonical_name: *mut c_char,
    address: *const SocketAddress,
    next: *mut AddrInfo,
}

/// The beginning of a `sockaddr_in` or a `sockaddr_in6`.
#[repr(C)]
struct SocketAddress {
    family: u16,
    port: u16,
    v4_or_flow: [u8; 4],
    v6: [u8; 16],
}

const FROM_ADDRESS: u32 = 0x0000_0004;
const PIN: u32 = 0x0000_0001;

#[link(name = "ws2_32")]
unsafe extern "system" {
    fn WSAPoll(entries: *mut PollFd, count: u32, milliseconds: i32) -> i32;
    fn WSAGetLastError() -> i32;
    fn getaddrinfo(
        name: *const c_char,
        service: *const c_char,
        hints: *const AddrInfo,
        list: *mut *mut AddrInfo,
    ) -> i32;
    fn freeaddrinfo(list: *mut AddrInfo);
}

#[link(name = "kernel32")]
unsafe extern "system" {
    fn GetTickCount64() -> u64;
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

pub(super) fn wait_for_progress(connecting: &[&TcpStream], milliseconds: i32) -> io::Result<()> {
    let entry =
        |socket: &&TcpStream| PollFd { socket: socket.as_raw_socket() as usize, events: POLLWRNORM, revents: 0 };
    let mut entries: Vec<_> = connecting.iter().map(entry).collect();
    // SAFETY: `entries` are as many valid WSAPOLLFDs as the second argument says, and outlive the call.
    if unsafe { WSAPoll(entries.as_mut_ptr(), entries.len() as u32, milliseconds.min(TICK)) } < 0 {
        // SAFETY: reads the calling thread's error number.
        return Err(io::Error::from_raw_os_error(unsafe { WSAGetLastError() }));
    }
    Ok(())
}

pub(super) fn look_up(name: &CStr, family: Family) -> Result<Vec<IpAddr>, NoAddress> {
    // Nothing may have used the network yet. The standard library starts it, with the first socket.
    drop(UdpSocket::bind("127.0.0.1:0"));
    let hints = AddrInfo {
        flags: 0,
        family: match family {
            Family::V4 => AF_INET,
            Family::V6 => AF_INET6,
        },
        kind: SOCK_STREAM,
        protocol: 0,
        address_length: 0,
        canonical_name: ptr::null_mut(),
        address: ptr::null(),
        next: ptr::null_mut(),
    };
    let mut list = ptr::null_mut();
    // SAFETY: the name is NUL-terminated, the hints are valid, and `list` is room for one pointer.
    let code = unsafe { getaddrinfo(name.as_ptr(), ptr::null(), &raw const hints, &raw mut list) };
    if code != 0 {
        let reason = io::Error::from_raw_os_error(code).to_string();
        return Err(NoAddress { reason, is_certain: code == HOST_NOT_FOUND || code == NO_DATA });
    }
    let mut addresses = Vec::new();
    let mut next = list;
    // SAFETY: on success the list consists of valid entries and ends with NULL.
    while let Some(entry) = unsafe { next.as_ref() } {
        // SAFETY: an entry of this family leads to an address of this family; no more of it is read than it has.
        let address: IpAddr = unsafe {
            match family {
                Family::V4 => (*entry.address).v4_or_flow.into(),
                Family::V6 => (*entry.address).v6.into(),
            }
        };
        addresses.push(address);
        next = entry.next;
    }
    // SAFETY: the list came from `getaddrinfo`, and nothing refers to it any more.
    unsafe { freeaddrinfo(list) };
    Ok(addresses)
}

pub(super) fn uptime() -> Duration {
    // SAFETY: reads a clock; it counts the time that the machine slept.
    Duration::from_millis(unsafe { GetTickCount64() })
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
