//! The statuses of a call, as numbers and as names.

use std::ffi::c_char;

use crate::outcome::Status;

/// What is true after a call: one of the six numbers below.
///
/// It is a plain integer, not a C enum. A number never changes its meaning. Treat a number that your program does not
/// know like PW_IN_DOUBT.
#[allow(non_camel_case_types)]
pub type pw_status = i32;

/// The service accepted: a code is on its way. Do not call again.
pub const PW_OK: pw_status = 0;
/// The service answered, and refused. The document's `action` says what to do.
pub const PW_REJECTED: pw_status = 1;
/// No byte of the request left. It is safe to call again.
pub const PW_NOT_SENT: pw_status = 2;
/// The request may have arrived; no trustworthy answer came back. Never call again automatically.
pub const PW_IN_DOUBT: pw_status = 3;
/// A bad argument or configuration. Nothing was sent.
pub const PW_INVALID: pw_status = 4;
/// The library caught a bug of its own. Nothing was sent.
pub const PW_INTERNAL: pw_status = 5;

const ALL: [(pw_status, Status); 6] = [
    (PW_OK, Status::Ok),
    (PW_REJECTED, Status::Rejected),
    (PW_NOT_SENT, Status::NotSent),
    (PW_IN_DOUBT, Status::InDoubt),
    (PW_INVALID, Status::Invalid),
    (PW_INTERNAL, Status::Internal),
];

// The header's numbers and the core's are the same ones.
const _: () = {
    let mut index = 0;
    while index < ALL.len() {
        assert!(ALL[index].0 == ALL[index].1.number());
        index += 1;
    }
};

/// The name of a status, as in the document's `status`: "ok", "rejected", "not_sent", "in_doubt", "invalid" or
/// "internal". For any other number it is "unrecognized".
///
/// Returns: a static text. It is never NULL. Do not free it. Any thread may call this.
#[unsafe(no_mangle)]
pub extern "C" fn pw_status_name(status: pw_status) -> *const c_char {
    let name = match status {
        PW_OK => c"ok",
        PW_REJECTED => c"rejected",
        PW_NOT_SENT => c"not_sent",
        PW_IN_DOUBT => c"in_doubt",
        PW_INVALID => c"invalid",
        PW_INTERNAL => c"internal",
        _ => c"unrecognized",
    };
    name.as_ptr()
}

#[cfg(test)]
mod tests {
    use std::ffi::CStr;

    use super::{ALL, pw_status_name};

    #[test]
    fn the_names_are_those_of_the_document() {
        for (number, status) in ALL {
            // SAFETY: static and NUL-terminated.
            let name = unsafe { CStr::from_ptr(pw_status_name(number)) };
            assert_eq!(name.to_str().unwrap(), status.name());
        }
        // SAFETY: static and NUL-terminated.
        let other = unsafe { CStr::from_ptr(pw_status_name(-1)) };
        assert_eq!(other, c"unrecognized");
    }
}
