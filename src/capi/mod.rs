//! The C interface: what C may call. With `os`, which is what the library calls of the system, the only place with `unsafe`.
//!
//! The conventions, the same for every function that C may call: the object first, inputs next, outputs last; NULL and
//! UTF-8 are checked; a panic is caught; nothing is printed; inputs are copied and never kept; every free function
//! accepts NULL.

// What a caller must keep to stands in the header's conventions, in C's terms.
#![allow(clippy::missing_safety_doc)]

mod boundary;
mod config;
mod context;
mod document;
mod status;
mod version;

pub use config::{pw_config, pw_config_free, pw_config_from_env, pw_config_new, pw_config_set};
pub use context::{pw_ctx, pw_ctx_check, pw_ctx_free, pw_ctx_new, pw_resend_otp};
pub use document::{pw_json_get, pw_string_free};
pub use status::{PW_IN_DOUBT, PW_INTERNAL, PW_INVALID, PW_NOT_SENT, PW_OK, PW_REJECTED, pw_status, pw_status_name};
pub use version::{PW_ABI_MAJOR, PW_ABI_MINOR, pw_abi_version, pw_version};
