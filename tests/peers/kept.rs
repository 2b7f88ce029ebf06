//! Kept connections: servers that close idle ones, and a firewall on the way that forgets them.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use paywall::Client;

use crate::apart::{apart, forget_connections, ports_connected_to};
use crate::client::{call, client};
use crate::servers::{PORT, apache, nginx, node};

const URL: &str = "https://localhost:8443";

/// Calls spaced around the two seconds after which the server closes: each client has pauses of its own length.
fn no_call_meets_the_close(url: &str) {
    let around_the_limit = [1900, 1950, 1975, 2000, 2025, 2050, 2100];
    thread::scope(|scope| {
        for pause in around_the_limit.map(Duration::from_millis) {
            scope.spawn(move || {
                let client = client(url, &[]);
                assert_eq!(call(&client).is("ok").connection(), "new");
                assert_eq!(call(&client).is("ok").connection(), "reused");
                for _ in 0..2 {
                    thread::sleep(pause);
                    // The server announces two seconds: with one in hand, the connection is not trusted any more.
                    assert_eq!(call(&client).is("ok").connection(), "new", "after {pause:?}");
                }
            });
        }
    });
}

#[test]
fn calls_around_the_idle_limit_of_apache_never_meet_its_close() {
    apart(|| {
        let _server = apache("KeepAliveTimeout 2");
        no_call_meets_the_close(URL);
    });
}

#[test]
fn calls_around_the_idle_limit_of_node_never_meet_its_close() {
    apart(|| {
        let _server = node(&[]);
        no_call_meets_the_close(URL);
    });
}

#[test]
fn calls_around_the_idle_limit_of_node_without_tls_never_meet_its_close() {
    apart(|| {
        let _server = node(&["http"]);
        no_call_meets_the_close("http://127.0.0.1:8443");
    });
}

#[test]
fn calls_around_the_idle_limit_that_nginx_announces_never_meet_its_close() {
    apart(|| {
        let _server = nginx("keepalive_timeout 2s 2s;");
        no_call_meets_the_close(URL);
    });
}

/// Whether each of seven calls reused the connection of the one before.
fn reuses(client: &Client) -> Vec<bool> {
    (0..7).map(|_| call(client).is("ok").connection() == "reused").collect()
}

#[test]
fn a_connection_carries_as_many_requests_as_the_server_allows() {
    apart(|| {
        // Apache does not count the first one.
        for limited in [|| apache("MaxKeepAliveRequests 2"), || nginx("keepalive_requests 3;")] {
            let _server = limited();
            assert_eq!(reuses(&client(URL, &[])), [false, true, true, false, true, true, false]);
        }
    });
}

/// Eight connections of one client, idle.
fn eight_kept(client: &Client) -> Vec<u16> {
    let together = Barrier::new(8);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                together.wait();
                call(client).is("ok");
            });
        }
    });
    let ports = ports_connected_to(PORT);
    assert_eq!(ports.len(), 8, "a connection for each of the calls, which took a second");
    ports
}

#[test]
fn after_a_firewall_forgot_eight_kept_connections_at_most_one_call_is_lost() {
    apart(|| {
        let _server = node(&["slow", "keep"]);
        let client = client(URL, &[("timeout_ms", "5000")]);
        forget_connections(&eight_kept(&client));
        call(&client).is("in_doubt timeout receive await_code");
        for _ in 0..3 {
            call(&client).is("ok");
        }
    });
}

#[test]
fn a_connection_that_a_firewall_forgot_is_found_dead_while_it_is_idle() {
    apart(|| {
        let _server = node(&["slow", "keep"]);
        let client = client(URL, &[]);
        forget_connections(&eight_kept(&client));
        let begun = Instant::now();
        while !ports_connected_to(PORT).is_empty() {
            assert!(begun.elapsed() < Duration::from_secs(12), "8 seconds were promised");
            thread::sleep(Duration::from_millis(50));
        }
        assert_eq!(call(&client).is("ok").connection(), "new");
    });
}
