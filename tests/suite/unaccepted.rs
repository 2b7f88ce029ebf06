//! What servers show that the library does not accept: each family is refused before anything of the request has left, with a
//! sentence that says what is wrong and what to do. README.md lists them under Limits.

use paywall::Outcome;

use crate::support::openssl::{CA, LOCALHOST, OpensslServer, P256, Pki};
use crate::support::server::{Server, ok};
use crate::support::{OK, SESSION, TOKEN, client};

const P521: &str = "-newkey ec -pkeyopt ec_paramgen_curve:P-521";
const RSA_PSS: &str = "-newkey rsa-pss -pkeyopt rsa_keygen_bits:2048";
const RSA_1024: &str = "-newkey rsa:1024";
const RSA_2048: &str = "-newkey rsa:2048";
/// OpenSSL's server refuses old things itself otherwise.
const LAX: &[&str] = &["-cipher", "ALL:@SECLEVEL=0"];

/// What `check` and a call say of OpenSSL's server with this certificate, its key and a chain.
fn outcomes(pki: &Pki, own: &str, chain: &[&str], ca_file: Option<&str>, options: &[&str]) -> [Outcome; 2] {
    let files: Vec<String> = chain.iter().map(|name| format!("{name}.pem")).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let chain = pki.write(&format!("{own}-chain.pem"), &pki.joined(&files));
    let mut all = options.to_vec();
    if !files.is_empty() {
        all.extend(["-cert_chain", &chain]);
    }
    let (certificate, key) = (pki.path(&format!("{own}.pem")), pki.path(&format!("{own}.key")));
    let peer = OpensslServer::start(&certificate, &key, &all);
    let base_url = format!("https://localhost:{}", peer.port);
    let server = Server::http(|_| ok(OK));
    let mut set = vec![("base_url", &*base_url), ("timeout_ms", "3000")];
    let ca_file = ca_file.map(|name| pki.path(&format!("{name}.pem")).to_str().unwrap().to_owned());
    if let Some(ca_file) = &ca_file {
        set.push(("ca_file", ca_file));
    }
    let client = client(&server, &set);
    let outcomes = [client.check(), client.resend_otp(TOKEN, SESSION)];
    let output = peer.finish();
    assert_eq!(output.contains("POST"), outcomes[1].status.name() == "in_doubt", "{output}");
    outcomes
}

/// A refusal that a person understands: what is wrong, the detail, and no name of a type in either.
#[track_caller]
fn assert_words(outcome: &Outcome, what: &str, detail: &str) {
    let error = outcome.error.as_ref().expect("a refusal has an error");
    let message = &outcome.message;
    assert_eq!((outcome.status.name(), error.kind.name(), error.stage.name()), ("not_sent", "tls", "tls"), "{message}");
    let said = error.detail.as_deref().unwrap();
    assert!(message.contains(what), "{what}: {message}");
    assert!(said.contains(detail), "{detail}: {said}");
    assert!(message.len() < 1024 && !message.contains(['\n', '{', '[']) && !message.contains("::"), "{message}");
    let is_type = |word: &str| {
        word.starts_with(|first: char| first.is_ascii_uppercase())
            && word.as_bytes().windows(2).any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase())
    };
    let words = message.split(|letter: char| !letter.is_ascii_alphanumeric());
    assert_eq!(words.filter(|word| is_type(word) && *word != "ChaCha20").collect::<Vec<_>>(), [""; 0], "{message}");
}

#[test]
fn keys_and_signatures_that_the_library_does_not_know_are_named() {
    let pki = Pki::new("algorithms");
    pki.root("ca", &format!("{RSA_2048} -addext {CA}"));
    for (name, key) in [("p521", P521), ("pss", RSA_PSS), ("ed448", "-newkey ed448")] {
        pki.issue("ca", name, key, LOCALHOST, "");
        for options in [&["-tls1_2"], &["-tls1_3"]] {
            for outcome in outcomes(&pki, name, &[], Some("ca"), options) {
                assert_words(&outcome, "no cipher or key in common", "alert 40, handshake failure");
            }
        }
    }
    let weak = "RSA key of less than 2048 bits";
    pki.issue("ca", "small", RSA_1024, LOCALHOST, "");
    for outcome in outcomes(&pki, "small", &[], Some("ca"), LAX) {
        assert_words(&outcome, weak, "RSA of 1024 bits");
    }
    pki.issue("ca", "small-ca", RSA_1024, CA, "");
    pki.issue("small-ca", "of-small-ca", P256, LOCALHOST, "");
    for outcome in outcomes(&pki, "of-small-ca", &["small-ca"], Some("ca"), LAX) {
        assert_words(&outcome, weak, "RSA of 1024 bits");
    }
    pki.root("small-root", &format!("{RSA_1024} -addext {CA}"));
    pki.issue("small-root", "of-small-root", P256, LOCALHOST, "");
    for outcome in outcomes(&pki, "of-small-root", &[], Some("small-root"), LAX) {
        assert_words(&outcome, "an RSA key of a CA needs 2048 bits", "bad signature");
    }

    // Of whom the CA is, and how it signs.
    let reissue = "have it issued again with RSA of 2048 bits or ECDSA on P-256, and SHA-256";
    let cases = [
        ("p521", P521, "", "ECDSA with SHA-256, by a key of P-521"),
        ("p521-sha512", P521, "-sha512", "ECDSA with SHA-512"),
        ("sha512", P256, "-sha512", "ECDSA with SHA-512"),
        ("sha1", RSA_2048, "-sha1", "RSA with SHA-1"),
        ("ecdsa-sha1", P256, "-sha1", "ECDSA with SHA-1"),
        ("sha224", RSA_2048, "-sha224", "object identifier 1.2.840.113549.1.1.14"),
        ("pss", RSA_PSS, "", "RSA-PSS"),
        ("ed448", "-newkey ed448", "", "Ed448"),
    ];
    for (name, key, signature, detail) in cases {
        let (root, leaf) = (format!("root-{name}"), format!("of-{name}"));
        pki.root(&root, &format!("{key} -addext {CA}"));
        pki.issue(&root, &leaf, P256, LOCALHOST, signature);
        for outcome in outcomes(&pki, &leaf, &[], Some(&root), LAX) {
            assert_words(&outcome, reissue, detail);
        }
    }
    // What is advised works.
    for key in [P256, RSA_2048] {
        pki.root("good", &format!("{key} -addext {CA}"));
        pki.issue("good", "of-good", key, LOCALHOST, "-sha256");
        assert_eq!(outcomes(&pki, "of-good", &[], Some("good"), &[])[0].status.name(), "ok");
    }
}

#[test]
fn chains_that_the_library_does_not_accept_are_told_apart() {
    let pki = Pki::new("chains");
    pki.root("ca", &format!("{P256} -addext {CA}"));
    let refuses = |own: &str, chain: &[&str], what: &str, detail: &str| {
        for outcome in outcomes(&pki, own, chain, Some("ca"), LAX) {
            assert_words(&outcome, what, detail);
        }
    };

    // Critical extensions, on an intermediate and on the leaf.
    let critical = "a critical extension that the library does not know";
    let policies = [
        ("policyConstraints=critical,requireExplicitPolicy:0", "policy constraints"),
        ("inhibitAnyPolicy=critical,1", "inhibit anyPolicy"),
        ("certificatePolicies=critical,1.2.3", "certificate policies"),
        ("1.2.3.4.5=critical,ASN1:UTF8String:x", "object identifier 1.2.3.4.5"),
    ];
    for (extension, name) in policies {
        pki.issue("ca", "policy-ca", P256, &format!("{CA}\n{extension}"), "");
        pki.issue("policy-ca", "of-policy", P256, LOCALHOST, "");
        refuses("of-policy", &["policy-ca"], critical, name);
        pki.issue("ca", "policy", P256, &format!("{LOCALHOST}\n{extension}"), "");
        refuses("policy", &[], critical, name);
    }

    // Name constraints.
    for constraint in ["permitted;DNS:other.example", "permitted;dirName:dir", "excluded;URI:.example"] {
        let more = "[dir]\nCN=x";
        pki.issue("ca", "bound-ca", P256, &format!("{CA}\nnameConstraints=critical,{constraint}\n{more}"), "");
        pki.issue("bound-ca", "bound", P256, "subjectAltName=DNS:localhost,URI:https://a.example/", "");
        refuses(
            "bound",
            &["bound-ca"],
            "may not issue for this name, or has name constraints",
            "name constraint violation",
        );
    }

    // Levels of CAs.
    let names: Vec<String> = (1..=7).map(|level| format!("level-{level}")).collect();
    let mut issuer = "ca";
    for name in &names {
        pki.issue(issuer, name, P256, CA, "");
        issuer = name;
    }
    pki.issue("level-7", "deep", P256, LOCALHOST, "");
    pki.issue("level-6", "less-deep", P256, LOCALHOST, "");
    let levels: Vec<&str> = names.iter().rev().map(String::as_str).collect();
    refuses("deep", &levels, "more than 6 intermediates", "maximum path depth exceeded");
    assert_eq!(outcomes(&pki, "less-deep", &levels[1..], Some("ca"), &[])[0].status.name(), "ok");
    // What is advised works.
    assert_eq!(outcomes(&pki, "deep", &levels[..6], Some("level-1"), &[])[0].status.name(), "ok");

    pki.issue("ca", "short-ca", P256, "basicConstraints=critical,CA:TRUE,pathlen:0", "");
    pki.issue("short-ca", "too-long-ca", P256, CA, "");
    pki.issue("too-long-ca", "too-long", P256, LOCALHOST, "");
    refuses("too-long", &["too-long-ca", "short-ca"], "more levels of CAs than it may", "path len constraint violated");

    pki.issue("ca", "no-ca", P256, "basicConstraints=critical,CA:FALSE", "");
    pki.issue("no-ca", "of-no-ca", P256, LOCALHOST, "");
    refuses("of-no-ca", &["no-ca"], "signed by one that is not a CA", "end entity used as ca");

    // The certificate itself.
    pki.issue("ca", "version-1", P256, "", "");
    refuses("version-1", &[], "is not of version 3", "unsupported cert version");
    pki.issue("ca", "localhost", P256, "basicConstraints=CA:FALSE", "");
    refuses("localhost", &[], "the common name (CN) does not count", "no DNS name");
    pki.issue("ca", "elsewhere", P256, "subjectAltName=DNS:a.example,DNS:*.b.example", "");
    refuses("elsewhere", &[], "is for another host", "it is for a.example, *.b.example");
    pki.issue("ca", "client", P256, &format!("{LOCALHOST}\nextendedKeyUsage=clientAuth"), "");
    refuses("client", &[], "is not for servers", "extended key usage");
    pki.issue("ca", "ca-as-server", P256, &format!("{LOCALHOST}\n{CA}"), "");
    refuses("ca-as-server", &[], "is that of a CA", "ca used as end entity");
}

#[test]
fn a_missing_intermediate_an_unknown_ca_and_a_self_signed_certificate_are_told_apart() {
    let pki = Pki::new("issuers");
    pki.root("ca", &format!("{P256} -addext {CA}"));
    pki.issue("ca", "middle", P256, CA, "");
    pki.issue("middle", "leaf", P256, LOCALHOST, "");
    pki.issue("ca", "direct", P256, LOCALHOST, "");
    pki.root("other", &format!("{P256} -addext {CA}"));
    let says = |own: &str, chain: &[&str], ca_file: Option<&str>, what: &str, detail: &str| {
        for outcome in outcomes(&pki, own, chain, ca_file, &[]) {
            assert_words(&outcome, what, detail);
        }
    };

    let cut = "did not send the certificate of \"middle\"; if that is an intermediate, the server must send it";
    says("leaf", &[], Some("ca"), cut, "certificates sent: 1");
    assert_eq!(outcomes(&pki, "leaf", &["middle"], Some("ca"), &[])[0].status.name(), "ok");
    // An intermediate of its own kind: it serves as a CA too.
    assert_eq!(outcomes(&pki, "leaf", &[], Some("middle"), &[])[0].status.name(), "ok");

    let unknown = "does not trust the CA of the peer, \"ca\" (ca_file can add it)";
    says("leaf", &["middle", "ca"], Some("other"), unknown, "certificates sent: 3");
    says("leaf", &["middle", "ca"], None, unknown, "certificates sent: 3");
    // Without the CA's own certificate it cannot be told whether there is more between.
    let open = "did not send the certificate of \"ca\"; if that is an intermediate, the server must send it (its whole \
                chain), and if it is the CA, ca_file can add it";
    says("direct", &[], Some("other"), open, "certificates sent: 1");
    says("leaf", &["middle"], Some("other"), open, "certificates sent: 2");
    let own = "ca_file has the peer's own certificate; put the one of its CA there, \"middle\"";
    says("leaf", &["middle"], Some("leaf"), own, "unknown issuer");

    // As `openssl req -x509` makes it by default, in ca_file or not, and as is advised.
    let files = "-keyout plain.key -out plain.pem -subj /CN=plain -addext subjectAltName=DNS:localhost";
    pki.openssl(&format!("req -x509 {P256} -nodes -days 9000 {files}"));
    for ca_file in [None, Some("plain")] {
        let what = "is that of a CA, as openssl req -x509 makes it, and a server needs one of its own";
        says("plain", &[], ca_file, what, "ca used as end entity");
    }
    pki.root("alone", &format!("{P256} -addext basicConstraints=critical,CA:FALSE -addext {LOCALHOST}"));
    says("alone", &[], None, "is self-signed, and this machine does not trust it (ca_file can add it)", "\"alone\"");
    assert_eq!(outcomes(&pki, "alone", &[], Some("alone"), &[])[0].status.name(), "ok");

    // A CA that was made again under its old name.
    std::fs::rename(pki.path("ca.pem"), pki.path("old.pem")).unwrap();
    pki.root("ca", &format!("{P256} -addext {CA}"));
    says(
        "direct",
        &[],
        Some("ca"),
        "if the CA was made again under its old name, replace it in ca_file",
        "bad signature",
    );
}

#[test]
fn peers_without_a_version_cipher_or_curve_in_common_are_told_what_the_library_has() {
    let pki = Pki::new("ciphers");
    pki.root("ca", &format!("{RSA_2048} -addext {CA}"));
    pki.issue("ca", "leaf", RSA_2048, LOCALHOST, "");
    let none = "no cipher or key in common: the library speaks TLS 1.2 with ECDHE and AES-GCM or ChaCha20";
    let cases: [(&[&str], &str, &str); 6] = [
        (&["-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA256:ECDHE-RSA-AES256-SHA"], none, "alert 40, handshake failure"),
        (&["-tls1_2", "-cipher", "AES128-GCM-SHA256:AES256-SHA"], none, "alert 40, handshake failure"),
        (&["-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256"], none, "alert 40, handshake failure"),
        (&["-groups", "X448"], none, "alert 40, handshake failure"),
        (&["-tls1", "-cipher", "ALL:@SECLEVEL=0"], "refuses TLS 1.2 and 1.3: turn one of them on", "protocol version"),
        (
            &["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
            "refuses TLS 1.2 and 1.3: turn one of them on",
            "protocol version",
        ),
    ];
    for (options, what, detail) in cases {
        for outcome in outcomes(&pki, "leaf", &[], Some("ca"), options) {
            assert_words(&outcome, what, detail);
        }
    }
}
