//! Text that nobody may see: wiped when dropped, hidden from `Debug`, and masked if a peer echoes it.

mod masker;
mod wiped;

use std::fmt;

use zeroize::Zeroizing;

pub(crate) use masker::Masker;
pub(crate) use wiped::{Wiped, wipe};

/// What takes the place of a secret.
const MASK: &str = "***";

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

impl AsRef<str> for Secret {
    fn as_ref(&self) -> &str {
        self.reveal()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Secret::new("s3cr3t-key")), "***");
    }
}
