//! Answers as servers, and what stands in front of them, give them: encoded, in pieces, in another character set, or not the
//! service's at all.

use std::net::TcpListener;

use crate::apart::apart;
use crate::client::{Told, call, client};
use crate::daemon::Daemon;
use crate::servers::{apache, haproxy, nginx, node};

const URL: &str = "https://localhost:8443";

/// A server, and the HTTP status with which it answers.
type Answering = (fn() -> Daemon, u16);

fn told() -> Told {
    call(&client(URL, &[]))
}

/// Asserts that the answer of success came whole, with its Turkish letters.
#[track_caller]
fn is_read(told: Told) {
    let told = told.is("ok");
    let words = told.0.customer_message.as_deref();
    assert_eq!(words, Some("Telefonunuza gelen tek kullanımlık şifreyi girerek kart doğrulama işlemini tamamlayınız"));
}

#[test]
fn an_encoded_answer_that_nobody_asked_for_is_read() {
    apart(|| {
        for modes in [
            &["gzip"][..],
            &["gzip", "padded"],
            &["gzip", "padded", "chunked"],
            &["deflate"],
            &["raw-deflate"],
            &["gzip", "until-close"],
        ] {
            let _server = node(modes);
            is_read(told());
        }
        // As if somebody on the way had asked for it.
        let _server = apache("RequestHeader set Accept-Encoding gzip early\nSetOutputFilter DEFLATE");
        is_read(told());
    });
}

#[test]
fn turkish_letters_in_the_old_character_sets_are_read() {
    apart(|| {
        for charset in ["windows-1254", "iso-8859-9"] {
            let _server = node(&[charset]);
            is_read(told());
        }
    });
}

#[test]
fn an_answer_in_chunks_and_one_that_the_close_ends_are_read() {
    apart(|| {
        for modes in [["chunked"], ["until-close"]] {
            let _server = node(&modes);
            let client = client(URL, &[]);
            is_read(call(&client));
            let next = call(&client).is("ok");
            assert_eq!(next.connection(), if modes == ["chunked"] { "reused" } else { "new" });
        }
    });
}

#[test]
fn what_a_gateway_says_in_the_place_of_the_service_leaves_the_call_in_doubt() {
    const GATEWAYS: [Answering; 6] = [
        (|| nginx("location / { proxy_pass http://127.0.0.1:9; }"), 502),
        (|| nginx("location / { proxy_pass http://127.0.0.1:9000; proxy_read_timeout 1s; }"), 504),
        (|| nginx("location / { return 503; }"), 503),
        (|| haproxy("", "default_backend b\nbackend b\n server s 127.0.0.1:9"), 503),
        (|| haproxy("", "default_backend b\nbackend b\n server s 127.0.0.1:9000"), 504),
        (|| haproxy("", "http-request return status 499 content-type text/plain string gone"), 499),
    ];
    apart(|| {
        // It accepts, and says nothing.
        let silent = TcpListener::bind("127.0.0.1:9000").unwrap();
        for (start, status) in GATEWAYS {
            let _server = start();
            let kind = if status == 499 { "http" } else { "server_error" };
            let told = told().is(&format!("in_doubt {kind} service await_code"));
            assert_eq!(told.0.http_status, Some(status));
        }
        drop(silent);
    });
}

#[test]
fn a_refusal_that_comes_from_something_before_the_service_says_so() {
    apart(|| {
        let _server = nginx("location / { return 403; }");
        told().is("rejected forbidden service fix_configuration").saying("something before it");
    });
}

#[test]
fn a_request_that_is_too_large_for_a_server_is_refused_and_not_in_doubt() {
    const SERVERS: [Answering; 4] = [
        (|| nginx("client_max_body_size 10; location / { proxy_pass http://127.0.0.1:9; }"), 413),
        (|| apache("LimitRequestBody 10"), 413),
        (|| nginx("large_client_header_buffers 1 1k;"), 400),
        (|| apache("LimitRequestFieldSize 1000"), 400),
    ];
    let is_refused = |url, status| {
        let long = "x".repeat(4000);
        let told = call(&client(url, &[("header.X-Long", &long)])).is("rejected http service fix_request");
        assert_eq!(told.0.http_status, Some(status));
    };
    apart(|| {
        for (start, status) in SERVERS {
            let _server = start();
            is_refused(URL, status);
        }
        // It sends no length, and ends TLS without a word: over https that is not a whole answer.
        let _server = node(&["http", "small"]);
        is_refused("http://127.0.0.1:8443", 431);
    });
}
