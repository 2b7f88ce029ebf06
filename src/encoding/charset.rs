//! Texts that are not UTF-8: in the charsets that a server for Turkish texts may still speak.

use crate::secret::Wiped;

/// How the bytes of a text stand for characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Charset {
    #[default]
    Utf8,
    /// Its byte order mark says in which order, or its first character, which is ASCII in JSON and in HTML.
    Utf16,
    /// Of western Europe. By common practice, also what calls itself iso-8859-1 or ASCII.
    Windows1252,
    /// Turkish. By common practice, also what calls itself iso-8859-9.
    Windows1254,
}

/// What windows-1252 has from 0x80 to 0x9f, where iso-8859-1 has controls.
const FROM_80: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

impl Charset {
    /// The charset that a `Content-Type` names. One that is not known counts as UTF-8, as if none were named.
    pub(crate) fn of(content_type: &str) -> Self {
        let parameters = content_type.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
        let charset =
            parameters.map(|(name, value)| (name.trim(), value.trim().trim_matches('"').to_ascii_lowercase()));
        let named = charset.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("charset"));
        match named.as_ref().map_or("", |(_, charset)| charset) {
            "utf-16" | "utf-16le" | "utf-16be" => Charset::Utf16,
            "windows-1254" | "cp1254" | "x-cp1254" | "iso-8859-9" | "iso8859-9" | "iso_8859-9" | "latin5" => {
                Charset::Windows1254
            }
            "windows-1252" | "cp1252" | "x-cp1252" | "iso-8859-1" | "iso8859-1" | "iso_8859-1" | "latin1"
            | "us-ascii" | "ascii" => Charset::Windows1252,
            _ => Charset::Utf8,
        }
    }

    /// The bytes as text. What they show wins over the name: a byte order mark, which is no part of the text, and UTF-8,
    /// which a text in another charset almost never happens to be. What is invalid is replaced.
    pub(crate) fn text(self, bytes: Wiped) -> String {
        match (bytes.bytes(), self) {
            ([0xef, 0xbb, 0xbf, ..], _) => utf8(bytes, 3),
            ([0xff, 0xfe, rest @ ..], _) => utf16(rest, u16::from_le_bytes),
            ([0xfe, 0xff, rest @ ..], _) => utf16(rest, u16::from_be_bytes),
            (rest @ [0, _, ..], Charset::Utf16) => utf16(rest, u16::from_be_bytes),
            (rest @ [_, 0, ..], Charset::Utf16) => utf16(rest, u16::from_le_bytes),
            (rest, Charset::Windows1252) if str::from_utf8(rest).is_err() => single(rest, |_| None),
            (rest, Charset::Windows1254) if str::from_utf8(rest).is_err() => single(rest, turkish),
            _ => utf8(bytes, 0),
        }
    }
}

fn utf8(bytes: Wiped, skipped: usize) -> String {
    let mut text = String::from_utf8(bytes.into_bytes()).unwrap_or_else(|error| {
        let bytes = Wiped::from(error.into_bytes());
        String::from_utf8_lossy(bytes.bytes()).into_owned()
    });
    text.drain(..skipped);
    text
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let (pairs, odd) = bytes.as_chunks();
    let characters = char::decode_utf16(pairs.iter().copied().map(unit));
    let mut text = roomy(bytes);
    text.extend(characters.map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER)));
    text.extend(odd.iter().map(|_| char::REPLACEMENT_CHARACTER));
    text
}

fn single(bytes: &[u8], other: fn(u8) -> Option<char>) -> String {
    let mut text = roomy(bytes);
    text.extend(bytes.iter().map(|byte| match byte {
        0x80..=0x9f => other(*byte).unwrap_or(FROM_80[usize::from(byte - 0x80)]),
        _ => other(*byte).unwrap_or(char::from(*byte)),
    }));
    text
}

/// Where windows-1254 differs from windows-1252.
fn turkish(byte: u8) -> Option<char> {
    Some(match byte {
        0x8e => '\u{8e}',
        0x9e => '\u{9e}',
        0xd0 => 'Ğ',
        0xdd => 'İ',
        0xde => 'Ş',
        0xf0 => 'ğ',
        0xfd => 'ı',
        0xfe => 'ş',
        _ => return None,
    })
}

/// Room for the text of these bytes: a byte becomes three at most. A text that grew would leave unwiped copies.
fn roomy(bytes: &[u8]) -> String {
    String::with_capacity(3 * bytes.len())
}

#[cfg(test)]
mod tests {
    use super::Charset;
    use crate::secret::Wiped;

    const TURKISH: &str = "{İşığ Öçü: 5 € – ŞĞI";

    #[test]
    fn turkish_texts_are_read_as_they_were_written() {
        let windows: Vec<u8> = b"{\xdd\xfe\xfd\xf0 \xd6\xe7\xfc: 5 \x80 \x96 \xde\xd0I".to_vec();
        let units = |bytes: fn(u16) -> [u8; 2]| TURKISH.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
        for (content_type, bytes) in [
            ("application/json", TURKISH.as_bytes().to_vec()),
            ("application/json; charset=utf-8", TURKISH.as_bytes().to_vec()),
            ("application/json; charset=koi8-r", TURKISH.as_bytes().to_vec()),
            ("application/json;charset=utf-16le", units(u16::to_le_bytes)),
            ("application/json;charset=utf-16be", units(u16::to_be_bytes)),
            ("application/json;charset=iso-8859-9", [b"\xff\xfe".to_vec(), units(u16::to_le_bytes)].concat()),
            ("application/json;charset=utf-16", [b"\xfe\xff".to_vec(), units(u16::to_be_bytes)].concat()),
            ("text/json; charset=windows-1254", TURKISH.as_bytes().to_vec()),
            ("text/json; charset=utf-16", TURKISH.as_bytes().to_vec()),
            ("text/json; charset=windows-1254", [b"\xef\xbb\xbf", TURKISH.as_bytes()].concat()),
        ] {
            assert_eq!(Charset::of(content_type).text(Wiped::from(bytes)), TURKISH, "{content_type}");
        }
        for content_type in ["text/json; Charset=\"Windows-1254\"; x=y", "a/b;x=\"charset=utf-8\" ;charset=iso-8859-9"]
        {
            assert_eq!(Charset::of(content_type).text(Wiped::from(windows.clone())), TURKISH, "{content_type}");
        }
        let western = Charset::of("text/html; charset=ISO-8859-1").text(Wiped::from(windows));
        assert_eq!(western, "{Ýþýð Öçü: 5 € – ÞÐI");
    }

    #[test]
    fn what_is_invalid_is_replaced() {
        let text = |charset: Charset, bytes: &[u8]| charset.text(Wiped::from(bytes.to_vec()));
        assert_eq!(text(Charset::Utf8, b"a\xffb"), "a\u{fffd}b");
        assert_eq!(text(Charset::Utf16, b"a\0\0\xd8b\0c"), "a\u{fffd}b\u{fffd}");
        assert_eq!(text(Charset::Utf16, b"\0a\0b"), "ab");
        assert_eq!(text(Charset::Utf16, b""), "");
        assert_eq!(text(Charset::Utf16, b"a"), "a");
        assert_eq!(text(Charset::Windows1254, b"\x81\x8e\x9e"), "\u{81}\u{8e}\u{9e}");
    }
}
