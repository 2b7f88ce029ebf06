//! Bytes that leave no copy.

use std::io;

use zeroize::optimization_barrier;

/// Bytes that are wiped when dropped, and wherever they move from while they grow.
#[derive(Default)]
pub(crate) struct Wiped(Vec<u8>);

impl Wiped {
    pub(crate) const fn new() -> Self {
        Wiped(Vec::new())
    }

    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Wiped(Vec::with_capacity(capacity))
    }

    pub(crate) fn zeros(length: usize) -> Self {
        Wiped(vec![0; length])
    }

    #[inline]
    fn reserve(&mut self, additional: usize) {
        let needed = self.0.len() + additional;
        if needed > self.0.capacity() {
            self.grow(needed);
        }
    }

    #[cold]
    fn grow(&mut self, needed: usize) {
        let mut larger = Wiped::with_capacity(needed.next_power_of_two().max(1024));
        larger.0.extend_from_slice(&self.0);
        *self = larger;
    }

    #[inline]
    pub(crate) fn append(&mut self, bytes: &[u8]) {
        self.reserve(bytes.len());
        self.0.extend_from_slice(bytes);
    }

    /// Appends what one read gives, which is nothing at the end.
    pub(crate) fn append_from(&mut self, reader: &mut impl io::Read) -> io::Result<usize> {
        self.reserve(1);
        let before = self.0.len();
        // What is read into must be zeroed first, and a peer may send a byte at a time.
        self.0.resize(self.0.capacity().min(before + 16 * 1024), 0);
        let read = reader.read(&mut self.0[before..]);
        self.0.truncate(before + read.as_ref().map_or(0, |length| *length));
        read
    }

    /// Takes the first bytes away, and wipes them.
    pub(crate) fn consume(&mut self, length: usize) {
        self.0.drain(..length);
        self.wipe_spare();
    }

    /// Takes what follows the first bytes away, and wipes it.
    pub(crate) fn truncate(&mut self, length: usize) {
        self.0.truncate(length);
        self.wipe_spare();
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }

    pub(crate) fn clear(&mut self) {
        self.truncate(0);
    }

    /// Wipes what stood after the bytes. The compiler must assume that somebody looks at the zeros.
    fn wipe_spare(&mut self) {
        let length = self.0.len();
        self.0.resize(self.0.capacity(), 0);
        optimization_barrier(self.0.as_slice());
        self.0.truncate(length);
    }

    /// The bytes, for an owner who wipes them.
    pub(crate) fn into_bytes(mut self) -> Vec<u8> {
        std::mem::take(&mut self.0)
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        self.clear();
    }
}

impl From<Vec<u8>> for Wiped {
    fn from(bytes: Vec<u8>) -> Self {
        Wiped(bytes)
    }
}

/// Wipes a text that was not kept in one of these.
pub(crate) fn wipe(text: String) {
    drop(Wiped(text.into_bytes()));
}

#[cfg(test)]
mod tests {
    use super::Wiped;

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
