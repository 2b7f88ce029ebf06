//! The library's behaviour over real sockets and real TLS, through its Rust API. The faults have a suite of their own.

mod support;

mod bindings;
mod command;
mod configuration;
mod document;
mod fork;
mod headers;
mod hosts;
mod layout;
mod promises;
mod proxy;
mod regressions;
mod request;
mod secrets;
mod sharing;
mod time;
mod tls;
mod trust;
mod unaccepted;
