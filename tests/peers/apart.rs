//! A small world for a test: a network in which no port is taken, name servers and a firewall of its own, and processes that
//! end with it.

use std::any::type_name;
use std::process::{Command, Stdio};

use crate::process;

/// The name servers are 127.0.0.1, then 127.0.0.2, under the defaults of the system's resolver. The temporary folder of the
/// tests is empty there, and so is the shared memory. Programs run as an ordinary user, and have no other to become. That
/// user may open ports below 1024 there, and set up the firewall.
const SCRIPT: &str = r#"
mount -t tmpfs none /dev/shm && mount -t tmpfs none "$TEMPORARY" && cd "$TEMPORARY" || exit
printf 'nameserver 127.0.0.1\nnameserver 127.0.0.2\n' >resolv.conf
echo '127.0.0.1 localhost' >hosts
echo 'hosts: files dns' >nsswitch.conf
for name in resolv.conf hosts nsswitch.conf; do mount --bind "$name" "/etc/$name" || exit; done
PATH=$PATH:/usr/sbin:/sbin
ip link set lo up && exec "$0" "$@"
"#;

/// Runs the body of a test there. The body is a closure of the test itself, which is found again by its name.
pub fn apart<Body: FnOnce()>(body: Body) {
    let test = type_name::<Body>().trim_start_matches("peers::").trim_end_matches("::{{closure}}");
    let mut unshare = Command::new("unshare");
    unshare.args(["--user", "--map-user=65534", "--map-group=65534", "--keep-caps", "--net", "--mount"]);
    unshare.args(["--pid", "--fork", "--kill-child", "sh", "-c", SCRIPT]).arg(std::env::current_exe().unwrap());
    unshare.env("TEMPORARY", env!("CARGO_TARGET_TMPDIR"));
    // Where the machine's own store of certificates and its proxy are must not matter.
    for variable in ["SSL_CERT_FILE", "SSL_CERT_DIR", "https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"] {
        unshare.env_remove(variable);
    }
    process::within(test, &mut unshare, body);
}

/// Lets the firewall drop every packet to this address, without a word.
pub fn drop_packets_to(address: &str) {
    firewall(&format!("add rule ip wall out ip daddr {address} counter drop"));
}

/// How many packets that was so far.
pub fn dropped_packets() -> u64 {
    let rules = nft("list chain ip wall out");
    let counted = rules.split("counter packets ").skip(1).map(|rest| rest.split(' ').next().unwrap());
    counted.map(|number| number.parse::<u64>().unwrap()).sum()
}

/// Lets the firewall drop every packet of the connections that these ports belong to, as one does that forgot them.
pub fn forget_connections(ports: &[u16]) {
    let ports = ports.iter().map(u16::to_string).collect::<Vec<_>>().join(", ");
    firewall(&format!("add rule ip wall out tcp sport {{ {ports} }} drop"));
    firewall(&format!("add rule ip wall out tcp dport {{ {ports} }} drop"));
}

fn firewall(rule: &str) {
    let chain = "add table ip wall; add chain ip wall out { type filter hook output priority 0; }; ";
    nft(&format!("{chain}{rule}"));
}

fn nft(command: &str) -> String {
    let output = Command::new("nft").arg(command).stdin(Stdio::null()).output().expect("nft runs");
    assert!(output.status.success(), "nft: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The sockets of this network: of `/proc/net/tcp` and its like.
pub fn sockets(table: &str) -> Vec<Socket> {
    let lines = std::fs::read_to_string(format!("/proc/self/net/{table}")).unwrap();
    lines.lines().skip(1).filter_map(Socket::read).collect()
}

#[derive(Debug)]
pub struct Socket {
    pub local_port: u16,
    pub remote_port: u16,
    /// The system's number for it.
    pub state: u8,
}

pub const ESTABLISHED: u8 = 1;
pub const LISTENS: u8 = 10;

impl Socket {
    fn read(line: &str) -> Option<Self> {
        let mut fields = line.split_whitespace().skip(1);
        let mut port = || u16::from_str_radix(fields.next()?.rsplit(':').next()?, 16).ok();
        let (local_port, remote_port) = (port()?, port()?);
        Some(Socket { local_port, remote_port, state: u8::from_str_radix(fields.next()?, 16).ok()? })
    }
}

/// The ports from which connections to this one lead.
pub fn ports_connected_to(port: u16) -> Vec<u16> {
    let connected = |socket: &Socket| socket.state == ESTABLISHED && socket.remote_port == port;
    sockets("tcp").into_iter().filter(connected).map(|socket| socket.local_port).collect()
}
