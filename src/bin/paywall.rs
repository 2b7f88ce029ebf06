//! The command `paywall`: one call for programs that can only start a process.
//!
//! One JSON document on standard input, the result document on standard output, the status as the exit code. Nothing
//! secret on the command line, where other users of the machine can read it.

use std::io::{self, Read, Write};
use std::process::ExitCode;

use paywall::{Client, Config, Outcome};
use serde::Deserialize;
use serde_json::{Map, Value};

const HELP: &str = "\
paywall [--env]

Reads one JSON document from standard input (UTF-8, or UTF-16 with a byte order mark), makes one call, and writes the result document to standard output. The exit
code is the status: 0 ok, 1 rejected, 2 not sent, 3 in doubt, 4 invalid, 5 internal. If you get no result document, treat
the call as in doubt.

  {\"call\": \"resend_otp\", \"config\": {\"environment\": \"test\", \"api_key\": \"…\", \"api_client\": \"…\"},
   \"token\": \"…\", \"session\": \"…\"}
  {\"call\": \"check\", \"config\": {…}}

  --env      sets the PAYWALL_* variables first, then what config says
  --version  prints the version
";

/// The longest document that is read, in bytes: every option at its longest fits.
const LONGEST_INPUT: u64 = 1024 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    call: Call,
    #[serde(default)]
    config: Map<String, Value>,
    #[serde(default)]
    token: String,
    #[serde(default)]
    session: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Call {
    ResendOtp,
    Check,
}

fn main() -> ExitCode {
    // What a panic says may quote a token; an outcome says only where it was.
    std::panic::set_hook(Box::new(|_| {}));
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let from_env = match arguments.iter().map(|argument| argument.to_str()).collect::<Vec<_>>()[..] {
        [] => false,
        [Some("--env")] => true,
        [Some("--version")] => {
            println!("paywall {}", env!("CARGO_PKG_VERSION"));
            return ExitCode::SUCCESS;
        }
        [Some("--help")] => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        _ => {
            // What was given is not repeated: it may be a secret in the wrong place.
            eprint!("{HELP}");
            return ExitCode::from(4);
        }
    };
    let outcome = run(from_env).unwrap_or_else(|outcome| *outcome);
    // If nobody reads it any more, the exit code still says what is true.
    _ = writeln!(io::stdout(), "{}", outcome.to_json());
    ExitCode::from(u8::try_from(outcome.status.number()).unwrap_or(u8::MAX))
}

fn run(from_env: bool) -> Result<Outcome, Box<Outcome>> {
    let input = read_input()?;
    let mut config = Config::new();
    if from_env {
        config.set_from_env()?;
    }
    for (name, value) in &input.config {
        match value {
            Value::String(text) => config.set(name, text)?,
            Value::Number(number) => config.set(name, &number.to_string())?,
            _ => return Err(Outcome::invalid_argument("input", "config: each value must be a text or a number")),
        }
    }
    let client = Client::new(&config)?;
    Ok(match input.call {
        Call::ResendOtp => client.resend_otp(&input.token, &input.session),
        Call::Check => client.check(),
    })
}

fn read_input() -> Result<Input, Box<Outcome>> {
    let mut text = Vec::new();
    io::stdin()
        .take(LONGEST_INPUT + 1)
        .read_to_end(&mut text)
        .map_err(|error| Outcome::invalid_argument("input", &format!("cannot be read: {error}")))?;
    if text.len() as u64 > LONGEST_INPUT {
        return Err(Outcome::invalid_argument("input", "is longer than 1 MiB"));
    }
    let text = as_utf8(text).ok_or_else(|| Outcome::invalid_argument("input", "must be UTF-8, or whole UTF-16"))?;
    // What the parser says may quote the input: report only where it stumbled.
    serde_json::from_slice(&text).map_err(|error| {
        let rule =
            format!("is not the JSON that `paywall --help` shows (line {}, column {})", error.line(), error.column());
        Outcome::invalid_argument("input", &rule)
    })
}

/// The input without a byte order mark: PowerShell begins with one what it pipes, also in UTF-16.
fn as_utf8(text: Vec<u8>) -> Option<Vec<u8>> {
    let (unit, rest): (fn([u8; 2]) -> u16, _) = match text.as_slice() {
        [0xef, 0xbb, 0xbf, rest @ ..] => return Some(rest.to_vec()),
        [0xff, 0xfe, rest @ ..] => (u16::from_le_bytes, rest),
        [0xfe, 0xff, rest @ ..] => (u16::from_be_bytes, rest),
        _ => return Some(text),
    };
    let (pairs, odd) = rest.as_chunks();
    let units: Vec<u16> = pairs.iter().copied().map(unit).collect();
    String::from_utf16(&units).ok().filter(|_| odd.is_empty()).map(String::into_bytes)
}
