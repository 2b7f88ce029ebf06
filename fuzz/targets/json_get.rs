//! `pw_json_get` against serde_json's own pointers: a pointer, NUL, and the JSON.

#![no_main]

use libfuzzer_sys::fuzz_target;
use paywall_fuzz::abi::agrees_with_serde_json;

/// A name that serde_json's own `Value` takes for something else.
const PRIVATE: &str = "$serde_json::private";

fuzz_target!(|data: &str| {
    if let Some((pointer, json)) = data.split_once('\0')
        && !json.contains(PRIVATE)
    {
        agrees_with_serde_json(json, pointer);
    }
});
