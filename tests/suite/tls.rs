//! Peers that cannot be trusted are refused before anything of the request has left, and the message says why.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use paywall::{Client, Outcome};

use crate::support::certificates::{Authority, Identity, self_signed};
use crate::support::openssl::{CA, LOCALHOST, OpensslServer, P256, Pki};
use crate::support::server::{Server, ok};
use crate::support::{OK, SESSION, TOKEN, client, config};

#[track_caller]
fn assert_refused(outcome: &Outcome, reason: &str) {
    let error = outcome.error.as_ref().expect("a refusal has an error");
    assert_eq!((outcome.status.name(), error.kind.name()), ("not_sent", "tls"), "{}", outcome.message);
    assert_eq!((outcome.action.name(), error.stage.name()), ("fix_configuration", "tls"));
    assert!(outcome.message.contains(reason), "{reason}: {}", outcome.message);
    assert!(error.detail.is_some());
}

#[test]
fn a_certificate_that_proves_nothing_is_refused_with_its_reason() {
    let trusted = Authority::trusted();
    let cases: Vec<(Identity, &str)> = vec![
        (trusted.sign(&["localhost"], 2000, 2001), "has expired"),
        (trusted.sign(&["localhost"], 2090, 2100), "is not valid yet"),
        (trusted.leaf(&["other.example"]), "is for another host"),
        (trusted.leaf(&["127.0.0.1"]), "is for another host"),
        (self_signed(&["localhost"]), "is self-signed, and this machine does not trust it"),
        (Authority::new("unknown").leaf(&["localhost"]), "did not send the certificate of \"unknown\""),
    ];
    for (identity, reason) in cases {
        let server = Server::with_identity(&identity);
        let client = client(&server, &[]);
        for outcome in [client.resend_otp(TOKEN, SESSION), client.check()] {
            assert_refused(&outcome, reason);
        }
        assert_eq!(server.seen().len(), 0, "nothing of the request reached the peer");
    }
}

#[test]
fn the_systems_store_alone_does_not_trust_a_private_authority() {
    let server = Server::https(|_| ok(OK));
    let mut config = config(&server);
    let other = Authority::new("another");
    config.set("ca_file", other.ca_file.to_str().unwrap()).unwrap();
    assert_refused(&Client::new(&config).unwrap().resend_otp(TOKEN, SESSION), "ca_file can add it");
    assert_eq!(server.seen().len(), 0);
}

#[test]
fn a_host_given_as_an_address_is_verified_as_an_address() {
    let server = Server::https(|_| ok(OK));
    let base_url = format!("https://127.0.0.1:{}", server.port());
    assert_eq!(client(&server, &[("base_url", &base_url)]).resend_otp(TOKEN, SESSION).status.name(), "ok");
    let other = format!("https://127.0.0.2:{}", server.port());
    let outcome = client(&server, &[("base_url", &other)]).resend_otp(TOKEN, SESSION);
    assert_eq!(outcome.status.name(), "not_sent");
}

#[test]
fn a_session_that_the_peer_does_not_go_on_with_is_not_offered_again() {
    let identity = Authority::trusted().leaf(&["localhost"]);
    let tls = identity.server_config();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base_url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let peer = thread::spawn(move || {
        let mut resumed = Vec::new();
        for takes_it in [true, true, false, true] {
            let (mut stream, _) = listener.accept().unwrap();
            if !takes_it {
                assert_ne!(stream.read(&mut [0; 4096]).unwrap(), 0, "the beginning of a handshake");
                continue;
            }
            let mut tls = rustls::ServerConnection::new(Arc::clone(&tls)).unwrap();
            let mut tls = rustls::Stream::new(&mut tls, &mut stream);
            assert_ne!(tls.read(&mut [0; 4096]).unwrap(), 0, "a request");
            tls.write_all(&ok(OK)).unwrap();
            resumed.push(tls.conn.handshake_kind() == Some(rustls::HandshakeKind::Resumed));
        }
        resumed
    });

    let server = Server::https(|_| ok(OK));
    let client = client(&server, &[("base_url", &base_url), ("idle_timeout_ms", "0")]);
    for expected in ["ok", "ok", "not_sent", "ok"] {
        let outcome = client.resend_otp(TOKEN, SESSION);
        assert_eq!(outcome.status.name(), expected, "{}", outcome.message);
    }
    assert_eq!(peer.join().unwrap(), [false, true, false]);
}

#[test]
fn peers_that_speak_only_old_tls_are_refused_and_a_current_one_of_the_same_make_is_not() {
    let pki = Pki::new("old-tls");
    pki.root("ca", &format!("{P256} -addext {CA}"));
    pki.issue("ca", "leaf", P256, LOCALHOST, "");
    let outcome_of = |options: &[&str]| {
        let openssl = OpensslServer::start(&pki.path("leaf.pem"), &pki.path("leaf.key"), options);
        let server = Server::https(|_| ok(OK));
        let base_url = format!("https://localhost:{}", openssl.port);
        let ca_file = pki.path("ca.pem");
        let options = [("base_url", &*base_url), ("timeout_ms", "3000"), ("ca_file", ca_file.to_str().unwrap())];
        let client = client(&server, &options);
        let checked = client.check();
        let sent = client.resend_otp(TOKEN, SESSION);
        (checked, sent, openssl.finish())
    };
    for version in ["-tls1", "-tls1_1"] {
        let (checked, sent, output) = outcome_of(&[version, "-cipher", "ALL:@SECLEVEL=0"]);
        for outcome in [checked, sent] {
            assert_refused(&outcome, "TLS");
        }
        assert!(!output.contains("POST"), "{output}");
    }
    for version in ["-tls1_2", "-tls1_3"] {
        // It answers nothing by itself; that it takes the request shows that only the version was the obstacle above.
        let (checked, sent, output) = outcome_of(&[version]);
        assert_eq!(checked.status.name(), "ok", "{}", checked.message);
        assert_eq!(sent.status.name(), "in_doubt", "{}", sent.message);
        assert!(output.contains("POST /api/paywall/masterpass/otp/resend"), "{output}");
    }
}

#[test]
fn a_peer_without_tls_is_refused() {
    let old_hello = [&[22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1][..], &[7; 32], &[0, 0, 47, 0]].concat();
    let greetings: [(&[u8], &str); 6] = [
        (b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "does not speak TLS"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "does not speak TLS"),
        (b"220 mail.example ESMTP\r\n", "does not speak TLS"),
        (b"\x4a\0\0\0\x0a8.0.36\0", "does not speak TLS"),
        (&[0x15, 3, 3, 0xff, 0xff], "does not speak TLS"),
        (&old_hello, "only versions of TLS that are not safe any more"),
    ];
    for (greeting, reason) in greetings {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let greeting = greeting.to_vec();
        let peer = thread::spawn(move || {
            let (mut stream, _): (TcpStream, _) = listener.accept().unwrap();
            stream.write_all(&greeting).unwrap();
            let mut received = Vec::new();
            _ = stream.read_to_end(&mut received);
            received
        });
        let server = Server::https(|_| ok(OK));
        assert_refused(&client(&server, &[("base_url", &base_url)]).resend_otp(TOKEN, SESSION), reason);
        let received = peer.join().unwrap();
        assert!(!received.windows(4).any(|bytes| bytes == b"POST"));
    }
}
