//! The one function of the C interface that is a function of texts, for Rust.

use std::ffi::{CStr, CString};

use paywall::capi::{pw_json_get, pw_string_free};

/// What `pw_json_get` says; nothing also if an argument has NUL in it, and so cannot be passed.
pub fn json_get(json: &str, pointer: &str) -> Option<String> {
    let (json, pointer) = (CString::new(json).ok()?, CString::new(pointer).ok()?);
    // SAFETY: two strings that live beyond the call.
    let found = unsafe { pw_json_get(json.as_ptr(), pointer.as_ptr()) };
    if found.is_null() {
        return None;
    }
    // SAFETY: not NULL, so a string of the library's, which is given back once.
    unsafe {
        let text = CStr::from_ptr(found).to_str().expect("the library gives UTF-8").to_owned();
        pw_string_free(found);
        Some(text)
    }
}

/// Compares it with serde_json's own pointers, wherever C can say them and serde_json can read the text at all.
pub fn agrees_with_serde_json(json: &str, pointer: &str) {
    if pointer.contains('\0') {
        return;
    }
    let got = json_get(json, pointer);
    let Ok(value) = serde_json::from_str::<serde_json::Value>(json) else { return };
    match value.pointer(pointer) {
        None | Some(serde_json::Value::Null) => assert_eq!(got, None, "{pointer} in {json}"),
        Some(serde_json::Value::String(text)) if text.contains('\0') => assert_eq!(got, None, "{pointer} in {json}"),
        Some(serde_json::Value::String(text)) => assert_eq!(got.as_ref(), Some(text), "{pointer} in {json}"),
        Some(other) => {
            let got = got.unwrap_or_else(|| panic!("nothing at {pointer} in {json}"));
            assert_eq!(
                serde_json::from_str::<serde_json::Value>(&got).ok().as_ref(),
                Some(other),
                "{pointer} in {json}"
            );
        }
    }
}
