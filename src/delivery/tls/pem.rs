//! Reads the certificates of a PEM file as people have them. No block of it is skipped in silence, and no byte of it
//! reaches a message: a file that is named by mistake may hold a key.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use webpki::anchor_from_trusted_cert;

use super::der::{self, OBJECT_ID, SEQUENCE};

/// A certificate, or why a block of the file is not one.
pub(super) type Block = Result<CertificateDer<'static>, String>;

const DASHES: &[u8] = b"-----";
const BEGIN: &[u8] = b"-----BEGIN ";
/// The usual label.
const CERTIFICATE: &str = "CERTIFICATE";
/// The same under another label.
const X509_CERTIFICATE: &str = "X509 CERTIFICATE";
/// OpenSSL's: what the certificate is trusted for may follow it.
const TRUSTED_CERTIFICATE: &str = "TRUSTED CERTIFICATE";
/// Only these labels are repeated in messages: any other text may be somebody's secret.
const LABELS: [&str; 18] = [
    CERTIFICATE,
    X509_CERTIFICATE,
    TRUSTED_CERTIFICATE,
    "PRIVATE KEY",
    "RSA PRIVATE KEY",
    "EC PRIVATE KEY",
    "DSA PRIVATE KEY",
    "ENCRYPTED PRIVATE KEY",
    "OPENSSH PRIVATE KEY",
    "PUBLIC KEY",
    "RSA PUBLIC KEY",
    "X509 CRL",
    "CERTIFICATE REQUEST",
    "NEW CERTIFICATE REQUEST",
    "EC PARAMETERS",
    "DH PARAMETERS",
    "PKCS7",
    "CMS",
];
const LONGEST_LABEL: usize = 64;
/// Ten times as many as the largest stores have.
const MOST_BLOCKS: usize = 4096;

/// The certificates of a file, or what is wrong with it.
pub(super) fn certificates(content: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    if find(content, b"B\0E\0G\0I\0N").is_some() {
        return Err(UTF16.to_owned());
    }
    let certificates = blocks(content).into_iter().collect::<Result<Vec<_>, _>>()?;
    if certificates.is_empty() { Err(nature(content).to_owned()) } else { Ok(certificates) }
}

/// All blocks of a file, in their order. Text around them, a byte order mark among it, is no block.
pub(super) fn blocks(content: &[u8]) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut rest = content;
    loop {
        let begin = find(rest, BEGIN);
        let (text, block) = rest.split_at(begin.unwrap_or(rest.len()));
        if has_damaged_marker(text) {
            let what = "has a damaged BEGIN or END line; it must read -----BEGIN CERTIFICATE----- with five dashes";
            blocks.push(Err(format!("block {} {what}", blocks.len() + 1)));
        }
        if begin.is_none() {
            return blocks;
        }
        if blocks.len() >= MOST_BLOCKS {
            blocks.push(Err(format!("has more than {MOST_BLOCKS} blocks")));
            return blocks;
        }
        rest = &block[BEGIN.len()..];
        let number = blocks.len() + 1;
        blocks.push(one(&mut rest, number));
    }
}

/// The block whose label comes next.
fn one(rest: &mut &[u8], number: usize) -> Block {
    let line = &rest[..rest.len().min(LONGEST_LABEL + DASHES.len())];
    let line = line.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
    let Some(length) = find(line, DASHES) else {
        return Err(format!("block {number} has a BEGIN line that does not end with five dashes"));
    };
    let label = &rest[..length];
    *rest = &rest[length + DASHES.len()..];
    let known = LABELS.into_iter().find(|known| known.as_bytes() == label);
    let refused = |what: &str| match known {
        Some(label) => format!("block {number} ({label}) {what}"),
        None => format!("block {number} (another label than CERTIFICATE) {what}"),
    };

    let body = &rest[..find(rest, DASHES).unwrap_or(rest.len())];
    *rest = &rest[body.len()..];
    let end = [b"-----END ", label, DASHES].concat();
    *rest = rest
        .strip_prefix(&*end)
        .ok_or_else(|| refused("has no END line of its own: the file is cut off or damaged"))?;
    match known {
        Some(label @ (CERTIFICATE | X509_CERTIFICATE | TRUSTED_CERTIFICATE)) => {
            certificate(label, body).map_err(refused)
        }
        Some(label) if label.ends_with("PRIVATE KEY") => {
            Err(refused("is a private key, which no client needs: name a file that has only certificates"))
        }
        Some("PKCS7" | "CMS") => Err(refused(PKCS7)),
        Some("X509 CRL") => Err(refused("is a revocation list, which the library does not check: remove it")),
        _ => Err(refused("is not a certificate: remove it")),
    }
}

fn certificate(label: &str, body: &[u8]) -> Result<CertificateDer<'static>, &'static str> {
    if body.contains(&b'\\') {
        return Err(r"has its line ends written as \n: write real ones");
    }
    let pem = [b"-----BEGIN CERTIFICATE-----\n", body, b"\n-----END CERTIFICATE-----"].concat();
    let der = CertificateDer::from_pem_slice(&pem).map_err(|_| "is not valid base64")?;
    let mut after = &der[..];
    if label == TRUSTED_CERTIFICATE && der::next(&mut after).is_some() && !after.is_empty() {
        return Err("has trust settings of OpenSSL, which the library does not read: \
                    write it without them (openssl x509 -in OLD -out NEW)");
    }
    match anchor_from_trusted_cert(&der) {
        Ok(_) => Ok(der),
        Err(_) => Err(recognised(&der).unwrap_or("is not an X.509 certificate")),
    }
}

/// What a file without a single block is.
fn nature(content: &[u8]) -> &'static str {
    if content.is_empty() {
        "is empty"
    } else if content.starts_with(b"\xff\xfe") || content.starts_with(b"\xfe\xff") {
        UTF16
    } else if anchor_from_trusted_cert(&CertificateDer::from(content)).is_ok() {
        "is a certificate in DER: convert it (openssl x509 -inform der -in OLD -out NEW)"
    } else {
        recognised(content).unwrap_or("contains no certificate in PEM (-----BEGIN CERTIFICATE-----)")
    }
}

const UTF16: &str = "is text in UTF-16, as Notepad's \"Unicode\" and PowerShell's > write it: save it as UTF-8";
const PKCS7: &str = "is PKCS#7: convert it (openssl pkcs7 -print_certs -in OLD -out NEW; for DER also -inform der)";

/// Containers of certificates that are taken for one.
fn recognised(mut der: &[u8]) -> Option<&'static str> {
    if der.starts_with(b"\xfe\xed\xfe\xed") {
        return Some("is a Java key store: export the certificate (keytool -exportcert -rfc)");
    }
    let mut inside = match der {
        // BER, whose length is told by its end.
        [SEQUENCE, 0x80, inside @ ..] => inside,
        _ => der::expect(&mut der, SEQUENCE)?,
    };
    match der::next(&mut inside)? {
        (OBJECT_ID, b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02") => Some(PKCS7),
        // Its version, and then PKCS#7.
        (0x02, b"\x03") => Some("is PKCS#12: convert it (openssl pkcs12 -nokeys -cacerts -in OLD -out NEW)"),
        _ => None,
    }
}

/// Whether text between blocks has a line that was meant to begin or end a certificate.
fn has_damaged_marker(text: &[u8]) -> bool {
    const MARKERS: [&str; 6] = [
        "BEGINCERTIFICATE",
        "BEGINX509CERTIFICATE",
        "BEGINTRUSTEDCERTIFICATE",
        "ENDCERTIFICATE",
        "ENDX509CERTIFICATE",
        "ENDTRUSTEDCERTIFICATE",
    ];
    text.split(|byte| matches!(byte, b'\n' | b'\r')).any(|line| {
        let line = String::from_utf8_lossy(line);
        let letters = line.chars().filter_map(|letter| match letter {
            // Word processors make these of dashes.
            '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' => Some('-'),
            _ => letter.is_ascii_alphanumeric().then(|| letter.to_ascii_uppercase()),
        });
        letters.collect::<String>().split('-').any(|words| MARKERS.contains(&words))
    })
}

fn find(content: &[u8], wanted: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        from += content[from..].iter().position(|byte| *byte == wanted[0])?;
        if content[from..].starts_with(wanted) {
            return Some(from);
        }
        from += 1;
    }
}
