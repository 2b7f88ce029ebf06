//! Removes from an outcome what nobody may see.

use crate::config::{Config, LONGEST_VALUE, Proxy};
use crate::encoding;
use crate::outcome::Outcome;
use crate::secret::{Masker, Secret};

/// How much of an answer's text a document carries, in bytes.
const LONGEST_SHOWN: usize = 64 * 1024;

/// Finds the credentials: no text may show them if a peer echoes them.
pub(super) fn credentials(
    config: &Config,
    api_key: &Secret,
    api_client: &Secret,
    proxy: Option<&Proxy>,
) -> Masker<Secret> {
    let mut credentials = vec![api_key.clone(), api_client.clone()];
    credentials.extend(config.headers.iter().map(|(_, value)| value.clone()));
    if let Some(proxy) = proxy.and_then(|proxy| proxy.credentials.as_ref()) {
        let password = proxy.reveal().split_once(':').map_or("", |(_, password)| password);
        credentials.push(Secret::new(password));
        credentials.push(encoding::base64(proxy.reveal().as_bytes()));
    }
    Masker::new(credentials)
}

/// The last of every call: hides the credentials everywhere, and token and session in what a person reads.
pub(super) fn hide_secrets(outcome: &mut Outcome, credentials: &Masker<Secret>, arguments: &[&str]) {
    // Enough beyond the cut that a credential across it is still recognised, however it is spelt.
    shorten(outcome, LONGEST_SHOWN + 6 * LONGEST_VALUE);
    // What a person reads must show neither credentials nor token nor session.
    let next = [&outcome.otp_token, &outcome.session_id].into_iter().flatten().map(String::as_str);
    let hidden = Masker::new(arguments.iter().copied().chain(next));

    let (code, detail) =
        outcome.error.as_mut().map_or((None, None), |error| (error.code.as_mut(), error.detail.as_mut()));
    for text in [Some(&mut outcome.message), outcome.customer_message.as_mut(), code, detail].into_iter().flatten() {
        credentials.mask(text);
        hidden.mask(text);
    }
    // The rest is the service's answer as it came, without the credentials.
    let rest = [
        &mut outcome.response_code,
        &mut outcome.reference_number,
        &mut outcome.correlation_id,
        &mut outcome.url_3d,
        &mut outcome.response_body,
    ];
    for text in rest.into_iter().flatten() {
        credentials.mask(text);
    }
    shorten(outcome, LONGEST_SHOWN);
}

/// Cuts the answer's text at a character's border.
fn shorten(outcome: &mut Outcome, length: usize) {
    if let Some(body) = &mut outcome.response_body
        && body.len() > length
    {
        body.truncate(body.floor_char_boundary(length));
        outcome.response_truncated = true;
    }
}
