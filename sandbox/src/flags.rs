//! The command line. A few flags do not need a parser from outside.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use crate::faults::Faults;

/// The text of `--help`.
pub const HELP: &str = "\
paywall-sandbox: a local server that behaves like Paywall's Masterpass \"Resend OTP\" service

Usage: paywall-sandbox [FLAGS]

  --port N             port for http; 0 lets the system pick one (default 0)
  --tls-port N         port for https; 0 lets the system pick one (default 0)
  --cooldown-ms N      minimum pause between two resends; 0 = none (default 60000)
  --limit N            resends per operation (default 3)
  --session-ttl-ms N   age at which a session is renewed (default 3600000)
  --api-key TEXT       the expected header apikeyprivate (default sandbox-api-key)
  --api-client TEXT    the expected header apiclientprivate (default sandbox-api-client)
  --keep DIR           keep the certificate and a journal of all requests, journal.jsonl, in this folder; a
                       sandbox started with it again is the same server to its clients
  --config FILE        operations and outcomes from this file of JSON: see README.md
  --faults SEED        random outcomes: of each token sbx_random_…, and of each TLS handshake
  --fault-percent N    how many of a hundred are a fault (default 10)
  --help, --version

It listens only on loopback. When it is ready it prints one line of JSON: its addresses, the file with
its CA, and the credentials. It stops on SIGTERM and SIGINT.

The page at the http address (GET /) shows what happens, live; /shop is a small shop. The page and README.md list the endpoints and the magic tokens, and say
which answers the vendor documents and which are invented.
";

/// The settings that the server starts with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flags {
    pub port: u16,
    pub tls_port: u16,
    pub cooldown: Duration,
    pub limit: u32,
    pub session_ttl: Duration,
    pub api_key: String,
    pub api_client: String,
    pub keep: Option<PathBuf>,
    pub config: Option<PathBuf>,
    pub faults: Option<Faults>,
}

impl Default for Flags {
    fn default() -> Self {
        Self {
            port: 0,
            tls_port: 0,
            cooldown: Duration::from_secs(60),
            limit: 3,
            session_ttl: Duration::from_secs(3600),
            api_key: "sandbox-api-key".to_owned(),
            api_client: "sandbox-api-client".to_owned(),
            keep: None,
            config: None,
            faults: None,
        }
    }
}

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    Run(Flags),
    Help,
    Version,
}

/// Reads the arguments, without the program's name. The error is one line for a person.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, String> {
    let mut flags = Flags::default();
    let (mut seed, mut percent) = (None, 10);
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        let argument = text(argument)?;
        let (name, inline) = match argument.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (argument.as_str(), None),
        };
        let mut value = || match inline.clone() {
            Some(value) => Ok(value),
            None => match arguments.next() {
                Some(value) => text(value),
                None => Err(format!("{name} needs a value")),
            },
        };
        match name {
            "--help" | "-h" if inline.is_none() => return Ok(Command::Help),
            "--version" | "-V" if inline.is_none() => return Ok(Command::Version),
            "--port" => flags.port = number(name, &value()?)?,
            "--tls-port" => flags.tls_port = number(name, &value()?)?,
            "--cooldown-ms" => flags.cooldown = milliseconds(name, &value()?)?,
            "--limit" => flags.limit = number(name, &value()?)?,
            "--session-ttl-ms" => flags.session_ttl = milliseconds(name, &value()?)?,
            "--api-key" => flags.api_key = header_value(name, value()?)?,
            "--api-client" => flags.api_client = header_value(name, value()?)?,
            "--config" => flags.config = Some(value()?.into()),
            "--keep" => flags.keep = Some(value()?.into()),
            "--faults" => seed = Some(number(name, &value()?)?),
            "--fault-percent" => percent = number(name, &value()?)?,
            _ => return Err(format!("unknown argument {argument:?}; see --help")),
        }
    }
    if flags.port != 0 && flags.port == flags.tls_port {
        return Err("--port and --tls-port must differ".to_owned());
    }
    if percent > 100 {
        return Err("--fault-percent is at most 100".to_owned());
    }
    flags.faults = seed.map(|seed| Faults { seed, percent });
    Ok(Command::Run(flags))
}

fn text(argument: OsString) -> Result<String, String> {
    argument.into_string().map_err(|raw| format!("the argument {raw:?} is not UTF-8"))
}

fn number<N: TryFrom<u32>>(name: &str, value: &str) -> Result<N, String> {
    // `u32::from_str` would also take a leading plus sign.
    let plain = value.bytes().all(|byte| byte.is_ascii_digit());
    plain
        .then(|| value.parse::<u32>().ok())
        .flatten()
        .and_then(|number| N::try_from(number).ok())
        .ok_or_else(|| format!("{name} needs a whole number within its range, not {value:?}"))
}

fn milliseconds(name: &str, value: &str) -> Result<Duration, String> {
    number::<u32>(name, value).map(|number| Duration::from_millis(number.into()))
}

fn header_value(name: &str, value: String) -> Result<String, String> {
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(value)
    } else {
        Err(format!("{name} needs visible ASCII characters"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Command, String> {
        parse(arguments.iter().map(OsString::from))
    }

    #[test]
    fn both_ways_to_give_a_value_are_read() {
        let expected = Flags {
            port: 8080,
            tls_port: 8443,
            cooldown: Duration::ZERO,
            limit: 1,
            session_ttl: Duration::from_millis(5),
            api_key: "k=1".to_owned(),
            api_client: "c".to_owned(),
            keep: Some("folder".into()),
            config: Some("file.json".into()),
            faults: Some(Faults { seed: 7, percent: 30 }),
        };
        let arguments = [
            "--port",
            "8080",
            "--tls-port=8443",
            "--cooldown-ms=0",
            "--limit",
            "1",
            "--session-ttl-ms",
            "5",
            "--api-key=k=1",
            "--api-client",
            "c",
            "--keep=folder",
            "--config=file.json",
            "--faults=7",
            "--fault-percent=30",
        ];
        assert_eq!(parsed(&arguments), Ok(Command::Run(expected)));
        assert_eq!(parsed(&[]), Ok(Command::Run(Flags::default())));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (arguments, part) in [
            (&["--prot", "1"][..], "--prot"),
            (&["--port"], "--port needs a value"),
            (&["--port", "65536"], "65536"),
            (&["--port", "+1"], "+1"),
            (&["--limit", ""], "--limit"),
            (&["--cooldown-ms", "1s"], "1s"),
            (&["--api-key", "a b"], "--api-key"),
            (&["--api-client="], "--api-client"),
            (&["--faults", "x"], "--faults"),
            (&["--fault-percent=101"], "--fault-percent"),
            (&["--help=1"], "--help=1"),
            (&["stray"], "stray"),
            (&["--port", "7", "--tls-port", "7"], "differ"),
        ] {
            let error = parsed(arguments).expect_err(part);
            assert!(error.contains(part), "{error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }
}
