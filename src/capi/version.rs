//! The version of the interface, and of the library.

use std::ffi::{CStr, c_char};

/// The major version of the binary interface. A program that was built for another major cannot use this library.
pub const PW_ABI_MAJOR: u32 = 1;
/// The minor version of the binary interface. A program needs at least the minor that it was built for.
pub const PW_ABI_MINOR: u32 = 0;

/// The version of the loaded library's binary interface: PW_ABI_MAJOR << 16 | PW_ABI_MINOR.
///
/// Before you call anything else, compare it with the version that your program was built for.
///
/// Returns: the number. It never fails. Any thread may call it.
#[unsafe(no_mangle)]
pub extern "C" fn pw_abi_version() -> u32 {
    PW_ABI_MAJOR << 16 | PW_ABI_MINOR
}

/// The version of the loaded library, such as "0.1.0".
///
/// Returns: a static text. It is never NULL. Do not free it. Any thread may call this.
#[unsafe(no_mangle)]
pub extern "C" fn pw_version() -> *const c_char {
    const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
        Ok(version) => version,
        Err(_) => panic!("a version has no NUL"),
    };
    VERSION.as_ptr()
}
