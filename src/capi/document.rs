//! Texts that the library gave away, and a way to read them without a JSON parser.

use std::ffi::{CString, c_char};
use std::panic::AssertUnwindSafe;
use std::ptr;

use super::boundary::{guarded, text, to_c};
use crate::json;
use crate::secret::Wiped;

/// Reads one member of a JSON document, for programs without a JSON parser.
///
/// json: NUL-terminated UTF-8, such as a result document.
/// pointer: which member, in the form of RFC 6901: "/otp_token", "/error/kind". "" is the whole document.
/// Returns: the text of a string, or the JSON of any other value. NULL if the member is missing or null, if its text
/// contains NUL, or if json is not JSON. Free it with pw_string_free. Any thread may call this.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pw_json_get(json: *const c_char, pointer: *const c_char) -> *mut c_char {
    let read = || {
        // SAFETY: the caller passes NULL or strings; NULL is refused.
        let (json, pointer) = unsafe { (text("json", json).ok()?, text("pointer", pointer).ok()?) };
        let found = json::find(json, pointer)?;
        json::text(found).or_else(|| (found.get() != "null").then(|| found.get().to_owned()))
    };
    match guarded(AssertUnwindSafe(read)) {
        Ok(Some(text)) => to_c(&Wiped::from(text.into_bytes())),
        _ => ptr::null_mut(),
    }
}

/// Frees a text that the library returned. It wipes the text first, because a document carries token and session. NULL is
/// fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pw_string_free(text: *mut c_char) {
    if !text.is_null() {
        // SAFETY: the caller passes what `to_c` gave away, once and unchanged in length.
        let text = unsafe { CString::from_raw(text) };
        _ = guarded(AssertUnwindSafe(|| drop(Wiped::from(text.into_bytes()))));
    }
}
