//! The HTTP proxy: which one, and for which hosts.

use std::env::VarError;
use std::net::IpAddr;

use zeroize::Zeroizing;

use super::address::host_and_port;
use crate::secret::Secret;

/// What the option `proxy` says.
#[derive(Clone, Debug, Default)]
pub(crate) enum ProxyChoice {
    #[default]
    None,
    /// `HTTPS_PROXY` and `NO_PROXY`, read when the client is made.
    Env,
    Given(Proxy),
}

/// A proxy that is asked with CONNECT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proxy {
    pub(crate) host: String,
    pub(crate) port: u16,
    /// `user:password`, decoded.
    pub(crate) credentials: Option<Secret>,
}

const FORM: &str = "must be http://[user:password@]host:port, or env";

impl ProxyChoice {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        match text {
            "env" => Ok(ProxyChoice::Env),
            _ => Proxy::parse(text).map(ProxyChoice::Given),
        }
    }

    /// The proxy to use for a host. `HTTP_PROXY` is never read: in a CGI program a request header can set it.
    pub(crate) fn for_host(&self, host: &str, port: u16) -> Result<Option<Proxy>, String> {
        match self {
            ProxyChoice::None => Ok(None),
            ProxyChoice::Given(proxy) => Ok(Some(proxy.clone())),
            ProxyChoice::Env => {
                let Some(proxy) = variable("https_proxy")? else { return Ok(None) };
                if variable("no_proxy")?.is_some_and(|list| is_exempt(&list, host, port)) {
                    return Ok(None);
                }
                let proxy = Proxy::parse(&proxy)
                    .map_err(|_| "HTTPS_PROXY must be http://[user:password@]host:port".to_owned())?;
                Ok(Some(proxy))
            }
        }
    }
}

/// The variable in lower case, otherwise in upper case, as other programs read it. An unreadable one must not look unset.
fn variable(name: &str) -> Result<Option<String>, String> {
    for name in [name.to_owned(), name.to_ascii_uppercase()] {
        match std::env::var(&name) {
            Ok(value) if !value.is_empty() => return Ok(Some(value)),
            Err(VarError::NotUnicode(_)) => return Err(format!("the environment variable {name} must be UTF-8")),
            Ok(_) | Err(VarError::NotPresent) => {}
        }
    }
    Ok(None)
}

/// Whether `NO_PROXY` names the host: `*`, a name that also stands for what is below it, or an address; with a port only
/// that one.
fn is_exempt(list: &str, host: &str, port: u16) -> bool {
    list.split([',', ' ']).map(str::trim).filter(|entry| !entry.is_empty()).any(|entry| {
        if entry == "*" {
            return true;
        }
        let bare = entry.parse::<IpAddr>().map(|_| (entry.to_owned(), None));
        let Ok((name, its_port)) =
            bare.or_else(|_| host_and_port(entry.trim_start_matches("*.").trim_start_matches('.')))
        else {
            return false;
        };
        let name = name.trim_end_matches('.');
        let host = host.trim_end_matches('.');
        let same = match (name.parse::<IpAddr>(), host.parse::<IpAddr>()) {
            (Ok(name), Ok(host)) => name == host,
            (Err(_), Err(_)) => name == host || host.strip_suffix(name).is_some_and(|above| above.ends_with('.')),
            _ => false,
        };
        same && its_port.is_none_or(|its_port| its_port == port)
    })
}

impl Proxy {
    // The text may carry a password: no rule quotes it.
    fn parse(text: &str) -> Result<Self, String> {
        let rest = match text.get(..7) {
            Some(scheme) if scheme.eq_ignore_ascii_case("http://") => &text[7..],
            _ => return Err(FORM.into()),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (credentials, authority) = match rest.rsplit_once('@') {
            Some((credentials, authority)) => (Some(credentials), authority),
            None => (None, rest),
        };
        let (host, port) = host_and_port(authority).map_err(|_| FORM)?;
        let credentials = match credentials {
            None => None,
            Some(text) => {
                let good = |text: &String| text.contains(':') && !text.chars().any(char::is_control);
                let decoded = percent_decoded(text).map(Zeroizing::new).filter(|text| good(text));
                Some(Secret::new(&decoded.ok_or(FORM)?))
            }
        };
        Ok(Proxy { host, port: port.ok_or(FORM)?, credentials })
    }
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        if byte != b'%' {
            decoded.push(byte);
            rest = tail;
            continue;
        }
        let digits = std::str::from_utf8(tail.get(..2)?).ok()?;
        decoded.push(u8::from_str_radix(digits, 16).ok()?);
        rest = &tail[2..];
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::{Proxy, is_exempt};

    #[test]
    fn a_proxy_has_a_port_and_perhaps_a_user() {
        let proxy = Proxy::parse("http://ali:p%40ss%3A@Proxy.example:3128/").unwrap();
        assert_eq!((proxy.host.as_str(), proxy.port), ("proxy.example", 3128));
        assert_eq!(proxy.credentials.unwrap().reveal(), "ali:p@ss:");
        assert_eq!(Proxy::parse("http://[::1]:8080").unwrap().host, "::1");
    }

    #[test]
    fn what_has_another_form_is_refused_without_quoting_it() {
        for text in [
            "",
            "proxy.example:3128",
            "https://proxy.example:3128",
            "socks5://proxy.example:3128",
            "http://proxy.example",
            "http://proxy.example:0",
            "http://alisecret@proxy.example:1",
            "http://ali:sec%zzret@proxy.example:1",
            "http://ali:sec%0d%0aret@proxy.example:1",
            "http://ali:secret@proxy.example:1/path",
            "http://ş:1",
        ] {
            let rule = Proxy::parse(text).unwrap_err();
            assert!(!rule.contains("secret") && !rule.contains("ret@"), "{rule}");
        }
    }

    #[test]
    fn no_proxy_names_hosts_domains_and_addresses() {
        for (list, host) in [
            ("*", "a.example"),
            ("a.example", "a.example"),
            ("x, .EXAMPLE ,y", "a.example"),
            ("*.example", "a.example"),
            ("example", "a.example"),
            ("10.0.0.1", "10.0.0.1"),
            ("::1", "::1"),
            ("[::1]:443", "::1"),
            ("a.example:443", "a.example"),
            ("example.:443", "a.example."),
        ] {
            assert!(is_exempt(list, host, 443), "{list} {host}");
        }
        for (list, host) in [
            ("", "a.example"),
            ("ample", "a.example"),
            ("b.example", "a.example"),
            ("0.0.1", "10.0.0.1"),
            ("a.example:8443", "a.example"),
            ("10.0.0.0/8", "10.0.0.1"),
            (". : *.", "a.example"),
        ] {
            assert!(!is_exempt(list, host, 443), "{list} {host}");
        }
    }
}
