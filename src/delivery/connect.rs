//! Makes a connection: resolve, connect, CONNECT at the proxy, TLS. Not one byte of the request.

use super::call;
use super::deadline::Deadline;
use super::dial::{Race, Reach};
use super::failure::Failure;
use super::proxy::tunnel;
use super::resolve;
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
    let (host, port, reach) = match &route.proxy {
        Some(proxy) => (&proxy.host, proxy.port, Reach::Proxy),
        None if route.address.tls => (&route.address.host, route.address.port, Reach::Service),
        None => (&route.address.host, route.address.port, Reach::ThisMachine),
    };
    let at_proxy = |failure: Failure| match reach {
        // Anything that keeps us from reaching the proxy counts as the proxy's trouble.
        Reach::Proxy => Failure { stage: Stage::Proxy, what: format!("proxy: {}", failure.what), ..failure },
        Reach::Service | Reach::ThisMachine => failure,
    };
    let mut race = Race::begin(host, port, reach).map_err(at_proxy)?;
    let mut first_failure = None;
    loop {
        let reached = match race.next() {
            Ok(reached) => reached,
            Err(failure) => return Err(first_failure.unwrap_or_else(|| at_proxy(failure))),
        };
        match prepare(route, reached.socket, reached.deadline) {
            Ok(wire) => {
                resolve::prefer(host, reached.address);
                call::connected();
                return Ok(wire);
            }
            // It accepted, and there is nobody behind it. Another address may do better; nothing was sent yet.
            Err(failure) if matches!(failure.kind, Kind::ConnectionLost | Kind::Timeout) => {
                resolve::avoid(host, reached.address);
                first_failure.get_or_insert(failure);
            }
            // TLS proves that an address which was known before is another's by now.
            Err(failure) if failure.kind == Kind::Tls && !reached.is_confirmed => {
                first_failure.get_or_insert(failure);
            }
            Err(failure) => return Err(failure),
        }
    }
}

/// Does all that a connection needs before it can carry the request.
fn prepare(route: &Route, socket: Socket, deadline: Deadline) -> Result<Wire, Failure> {
    if let Some(proxy) = &route.proxy {
        tunnel(&socket, proxy, &route.address, &route.user_agent, deadline)?;
    }
    match &route.tls {
        None => Ok(Wire::plain(socket)),
        Some(client) => {
            let (socket, session) = tls::handshake(socket, client, &route.address.host, deadline)?;
            Ok(Wire::encrypted(socket, session))
        }
    }
}
