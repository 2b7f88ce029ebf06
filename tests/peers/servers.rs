//! Web servers that answer every request with the service's success, unless a test has other lines for their configuration.

use crate::certificates::Authority;
use crate::client::OK;
use crate::daemon::{Daemon, file};

/// Where a server waits, with TLS.
pub const PORT: u16 = 8443;

/// The names that its certificate is for.
const NAMES: [&str; 5] = ["localhost", "service.test", "one.test", "three.test", "127.0.0.1"];

/// Files with a certificate that the clients trust: the chain, the key, and both.
pub struct Pem {
    pub chain: String,
    pub key: String,
    pub both: String,
}

impl Pem {
    pub fn new() -> Self {
        use base64::{Engine, prelude::BASE64_STANDARD};
        let identity = Authority::trusted().leaf(&NAMES);
        let lines = |der: &[u8]| {
            let text = BASE64_STANDARD.encode(der).into_bytes();
            text.chunks(64).map(|line| format!("{}\n", String::from_utf8_lossy(line))).collect::<String>()
        };
        let chain = format!("-----BEGIN CERTIFICATE-----\n{}-----END CERTIFICATE-----\n", lines(&identity.certificate));
        let key =
            format!("-----BEGIN PRIVATE KEY-----\n{}-----END PRIVATE KEY-----\n", lines(&identity.key.serialize_der()));
        let both = file("server.pem", format!("{chain}{key}"));
        Pem { chain: file("server-chain.pem", chain), key: file("server-key.pem", key), both }
    }

    /// The authority, which could also sign certificates of clients.
    pub fn authority() -> &'static str {
        Authority::trusted().ca_file.to_str().unwrap()
    }
}

/// nginx over TLS, with these lines in its server.
pub fn nginx(lines: &str) -> Daemon {
    let Pem { chain, key, .. } = Pem::new();
    let ok = format!("location /api/ {{ default_type application/json; return 200 '{OK}'; }}");
    let lines = if lines.contains("location ") { lines } else { &format!("{lines} {ok}") };
    let folder = std::env::current_dir().unwrap();
    let folder = folder.display();
    let configuration = format!(
        "daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log stderr;
        events {{ }}
        http {{
          access_log off;
          client_body_temp_path {folder}/nginx-body; proxy_temp_path {folder}/nginx-proxy;
          fastcgi_temp_path {folder}/nginx-fastcgi; uwsgi_temp_path {folder}/nginx-uwsgi;
          scgi_temp_path {folder}/nginx-scgi;
          server {{
            listen {PORT} ssl; ssl_certificate {chain}; ssl_certificate_key {key};
            {lines}
          }}
        }}"
    );
    Daemon::serving("nginx", ["-e", "stderr", "-c", &file("nginx.conf", configuration)], PORT)
}

/// Apache over TLS, with these lines in its configuration.
pub fn apache(lines: &str) -> Daemon {
    let Pem { chain, key, .. } = Pem::new();
    let ok = file("ok.json", OK);
    let folder = std::env::current_dir().unwrap();
    let folder = folder.display();
    let modules: String =
        ["mpm_event", "authz_core", "ssl", "socache_shmcb", "alias", "mime", "headers", "filter", "deflate"]
            .map(|name| format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"))
            .concat();
    let configuration = format!(
        "{modules}
        ServerName localhost
        DefaultRuntimeDir {folder}
        PidFile {folder}/apache.pid
        ErrorLog /dev/stderr
        TypesConfig /dev/null
        StartServers 1
        Listen {PORT}
        SSLEngine on
        SSLCertificateFile {chain}
        SSLCertificateKeyFile {key}
        AliasMatch ^/api/ {ok}
        <Directory {folder}>
          ForceType application/json
        </Directory>
        {lines}
        "
    );
    Daemon::serving("apache2", ["-D", "FOREGROUND", "-f", &file("apache.conf", configuration)], PORT)
}

/// HAProxy over TLS, with these words after its `bind`, and these lines in its front.
pub fn haproxy(bind: &str, lines: &str) -> Daemon {
    let Pem { both, .. } = Pem::new();
    let ok = format!("http-request return status 200 content-type application/json file {}", file("ok.json", OK));
    let lines = if lines.is_empty() { &ok } else { lines };
    let configuration = format!(
        "global\n log stderr format raw local0 info\n\
        defaults\n mode http\n log global\n option httplog\n timeout client 20s\n timeout connect 1s\n timeout server 1s\n\
        frontend front\n bind 127.0.0.1:{PORT} ssl crt {both} {bind}\n {lines}\n"
    );
    Daemon::serving("haproxy", ["-db", "-f", &file("haproxy.cfg", configuration)], PORT)
}

/// Node.js: `node.mjs` says which modes there are.
pub fn node(modes: &[&str]) -> Daemon {
    let Pem { chain, key, .. } = Pem::new();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/node.mjs");
    let port = PORT.to_string();
    let fixed = [script, &port, &chain, &key, Pem::authority(), &file("ok.json", OK)];
    Daemon::serving("node", fixed.iter().chain(modes), PORT)
}
