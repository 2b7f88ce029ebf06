//! Forks: parent and child both go on, over connections of their own, also when other threads were calling.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use paywall::Client;

use crate::support::children::{alarm, exit_status, in_child, is_well};
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
