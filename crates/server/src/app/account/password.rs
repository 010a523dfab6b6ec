//! Passwords: hashed by argon2id, a few at a time, and refused where they would be guessed.
//!
//! Invariant: a password is never logged, never kept, and never compared but by its hash.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::refusal::Refusal;
use tokio::sync::Semaphore;

use super::breached::is_breached;
use super::{App, AppError};

/// Characters of the shortest and the longest password.
const SHORTEST: usize = 10;
const LONGEST: usize = 200;
/// zxcvbn's estimate that is enough, of 0 to 4: safe from guessing without the hash, and hard with it.
const STRONG: zxcvbn::Score = zxcvbn::Score::Three;

/// Each hash takes 19 MiB and some hundredths of a second: one at a time leaves the rest of the machine to the pages.
static TURN: Semaphore = Semaphore::const_new(1);

/// Whose password it is, as far as that is known before it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asker {
    /// Anybody.
    Stranger,
    /// Somebody signed in, or in a browser that they signed in with before, or with a link of their own: a flood of
    /// strangers must not keep them waiting.
    Known,
}

/// How many of each wait for their turn, at most how many may, and how many seconds others are told to pause.
static WAITING: [AtomicUsize; 2] = [const { AtomicUsize::new(0) }; 2];
const MOST_WAITING: usize = 24;
const PAUSE: i64 = 3;

/// What an unknown login is compared with, so that it takes as long as a known one.
static NOBODY: LazyLock<String> = LazyLock::new(|| password_auth::generate_hash("nobody has this password"));

impl App {
    /// Hashes a new password, unless it is weak.
    pub(super) async fn hash(&self, password: String, near: &[String]) -> Result<String, AppError> {
        let near = [near, &self.names_of_this_place().await?].concat();
        strong(&password, &near)?;
        turn(Asker::Known, move || password_auth::generate_hash(password)).await
    }

    /// Returns what everybody here knows, and would try: where the server is, and what is released with it.
    async fn names_of_this_place(&self) -> Result<Vec<String>, AppError> {
        let products = self.releases().await?.into_iter().map(|release| release.product.as_str().to_owned());
        let origin = self.front.origin.as_ref().map(|origin| origin.as_str().to_owned());
        let mut names: Vec<String> = products.chain(origin).collect();
        names.dedup();
        Ok(names)
    }

    /// Compares a password with a hash, or with nobody's.
    pub(super) async fn compare(
        &self,
        asker: Asker,
        password: String,
        hash: Option<String>,
    ) -> Result<bool, AppError> {
        turn(asker, move || match hash {
            Some(hash) => password_auth::verify_password(password, &hash).is_ok(),
            None => {
                let _ = password_auth::verify_password(password, &NOBODY);
                false
            }
        })
        .await
    }
}

async fn turn<T: Send + 'static>(
    asker: Asker,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, AppError> {
    // Whoever would wait for long is told so at once.
    let waiting = Waiting::begin(asker).ok_or(AppError::TooOften(PAUSE))?;
    let turn = TURN.acquire().await.map_err(|error| AppError::Internal(error.to_string()))?;
    // The turn goes along: a caller that goes away must not let the next one in before the work is done.
    let work = move || {
        let (_turn, _waiting) = (turn, waiting);
        work()
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| AppError::Internal(error.to_string()))
}

/// One of those who wait for a hash.
struct Waiting(Asker);

impl Waiting {
    fn begin(asker: Asker) -> Option<Self> {
        let waiting = Self(asker);
        (WAITING[asker as usize].fetch_add(1, Ordering::AcqRel) < MOST_WAITING).then_some(waiting)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        WAITING[self.0 as usize].fetch_sub(1, Ordering::AcqRel);
    }
}

/// Refuses what would be guessed. `near` is what an attacker would try first: login and name, the products, the
/// server's name.
fn strong(password: &str, near: &[String]) -> Result<(), Refusal> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(Refusal::invalid(format!(
            "A password has at least {SHORTEST} characters. Three or four words that do not belong together do well."
        )));
    }
    if length > LONGEST {
        return Err(Refusal::invalid(format!("A password has at most {LONGEST} characters.")));
    }
    let near = near.join(" ").to_lowercase();
    let words = near.split(|c: char| !c.is_alphanumeric());
    let mut near: Vec<&str> = words.filter(|word| word.chars().count() > 1).collect();
    near.push("seaworthy");
    // What is left of it without login and name must be something.
    let rest = near.iter().fold(password.to_lowercase(), |rest, word| rest.replace(word, ""));
    if rest.chars().count() < SHORTEST / 2
        || is_breached(password)
        || zxcvbn::zxcvbn(password, &near).score() < STRONG
    {
        return Err(Refusal::invalid(
            "This password would be guessed soon. Three or four words that do not belong together do well.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_strangers_keeps_nobody_waiting_who_is_known() {
        let strangers: Vec<_> = std::iter::from_fn(|| Waiting::begin(Asker::Stranger)).take(100).collect();
        assert_eq!(strangers.len(), MOST_WAITING);
        assert!(Waiting::begin(Asker::Known).is_some());
        drop(strangers);
        assert!(Waiting::begin(Asker::Stranger).is_some(), "those who left make room");
    }

    #[test]
    fn a_password_that_would_be_guessed_is_refused() {
        let near =
            ["maren.okafor@tidewatch.example", "Maren Okafor", "lighthouse-app", "https://ship.example"];
        let near = near.map(str::to_owned);
        for (password, fits) in [
            ("short", false),
            ("password123", false),
            ("aaaaaaaaaaaaaaaa", false),
            ("MarenOkafor1", false),
            ("seaworthy2026", false),
            ("Lighthouse-App-26", false),
            ("ship.example!1", false),
            ("141312190296q", false),
            ("kelp ferry bell noon", true),
            ("x7!Qm2$vRt9#", true),
        ] {
            assert_eq!(strong(password, &near).is_ok(), fits, "{password}");
        }
        assert!(strong(&"kelp ferry ".repeat(40), &near).is_err(), "too long");
    }
}
