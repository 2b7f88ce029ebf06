//! `pw_config`: options by name.

use std::ffi::c_char;
use std::ptr;

use super::boundary::{Due, guarded, object, outcome_of, text};
use super::status::pw_status;
use crate::config::Config;
use crate::outcome::Outcome;

/// A configuration that you fill with options.
///
/// pw_config_new makes it, pw_config_free frees it. One thread at a time may use it. pw_ctx_new copies it: after that
/// you can change it, make further contexts from it, or free it.
#[allow(non_camel_case_types)]
pub struct pw_config(Config);

/// Makes a configuration in which no option is set.
///
/// Returns: the configuration, or NULL after a bug of the library. Free it with pw_config_free. Any thread may call this.
#[unsafe(no_mangle)]
pub extern "C" fn pw_config_new() -> *mut pw_config {
    guarded(|| Box::into_raw(Box::new(pw_config(Config::new())))).unwrap_or(ptr::null_mut())
}

/// Sets one option. A later value replaces an earlier one.
///
/// The options, each with its default:
///
///   environment         -       "test", "production" or "production-tr": the vendor's base addresses
///   base_url            -       wins over environment; https, or http to a loopback address; a path is kept
///   api_key             needed  the header apikeyprivate; visible ASCII
///   api_client          needed  the header apiclientprivate; visible ASCII
///   timeout_ms          20000   the whole call, name resolution included; 1 to 120000
///   connect_timeout_ms  5000    connect, proxy and TLS together, from when the name's addresses are known; 1 to 120000
///   idle_timeout_ms     15000   how long an idle connection may be reused, or less if the server announces less; 0 to
///                               600000; 0: each call makes its own
///   proxy               none    "[http://][user[:password]@]host:port", or "env": HTTPS_PROXY and NO_PROXY
///   ca_file             none    the path of a PEM file, added to the operating system's trust store; every block of it
///                               must be a certificate
///   locale              none    "tr" or "en", sent as the headers Accept-Language and locale
///   app                 none    "Name/1.2", appended to User-Agent
///   header.NAME         none    an extra request header; not one that the library sets or that frames the message
///
/// Set api_key, api_client, and either environment or base_url.
///
/// config: from pw_config_new. No other thread may use it during the call.
/// name, value: NUL-terminated UTF-8, copied. value must not be empty, nor longer than 8192 bytes.
/// out_json: NULL, or where the document of a failure is stored. On success it is set to NULL. Free it with
/// pw_string_free.
/// Returns: PW_OK, or PW_INVALID with a message that names the option and its rule. It never quotes a secret.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pw_config_set(
    config: *mut pw_config,
    name: *const c_char,
    value: *const c_char,
    out_json: *mut *mut c_char,
) -> pw_status {
    let body = || {
        // SAFETY: the caller passes NULL or strings; NULL is refused.
        let (name, value) = unsafe { (text("name", name)?, text("value", value)?) };
        // SAFETY: the caller passes NULL or a live configuration that no other thread uses.
        let config = unsafe { exclusive(config) }?;
        config.0.set(name, value).map(|()| None)
    };
    // SAFETY: the caller passes NULL or room for a pointer.
    unsafe { outcome_of(out_json, Due::OnFailure, body) }
}

/// Sets every option whose environment variable exists. A variable is PAYWALL_ and the option's name in upper case, such
/// as PAYWALL_BASE_URL.
///
/// An empty variable counts as unset. header.NAME has no variable. If one option fails, none is set. As with getenv, no
/// other thread may change the environment during the call.
///
/// config: as in pw_config_set.
/// out_json: as in pw_config_set.
/// Returns: PW_OK, or PW_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pw_config_from_env(config: *mut pw_config, out_json: *mut *mut c_char) -> pw_status {
    let body = || {
        // SAFETY: the caller passes NULL or a live configuration that no other thread uses.
        let config = unsafe { exclusive(config) }?;
        config.0.set_from_env().map(|()| None)
    };
    // SAFETY: the caller passes NULL or room for a pointer.
    unsafe { outcome_of(out_json, Due::OnFailure, body) }
}

/// Frees a configuration and wipes the credentials in it. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pw_config_free(config: *mut pw_config) {
    if !config.is_null() {
        // SAFETY: the caller passes what `pw_config_new` made, once.
        _ = guarded(std::panic::AssertUnwindSafe(|| drop(unsafe { Box::from_raw(config) })));
    }
}

/// # Safety
/// As [`object`], and no other thread uses it.
unsafe fn exclusive<'a>(config: *mut pw_config) -> Result<&'a mut pw_config, Box<Outcome>> {
    // SAFETY: the caller vouches for it.
    unsafe { config.as_mut() }.ok_or_else(|| Outcome::invalid_argument("config", "must not be NULL"))
}

/// What a context is made from.
///
/// # Safety
/// As [`object`].
pub(super) unsafe fn shared<'a>(config: *const pw_config) -> Result<&'a Config, Box<Outcome>> {
    // SAFETY: the caller vouches for it.
    unsafe { object("config", config) }.map(|config| &config.0)
}
