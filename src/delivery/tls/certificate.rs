//! What of a certificate helps a person to see why it was refused. Nothing here verifies anything.

use super::der::{self, OBJECT_ID, SEQUENCE};

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const BMP_STRING: u8 = 0x1e;
const SET: u8 = 0x31;
const BOOLEAN: u8 = 0x01;

/// Parts of a certificate, as they stand in it.
pub(super) struct Certificate<'a> {
    pub(super) issuer: &'a [u8],
    pub(super) subject: &'a [u8],
    key: &'a [u8],
    extensions: &'a [u8],
}

impl<'a> Certificate<'a> {
    pub(super) fn read(mut certificate: &'a [u8]) -> Option<Self> {
        let mut inside = der::expect(&mut certificate, SEQUENCE)?;
        let mut signed = der::expect(&mut inside, SEQUENCE)?;
        // Version 1 does not say so.
        _ = der::expect(&mut signed, 0xa0);
        der::expect(&mut signed, INTEGER)?;
        der::expect(&mut signed, SEQUENCE)?;
        let issuer = der::expect(&mut signed, SEQUENCE)?;
        der::expect(&mut signed, SEQUENCE)?;
        let subject = der::expect(&mut signed, SEQUENCE)?;
        let key = der::expect(&mut signed, SEQUENCE)?;
        let mut extensions = &[][..];
        while let Some((tag, content)) = der::next(&mut signed) {
            if tag == 0xa3 {
                extensions = content;
            }
        }
        Some(Certificate { issuer, subject, key, extensions })
    }

    pub(super) fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
    }

    /// Of an RSA key.
    pub(super) fn rsa_bits(&self) -> Option<usize> {
        let mut key = self.key;
        let mut algorithm = der::expect(&mut key, SEQUENCE)?;
        der::expect(&mut algorithm, OBJECT_ID).filter(|id| *id == b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01")?;
        let mut bits = der::expect(&mut key, BIT_STRING)?.get(1..)?;
        let mut numbers = der::expect(&mut bits, SEQUENCE)?;
        let modulus = der::expect(&mut numbers, INTEGER)?;
        let modulus = &modulus[modulus.iter().position(|byte| *byte != 0)?..];
        Some(modulus.len() * 8 - modulus[0].leading_zeros() as usize)
    }

    /// The critical extensions that webpki does not know, by name.
    pub(super) fn unknown_critical_extensions(&self) -> Vec<String> {
        let mut rest = self.extensions;
        let mut all = der::expect(&mut rest, SEQUENCE).unwrap_or_default();
        let mut names = Vec::new();
        while let Some(mut extension) = der::expect(&mut all, SEQUENCE) {
            let id = der::expect(&mut extension, OBJECT_ID).unwrap_or_default();
            let critical = der::expect(&mut extension, BOOLEAN).is_some_and(|value| value != [0]);
            // The numbers of those that it knows, under 2.5.29.
            let known = matches!(id, [0x55, 0x1d, 15 | 17 | 19 | 30 | 31 | 37]);
            if critical && !known {
                names.push(name(id));
            }
        }
        names
    }
}

/// Whom a name names, for a person: its common name, else its organisation.
pub(super) fn named(name: &[u8]) -> String {
    const COMMON_NAME: &[u8] = b"\x55\x04\x03";
    const ORGANISATION: &[u8] = b"\x55\x04\x0a";
    const LONGEST: usize = 64;
    let found = attribute(name, COMMON_NAME).or_else(|| attribute(name, ORGANISATION));
    let found = found.as_deref().unwrap_or("somebody without a name");
    let letters = found.chars().map(|letter| if letter.is_control() || letter == '"' { ' ' } else { letter });
    format!("\"{}\"", letters.take(LONGEST).collect::<String>())
}

fn attribute(mut name: &[u8], wanted: &[u8]) -> Option<String> {
    while let Some(mut set) = der::expect(&mut name, SET) {
        while let Some(mut pair) = der::expect(&mut set, SEQUENCE) {
            if der::expect(&mut pair, OBJECT_ID) == Some(wanted) {
                let (tag, text) = der::next(&mut pair)?;
                let wide =
                    || text.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect::<Vec<_>>();
                return Some(if tag == BMP_STRING {
                    String::from_utf16_lossy(&wide())
                } else {
                    String::from_utf8_lossy(text).into_owned()
                });
            }
        }
    }
    None
}

/// An algorithm with its parameters, as people call it.
pub(super) fn algorithm(mut identifier: &[u8]) -> String {
    const EC: &[u8] = b"\x2a\x86\x48\xce\x3d\x02\x01";
    let id = der::expect(&mut identifier, OBJECT_ID).unwrap_or_default();
    let curve = der::expect(&mut identifier, OBJECT_ID).filter(|_| id == EC);
    name(curve.unwrap_or(id))
}

/// What people call what an object identifier stands for; otherwise its numbers.
fn name(id: &[u8]) -> String {
    let known = match id {
        b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01" => "RSA",
        b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04" => "RSA with MD5",
        b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05" => "RSA with SHA-1",
        b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a" => "RSA-PSS",
        b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b" => "RSA with SHA-256",
        b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c" => "RSA with SHA-384",
        b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d" => "RSA with SHA-512",
        b"\x2a\x86\x48\xce\x3d\x04\x01" => "ECDSA with SHA-1",
        b"\x2a\x86\x48\xce\x3d\x04\x03\x01" => "ECDSA with SHA-224",
        b"\x2a\x86\x48\xce\x3d\x04\x03\x02" => "ECDSA with SHA-256",
        b"\x2a\x86\x48\xce\x3d\x04\x03\x03" => "ECDSA with SHA-384",
        b"\x2a\x86\x48\xce\x3d\x04\x03\x04" => "ECDSA with SHA-512",
        b"\x2a\x86\x48\xce\x3d\x03\x01\x07" => "P-256",
        b"\x2b\x81\x04\x00\x22" => "P-384",
        b"\x2b\x81\x04\x00\x23" => "P-521",
        b"\x2b\x81\x04\x00\x0a" => "secp256k1",
        b"\x2b\x65\x70" => "Ed25519",
        b"\x2b\x65\x71" => "Ed448",
        b"\x55\x1d\x20" => "certificate policies",
        b"\x55\x1d\x21" => "policy mappings",
        b"\x55\x1d\x24" => "policy constraints",
        b"\x55\x1d\x36" => "inhibit anyPolicy",
        _ => return numbers(id),
    };
    known.to_owned()
}

fn numbers(id: &[u8]) -> String {
    const LONGEST: usize = 24;
    let mut numbers = Vec::new();
    let mut number = 0u64;
    for byte in id.iter().take(LONGEST) {
        number = number << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            if numbers.is_empty() {
                let first = (number / 40).min(2);
                numbers.push(first.to_string());
                number -= first * 40;
            }
            numbers.push(number.to_string());
            number = 0;
        }
    }
    format!("object identifier {}", numbers.join("."))
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, CustomExtension, KeyPair};

    use super::{Certificate, SEQUENCE, algorithm, der, named, numbers};

    /// Everything that is read of a certificate.
    fn read(der: &[u8]) -> String {
        let Some(certificate) = Certificate::read(der) else { return String::new() };
        let names = [certificate.issuer, certificate.subject].map(named);
        let bits = certificate.rsa_bits().unwrap_or_default();
        let key = der::expect(&mut &*certificate.key, SEQUENCE).map(algorithm);
        format!("{names:?} {bits} {:?} {key:?}", certificate.unknown_critical_extensions())
    }

    #[test]
    fn a_peer_can_send_any_bytes_as_a_certificate() {
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        params.distinguished_name.push(rcgen::DnType::CommonName, "ığdır\n\"");
        let mut extension = CustomExtension::from_oid_content(&[1, 2, 3], vec![5, 0]);
        extension.set_criticality(true);
        params.custom_extensions.push(extension);
        let der = params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec();
        let told = read(&der);
        assert!(told.contains("ığdır") && told.contains("P-256") && told.contains("object identifier 1.2.3"), "{told}");

        for place in 0..der.len() {
            assert_eq!(read(&der[..place]), "");
            for byte in [0, 1, 0x30, 0x7f, 0x80, 0x81, 0x84, 0xff] {
                let mut damaged = der.clone();
                damaged[place] = byte;
                assert!(read(&damaged).len() < 1000);
            }
        }
    }

    #[test]
    fn numbers_of_any_length_are_bounded() {
        assert_eq!(numbers(b"\x88\x37\x83\x21"), "object identifier 2.999.417");
        assert!(numbers(&[0xff; 1000]).len() < 1000 && numbers(&[1; 1000]).len() < 100);
        assert_eq!(numbers(b""), "object identifier ");
    }
}
