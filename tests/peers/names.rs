//! Name servers as they are met: one is dead, one drops what it does not know, one gives addresses where nobody is.

use std::net::UdpSocket;
use std::thread;
use std::time::Duration;

use paywall::Client;

use crate::apart::{apart, drop_packets_to, dropped_packets, sockets};
use crate::client::{call, client};
use crate::daemon::Daemon;
use crate::proxies::tinyproxy;
use crate::servers::nginx;

/// The name server that works: the second one of the system's resolver.
pub fn dnsmasq() -> Daemon {
    let always = ["--keep-in-foreground", "--conf-file=/dev/null", "--user=", "--pid-file=", "--log-facility=-"];
    let here = ["--log-queries", "--listen-address=127.0.0.2", "--bind-interfaces", "--no-resolv", "--no-hosts"];
    // Addresses at which the firewall lets nobody be, before one that is good: the system's resolver sorts them so, since
    // they are nearer to the address from which it would connect.
    let names = [
        "--local=/test/",
        "--host-record=service.test,127.0.0.200",
        "--host-record=one.test,127.0.0.4",
        "--host-record=one.test,127.0.0.200",
        "--host-record=three.test,127.0.0.4",
        "--host-record=three.test,127.0.0.5",
        "--host-record=three.test,127.0.0.6",
        "--host-record=three.test,127.0.0.200",
    ];
    let mut daemon = Daemon::start("dnsmasq", always.iter().chain(&here).chain(&names));
    daemon.wait_until("it has the port 53", |_| sockets("udp").iter().any(|socket| socket.local_port == 53));
    daemon
}

/// The first name server gets questions, and never answers.
fn dead_name_server() -> UdpSocket {
    UdpSocket::bind("127.0.0.1:53").unwrap()
}

#[test]
fn a_dead_first_name_server_is_survived_with_the_default_options() {
    apart(|| {
        let _dns = (dnsmasq(), dead_name_server());
        let _server = nginx("");
        let client = client("https://service.test:8443", &[("idle_timeout_ms", "0")]);
        let first = call(&client).is("ok");
        assert!(first.elapsed().as_secs() >= 4, "the system's resolver waits for the first one: {first:?}");
        // Meanwhile the last known address serves.
        call(&client).is("ok").within(2.0);
    });
}

#[test]
fn a_late_answer_of_the_resolver_serves_the_next_call() {
    apart(|| {
        let (mut dns, _dead) = (dnsmasq(), dead_name_server());
        let _server = nginx("");
        let client = client("https://service.test:8443", &[("timeout_ms", "1500")]);
        call(&client).is("not_sent timeout resolve retry");
        dns.wait_until("it was asked at last", |dns| dns.log().contains("query[A] service.test"));
        // For the answer to get to where nobody waits for it.
        thread::sleep(Duration::from_millis(300));
        call(&client).is("ok");
    });
}

/// What old routers and load balancers do with a question for an IPv6 address.
#[test]
fn a_resolver_that_drops_questions_for_ipv6_costs_a_moment() {
    apart(|| {
        let _dns = dnsmasq();
        let relay = UdpSocket::bind("127.0.0.1:53").unwrap();
        thread::spawn(move || {
            let mut packet = [0; 4096];
            while let Ok((length, asker)) = relay.recv_from(&mut packet) {
                // Behind the name, which a zero ends, stands the type.
                let question = &packet[..length];
                let end = 12 + question[12..].iter().position(|byte| *byte == 0).unwrap();
                if question[end + 1..end + 3] == [0, 28] {
                    continue;
                }
                let onward = UdpSocket::bind("127.0.0.1:0").unwrap();
                onward.send_to(question, "127.0.0.2:53").unwrap();
                let length = onward.recv(&mut packet).unwrap();
                relay.send_to(&packet[..length], asker).unwrap();
            }
        });
        let _server = nginx("");
        call(&client("https://service.test:8443", &[("timeout_ms", "4000")])).is("ok");
    });
}

/// Asserts that a new connection leads to the good address at once. On a busy machine that one may take longer than its
/// head start, so one call of five will do.
fn is_remembered(client: &Client) {
    let leads_to_nobody_else = || {
        let before = dropped_packets();
        call(client).is("ok");
        dropped_packets() == before
    };
    assert!((0..5).any(|_| leads_to_nobody_else()));
}

#[test]
fn dead_addresses_of_the_service_are_passed_by_and_the_good_one_is_remembered() {
    apart(|| {
        let _dns = dnsmasq();
        let _server = nginx("");
        for address in ["127.0.0.4", "127.0.0.5", "127.0.0.6"] {
            drop_packets_to(address);
        }
        for name in ["one", "three"] {
            let client = client(&format!("https://{name}.test:8443"), &[("idle_timeout_ms", "0")]);
            call(&client).is("ok").within(2.0);
            is_remembered(&client);
        }
    });
}

#[test]
fn dead_addresses_of_the_proxy_are_passed_by() {
    apart(|| {
        let _dns = dnsmasq();
        let (_proxy, _server) = (tinyproxy("Listen 127.0.0.200\n"), nginx(""));
        for address in ["127.0.0.4", "127.0.0.5", "127.0.0.6"] {
            drop_packets_to(address);
        }
        let proxy = [("proxy", "http://three.test:3128"), ("idle_timeout_ms", "0")];
        let client = client("https://localhost:8443", &proxy);
        call(&client).is("ok").within(2.0);
        is_remembered(&client);
    });
}
