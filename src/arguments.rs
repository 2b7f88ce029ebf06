//! The two arguments of a call, checked before anything is sent.

use uuid::Uuid;

use crate::outcome::Outcome;

/// The longest token that is accepted, in bytes. The service's are 32; its documentation gives no limit.
const LONGEST_TOKEN: usize = 1024;

/// Checks a token: 1 to 1024 bytes, no control characters.
pub(crate) fn token(token: &str) -> Result<(), Box<Outcome>> {
    match token_rule(token) {
        Ok(()) => Ok(()),
        Err(rule) => Err(Outcome::invalid_argument("token", rule)),
    }
}

/// Whether the service's new token could be sent back to it.
pub(crate) fn is_token(token: &str) -> bool {
    token_rule(token).is_ok()
}

fn token_rule(token: &str) -> Result<(), &'static str> {
    if token.is_empty() {
        return Err("must not be empty: pass the token that the operation returned");
    }
    if token.len() > LONGEST_TOKEN {
        return Err("must not be longer than 1024 bytes");
    }
    if token.chars().any(char::is_control) {
        return Err("must not contain control characters, such as line ends");
    }
    Ok(())
}

/// Reads a session: a GUID in one of .NET's forms D, N, B and P, and not all zero. Gives the lower-case form with hyphens.
pub(crate) fn session(session: &str) -> Result<String, Box<Outcome>> {
    match guid(session) {
        Some(id) if id.is_nil() => Err(Outcome::invalid_argument(
            "session",
            "must not be the all-zero GUID: that is .NET's value for an id that was never set",
        )),
        Some(id) => Ok(id.hyphenated().to_string()),
        None => {
            Err(Outcome::invalid_argument("session", "must be a GUID such as 6489433e-f36b-1410-825e-001264113a90"))
        }
    }
}

/// Whether the service's renewed session is one that could be sent back, in the form it is sent in.
pub(crate) fn renewed_session(text: &str) -> Option<String> {
    guid(text).filter(|id| !id.is_nil()).map(|id| id.hyphenated().to_string())
}

/// .NET's formats `D` (36 characters), `N` (32), `B` (braces around `D`) and `P` (parentheses around `D`).
fn guid(text: &str) -> Option<Uuid> {
    let inner = match (text.as_bytes().first(), text.as_bytes().last()) {
        (Some(b'{'), Some(b'}')) | (Some(b'('), Some(b')')) if text.len() == 38 => text.get(1..37)?,
        _ => text,
    };
    match (inner.len(), text.len()) {
        (36, 36 | 38) | (32, 32) => Uuid::try_parse(inner).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{renewed_session, session, token};

    const D: &str = "6489433e-f36b-1410-825e-001264113a90";

    #[test]
    fn every_form_of_dotnet_is_read_and_sent_as_lower_case_with_hyphens() {
        for text in [
            D,
            "6489433E-F36B-1410-825E-001264113A90",
            "6489433ef36b1410825e001264113a90",
            "{6489433e-f36b-1410-825e-001264113a90}",
            "(6489433E-f36b-1410-825e-001264113a90)",
        ] {
            assert_eq!(session(text).unwrap(), D, "{text}");
        }
    }

    #[test]
    fn what_is_no_guid_or_never_set_is_refused_by_name() {
        for text in [
            "",
            "x",
            "{6489433ef36b1410825e001264113a90}",
            "(6489433e-f36b-1410-825e-001264113a90}",
            "urn:uuid:6489433e-f36b-1410-825e-001264113a90",
            " 6489433e-f36b-1410-825e-001264113a90",
            "6489433e-f36b-1410-825e-001264113a9g",
            "6489433e-f36b-1410-825e-001264113a90\n",
            "64894-33ef36b1410825e-0012641-13a90xx",
            "00000000-0000-0000-0000-000000000000",
            "00000000000000000000000000000000",
            "ğğğğğğğğğğğğğğğğğğ",
        ] {
            let outcome = session(text).unwrap_err();
            assert_eq!(outcome.error.as_ref().unwrap().code.as_deref(), Some("session"), "{text}");
            assert!(renewed_session(text).is_none(), "{text}");
        }
    }

    #[test]
    fn tokens_have_bounds_and_no_control_characters() {
        for good in ["x", "67a40b720d564a878dd46579b3d2eff3", "türkçe \u{1F600}", &"t".repeat(1024)] {
            assert!(token(good).is_ok());
        }
        for bad in ["", "a\r\nb", "a\0b", "a\u{7f}", "a\u{85}b", "\t", &"t".repeat(1025), &"ğ".repeat(513)] {
            let outcome = token(bad).unwrap_err();
            assert_eq!(outcome.error.as_ref().unwrap().code.as_deref(), Some("token"));
        }
    }
}
