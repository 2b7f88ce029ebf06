//! Proxies: what squid and tinyproxy say when they refuse or cannot, and what is told of it.

use std::process::Command;

use crate::apart::apart;
use crate::client::{Told, call, check, client};
use crate::daemon::{Daemon, file};
use crate::names::dnsmasq;
use crate::servers::nginx;

const SERVICE: &str = "https://localhost:8443";

/// Where a proxy waits.
const PORT: u16 = 3128;

/// tinyproxy, with these lines in its configuration.
pub fn tinyproxy(lines: &str) -> Daemon {
    let always = format!("Port {PORT}\nTimeout 20\nMaxClients 20\nLogLevel Info\n");
    Daemon::serving("tinyproxy", ["-d", "-c", &file("tinyproxy.conf", format!("{always}{lines}"))], PORT)
}

/// squid, with these lines in its configuration.
fn squid(lines: &str) -> Daemon {
    let folder = std::env::current_dir().unwrap();
    let always = format!(
        "http_port 127.0.0.1:{PORT}\ncache deny all\naccess_log stdio:/dev/stderr\ncache_log /dev/stderr\n\
        pid_filename none\nnetdb_filename none\ncoredump_dir {}\npinger_enable off\nvisible_hostname localhost\n\
        dns_nameservers 127.0.0.2\nconnect_timeout 2 seconds\nforward_timeout 2 seconds\n",
        folder.display()
    );
    let configuration = file("squid.conf", format!("{always}{lines}"));
    Daemon::serving("squid", ["-N", "-f", &configuration], PORT)
}

/// squid lets only this user in.
fn squid_with_a_user() -> Daemon {
    let hash = Command::new("openssl").args(["passwd", "-apr1", "p@ss:word"]).output().expect("openssl runs").stdout;
    let users = file("squid-users", format!("ali:{}", String::from_utf8(hash).unwrap()));
    squid(&format!(
        "auth_param basic program /usr/lib/squid/basic_ncsa_auth {users}\nauth_param basic realm till\n\
        acl users proxy_auth REQUIRED\nhttp_access allow users\nhttp_access deny all\n"
    ))
}

fn open_squid() -> Daemon {
    squid("http_access allow all\n")
}

fn open_tinyproxy() -> Daemon {
    tinyproxy("")
}

fn tinyproxy_with_a_user() -> Daemon {
    tinyproxy("BasicAuth ali password\n")
}

const PROXY: &str = "http://127.0.0.1:3128";

/// What the connection test and a call through the proxy say.
fn through(proxy: &str, service: &str) -> [Told; 2] {
    let client = client(service, &[("proxy", proxy)]);
    [check(&client), call(&client)]
}

/// Proxies, each with what is expected of it.
type Proxies<const N: usize> = [(fn() -> Daemon, &'static str); N];

#[test]
fn a_call_goes_through_a_proxy_and_through_one_that_wants_a_user() {
    const PROXIES: Proxies<4> = [
        (open_squid, PROXY),
        (squid_with_a_user, "http://ali:p%40ss%3Aword@127.0.0.1:3128"),
        (open_tinyproxy, PROXY),
        (tinyproxy_with_a_user, "http://ali:password@127.0.0.1:3128"),
    ];
    apart(|| {
        let _server = nginx("");
        for (start, url) in PROXIES {
            let _proxy = start();
            for told in through(url, SERVICE) {
                told.is("ok");
            }
        }
    });
}

#[test]
fn a_proxy_that_wants_other_credentials_is_told_as_such() {
    // tinyproxy has another number for those who said who they are.
    const PROXIES: Proxies<2> = [
        (squid_with_a_user, "407: it does not accept the user and the password (Proxy Authentication Required)"),
        (tinyproxy_with_a_user, "401: it does not accept the user and the password (Unauthorized)"),
    ];
    apart(|| {
        let _server = nginx("");
        for (start, to_a_wrong_password) in PROXIES {
            let _proxy = start();
            for (url, words) in [
                ("http://ali:wrong@127.0.0.1:3128", to_a_wrong_password),
                (PROXY, "407: it wants a user and a password"),
            ] {
                for told in through(url, SERVICE) {
                    told.is("not_sent proxy proxy fix_configuration").saying(words);
                }
            }
        }
    });
}

#[test]
fn a_proxy_that_refuses_is_told_in_its_words() {
    const PROXIES: Proxies<3> = [
        (|| squid("http_access deny all\n"), "403 (Forbidden)"),
        (|| tinyproxy("ConnectPort 443\n"), "403 (Access violation)"),
        (|| tinyproxy("Allow 127.0.0.9\n"), "403 (Access denied)"),
    ];
    apart(|| {
        let _server = nginx("");
        for (start, words) in PROXIES {
            let _proxy = start();
            for told in through(PROXY, SERVICE) {
                told.is("not_sent proxy proxy fix_configuration").saying(words);
            }
        }
    });
}

#[test]
fn a_proxy_that_cannot_reach_the_service_is_the_networks_trouble() {
    const PROXIES: Proxies<2> =
        [(open_squid, "503 (Service Unavailable)"), (open_tinyproxy, "500 (Unable to connect)")];
    apart(|| {
        for (start, words) in PROXIES {
            let _proxy = start();
            // Nobody listens there.
            for told in through(PROXY, "https://127.0.0.1:9") {
                told.is("not_sent connect proxy retry").saying(words);
            }
        }
    });
}

#[test]
fn a_name_that_the_proxy_does_not_know_is_the_networks_trouble() {
    const PROXIES: Proxies<2> =
        [(open_squid, "500 (Internal Server Error)"), (open_tinyproxy, "500 (Unable to connect)")];
    apart(|| {
        let _dns = dnsmasq();
        for (start, words) in PROXIES {
            let _proxy = start();
            for told in through(PROXY, "https://unknown.test:8443") {
                told.is("not_sent connect proxy retry").saying(words);
            }
        }
    });
}

#[test]
fn a_proxy_that_lets_only_known_programs_through_knows_the_library() {
    apart(|| {
        let _server = nginx("");
        let _proxy = squid("acl known browser ^libpaywall/\nhttp_access allow known\nhttp_access deny all\n");
        for told in through(PROXY, SERVICE) {
            told.is("ok");
        }
    });
}

#[test]
fn a_proxy_that_is_not_there_is_the_networks_trouble() {
    apart(|| {
        for told in through(PROXY, SERVICE) {
            told.is("not_sent connect proxy retry").saying("could not connect to 127.0.0.1, port 3128");
        }
    });
}
