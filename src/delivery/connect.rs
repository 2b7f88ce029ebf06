//! Makes a connection: resolve, connect, CONNECT at the proxy, TLS. Not one byte of the request.

use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use super::call;
use super::deadline::Deadline;
use super::failure::Failure;
use super::proxy::tunnel;
use super::resolve::resolve;
use super::socket::Socket;
use super::tls;
use super::wire::Wire;
use crate::config::{Address, Proxy};
use crate::outcome::{Kind, Stage};

/// Where a connection leads, and how.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub(crate) address: Address,
    pub(crate) proxy: Option<Proxy>,
    /// As in the request: a proxy is told it, too.
    pub(crate) user_agent: String,
    /// None for plain http.
    pub(crate) tls: Option<tls::Client>,
}

/// Makes a connection along the route, within the limits of the call.
pub(super) fn open(route: &Route) -> Result<Wire, Failure> {
    let limits = call::limits();
    let deadline = Deadline::after(Instant::now(), limits.connect_timeout).min(limits.deadline);
    let socket = match &route.proxy {
        None => {
            let mut addresses = resolve(&route.address.host, deadline)?;
            if !route.address.tls {
                addresses.retain(IpAddr::is_loopback);
            }
            if addresses.is_empty() {
                let what = "plain http goes only to this machine, and the name does not resolve to it";
                return Err(Failure::new(Kind::Config, Stage::Resolve, what));
            }
            dial(&route.address.host, &addresses, route.address.port, deadline)?
        }
        Some(proxy) => {
            // Anything that keeps us from reaching the proxy counts as the proxy's trouble.
            let reached = resolve(&proxy.host, deadline)
                .and_then(|addresses| dial(&proxy.host, &addresses, proxy.port, deadline))
                .map_err(|failure| Failure {
                    stage: Stage::Proxy,
                    what: format!("proxy: {}", failure.what),
                    ..failure
                })?;
            tunnel(&reached, proxy, &route.address, &route.user_agent, deadline)?;
            reached
        }
    };
    let wire = match &route.tls {
        None => Wire::plain(socket),
        Some(client) => {
            let (socket, session) = tls::handshake(socket, client, &route.address.host, deadline)?;
            Wire::encrypted(socket, session)
        }
    };
    call::connected();
    Ok(wire)
}

/// Connects to the first address that accepts. Each has half of what remains, the last one all of it.
fn dial(host: &str, addresses: &[IpAddr], port: u16, deadline: Deadline) -> Result<Socket, Failure> {
    let mut last = None;
    for (index, address) in addresses.iter().enumerate() {
        let Some(remaining) = deadline.remaining() else { break };
        let timeout = if index + 1 == addresses.len() { remaining } else { remaining / 2 };
        match Socket::connect(SocketAddr::new(*address, port), timeout) {
            Ok(socket) => return Ok(socket),
            Err(error) => last = Some((address, error)),
        }
    }
    match last {
        Some((address, error)) if deadline.remaining().is_some() => {
            let what = format!("could not connect to {host} (address {address}, port {port})");
            Err(Failure::new(Kind::Connect, Stage::Connect, what).because(error))
        }
        _ => Err(Failure::timeout(Stage::Connect)),
    }
}
