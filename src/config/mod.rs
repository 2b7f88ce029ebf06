//! The options: their names, their rules, and where they come from.

mod address;
mod proxy;

use std::fmt;
use std::time::Duration;

use crate::outcome::Outcome;
use crate::secret::Secret;
pub(crate) use address::Address;
pub(crate) use proxy::{Proxy, ProxyChoice};

/// The longest value of any option, in bytes. A request line and each header must fit the transport's buffer.
pub(crate) const LONGEST_VALUE: usize = 8192;
/// How many extra headers a request may carry.
const MOST_HEADERS: usize = 32;

/// The vendor's base addresses. Its own sources differ on which is "production": `base_url` always wins.
const ENVIRONMENTS: [(&str, &str); 3] = [
    ("test", "https://test-payment-api.itspaywall.com"),
    ("production", "https://payment-api.itspaywall.com"),
    ("production-tr", "https://payment-api.paywall.com.tr"),
];

const LOCALES: [&str; 2] = ["tr", "en"];

/// Every option with a fixed name, and its environment variable; `header.<Name>` comes in addition.
const OPTIONS: [(&str, &str); 11] = [
    ("environment", "PAYWALL_ENVIRONMENT"),
    ("base_url", "PAYWALL_BASE_URL"),
    ("api_key", "PAYWALL_API_KEY"),
    ("api_client", "PAYWALL_API_CLIENT"),
    (TIMEOUT.name, "PAYWALL_TIMEOUT_MS"),
    (CONNECT_TIMEOUT.name, "PAYWALL_CONNECT_TIMEOUT_MS"),
    (IDLE_TIMEOUT.name, "PAYWALL_IDLE_TIMEOUT_MS"),
    ("proxy", "PAYWALL_PROXY"),
    ("ca_file", "PAYWALL_CA_FILE"),
    ("locale", "PAYWALL_LOCALE"),
    ("app", "PAYWALL_APP"),
];

/// An option that is a time, in milliseconds.
struct Time {
    name: &'static str,
    default: u64,
    least: u64,
    most: u64,
}

/// The whole call.
const TIMEOUT: Time = Time { name: "timeout_ms", default: 20_000, least: 1, most: 120_000 };
/// Connect, proxy and TLS together, from when the addresses are known.
const CONNECT_TIMEOUT: Time = Time { name: "connect_timeout_ms", default: 5_000, least: 1, most: 120_000 };
/// How long an idle connection may be reused.
const IDLE_TIMEOUT: Time = Time { name: "idle_timeout_ms", default: 15_000, least: 0, most: 600_000 };

impl Time {
    const fn by_default(&self) -> Duration {
        Duration::from_millis(self.default)
    }

    fn parse(&self, value: &str) -> Result<Duration, String> {
        let digits = value.bytes().all(|byte| byte.is_ascii_digit());
        match value.parse() {
            Ok(number) if digits && (self.least..=self.most).contains(&number) => Ok(Duration::from_millis(number)),
            _ => Err(format!("must be a whole number of milliseconds from {} to {}", self.least, self.most)),
        }
    }
}

/// Headers that the library sets itself, or that frame the message: none of them can be an extra header.
const RESERVED_HEADERS: [&str; 16] = [
    "apikeyprivate",
    "apiclientprivate",
    "accept",
    "accept-encoding",
    "accept-language",
    "locale",
    "user-agent",
    "x-request-id",
    "host",
    "connection",
    "keep-alive",
    "te",
    "trailer",
    "expect",
    "transfer-encoding",
    "upgrade",
];
const RESERVED_PREFIXES: [&str; 2] = ["content-", "proxy-"];

/// The configuration that a [`Client`](crate::Client) is made from: options by name, each checked when it is set.
///
/// `Debug` shows no value of a secret.
#[derive(Clone)]
pub struct Config {
    environment: Option<&'static str>,
    base_url: Option<Address>,
    api_key: Option<Secret>,
    api_client: Option<Secret>,
    pub(crate) timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) idle_timeout: Duration,
    pub(crate) proxy: ProxyChoice,
    pub(crate) ca_file: Option<String>,
    pub(crate) locale: Option<&'static str>,
    pub(crate) app: Option<String>,
    pub(crate) headers: Vec<(String, Secret)>,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            environment: None,
            base_url: None,
            api_key: None,
            api_client: None,
            timeout: TIMEOUT.by_default(),
            connect_timeout: CONNECT_TIMEOUT.by_default(),
            idle_timeout: IDLE_TIMEOUT.by_default(),
            proxy: ProxyChoice::None,
            ca_file: None,
            locale: None,
            app: None,
            headers: Vec::new(),
        }
    }
}

impl Config {
    /// A configuration in which no option is set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets one option. A later value replaces an earlier one.
    ///
    /// # Errors
    /// `invalid`, with a message that names the option and its rule and never quotes a secret. The configuration then
    /// stays as it was.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), Box<Outcome>> {
        let header = name.strip_prefix("header.");
        if header.is_none() && OPTIONS.iter().all(|(known, _)| *known != name) {
            return Err(unknown_option(name));
        }
        let refuse = |rule: &str| Err(Outcome::invalid_option(if header.is_some() { "header" } else { name }, rule));
        if value.is_empty() {
            return refuse("must not be empty");
        }
        if value.len() > LONGEST_VALUE {
            return refuse("must not be longer than 8192 bytes");
        }
        let checked = match (header, leftover(value)) {
            (Some(header), _) => self.set_header(header, value),
            (None, Some(rule)) => Err(rule),
            (None, None) => self.set_named(name, value),
        };
        checked.or_else(|rule| refuse(&rule))
    }

    fn set_named(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "environment" => {
                let known = ENVIRONMENTS.iter().find(|(environment, _)| *environment == value);
                let (_, base) = known.ok_or("must be test, production or production-tr")?;
                self.environment = Some(base);
            }
            "base_url" => self.base_url = Some(Address::parse(value)?),
            "api_key" => self.api_key = Some(credential(value)?),
            "api_client" => self.api_client = Some(credential(value)?),
            _ if name == TIMEOUT.name => self.timeout = TIMEOUT.parse(value)?,
            _ if name == CONNECT_TIMEOUT.name => self.connect_timeout = CONNECT_TIMEOUT.parse(value)?,
            _ if name == IDLE_TIMEOUT.name => self.idle_timeout = IDLE_TIMEOUT.parse(value)?,
            "proxy" => self.proxy = ProxyChoice::parse(value)?,
            "ca_file" => {
                if value.chars().any(char::is_control) {
                    return Err("must be the path of a PEM file, without control characters".into());
                }
                self.ca_file = Some(value.to_owned());
            }
            "locale" => {
                let known = LOCALES.into_iter().find(|locale| *locale == value);
                self.locale = Some(known.ok_or("must be tr or en")?);
            }
            "app" => {
                if !is_product(value) {
                    return Err("must look like Name/1.2: letters, digits, '.', '-', '_' and '+', at most 100".into());
                }
                self.app = Some(value.to_owned());
            }
            _ => unreachable!("`set` knows the names"),
        }
        Ok(())
    }

    fn set_header(&mut self, header: &str, value: &str) -> Result<(), String> {
        if header.is_empty() || header.len() > 64 || !header.bytes().all(is_token_byte) {
            return Err(
                "header.<Name> needs an HTTP header name: letters, digits and !#$%&'*+-.^_`|~, at most 64".into()
            );
        }
        let header = header.to_ascii_lowercase();
        let reserved = RESERVED_HEADERS.contains(&header.as_str())
            || RESERVED_PREFIXES.iter().any(|prefix| header.starts_with(prefix));
        if reserved {
            return Err(format!("header.{header} cannot be added: the library sets it, or it frames the message"));
        }
        let visible = |byte: u8| matches!(byte, 0x21..=0x7e);
        let inner = |byte: u8| visible(byte) || matches!(byte, b' ' | b'\t');
        let bytes = value.as_bytes();
        if !(bytes.iter().all(|byte| inner(*byte)) && visible(bytes[0]) && visible(bytes[bytes.len() - 1])) {
            return Err(format!("header.{header} must be visible ASCII, with blanks only between words"));
        }
        let value = Secret::new(value);
        match self.headers.iter().position(|(known, _)| *known == header) {
            Some(place) => self.headers[place].1 = value,
            None if self.headers.len() == MOST_HEADERS => return Err("you can set at most 32 extra headers".into()),
            None => self.headers.push((header, value)),
        }
        Ok(())
    }

    /// Sets every option whose variable exists: `PAYWALL_` and the upper-case name, such as `PAYWALL_BASE_URL`. An empty
    /// variable counts as unset.
    ///
    /// # Errors
    /// `invalid`, naming the option. The configuration then stays as it was: if one option fails, none is set.
    pub fn set_from_env(&mut self) -> Result<(), Box<Outcome>> {
        let mut changed = self.clone();
        for (name, variable) in OPTIONS {
            let Some(value) = std::env::var_os(variable) else { continue };
            let Some(value) = value.to_str() else {
                return Err(Outcome::invalid_option(name, "its environment variable must be UTF-8"));
            };
            if !value.is_empty() {
                changed.set(name, value)?;
            }
        }
        *self = changed;
        Ok(())
    }

    /// Where the requests go.
    pub(crate) fn address(&self) -> Result<Address, Box<Outcome>> {
        match (&self.base_url, self.environment) {
            (Some(address), _) => Ok(address.clone()),
            (None, Some(base)) => Ok(Address::parse(base).expect("the presets keep the rule")),
            (None, None) => Err(Outcome::invalid_option("environment", "set it, or base_url: there is no default")),
        }
    }

    /// The key and the client.
    pub(crate) fn credentials(&self) -> Result<(&Secret, &Secret), Box<Outcome>> {
        let missing = |name: &'static str, variable: &'static str| {
            move || {
                let rule = format!("is required: take it from the merchant panel (environment variable: {variable})");
                Outcome::invalid_option(name, &rule)
            }
        };
        let key = self.api_key.as_ref().ok_or_else(missing("api_key", "PAYWALL_API_KEY"))?;
        let client = self.api_client.as_ref().ok_or_else(missing("api_client", "PAYWALL_API_CLIENT"))?;
        Ok((key, client))
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Config")
            .field("environment", &self.environment)
            .field("base_url", &self.base_url)
            .field("api_key", &self.api_key)
            .field("api_client", &self.api_client)
            .field("timeout", &self.timeout)
            .field("connect_timeout", &self.connect_timeout)
            .field("idle_timeout", &self.idle_timeout)
            .field("proxy", &self.proxy)
            .field("ca_file", &self.ca_file)
            .field("locale", &self.locale)
            .field("app", &self.app)
            .field("headers", &headers)
            .finish()
    }
}

/// Quotes the unknown name only if it cannot be a key in the wrong place: lower-case letters and `_`.
fn unknown_option(name: &str) -> Box<Outcome> {
    let harmless = name.len() <= 32 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let quoted = if harmless && !name.is_empty() { name } else { "option" };
    let names = OPTIONS.map(|(name, _)| name).join(", ");
    let rule = format!("there is no such option; the options, in lower case, are {names} and header.<Name>");
    Outcome::invalid_option(quoted, &rule)
}

/// What the file that a value came from left in it: names it, because no other rule would say where it comes from.
fn leftover(value: &str) -> Option<String> {
    if value.contains('\r') {
        return Some("has a carriage return: save the file that sets it with Unix line ends (LF, not CRLF)".into());
    }
    let value = value.trim();
    let quote = ['"', '\'']
        .into_iter()
        .find(|quote| value.len() > 1 && value.starts_with(*quote) && value.ends_with(*quote))?;
    Some(format!(
        "stands between quotation marks ({quote}) that are part of the value: some readers of env files, such as Docker's \
         --env-file, keep them; remove them there"
    ))
}

fn credential(value: &str) -> Result<Secret, String> {
    if !value.bytes().all(|byte| matches!(byte, 0x21..=0x7e)) {
        return Err("must be visible ASCII, without blanks or line ends".into());
    }
    Ok(Secret::new(value))
}

fn is_product(value: &str) -> bool {
    let word = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_+".contains(&byte))
    };
    value.len() <= 100 && value.split_once('/').is_some_and(|(name, version)| word(name) && word(version))
}

/// A byte of an HTTP token, RFC 9110 section 5.6.2.
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::{Value, json};

    use super::{CONNECT_TIMEOUT, ENVIRONMENTS, IDLE_TIMEOUT, LOCALES, OPTIONS, TIMEOUT};

    /// The options, as the description of the interface has them.
    pub(crate) fn described() -> Vec<Value> {
        let described = |(name, variable): (&str, &str)| {
            let time = [TIMEOUT, CONNECT_TIMEOUT, IDLE_TIMEOUT].into_iter().find(|time| time.name == name);
            let choices: &[&str] = match name {
                "environment" => &ENVIRONMENTS.map(|(environment, _)| environment),
                "locale" => &LOCALES,
                _ => &[],
            };
            json!({
                "name": name,
                "variable": variable,
                "required": matches!(name, "api_key" | "api_client"),
                "default": time.as_ref().map(|time| time.default),
                "least": time.as_ref().map(|time| time.least),
                "most": time.as_ref().map(|time| time.most),
                "choices": choices,
            })
        };
        OPTIONS.into_iter().map(described).collect()
    }

    #[test]
    fn each_option_has_the_variable_of_its_name() {
        for (name, variable) in OPTIONS {
            assert_eq!(variable, format!("PAYWALL_{}", name.to_ascii_uppercase()));
        }
    }
}
