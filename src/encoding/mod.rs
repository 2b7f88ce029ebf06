//! Texts as bytes and bytes as text: base64, which HTTP needs for a proxy's credentials, and charsets.

mod charset;

use zeroize::Zeroizing;

use crate::secret::Secret;
pub(crate) use charset::Charset;

/// Base64 with padding, RFC 4648: of credentials, so it is a secret as they are.
pub(crate) fn base64(bytes: &[u8]) -> Secret {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = Zeroizing::new(String::with_capacity(bytes.len().div_ceil(3) * 4));
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let digit = (bits >> (18 - 6 * place)) & 63;
            text.push(if place <= group.len() { char::from(ALPHABET[digit as usize]) } else { '=' });
        }
    }
    Secret::new(&text)
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_is_that_of_the_rfc() {
        let pairs =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE=")];
        for (plain, coded) in pairs {
            assert_eq!(base64(plain.as_bytes()).reveal(), coded);
        }
        assert_eq!(base64(&[0xfb, 0xff]).reveal(), "+/8=");
    }
}
