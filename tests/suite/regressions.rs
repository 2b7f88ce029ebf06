//! Faults of the delivery that somebody found by looking for them: each of these tests failed once.

use std::io::{Read, Write};
use std::net::{IpAddr, TcpListener, UdpSocket};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use paywall::{Client, Config, Outcome};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use crate::support::certificates::{Authority, Identity, self_signed};
use crate::support::process::behind_a_name_server;
use crate::support::server::{Server, answer, ok};
use crate::support::{OK, SESSION, TOKEN, alone, client};

/// A server that only asks for a client certificate, and then says nothing of its own accord.
fn asks_for_a_certificate() -> ServerConfig {
    let trusted = Authority::trusted();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(&trusted.ca_file).unwrap()).unwrap();
    let provider = Arc::new(ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
    let identity = trusted.leaf(&["localhost"]);
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier.allow_unauthenticated().build().unwrap())
        .with_single_cert(
            vec![identity.certificate.clone()],
            PrivateKeyDer::try_from(identity.key.serialize_der()).unwrap(),
        )
        .unwrap();
    config.send_tls13_tickets = 0;
    config
}

fn config(url: &str, options: &[(&str, &str)]) -> Config {
    let mut config = Config::new();
    config.set("base_url", url).unwrap();
    config.set("api_key", &format!("key-{}", uuid::Uuid::new_v4())).unwrap();
    config.set("api_client", "client-of-the-tests").unwrap();
    config.set("ca_file", Authority::trusted().ca_file.to_str().unwrap()).unwrap();
    for (name, value) in options {
        config.set(name, value).unwrap();
    }
    config
}

fn kind(outcome: &Outcome) -> (&str, &str) {
    (outcome.status.name(), outcome.error.as_ref().map_or("none", |error| error.kind.name()))
}

/// Waiting for a refusal must not use up the call: the request would leave only when nobody waits for its answer any more.
#[test]
fn a_short_call_to_a_server_that_asks_for_a_client_certificate_is_not_in_doubt() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let server_config = Arc::new(asks_for_a_certificate());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream =
                StreamOwned::new(ServerConnection::new(Arc::clone(&server_config)).unwrap(), stream.unwrap());
            _ = stream.read(&mut [0; 4096]);
            _ = stream.write_all(&ok(OK));
            _ = stream.flush();
        }
    });
    let client = Client::new(&config(&url, &[("timeout_ms", "900"), ("idle_timeout_ms", "0")])).unwrap();
    let outcome = client.resend_otp(TOKEN, SESSION);
    assert_eq!(kind(&outcome), ("ok", "none"), "{}", outcome.message);
}

/// ureq takes the connection back before anybody has looked at the head of an answer without a body.
#[test]
fn what_an_answer_without_a_body_announces_is_kept_to() {
    alone("regressions::what_an_answer_without_a_body_announces_is_kept_to", || {
        let head = [("Connection", "keep-alive"), ("Keep-Alive", "timeout=1, max=100")];
        let server = Server::http(move |_| answer("429 Slow Down", &head, b""));
        let client = client(&server, &[]);
        for _ in 0..2 {
            assert_eq!(kind(&client.resend_otp(TOKEN, SESSION)), ("rejected", "rate_limited"));
        }
        assert_eq!(server.connections(), 2);
    });
}

/// A peer's words are cut in the middle of a message: no beginning of a secret may be left there.
#[test]
fn a_secret_that_is_echoed_across_the_cut_of_a_failure_is_masked() {
    const CLIENT: &str = "planted-api-client";
    for length in (900..1024).step_by(3) {
        let coding = format!("{}{CLIENT}", "a".repeat(length));
        let server = Server::http(move |_| answer("200 OK", &[("Content-Encoding", &coding)], b"{}"));
        let outcome = client(&server, &[("api_client", CLIENT)]).resend_otp(TOKEN, SESSION);
        assert_eq!(kind(&outcome), ("in_doubt", "bad_response"));
        assert!(!outcome.message.contains(&CLIENT[..9]), "{length}: {}", outcome.message);
    }
}

/// A host may call from the destructor of a thread-local of its own, when those of the library are gone.
#[test]
fn a_refused_certificate_in_the_destructor_of_a_thread_local_is_no_bug() {
    struct AtTheEnd(Client, Arc<Mutex<Option<Outcome>>>);
    impl Drop for AtTheEnd {
        fn drop(&mut self) {
            *self.1.lock().unwrap() = Some(self.0.check());
        }
    }
    thread_local! {
        static LAST: std::cell::RefCell<Option<AtTheEnd>> = const { std::cell::RefCell::new(None) };
    }
    let server = Server::with_identity(&self_signed(&["localhost"]));
    let client = Client::new(&config(&server.url(), &[])).unwrap();
    let told = Arc::new(Mutex::new(None));
    let there = Arc::clone(&told);
    thread::spawn(move || {
        let another = Client::new(&config(&server.url(), &[])).unwrap();
        LAST.set(Some(AtTheEnd(client, there)));
        another.check();
    })
    .join()
    .unwrap();
    let outcome = told.lock().unwrap().take().unwrap();
    assert_eq!(kind(&outcome), ("not_sent", "tls"), "{}", outcome.message);
}

/// Answers A with the address that is due, after so many milliseconds, and AAAA with nothing or never.
fn name_server(address: Arc<Mutex<(IpAddr, u64)>>, answers_aaaa: bool) {
    let socket = Arc::new(UdpSocket::bind("127.0.0.1:53").expect("the name server's port in a network of its own"));
    thread::spawn(move || {
        loop {
            let mut question = vec![0; 512];
            let (length, from) = socket.recv_from(&mut question).unwrap();
            question.truncate(length);
            let end = 12 + question[12..].iter().position(|byte| *byte == 0).unwrap() + 5;
            let is_a = question[end - 3] == 1;
            if !is_a && !answers_aaaa {
                continue;
            }
            let (address, delay) = *address.lock().unwrap();
            let IpAddr::V4(address) = address else { panic!("IPv4") };
            let mut reply = question[..2].to_vec();
            reply.extend([0x81, 0x80, 0, 1, 0, u8::from(is_a), 0, 0, 0, 0]);
            reply.extend(&question[12..end]);
            if is_a {
                reply.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4]);
                reply.extend(address.octets());
            }
            let socket = Arc::clone(&socket);
            thread::spawn(move || {
                thread::sleep(Duration::from_millis(delay));
                _ = socket.send_to(&reply, from);
            });
        }
    });
}

/// The addresses are known: `connect_timeout_ms` counts, also while a resolver that drops AAAA might still say more.
#[test]
fn an_address_that_is_no_good_does_not_wait_for_the_resolver_for_longer_than_connecting_may_take() {
    behind_a_name_server(
        "regressions::an_address_that_is_no_good_does_not_wait_for_the_resolver_for_longer_than_connecting_may_take",
        "nameserver 127.0.0.1\noptions timeout:30 attempts:1\n",
        "127.0.0.1 localhost\n",
        || {
            name_server(Arc::new(Mutex::new((IpAddr::from([127, 0, 0, 1]), 0))), false);
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let url = format!("https://one.example:{}", listener.local_addr().unwrap().port());
            thread::spawn(move || listener.incoming().for_each(drop));
            let options = [("timeout_ms", "6000"), ("connect_timeout_ms", "500")];
            let client = Client::new(&config(&url, &options)).unwrap();
            let start = Instant::now();
            let outcome = client.resend_otp(TOKEN, SESSION);
            assert_eq!(kind(&outcome), ("not_sent", "connection_lost"), "{}", outcome.message);
            assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
        },
    );
}

/// The last known address belongs to somebody else by now, and the resolver takes its time to say where the service is.
#[test]
fn a_last_known_address_that_is_another_s_by_now_does_not_end_the_call() {
    behind_a_name_server(
        "regressions::a_last_known_address_that_is_another_s_by_now_does_not_end_the_call",
        "nameserver 127.0.0.1\noptions timeout:30 attempts:1\n",
        "127.0.0.1 localhost\n",
        || {
            let address = Arc::new(Mutex::new((IpAddr::from([127, 0, 0, 2]), 0)));
            name_server(Arc::clone(&address), true);
            let served = Arc::new(AtomicUsize::new(0));
            let good = Authority::trusted().leaf(&["moved.example"]);
            let first = serve("127.0.0.2:0", &good, &served);
            let url = format!("https://moved.example:{first}");
            let client = Client::new(&config(&url, &[("idle_timeout_ms", "0")])).unwrap();
            assert_eq!(kind(&client.resend_otp(TOKEN, SESSION)), ("ok", "none"));
            // The listener on 127.0.0.2 turns into another's, and the service moves to 127.0.0.3.
            OTHER.store(1, Ordering::SeqCst);
            serve(&format!("127.0.0.3:{first}"), &good, &served);
            *address.lock().unwrap() = (IpAddr::from([127, 0, 0, 3]), 700);
            let outcome = client.resend_otp(TOKEN, SESSION);
            assert_eq!(kind(&outcome), ("ok", "none"), "{}", outcome.message);
            assert_eq!(served.load(Ordering::SeqCst), 2);
        },
    );
}

static OTHER: AtomicUsize = AtomicUsize::new(0);

/// Serves with the identity; on 127.0.0.2, with another's once that is its turn.
fn serve(place: &str, identity: &Identity, served: &Arc<AtomicUsize>) -> u16 {
    let listener = TcpListener::bind(place).unwrap();
    let port = listener.local_addr().unwrap().port();
    let moves = place.starts_with("127.0.0.2");
    let (good, other) = (identity.server_config(), Authority::trusted().leaf(&["other.example"]).server_config());
    let served = Arc::clone(served);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let config = if moves && OTHER.load(Ordering::SeqCst) == 1 { &other } else { &good };
            let mut stream = StreamOwned::new(ServerConnection::new(Arc::clone(config)).unwrap(), stream.unwrap());
            if matches!(stream.read(&mut [0; 4096]), Ok(1..)) {
                served.fetch_add(1, Ordering::SeqCst);
                _ = stream.write_all(&ok(OK));
                _ = stream.flush();
            }
        }
    });
    port
}
