//! Forks: parent and child both go on, over connections of their own, also when other threads were calling.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use paywall::{Client, Outcome};

use crate::support::server::{Seen, Server, ok};
use crate::support::{OK, SESSION, alone, client, config};

/// Answers with the token that was sent, so that the answer to another process's call would show.
fn echo(request: &Seen) -> Vec<u8> {
    let body: serde_json::Value = serde_json::from_str(&request.body()).unwrap();
    ok(&OK.replace("b1b9baa4018d4f17b1fd85592344b09a", &format!("new-{}", body["OtpToken"].as_str().unwrap())))
}

/// Calls `count` times and says whether each got its own answer.
fn calls_well(client: &Client, name: &str, count: usize) -> bool {
    (0..count).all(|call| {
        let token = format!("{name}-{call}");
        let outcome = client.resend_otp(&token, SESSION);
        is_well(&outcome) && outcome.otp_token.as_deref() == Some(&*format!("new-{token}"))
    })
}

/// Whether a call succeeded. A child says what went wrong by a system call alone: it may have no more than that.
fn is_well(outcome: &Outcome) -> bool {
    let well = outcome.status.name() == "ok";
    if !well {
        let text = format!("{}\n", outcome.message);
        // SAFETY: writes a text of this length to standard error.
        unsafe { libc::write(2, text.as_ptr().cast(), text.len()) };
    }
    well
}

/// Runs `work` in a forked child. The child neither prints nor unwinds: it only exits, with 0 where all is well.
fn in_child(work: impl FnOnce() -> bool) -> libc::pid_t {
    // SAFETY: the child calls the library, whose promise for this case is what the test is about, and then `_exit`.
    match unsafe { libc::fork() } {
        0 => {
            let well = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or(false);
            // SAFETY: ends the process at once.
            unsafe { libc::_exit(i32::from(!well)) }
        }
        pid => pid,
    }
}

/// The child's exit status; a child that hangs is killed by its alarm.
fn exit_status(pid: libc::pid_t) -> i32 {
    let mut status = 0;
    // SAFETY: waits for a child of this process.
    assert_eq!(unsafe { libc::waitpid(pid, &raw mut status, 0) }, pid);
    status
}

fn alarm() {
    // SAFETY: asks for a SIGALRM, which ends a child that hangs.
    unsafe { libc::alarm(60) };
}

#[test]
fn parent_and_child_go_on_with_the_same_client_and_never_share_a_connection() {
    alone("fork::parent_and_child_go_on_with_the_same_client_and_never_share_a_connection", || {
        for server in [Server::http(echo), Server::https(echo)] {
            let client = client(&server, &[]);
            assert!(calls_well(&client, "before", 2));
            let children: Vec<_> = (0..8)
                .map(|child| {
                    in_child(|| {
                        alarm();
                        calls_well(&client, &format!("child-{child}"), 20)
                    })
                })
                .collect();
            assert!(calls_well(&client, "parent", 20));
            for pid in children {
                assert_eq!(exit_status(pid), 0);
            }
            assert!(calls_well(&client, "after", 2));

            // Each process has one connection: nobody used another's, and the children closed none of the parent's.
            assert_eq!(server.connections(), 9);
            let seen = server.seen();
            assert_eq!(seen.len(), 2 + 8 * 20 + 20 + 2);
            let processes_of = |connection: usize| {
                let mut names: Vec<_> = seen
                    .iter()
                    .filter(|seen| seen.connection == connection)
                    .map(|seen| {
                        let body: serde_json::Value = serde_json::from_str(&seen.body()).unwrap();
                        let token = body["OtpToken"].as_str().unwrap().to_owned();
                        let name = token.rsplit_once('-').unwrap().0.to_owned();
                        if name.starts_with("child") { name } else { "parent".to_owned() }
                    })
                    .collect();
                names.sort();
                names.dedup();
                names.len()
            };
            assert!((1..=9).all(|connection| processes_of(connection) == 1));
        }
    });
}

#[test]
fn forks_while_other_threads_are_calling_leave_nobody_stuck() {
    alone("fork::forks_while_other_threads_are_calling_leave_nobody_stuck", || {
        for server in [Server::http(echo), Server::https(echo)] {
            let client = Arc::new(client(&server, &[]));
            let done = Arc::new(AtomicBool::new(false));
            let threads: Vec<_> = (0..4)
                .map(|thread| {
                    let (client, done) = (Arc::clone(&client), Arc::clone(&done));
                    thread::spawn(move || {
                        let mut round = 0;
                        while !done.load(Ordering::SeqCst) {
                            assert!(calls_well(&client, &format!("thread-{thread}-{round}"), 1));
                            // A handshake of its own, with whatever TLS keeps under a lock.
                            assert!(is_well(&client.check()));
                            round += 1;
                        }
                    })
                })
                .collect();
            for child in 0..100 {
                let pid = in_child(|| {
                    alarm();
                    is_well(&client.check()) && calls_well(&client, &format!("child-{child}"), 2)
                });
                assert_eq!(exit_status(pid), 0, "child {child}");
            }
            done.store(true, Ordering::SeqCst);
            for thread in threads {
                thread.join().unwrap();
            }
        }
    });
}

#[test]
fn a_child_of_a_child_and_a_client_made_in_it_work_too() {
    alone("fork::a_child_of_a_child_and_a_client_made_in_it_work_too", || {
        let server = Server::https(echo);
        let config = config(&server);
        let client = Client::new(&config).unwrap();
        assert!(calls_well(&client, "parent", 1));
        let pid = in_child(|| {
            alarm();
            let grandchild = in_child(|| {
                alarm();
                let own = Client::new(&config).unwrap();
                calls_well(&client, "grandchild", 2) && calls_well(&own, "own", 2)
            });
            calls_well(&client, "child", 2) && exit_status(grandchild) == 0
        });
        assert_eq!(exit_status(pid), 0);
    });
}
