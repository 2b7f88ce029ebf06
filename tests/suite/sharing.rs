//! Kept connections: shared by whom they may be, in the whole process, and by nobody else.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use paywall::{Client, Config, Connection, Outcome};

use crate::support::children::{alarm, exit_status, in_child, is_well};
use crate::support::server::{Seen, Server, answer, ok};
use crate::support::{OK, SESSION, TOKEN, alone, client, config};

fn connection(outcome: &Outcome) -> &'static str {
    assert_eq!(outcome.status.name(), "ok", "{}", outcome.message);
    outcome.transport.connection.map_or("none", Connection::name)
}

/// Answers with the token that was sent, so that an answer given to another call would show.
fn echo(request: &Seen) -> Vec<u8> {
    let body: serde_json::Value = serde_json::from_str(&request.body()).unwrap();
    ok(&OK.replace("b1b9baa4018d4f17b1fd85592344b09a", &format!("new-{}", body["OtpToken"].as_str().unwrap())))
}

fn both() -> [Server; 2] {
    [Server::http(echo), Server::https(echo)]
}

#[test]
fn a_connection_is_kept_between_calls_and_after_the_client_that_made_it_is_gone() {
    alone("sharing::a_connection_is_kept_between_calls_and_after_the_client_that_made_it_is_gone", || {
        for server in both() {
            let config = config(&server);
            let first = Client::new(&config).unwrap();
            assert_eq!(connection(&first.resend_otp(TOKEN, SESSION)), "new");
            assert_eq!(connection(&first.resend_otp(TOKEN, SESSION)), "reused");
            drop(first);
            let mut other = config.clone();
            other.set("timeout_ms", "9000").unwrap();
            assert_eq!(connection(&Client::new(&other).unwrap().resend_otp(TOKEN, SESSION)), "reused");
            assert_eq!((server.connections(), server.seen().len()), (1, 3));
        }
    });
}

#[test]
fn a_tls_session_is_resumed_by_whom_the_connection_would_have_been_shared_with_and_by_nobody_else() {
    let name =
        "sharing::a_tls_session_is_resumed_by_whom_the_connection_would_have_been_shared_with_and_by_nobody_else";
    alone(name, || {
        let server = Server::https(echo);
        let mut one = config(&server);
        one.set("idle_timeout_ms", "0").unwrap();
        let mut two = one.clone();
        two.set("api_key", "another-key").unwrap();
        let call = |config: &Config| is_well(&Client::new(config).unwrap().resend_otp(TOKEN, SESSION));

        assert!(call(&one) && call(&one) && call(&two) && call(&two));
        let pid = in_child(|| {
            alarm();
            call(&one) && call(&one)
        });
        assert_eq!(exit_status(pid), 0);
        assert!(call(&one));
        let resumed: Vec<bool> = server.seen().iter().map(|seen| seen.resumed).collect();
        assert_eq!(resumed, [false, true, false, true, false, true, true]);
        assert_eq!(server.connections(), 7);
    });
}

#[test]
fn another_credential_never_travels_on_the_same_connection() {
    alone("sharing::another_credential_never_travels_on_the_same_connection", || {
        for server in both() {
            let one = config(&server);
            for (name, value) in [
                ("api_key", "another-key"),
                ("api_client", "another-client"),
                ("header.Authorization", "Bearer another"),
            ] {
                let mut two = one.clone();
                two.set(name, value).unwrap();
                let clients = [Client::new(&one).unwrap(), Client::new(&two).unwrap()];
                for client in clients.iter().chain(&clients) {
                    assert_eq!(client.resend_otp(TOKEN, SESSION).status.name(), "ok");
                }
            }
            let mut owners: Vec<(usize, String)> = server
                .seen()
                .iter()
                .map(|seen| {
                    let header = |name| seen.header(name).unwrap_or_default();
                    (
                        seen.connection,
                        [header("apikeyprivate"), header("apiclientprivate"), header("authorization")].join(" "),
                    )
                })
                .collect();
            owners.sort();
            owners.dedup();
            assert_eq!(owners.len(), 4, "{owners:?}");
            assert_eq!(server.connections(), 4);
        }
    });
}

#[test]
fn another_trust_never_shares_a_connection() {
    alone("sharing::another_trust_never_shares_a_connection", || {
        let server = Server::https(echo);
        let one = config(&server);
        let twice = crate::support::process::temporary("twice.pem");
        let pem = std::fs::read_to_string(server.ca_file().unwrap()).unwrap();
        std::fs::write(&twice, format!("# the same and a comment\n{pem}")).unwrap();
        let mut two = one.clone();
        two.set("ca_file", twice.to_str().unwrap()).unwrap();
        for config in [&one, &two, &one, &two] {
            assert_eq!(Client::new(config).unwrap().resend_otp(TOKEN, SESSION).status.name(), "ok");
        }
        assert_eq!(server.connections(), 2);
    });
}

#[test]
fn an_idle_timeout_of_zero_means_a_fresh_connection_for_each_call() {
    for server in both() {
        let client = client(&server, &[("idle_timeout_ms", "0")]);
        for _ in 0..3 {
            assert_eq!(connection(&client.resend_otp(TOKEN, SESSION)), "new");
        }
        assert_eq!(server.connections(), 3);
    }
}

#[test]
fn what_idled_longer_than_the_callers_limit_is_not_used() {
    alone("sharing::what_idled_longer_than_the_callers_limit_is_not_used", || {
        let server = Server::http(echo);
        let patient = config(&server);
        let mut hasty = patient.clone();
        hasty.set("idle_timeout_ms", "1").unwrap();
        let patient = Client::new(&patient).unwrap();
        assert_eq!(connection(&patient.resend_otp(TOKEN, SESSION)), "new");
        assert_eq!(connection(&patient.resend_otp(TOKEN, SESSION)), "reused");
        let used = std::time::Instant::now();
        while used.elapsed() < std::time::Duration::from_millis(2) {
            thread::yield_now();
        }
        assert_eq!(connection(&Client::new(&hasty).unwrap().resend_otp(TOKEN, SESSION)), "new");
    });
}

/// A good answer with one more header.
fn with_header(name: &str, value: &str) -> Vec<u8> {
    answer("200 OK", &[("Content-Type", "application/json"), (name, value)], OK.as_bytes())
}

#[test]
fn a_connection_is_given_up_a_second_before_the_server_would_close_it() {
    alone("sharing::a_connection_is_given_up_a_second_before_the_server_would_close_it", || {
        let server = Server::http(|_| with_header("Keep-Alive", "timeout=2"));
        let client = client(&server, &[]);
        for _ in 0..2 {
            assert_eq!(connection(&client.resend_otp(TOKEN, SESSION)), "new");
            thread::sleep(std::time::Duration::from_millis(1100));
        }
    });
}

#[test]
fn a_connection_carries_no_more_requests_than_the_server_allows() {
    alone("sharing::a_connection_carries_no_more_requests_than_the_server_allows", || {
        // Only the first answer says so.
        let server = Server::http(|request| match request.connection {
            1 if request.body().contains("first") => with_header("Keep-Alive", "timeout=60, max=2"),
            _ => ok(OK),
        });
        let client = client(&server, &[]);
        let connections =
            ["first", "second", "third", "fourth"].map(|token| connection(&client.resend_otp(token, SESSION)));
        assert_eq!(connections, ["new", "reused", "reused", "new"]);
    });
}

#[test]
fn one_dead_connection_condemns_all_that_were_kept_with_it() {
    alone("sharing::one_dead_connection_condemns_all_that_were_kept_with_it", || {
        const KEPT: usize = 4;
        for tls in [false, true] {
            // As behind a firewall that forgot its flows: what is kept gets no answer any more.
            let forgotten = Arc::new(AtomicBool::new(false));
            let all_here = Arc::new(Barrier::new(KEPT));
            let answer = {
                let forgotten = Arc::clone(&forgotten);
                move |request: &Seen| {
                    if request.connection <= KEPT {
                        if forgotten.load(Ordering::SeqCst) {
                            loop {
                                thread::park();
                            }
                        }
                        all_here.wait();
                    }
                    echo(request)
                }
            };
            let server = if tls { Server::https(answer) } else { Server::http(answer) };
            let patient = config(&server);
            let mut hasty = patient.clone();
            hasty.set("timeout_ms", "300").unwrap();
            let client = Arc::new(Client::new(&patient).unwrap());
            let callers: Vec<_> = (0..KEPT)
                .map(|_| {
                    let client = Arc::clone(&client);
                    thread::spawn(move || assert_eq!(connection(&client.resend_otp(TOKEN, SESSION)), "new"))
                })
                .collect();
            for caller in callers {
                caller.join().unwrap();
            }
            forgotten.store(true, Ordering::SeqCst);

            let lost = Client::new(&hasty).unwrap().resend_otp(TOKEN, SESSION);
            let lost = (lost.status.name(), lost.transport.connection.map(Connection::name));
            assert_eq!(lost, ("in_doubt", Some("reused")));
            for _ in 0..KEPT {
                let outcome = client.resend_otp(TOKEN, SESSION);
                assert_eq!(outcome.status.name(), "ok", "{}", outcome.message);
            }
            assert_eq!(server.connections(), KEPT + 1);
        }
    });
}

#[test]
fn many_threads_share_one_client_and_each_gets_its_own_answer() {
    alone("sharing::many_threads_share_one_client_and_each_gets_its_own_answer", || {
        const THREADS: usize = 16;
        const CALLS: usize = 50;
        for server in both() {
            let client = Arc::new(client(&server, &[]));
            let start = Arc::new(Barrier::new(THREADS));
            let threads: Vec<_> = (0..THREADS)
                .map(|thread| {
                    let (client, start) = (Arc::clone(&client), Arc::clone(&start));
                    thread::spawn(move || {
                        start.wait();
                        for call in 0..CALLS {
                            let token = format!("token-{thread}-{call}");
                            let outcome = client.resend_otp(&token, SESSION);
                            assert_eq!(outcome.status.name(), "ok", "{}", outcome.message);
                            assert_eq!(outcome.otp_token.as_deref(), Some(&*format!("new-{token}")));
                        }
                    })
                })
                .collect();
            for thread in threads {
                thread.join().unwrap();
            }
            assert_eq!(server.seen().len(), THREADS * CALLS);
            assert!(server.connections() <= THREADS, "{} connections", server.connections());
        }
    });
}

#[test]
fn clients_may_come_and_go_while_others_call() {
    alone("sharing::clients_may_come_and_go_while_others_call", || {
        let server = Arc::new(Server::https(echo));
        let config = Arc::new(config(&server));
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let config = Arc::clone(&config);
                thread::spawn(move || {
                    for _ in 0..50 {
                        let client = Client::new(&config).unwrap();
                        assert_eq!(client.resend_otp(TOKEN, SESSION).status.name(), "ok");
                    }
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
        assert!(server.connections() <= 8, "{} connections", server.connections());
    });
}

#[test]
fn the_number_of_kept_pools_is_bounded() {
    alone("sharing::the_number_of_kept_pools_is_bounded", || {
        let server = Server::http(echo);
        let clients: Vec<_> = (0..80).map(|_| client(&server, &[])).collect();
        for client in &clients {
            assert_eq!(connection(&client.resend_otp(TOKEN, SESSION)), "new");
        }
        // The newest 64 are kept, the others gone.
        for client in &clients[16..] {
            assert_eq!(connection(&client.resend_otp(TOKEN, SESSION)), "reused");
        }
        for client in &clients[..16] {
            assert_eq!(connection(&client.resend_otp(TOKEN, SESSION)), "new");
        }
    });
}

#[test]
fn an_answer_that_nobody_asked_for_is_never_given_to_the_next_call_however_deep_it_is_buffered() {
    alone(
        "sharing::an_answer_that_nobody_asked_for_is_never_given_to_the_next_call_however_deep_it_is_buffered",
        || {
            // A long trailer fills the buffer; what stands after it in the same TLS record stays with TLS.
            for length in 65_420..65_536 {
                let stale = ok(&OK.replace("b1b9baa4018d4f17b1fd85592344b09a", "stale"));
                let server = Server::https(move |request| match request.body().contains("first") {
                    true => {
                        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
                        let body = format!("{:x}\r\n{OK}\r\n0\r\nX: {}\r\n\r\n", OK.len(), "a".repeat(length));
                        [head.as_bytes(), body.as_bytes(), &stale].concat()
                    }
                    false => echo(request),
                });
                let client = client(&server, &[]);
                client.resend_otp("first", SESSION);
                let second = client.resend_otp("second", SESSION);
                assert_eq!(second.otp_token.as_deref(), Some("new-second"), "{length}: {}", second.message);
            }
        },
    );
}
