//! Text that must not be seen: wiped when dropped, hidden from `Debug`, and masked where a peer echoes it.

use std::fmt;

use zeroize::{Zeroize, Zeroizing};

/// What stands where a secret stood.
pub(crate) const MASK: &str = "***";

/// Shorter texts are not searched for: masking every "a" would only garble the answer.
const SHORTEST_MASKED: usize = 8;

/// A credential, a token or a session. Read it with [`Secret::reveal`], so that every use can be found.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(Zeroizing<String>);

impl Secret {
    pub(crate) fn new(text: &str) -> Self {
        Secret(Zeroizing::new(text.to_owned()))
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// `text` with every secret of eight bytes and more replaced, also where the peer wrote it with JSON escapes
/// (.NET's serializer writes `+` as `\u002B`), in another case of ASCII letters, or was cut off within it.
pub(crate) fn mask(mut text: String, secrets: &[Secret]) -> String {
    let secrets: Vec<&str> =
        secrets.iter().map(Secret::reveal).filter(|secret| secret.len() >= SHORTEST_MASKED).collect();
    // Most places are ruled out by their first byte alone.
    let mut begins = [false; 256];
    begins[usize::from(b'\\')] = !secrets.is_empty();
    for first in secrets.iter().map(|secret| secret.as_bytes()[0]) {
        begins[usize::from(first.to_ascii_lowercase())] = true;
        begins[usize::from(first.to_ascii_uppercase())] = true;
    }

    let mut masked = String::new();
    let mut copied = 0;
    let mut at = 0;
    while at < text.len() {
        // A first byte is never in the midst of a character.
        let found = match begins[usize::from(text.as_bytes()[at])] {
            true => secrets.iter().filter_map(|secret| echo_length(&text[at..], secret)).max(),
            false => None,
        };
        match found {
            Some(length) => {
                masked.push_str(&text[copied..at]);
                masked.push_str(MASK);
                at += length;
                copied = at;
            }
            None => at += 1,
        }
    }
    if copied == 0 {
        return text;
    }
    masked.push_str(&text[copied..]);
    text.zeroize();
    masked
}

/// How many bytes at the start of `text` spell `secret`, or its beginning where `text` ends too early.
fn echo_length(text: &str, secret: &str) -> Option<usize> {
    let mut rest = text;
    for (matched, wanted) in secret.char_indices() {
        if rest.is_empty() {
            return (matched >= SHORTEST_MASKED).then_some(text.len());
        }
        let (spelt, length) = spelt_char(rest);
        if !spelt.eq_ignore_ascii_case(&wanted) {
            return None;
        }
        rest = &rest[length..];
    }
    Some(text.len() - rest.len())
}

/// The character that `text` starts with, a JSON escape taken for what it stands for, and the bytes it takes.
fn spelt_char(text: &str) -> (char, usize) {
    let plain = text.chars().next().unwrap_or('\0');
    if plain != '\\' {
        return (plain, plain.len_utf8());
    }
    let bytes = text.as_bytes();
    match bytes.get(1) {
        Some(b'u') => text
            .get(2..6)
            .and_then(|hex| u32::from_str_radix(hex, 16).ok())
            .and_then(char::from_u32)
            .map_or((plain, 1), |decoded| (decoded, 6)),
        Some(&escaped @ (b'/' | b'"' | b'\\')) => (char::from(escaped), 2),
        _ => (plain, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::{Secret, mask};

    fn masked(text: &str, secret: &str) -> String {
        mask(text.to_owned(), &[Secret::new(secret)])
    }

    #[test]
    fn a_secret_is_masked_wherever_it_stands() {
        assert_eq!(masked("x key=s3cr3t-key y", "s3cr3t-key"), "x key=*** y");
        assert_eq!(masked("s3cr3t-keys3cr3t-key", "s3cr3t-key"), "******");
        assert_eq!(masked("şifre s3cr3t-key ğ", "s3cr3t-key"), "şifre *** ğ");
        assert_eq!(masked("S3CR3T-KEY", "s3cr3t-key"), "***");
    }

    #[test]
    fn json_escapes_do_not_hide_it() {
        assert_eq!(masked(r#"{"k":"ab\u002Bcd\/efgh"}"#, "ab+cd/efgh"), r#"{"k":"***"}"#);
        assert_eq!(masked(r#""ab\"cd\\efgh""#, r#"ab"cd\efgh"#), r#""***""#);
    }

    #[test]
    fn a_beginning_cut_off_by_the_end_of_the_text_is_masked() {
        assert_eq!(masked("key: s3cr3t-k", "s3cr3t-key"), "key: ***");
        assert_eq!(masked("key: s3cr3t", "s3cr3t-key"), "key: s3cr3t");
    }

    #[test]
    fn short_secrets_and_other_texts_are_left_alone() {
        assert_eq!(masked("a short one", "short"), "a short one");
        assert_eq!(masked(r"\u00", "s3cr3t-key"), r"\u00");
        assert_eq!(masked("", "s3cr3t-key"), "");
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Secret::new("s3cr3t-key")), "***");
    }
}
