//! Hosts that close descriptors which are not their own, or have none left.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, RawFd};
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use paywall::{Client, Config, Outcome};

use crate::support::children::{alarm, exit_status, in_child, is_well};
use crate::support::process::temporary;
use crate::support::server::{Server, ok};
use crate::support::{OK, SESSION, TOKEN, alone, client, config};

/// What the host opens after it has closed everything, and which gets the number of a kept connection.
#[derive(Clone, Copy, Debug)]
enum Recycled {
    Nothing,
    File,
    Socket,
    PipeToRead,
    PipeToWrite,
}

const PENDING: &[u8] = b"what somebody says to the host";

fn both() -> [Server; 2] {
    [Server::http(|_| ok(OK)), Server::https(|_| ok(OK))]
}

fn summary(outcome: &Outcome) -> (&'static str, &'static str) {
    (outcome.status.name(), outcome.transport.connection.map_or("none", |connection| connection.name()))
}

/// The descriptors that are open, except the one that looks.
fn open_descriptors() -> Vec<RawFd> {
    let open = |number: &RawFd| {
        // SAFETY: asks about a number, whatever it is.
        unsafe { libc::fcntl(*number, libc::F_GETFD) >= 0 }
    };
    (0..4096).filter(open).collect()
}

fn close_from(first: RawFd) {
    for number in open_descriptors() {
        if number >= first {
            // SAFETY: the child of a fork closes what it inherited, as a daemon does; its owners are gone.
            unsafe { libc::close(number) };
        }
    }
}

/// The host's own, under a number far above those that matter.
fn raised(host: impl AsRawFd) -> RawFd {
    // SAFETY: makes a second descriptor; the first is closed when `host` is dropped.
    let number = unsafe { libc::fcntl(host.as_raw_fd(), libc::F_DUPFD_CLOEXEC, 1000) };
    assert!(number >= 1000);
    number
}

fn identity(number: RawFd) -> Option<(u64, u64)> {
    let metadata = std::fs::metadata(format!("/proc/self/fd/{number}")).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

/// The host's own end of a descriptor: reads what is there, and nothing more.
fn content(number: RawFd) -> Vec<u8> {
    // SAFETY: the number leads to the host's file or socket.
    let mut file = unsafe { File::from_raw_fd(number) };
    // SAFETY: as above.
    unsafe { libc::fcntl(number, libc::F_SETFL, libc::O_NONBLOCK) };
    let mut content = Vec::new();
    _ = file.read_to_end(&mut content);
    content
}

/// Makes the host's own of the number, calls, and says whether all of it is as it was.
fn calls_beside(recycled: Recycled, number: RawFd, call: impl FnOnce() -> bool) -> bool {
    // What gets the number, where what it holds can be read, and where what was written to it can be.
    let (host, pending, written) = match recycled {
        Recycled::Nothing => return call(),
        Recycled::File => {
            let path = temporary("recycled");
            std::fs::write(&path, PENDING).unwrap();
            (raised(File::options().read(true).write(true).open(path).unwrap()), Some(number), None)
        }
        Recycled::Socket => {
            let (mine, mut other) = UnixStream::pair().unwrap();
            other.write_all(PENDING).unwrap();
            let other = raised(other);
            (raised(mine), Some(number), Some(other))
        }
        Recycled::PipeToRead => {
            let (reader, mut writer) = std::io::pipe().unwrap();
            writer.write_all(PENDING).unwrap();
            _ = raised(writer);
            (raised(reader), Some(number), None)
        }
        Recycled::PipeToWrite => {
            let (reader, writer) = std::io::pipe().unwrap();
            let reader = raised(reader);
            (raised(writer), None, Some(reader))
        }
    };
    // SAFETY: the number is free, and then the host's.
    assert_eq!(unsafe { libc::dup2(host, number) }, number);
    let before = identity(number);
    assert!(before.is_some());
    call()
        && identity(number) == before
        && pending.is_none_or(|number| content(number) == PENDING)
        && written.is_none_or(|number| content(number).is_empty())
}

#[test]
fn a_host_that_closes_every_descriptor_calls_again_and_nothing_of_what_gets_their_numbers_is_touched() {
    let name = "hosts::descriptors::a_host_that_closes_every_descriptor_calls_again_and_nothing_of_what_gets_their_numbers_is_touched";
    alone(name, || {
        use Recycled::{File, Nothing, PipeToRead, PipeToWrite, Socket};
        for server in both() {
            // A kept connection is found to be too old, or else is looked at.
            for idle_timeout_ms in ["1", "15000"] {
                for recycled in [Nothing, File, Socket, PipeToRead, PipeToWrite] {
                    let pid = in_child(|| {
                        alarm();
                        closes_and_calls_again(&server, idle_timeout_ms, recycled)
                    });
                    assert_eq!(exit_status(pid), 0, "{recycled:?}, idle_timeout_ms {idle_timeout_ms}");
                }
            }
        }
    });
}

fn closes_and_calls_again(server: &Server, idle_timeout_ms: &str, recycled: Recycled) -> bool {
    let mut config = config(server);
    // A name may still be being resolved when the call is over.
    config.set("base_url", &server.url().replace("localhost", "127.0.0.1")).unwrap();
    let first = Client::new(&config).unwrap();
    config.set("idle_timeout_ms", idle_timeout_ms).unwrap();
    let again = Client::new(&config).unwrap();
    let before = open_descriptors();
    if !is_well(&first.resend_otp(TOKEN, SESSION)) {
        return false;
    }
    let made: Vec<RawFd> = open_descriptors().into_iter().filter(|number| !before.contains(number)).collect();
    let [connection] = made[..] else { return false };
    std::thread::sleep(Duration::from_millis(2));
    close_from(3);
    calls_beside(recycled, connection, || {
        let outcome = again.resend_otp(TOKEN, SESSION);
        is_well(&outcome)
            && summary(&outcome) == ("ok", "new")
            && summary(&first.resend_otp(TOKEN, SESSION)) == ("ok", "reused")
    })
}

#[test]
fn a_host_that_closed_its_standard_streams_and_still_prints_says_nothing_to_the_peer() {
    let name = "hosts::descriptors::a_host_that_closed_its_standard_streams_and_still_prints_says_nothing_to_the_peer";
    alone(name, || {
        for server in both() {
            let client = client(&server, &[]);
            let pid = in_child(|| {
                alarm();
                for stream in 0..3 {
                    // SAFETY: the host closes what is its own.
                    unsafe { libc::close(stream) };
                }
                let first = client.resend_otp(TOKEN, SESSION);
                let printed = (0..3).any(|stream| {
                    // SAFETY: writes a byte to a number that leads nowhere.
                    unsafe { libc::write(stream, c"!".as_ptr().cast(), 1) >= 0 }
                });
                let second = client.resend_otp(TOKEN, SESSION);
                !printed && summary(&first) == ("ok", "new") && summary(&second) == ("ok", "reused")
            });
            assert_eq!(exit_status(pid), 0);
            assert_eq!(server.seen().len(), 2);
        }
    });
}

/// Leaves the host as many descriptors as it has open.
fn limit_descriptors(limit: libc::rlim_t) {
    let mut now = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `now` is room for the limits, and then the limits to set.
    unsafe {
        assert_eq!(libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut now), 0);
        now.rlim_cur = limit;
        assert_eq!(libc::setrlimit(libc::RLIMIT_NOFILE, &raw const now), 0);
    }
}

#[test]
fn a_host_without_a_descriptor_left_learns_so_and_goes_on_when_it_has_some() {
    let name = "hosts::descriptors::a_host_without_a_descriptor_left_learns_so_and_goes_on_when_it_has_some";
    alone(name, || {
        for server in both() {
            let by_address = server.url().replace("localhost", "127.0.0.1");
            let fresh = client(&server, &[("idle_timeout_ms", "0"), ("base_url", &by_address)]);
            let named = client(&server, &[("idle_timeout_ms", "0"), ("base_url", &server.url())]);
            let kept = client(&server, &[("base_url", &by_address)]);
            let config = config(&server);
            let pid = in_child(|| {
                alarm();
                without_a_descriptor(&fresh, &named, &kept, &config);
                true
            });
            assert_eq!(exit_status(pid), 0);
            assert_eq!(server.seen().len(), 7);
        }
    });
}

fn without_a_descriptor(fresh: &Client, named: &Client, kept: &Client, config: &Config) {
    for client in [fresh, named, kept] {
        assert_eq!(client.resend_otp(TOKEN, SESSION).status.name(), "ok");
    }
    // Every number below the first free one is taken.
    let free = (0..).find(|number| !open_descriptors().contains(number)).unwrap();
    limit_descriptors(free as libc::rlim_t);

    let outcome = fresh.resend_otp(TOKEN, SESSION);
    let error = outcome.error.as_ref().unwrap();
    let expected = ("not_sent", "connect", "connect", "retry");
    assert_eq!((outcome.status.name(), error.kind.name(), error.stage.name(), outcome.action.name()), expected);
    assert!(error.detail.as_ref().unwrap().contains("Too many open files"), "{}", outcome.message);
    let outcome = named.resend_otp(TOKEN, SESSION);
    assert_eq!((outcome.status.name(), outcome.action.name()), ("not_sent", "retry"), "{}", outcome.message);
    assert_eq!(summary(&kept.resend_otp(TOKEN, SESSION)), ("ok", "reused"));
    if let Err(outcome) = Client::new(config) {
        assert!(outcome.message.contains("Too many open files"), "{}", outcome.message);
    }

    limit_descriptors(1024);
    for client in [fresh, named, &Client::new(config).unwrap()] {
        assert_eq!(client.resend_otp(TOKEN, SESSION).status.name(), "ok");
    }
}
