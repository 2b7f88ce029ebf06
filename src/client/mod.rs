//! A call from its entry to its outcome.

mod masking;
mod report;
mod request;

use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::time::{Duration, Instant};

use ureq::http::{Uri, request as http_request};
use uuid::Uuid;

use crate::arguments;
use crate::config::Config;
use crate::delivery::{self, Call, Deadline, Failure, Key, Limits, Post, Received, Route, Trust};
use crate::os;
use crate::outcome::{Outcome, Stage, Status, TokenState};
use crate::panics;
use crate::secret::{Masker, Secret, Wiped};
use report::{after_panic, answered, timed, unanswered, undelivered};

/// A client of the service: immutable, for any number of threads at once.
///
/// Clients with equal address, proxy, trust and credentials share their idle connections in the whole process, even
/// after one of them is dropped. So a new client for each request costs microseconds. In the child of a fork, a client
/// uses connections of its own.
pub struct Client {
    route: Route,
    key: Key,
    /// What all requests have in common: what ureq makes a head of, and the headers that it need not know.
    head: http_request::Parts,
    fields: Wiped,
    /// Finds the credentials: no text may show them if a peer echoes them.
    credentials: Masker<Secret>,
    timeout: Duration,
    connect_timeout: Duration,
    idle_timeout: Duration,
}

impl Client {
    /// Makes a client from a copy of the configuration. It resolves and connects nothing yet.
    ///
    /// # Errors
    /// `invalid`, naming the option that is missing or wrong.
    pub fn new(config: &Config) -> Result<Self, Box<Outcome>> {
        let address = config.address()?;
        let (api_key, api_client) = config.credentials()?;
        // Plain http never leaves this machine, so it needs no proxy and no trust.
        let proxy = match address.tls {
            true => config
                .proxy
                .for_host(&address.host, address.port)
                .map_err(|rule| Outcome::invalid_option("proxy", &rule))?,
            false => None,
        };
        let trust = match address.tls {
            true => Some(Trust::load(config.ca_file.as_deref())?),
            false => {
                Trust::check(config.ca_file.as_deref())?;
                None
            }
        };
        let url = address.url(request::PATH);
        let url = Uri::try_from(url).map_err(|_| Outcome::invalid_option("base_url", "is not an address"))?;

        let credentials = masking::credentials(config, api_key, api_client, proxy.as_ref());
        let tls = trust.as_deref().map(|trust| trust.client.clone());
        let user_agent = request::user_agent(config.app.as_deref());
        let fields = request::fields(config, api_key, api_client, &user_agent);
        let route = Route { address, proxy, user_agent, tls };
        let key = Key::new(&route, trust.map(|trust| trust.id), &fields);
        os::stay_loaded();
        delivery::warm_up();
        Ok(Client {
            route,
            key,
            head: request::head(url),
            fields,
            credentials,
            timeout: config.timeout,
            connect_timeout: config.connect_timeout,
            idle_timeout: config.idle_timeout,
        })
    }

    /// "Test connection": makes a new connection up to and including TLS, through the proxy if there is one, and closes
    /// it. Not one byte of HTTP reaches the service, so this does not test the credentials.
    pub fn check(&self) -> Outcome {
        let start = Instant::now();
        let call = Call::begin(self.limits(start));
        let checked = self.guarded(|| {
            let mut outcome = match delivery::check(&call, &self.route) {
                Ok(()) => {
                    let authority = self.route.address.authority();
                    Outcome::bare(Status::Ok, None, format!("connected to {authority}: the service can be reached"))
                }
                Err(failure) => undelivered(&failure),
            };
            masking::hide_secrets(&mut outcome, &self.credentials, &[]);
            outcome
        });
        let outcome = checked.unwrap_or_else(|place| *Outcome::internal(Stage::Connect, &place));
        timed(outcome, start, Some(&call))
    }

    /// Asks the service to send the one-time password of `token` again.
    ///
    /// At most one request leaves, whatever happens, and the outcome says what is known about it. The call returns at
    /// most 200 ms after `timeout_ms` has passed.
    pub fn resend_otp(&self, token: &str, session: &str) -> Outcome {
        self.resend_through(token, session, |call, post| delivery::exchange(call, &self.key, &self.route, post))
    }

    /// The call, except for how its request is delivered.
    fn resend_through(
        &self,
        token: &str,
        session: &str,
        exchange: impl FnOnce(&Call, Post) -> (Received, Option<Failure>),
    ) -> Outcome {
        let start = Instant::now();
        let checked = arguments::token(token).and_then(|()| arguments::session(session));
        let session_id = match checked {
            Ok(session_id) => session_id,
            Err(refusal) => return timed(*refusal, start, None),
        };

        // Outside the guarded code: what was sent stays known after a panic.
        let call = Call::begin(self.limits(start));
        let reported = self.guarded(|| {
            let request_id = Uuid::new_v4().to_string();
            let body = request::body(token, &session_id);
            let fields = request::fields_with_id(&self.fields, &request_id);
            let post = Post { head: &self.head, fields, body: body.bytes() };
            let asked = Masker::new([token, session]);
            let mask = |text: &mut String| {
                self.credentials.mask(text);
                asked.mask(text);
            };
            let mut outcome = match exchange(&call, post) {
                (received, None) => answered(received, mask),
                (received, Some(failure)) => unanswered(&call, received, failure, mask),
            };
            if !matches!(outcome.status, Status::Invalid | Status::Internal) {
                self.keep_or_adopt(&mut outcome, token, &session_id);
                outcome.request_id = Some(request_id);
            }
            masking::hide_secrets(&mut outcome, &self.credentials, &[token, session]);
            outcome
        });
        let outcome = reported.unwrap_or_else(|place| after_panic(&call, &place, token, session_id));
        timed(outcome, start, Some(&call))
    }

    fn limits(&self, start: Instant) -> Limits {
        Limits {
            deadline: Deadline::after(start, self.timeout),
            connect_timeout: self.connect_timeout,
            idle_timeout: self.idle_timeout,
        }
    }

    /// Runs what may touch the network. Catches a panic, and forgets everything that it may have left half done.
    fn guarded<T>(&self, work: impl FnOnce() -> T) -> Result<T, String> {
        panics::caught(AssertUnwindSafe(work)).inspect_err(|_| {
            _ = panic::catch_unwind(AssertUnwindSafe(|| delivery::forget(&self.key)));
        })
    }

    /// Fills in the token and session to use next if the answer brought none.
    fn keep_or_adopt(&self, outcome: &mut Outcome, token: &str, session_id: &str) {
        // What holds a credential was echoed by something that is not the service.
        let brought = outcome.otp_token.take_if(|token| !self.credentials.finds(token));
        outcome.token_state = Some(match brought {
            Some(_) => TokenState::New,
            None if outcome.status == Status::InDoubt => TokenState::InDoubt,
            None => TokenState::Kept,
        });
        outcome.otp_token = brought.or_else(|| Some(token.to_owned()));

        let renewed = outcome.session_id.take_if(|session| !self.credentials.finds(session));
        outcome.session_renewed = renewed.is_some();
        outcome.session_id = renewed.or_else(|| Some(session_id.to_owned()));
    }
}

/// The entrance for the fuzz targets. No other build has it.
#[cfg(fuzzing)]
impl Client {
    /// A whole call without the network: as if it had brought this answer.
    #[doc(hidden)]
    pub fn resend_answered(&self, token: &str, session: &str, http_status: u16, body: &[u8]) -> Outcome {
        self.resend_through(token, session, |_, _| {
            let mut received = Received { http_status: Some(http_status), ..Received::default() };
            received.body.append(body);
            (received, None)
        })
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("address", &self.route.address)
            .field("proxy", &self.route.proxy)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread;

    use super::{Client, Config, Outcome, delivery};

    const TOKEN: &str = "planted-token-0123456789";
    const SESSION: &str = "6489433e-f36b-1410-825e-001264113a90";

    /// A client of a server that answers one request.
    fn client() -> Client {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut config = Config::new();
        config.set("base_url", &format!("http://{}", listener.local_addr().unwrap())).unwrap();
        config.set("api_key", "the-key").unwrap();
        config.set("api_client", "the-client").unwrap();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            _ = stream.read(&mut [0; 4096]);
            _ = stream.write_all(b"HTTP/1.1 204 Nothing\r\n\r\n");
        });
        Client::new(&config).unwrap()
    }

    fn words(outcome: &Outcome) -> (&str, &str, &str) {
        assert!(!format!("{outcome:?}").contains(TOKEN), "{outcome:?}");
        let error = outcome.error.as_ref().unwrap();
        assert!(error.detail.as_ref().unwrap().starts_with("src/client/mod.rs:"), "{error:?}");
        (outcome.status.name(), outcome.action.name(), error.kind.name())
    }

    #[test]
    fn a_panic_before_the_first_byte_is_internal_and_after_it_in_doubt() {
        crate::panics::install_hook();
        let client = client();
        let outcome = client.resend_through(TOKEN, SESSION, |_, _| panic!("about {TOKEN}"));
        assert_eq!(words(&outcome), ("internal", "contact_support", "internal"));
        assert_eq!(outcome.otp_token, None);

        let outcome = client.resend_through(TOKEN, SESSION, |call, post| {
            _ = delivery::exchange(call, &client.key, &client.route, post);
            panic!("about {TOKEN}")
        });
        assert_eq!(words(&outcome), ("in_doubt", "await_code", "internal"));
        assert_eq!(outcome.otp_token.as_deref(), Some(TOKEN));

        // What was sent by a call before says nothing about this one.
        let outcome = client.resend_through(TOKEN, SESSION, |_, _| panic!("about {TOKEN}"));
        assert_eq!(outcome.status.name(), "internal");
    }
}
