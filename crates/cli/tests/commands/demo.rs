//! The demo shows four tracks in four situations.

use crate::place::{On, Place};

#[test]
fn the_demo_shows_four_tracks_in_four_situations() {
    let place = Place::empty(On::Sqlite);
    let ran = place.run("demo --once").succeeds();
    for part in [
        "● iOS       ready",
        "■ Android   not ready",
        "2 failed: testFindsNearest_Hamburg, testFindsNearest_Cuxhaven",
        "262 of 297 planned cases run; 35 not run, 31 of them in CheckoutTest",
        "◌ watchOS   unknown",
        "smoke ran on 4.2.0 (512); the candidate is 4.2.0 (514), 9 commits later",
        "◌ Wear OS   unknown",
        "no result for Pixel Watch 3 / Wear OS 5, Galaxy Watch 7 / Wear OS 5, TicWatch Pro / Wear OS 4",
        "1 ready, 1 not ready, 2 unknown   exit 1",
    ] {
        assert!(ran.out.contains(part), "no {part:?} in\n{}", ran.out);
    }
    assert!(!place.data().exists(), "the demo left something in the data folder");
}
