//! The library between programs that nobody here wrote: name servers, proxies, web servers and their TLS. The tests of
//! `tests/suite` and the fault matrix have peers of their own; here it shows whether those were true to life.
//!
//! Each test has a network, processes and files of its own, so the programs have the ports that their configuration says,
//! and end with the test. What they printed is shown if the test fails.

#![cfg(target_os = "linux")]

mod answers;
mod apart;
#[allow(dead_code)] // The suite uses more of it.
#[path = "../suite/support/certificates.rs"]
mod certificates;
mod client;
mod daemon;
mod kept;
mod names;
#[allow(dead_code)] // The suite uses more of it.
#[path = "../suite/support/process.rs"]
mod process;
mod proxies;
mod servers;
mod tls;
