//! The version of the interface, and of the library.

use std::ffi::{CStr, c_char};

/// The major version of the binary interface. A program built for another major cannot use this library.
pub const PW_ABI_MAJOR: u32 = 1;
/// The minor version of the binary interface. A program needs at least the minor it was built for.
pub const PW_ABI_MINOR: u32 = 0;

/// The version of the binary interface of the library that is loaded: PW_ABI_MAJOR << 16 | PW_ABI_MINOR.
///
/// Compare it with what your program was built for before anything else. Any thread; never fails.
#[unsafe(no_mangle)]
pub extern "C" fn pw_abi_version() -> u32 {
    PW_ABI_MAJOR << 16 | PW_ABI_MINOR
}

/// The version of the library that is loaded, such as "0.1.0".
///
/// Static: never NULL, never to be freed. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn pw_version() -> *const c_char {
    const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
        Ok(version) => version,
        Err(_) => panic!("a version has no NUL"),
    };
    VERSION.as_ptr()
}
