//! What a test takes of the machine: files, a process of its own, a network of its own.

use std::path::PathBuf;
use std::process::Command;

/// A path for a file of this test run. The build's folder keeps them, not the machine's.
pub fn temporary(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id()))
}

/// Runs a test by a command to which its name is added: it must run this program. Returns what was said there; there, the
/// test runs its body.
pub fn within(test: &str, command: &mut Command, body: impl FnOnce()) -> String {
    const INSIDE: &str = "PAYWALL_TEST_ALONE";
    if std::env::var(INSIDE).as_deref() == Ok(test) {
        body();
        return String::new();
    }
    let output = command.args(["--exact", test, "--nocapture"]).env(INSIDE, test).output();
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let printed = format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
    printed
}

/// The same as root of a network and of mounts of its own, after a script. Returns what was said there.
pub fn isolated(test: &str, script: &str, body: impl FnOnce()) -> String {
    let mut unshare = Command::new("unshare");
    // SAFETY: reads a number of this process.
    if unsafe { libc::geteuid() } != 0 {
        unshare.arg("--map-root-user");
    }
    let script = format!("{script} && ip link set lo up && exec \"$0\" \"$@\"");
    unshare.args(["--mount", "--net", "sh", "-c", &script]).arg(std::env::current_exe().unwrap());
    // Where the machine's own store of certificates is must not matter.
    unshare.env_remove("SSL_CERT_FILE").env_remove("SSL_CERT_DIR");
    within(test, &mut unshare, body)
}

/// The same, but the only name server is on that network's loopback. The lines are those of a resolv.conf and of a hosts
/// file.
pub fn behind_a_name_server(test: &str, resolv_conf: &str, hosts: &str, body: impl FnOnce()) -> String {
    let files = [("resolv.conf", resolv_conf), ("hosts", hosts), ("nsswitch.conf", "hosts: files dns\n")];
    let mounts = files.map(|(name, lines)| {
        let path = temporary(name);
        std::fs::write(&path, lines).unwrap();
        format!("mount --bind {} /etc/{name}", path.display())
    });
    isolated(test, &mounts.join(" && "), body)
}
