//! Finds secrets in what a peer wrote, however it spells them.

use zeroize::Zeroizing;

use super::{MASK, wipe};

/// Shorter texts are not searched for: masking every "a" would only garble the answer.
const SHORTEST_MASKED: usize = 8;

/// Finds secrets of eight bytes and more in what a peer wrote: in any case of ASCII letters, as they are or as JSON,
/// URLs and HTML spell them, and at the end of a text that cuts one off.
pub(crate) struct Masker<S> {
    secrets: Vec<S>,
    /// Which groups of bytes stand in the beginning of a secret, by [`place_of`]. A few more seem to.
    groups: [bool; PLACES],
}

/// How many bytes are looked at together.
const GROUP: usize = 4;
/// Wherever a secret stands in a text, one of the groups in its first bytes begins at a multiple of this.
const STEP: usize = SHORTEST_MASKED - GROUP + 1;
const PLACES: usize = 1024;

impl<S: AsRef<str>> Masker<S> {
    pub(crate) fn new(secrets: impl IntoIterator<Item = S>) -> Self {
        let secrets: Vec<S> = secrets.into_iter().filter(|secret| secret.as_ref().len() >= SHORTEST_MASKED).collect();
        let mut groups = [false; PLACES];
        for secret in &secrets {
            for group in secret.as_ref().as_bytes()[..SHORTEST_MASKED].windows(GROUP).filter_map(<[u8]>::first_chunk) {
                groups[place_of(*group)] = true;
            }
        }
        Masker { secrets, groups }
    }

    /// Replaces every secret in the text. Takes time in proportion to the text, whatever stands in it.
    pub(crate) fn mask(&self, text: &mut String) {
        let mut found = self.find(text);
        if found.is_empty() {
            return;
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
        wipe(std::mem::replace(text, masked));
    }

    /// Whether there is anything to mask.
    pub(crate) fn finds(&self, text: &str) -> bool {
        !self.find(text).is_empty()
    }

    fn find(&self, text: &str) -> Vec<(usize, usize)> {
        let spellings = self.spellings(text.as_bytes());
        let mut found = Vec::new();
        for spelling in [Spelling::Plain, Spelling::Json, Spelling::Url, Spelling::Html] {
            if spellings & spelling as u8 != 0 {
                let spelt = spelling.read(text);
                for secret in &self.secrets {
                    Pattern::new(secret.as_ref()).find(&spelt, &mut found);
                }
            }
        }
        found
    }

    /// The spellings in which a secret may stand in the text: nearly every answer is done with here, as there are none.
    fn spellings(&self, text: &[u8]) -> u8 {
        let is = |byte: u8, sign: u8, spelling: Spelling| u8::from(byte == sign) * spelling as u8;
        let signs =
            |byte: u8| is(byte, b'\\', Spelling::Json) | is(byte, b'%', Spelling::Url) | is(byte, b'&', Spelling::Html);
        // Without a branch, so that the compiler can look at many bytes at once.
        let spellings = text.iter().fold(0, |spellings, byte| spellings | signs(*byte));
        if self.may_hold_one(text) { spellings | Spelling::Plain as u8 } else { spellings }
    }

    /// Whether a secret may stand in the text as it is.
    fn may_hold_one(&self, text: &[u8]) -> bool {
        let mut place = 0;
        while let Some(group) = text.get(place..).and_then(<[u8]>::first_chunk) {
            if self.groups[place_of(*group)]
                && (place.saturating_sub(STEP - 1)..=place).any(|start| self.one_begins(&text[start..]))
            {
                return true;
            }
            place += STEP;
        }
        false
    }

    /// Whether a secret may begin where the text does: also one that the text's end cuts off.
    fn one_begins(&self, text: &[u8]) -> bool {
        let here = beginning(text);
        here.is_some() && self.secrets.iter().any(|secret| beginning(secret.as_ref().as_bytes()) == here)
    }
}

/// Where a group of bytes is noted, alike for both cases of a letter.
fn place_of(group: [u8; GROUP]) -> usize {
    const CASE: u32 = u32::from_ne_bytes([b'a' ^ b'A'; GROUP]);
    // Each byte has a part in the highest bits of the product.
    let mixed = (u32::from_ne_bytes(group) | CASE).wrapping_mul(0x9e37_79b1);
    (mixed >> (u32::BITS - PLACES.ilog2())) as usize
}

/// The first bytes of what is searched for, or of where it may be found, alike for both cases of a letter.
fn beginning(text: &[u8]) -> Option<u64> {
    const CASE: u64 = u64::from_ne_bytes([b'a' ^ b'A'; SHORTEST_MASKED]);
    text.first_chunk().map(|bytes| u64::from_ne_bytes(*bytes) | CASE)
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

    /// Adds every place of the text, in bytes, that spells the secret, or its beginning at the end of the text.
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

/// A way to write characters by others; a bit each.
#[derive(Clone, Copy)]
enum Spelling {
    /// As they are.
    Plain = 1,
    /// `\/`, `\t`, `\u002B`: .NET's serializer writes `+` like that.
    Json = 2,
    /// `%2B`.
    Url = 4,
    /// `&#43;`, `&#x2B;`, `&amp;`.
    Html = 8,
}

impl Spelling {
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
    use super::Masker;

    fn masked(text: &str, secrets: &[&str]) -> String {
        let mut text = text.to_owned();
        Masker::new(secrets).mask(&mut text);
        text
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
    fn a_secret_is_found_at_every_place_of_a_text() {
        let secrets = ["s3cr3t-key", "12345678", "ğüşiöç", "AAAAAAAAAAAAAAAA"];
        for secret in secrets {
            for before in 0..70 {
                for after in 0..7 {
                    let text = format!("{}{secret}{}", "x".repeat(before), "y".repeat(after));
                    let expected = format!("{}***{}", "x".repeat(before), "y".repeat(after));
                    assert_eq!(masked(&text, &secrets), expected);
                }
            }
        }
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
}
