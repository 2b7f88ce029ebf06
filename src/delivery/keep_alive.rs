//! What a server says about how long it keeps an idle connection: RFC 2068 section 19.7.1.1, the form that is in use.

use std::time::Duration;

use ureq::http::HeaderMap;

/// The server's limits for the connection, where it announced any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct KeepAlive {
    /// How long it may be idle.
    pub(super) timeout: Option<Duration>,
    /// How many more requests it may carry.
    pub(super) requests: Option<u64>,
}

impl KeepAlive {
    pub(super) fn announced(headers: &HeaderMap) -> Self {
        let mut announced = KeepAlive::default();
        let values = headers.get_all("keep-alive").iter().filter_map(|value| value.to_str().ok());
        for parameter in values.flat_map(|value| value.split(',')) {
            let Some((name, number)) = parameter.split_once('=') else { continue };
            let Ok(number) = number.trim().parse() else { continue };
            match name.trim() {
                name if name.eq_ignore_ascii_case("timeout") => announced.timeout = Some(Duration::from_secs(number)),
                name if name.eq_ignore_ascii_case("max") => announced.requests = Some(number),
                _ => {}
            }
        }
        announced
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{HeaderMap, KeepAlive};

    #[test]
    fn the_servers_limits_are_read_and_what_makes_no_sense_is_not() {
        let seconds = Duration::from_secs;
        for (value, timeout, requests) in [
            ("timeout=5, max=100", Some(seconds(5)), Some(100)),
            ("timeout=5", Some(seconds(5)), None),
            (" Max = 0 ,TIMEOUT=0", Some(seconds(0)), Some(0)),
            ("timeout=18446744073709551615", Some(seconds(u64::MAX)), None),
            ("timeout=99999999999999999999, max=-1", None, None),
            ("timeout, =5, max=", None, None),
            ("", None, None),
        ] {
            let headers = HeaderMap::from_iter([("keep-alive".parse().unwrap(), value.parse().unwrap())]);
            assert_eq!(KeepAlive::announced(&headers), KeepAlive { timeout, requests }, "{value}");
        }
    }
}
