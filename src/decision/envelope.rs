//! Reads the service's envelope: strict about what decides, lenient about what only informs.
//!
//! One pass: the objects on the way to what is used are read as such, and the members that are used are taken as raw
//! JSON, so that one of an unexpected type cannot spoil its neighbours; each is then read by its own rule. A lone
//! surrogate in a text is replaced instead of refused: it says nothing about the outcome. Where an object should be,
//! another value counts as one without members. One that serde cannot read there, such as a lone surrogate, is passed over
//! by reading level by level, which takes several times as long.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::json;

/// A value that nests deeper is not an envelope of the service.
const DEEPEST: usize = 64;
/// No envelope has a longer text, in bytes.
const LONGEST_TEXT: usize = 4096;

/// The members of a good envelope that are used. `null` counts as absent everywhere.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Envelope {
    pub(crate) result: bool,
    pub(crate) error_code: Option<i64>,
    /// `Exception` if it is not null, with its code and text if it has them.
    pub(crate) exception: Option<Exception>,
    /// `StatusCode` under `Masterpass`, otherwise under `Masterpass.Result`: the vendor's text and samples differ.
    pub(crate) status_code: Option<i64>,
    pub(crate) response_code: Option<String>,
    pub(crate) token: Option<String>,
    pub(crate) renewed_session: Option<String>,
    pub(crate) reference_number: Option<String>,
    pub(crate) correlation_id: Option<String>,
    pub(crate) url_3d: Option<String>,
    /// The service's text for people: the exception's, or the description, or the envelope's message.
    pub(crate) text: Option<String>,
}

#[derive(Debug, Default, PartialEq)]
pub(crate) struct Exception {
    pub(crate) code: Option<String>,
}

type Raw<'a> = Option<&'a RawValue>;

/// An object's members, or none if the value is not an object (`Masterpass.Result` may be a bare `true`).
#[derive(Default)]
struct Members<T>(T);

impl<'de, T: Default + Deserialize<'de>> Deserialize<'de> for Members<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyValue<T>(PhantomData<T>);
        impl<'de, T: Default + Deserialize<'de>> Visitor<'de> for AnyValue<T> {
            type Value = Members<T>;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("any value")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Members<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Members)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Members<T>, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Members::default())
            }
            fn visit_unit<E>(self) -> Result<Members<T>, E> {
                Ok(Members::default())
            }
            fn visit_bool<E>(self, _: bool) -> Result<Members<T>, E> {
                Ok(Members::default())
            }
            fn visit_i64<E>(self, _: i64) -> Result<Members<T>, E> {
                Ok(Members::default())
            }
            fn visit_u64<E>(self, _: u64) -> Result<Members<T>, E> {
                Ok(Members::default())
            }
            fn visit_f64<E>(self, _: f64) -> Result<Members<T>, E> {
                Ok(Members::default())
            }
            fn visit_str<E>(self, _: &str) -> Result<Members<T>, E> {
                Ok(Members::default())
            }
        }
        deserializer.deserialize_any(AnyValue(PhantomData))
    }
}

// Serde refuses a member that stands twice in these, and skips those that are not named.

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RawEnvelope<'a, Body> {
    #[serde(borrow)]
    result: Raw<'a>,
    error_code: Raw<'a>,
    message: Raw<'a>,
    body: Body,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RawBody<Session, Masterpass> {
    session: Session,
    masterpass: Masterpass,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RawSession<'a> {
    #[serde(borrow)]
    session_renewed: Raw<'a>,
    session_id: Raw<'a>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RawMasterpass<'a, Result, Exception> {
    result: Result,
    exception: Exception,
    #[serde(borrow)]
    status_code: Raw<'a>,
    correlation_id: Raw<'a>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RawResult<'a> {
    #[serde(borrow)]
    token: Raw<'a>,
    retrieval_reference_number: Raw<'a>,
    response_code: Raw<'a>,
    description: Raw<'a>,
    url3d: Raw<'a>,
    status_code: Raw<'a>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RawException<'a> {
    #[serde(borrow)]
    code: Raw<'a>,
    message: Raw<'a>,
}

type WholeMasterpass<'a> = RawMasterpass<'a, Members<RawResult<'a>>, Option<Members<RawException<'a>>>>;
type WholeBody<'a> = RawBody<Members<RawSession<'a>>, Members<WholeMasterpass<'a>>>;
type WholeEnvelope<'a> = RawEnvelope<'a, Members<WholeBody<'a>>>;

/// Not a good envelope. The reason does not matter: nothing in it is trustworthy then.
struct NoEnvelope;

impl From<serde_json::Error> for NoEnvelope {
    fn from(_: serde_json::Error) -> Self {
        NoEnvelope
    }
}

impl Envelope {
    /// A good envelope is an object with a boolean `Result`, whose deciding numbers are integers (also written as text),
    /// without a member that is read and stands twice, and nested no deeper than 64.
    pub(crate) fn read(body: &str) -> Option<Self> {
        Self::try_read(body).ok()
    }

    fn try_read(body: &str) -> Result<Self, NoEnvelope> {
        if deeper_than(body, DEEPEST) {
            return Err(NoEnvelope);
        }
        let envelope = match serde_json::from_str::<Members<WholeEnvelope>>(body) {
            Ok(Members(envelope)) => envelope,
            Err(_) => level_by_level(body)?,
        };
        let Members(RawBody { session: Members(session), masterpass: Members(masterpass) }) = envelope.body;
        let Members(result) = masterpass.result;
        let exception = masterpass.exception.map(|Members(exception)| exception);

        let status_code = match integer(masterpass.status_code)? {
            Some(code) => Some(code),
            None => integer(result.status_code)?,
        };
        Ok(Envelope {
            result: boolean(envelope.result).ok_or(NoEnvelope)?,
            error_code: integer(envelope.error_code)?,
            exception: exception.as_ref().map(|exception| Exception { code: text(exception.code) }),
            status_code,
            response_code: response_code(result.response_code),
            token: text(result.token),
            renewed_session: match boolean(session.session_renewed) {
                Some(true) => text(session.session_id),
                _ => None,
            },
            reference_number: text(result.retrieval_reference_number),
            correlation_id: text(masterpass.correlation_id),
            url_3d: text(result.url3d),
            text: words(exception.and_then(|exception| exception.message))
                .or_else(|| words(result.description))
                .or_else(|| words(envelope.message)),
        })
    }
}

/// The envelope, even if serde cannot read a value that should be an object.
fn level_by_level(json: &str) -> Result<WholeEnvelope<'_>, NoEnvelope> {
    let envelope: RawEnvelope<Raw> = object(Some(serde_json::from_str(json)?))?;
    let body: RawBody<Raw, Raw> = object(envelope.body)?;
    let masterpass: RawMasterpass<Raw, Raw> = object(body.masterpass)?;
    let exception = masterpass.exception.map(|raw| object(Some(raw)).map(Members)).transpose()?;
    let masterpass = RawMasterpass {
        result: Members(object(masterpass.result)?),
        exception,
        status_code: masterpass.status_code,
        correlation_id: masterpass.correlation_id,
    };
    let body = RawBody { session: Members(object(body.session)?), masterpass: Members(masterpass) };
    let RawEnvelope { result, error_code, message, .. } = envelope;
    Ok(RawEnvelope { result, error_code, message, body: Members(body) })
}

/// An object's members, or none if the value is absent or not an object. Serde would take an array for one, too.
fn object<'a, T: Default + Deserialize<'a>>(raw: Raw<'a>) -> Result<T, NoEnvelope> {
    match raw {
        Some(raw) if raw.get().starts_with('{') => Ok(serde_json::from_str(raw.get())?),
        _ => Ok(T::default()),
    }
}

fn boolean(raw: Raw) -> Option<bool> {
    serde_json::from_str(raw?.get()).ok()
}

/// An integer, also as text. Anything else in its place makes the whole envelope invalid, because it decides.
fn integer(raw: Raw) -> Result<Option<i64>, NoEnvelope> {
    let Some(raw) = raw else { return Ok(None) };
    let digits = match text(Some(raw)) {
        Some(text) => Cow::Owned(text),
        None => Cow::Borrowed(raw.get()),
    };
    digits.parse().map(Some).map_err(|_| NoEnvelope)
}

/// A response code has leading zeros as text; as a number it lost them.
fn response_code(raw: Raw) -> Option<String> {
    text(raw).or_else(|| raw?.get().parse::<u32>().ok().map(|number| format!("{number:04}")))
}

/// A text that is there, not empty, and not out of all proportion.
fn text(raw: Raw) -> Option<String> {
    json::text(raw?).filter(|text| (1..=LONGEST_TEXT).contains(&text.len()))
}

/// A text for people, who do not read more of it than this.
fn words(raw: Raw) -> Option<String> {
    let mut text = json::text(raw?)?;
    text.truncate(text.floor_char_boundary(LONGEST_TEXT));
    (!text.is_empty()).then_some(text)
}

/// Whether arrays and objects nest deeper than `limit`. Brackets inside strings do not count.
fn deeper_than(json: &str, limit: usize) -> bool {
    // Nearly every answer is done with here: it has fewer brackets than that, wherever they stand. Counted in bytes, as
    // the compiler can then count many at once.
    let opening = |part: &[u8]| part.iter().map(|byte| u8::from(matches!(byte, b'{' | b'['))).sum::<u8>();
    if json.as_bytes().chunks(u8::MAX.into()).map(|part| usize::from(opening(part))).sum::<usize>() <= limit {
        return false;
    }
    let mut depth = 0_usize;
    let mut bytes = json.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'{' | b'[' => {
                depth += 1;
                if depth > limit {
                    return true;
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                while let Some(byte) = bytes.next() {
                    match byte {
                        b'"' => break,
                        b'\\' => _ = bytes.next(),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    false
}
