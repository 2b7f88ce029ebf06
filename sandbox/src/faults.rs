//! Faults at random, from a seed: the same seed and token give the same fault, whatever else happens meanwhile.

use std::hash::{DefaultHasher, Hash, Hasher};

/// The tokens that are drawn: `sbx_random_` and any text.
const PREFIX: &str = "sbx_random_";

/// What a token that draws no fault stands for.
const SOUND: &str = "sbx_ok_5001";

/// The faults, as magic tokens. A caller with a deadline of a second or two sees each of them as it is meant.
const FAULTS: [&str; 31] = [
    "sbx_reset_before",
    "sbx_reset_after",
    "sbx_truncated",
    "sbx_hang",
    "sbx_drip",
    "sbx_upstream",
    "sbx_empty",
    "sbx_bad_json",
    "sbx_html",
    "sbx_huge",
    "sbx_redirect",
    "sbx_http_204",
    "sbx_http_401",
    "sbx_http_403",
    "sbx_http_404",
    "sbx_http_408",
    "sbx_http_429",
    "sbx_http_500",
    "sbx_http_502",
    "sbx_http_503",
    "sbx_token_invalid",
    "sbx_token_expired",
    "sbx_cooldown",
    "sbx_3d",
    "sbx_renewed",
    "sbx_delay_5",
    "sbx_delay_200",
    // About when the next request comes along the connection.
    "sbx_close_0",
    "sbx_close_1",
    "sbx_close_5",
    "sbx_close_20",
];

/// What `--faults` and `--fault-percent` say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Faults {
    pub seed: u32,
    pub percent: u32,
}

impl Faults {
    /// The magic token that one with the prefix stands for.
    pub fn drawn(self, token: &str) -> Option<&'static str> {
        let text = token.strip_prefix(PREFIX)?;
        let number = self.number(text);
        Some(match self.is_fault(number) {
            true => FAULTS[(number / 100 % FAULTS.len() as u64) as usize],
            false => SOUND,
        })
    }

    /// Whether this connection is reset before its TLS handshake, when no request can have been sent.
    pub fn refuses(self, connection: u64) -> bool {
        self.is_fault(self.number(connection))
    }

    fn is_fault(self, number: u64) -> bool {
        number % 100 < self.percent.into()
    }

    /// The same in every process of this program: this hasher has no keys.
    fn number(self, of: impl Hash) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.seed, of).hash(&mut hasher);
        hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::outcomes;

    fn drawn(faults: Faults, count: usize) -> Vec<&'static str> {
        (0..count).map(|number| faults.drawn(&format!("sbx_random_{number}")).unwrap()).collect()
    }

    #[test]
    fn every_fault_is_a_magic_token_and_is_drawn() {
        let seen: BTreeSet<_> = drawn(Faults { seed: 1, percent: 100 }, 1000).into_iter().collect();
        assert_eq!(seen, FAULTS.into_iter().collect());
        assert!(FAULTS.iter().chain([&SOUND]).all(|token| outcomes::find(token).is_some()));
    }

    #[test]
    fn the_seed_decides_and_the_percentage_holds() {
        let faults = Faults { seed: 7, percent: 10 };
        assert_eq!(drawn(faults, 100), drawn(faults, 100));
        assert_ne!(drawn(faults, 100), drawn(Faults { seed: 8, ..faults }, 100));
        let count = drawn(faults, 10_000).iter().filter(|token| **token != SOUND).count();
        assert!((900..1100).contains(&count), "{count}");
        let refused = (0..10_000).filter(|connection| faults.refuses(*connection)).count();
        assert!((900..1100).contains(&refused), "{refused}");
        assert_eq!(faults.drawn("sbx_ok_5001"), None);
    }
}
