//! What an answer means, read a second time: from the documented table, without a line of the library's.
//!
//! serde_json says what JSON is; what its members mean is read here, one level at a time and as raw texts, because a
//! `Value` keeps only one of two equal names, no lone surrogates and no numbers out of range.

use std::fmt;

use serde_json::value::RawValue;

/// What the library must say about a whole answer.
#[derive(Debug, Default, PartialEq)]
pub struct Verdict {
    pub status: &'static str,
    pub kind: Option<&'static str>,
    /// The token and the session of the answer, if it brings usable ones.
    pub token: Option<String>,
    pub session: Option<String>,
    pub response_code: Option<String>,
    pub customer_message: Option<String>,
}

/// The codes that decide by themselves, each line after its kind. `*` stands for any text.
const EXCEPTIONS: &str = "\
token_invalid TOKEN_IS_NOT_VALID INVALID_*_IN_TOKEN
token_expired TOKEN_HAS_EXPIRED
token_used TOKEN_ALREADY_USED
cooldown ERROR_CALLED_OTP_SERVICE_ONE_MORE_TIME_BEFORE_TIMEOUT_EXPIRED
resend_limit ERR_YOU_CAN_NOT_CALL_OTP_SERVICE_ONE_MORE_TIME
otp_unsupported BANK_DOES_NOT_SUPPORT_OTP BANK_DOES_NOT_SUPPORT_OTP_VALIDATION
account ACCOUNT_NOT_FOUND USER_NOT_FOUND ACCOUNT_NOT_LINKED_TO_MERCHANT ACCOUNT_IS_BLOCKED
account ACCOUNT_IS_REMOVED ACCOUNT_IS_REMOVED_DUE_TO_OTP_FAILED_FOR_ALL_CARDS MSISDN_HAS_BEEN_CHANGED
authentication AUTHENTICATION_FAILED AUTHENTICATION_METHOD_NOT_FOUND CLIENT_IS_NOT_AUTHENTICATED
authentication MERCHANT_NOT_FOUND MERCHANT_DOES_NOT_HAVE_ACCESS INVALID_IP_ADDRESS
upstream CONNECTION_ERROR UNEXPECTED_ERROR NOT_IMPLEMENTED_ERROR SYSTEM_ERROR INTERNAL_ERROR GENERAL_BANK_ERROR
upstream ISSUER_UNAVAILABLE TRANSACTION_IN_PROGRESS *_CONNECTION_ERROR *_TIMEOUT_ERROR
validation VALIDATION_FAILED *_IS_REQUIRED *_IS_NOT_VALID *_MAX_LENGTH_EXCEEDED SOURCE_CHANNEL_*";

fn listed_codes() -> impl Iterator<Item = (&'static str, &'static str)> {
    let line = |line: &'static str| line.split_once(' ').expect("a kind and its codes");
    EXCEPTIONS.lines().map(line).flat_map(|(kind, codes)| codes.split(' ').map(move |code| (kind, code)))
}

const ERROR_CODES: [(&str, &[i64]); 4] = [
    ("authentication", &[4, 12, 64, 401, 513]),
    ("forbidden", &[403]),
    ("validation", &[2, 400]),
    ("upstream", &[-1, 5, 40, 500, 501, 502, 503, 504]),
];

/// Every exception code that is listed, one for each pattern: what an answer is likely to carry.
pub fn exception_codes() -> impl Iterator<Item = String> {
    listed_codes().map(|(_, code)| code.replace('*', "X"))
}

/// What the table says of a whole answer with this status and this decoded text.
pub fn verdict(http_status: u16, body: &str) -> Verdict {
    let envelope = Envelope::read(body).ok();
    let (status, kind) = table(http_status, envelope.as_ref());
    let mut verdict = Verdict { status, kind, ..Verdict::default() };
    if let Some(envelope) = envelope {
        if http_status / 100 != 3 {
            verdict.token = envelope.token.filter(|token| is_token(token));
            verdict.session = envelope.session.and_then(|session| guid(&session));
        }
        verdict.response_code = envelope.response_code;
        verdict.customer_message = envelope.words;
    }
    verdict
}

fn table(http_status: u16, envelope: Option<&Envelope>) -> (&'static str, Option<&'static str>) {
    let heard = envelope.filter(|_| matches!(http_status / 100, 2 | 4));
    if let Some(kind) = heard.and_then(listed) {
        return (if kind == "upstream" { "in_doubt" } else { "rejected" }, Some(kind));
    }
    let by_envelope = heard.map(by_signs);
    match (http_status, by_envelope) {
        (500..=599, _) => ("in_doubt", Some("server_error")),
        (400..=499, Some(("in_doubt", Some("upstream")))) => ("in_doubt", Some("upstream")),
        (400..=499, Some(("ok", _))) => ("in_doubt", Some("bad_response")),
        (408, _) => ("in_doubt", Some("timeout")),
        (460 | 499, _) => ("in_doubt", Some("http")),
        (400..=499, _) => ("rejected", Some(by_http(http_status).unwrap_or("http"))),
        (303, _) => ("in_doubt", Some("bad_response")),
        (300..=399, _) => ("rejected", Some("redirect")),
        (200..=299, Some(signs)) => signs,
        // 2xx without a good envelope, and numbers that HTTP does not have.
        _ => ("in_doubt", Some("bad_response")),
    }
}

fn by_http(status: u16) -> Option<&'static str> {
    Some(match status {
        401 => "authentication",
        403 => "forbidden",
        404 | 405 | 421 => "wrong_address",
        429 => "rate_limited",
        _ => return None,
    })
}

/// A listed exception, else a listed number.
fn listed(envelope: &Envelope) -> Option<&'static str> {
    let matches = |pattern: &str, code: &str| match pattern.split_once('*') {
        None => pattern == code,
        Some((start, end)) => code.starts_with(start) && code.ends_with(end),
    };
    let exception = envelope.exception.as_ref().and_then(Option::as_deref);
    let exception = exception.and_then(|code| listed_codes().find(|(_, pattern)| matches(pattern, code)));
    let number = envelope.error_code.and_then(|code| ERROR_CODES.iter().find(|(_, codes)| codes.contains(&code)));
    exception.map(|(kind, _)| kind).or(number.map(|(kind, _)| *kind))
}

/// Rows 7 to 11.
fn by_signs(envelope: &Envelope) -> (&'static str, Option<&'static str>) {
    let status_code = envelope.status_code;
    if status_code.is_some_and(|code| (500..600).contains(&code)) {
        return ("in_doubt", Some("upstream"));
    }
    let good = matches!(status_code, Some(200 | 202));
    let failed = envelope.exception.is_some()
        || !envelope.result
        || envelope.error_code.unwrap_or(0) != 0
        || (status_code.is_some() && !good);
    if failed {
        return match status_code {
            Some(408) => ("in_doubt", Some("timeout")),
            Some(401) => ("rejected", Some("authentication")),
            Some(403) => ("rejected", Some("forbidden")),
            Some(429) => ("rejected", Some("rate_limited")),
            _ => ("rejected", Some("declined")),
        };
    }
    match envelope.response_code.as_deref() {
        Some("5010") => ("rejected", Some("three_d_secure")),
        Some("5001" | "5008" | "0000") if good => ("ok", None),
        _ => ("in_doubt", Some("bad_response")),
    }
}

/// The members that are used; None also for null.
struct Envelope {
    result: bool,
    error_code: Option<i64>,
    /// Its code, if it has one.
    exception: Option<Option<String>>,
    status_code: Option<i64>,
    response_code: Option<String>,
    token: Option<String>,
    session: Option<String>,
    words: Option<String>,
}

/// Not a good envelope.
struct Broken;

impl Envelope {
    fn read(body: &str) -> Result<Self, Broken> {
        let whole: &RawValue = serde_json::from_str(body).map_err(|_| Broken)?;
        if depth(body) > 64 || !whole.get().starts_with('{') {
            return Err(Broken);
        }
        let [result, error_code, message, body] = members(Some(whole), ["Result", "ErrorCode", "Message", "Body"])?;
        let [session, masterpass] = members(body, ["Session", "Masterpass"])?;
        let [renewed, session_id] = members(session, ["SessionRenewed", "SessionId"])?;
        let [inner, exception, outer_status, _] =
            members(masterpass, ["Result", "Exception", "StatusCode", "CorrelationId"])?;
        let [token, response_code, description, inner_status, _, _] = members(
            inner,
            ["Token", "ResponseCode", "Description", "StatusCode", "RetrievalReferenceNumber", "Url3d"],
        )?;
        let [code, reason] = members(exception, ["Code", "Message"])?;
        Ok(Envelope {
            result: match result.map(RawValue::get) {
                Some("true") => true,
                Some("false") => false,
                _ => return Err(Broken),
            },
            error_code: integer(error_code)?,
            exception: exception.map(|_| text(code)),
            status_code: match outer_status {
                Some(_) => integer(outer_status)?,
                None => integer(inner_status)?,
            },
            response_code: text(response_code).or_else(|| {
                let number: u32 = response_code?.get().parse().ok()?;
                Some(format!("{number:04}"))
            }),
            token: text(token),
            session: text(session_id).filter(|_| renewed.map(RawValue::get) == Some("true")),
            words: text(reason).or_else(|| text(description)).or_else(|| text(message)),
        })
    }
}

/// The named members of an object, none of which may stand twice; nothing of a value that is not an object.
fn members<'a, const N: usize>(
    raw: Option<&'a RawValue>,
    names: [&str; N],
) -> Result<[Option<&'a RawValue>; N], Broken> {
    struct Pairs<'a>(Vec<(String, &'a RawValue)>);
    impl<'de: 'a, 'a> serde::Deserialize<'de> for Pairs<'a> {
        fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            struct Visitor;
            impl<'de> serde::de::Visitor<'de> for Visitor {
                type Value = Vec<(String, &'de RawValue)>;
                fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                    f.write_str("an object")
                }
                fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                    let mut pairs = Vec::new();
                    while let Some(pair) = map.next_entry()? {
                        pairs.push(pair);
                    }
                    Ok(pairs)
                }
            }
            from.deserialize_map(Visitor).map(Pairs)
        }
    }

    let mut found = [None; N];
    let Some(raw) = raw.filter(|raw| raw.get().starts_with('{')) else { return Ok(found) };
    let Pairs(pairs) = serde_json::from_str(raw.get()).map_err(|_| Broken)?;
    for (name, found) in names.iter().zip(&mut found) {
        let mut named = pairs.iter().filter(|(known, _)| known == name);
        *found = named.next().map(|(_, value)| *value).filter(|value| value.get() != "null");
        if named.next().is_some() {
            return Err(Broken);
        }
    }
    Ok(found)
}

/// The text of a string that is not empty. What stands for half a character is replaced.
fn text(raw: Option<&RawValue>) -> Option<String> {
    let mut escaped = raw?.get().to_owned();
    if !escaped.starts_with('"') {
        return None;
    }
    loop {
        match serde_json::from_str::<String>(&escaped) {
            Ok(text) => return Some(text).filter(|text| !text.is_empty()),
            Err(_) => escaped = without_a_lone_surrogate(&escaped),
        }
    }
}

/// The JSON string with its first lone surrogate replaced, byte by byte, as a decoder of UTF-8 would.
fn without_a_lone_surrogate(json: &str) -> String {
    let unit = |at: usize| -> Option<u16> {
        let digits = json.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let mut at = 0;
    while at < json.len() {
        let (high, low) = (unit(at), unit(at + 6));
        match (high, low) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => at += 12,
            (Some(0xd800..=0xdfff), _) => {
                return format!("{}\u{fffd}\u{fffd}\u{fffd}{}", &json[..at], &json[at + 6..]);
            }
            (Some(_), _) => at += 6,
            _ if json[at..].starts_with('\\') => at += 2,
            _ => at += json[at..].chars().next().map_or(1, char::len_utf8),
        }
    }
    panic!("serde_json refuses a string without a lone surrogate: {json}");
}

/// A whole number, as it is or as text. Anything else in its place spoils the envelope.
fn integer(raw: Option<&RawValue>) -> Result<Option<i64>, Broken> {
    let Some(raw) = raw else { return Ok(None) };
    let digits = text(Some(raw)).unwrap_or_else(|| raw.get().to_owned());
    digits.parse().map(Some).map_err(|_| Broken)
}

/// How deep arrays and objects nest in what is JSON.
fn depth(json: &str) -> usize {
    let (mut deepest, mut depth, mut in_text, mut escaped) = (0, 0_usize, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => depth += 1,
            b'}' | b']' if !in_text => depth -= 1,
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// Whether a token may be sent: 1 to 1024 bytes, no control characters.
pub fn is_token(text: &str) -> bool {
    (1..=1024).contains(&text.len()) && !text.contains(char::is_control)
}

/// A session in one of .NET's forms D, N, B and P, but all zeros, as lower-case D.
pub fn guid(text: &str) -> Option<String> {
    let digits: String = match text.len() {
        32 => text.to_owned(),
        36 => dashed(text)?,
        38 if text.starts_with('{') && text.ends_with('}') => dashed(&text[1..37])?,
        38 if text.starts_with('(') && text.ends_with(')') => dashed(&text[1..37])?,
        _ => return None,
    };
    let good = digits.bytes().all(|byte| byte.is_ascii_hexdigit()) && digits.bytes().any(|byte| byte != b'0');
    let d = digits.to_ascii_lowercase();
    good.then(|| format!("{}-{}-{}-{}-{}", &d[..8], &d[8..12], &d[12..16], &d[16..20], &d[20..]))
}

fn dashed(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split('-').collect();
    (parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])).then(|| parts.concat())
}
