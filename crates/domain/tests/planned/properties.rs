//! What holds of every calendar: planned days are worked, their order stays, and asking twice changes nothing.

use std::collections::BTreeSet;

use domain::calendar::{Calendar, Day, Holiday, Weekday};
use domain::policy::Policy;
use domain::timeline::{By, of};
use proptest::prelude::*;

use crate::story::{Story, day, noon, track};

fn start() -> Day {
    day("2026-06-01")
}

fn calendars() -> impl Strategy<Value = Calendar> {
    let workdays = prop::collection::btree_set(0..7_usize, 1..=7);
    let holidays = prop::collection::btree_set(0..500_i32, 0..150);
    (workdays, holidays).prop_map(|(workdays, holidays): (BTreeSet<usize>, BTreeSet<i32>)| Calendar {
        workdays: workdays.into_iter().map(|index| Weekday::ALL[index].1).collect(),
        holidays: holidays
            .into_iter()
            .filter_map(|days| Some(Holiday { date: start().plus(days)?, name: "Off".to_owned() }))
            .collect(),
        ..Calendar::default()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn planned_days_are_worked_and_their_order_stays_when_the_target_moves(
        calendar in calendars(), first in 150..200_i32, moved in -60..60_i32,
    ) {
        let target = calendar.business_days_after(start().plus(first).unwrap(), 0).unwrap();
        let mut story = Story::with(Policy { calendar: calendar.clone(), ..Policy::default() });
        let order = |story: &Story| {
            let track = &story.release.tracks[&track("ios")];
            let all = of(&story.release, track, noon("2026-06-01"));
            for of in &all {
                prop_assert!(matches!(of.by, By::Template(_)));
                let planned = of.planned.unwrap();
                prop_assert!(calendar.is_working(planned), "{planned} is not worked");
                prop_assert!(of.clash.is_none());
            }
            Ok(all.iter().map(|of| of.milestone.id.clone()).collect::<Vec<_>>())
        };
        prop_assert_eq!(story.target("ios", &target.to_string(), None), "target_set");
        let before = order(&story)?;
        prop_assert_eq!(story.target("ios", &target.to_string(), None), "already 6");
        let later = calendar.offset(target, moved).unwrap();
        let told = story.target("ios", &later.to_string(), Some("it moves"));
        prop_assert_eq!(told, if later == target { "already 6" } else { "target_set" });
        prop_assert_eq!(order(&story)?, before);
    }

    #[test]
    fn counting_on_and_back_meet(calendar in calendars(), from in 100..300_i32, count in 0..120_u32) {
        let from = calendar.business_days_after(start().plus(from).unwrap(), 0).unwrap();
        let after = calendar.business_days_after(from, count).unwrap();
        prop_assert!(calendar.is_working(after));
        prop_assert_eq!(calendar.business_days_before(after, count).unwrap(), from);
        prop_assert_eq!(calendar.business_days_between(from, after), count as i32);
    }

    #[test]
    fn a_calendar_file_is_read_or_refused(text in "(BEGIN:|END:|VEVENT|VCALENDAR|DTSTART;VALUE=DATE:|RRULE:|2026|\r\n|\n| |[ -~é]){0,60}") {
        // Nothing to hold it to but that it ends, without a panic.
        let _ = domain::calendar::ics::read(&text, 2026..=2027);
    }
}
