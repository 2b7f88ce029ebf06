//! Where in the stream of TLS records the bytes that came so far end.
//!
//! rustls keeps the beginning of a record until its end comes, and does not say so. On an idle connection such a
//! beginning means that the peer is not done, or is no longer itself: the connection must not carry another request.

/// The head of a record: its type, the version, and the length of what follows.
const HEAD: usize = 5;

/// Follows the records of one direction.
#[derive(Debug, Default)]
pub(super) struct Records {
    /// The head of the record that has begun, as far as it came.
    head: Vec<u8>,
    /// How much of its content came.
    content: usize,
}

impl Records {
    /// Follows the bytes that came next.
    pub(super) fn follow(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let of_head = bytes.len().min(HEAD - self.head.len());
            self.head.extend_from_slice(&bytes[..of_head]);
            bytes = &bytes[of_head..];
            let [_, _, _, high, low] = self.head[..] else { return };

            let length = usize::from(u16::from_be_bytes([high, low]));
            let of_content = bytes.len().min(length - self.content);
            self.content += of_content;
            bytes = &bytes[of_content..];
            if self.content == length {
                self.head.clear();
                self.content = 0;
            }
        }
    }

    /// Whether no record has begun without being whole.
    pub(super) fn are_whole(&self) -> bool {
        self.head.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::Records;

    #[test]
    fn records_are_whole_at_their_borders_however_the_bytes_come() {
        let stream = [&[23, 3, 3, 0, 2, 9, 9][..], &[21, 3, 3, 0, 0], &[22, 3, 3, 1, 0], &[7; 256]].concat();
        let borders = [0, 7, 12, 273];
        for step in 1..=stream.len() {
            let mut records = Records::default();
            let mut come = 0;
            for part in stream.chunks(step) {
                records.follow(part);
                come += part.len();
                assert_eq!(records.are_whole(), borders.contains(&come), "{come} bytes, {step} at a time");
            }
        }
    }
}
