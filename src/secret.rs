//! Text that must not be seen: wiped when dropped, hidden from `Debug`, and masked where a peer echoes it.

use std::fmt;
use std::io;

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

/// Bytes that are wiped when dropped, and wherever they move from while they grow.
#[derive(Default)]
pub(crate) struct Wiped(Zeroizing<Vec<u8>>);

impl Wiped {
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Wiped(Zeroizing::new(Vec::with_capacity(capacity)))
    }

    #[inline]
    pub(crate) fn reserve(&mut self, additional: usize) {
        let needed = self.0.len() + additional;
        if needed > self.0.capacity() {
            self.grow(needed);
        }
    }

    #[cold]
    fn grow(&mut self, needed: usize) {
        let mut larger = Zeroizing::new(Vec::with_capacity(needed.next_power_of_two().max(1024)));
        larger.extend_from_slice(&self.0);
        self.0 = larger;
    }

    #[inline]
    pub(crate) fn append(&mut self, bytes: &[u8]) {
        self.reserve(bytes.len());
        self.0.extend_from_slice(bytes);
    }

    /// Takes the first bytes away, and wipes them.
    pub(crate) fn consume(&mut self, length: usize) {
        self.0[..length].zeroize();
        self.0.drain(..length);
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn clear(&mut self) {
        self.0.zeroize();
    }

    /// The bytes, for an owner who wipes them.
    pub(crate) fn into_bytes(mut self) -> Vec<u8> {
        std::mem::take(&mut *self.0)
    }
}

impl io::Write for Wiped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.append(bytes);
        Ok(bytes.len())
    }

    // A document is written in hundreds of pieces: without the default's loop.
    #[inline]
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.append(bytes);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Finds secrets of eight bytes and more in what a peer wrote: in any case of ASCII letters, as they are or as JSON,
/// URLs and HTML spell them, and where the text ends within one.
pub(crate) struct Masker {
    secrets: Vec<Secret>,
    /// The bytes that a secret begins with, in either case.
    beginnings: [bool; 256],
}

impl Masker {
    pub(crate) fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let mut texts: Vec<&str> = secrets.into_iter().filter(|text| text.len() >= SHORTEST_MASKED).collect();
        texts.sort_unstable();
        texts.dedup();
        let mut beginnings = [false; 256];
        for first in texts.iter().map(|text| text.as_bytes()[0]) {
            beginnings[usize::from(first.to_ascii_lowercase())] = true;
            beginnings[usize::from(first.to_ascii_uppercase())] = true;
        }
        Masker { secrets: texts.into_iter().map(Secret::new).collect(), beginnings }
    }

    /// The text with every secret replaced. Takes time in proportion to the text, whatever stands in it.
    pub(crate) fn mask(&self, mut text: String) -> String {
        let mut found = self.find(&text);
        if found.is_empty() {
            return text;
        }
        // Secrets may overlap: what any of them covers is covered.
        found.sort_unstable();
        let mut masked = String::with_capacity(text.len() + MASK.len());
        let mut shown = 0;
        let mut place = found.into_iter().peekable();
        while let Some((start, mut end)) = place.next() {
            while let Some((_, further)) = place.next_if(|(next, _)| *next <= end) {
                end = end.max(further);
            }
            masked.push_str(&text[shown..start]);
            masked.push_str(MASK);
            shown = end;
        }
        masked.push_str(&text[shown..]);
        text.zeroize();
        masked
    }

    /// Whether there is anything to mask.
    pub(crate) fn finds(&self, text: &str) -> bool {
        !self.find(text).is_empty()
    }

    fn find(&self, text: &str) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        for spelling in [Spelling::Plain, Spelling::Json, Spelling::Url, Spelling::Html] {
            if spelling.may_be_in(text) && (spelling != Spelling::Plain || self.begins_in(text)) {
                let spelt = spelling.read(text);
                for secret in &self.secrets {
                    Pattern::new(secret.reveal()).find(&spelt, &mut found);
                }
            }
        }
        found
    }

    /// Whether the first eight bytes of a secret stand in the text: without them there is nothing to find, neither a
    /// whole secret nor one that the end cuts off. Nearly every answer is done with here.
    fn begins_in(&self, text: &str) -> bool {
        let begins = |text: &[u8], secret: &Secret| {
            let beginning = &secret.reveal().as_bytes()[..SHORTEST_MASKED];
            text.get(..SHORTEST_MASKED).is_some_and(|text| text.eq_ignore_ascii_case(beginning))
        };
        let text = text.as_bytes();
        text.iter().enumerate().any(|(place, byte)| {
            self.beginnings[usize::from(*byte)] && self.secrets.iter().any(|secret| begins(&text[place..], secret))
        })
    }
}

/// A secret, prepared for the search of Knuth, Morris and Pratt.
struct Pattern {
    characters: Zeroizing<Vec<char>>,
    /// For each place, how much of the beginning also ends there: where to go on after a mismatch.
    fallback: Vec<usize>,
}

impl Pattern {
    fn new(secret: &str) -> Self {
        let characters =
            Zeroizing::new(secret.chars().map(|character| character.to_ascii_lowercase()).collect::<Vec<_>>());
        let mut fallback = vec![0; characters.len()];
        let mut matched = 0;
        for place in 1..characters.len() {
            while matched > 0 && characters[place] != characters[matched] {
                matched = fallback[matched - 1];
            }
            matched += usize::from(characters[place] == characters[matched]);
            fallback[place] = matched;
        }
        Pattern { characters, fallback }
    }

    /// Adds every place of the text, in bytes, that spells the secret, or its beginning where the text ends.
    fn find(&self, spelt: &[Spelt], found: &mut Vec<(usize, usize)>) {
        let mut matched = 0;
        for (place, spelt_here) in spelt.iter().enumerate() {
            while matched > 0 && self.characters[matched] != spelt_here.character {
                matched = self.fallback[matched - 1];
            }
            matched += usize::from(self.characters[matched] == spelt_here.character);
            if matched == self.characters.len() {
                found.push((spelt[place + 1 - matched].start, spelt_here.end));
                matched = self.fallback[matched - 1];
            }
        }
        if matched >= SHORTEST_MASKED {
            found.push((spelt[spelt.len() - matched].start, spelt[spelt.len() - 1].end));
        }
    }
}

/// One character, in lower case, and the bytes of the text that spell it.
struct Spelt {
    character: char,
    start: usize,
    end: usize,
}

/// A way to write characters by others.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spelling {
    Plain,
    /// `\/`, `\t`, `\u002B`: .NET's serializer writes `+` like that.
    Json,
    /// `%2B`.
    Url,
    /// `&#43;`, `&#x2B;`, `&amp;`.
    Html,
}

impl Spelling {
    fn may_be_in(self, text: &str) -> bool {
        match self {
            Spelling::Plain => true,
            Spelling::Json => text.contains('\\'),
            Spelling::Url => text.contains('%'),
            Spelling::Html => text.contains('&'),
        }
    }

    fn read(self, text: &str) -> Vec<Spelt> {
        let mut spelt = Vec::with_capacity(text.len());
        let mut start = 0;
        while let Some(plain) = text[start..].chars().next() {
            let rest = &text[start..];
            let decoded = match self {
                Spelling::Plain => None,
                Spelling::Json => json_escape(rest),
                Spelling::Url => url_escape(rest),
                Spelling::Html => html_entity(rest),
            };
            let (character, length) = decoded.unwrap_or((plain, plain.len_utf8()));
            spelt.push(Spelt { character: character.to_ascii_lowercase(), start, end: start + length });
            start += length;
        }
        spelt
    }
}

fn json_escape(text: &str) -> Option<(char, usize)> {
    let rest = text.strip_prefix('\\')?;
    let unit = |text: &str| u16::from_str_radix(text.strip_prefix('u')?.get(..4)?, 16).ok();
    let escaped = match rest.chars().next()? {
        'u' => {
            let first = unit(rest)?;
            let second = rest.get(5..).and_then(|rest| unit(rest.strip_prefix('\\')?));
            // A character beyond the basic plane is a pair of units.
            return match (char::from_u32(u32::from(first)), second) {
                (Some(character), _) => Some((character, 6)),
                (None, Some(second)) => Some((char::decode_utf16([first, second]).next()?.ok()?, 12)),
                (None, None) => None,
            };
        }
        same @ ('/' | '\\' | '"') => same,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        _ => return None,
    };
    Some((escaped, 2))
}

/// Credentials are ASCII: longer sequences of UTF-8 need not be put together.
fn url_escape(text: &str) -> Option<(char, usize)> {
    let byte = u8::from_str_radix(text.strip_prefix('%')?.get(..2)?, 16).ok()?;
    byte.is_ascii().then_some((char::from(byte), 3))
}

fn html_entity(text: &str) -> Option<(char, usize)> {
    const LONGEST: usize = 10;
    let end = text.bytes().take(LONGEST).position(|byte| byte == b';')?;
    let character = match text.get(1..end).filter(|_| text.starts_with('&'))? {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        name => {
            let number = name.strip_prefix('#')?;
            let number = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            char::from_u32(number.ok()?)?
        }
    };
    Some((character, end + 1))
}

#[cfg(test)]
mod tests {
    use super::{Masker, Secret, Wiped};

    fn masked(text: &str, secrets: &[&str]) -> String {
        let secrets: Vec<Secret> = secrets.iter().map(|secret| Secret::new(secret)).collect();
        Masker::new(secrets.iter().map(Secret::reveal)).mask(text.to_owned())
    }

    #[test]
    fn a_secret_is_masked_wherever_it_stands() {
        for (text, expected) in [
            ("x key=s3cr3t-key y", "x key=*** y"),
            ("s3cr3t-keys3cr3t-key", "***"),
            ("s3cr3t-key s3cr3t-key", "*** ***"),
            ("şifre s3cr3t-key ğ", "şifre *** ğ"),
            ("S3CR3T-KEY", "***"),
            ("s3cr3t-s3cr3t-key", "s3cr3t-***"),
        ] {
            assert_eq!(masked(text, &["s3cr3t-key"]), expected);
        }
    }

    #[test]
    fn no_spelling_hides_it() {
        for (text, secret) in [
            (r"ab\u002Bcd\/efgh", "ab+cd/efgh"),
            (r"ab\u002bcd/efgh", "ab+cd/efgh"),
            (r#"ab\"cd\\efgh"#, r#"ab"cd\efgh"#),
            (r"top\tsecret-value", "top\tsecret-value"),
            (r"\ud83d\ude00-token-1", "\u{1F600}-token-1"),
            ("ab%2Bcd%2fefgh", "ab+cd/efgh"),
            ("ab&#43;cd&#x2F;ef&amp;gh", "ab+cd/ef&gh"),
            // What looks like an escape may also be meant as it stands.
            (r"ab\/cdefgh", r"ab\/cdefgh"),
            (r"ab\u0041cdefgh", r"ab\u0041cdefgh"),
            ("ab%41cdefgh", "ab%41cdefgh"),
            ("ab&amp;cdefgh", "ab&amp;cdefgh"),
        ] {
            assert_eq!(masked(&format!("<{text}>"), &[secret]), "<***>", "{text}");
        }
    }

    #[test]
    fn secrets_that_overlap_are_covered_together() {
        let secrets = ["AAAAAAAA12345678", "12345678BBBBBBBBBBBB"];
        assert_eq!(masked("-AAAAAAAA12345678BBBBBBBBBBBB-", &secrets), "-***-");
        assert_eq!(masked("abcdefghijkl abcdefgh", &["abcdefgh", "abcdefghijkl"]), "*** ***");
    }

    #[test]
    fn a_beginning_cut_off_by_the_end_of_the_text_is_masked() {
        assert_eq!(masked("key: s3cr3t-k", &["s3cr3t-key"]), "key: ***");
        assert_eq!(masked("key: s3cr3t", &["s3cr3t-key"]), "key: s3cr3t");
        assert_eq!(masked(r"key: s3cr3t-k\u00", &["s3cr3t-key"]), r"key: s3cr3t-k\u00", "not its end");
    }

    #[test]
    fn short_secrets_and_other_texts_are_left_alone() {
        assert_eq!(masked("a short one", &["short"]), "a short one");
        for text in ["", r"\u00", r"\ud800", "%", "%zz", "%ğ", "&", "&#;", "&#xffffffff;", "&ğğğğğğğ;", "\\ğ"]
        {
            assert_eq!(masked(text, &["s3cr3t-key"]), text);
        }
    }

    /// A peer knows the key, and can write whatever is hardest to tell from it. Ever more work would outlast the deadline.
    #[test]
    fn a_text_that_almost_repeats_a_secret_costs_no_more_than_another() {
        let secret = format!("{}x", "k".repeat(8_000));
        let text = "k".repeat(10_000_000);
        assert_eq!(masked(&text, &[&secret]).len(), 10_000_000 - 8_000 + 3, "its end is a beginning");
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Secret::new("s3cr3t-key")), "***");
    }

    #[test]
    fn wiped_bytes_are_what_was_appended_and_not_consumed() {
        let mut wiped = Wiped::default();
        let all: Vec<u8> = (0..10_000_u32).map(|number| number as u8).collect();
        for part in all.chunks(333) {
            wiped.append(part);
        }
        wiped.consume(5_000);
        assert_eq!(wiped.bytes(), &all[5_000..]);
        assert_eq!(wiped.into_bytes(), &all[5_000..]);
    }
}
