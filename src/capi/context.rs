//! `pw_ctx`: the client, and its two calls.

use std::ffi::c_char;

use super::boundary::{Due, guarded, object, outcome_of, text};
use super::config::{self, pw_config};
use super::status::pw_status;
use crate::client::Client;
use crate::outcome::Outcome;

/// A client of the service.
///
/// Made by pw_ctx_new, freed by pw_ctx_free. Immutable: any number of threads may call with one at once, and after a
/// fork parent and child both go on with it. Contexts with equal address, proxy, trust and credentials share their kept
/// connections in the whole process, also after one of them was freed: making one anew for each web request is cheap.
#[allow(non_camel_case_types)]
pub struct pw_ctx(Client);

/// Makes a context. Nothing is resolved or connected yet. It may read the environment (SSL_CERT_FILE, SSL_CERT_DIR; with
/// the proxy "env" also HTTPS_PROXY and NO_PROXY), which another thread must not change meanwhile, as with getenv.
///
/// config: copied; it stays the caller's.
/// out_ctx: where the context goes; NULL is stored on failure. Must not be NULL.
/// out_json: NULL, or where the document of a failure goes; NULL is stored on success. Free it with pw_string_free.
/// Returns: PW_OK, or PW_INVALID where an option is missing, or where ca_file cannot be read or holds no certificate.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pw_ctx_new(
    config: *const pw_config,
    out_ctx: *mut *mut pw_ctx,
    out_json: *mut *mut c_char,
) -> pw_status {
    let body = || {
        if out_ctx.is_null() {
            return Err(Outcome::invalid_argument("out_ctx", "must not be NULL: the context would be lost"));
        }
        // SAFETY: not NULL; the caller passes room for a pointer.
        unsafe { out_ctx.write(std::ptr::null_mut()) };
        // SAFETY: the caller passes NULL or a live configuration.
        let config = unsafe { config::shared(config) }?;
        let ctx = Box::new(pw_ctx(Client::new(config)?));
        // SAFETY: as above.
        unsafe { out_ctx.write(Box::into_raw(ctx)) };
        Ok(None)
    };
    // SAFETY: the caller passes NULL or room for a pointer.
    unsafe { outcome_of(out_json, Due::OnFailure, body) }
}

/// "Test connection": resolves, connects, passes the proxy and makes TLS over a fresh connection, and closes it. Not one
/// byte of HTTP reaches the service, so the credentials are not tested.
///
/// out_json: NULL, or where the document goes, always. Free it with pw_string_free.
/// Returns: PW_OK (the document's `action` is "none"), PW_NOT_SENT with the stage and the reason, PW_INVALID or
/// PW_INTERNAL. Back within 200 ms of timeout_ms.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pw_ctx_check(ctx: *const pw_ctx, out_json: *mut *mut c_char) -> pw_status {
    let body = || {
        // SAFETY: the caller passes NULL or a live context.
        let ctx = unsafe { object("ctx", ctx) }?;
        Ok(Some(ctx.0.check()))
    };
    // SAFETY: the caller passes NULL or room for a pointer.
    unsafe { outcome_of(out_json, Due::Always, body) }
}

/// Frees a context; the credentials in it are wiped. NULL is fine. No call may be using it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pw_ctx_free(ctx: *mut pw_ctx) {
    if !ctx.is_null() {
        // SAFETY: the caller passes what `pw_ctx_new` made, once.
        _ = guarded(std::panic::AssertUnwindSafe(|| drop(unsafe { Box::from_raw(ctx) })));
    }
}

/// Asks the service to send the one-time password of a token once more.
///
/// At most one request leaves, whatever happens. It blocks until the answer came or timeout_ms passed, and is back
/// within 200 ms of that. There is no way to cancel it.
///
/// token: the OTP token that the operation returned, or the newest one since; 1 to 1024 bytes, no control characters.
/// session: the Masterpass session, a GUID in one of .NET's forms D, N, B and P, in any case; not all zero.
/// out_json: where the document goes, always. Must not be NULL: the new token would be lost. It carries token and
/// session, so do not log it; log its `message`. Free it with pw_string_free.
/// Returns: any status. On every one but PW_INVALID and PW_INTERNAL the document's otp_token and session_id are the
/// ones to use next.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pw_resend_otp(
    ctx: *const pw_ctx,
    token: *const c_char,
    session: *const c_char,
    out_json: *mut *mut c_char,
) -> pw_status {
    let body = || {
        if out_json.is_null() {
            return Err(Outcome::invalid_argument("out_json", "must not be NULL: the new token would be lost"));
        }
        // SAFETY: the caller passes NULL or a live context.
        let ctx = unsafe { object("ctx", ctx) }?;
        // SAFETY: the caller passes NULL or strings; NULL is refused.
        let (token, session) = unsafe { (text("token", token)?, text("session", session)?) };
        Ok(Some(ctx.0.resend_otp(token, session)))
    };
    // SAFETY: the caller passes NULL or room for a pointer.
    unsafe { outcome_of(out_json, Due::Always, body) }
}
