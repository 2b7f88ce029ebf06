//! Hosts without the files that one expects of a machine.

use std::time::Duration;

use paywall::{Client, Config, Outcome};

use crate::support::process::isolated;
use crate::support::process::temporary;
use crate::support::server::{Server, ok};
use crate::support::watch::Watch;
use crate::support::{OK, SESSION, TOKEN, client, config};

fn summary(outcome: &Outcome) -> (&'static str, &'static str, &'static str) {
    let error = outcome.error.as_ref().unwrap_or_else(|| panic!("{}", outcome.message));
    (outcome.status.name(), error.kind.name(), error.stage.name())
}

fn by_address(server: &Server) -> Config {
    let mut config = config(server);
    config.set("base_url", &server.url().replace("localhost", "127.0.0.1")).unwrap();
    config
}

#[test]
fn a_host_without_resolv_conf_learns_that_no_name_is_known_and_still_reaches_addresses() {
    let name = "hosts::places::a_host_without_resolv_conf_learns_that_no_name_is_known_and_still_reaches_addresses";
    isolated(name, "mount -t tmpfs none /etc", || {
        assert_eq!(std::fs::read_dir("/etc").unwrap().count(), 0);
        for server in [Server::http(|_| ok(OK)), Server::https(|_| ok(OK))] {
            let named = client(&server, &[("base_url", "https://shop.example"), ("timeout_ms", "3000")]);
            for outcome in [named.resend_otp(TOKEN, SESSION), named.check()] {
                assert_eq!(summary(&outcome), ("not_sent", "dns", "resolve"), "{}", outcome.message);
                assert!(outcome.transport.elapsed < Duration::from_millis(3000 + 200));
            }
            let watch = Watch::start();
            let outcome = Client::new(&by_address(&server)).unwrap().resend_otp(TOKEN, SESSION);
            assert_eq!(outcome.status.name(), "ok", "{}", outcome.message);
            assert!(watch.own() < Duration::from_secs(3));
        }
    });
}

#[test]
fn a_chrooted_host_without_certificates_keeps_what_it_read_before_and_otherwise_learns_what_to_do() {
    let name =
        "hosts::places::a_chrooted_host_without_certificates_keeps_what_it_read_before_and_otherwise_learns_what_to_do";
    isolated(name, "true", || {
        let server = Server::https(|_| ok(OK));
        let (with_ca_file, address) = (by_address(&server), server.url().replace("localhost", "127.0.0.1"));
        let before = Client::new(&with_ca_file).unwrap();
        leave_for(&temporary("empty-root"));

        for connection in ["new", "reused"] {
            let outcome = before.resend_otp(TOKEN, SESSION);
            assert_eq!(outcome.status.name(), "ok", "{}", outcome.message);
            assert_eq!(outcome.transport.connection.map(|connection| connection.name()), Some(connection));
        }
        assert_eq!(before.check().status.name(), "ok");

        // What would have to be read now is not there.
        let refusal = Client::new(&with_ca_file).unwrap_err();
        assert_eq!(summary(&refusal), ("invalid", "config", "config"), "{}", refusal.message);
        assert!(refusal.message.contains("No such file or directory"), "{}", refusal.message);
        let mut bare = Config::new();
        for (name, value) in [("base_url", address.as_str()), ("api_key", "the-key"), ("api_client", "the-client")] {
            bare.set(name, value).unwrap();
        }
        let nobody = Client::new(&bare).unwrap();
        for outcome in [nobody.check(), nobody.resend_otp(TOKEN, SESSION)] {
            assert_eq!(summary(&outcome), ("not_sent", "tls", "tls"), "{}", outcome.message);
            assert!(outcome.message.contains("install ca-certificates, or set ca_file"), "{}", outcome.message);
        }
        assert_eq!(server.seen().len(), 2);
    });
}

/// Makes an empty folder the root, as a daemon does; and gives up the rights of root, where this process has more than
/// those in its own namespace.
fn leave_for(root: &std::path::Path) {
    std::fs::create_dir_all(root).unwrap();
    let path = std::ffi::CString::new(root.to_str().unwrap()).unwrap();
    // SAFETY: the path is NUL-terminated; the numbers are the process's own.
    unsafe {
        assert_eq!(libc::chroot(path.as_ptr()), 0);
        assert_eq!(libc::chdir(c"/".as_ptr()), 0);
        const NOBODY: libc::uid_t = 65534;
        _ = libc::setresuid(NOBODY, NOBODY, NOBODY);
    }
    assert_eq!(std::fs::read_dir("/").unwrap().count(), 0);
}
