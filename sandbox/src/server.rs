//! Sockets: listeners on loopback, and one task for each connection.
//!
//! The loop is not axum's, because some answers are ends of connections: a handler must be able to
//! make the task that owns a socket reset it.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use axum::{Extension, middleware};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tower_service::Service;

use crate::events::Readers;
use crate::link::{End, Link};
use crate::state::Sandbox;
use crate::{control, events, guard, page, resend, shop};

/// How often a port is looked for that is free on both addresses of loopback.
const ATTEMPTS: u32 = 16;
/// The longest body that a control endpoint reads.
const CONTROL_BODY_LIMIT: usize = 64 << 10;

/// One port on the addresses of loopback.
pub struct Listeners {
    pub port: u16,
    sockets: Vec<TcpListener>,
}

impl Listeners {
    /// Binds 127.0.0.1, and `::1` as well if the machine has it: `localhost` may mean either.
    pub async fn bind(port: u16) -> io::Result<Self> {
        let mut attempt = 1;
        loop {
            let v4 = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
            let bound = v4.local_addr()?.port();
            let mut sockets = vec![v4];
            match TcpListener::bind((Ipv6Addr::LOCALHOST, bound)).await {
                Ok(v6) => sockets.push(v6),
                // Somebody else answers there, and `localhost` would reach them.
                Err(error) if error.kind() == ErrorKind::AddrInUse && port == 0 => {
                    if attempt < ATTEMPTS {
                        attempt += 1;
                        continue;
                    }
                    return Err(error);
                }
                Err(error) if error.kind() == ErrorKind::AddrInUse => {
                    eprintln!("paywall-sandbox: [::1]:{bound} is taken, listening on 127.0.0.1 only");
                }
                // No IPv6 here.
                Err(_) => {}
            }
            return Ok(Self { port: bound, sockets });
        }
    }
}

/// Serves connections until the runtime ends.
pub fn start(sandbox: &Arc<Sandbox>, http: Listeners, https: Listeners, tls: TlsAcceptor) {
    let router = router(sandbox.clone());
    let plain = http.sockets.into_iter().map(|socket| (socket, None));
    let secure = https.sockets.into_iter().map(|socket| (socket, Some(tls.clone())));
    for (socket, tls) in plain.chain(secure) {
        tokio::spawn(accept(socket, tls, router.clone(), sandbox.clone()));
    }
}

fn router(sandbox: Arc<Sandbox>) -> Router {
    let events = Router::new().route("/__sandbox/events", get(events::events)).layer(Extension(Readers::new()));
    let own = control::routes().merge(shop::routes()).merge(page::routes()).merge(events);
    // The layer is on these routes, and the fallback has rules of its own.
    own.layer(DefaultBodyLimit::max(CONTROL_BODY_LIMIT))
        .route_layer(middleware::from_fn(guard::own_pages_only))
        .fallback(resend::serve)
        .with_state(sandbox)
}

async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, router: Router, sandbox: Arc<Sandbox>) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                let connection = Connection { counted: Counted::new(&sandbox), router: router.clone() };
                tokio::spawn(connection.serve(stream, peer, tls.clone()));
            }
            Err(error) => {
                sandbox.problem(format!("accept: {error}"));
                // Mostly a lack of file descriptors, which does not pass at once.
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

/// A connection in the count of open ones, for as long as this lives.
struct Counted {
    sandbox: Arc<Sandbox>,
    number: u64,
}

impl Counted {
    fn new(sandbox: &Arc<Sandbox>) -> Self {
        Self { sandbox: sandbox.clone(), number: sandbox.connection_opened() }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.sandbox.connection_closed();
    }
}

struct Connection {
    counted: Counted,
    router: Router,
}

impl Connection {
    async fn serve(self, stream: TcpStream, peer: SocketAddr, tls: Option<TlsAcceptor>) {
        if let Err(error) = stream.set_nodelay(true) {
            self.problem("TCP_NODELAY", &error);
        }
        let scheme = if tls.is_some() { "https" } else { "http" };
        let link = Arc::new(Link::new(self.counted.number, scheme, peer.port()));
        match tls {
            None => self.speak_http(stream, link).await,
            Some(_) if self.counted.sandbox.flags.faults.is_some_and(|faults| faults.refuses(link.number)) => {
                if let Err(error) = stream.set_zero_linger() {
                    self.problem("resetting it", &error);
                }
            }
            Some(tls) => match tls.accept(stream).await {
                Ok(stream) => self.speak_http(stream, link).await,
                Err(error) => self.counted.sandbox.tls_failed(self.counted.number, &error),
            },
        }
    }

    async fn speak_http<S: Socket>(&self, stream: S, link: Arc<Link>) {
        let service = service_fn(|request: hyper::Request<hyper::body::Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(link.clone());
            // A router is always ready.
            self.router.clone().call(request)
        });
        let mut http = http1::Builder::new()
            // Without a limit: how long a connection stays idle is up to the client.
            .header_read_timeout(None)
            .serve_connection(TokioIo::new(stream), service);
        let end = tokio::select! {
            // The connection first: what it has to write is written before it is ended.
            biased;
            served = &mut http => {
                if let Err(error) = served {
                    self.problem("http", &error);
                }
                return;
            }
            end = link.ended() => end,
        };
        let mut stream = http.into_parts().io.into_inner();
        let ended = match end {
            // Dropping the socket now resets it; under TLS nothing more is written.
            End::Reset => stream.tcp().set_zero_linger(),
            End::Close => stream.shutdown().await,
        };
        if let Err(error) = ended {
            self.problem("ending it", &error);
        }
    }

    fn problem(&self, what: &str, error: &dyn std::error::Error) {
        let number = self.counted.number;
        let report = format!("connection {number}: {what}: {error}");
        self.counted.sandbox.problem(report);
    }
}

/// A stream with a TCP socket at its bottom.
trait Socket: AsyncRead + AsyncWrite + Unpin {
    fn tcp(&self) -> &TcpStream;
}

impl Socket for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

impl Socket for TlsStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0
    }
}
