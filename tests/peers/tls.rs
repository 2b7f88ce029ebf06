//! What servers want of TLS that the library does not have: a certificate of the client's, or HTTP/2 inside.

use std::thread;

use paywall::Client;

use crate::apart::apart;
use crate::client::{OK, Told, call, check, client};
use crate::daemon::Daemon;
use crate::servers::{PORT, Pem, apache, haproxy, nginx, node};

const URL: &str = "https://localhost:8443";

/// Well before the deadline of a call.
const SOON: f64 = 5.0;

#[derive(Clone, Copy, PartialEq)]
enum Version {
    Tls12,
    Tls13,
}

impl Version {
    const BOTH: [Version; 2] = [Version::Tls12, Version::Tls13];

    /// The one of two words that is for this version.
    fn pick<'a>(self, tls12: &'a str, tls13: &'a str) -> &'a str {
        if self == Version::Tls12 { tls12 } else { tls13 }
    }
}

fn nginx_that(asks: &str, version: Version) -> Daemon {
    let version = version.pick("TLSv1.2", "TLSv1.3");
    let authority = Pem::authority();
    nginx(&format!("ssl_protocols {version}; ssl_verify_client {asks}; ssl_client_certificate {authority};"))
}

fn apache_that(asks: &str, version: Version) -> Daemon {
    let version = version.pick("TLSv1.2", "TLSv1.3");
    apache(&format!("SSLProtocol {version}\nSSLCACertificateFile {}\n{asks}", Pem::authority()))
}

fn haproxy_that(asks: &str, version: Version) -> Daemon {
    let version = version.pick("force-tlsv12", "force-tlsv13");
    haproxy(&format!("{version} verify {asks} ca-file {}", Pem::authority()), "")
}

fn node_that(asks: &str, version: Version) -> Daemon {
    node(&[asks, version.pick("tls1.2", "tls1.3")])
}

fn gnutls_that(asks: &str, version: Version) -> Daemon {
    let Pem { chain, key, .. } = Pem::new();
    let version = format!("NORMAL:-VERS-ALL:+{}", version.pick("VERS-TLS1.2", "VERS-TLS1.3"));
    let identity = ["--x509certfile", &chain, "--x509keyfile", &key, "--x509cafile", Pem::authority()];
    let options = ["--http", "--port", &PORT.to_string(), "--priority", &version];
    Daemon::serving("gnutls-serv", identity.into_iter().chain(options).chain(asks.split_whitespace()), PORT)
}

/// OpenSSL's server, which sends what is typed in, and prints what it gets and each message of TLS.
fn openssl_that(asks: &str, version: Version) -> Daemon {
    let Pem { chain, key, .. } = Pem::new();
    let identity = ["s_server", "-cert", &chain, "-key", &key, "-CAfile", Pem::authority()];
    let options = ["-msg", "-accept", &PORT.to_string(), version.pick("-tls1_2", "-tls1_3")];
    Daemon::serving("openssl", identity.into_iter().chain(options).chain(asks.split_whitespace()), PORT)
}

/// What the connection test and a call say.
fn both(client: &Client) -> [Told; 2] {
    [check(client), call(client)]
}

#[test]
fn a_client_certificate_that_is_only_asked_for_is_not_missed() {
    const ASKING: [fn(Version) -> Daemon; 4] = [
        |version| nginx_that("optional", version),
        |version| apache_that("SSLVerifyClient optional", version),
        |version| haproxy_that("optional", version),
        |version| node_that("ask", version),
    ];
    apart(|| {
        for version in Version::BOTH {
            for asking in ASKING {
                let _server = asking(version);
                for told in both(&client(URL, &[])) {
                    told.is("ok").within(SOON);
                }
            }
        }
    });
}

#[test]
fn a_server_that_demands_a_client_certificate_gets_no_request() {
    const DEMANDING: [fn(Version) -> Daemon; 5] = [
        |version| apache_that("SSLVerifyClient require", version),
        |version| haproxy_that("required", version),
        |version| node_that("demand", version),
        |version| gnutls_that("--require-client-cert", version),
        |version| openssl_that("-Verify 1", version),
    ];
    apart(|| {
        for version in Version::BOTH {
            for demanding in DEMANDING {
                let _server = demanding(version);
                for told in both(&client(URL, &[])) {
                    told.is("not_sent tls tls fix_configuration").saying("demands a client certificate").within(SOON);
                }
            }
        }
    });
}

/// nginx makes TLS all the same, and refuses the request.
#[test]
fn the_refusal_of_nginx_without_a_client_certificate_is_an_answer() {
    apart(|| {
        for version in Version::BOTH {
            let _server = nginx_that("on", version);
            let client = client(URL, &[]);
            check(&client).is("ok");
            let told = call(&client).is("rejected http service fix_request").within(SOON);
            assert_eq!(told.0.http_status, Some(400));
            assert!(told.0.response_body.as_ref().unwrap().contains("No required SSL certificate was sent"));
        }
    });
}

/// Apache asks for one behind the request, where it is demanded for a folder: by a renegotiation, or in TLS 1.3 after the
/// handshake, which the client says in the handshake that it does not know.
#[test]
fn a_client_certificate_that_is_demanded_behind_the_request_ends_the_call_at_once() {
    const FOLDER: &str = "<Location /api>\nSSLVerifyClient require\n</Location>";
    apart(|| {
        let server = apache_that(FOLDER, Version::Tls12);
        let client = client(URL, &[]);
        check(&client).is("ok");
        call(&client).is("in_doubt connection_lost receive await_code").within(SOON);
        drop(server);

        let _server = apache_that(FOLDER, Version::Tls13);
        let told = call(&client).is("rejected forbidden service fix_configuration").within(SOON);
        assert_eq!(told.0.http_status, Some(403));
    });
}

#[test]
fn a_server_that_speaks_only_http_2_gets_no_request() {
    const SERVERS: [fn(Version) -> Daemon; 2] =
        [|version| openssl_that("-alpn h2", version), |version| gnutls_that("--alpn=h2 --alpn-fatal", version)];
    apart(|| {
        for version in Version::BOTH {
            for start in SERVERS {
                let _server = start(version);
                for told in both(&client(URL, &[])) {
                    told.is("not_sent tls tls fix_configuration").within(SOON);
                }
            }
        }
    });
}

/// It makes TLS with everybody, and only then finds out.
#[test]
fn a_server_that_speaks_only_http_2_and_hides_it_in_the_handshake_ends_the_call_at_once() {
    apart(|| {
        let _server = haproxy("proto h2", "");
        call(&client(URL, &[])).is("in_doubt connection_lost receive await_code").within(SOON);
    });
}

/// The server asks for new keys in the midst of its answer. The client's come before its next request.
#[test]
fn a_key_update_during_an_answer_spoils_neither_the_answer_nor_the_connection() {
    const ASKED: &str = ">>> TLS 1.3, Handshake [length 0005], KeyUpdate";
    const ANSWERED: &str = "<<< TLS 1.3, Handshake [length 0005], KeyUpdate";
    let requests = |log: &str| log.matches("\"OtpToken\"").count();
    apart(|| {
        let mut server = openssl_that("", Version::Tls13);
        let client = client(URL, &[]);
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{OK}", OK.len());
        let (first, second) = answer.split_at(answer.find("\"Body\"").unwrap());
        thread::scope(|scope| {
            let calling = scope.spawn(|| call(&client).is("ok"));
            server.wait_until("the request came", |server| requests(&server.log()) == 1);
            server.type_in(first.as_bytes());
            // A command is one only at the beginning of what is read: it must not come together with what is before it.
            let sent = |log: &str| log.rsplit("\"OtpToken\"").next().unwrap().contains(">>> TLS");
            server.wait_until("the first half left", |server| sent(&server.log()));
            server.type_in(b"K\n");
            server.wait_until("it asked for new keys", |server| server.log().contains(ASKED));
            server.type_in(second.as_bytes());
            calling.join().unwrap();

            let calling = scope.spawn(|| call(&client).is("ok"));
            server.wait_until("another request came", |server| requests(&server.log()) == 2);
            server.type_in(answer.as_bytes());
            assert_eq!(calling.join().unwrap().connection(), "reused");
            assert!(server.log().contains(ANSWERED));
        });
    });
}
