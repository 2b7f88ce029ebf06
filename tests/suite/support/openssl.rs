//! OpenSSL's certificates and its server: they can do what nobody should.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;

use super::process::temporary;

/// An ordinary key.
pub const P256: &str = "-newkey ec -pkeyopt ec_paramgen_curve:P-256";
/// What makes a certificate that of a CA.
pub const CA: &str = "basicConstraints=critical,CA:TRUE";
/// What makes a certificate that of the host of the tests.
pub const LOCALHOST: &str = "subjectAltName=DNS:localhost";

/// A folder of certificates and their keys: `NAME.pem` and `NAME.key`.
pub struct Pki(PathBuf);

impl Pki {
    pub fn new(name: &str) -> Self {
        let folder = temporary(name);
        fs::create_dir_all(&folder).unwrap();
        // Nothing but what the test asks for.
        fs::write(folder.join("openssl.cnf"), "[req]\ndistinguished_name=name\n[name]\n").unwrap();
        Pki(folder)
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.0.join(file)
    }

    /// Writes a file of this folder.
    pub fn write(&self, file: &str, content: &[u8]) -> String {
        fs::write(self.path(file), content).unwrap();
        self.path(file).to_str().unwrap().to_owned()
    }

    /// The content of files of this folder, one after the other.
    pub fn joined(&self, files: &[&str]) -> Vec<u8> {
        files.iter().flat_map(|file| fs::read(self.path(file)).unwrap()).collect()
    }

    /// Runs openssl in this folder, with the words of the line as its arguments.
    pub fn openssl(&self, line: &str) {
        let output = Command::new("openssl").args(line.split_whitespace()).current_dir(&self.0).output();
        let output = output.expect("openssl must be installed for this test");
        assert!(output.status.success(), "openssl {line}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// A certificate that is issued by itself. The options are those of `openssl req`.
    pub fn root(&self, name: &str, options: &str) {
        let files =
            format!("-nodes -keyout {name}.key -out {name}.pem -config openssl.cnf -days 9000 -subj /CN={name}");
        self.openssl(&format!("req -x509 {files} {options}"));
    }

    /// A certificate that another issues. The key's options are those of `openssl req`, the signature's of `openssl x509`.
    pub fn issue(&self, issuer: &str, name: &str, key: &str, extensions: &str, signature: &str) {
        self.openssl(&format!(
            "req -new {key} -nodes -keyout {name}.key -out {name}.csr -config openssl.cnf -subj /CN={name}"
        ));
        let extensions = match extensions {
            "" => String::new(),
            lines => {
                self.write(&format!("{name}.ext"), lines.as_bytes());
                format!("-extfile {name}.ext")
            }
        };
        let by = format!("-CA {issuer}.pem -CAkey {issuer}.key -set_serial {}", name.len());
        self.openssl(&format!("x509 -req -in {name}.csr -out {name}.pem -days 9000 {by} {extensions} {signature}"));
    }
}

/// OpenSSL's server. It answers nothing by itself.
pub struct OpensslServer {
    process: Child,
    pub port: u16,
    /// Everything that it prints: what the client sends over TLS among it.
    output: mpsc::Receiver<String>,
}

impl OpensslServer {
    /// Starts it for two connections, with a certificate and its key in PEM.
    pub fn start(certificate: &Path, key: &Path, options: &[&str]) -> Self {
        let mut process = Command::new("openssl")
            .args(["s_server", "-accept", "127.0.0.1:0", "-naccept", "2", "-cert"])
            .arg(certificate)
            .arg("-key")
            .arg(key)
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("openssl must be installed for this test");
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        let port = loop {
            line.clear();
            assert!(output.read_line(&mut line).unwrap() > 0, "openssl ended before it listened");
            if let Some(address) = line.strip_prefix("ACCEPT ") {
                break address.trim().rsplit(':').next().unwrap().parse().unwrap();
            }
        };
        let (send, receive) = mpsc::channel();
        thread::spawn(move || {
            let mut rest = String::new();
            _ = output.read_to_string(&mut rest);
            _ = send.send(rest);
        });
        OpensslServer { process, port, output: receive }
    }

    /// Ends it and gives what it printed.
    pub fn finish(mut self) -> String {
        _ = self.process.kill();
        _ = self.process.wait();
        self.output.recv().unwrap()
    }
}
