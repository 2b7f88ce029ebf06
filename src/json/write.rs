//! Writes JSON: what stands between the values is given as it is, and eight bytes of a text are looked at together. An
//! answer with its quotes is most of a document.

use crate::secret::Wiped;

/// How many bytes are looked at together.
const WORD: usize = 8;
/// The room that one step takes: a word is written before it is known how much of it counts, and an escape has six bytes at
/// most.
const STEP: usize = WORD + 6;

/// JSON that is being written, wiped when dropped.
pub(crate) struct Writer {
    /// What is written, and zeros after it.
    room: Wiped,
    written: usize,
}

impl Writer {
    /// With room for so many bytes; it grows if they are not enough.
    pub(crate) fn with_room(bytes: usize) -> Self {
        Writer { room: Wiped::zeros(bytes), written: 0 }
    }

    /// Room for so many bytes after what is written.
    fn room_for(&mut self, bytes: usize) -> &mut [u8] {
        let needed = self.written + bytes;
        if needed > self.room.bytes().len() {
            self.grow(needed);
        }
        &mut self.room.bytes_mut()[self.written..]
    }

    #[cold]
    fn grow(&mut self, needed: usize) {
        let mut larger = Wiped::zeros(needed.next_power_of_two());
        larger.bytes_mut()[..self.written].copy_from_slice(&self.room.bytes()[..self.written]);
        self.room = larger;
    }

    /// JSON as it is.
    pub(crate) fn raw(&mut self, json: &str) {
        self.room_for(json.len())[..json.len()].copy_from_slice(json.as_bytes());
        self.written += json.len();
    }

    /// A text after the JSON that stands before it; null if there is none.
    pub(crate) fn text(&mut self, before: &str, text: Option<&str>) {
        self.raw(before);
        let Some(text) = text else { return self.raw("null") };
        self.raw("\"");
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            self.written += escape(&mut rest, self.room_for(STEP));
        }
        self.raw("\"");
    }

    /// A number after the JSON that stands before it; null if there is none.
    pub(crate) fn number(&mut self, before: &str, number: Option<u64>) {
        self.raw(before);
        match number {
            Some(number) => self.raw(&number.to_string()),
            None => self.raw("null"),
        }
    }

    pub(crate) fn boolean(&mut self, before: &str, value: bool) {
        self.raw(before);
        self.raw(if value { "true" } else { "false" });
    }

    pub(crate) fn into_wiped(mut self) -> Wiped {
        self.room.truncate(self.written);
        self.room
    }
}

/// Writes a text as it stands between quotes, as far as there is room, and takes that away from it. Returns the length of
/// what is written.
fn escape(text: &mut &[u8], to: &mut [u8]) -> usize {
    let mut written = 0;
    while !text.is_empty()
        && let Some(step) = to[written..].first_chunk_mut::<STEP>()
    {
        let (word, length) = match text.first_chunk() {
            Some(word) => (*word, WORD),
            None => (padded(text), text.len()),
        };
        step[..WORD].copy_from_slice(&word);
        let plain = plain(word);
        if plain >= length {
            written += length;
            *text = &text[length..];
        } else {
            written += plain + escape_one(word[plain], &mut step[plain..]);
            *text = &text[plain + 1..];
        }
    }
    written
}

/// The end of a text, with blanks after it.
fn padded(end: &[u8]) -> [u8; WORD] {
    let mut word = [b' '; WORD];
    word[..end.len()].copy_from_slice(end);
    word
}

/// How many bytes stand before the first one that must be escaped: a control, a quote or a backslash.
fn plain(word: [u8; WORD]) -> usize {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let bytes = u64::from_le_bytes(word);
    // In each difference, the lowest byte to be found is the first that borrows, which sets its highest bit.
    let controls = bytes.wrapping_sub(EACH * 0x20);
    let is = |byte: u8| (bytes ^ (EACH * u64::from(byte))).wrapping_sub(EACH);
    let found = (controls | is(b'"') | is(b'\\')) & !bytes & (EACH << 7);
    found.trailing_zeros() as usize / 8
}

fn escape_one(byte: u8, to: &mut [u8]) -> usize {
    if matches!(byte, b'"' | b'\\') {
        to[..2].copy_from_slice(&[b'\\', byte]);
        return 2;
    }
    escape_control(byte, to)
}

#[cold]
fn escape_control(byte: u8, to: &mut [u8]) -> usize {
    let short = match byte {
        0x08 => b'b',
        b'\t' => b't',
        b'\n' => b'n',
        0x0c => b'f',
        b'\r' => b'r',
        _ => {
            const DIGITS: &[u8; 16] = b"0123456789abcdef";
            let digit = |value: u8| DIGITS[usize::from(value)];
            to[..6].copy_from_slice(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte & 15)]);
            return 6;
        }
    };
    to[..2].copy_from_slice(&[b'\\', short]);
    2
}

#[cfg(test)]
mod tests {
    use super::Writer;

    fn written(text: &str) -> String {
        let mut json = Writer::with_room(0);
        json.text("", Some(text));
        String::from_utf8(json.into_wiped().into_bytes()).unwrap()
    }

    #[test]
    fn texts_are_written_as_serde_json_writes_them() {
        let whole: String = ('\0'..='\u{3ff}').chain(['\u{2028}', '\u{feff}', '😀', '\u{10ffff}']).collect();
        assert_eq!(written(&whole), serde_json::to_string(&whole).unwrap());
        // Each character that is escaped, at each place of a word, with and without room, beside each other one.
        let escaped = (0..0x20).chain([b'"', b'\\']).map(char::from);
        for character in escaped {
            for place in 0..=140 {
                for (before, after) in [("!", "#"), ("[", "]"), ("\u{7f}", "\u{80}"), ("\"", "\""), ("\0", "\0")] {
                    let text = format!("{}{before}{character}{after}", "ğ".repeat(place / 2) + &" "[..place % 2]);
                    assert_eq!(written(&text), serde_json::to_string(&text).unwrap());
                }
            }
        }
    }
}
