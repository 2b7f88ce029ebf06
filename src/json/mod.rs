//! JSON: reading what we do not trust, and writing our own.

mod read;
mod write;

pub(crate) use read::{find, text};
pub(crate) use write::Writer;
