//! Whom the library trusts: each certificate of a `ca_file` is used, or the file is refused with the place and the reason. No
//! byte of the file reaches a message.

use std::fs::{self, File};
use std::process::Command;
use std::thread;
use std::time::{Duration, SystemTime};

use paywall::{Client, Outcome};

use crate::support::openssl::{CA, LOCALHOST, OpensslServer, P256, Pki};
use crate::support::process::{temporary, within};
use crate::support::server::{Server, ok};
use crate::support::{OK, config};

/// Two CAs, and a server's certificate of each.
fn pki(name: &str) -> Pki {
    let pki = Pki::new(name);
    for ca in ["first", "second"] {
        pki.root(ca, &format!("{P256} -addext {CA}"));
        pki.issue(ca, &format!("of-{ca}"), P256, LOCALHOST, "");
    }
    pki
}

/// Whether a client with this `ca_file` trusts the servers of the two CAs; without one, it has no file at all.
fn trusts(pki: &Pki, ca_file: Option<&str>) -> [Outcome; 2] {
    ["of-first", "of-second"].map(|own| {
        let (certificate, key) = (pki.path(&format!("{own}.pem")), pki.path(&format!("{own}.key")));
        let peer = OpensslServer::start(&certificate, &key, &[]);
        let server = Server::http(|_| ok(OK));
        let mut config = config(&server);
        config.set("base_url", &format!("https://localhost:{}", peer.port)).unwrap();
        if let Some(ca_file) = ca_file {
            config.set("ca_file", ca_file).unwrap();
        }
        let outcome = Client::new(&config).unwrap_or_else(|outcome| panic!("{}", outcome.message)).check();
        peer.finish();
        outcome
    })
}

fn statuses(outcomes: &[Outcome; 2]) -> [&'static str; 2] {
    [0, 1].map(|index| outcomes[index].status.name())
}

/// As long as nothing that the system notes of a file changes, the file is not read again. What changes shows at once: also
/// soon after the last change, where some systems note the same time again.
#[test]
fn a_ca_file_that_changes_is_read_again_at_once() {
    const FIRST: [&str; 2] = ["ok", "not_sent"];
    const SECOND: [&str; 2] = ["not_sent", "ok"];
    /// Longer than a file must be unchanged.
    const SETTLED: Duration = Duration::from_secs(4);

    let pki = pki("changing");
    let [mut first, mut second] = ["first", "second"].map(|ca| fs::read(pki.path(&format!("{ca}.pem"))).unwrap());
    let length = first.len().max(second.len());
    [&mut first, &mut second].into_iter().for_each(|content| content.resize(length, b'\n'));
    let path = pki.path("changing.pem");
    let write = |content: &[u8]| {
        fs::write(&path, content).unwrap();
        File::options().write(true).open(&path).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
    };
    let seen = || statuses(&trusts(&pki, path.to_str()));

    for _ in 0..2 {
        write(&first);
        assert_eq!(seen(), FIRST);
        write(&second);
        assert_eq!(seen(), SECOND);
    }
    thread::sleep(SETTLED);
    assert_eq!([seen(), seen()], [SECOND; 2]);
    write(&first);
    assert_eq!([seen(), seen()], [FIRST; 2]);

    thread::sleep(SETTLED);
    assert_eq!([seen(), seen()], [FIRST; 2]);
    fs::rename(pki.path("second.pem"), &path).unwrap();
    assert_eq!([seen(), seen()], [SECOND; 2]);
}

/// Why the file is refused, whatever the scheme of the address. No line of the file is in the message.
#[track_caller]
fn refusal(path: &str) -> String {
    let messages = [Server::http(|_| ok(OK)), Server::https(|_| ok(OK))].map(|server| {
        let mut config = config(&server);
        config.set("ca_file", path).unwrap();
        let outcome = Client::new(&config).expect_err("the file must be refused");
        let error = outcome.error.as_ref().unwrap();
        assert_eq!((outcome.status.name(), error.kind.name()), ("invalid", "config"), "{}", outcome.message);
        assert_eq!(error.code.as_deref(), Some("ca_file"));
        assert_eq!(server.connections(), 0);
        outcome.message.clone()
    });
    assert_eq!(messages[0], messages[1]);
    let [message, _] = messages;
    assert!(message.len() <= 1024 && !message.chars().any(char::is_control), "{message}");
    for line in String::from_utf8_lossy(&fs::read(path).unwrap()).split(['\n', '\r', '\\']) {
        // The markers are ours as well.
        let line = line.trim_matches(['-', ' ', '\0', '\u{feff}']);
        assert!(line.len() < 12 || line.contains("CERTIFICATE") || !message.contains(line), "{line}: {message}");
    }
    message
}

#[test]
fn every_certificate_of_a_file_is_used_however_it_is_written() {
    let pki = pki("written");
    let (first, second) = (pki.joined(&["first.pem"]), pki.joined(&["second.pem"]));
    let text = String::from_utf8(pki.joined(&["first.pem", "second.pem"])).unwrap();
    pki.openssl("x509 -in first.pem -text -out first-text.pem");
    pki.openssl("x509 -in second.pem -trustout -out second-trusted.pem");
    assert!(String::from_utf8(pki.joined(&["second-trusted.pem"])).unwrap().contains("TRUSTED CERTIFICATE"));
    let bom = "\u{feff}".as_bytes();
    let without_newline = [first.trim_ascii_end(), &second].concat();
    let cases: [(&str, Vec<u8>); 13] = [
        ("plain", text.clone().into()),
        ("bom", [bom, text.as_bytes()].concat()),
        ("boms", [bom, &first, bom, &second].concat()),
        ("crlf", text.replace('\n', "\r\n").into()),
        ("cr", text.replace('\n', "\r").into()),
        ("bom-crlf", [bom, text.replace('\n', "\r\n").as_bytes()].concat()),
        ("joined", without_newline.clone()),
        (
            "x509",
            text.replace("N CERTIFICATE", "N X509 CERTIFICATE").replace("D CERTIFICATE", "D X509 CERTIFICATE").into(),
        ),
        ("trusted", pki.joined(&["first.pem", "second-trusted.pem"])),
        ("text", [pki.joined(&["first-text.pem"]), b"# ours\n---- begin ----\n".to_vec(), second.clone()].concat()),
        ("one-line", text.replace('\n', " ").into()),
        ("indented", format!("ca: |\n{text}").replace('\n', "\n  ").into()),
        ("no-last-newline", text.trim_end().into()),
    ];
    for (name, content) in cases {
        let path = pki.write(&format!("{name}-written.pem"), &content);
        let outcomes = trusts(&pki, Some(&path));
        assert_eq!(statuses(&outcomes), ["ok", "ok"], "{name}: {} {}", outcomes[0].message, outcomes[1].message);
    }
}

#[test]
fn a_file_with_anything_else_is_refused_by_number_and_label_or_for_what_it_is() {
    let pki = pki("refused");
    let (first, second) = (pki.joined(&["first.pem"]), pki.joined(&["second.pem"]));
    let (one, two) = (String::from_utf8(first).unwrap(), String::from_utf8(second).unwrap());
    let secret = "MHcCAQEEIPlantedSecretPlantedSecretPlantedSecret";
    let key = fs::read_to_string(pki.path("first.key")).unwrap();
    let block = |label: &str, body: &str| format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n");
    let utf16 = |text: &str, little: bool| -> Vec<u8> {
        let bytes = if little { u16::to_le_bytes } else { u16::to_be_bytes };
        text.encode_utf16().flat_map(bytes).collect()
    };
    pki.openssl("x509 -in second.pem -addtrust clientAuth -out limited.pem");
    pki.openssl("x509 -in second.pem -outform der -out second.der");
    pki.openssl("crl2pkcs7 -nocrl -certfile second.pem -out seven.pem");
    pki.openssl("crl2pkcs7 -nocrl -certfile second.pem -outform der -out seven.der");
    pki.openssl("pkcs12 -export -nokeys -in second.pem -passout pass:x -out twelve.der");
    let limited = String::from_utf8(pki.joined(&["limited.pem"])).unwrap();
    let seven = String::from_utf8(pki.joined(&["seven.pem"])).unwrap();

    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("empty", vec![], "is empty"),
        ("text", b"not a certificate".to_vec(), "contains no certificate in PEM"),
        ("page", b"<html><body>404</body></html>".to_vec(), "contains no certificate in PEM"),
        ("limited", format!("{one}{limited}").into(), "block 2 (TRUSTED CERTIFICATE) has trust settings"),
        ("key", format!("{one}{key}{two}").into(), "block 2 (PRIVATE KEY) is a private key"),
        (
            "rsa-key",
            format!("{}{one}", block("RSA PRIVATE KEY", secret)).into(),
            "block 1 (RSA PRIVATE KEY) is a private",
        ),
        ("crl", format!("{one}{}", block("X509 CRL", "AAAA")).into(), "block 2 (X509 CRL) is a revocation list"),
        ("request", block("CERTIFICATE REQUEST", "AAAA").into(), "block 1 (CERTIFICATE REQUEST) is not a certificate"),
        ("label", block(secret, "AAAA").into(), "block 1 (another label than CERTIFICATE) is not a certificate"),
        ("seven", seven.clone().into(), "block 1 (PKCS7) is PKCS#7"),
        ("seven-as-certificate", seven.replace("PKCS7", "CERTIFICATE").into(), "block 1 (CERTIFICATE) is PKCS#7"),
        (
            "slash-n",
            format!("{one}{two}").replace('\n', "\\n").into(),
            r"block 1 (CERTIFICATE) has its line ends written as \n",
        ),
        (
            "slash-n-key",
            format!("{one}{}", block("EC PRIVATE KEY", secret).replace('\n', "\\n")).into(),
            "block 2 (EC PRIVATE KEY) is a private key",
        ),
        (
            "slash-n-begin",
            format!("-----BEGIN {secret}\\nAAAA\\n").into(),
            "block 1 has a BEGIN line that does not end",
        ),
        (
            "no-end",
            format!("{one}-----BEGIN CERTIFICATE-----\n{secret}").into(),
            "block 2 (CERTIFICATE) has no END line",
        ),
        ("cut", format!("{}{two}", &one[..one.len() - 60]).into(), "block 1 (CERTIFICATE) has no END line"),
        (
            "wrong-end",
            one.replace("END CERTIFICATE", "END X509 CERTIFICATE").into(),
            "block 1 (CERTIFICATE) has no END line",
        ),
        ("no-begin", format!("{one}{}", &two[28..]).into(), "block 2 has a damaged BEGIN or END line"),
        (
            "four-dashes",
            format!("{one}{}", two.replace("-----", "----")).into(),
            "block 2 has a damaged BEGIN or END line",
        ),
        ("en-dashes", format!("{one}{}", two.replace("-----", "––")).into(), "block 2 has a damaged BEGIN or END line"),
        ("lower-case", format!("{}{one}", two.to_lowercase()).into(), "block 1 has a damaged BEGIN or END line"),
        (
            "base64",
            format!("{one}{}", block("CERTIFICATE", "AA!!")).into(),
            "block 2 (CERTIFICATE) is not valid base64",
        ),
        ("quoted", format!("{one}{two}").replace('\n', "\n> ").into(), "block 1 (CERTIFICATE) is not valid base64"),
        ("garbage", format!("{one}{}", block("CERTIFICATE", "AAAA")).into(), "block 2 (CERTIFICATE) is not an X.509"),
        (
            "nothing",
            format!("{one}{}", block("X509 CERTIFICATE", "")).into(),
            "block 2 (X509 CERTIFICATE) is not an X.509",
        ),
        ("utf-16-le", [b"\xff\xfe".to_vec(), utf16(&one, true)].concat(), "is text in UTF-16"),
        ("utf-16-be", [b"\xfe\xff".to_vec(), utf16(&one, false)].concat(), "is text in UTF-16"),
        ("utf-16-bare", utf16(&one, true), "is text in UTF-16"),
        ("utf-16-behind", [one.clone().into(), utf16(&two, true)].concat(), "is text in UTF-16"),
        ("der", pki.joined(&["second.der"]), "is a certificate in DER"),
        ("seven-der", pki.joined(&["seven.der"]), "is PKCS#7"),
        ("twelve-der", pki.joined(&["twelve.der"]), "is PKCS#12"),
        ("java", b"\xfe\xed\xfe\xed\0\0\0\x02".to_vec(), "is a Java key store"),
    ];
    for (name, content, reason) in cases {
        let path = pki.write(&format!("{name}.refused"), &content);
        let message = refusal(&path);
        assert!(message.contains(&format!("{path} {reason}")), "{name}: {message}");
    }
}

#[test]
fn a_message_about_a_file_is_short_however_long_the_file_and_its_name_are() {
    let pki = Pki::new("long");
    let long = "MIIBPlanted".repeat(600_000);
    for content in [format!("-----BEGIN {long}"), format!("-----BEGIN CERTIFICATE-----\\n{long}"), long.clone()] {
        assert!(refusal(&pki.write("long.pem", content.as_bytes())).len() < 700);
    }
    let mut config = config(&Server::http(|_| ok(OK)));
    config.set("ca_file", &format!("/nowhere/{}/ca.pem", "x".repeat(8000))).unwrap();
    let message = Client::new(&config).unwrap_err().message.clone();
    assert!(message.len() < 1024 && message.contains("xxx/ca.pem cannot be read"), "{message}");
}

/// Runs a test in a process of its own, whose trust store these variables replace.
fn with_store(test: &str, variables: &[(&str, &str)], body: impl FnOnce()) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.env_remove("SSL_CERT_FILE").env_remove("SSL_CERT_DIR");
    within(test, command.envs(variables.iter().copied()), body);
}

#[test]
fn an_empty_variable_counts_as_unset() {
    let test = "trust::an_empty_variable_counts_as_unset";
    with_store(test, &[("SSL_CERT_FILE", ""), ("SSL_CERT_DIR", "")], || {
        // The system's own store is there: it knows none of these CAs, and is not called empty.
        let outcomes = trusts(&pki("empty-variable"), None);
        for outcome in &outcomes {
            assert!(outcome.message.contains("ends before a CA that this machine trusts"), "{}", outcome.message);
        }
    });
}

/// A store is read as a `ca_file` is: a byte order mark and a missing line end lose nothing.
fn assert_read_whole(place: &str) {
    let pki = pki("store-pki");
    let (first, second) = (pki.joined(&["first.pem"]), pki.joined(&["second.pem"]));
    fs::write(place, [b"\xef\xbb\xbf", first.trim_ascii_end(), &second].concat()).unwrap();
    assert_eq!(statuses(&trusts(&pki, None)), ["ok", "ok"]);
}

#[test]
fn every_certificate_of_the_file_that_a_variable_names_is_used() {
    let test = "trust::every_certificate_of_the_file_that_a_variable_names_is_used";
    let file = temporary("store.pem");
    // An empty variable beside it changes nothing.
    with_store(test, &[("SSL_CERT_FILE", file.to_str().unwrap()), ("SSL_CERT_DIR", "")], || {
        assert_read_whole(&std::env::var("SSL_CERT_FILE").unwrap());
    });
}

#[test]
fn every_certificate_of_the_folders_that_a_variable_names_is_used() {
    let test = "trust::every_certificate_of_the_folders_that_a_variable_names_is_used";
    let folder = temporary("store");
    fs::create_dir_all(&folder).unwrap();
    let folders = format!("/nowhere/at/all:{}", folder.display());
    with_store(test, &[("SSL_CERT_FILE", ""), ("SSL_CERT_DIR", &folders)], || {
        let folders = std::env::var("SSL_CERT_DIR").unwrap();
        assert_read_whole(&format!("{}/store.pem", folders.rsplit(':').next().unwrap()));
    });
}

#[test]
fn a_store_with_a_damaged_certificate_serves_with_the_others_and_says_so() {
    let test = "trust::a_store_with_a_damaged_certificate_serves_with_the_others_and_says_so";
    let file = temporary("damaged-store.pem");
    with_store(test, &[("SSL_CERT_FILE", file.to_str().unwrap())], || {
        let pki = pki("damaged-pki");
        let path = std::env::var("SSL_CERT_FILE").unwrap();
        let damaged = String::from_utf8(pki.joined(&["second.pem"])).unwrap().replace("MII", "M!!");
        fs::write(&path, [pki.joined(&["first.pem"]), damaged.into_bytes()].concat()).unwrap();
        let outcomes = trusts(&pki, None);
        assert_eq!(statuses(&outcomes), ["ok", "not_sent"]);
        let told = format!("cannot be used: {path}: block 2 (CERTIFICATE) is not valid base64");
        assert!(outcomes[1].message.contains(&told), "{}", outcomes[1].message);
    });
}

#[test]
fn a_store_that_leads_nowhere_is_named() {
    let test = "trust::a_store_that_leads_nowhere_is_named";
    with_store(test, &[("SSL_CERT_FILE", "/nowhere/at/all.pem")], || {
        for outcome in trusts(&pki("nowhere"), None) {
            let error = outcome.error.as_ref().unwrap();
            assert_eq!((outcome.status.name(), error.kind.name()), ("not_sent", "tls"));
            assert!(outcome.message.contains("SSL_CERT_FILE or SSL_CERT_DIR"), "{}", outcome.message);
            assert!(outcome.message.contains("/nowhere/at/all.pem: cannot be read"), "{}", outcome.message);
        }
    });
}
