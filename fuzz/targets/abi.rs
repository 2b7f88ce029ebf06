//! The whole C interface: a program of operations, each a letter and its arguments, in any order.
//!
//! Operations end with NUL, arguments are separated by the byte 1: so a program is text, and every argument a C string.

#![no_main]

use std::ffi::{CStr, CString, c_char};
use std::ptr::{self, null, null_mut};
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use paywall::capi::*;
use paywall_fuzz::document::{agrees_with_the_table, checked};
use paywall_fuzz::server::Server;
use paywall_fuzz::{SESSION, TOKEN, abi, closing};
use serde_json::Value;

static SERVER: LazyLock<Server> = LazyLock::new(Server::start);

/// What a program has in its hands.
struct Host {
    config: *mut pw_config,
    /// Whether contexts of it may call: they lead to the server, and wait long enough for it.
    callable: bool,
    ctx: *mut pw_ctx,
    ctx_callable: bool,
    answer: Vec<u8>,
    document: String,
}

fuzz_target!(|data: &[u8]| {
    let mut host = Host {
        config: null_mut(),
        callable: false,
        ctx: null_mut(),
        ctx_callable: false,
        answer: vec![],
        document: String::new(),
    };
    for operation in data.split(|byte| *byte == 0).take(64) {
        if let Some((letter, arguments)) = operation.split_first() {
            let arguments: Vec<CString> =
                arguments.split(|byte| *byte == 1).map(|text| CString::new(text).expect("split at NUL")).collect();
            host.run(*letter, &arguments);
        }
    }
    // SAFETY: each is NULL, or was made and not freed.
    unsafe {
        pw_ctx_free(host.ctx);
        pw_config_free(host.config);
    }
});

/// The argument, or NULL if there are not so many.
fn pointer(arguments: &[CString], place: usize) -> *const c_char {
    arguments.get(place).map_or(null(), |text| text.as_ptr())
}

impl Host {
    fn run(&mut self, letter: u8, arguments: &[CString]) {
        let bytes = arguments[0].as_bytes();
        // SAFETY, for every call below: strings that live beyond the call, or NULL; handles that were made and not
        // freed, or NULL; room for a pointer, or NULL.
        match letter {
            b'n' => unsafe {
                pw_config_free(self.config);
                self.config = pw_config_new();
                self.callable = false;
                assert!(!self.config.is_null());
            },
            b's' => {
                let outcome = outcome(|out| unsafe {
                    pw_config_set(self.config, pointer(arguments, 0), pointer(arguments, 1), out)
                });
                let elsewhere =
                    [&b"base_url"[..], b"environment", b"timeout_ms", b"connect_timeout_ms", b"idle_timeout_ms"];
                self.callable &= outcome.0 != PW_OK || !elsewhere.contains(&bytes);
                only(&outcome, &[PW_OK, PW_INVALID]);
            }
            b'b' if !self.config.is_null() => {
                let base = format!("http://127.0.0.1:{}", SERVER.port());
                for (name, value) in [
                    (c"base_url", &*base),
                    (c"timeout_ms", "20000"),
                    (c"connect_timeout_ms", "20000"),
                    // A connection that the server is about to close is not for the next call.
                    (c"idle_timeout_ms", "0"),
                ] {
                    let value = CString::new(value).expect("no NUL");
                    let status = unsafe { pw_config_set(self.config, name.as_ptr(), value.as_ptr(), null_mut()) };
                    assert_eq!(status, PW_OK);
                }
                self.callable = true;
            }
            b'e' => only(&outcome(|out| unsafe { pw_config_from_env(self.config, out) }), &[PW_OK, PW_INVALID]),
            b'f' => unsafe {
                pw_config_free(self.config);
                self.config = null_mut();
                self.callable = false;
            },
            b'c' => {
                unsafe { pw_ctx_free(self.ctx) };
                self.ctx = ptr::dangling_mut();
                let outcome = outcome(|out| unsafe { pw_ctx_new(self.config, &raw mut self.ctx, out) });
                only(&outcome, &[PW_OK, PW_INVALID]);
                assert_eq!(self.ctx.is_null(), outcome.0 != PW_OK);
                self.ctx_callable = self.callable;
            }
            b'x' => unsafe {
                pw_ctx_free(self.ctx);
                self.ctx = null_mut();
            },
            b'a' => {
                let http = bytes.starts_with(b"HTTP/");
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", bytes.len());
                self.answer = [if http { b"" } else { head.as_bytes() }, bytes].concat();
            }
            b'r' if self.ctx.is_null() || self.ctx_callable => self.resend(arguments),
            b'k' if self.ctx.is_null() || self.ctx_callable => {
                let outcome = outcome(|out| unsafe { pw_ctx_check(self.ctx, out) });
                only(&outcome, &[if self.ctx.is_null() { PW_INVALID } else { PW_OK }]);
            }
            b'j' => abi::agrees_with_serde_json(&self.document, &arguments[0].to_string_lossy()),
            b'0' => unsafe {
                // NULL wherever it can stand.
                assert_eq!(pw_config_set(self.config, null(), null(), null_mut()), PW_INVALID);
                assert_eq!(pw_ctx_new(self.config, null_mut(), null_mut()), PW_INVALID);
                assert_eq!(
                    pw_resend_otp(self.ctx, pointer(arguments, 0), pointer(arguments, 1), null_mut()),
                    PW_INVALID
                );
                assert!(pw_json_get(null(), null()).is_null());
                pw_string_free(null_mut());
                pw_config_free(null_mut());
                pw_ctx_free(null_mut());
            },
            b'v' => unsafe {
                assert_eq!(pw_abi_version(), PW_ABI_MAJOR << 16 | PW_ABI_MINOR);
                assert!(!CStr::from_ptr(pw_version()).is_empty());
                let number = i32::from(bytes.first().copied().unwrap_or_default());
                let named = CStr::from_ptr(pw_status_name(number)) != c"unrecognized";
                assert_eq!(named, (0..=5).contains(&number));
            },
            _ => {}
        }
    }

    fn resend(&mut self, arguments: &[CString]) {
        let usual = [CString::new(TOKEN).expect("no NUL"), CString::new(SESSION).expect("no NUL")];
        let arguments = if arguments[0].is_empty() { &usual[..] } else { arguments };
        SERVER.will_answer([closing(&self.answer)]);
        let outcome = outcome(|out| {
            // SAFETY: as in `run`.
            unsafe { pw_resend_otp(self.ctx, pointer(arguments, 0), pointer(arguments, 1), out) }
        });
        let requests = SERVER.requests();
        let (status, document) = (outcome.0, outcome.1.expect("always a document"));
        assert_eq!(requests.len(), usize::from(status != PW_INVALID), "{document}");
        agrees_with_the_table(&document);
        if let [request] = &requests[..] {
            let body: Value = serde_json::from_str(&request.body).expect("JSON");
            assert_eq!(body["OtpToken"].as_str().map(str::as_bytes), Some(arguments[0].as_bytes()));
        }
        self.document = document.to_string();
    }
}

/// Calls with room for a document: the status, and the document if there is one, which is freed.
fn outcome(call: impl FnOnce(*mut *mut c_char) -> pw_status) -> (pw_status, Option<Value>) {
    let mut json: *mut c_char = ptr::dangling_mut();
    let status = call(&raw mut json);
    if json.is_null() {
        return (status, None);
    }
    // SAFETY: not NULL, so a string of the library's, which is given back once.
    let document = unsafe {
        let document = checked(CStr::from_ptr(json).to_str().expect("UTF-8"));
        pw_string_free(json);
        document
    };
    // SAFETY: static.
    let name = unsafe { CStr::from_ptr(pw_status_name(status)) };
    assert_eq!(document["status"].as_str().map(str::as_bytes), Some(name.to_bytes()));
    (status, Some(document))
}

/// A status of these, with a document unless it is the success of something that has none.
fn only(outcome: &(pw_status, Option<Value>), statuses: &[pw_status]) {
    assert!(statuses.contains(&outcome.0), "{outcome:?}");
    assert!(outcome.0 == PW_OK || outcome.1.is_some());
}
