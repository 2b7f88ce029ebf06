//! The base address of the service.

use std::net::{IpAddr, Ipv6Addr};

/// A checked base address: `https`, or plain `http` to this very machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Address {
    /// `https`. Otherwise `http`, and then only loopback addresses may be connected to.
    pub(crate) tls: bool,
    /// A name or an IP address, without brackets, in lower case.
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Empty, or a path that starts with a slash and ends without one.
    pub(crate) prefix: String,
}

impl Address {
    /// Reads `https://host[:port][/prefix]`, or `http://` to a loopback address or `localhost`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if !text.bytes().all(|byte| matches!(byte, 0x21..=0x7e)) {
            return Err("must be visible ASCII without blanks; write a non-ASCII host as xn--…".into());
        }
        let (scheme, rest) = text.split_once("://").ok_or("must start with https://")?;
        let tls = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return Err("must start with https://".into()),
        };
        // A key written into the address would end up in logs: never quote the value.
        if rest.contains('@') {
            return Err("must not contain a user name or a password".into());
        }
        if rest.contains(['?', '#', '\\']) {
            return Err("must not contain a query, a fragment or a backslash".into());
        }
        let (authority, path) = match rest.find('/') {
            Some(slash) => rest.split_at(slash),
            None => (rest, ""),
        };
        let (host, port) = host_and_port(authority)?;
        let address = Address { tls, port: port.unwrap_or(if tls { 443 } else { 80 }), prefix: prefix(path)?, host };
        if !tls && !address.may_be_loopback() {
            return Err("must be https: plain http goes only to localhost, 127.0.0.0/8 and [::1]".into());
        }
        Ok(address)
    }

    fn may_be_loopback(&self) -> bool {
        match self.host.parse::<IpAddr>() {
            Ok(address) => address.is_loopback(),
            Err(_) => self.host == "localhost",
        }
    }

    /// `host:port`, with brackets around an IPv6 address.
    pub(crate) fn authority(&self) -> String {
        let Address { host, port, .. } = self;
        if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
    }

    /// The address with `path` after the prefix.
    pub(crate) fn url(&self, path: &str) -> String {
        let scheme = if self.tls { "https" } else { "http" };
        let standard = self.port == if self.tls { 443 } else { 80 };
        let authority = match self.authority() {
            authority if standard => authority.rsplit_once(':').map_or(String::new(), |(host, _)| host.to_owned()),
            authority => authority,
        };
        format!("{scheme}://{authority}{}{path}", self.prefix)
    }
}

/// Reads `name`, `1.2.3.4` or `[::1]`, each with `:port` or without.
pub(super) fn host_and_port(authority: &str) -> Result<(String, Option<u16>), String> {
    let (host, port) = if let Some(rest) = authority.strip_prefix('[') {
        let (host, rest) = rest.split_once(']').ok_or("has an IPv6 address without its closing bracket")?;
        host.parse::<Ipv6Addr>().map_err(|_| "needs an IPv6 address between the brackets")?;
        match rest.strip_prefix(':') {
            Some(port) => (host, Some(port)),
            None if rest.is_empty() => (host, None),
            None => return Err("has something other than a port after the bracket".into()),
        }
    } else {
        match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        }
    };
    if !host.contains(':') && !is_host(host) {
        return Err("needs a host: a name of letters, digits, '-', '_' and '.', or an IP address".into());
    }
    let port = match port {
        None => None,
        Some(port) => {
            let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
            let number = port.parse().ok().filter(|number| digits && *number != 0);
            Some(number.ok_or("needs a port from 1 to 65535 after the colon")?)
        }
    };
    Ok((host.to_ascii_lowercase(), port))
}

fn is_host(host: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    // One dot at the end is a rooted name.
    host.len() <= 253 && host.strip_suffix('.').unwrap_or(host).split('.').all(label)
}

fn prefix(path: &str) -> Result<String, String> {
    let path = path.trim_end_matches('/');
    if path.split('/').any(|segment| matches!(segment, "." | "..")) {
        return Err("must not contain . or .. in its path".into());
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:%/".contains(&byte);
    if !path.bytes().all(allowed) {
        return Err("has a character in its path that an address cannot contain".into());
    }
    if path.ends_with("/otp/resend") {
        return Err("must be only the base address: the library adds /api/paywall/masterpass/otp/resend".into());
    }
    Ok(path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn the_path_prefix_and_the_port_are_kept() {
        let url = |text| Address::parse(text).unwrap().url("/x");
        assert_eq!(url("https://Example.com"), "https://example.com/x");
        assert_eq!(url("https://example.com:443/"), "https://example.com/x");
        assert_eq!(url("https://example.com:8443/a/b/"), "https://example.com:8443/a/b/x");
        assert_eq!(url("http://127.0.0.1:80"), "http://127.0.0.1/x");
        assert_eq!(url("http://127.1.2.3:8080"), "http://127.1.2.3:8080/x");
        assert_eq!(url("http://[::1]:8080/p"), "http://[::1]:8080/p/x");
        assert_eq!(url("HTTP://localhost"), "http://localhost/x");
        assert_eq!(url("https://10.0.0.1"), "https://10.0.0.1/x");
    }

    #[test]
    fn everything_else_is_refused_without_quoting_it() {
        for text in [
            "example.com",
            "ftp://example.com",
            "https:/example.com",
            "https://",
            "https:///path",
            "https://user:secretpass@example.com",
            "https://secretpass@example.com",
            "https://example.com?q=1",
            "https://example.com/#f",
            "https://example.com/a b",
            "https://exa\u{e7}mple.com",
            "https://example.com:0",
            "https://example.com:65536",
            "https://example.com:+80",
            "https://example.com:",
            "https://example..com",
            "https://example.com\\@evil",
            "https://[::1",
            "https://[::1]x",
            "https://[zz]",
            "https://a/../b",
            "https://a/<",
            "https://example.com/api/paywall/masterpass/otp/resend/",
            "http://example.com",
            "http://10.0.0.1",
            "http://127.0.0.1.example.com",
            "http://localhost.example.com",
            "http://127.1",
            "http://2130706433",
            "http://0x7f000001",
            "http://0.0.0.0",
            "http://[::]",
            "http://[::ffff:127.0.0.1]",
            "http://127.0.0.1@example.com",
        ] {
            let rule = Address::parse(text).unwrap_err();
            assert!(!rule.contains("secretpass") && !rule.contains("example.com"), "{text}: {rule}");
        }
    }
}
