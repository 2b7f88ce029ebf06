//! What the targets judge by: the same readers that the property tests have.

#[path = "../../tests/properties/abi.rs"]
pub mod abi;
#[path = "../../tests/properties/document.rs"]
pub mod document;
#[path = "../../tests/properties/oracle.rs"]
pub mod oracle;
#[path = "../../tests/properties/server.rs"]
pub mod server;

pub const TOKEN: &str = "67a40b720d564a878dd46579b3d2eff3";
pub const SESSION: &str = "6489433e-f36b-1410-825e-001264113a90";

/// An answer as it goes over the wire, after which the connection is closed.
pub fn closing(bytes: &[u8]) -> server::Wired {
    server::Wired { bytes: bytes.to_vec(), keep: false }
}
