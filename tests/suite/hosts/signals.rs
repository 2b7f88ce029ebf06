//! Hosts with signals: a handler without SA_RESTART interrupts every stage of a call and changes nothing of it, and no
//! call raises SIGPIPE.

use std::io::{self, Read, Write};
use std::mem::MaybeUninit;
use std::net::{Shutdown, TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsRawFd;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use paywall::{Client, Outcome};

use crate::proxy::Proxy;
use crate::support::children::alarm;
use crate::support::process::isolated;
use crate::support::process::temporary;
use crate::support::server::{Server, ok};
use crate::support::watch::Watch;
use crate::support::{OK, SESSION, TOKEN, alone, client, config};

static SIGNALS: AtomicUsize = AtomicUsize::new(0);

extern "C" fn count(_: libc::c_int) {
    SIGNALS.fetch_add(1, Ordering::SeqCst);
}

/// Counts a signal from here on, in a handler after which system calls are not restarted.
fn count_signal(signal: libc::c_int) {
    // SAFETY: all zero is an action without flags and with an empty mask; the handler touches one atomic number.
    unsafe {
        let mut action: libc::sigaction = MaybeUninit::zeroed().assume_init();
        action.sa_sigaction = count as *const () as libc::sighandler_t;
        assert_eq!(libc::sigaction(signal, &raw const action, ptr::null_mut()), 0);
    }
    SIGNALS.store(0, Ordering::SeqCst);
}

/// Does work on this thread, which is sent a signal every millisecond.
fn under_signals<T>(work: impl FnOnce() -> T) -> T {
    struct Calm<'a>(&'a AtomicBool);
    impl Drop for Calm<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }

    count_signal(libc::SIGUSR1);
    let calm = AtomicBool::new(false);
    // SAFETY: asks for this thread's own number.
    let caller = unsafe { libc::pthread_self() };
    let done = thread::scope(|scope| {
        scope.spawn(|| {
            while !calm.load(Ordering::SeqCst) {
                // SAFETY: the scope ends before the thread that is sent to.
                unsafe { libc::pthread_kill(caller, libc::SIGUSR1) };
                thread::sleep(Duration::from_millis(1));
            }
        });
        let _calm = Calm(&calm);
        work()
    });
    let signals = SIGNALS.load(Ordering::SeqCst);
    assert!(signals >= 20, "{signals} signals: the stage was not interrupted");
    done
}

/// A peer with so little room that a large request does not leave at once.
fn narrow_listener() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    // The sender's room grows with the size of the segments that its peer takes, and loopback's are large.
    for (level, option, value) in
        [(libc::SOL_SOCKET, libc::SO_RCVBUF, 4096), (libc::IPPROTO_TCP, libc::TCP_MAXSEG, 536 as libc::c_int)]
    {
        let size = size_of_val(&value) as libc::socklen_t;
        // SAFETY: the option's value is an integer of this size.
        let set = unsafe { libc::setsockopt(listener.as_raw_fd(), level, option, (&raw const value).cast(), size) };
        assert_eq!(set, 0);
    }
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

/// Passes bytes on to `to`: slowly, or until so many went up, when it closes with the rest unread.
fn relay(to: u16, cut: Option<usize>) -> u16 {
    let (listener, port) = narrow_listener();
    thread::spawn(move || {
        for stream in listener.incoming() {
            thread::spawn(move || _ = pass_on(stream.unwrap(), to, cut));
        }
    });
    port
}

fn pass_on(client: TcpStream, to: u16, cut: Option<usize>) -> io::Result<()> {
    let server = TcpStream::connect(("127.0.0.1", to))?;
    let (from, into) = (server.try_clone()?, client.try_clone()?);
    let down = thread::spawn(move || {
        // So slowly that a handshake or an answer is interrupted many times.
        _ = copy(&from, &into, 16, cut.is_none(), None);
    });
    copy(&client, &server, 4096, cut.is_none(), cut)?;
    // In order first: the system then answers everything that still comes with a reset.
    _ = client.shutdown(if cut.is_none() { Shutdown::Write } else { Shutdown::Both });
    _ = server.shutdown(Shutdown::Both);
    down.join().unwrap();
    Ok(())
}

/// Passes on one part after another; if `interrupted`, each only after the caller got another signal, however busy the machine.
fn copy(
    mut from: &TcpStream,
    mut to: &TcpStream,
    part: usize,
    interrupted: bool,
    most: Option<usize>,
) -> io::Result<()> {
    let mut buffer = vec![0; part];
    let mut left = most.unwrap_or(usize::MAX);
    while left > 0 {
        let room = part.min(left);
        let read = from.read(&mut buffer[..room])?;
        if read == 0 {
            break;
        }
        to.write_all(&buffer[..read])?;
        left -= read;
        thread::sleep(Duration::from_millis(1));
        let (before, until) = (SIGNALS.load(Ordering::SeqCst), Instant::now() + Duration::from_secs(1));
        while interrupted && SIGNALS.load(Ordering::SeqCst) == before && Instant::now() < until {
            thread::sleep(Duration::from_millis(1));
        }
    }
    Ok(())
}

/// A client whose requests have 240 KiB.
fn talkative(server: &Server, options: &[(&str, &str)]) -> Client {
    let mut config = config(server);
    let long = "x".repeat(8000);
    for number in 0..30 {
        config.set(&format!("header.X-Long-{number}"), &long).unwrap();
    }
    for (name, value) in options {
        config.set(name, value).unwrap();
    }
    Client::new(&config).unwrap()
}

#[test]
fn signals_in_every_stage_change_nothing_of_a_call_that_succeeds() {
    alone("hosts::signals::signals_in_every_stage_change_nothing_of_a_call_that_succeeds", || {
        alarm();
        let (http, https) = (Server::http(|_| ok(OK)), Server::https(|_| ok(OK)));
        let slow_http = format!("http://127.0.0.1:{}", relay(http.port(), None));
        let slow_https = format!("https://localhost:{}", relay(https.port(), None));
        let slow_proxy = format!("http://127.0.0.1:{}", relay(Proxy::start(None).port, None));
        let clients = [
            client(&http, &[("base_url", &slow_http)]),
            talkative(&http, &[("base_url", &slow_http)]),
            client(&https, &[("base_url", &slow_https)]),
            talkative(&https, &[("base_url", &slow_https)]),
            client(&https, &[("proxy", &slow_proxy)]),
        ];
        for client in &clients {
            for connection in ["new", "reused"] {
                let outcome = under_signals(|| client.resend_otp(TOKEN, SESSION));
                assert_eq!(outcome.status.name(), "ok", "{}", outcome.message);
                assert_eq!(outcome.transport.connection.map(|connection| connection.name()), Some(connection));
            }
        }
        assert_eq!((http.seen().len(), https.seen().len()), (4, 6));
    });
}

#[test]
fn signals_in_every_stage_move_no_deadline() {
    alone("hosts::signals::signals_in_every_stage_move_no_deadline", || {
        alarm();
        let (http, https) = (Server::http(|_| ok(OK)), Server::https(|_| ok(OK)));
        // The system accepts for it, and it never reads.
        let (_silent, port) = narrow_listener();
        let (to_silent, tls_to_silent) = (format!("http://127.0.0.1:{port}"), format!("https://127.0.0.1:{port}"));
        let (_full, deaf) = full_listener();
        let to_deaf = format!("http://127.0.0.1:{deaf}");
        let timeout = ("timeout_ms", "400");
        for (client, expected) in [
            (client(&http, &[("base_url", &to_deaf), timeout]), ("not_sent", "timeout", "connect")),
            (client(&https, &[("proxy", &to_silent), timeout]), ("not_sent", "timeout", "proxy")),
            (client(&https, &[("base_url", &tls_to_silent), timeout]), ("not_sent", "timeout", "tls")),
            (talkative(&http, &[("base_url", &to_silent), timeout]), ("in_doubt", "timeout", "send")),
            (client(&http, &[("base_url", &to_silent), timeout]), ("in_doubt", "timeout", "receive")),
        ] {
            let watch = Watch::start();
            let outcome = under_signals(|| client.resend_otp(TOKEN, SESSION));
            assert_outcome(&outcome, expected);
            assert_in_time(&watch);
        }
    });
}

#[track_caller]
fn assert_outcome(outcome: &Outcome, expected: (&str, &str, &str)) {
    let error = outcome.error.as_ref().unwrap_or_else(|| panic!("{}", outcome.message));
    assert_eq!((outcome.status.name(), error.kind.name(), error.stage.name()), expected, "{}", outcome.message);
}

#[track_caller]
fn assert_in_time(watch: &Watch) {
    let (elapsed, own) = (watch.elapsed(), watch.own());
    assert!(elapsed >= Duration::from_millis(400) && own < Duration::from_millis(400 + 250), "{elapsed:?}, {own:?}");
}

/// A peer whose queue of connections is full: the system drops whatever comes. Its streams keep it so.
fn full_listener() -> ((TcpListener, Vec<TcpStream>), u16) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    // SAFETY: listens again on the same socket, with room for one.
    assert_eq!(unsafe { libc::listen(listener.as_raw_fd(), 0) }, 0);
    let address = listener.local_addr().unwrap();
    let streams =
        (0..10).map_while(|_| TcpStream::connect_timeout(&address, Duration::from_millis(200)).ok()).collect();
    ((listener, streams), address.port())
}

#[test]
fn signals_while_a_name_is_resolved_change_nothing() {
    let (resolv_conf, nsswitch) = (temporary("slow-resolv.conf"), temporary("slow-nsswitch.conf"));
    std::fs::write(&resolv_conf, "nameserver 127.0.0.1\n").unwrap();
    std::fs::write(&nsswitch, "hosts: dns\n").unwrap();
    let script = format!(
        "mount --bind {} /etc/resolv.conf && mount --bind {} /etc/nsswitch.conf",
        resolv_conf.display(),
        nsswitch.display()
    );
    isolated("hosts::signals::signals_while_a_name_is_resolved_change_nothing", &script, || {
        alarm();
        let names = UdpSocket::bind("127.0.0.1:53").expect("the name server's port in a network of its own");
        thread::spawn(move || answer_slowly(&names));
        let server = Server::https(|_| ok(OK));
        // The certificate is for `localhost`, which here is a name like any other.
        let patient = client(&server, &[]);
        let outcome = under_signals(|| patient.resend_otp(TOKEN, SESSION));
        assert_eq!(outcome.status.name(), "ok", "{}", outcome.message);

        let never = format!("https://never.example:{}", server.port());
        let hasty = client(&server, &[("base_url", &never), ("timeout_ms", "400")]);
        let watch = Watch::start();
        let outcome = under_signals(|| hasty.resend_otp(TOKEN, SESSION));
        assert_outcome(&outcome, ("not_sent", "timeout", "resolve"));
        assert_in_time(&watch);
    });
}

/// A name server that answers 127.0.0.1 after a while, and nothing to what begins with "never".
fn answer_slowly(socket: &UdpSocket) {
    const HEAD: usize = 12;
    let mut buffer = [0; 512];
    while let Ok((length, client)) = socket.recv_from(&mut buffer) {
        let query = &buffer[..length];
        let name = query[HEAD..].iter().position(|byte| *byte == 0).unwrap();
        let question = &query[HEAD..HEAD + name + 5];
        if question[1..].starts_with(b"never") {
            continue;
        }
        thread::sleep(Duration::from_millis(100));
        let is_a = question[name + 1..name + 3] == [0, 1];
        // The same identifier; an answer without error; one question, and one record if an address was asked for.
        let mut answer = [&query[..2], &[0x81, 0x80, 0, 1, 0, u8::from(is_a), 0, 0, 0, 0], question].concat();
        if is_a {
            answer.extend([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1]);
        }
        socket.send_to(&answer, client).unwrap();
    }
}

/// What the host does about each signal, and which of them this thread holds back.
fn dispositions() -> Vec<(libc::sighandler_t, bool)> {
    (1..=libc::SIGRTMAX())
        .map(|signal| {
            let (mut action, mut mask) = (MaybeUninit::zeroed(), MaybeUninit::zeroed());
            // SAFETY: both are room for what the functions write; all zero is valid if they write nothing, as for the
            // two signals that the C library keeps for itself.
            unsafe {
                libc::sigaction(signal, ptr::null(), action.as_mut_ptr());
                libc::pthread_sigmask(libc::SIG_SETMASK, ptr::null(), mask.as_mut_ptr());
                (action.assume_init().sa_sigaction, libc::sigismember(mask.as_ptr(), signal) == 1)
            }
        })
        .collect()
}

#[test]
fn no_call_raises_sigpipe_wherever_the_peer_has_closed() {
    alone("hosts::signals::no_call_raises_sigpipe_wherever_the_peer_has_closed", || {
        alarm();
        let (http, https) = (Server::http(|_| ok(OK)), Server::https(|_| ok(OK)));
        let proxy = Proxy::start(None);
        let to_every_closed_peer = || {
            // Before anything, in the CONNECT, in the hello, after it, in the request, and between two of them.
            for cut in [0, 1, 40, 200, 300, 500, 700, 5_000, 100_000, 245_000] {
                let to_http = format!("http://127.0.0.1:{}", relay(http.port(), Some(cut)));
                let to_https = format!("https://localhost:{}", relay(https.port(), Some(cut)));
                let to_proxy = format!("http://127.0.0.1:{}", relay(proxy.port, Some(cut)));
                for client in [
                    talkative(&http, &[("base_url", &to_http)]),
                    talkative(&https, &[("base_url", &to_https)]),
                    talkative(&https, &[("proxy", &to_proxy)]),
                    client(&http, &[("base_url", &to_http)]),
                    client(&https, &[("base_url", &to_https)]),
                    client(&https, &[("proxy", &to_proxy)]),
                ] {
                    for _ in 0..2 {
                        let outcome = client.resend_otp(TOKEN, SESSION);
                        assert!(!matches!(outcome.status.name(), "invalid" | "internal"), "{}", outcome.message);
                    }
                    client.check();
                }
            }
        };

        // A host with a handler never sees it run; one that does nothing about the signal is not ended by it.
        count_signal(libc::SIGPIPE);
        let before = dispositions();
        to_every_closed_peer();
        assert_eq!(SIGNALS.load(Ordering::SeqCst), 0);
        assert_eq!(dispositions(), before);
        // SAFETY: back to what every program begins with; the Rust runtime of the tests ignores the signal.
        unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
        to_every_closed_peer();
        assert!(dispositions() != before);
    });
}
