//! Passwords that were found in breaches, and that look strong all the same.
//!
//! Invariant: of the million that were found most often, each is refused: those that are easily guessed by the estimate of
//! strength, and the others here. `examples/breached.rs` makes the list.

use sha2::{Digest as _, Sha256};

/// The first four bytes of the SHA-256 of each in lower case, sorted: of a hundred thousand other passwords two are taken
/// for one of them.
static FOUND: &[u8] = include_bytes!("../../../assets/breached.bin");
const LENGTH: usize = 4;

/// Tells whether a password was found in a breach, whatever its capital letters.
pub(super) fn is_breached(password: &str) -> bool {
    let digest: [u8; 32] = Sha256::digest(password.to_lowercase()).into();
    let (found, _) = FOUND.as_chunks::<LENGTH>();
    found.binary_search_by(|known| known.as_slice().cmp(&digest[..LENGTH])).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_that_was_found_in_a_breach_is_refused() {
        let (found, rest) = FOUND.as_chunks::<LENGTH>();
        assert!(rest.is_empty() && found.len() > 1000 && found.is_sorted(), "{}", found.len());
        for (password, expect) in [
            ("nEMvXyHeqDd5OQxyXYZI", true),
            ("NEMVXYHEQDD5OQXYXYZI", true),
            ("141312190296q", true),
            ("kelp ferry bell noon", false),
            ("x7!Qm2$vRt9#", false),
        ] {
            assert_eq!(is_breached(password), expect, "{password}");
        }
    }
}
