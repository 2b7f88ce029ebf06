//! The HTTP proxy: which one, and for which hosts.

use std::env::VarError;
use std::net::IpAddr;

use zeroize::Zeroizing;

use super::address::host_and_port;
use super::leftover;
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

const FORM: &str = "must be [http://][user[:password]@]host:port";

impl ProxyChoice {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        match text {
            "env" => Ok(ProxyChoice::Env),
            _ => Proxy::parse(text).map(ProxyChoice::Given).map_err(|rule| format!("{rule}, or env")),
        }
    }

    /// The proxy to use for a host. `HTTP_PROXY` is never read: in a CGI program a request header can set it.
    pub(crate) fn for_host(&self, host: &str, port: u16) -> Result<Option<Proxy>, String> {
        match self {
            ProxyChoice::None => Ok(None),
            ProxyChoice::Given(proxy) => Ok(Some(proxy.clone())),
            ProxyChoice::Env => {
                let Some((name, proxy)) = variable("https_proxy")? else { return Ok(None) };
                if variable("no_proxy")?.is_some_and(|(_, list)| is_exempt(&list, host, port)) {
                    return Ok(None);
                }
                let proxy = Proxy::parse(&proxy).map_err(|rule| format!("the environment variable {name} {rule}"))?;
                Ok(Some(proxy))
            }
        }
    }
}

/// The variable in lower case, otherwise in upper case, as other programs read it. An unreadable one must not look unset.
fn variable(name: &str) -> Result<Option<(String, String)>, String> {
    for name in [name.to_owned(), name.to_ascii_uppercase()] {
        match std::env::var(&name) {
            Ok(value) if !value.is_empty() => {
                return match leftover(&value) {
                    Some(rule) => Err(format!("the environment variable {name} {rule}")),
                    None => Ok(Some((name, value))),
                };
            }
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
        let rest = match text.split_once("://") {
            Some((scheme, rest)) if is_scheme(scheme) => match scheme.to_ascii_lowercase().as_str() {
                "http" => rest,
                "https" => return Err(unsupported("a proxy that is asked over TLS (https://)")),
                socks if socks.starts_with("socks") => return Err(unsupported("a SOCKS proxy")),
                _ => return Err(FORM.into()),
            },
            _ => text,
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (credentials, authority) = match rest.rsplit_once('@') {
            Some((credentials, authority)) => (Some(credentials), authority),
            None => (None, rest),
        };
        let (host, port) = host_and_port(authority).map_err(|_| FORM)?;
        let port = port.ok_or_else(|| format!("has no port: it {FORM}"))?;
        let credentials = credentials.map(credentials_of).transpose()?;
        Ok(Proxy { host, port, credentials })
    }
}

fn unsupported(what: &str) -> String {
    format!("names {what}, which the library does not support: it {FORM}")
}

fn is_scheme(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// `user:password`, decoded. Without a password it is empty, as for other programs.
fn credentials_of(text: &str) -> Result<Secret, String> {
    let decoded = percent_decoded(text).map(Zeroizing::new).filter(|text| !text.chars().any(char::is_control));
    let decoded = decoded.ok_or_else(|| format!("has a % in its user or password that must be %25: it {FORM}"))?;
    Ok(match text.contains(':') {
        true => Secret::new(&decoded),
        false => Secret::new(&Zeroizing::new(format!("{}:", *decoded))),
    })
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
        for (text, credentials) in [
            ("proxy.example:3128", None),
            ("HTTP://proxy.example:3128", None),
            ("ali@proxy.example:3128", Some("ali:")),
            ("http://ali:@proxy.example:3128", Some("ali:")),
            ("ali:a://b@c@proxy.example:3128/", Some("ali:a://b@c")),
            ("http://:geheim@proxy.example:3128", Some(":geheim")),
        ] {
            let proxy = Proxy::parse(text).unwrap();
            assert_eq!((proxy.host.as_str(), proxy.port), ("proxy.example", 3128), "{text}");
            assert_eq!(proxy.credentials.as_ref().map(|secret| secret.reveal()), credentials, "{text}");
        }
    }

    #[test]
    fn what_has_another_form_is_refused_without_quoting_it() {
        for text in [
            "",
            "proxy.example",
            "ftp://proxy.example:3128",
            "//proxy.example:3128",
            "https://proxy.example:3128",
            "socks5://proxy.example:3128",
            "http://proxy.example",
            "http://proxy.example:0",
            "http://alisecret%@proxy.example:1",
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
    fn what_is_not_supported_is_named() {
        for (text, word) in [
            ("https://proxy.example:3128", "https://"),
            ("SOCKS5H://ali:secret@proxy.example:1080", "SOCKS"),
            ("http://proxy.example", "no port"),
            ("http://ali:50%secret@proxy.example:1", "%25"),
        ] {
            let rule = Proxy::parse(text).unwrap_err();
            assert!(rule.contains(word), "{text}: {rule}");
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
