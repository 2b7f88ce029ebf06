//! Reads JSON from a peer, without trusting how deep it is or how it spells its texts.

use std::collections::HashMap;
use std::fmt;

use serde::de::{Deserializer, Visitor};
use serde_json::value::RawValue;

/// The text of a string; nothing for any other value. A lone surrogate becomes replacement characters.
pub(crate) fn text(raw: &RawValue) -> Option<String> {
    struct Lossy;
    impl Visitor<'_> for Lossy {
        type Value = String;
        fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
            f.write_str("a string")
        }
        fn visit_bytes<E>(self, bytes: &[u8]) -> Result<String, E> {
            let whole = str::from_utf8(bytes).map(str::to_owned);
            Ok(whole.unwrap_or_else(|_| String::from_utf8_lossy(bytes).into_owned()))
        }
    }

    let inner = raw.get().strip_prefix('"')?.strip_suffix('"')?;
    // Nearly every text stands there as it is.
    if !inner.contains('\\') {
        return Some(inner.to_owned());
    }
    // As bytes, serde_json lets a lone surrogate pass.
    serde_json::Deserializer::from_str(raw.get()).deserialize_bytes(Lossy).ok()
}

/// The value that a pointer of RFC 6901 leads to. One level is read at a time, so that no nesting is too deep.
pub(crate) fn find<'a>(json: &'a str, pointer: &str) -> Option<&'a RawValue> {
    let mut value: &RawValue = serde_json::from_str(json).ok()?;
    if pointer.is_empty() {
        return Some(value);
    }
    for segment in pointer.strip_prefix('/')?.split('/') {
        let name = segment.replace("~1", "/").replace("~0", "~");
        value = match value.get().as_bytes()[0] {
            b'{' => serde_json::from_str::<HashMap<String, &RawValue>>(value.get()).ok()?.remove(&name)?,
            b'[' => {
                let index = name.parse::<usize>().ok().filter(|index| index.to_string() == name)?;
                serde_json::from_str::<Vec<&RawValue>>(value.get()).ok()?.get(index).copied()?
            }
            _ => return None,
        };
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::{find, text};

    #[test]
    fn pointers_are_those_of_the_rfc() {
        let json = r#"{"foo":["bar","baz"],"":0,"a/b":1,"m~n":8,"~1":9,"k\"l":6,"x":{"x":{"y":null}}}"#;
        for (pointer, expected) in [
            ("/foo", r#"["bar","baz"]"#),
            ("/foo/0", r#""bar""#),
            ("/", "0"),
            ("/a~1b", "1"),
            ("/m~0n", "8"),
            ("/~01", "9"),
            ("/k\"l", "6"),
            ("/x/x/y", "null"),
            ("", json),
        ] {
            assert_eq!(find(json, pointer).unwrap().get(), expected, "{pointer}");
        }
        for pointer in ["foo", "/foo/2", "/foo/00", "/foo/-", "/foo/+1", "/foo/bar", "/a", "/x/x/y/z", "//", "/foo/"] {
            assert!(find(json, pointer).is_none(), "{pointer}");
        }
        for json in ["", "{", "{}x", "nothing", r#"{"a":1"#] {
            assert!(find(json, "").is_none(), "{json}");
        }
    }

    #[test]
    fn values_are_given_as_they_are_written() {
        let json = r#"{"n":123456789012345678901234567890,"f":1.50,"$serde_json::private::RawValue":"[1]"}"#;
        assert_eq!(find(json, "/n").unwrap().get(), "123456789012345678901234567890");
        assert_eq!(find(json, "/f").unwrap().get(), "1.50");
        assert_eq!(text(find(json, "/$serde_json::private::RawValue").unwrap()).unwrap(), "[1]");
        assert_eq!(text(find(r#""a\ud800b""#, "").unwrap()).unwrap(), "a\u{fffd}\u{fffd}\u{fffd}b");
    }

    #[test]
    fn no_nesting_is_too_deep() {
        let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
        assert_eq!(find(&deep("[", "]"), "/0/0/0").unwrap().get().len(), 2 * 100_000 - 5);
        assert!(find(&deep(r#"{"a":"#, "}"), "/a/a").is_some());
        assert!(find(&deep(r#"{"$serde_json::private::RawValue":"#, "}"), "/x").is_none());
    }
}
