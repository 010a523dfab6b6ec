//! Thousands of rows against one release: nothing to say of what is on record, and quickly so.

use std::time::Instant;

use domain::command::Settled;
use domain::command::defect::report;
use domain::defect::Source;
use domain::envelope::ActorId;
use domain::exposure::Exposures;

use crate::story::{ADA, Story, key, reported, track};

#[test]
fn a_list_of_thousands_that_changes_nothing_gives_no_event() {
    const ROWS: usize = 2_000;
    let mut story = Story::begin();
    let words = |row: usize| {
        let duplicate =
            if row.is_multiple_of(3) { format!(" dup=TW-{}", row / 2 + 1) } else { String::new() };
        format!("Row {row} tracks=ios areas=Sync{duplicate}")
    };
    let source = Source::File { name: "defects.csv".to_owned() };
    let import = |story: &Story| {
        let rows = (1..=ROWS).map(|row| {
            let name = key(&format!("TW-{row}"));
            let by = ActorId::new(ADA);
            report(&story.release, Some(name), reported(&words(row)), source.clone(), None, &by).unwrap()
        });
        rows.collect::<Vec<_>>()
    };
    let started = Instant::now();
    for settled in import(&story) {
        match settled {
            Settled::New(events) => events.into_iter().for_each(|event| {
                story.happens(event);
            }),
            Settled::Already(position) => panic!("nothing was on record, and {position} is said to be"),
        }
    }
    assert!(import(&story).iter().all(|settled| matches!(settled, Settled::Already(_))));
    let exposures = Exposures::new(&story.release);
    let on = track("wearos");
    let unasked = story.release.defects.values().filter(|defect| exposures.of(defect, &on).is_unchecked());
    assert!(unasked.count() > ROWS / 3);
    // Far above what it takes, and far below what a walk through all rows for each row would.
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
}
