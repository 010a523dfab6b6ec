//! Holidays beside those of a product's file: taken in, kept through an apply, taken out.

use domain::calendar::{Holiday, ics};
use domain::command::calendar::{import, remove};
use domain::envelope::{ActorId, Envelope, Position, StreamVersion};
use domain::event::{Event, ProductDescribed};
use domain::id::ProductId;
use domain::policy::Policy;
use domain::product::Product;

use crate::story::{Story, calendar, day};

fn product(story: &Story, then: Vec<Event>) -> Product {
    let described = Event::ProductDescribed(ProductDescribed {
        id: ProductId::parse("tidewatch").unwrap(),
        name: "Tidewatch".to_owned(),
        zone: "Europe/Berlin".to_owned(),
        kinds: Vec::new(),
        policy: Policy { calendar: calendar(), ..Policy::default() },
    });
    let events = [described].into_iter().chain(then).enumerate().map(|(index, event)| {
        let (kind, kind_version) = event.kind();
        let envelope = Envelope {
            position: Position(index as i64 + 1),
            stream: ProductId::parse("tidewatch").unwrap().stream(),
            version: StreamVersion(index as i64 + 1),
            kind: kind.into(),
            kind_version,
            actor: ActorId::new("ada"),
            occurred_at: story.now(),
            recorded_at: story.now(),
        };
        (envelope, event)
    });
    Product::fold(events).unwrap()
}

fn found(days: &[(&str, &str)]) -> ics::Found {
    let holidays = days.iter().map(|(date, name)| Holiday { date: day(date), name: (*name).to_owned() });
    ics::Found { holidays: holidays.collect(), ..ics::Found::default() }
}

#[test]
fn an_import_adds_what_is_new_to_the_product_and_its_releases_in_one_step() {
    let mut story = Story::begin();
    let before = product(&story, Vec::new());
    let file = found(&[("2026-12-25", "Christmas"), ("2026-12-24", "Christmas Eve")]);
    let importing = import(&before, &[&story.release], "de.ics", &file).unwrap();
    assert_eq!((importing.new.len(), importing.known), (1, 1), "the file's own is known");
    let streams: Vec<&str> = importing.decided.iter().map(|decided| decided.stream.as_str()).collect();
    assert_eq!(streams, ["product/tidewatch", "release/tidewatch/2026.12"]);
    let event = importing.decided[0].events[0].clone();
    story.happens(event.clone());
    let after = product(&story, vec![event.clone()]);
    let of_release = &story.release.description.policy.calendar;
    assert_eq!(of_release.imported, after.imported);
    assert!(!of_release.is_working(day("2026-12-24")));
    let again = import(&after, &[&story.release], "de.ics", &file).unwrap();
    assert!(again.new.is_empty() && again.decided.is_empty(), "the same file twice is once");

    let refusal =
        |date: &str, reason: &str| remove(&after, &[&story.release], day(date), reason).unwrap_err().sentence;
    assert_eq!(refusal("2026-12-24", ""), "Say in a few words why it is no holiday.");
    assert!(refusal("2026-12-25", "x").starts_with("Christmas, Fri 25 Dec 2026, is in the product’s file."));
    assert_eq!(refusal("2026-12-23", "x"), "No holiday was imported for Wed 23 Dec 2026.");
    let removed = remove(&after, &[&story.release], day("2026-12-24"), "we work in the morning").unwrap();
    let removal = removed[1].events[0].clone();
    story.happens(removal.clone());
    assert!(story.release.description.policy.calendar.is_working(day("2026-12-24")));
    assert!(product(&story, vec![event, removal]).imported.is_empty());
}

#[test]
fn applying_a_file_leaves_imported_holidays_alone() {
    use domain::command::apply::{Present, apply};
    let story = Story::begin();
    let imported = Event::HolidaysImported(domain::event::HolidaysImported {
        source: "de.ics".to_owned(),
        holidays: found(&[("2026-12-24", "Christmas Eve")]).holidays,
    });
    let text = "[product]\nname = \"Tidewatch\"\n[tracks.ios]\n[releases.\"2027.01\"]\n";
    let outside = domain::file::Outside { compile: &|_, _, _| Ok(()), zone: &|_| Ok(()) };
    let file = domain::file::read(text, &outside).unwrap();
    let product = product(&story, vec![imported]);
    let present = Present {
        product: Some(&product),
        releases: &Default::default(),
        plans: &Default::default(),
        reason: None,
    };
    let applied = apply(&file, &present).unwrap();
    let planned = applied.decided.iter().flat_map(|decided| &decided.events).find_map(|event| match event {
        Event::ReleasePlanned(planned) => Some(planned),
        _ => None,
    });
    let calendar = &planned.unwrap().description.policy.calendar;
    assert_eq!(calendar.imported[0].name, "Christmas Eve");
    assert!(calendar.holidays.is_empty(), "the file's own are as the file has them now");
}
