//! Whatever programs ask of a release in whatever order, on both databases: nothing breaks, a refusal leaves no trace, and
//! a server that begins anew shows what the living one shows.
//!
//! How many sequences are tried on each database is told by `SEAWORTHY_SEQUENCES`; thirty unless it is set.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[path = "../../../domain/tests/sequences/step.rs"]
#[expect(dead_code, reason = "what a step means is another test's business")]
mod step;
mod world;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use step::{Step, steps};
use world::{Place, World};

#[expect(clippy::disallowed_methods, reason = "how long a test runs is for whoever runs it")]
fn cases() -> usize {
    std::env::var("SEAWORTHY_SEQUENCES").ok().and_then(|text| text.parse().ok()).unwrap_or(30)
}

/// How many sequences share a product and go on at once.
const AT_ONCE: usize = 30;
const LENGTH: std::ops::Range<usize> = 1..25;

async fn try_sequences(place: Place) {
    // The same sequences each time: what fails here fails again.
    let mut runner = TestRunner::deterministic();
    let strategy = prop::collection::vec(steps(), LENGTH);
    let (mut decided, mut refused) = (0, 0);
    for product in 0..cases().div_ceil(AT_ONCE) {
        let count = AT_ONCE.min(cases() - product * AT_ONCE);
        let world = World::begin(&place, product, count).await;
        let sequences: Vec<Vec<Step>> =
            (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect();
        let going = sequences.iter().enumerate().map(|(release, steps)| world.go(release, steps));
        for (taken, not) in futures::future::join_all(going).await {
            decided += taken;
            refused += not;
        }
        let living = world.show().await;
        let anew = World::again(&place, product, count).await.show().await;
        for (living, anew) in living.iter().zip(&anew) {
            assert_eq!(living, anew, "replay equals living");
        }
        assert_eq!(living.len(), anew.len());
    }
    assert!(
        decided > 2 * cases() && refused > cases(),
        "{decided} decided and {refused} refused: the steps rarely hit"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_asked_in_whatever_order_replays_as_it_lived_on_sqlite() {
    try_sequences(Place::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_asked_in_whatever_order_replays_as_it_lived_on_postgresql() {
    try_sequences(Place::postgres().await).await;
}
