//! Words of others in a text for the log: a peer's, the operating system's, another crate's.

/// The longest words that are quoted, in bytes.
const LONGEST: usize = 1024;

/// The words on one line, and not too many of them.
pub(crate) fn quotable(text: &str) -> String {
    on_one_line(text[..text.floor_char_boundary(LONGEST)].to_owned())
}

/// The text without what could make a log show another one.
pub(super) fn on_one_line(text: String) -> String {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text;
    }
    text.chars().map(|character| if breaks_a_line(character) { ' ' } else { character }).collect()
}

/// Whether a log that shows the character may show another line than was written: ends of lines, controls, what changes the
/// direction of the text, and what cannot be seen.
fn breaks_a_line(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::quotable;

    #[test]
    fn words_stay_on_one_line_and_in_one_direction() {
        for character in
            ['\n', '\u{85}', '\u{1b}', '\u{2028}', '\u{2029}', '\u{202e}', '\u{2066}', '\u{61c}', '\u{200f}']
        {
            assert_eq!(quotable(&format!("a{character}b")), "a b", "{character:?}");
        }
        assert_eq!(quotable("İşlem – ığdır 😀"), "İşlem – ığdır 😀");
        assert_eq!(quotable(&"ş".repeat(1000)), "ş".repeat(512));
    }
}
