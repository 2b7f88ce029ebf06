//! A local server that behaves like Paywall's Masterpass "Resend OTP" service, so that a client can be
//! tried and tested without credentials. README.md says how to use it.
//!
//! The floors, from the top down. A module imports only from floors below its own; a test checks that:
//!
//! | floor | modules |
//! | --- | --- |
//! | sockets, and who answers what | `server` |
//! | the shop, which calls through libpaywall | `shop` |
//! | the control endpoints | `control` |
//! | the service; live updates; the pages; the description | `resend`; `events`; `page`; `openapi` |
//! | what the requests share | `state` |
//! | the file of `--config`; forms of the journal | `config`; `export` |
//! | what happens next; the operations; what happened | `armed`; `operations`; `journal` |
//! | the command line; who is let in | `flags`; `guard` |
//! | the table of outcomes; random faults | `outcomes`; `faults` |
//! | what goes over the wire | `answers` |
//! | connections; certificates; the time; what may be seen | `link`; `tls`; `clock`; `shown` |

mod answers;
mod armed;
mod clock;
mod config;
mod control;
mod events;
mod export;
mod faults;
mod flags;
mod guard;
mod journal;
mod link;
mod openapi;
mod operations;
mod outcomes;
mod page;
mod resend;
mod server;
mod shop;
mod shown;
mod state;
mod tls;

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

use serde::Serialize;

use config::Config;
use flags::{Command, Flags};
use server::Listeners;
use state::{Place, Sandbox};
use tls::Tls;

fn main() -> ExitCode {
    let done = match flags::parse(std::env::args_os().skip(1)) {
        Ok(Command::Run(flags)) => run(flags),
        Ok(Command::Help) => say(flags::HELP.trim_end()).map_err(Into::into),
        Ok(Command::Version) => say(concat!("paywall-sandbox ", env!("CARGO_PKG_VERSION"))).map_err(Into::into),
        Err(error) => {
            eprintln!("paywall-sandbox: {error}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("paywall-sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(flags: Flags) -> Result<(), Box<dyn Error>> {
    let config = match &flags.config {
        Some(file) => Config::read(file).map_err(|error| format!("{}: {error}", file.display()))?,
        None => Config::default(),
    };
    let tls = match &flags.keep {
        Some(folder) => Tls::kept(folder)?,
        None => Tls::passing()?,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let served = runtime.block_on(serve(flags, config, &tls));
    // Connections that hang, as some are meant to, must not hold up the end.
    runtime.shutdown_background();
    let removed = tls.remove();
    served?;
    Ok(removed?)
}

/// The line that says where to find the server, and how to be let in.
#[derive(Serialize)]
struct Ready<'a> {
    #[serde(flatten)]
    place: &'a Place,
    api_key: &'a str,
    api_client: &'a str,
}

/// Runs until a signal comes.
async fn serve(flags: Flags, config: Config, tls: &Tls) -> Result<(), Box<dyn Error>> {
    // Before the line that says "ready": its reader may send a signal at once.
    let stop = stop_signal()?;
    let port_error = |port: u16, error| format!("port {port} of loopback: {error}");
    let http = Listeners::bind(flags.port).await.map_err(|error| port_error(flags.port, error))?;
    let https = Listeners::bind(flags.tls_port).await.map_err(|error| port_error(flags.tls_port, error))?;
    let place = Place {
        http: format!("http://127.0.0.1:{}", http.port),
        https: format!("https://localhost:{}", https.port),
        ca_file: tls.ca_file().to_owned(),
    };
    let ready = Ready { place: &place, api_key: &flags.api_key, api_client: &flags.api_client };
    let ready = serde_json::to_string(&ready)?;
    let sandbox = Sandbox::new(flags, config, place)?;
    server::start(&Arc::new(sandbox), http, https, tls.server.clone().into());
    say(&ready)?;
    stop.await;
    Ok(())
}

/// Writes a line to stdout, which is not used again: it may be closed from then on.
fn say(line: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()
}

#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}
