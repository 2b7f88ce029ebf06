//! What every exported function does at its edges.

use std::ffi::{CStr, CString, c_char};
use std::panic::AssertUnwindSafe;

use super::status::pw_status;
use crate::outcome::{Outcome, Stage, Status};
use crate::panics;
use crate::secret::Wiped;

/// Runs the body of an exported function, and writes its outcome's document if one is due and wanted.
///
/// # Safety
/// `out_json` is NULL, or points to room for a pointer.
pub(super) unsafe fn outcome_of(
    out_json: *mut *mut c_char,
    document: Due,
    body: impl FnOnce() -> Result<Option<Outcome>, Box<Outcome>>,
) -> pw_status {
    if !out_json.is_null() {
        // SAFETY: the caller vouches for `out_json`.
        unsafe { out_json.write(std::ptr::null_mut()) };
    }
    // `Client` catches its own panics, and knows whether anything was sent; one that comes up to here was before that.
    let result =
        guarded(AssertUnwindSafe(body)).unwrap_or_else(|place| Err(Outcome::internal(Stage::Argument, &place)));
    let (outcome, failed) = match result {
        Ok(None) => return Status::Ok.number(),
        Ok(Some(outcome)) => (outcome, false),
        Err(outcome) => (*outcome, true),
    };
    if !out_json.is_null() && (failed || document == Due::Always) {
        // What is true stays true, even if a bug keeps it from being written down.
        let json = guarded(AssertUnwindSafe(|| to_c(&outcome.document()))).unwrap_or(std::ptr::null_mut());
        // SAFETY: the caller vouches for `out_json`.
        unsafe { out_json.write(json) };
    }
    outcome.status.number()
}

/// When a function owes its caller a document.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    Always,
    OnFailure,
}

/// Runs `work`; a panic gives its place.
pub(super) fn guarded<T>(work: impl FnOnce() -> T + std::panic::UnwindSafe) -> Result<T, String> {
    panics::install_hook();
    panics::caught(work)
}

/// A copy of the text that C owns from here on, and gives back to `pw_string_free`. NULL if it contains NUL.
pub(super) fn to_c(text: &Wiped) -> *mut c_char {
    // Without a branch for each byte, so that the compiler can look at many of them at once.
    if text.bytes().iter().fold(false, |found, byte| found | (*byte == 0)) {
        return std::ptr::null_mut();
    }
    // A copy, not the text itself: shrinking that to its size may move it, and leave an unwiped one.
    let mut copy = Vec::with_capacity(text.bytes().len() + 1);
    copy.extend_from_slice(text.bytes());
    // SAFETY: it has no NUL, as the check above found.
    unsafe { CString::from_vec_unchecked(copy) }.into_raw()
}

/// The text of an argument.
///
/// # Safety
/// `text` is NULL, or points to a NUL-terminated string that does not change while the result lives.
pub(super) unsafe fn text<'a>(name: &str, text: *const c_char) -> Result<&'a str, Box<Outcome>> {
    if text.is_null() {
        return Err(Outcome::invalid_argument(name, "must not be NULL"));
    }
    // SAFETY: not NULL, and the caller vouches for the rest.
    unsafe { CStr::from_ptr(text) }.to_str().map_err(|_| Outcome::invalid_argument(name, "must be UTF-8"))
}

/// The object that a handle stands for.
///
/// # Safety
/// `handle` is NULL, or came from the function that makes such handles and was not freed.
pub(super) unsafe fn object<'a, T>(name: &str, handle: *const T) -> Result<&'a T, Box<Outcome>> {
    // SAFETY: the caller vouches for it.
    unsafe { handle.as_ref() }.ok_or_else(|| Outcome::invalid_argument(name, "must not be NULL"))
}
