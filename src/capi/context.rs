//! `pw_ctx`: the client, and its two calls.

use std::ffi::c_char;

use super::boundary::{Due, guarded, object, outcome_of, text};
use super::config::{self, pw_config};
use super::status::pw_status;
use crate::client::Client;
use crate::outcome::Outcome;

/// A client of the service.
///
/// pw_ctx_new makes it, pw_ctx_free frees it. It never changes: any number of threads may call with it at once. After a
/// fork, both parent and child can use it. Contexts with equal address, proxy, trust and credentials share their idle
/// connections in the whole process, even after one of them is freed. So a new context for each web request is cheap.
#[allow(non_camel_case_types)]
pub struct pw_ctx(Client);

/// Makes a context. It resolves and connects nothing yet.
///
/// It may read the environment: SSL_CERT_FILE and SSL_CERT_DIR, and with the proxy "env" also HTTPS_PROXY and NO_PROXY. As
/// with getenv, no other thread may change the environment during the call.
///
/// config: copied. It stays yours.
/// out_ctx: where the context is stored. On failure it is set to NULL. It must not be NULL. Free it with pw_ctx_free.
/// out_json: NULL, or where the document of a failure is stored. On success it is set to NULL. Free it with
/// pw_string_free.
/// Returns: PW_OK. PW_INVALID if an option is missing, or if ca_file cannot be read, or has no certificate in it, or
/// a block that is not one.
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

/// "Test connection": makes a new connection up to and including TLS, through the proxy if there is one, and closes it.
/// Not one byte of HTTP reaches the service, so this does not test the credentials.
///
/// It blocks until the connection is made or has failed, and returns at most 200 ms after timeout_ms has passed.
///
/// ctx: from pw_ctx_new. Other threads may use it at the same time.
/// out_json: NULL, or where the document is always stored. Free it with pw_string_free.
/// Returns: PW_OK, with "none" as the document's `action`. PW_NOT_SENT, with the stage and the reason. PW_INVALID or
/// PW_INTERNAL.
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

/// Frees a context and wipes the credentials in it. NULL is fine. No call may be using it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pw_ctx_free(ctx: *mut pw_ctx) {
    if !ctx.is_null() {
        // SAFETY: the caller passes what `pw_ctx_new` made, once.
        _ = guarded(std::panic::AssertUnwindSafe(|| drop(unsafe { Box::from_raw(ctx) })));
    }
}

/// Asks the service to send the one-time password (OTP) of a token again.
///
/// At most one request leaves, whatever happens. The call blocks until the answer is there, and returns at most 200 ms
/// after timeout_ms has passed. You cannot cancel it.
///
/// ctx: from pw_ctx_new. Other threads may use it at the same time.
/// token: the OTP token that the operation returned, or the newest one since. 1 to 1024 bytes, no control characters.
/// session: the Masterpass session: a GUID in one of .NET's forms D, N, B and P, in upper or lower case, not all zero.
/// out_json: where the document is always stored. It must not be NULL, because the new token would be lost. The document
/// carries token and session: log its `message`, not the document. Free it with pw_string_free.
/// Returns: any status. Unless it is PW_INVALID or PW_INTERNAL, use the document's otp_token and session_id next.
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
