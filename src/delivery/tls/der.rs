//! Reads the elements of DER, as far as messages need it. Nothing that is trusted depends on it: webpki verifies.

pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const OBJECT_ID: u8 = 0x06;

/// Takes the next element off the front: its tag and its content. None if there is no whole one.
pub(super) fn next<'a>(rest: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let (&[tag, length], mut after) = rest.split_first_chunk()?;
    let length = match length {
        short @ 0..=0x7f => usize::from(short),
        0x81..=0x84 => {
            let (bytes, content) = after.split_at_checked(usize::from(length & 0x7f))?;
            after = content;
            bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte))
        }
        _ => return None,
    };
    let (content, after) = after.split_at_checked(length)?;
    *rest = after;
    Some((tag, content))
}

/// Takes the next element if it has this tag.
pub(super) fn expect<'a>(rest: &mut &'a [u8], tag: u8) -> Option<&'a [u8]> {
    let mut after = *rest;
    let (_, content) = next(&mut after).filter(|(found, _)| *found == tag)?;
    *rest = after;
    Some(content)
}
