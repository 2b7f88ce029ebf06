//! Web pages from elsewhere, hostile input, and bounds.

mod common;

use std::time::Duration;

use common::{RESEND, Reply, SESSION, Server, eventually};
use serde_json::{Value, json};

fn ask(server: &Server, scheme: &str, request: &str) -> Reply {
    let mut client = server.connect(scheme);
    client.try_send(request.as_bytes()).unwrap();
    client.receive()
}

/// What a page could ask for that shows or changes something.
const OWN: [&str; 10] = [
    "GET /",
    "GET /shop",
    "GET /__sandbox/requests",
    "GET /__sandbox/events",
    "GET /__sandbox/page/console.js",
    "GET /__sandbox/nonsense",
    "POST /__sandbox/operation",
    "POST /__sandbox/next",
    "POST /__sandbox/shop/resend",
    "DELETE /__sandbox/requests",
];

#[test]
fn a_page_from_another_origin_can_neither_read_nor_press_anything() {
    let server = Server::start(&[]);
    server.connect("http").resend("sbx_ok_5001", SESSION, "one").new_token();
    for scheme in ["http", "https"] {
        let port = server.port(scheme);
        let own = format!("Host: localhost:{port}\r\n");
        let foreign = [
            // DNS rebinding: the page's own name now leads here, and to the browser it is the same origin.
            format!("Host: evil.example:{port}\r\n"),
            format!(
                "Host: evil.example:{port}\r\nOrigin: {scheme}://evil.example:{port}\r\nSec-Fetch-Site: same-origin\r\n"
            ),
            format!("Host: localhost.evil.example:{port}\r\n"),
            format!("Host: 0.0.0.0:{port}\r\n"),
            "Host: \r\n".to_owned(),
            String::new(),
            format!("{own}Host: evil.example\r\n"),
            format!("{own}Origin: https://evil.example\r\n"),
            format!("{own}Origin: null\r\n"),
            format!("{own}Origin: {scheme}://localhost:{port}.evil.example\r\n"),
            // Another server of this machine is another origin too.
            format!("{own}Origin: {scheme}://localhost:{}\r\n", port ^ 1),
            format!("{own}Origin: {scheme}://127.0.0.1:{port}\r\n"),
            format!("{own}Origin: {scheme}://localhost:{port}\r\nOrigin: https://evil.example\r\n"),
            // A picture or a script of the page: no Origin, but the browser says where it comes from.
            format!("{own}Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image\r\n"),
            format!("{own}Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: script\r\n"),
            // A frame in the page.
            format!("{own}Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe\r\n"),
        ];
        for what in OWN {
            for headers in &foreign {
                let reply = ask(&server, scheme, &format!("{what} HTTP/1.1\r\n{headers}Content-Length: 0\r\n\r\n"));
                assert_eq!(reply.status, 403, "{what} {headers}");
                assert!(!reply.head.to_lowercase().contains("access-control-"), "{}", reply.head);
                assert!(reply.body.len() < 200 && reply.json()["error"].is_string());
            }
        }
        // A preflight gets no permission.
        let preflight = format!(
            "OPTIONS /__sandbox/next HTTP/1.1\r\n{own}Origin: https://evil.example\r\nAccess-Control-Request-Method: POST\r\n\r\n"
        );
        assert_eq!(ask(&server, scheme, &preflight).status, 403);
        // In the form of a proxy's request.
        let absolute = format!("GET http://evil.example/__sandbox/requests HTTP/1.1\r\n{own}\r\n");
        assert_eq!(ask(&server, scheme, &absolute).status, 403);
    }
    // Nothing was pressed.
    assert_eq!(server.json("/__sandbox/requests").as_array().unwrap().len(), 1);
    assert_eq!(server.json("/__sandbox/operations"), json!([]));
}

#[test]
fn its_own_pages_programs_and_links_are_let_in() {
    let server = Server::start(&[]);
    let port = server.port("http");
    for headers in [
        format!("Host: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\nSec-Fetch-Site: same-origin\r\n"),
        format!("Host: localhost:{port}\r\nOrigin: http://localhost:{port}\r\n"),
        format!("Host: [::1]:{port}\r\nSec-Fetch-Site: none\r\n"),
        "Host: localhost\r\n".to_owned(),
    ] {
        for (method, path) in
            [("GET", "/"), ("GET", "/shop"), ("GET", "/__sandbox/requests"), ("POST", "/__sandbox/operation")]
        {
            let reply =
                ask(&server, "http", &format!("{method} {path} HTTP/1.1\r\n{headers}Content-Length: 0\r\n\r\n"));
            assert_eq!(reply.status, 200, "{path} {headers}");
        }
    }
    // A link from anywhere opens a page, and only a page.
    let link = format!(
        "Host: localhost:{port}\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n\r\n"
    );
    for (path, status) in [("/", 200), ("/shop", 200), ("/__sandbox/requests", 403)] {
        assert_eq!(ask(&server, "http", &format!("GET {path} HTTP/1.1\r\n{link}")).status, status, "{path}");
    }
}

#[test]
fn pages_say_what_they_may_do() {
    let server = Server::start(&[]);
    for path in ["/", "/shop", "/__sandbox/requests", "/__sandbox/page/style.css"] {
        let reply = server.control("GET", path, "");
        let policy = reply.header("content-security-policy").unwrap();
        for part in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'none'"] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(reply.header("cross-origin-resource-policy"), Some("same-origin"));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        if !path.starts_with("/__") {
            // The policy would forbid them.
            for inline in ["<script>", "<style", "style=\"", "onclick"] {
                assert!(!reply.text().contains(inline), "{path}: {inline}");
            }
        }
    }
}

#[test]
fn the_service_takes_any_program_and_no_page_from_elsewhere() {
    let server = Server::start(&[]);
    let body = json!({"OtpToken": "sbx_ok_5001", "SessionId": SESSION}).to_string();
    let call = |headers: &str| {
        let length = body.len();
        let head = "apikeyprivate: sandbox-api-key\r\napiclientprivate: sandbox-api-client\r\nContent-Type: application/json\r\n";
        ask(
            &server,
            "http",
            &format!("POST {RESEND} HTTP/1.1\r\n{head}{headers}Content-Length: {length}\r\n\r\n{body}"),
        )
    };
    // By whatever name a program knows this machine.
    for headers in
        ["Host: payment.shop.test\r\n", "Host: localhost\r\n", "Host: localhost\r\nOrigin: http://localhost:3000\r\n"]
    {
        call(headers).new_token();
    }
    for headers in [
        "Host: localhost\r\nOrigin: https://evil.example\r\n",
        "Host: evil.example\r\nOrigin: http://evil.example\r\n",
        "Host: localhost\r\nOrigin: null\r\n",
        "Host: localhost\r\nSec-Fetch-Site: cross-site\r\n",
    ] {
        let reply = call(headers);
        assert_eq!(reply.status, 403, "{headers}");
        assert!(!reply.head.to_lowercase().contains("access-control-"));
    }
    // A test that counts requests is not upset; who looks for the reason finds it.
    assert_eq!(server.json("/__sandbox/requests").as_array().unwrap().len(), 3);
    let problems = server.json("/__sandbox/stats")["problems"].to_string();
    assert_eq!(problems.matches("a web page from elsewhere").count(), 4, "{problems}");
}

#[test]
fn tokens_of_any_kind_are_recorded_short() {
    let server = Server::start(&[]);
    let mut client = server.connect("http");
    let page = "<script>alert(1)</script><img src=x onerror=alert(1)>";
    for token in [page, "\u{202e}\u{0}\u{1b}[31m", "'; DROP TABLE users; --", &"x".repeat(60_000)] {
        client.resend(token, SESSION, "odd");
    }
    let entries = server.json("/__sandbox/requests?request_id=odd");
    for entry in entries.as_array().unwrap() {
        assert_eq!(entry["outcome"], "token_invalid");
        assert!(entry["token"].as_str().unwrap().chars().count() <= 7, "{entry}");
        let detail = server.control("GET", &format!("/__sandbox/requests/{}", entry["seq"]), "");
        assert!(detail.body.len() < 8192);
        assert_eq!(detail.header("content-type"), Some("application/json"));
    }
    // A magic token is no secret and shown, but not for ever.
    client.resend(&format!("sbx_{}", page.repeat(100)), SESSION, "magic");
    assert_eq!(server.entry("magic")["token"].as_str().unwrap().chars().count(), 65);
    // A megabyte is refused: no call begins.
    let large = json!({"OtpToken": "x".repeat(1 << 20), "SessionId": SESSION}).to_string();
    let mut client = server.connect("http");
    // The end of it may find the connection closed.
    _ = client.try_send(
        format!(
            "POST {RESEND} HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: large\r\nContent-Length: {}\r\n\r\n{large}",
            large.len()
        )
        .as_bytes(),
    );
    eventually("the journal", || {
        let found = server.json("/__sandbox/requests?request_id=large");
        found
            .as_array()
            .unwrap()
            .first()
            .map(|entry| assert_eq!((&entry["outcome"], &entry["token"]), (&json!("unreadable_body"), &Value::Null)))
    });
    let page = server.control("GET", "/", "");
    assert!(!page.text().contains("alert(1)"));
    assert_eq!(server.control("POST", "/__sandbox/operation", &"x".repeat(70_000)).status, 413);
}

#[test]
fn long_names_and_many_headers_are_cut() {
    let server = Server::start(&[]);
    let headers: String = (0..80).map(|number| format!("X-{number}: {}\r\n", "v".repeat(2000))).collect();
    let id = "i".repeat(5000);
    let request = format!(
        "POST /{}{RESEND} HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: {id}\r\n{headers}Content-Length: 0\r\n\r\n",
        "p".repeat(5000)
    );
    assert_eq!(ask(&server, "http", &request).status, 200);
    let entries = server.control("GET", "/__sandbox/requests", "");
    let entry = &entries.json()[0];
    assert_eq!(entry["request_id"].as_str().unwrap().chars().count(), 257);
    assert_eq!(entry["path"].as_str().unwrap().chars().count(), 257);
    assert!(entries.body.len() < 80_000, "{}", entries.body.len());
}

#[test]
fn a_reader_that_takes_nothing_is_dropped() {
    let server = Server::start(&[]);
    let mut reader = server.connect("http");
    reader.send("GET", "/__sandbox/events", &[], "");
    reader.receive_head(&mut Reply { status: 0, head: String::new(), body: Vec::new(), failure: None }).unwrap();
    // Large entries, until what lies between the two is full and the server's patience ends.
    let headers: String = (0..40).map(|number| format!("X-{number}: {}\r\n", "v".repeat(1000))).collect();
    let request = format!("POST {RESEND} HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Length: 0\r\n\r\n");
    let mut client = server.connect("http");
    let begun = std::time::Instant::now();
    loop {
        for _ in 0..20 {
            client.try_send(request.as_bytes()).unwrap();
            client.receive();
        }
        // The one that asks, and the one that sends.
        if server.json("/__sandbox/stats")["open"] == 2 {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "it is still there");
        std::thread::sleep(Duration::from_millis(100));
    }
}
