//! Appends: facts, decisions, several streams at once.

use domain::envelope::{Position, Stream, StreamVersion};
use journal::{AppendError, Database, EVENT_REDACTED, Error, Expect, Journal};

use crate::place::{Place, append, at, contract, decision, event, fact, fill, told};

contract! {
    async fn an_append_stands_where_it_says(place) {
        let journal = place.open().await;
        let first = journal.append(append(7, vec![decision("product/a", 0, &["1", "2"])])).await.unwrap();
        let second = journal.append(append(8, vec![fact("release/a/1", "k", "3")])).await.unwrap();
        assert_eq!((first.position, first.fresh), (Position(2), true));
        assert_eq!((second.position, second.fresh), (Position(3), true));
        let all = journal.read_all(Position(0), 10).await.unwrap();
        assert_eq!(told(&all), ["1 product/a@1 noted 1", "2 product/a@2 noted 2", "3 release/a/1@1 noted 3"]);
        let envelope = &all[2].envelope;
        assert_eq!((envelope.occurred_at, envelope.recorded_at), (at(-5), at(8)));
        assert_eq!((envelope.kind_version, envelope.actor.as_str()), (1, "p_1"));
        assert_eq!(journal.raw(Position(3)).await.unwrap().unwrap().hash, second.hash.0);
        assert!(journal.verify(None).await.unwrap().holds());
    }

    async fn a_fact_is_recorded_once_per_key_and_stream(place) {
        let journal = place.open().await;
        let first = journal.append(append(1, vec![fact("release/a", "k", "1")])).await.unwrap();
        journal.append(append(2, vec![fact("release/a", "other", "2")])).await.unwrap();
        let again = journal.append(append(3, vec![fact("release/a", "k", "changed")])).await.unwrap();
        assert_eq!((again.position, again.hash, again.fresh), (first.position, first.hash, false));
        let elsewhere = journal.append(append(4, vec![fact("release/b", "k", "3")])).await.unwrap();
        assert!(elsewhere.fresh);
        assert_eq!(journal.head().await.unwrap().unwrap().position, Position(3));
    }

    async fn a_repeated_fact_of_several_events_is_answered_as_it_was_the_first_time(place) {
        let journal = place.open().await;
        let mut part = fact("release/a", "k", "1");
        part.events.extend([event("2"), event("3")]);
        let first = journal.append(append(1, vec![part.clone()])).await.unwrap();
        let again = journal.append(append(1, vec![part])).await.unwrap();
        assert_eq!(first.position, Position(3));
        assert_eq!((again.position, again.hash, again.fresh), (first.position, first.hash, false));
    }

    async fn a_decision_is_refused_when_the_stream_has_moved(place) {
        let journal = place.open().await;
        journal.append(append(1, vec![decision("release/a", 0, &["1"])])).await.unwrap();
        let refused = journal.append(append(2, vec![decision("release/a", 0, &["2"])])).await;
        let stream = Stream::new("release/a");
        let (expected, actual) = (StreamVersion(0), StreamVersion(1));
        assert_eq!(refused, Err(AppendError::Conflict { stream, expected, actual }));
        journal.append(append(3, vec![decision("release/a", 1, &["2"])])).await.unwrap();
    }

    async fn a_decision_on_a_version_that_is_not_reached_is_refused(place) {
        let journal = place.open().await;
        assert!(matches!(
            journal.append(append(1, vec![decision("release/a", 3, &["1"])])).await,
            Err(AppendError::Conflict { actual: StreamVersion(0), .. })
        ));
    }

    async fn parts_are_recorded_all_or_none(place) {
        let journal = place.open().await;
        fill(&journal, &["release/b"]).await;
        let parts = vec![decision("release/a", 0, &["1"]), decision("release/b", 0, &["2"])];
        assert!(matches!(
            journal.append(append(1, parts)).await,
            Err(AppendError::Conflict { stream, .. }) if stream.as_str() == "release/b"
        ));
        assert_eq!(journal.head().await.unwrap().unwrap().position, Position(1));
        let parts = vec![
            decision("release/a", 0, &["1"]),
            decision("release/b", 1, &["2"]),
            decision("release/a", 1, &["3"]),
        ];
        assert_eq!(journal.append(append(2, parts)).await.unwrap().position, Position(4));
    }

    async fn a_part_without_events_insists_that_its_stream_has_not_moved(place) {
        let journal = place.open().await;
        fill(&journal, &["product/a"]).await;
        let parts = |version| vec![decision("product/a", version, &[]), fact("release/a", "k", "1")];
        assert!(matches!(journal.append(append(1, parts(0))).await, Err(AppendError::Conflict { .. })));
        assert!(journal.append(append(1, parts(1))).await.unwrap().fresh);
    }

    async fn an_append_whose_keys_are_partly_taken_is_refused(place) {
        let journal = place.open().await;
        fill(&journal, &["release/a"]).await;
        let parts = vec![fact("release/a", "key 0", "1"), fact("release/b", "new", "2")];
        let stream = Stream::new("release/a");
        let taken = AppendError::KeyTaken { stream, key: "key 0".to_owned(), position: Position(1) };
        assert_eq!(journal.append(append(1, parts)).await, Err(taken));
    }

    async fn recorded_at_never_decreases(place) {
        let journal = place.open().await;
        journal.append(append(9, vec![fact("release/a", "1", "1")])).await.unwrap();
        journal.append(append(3, vec![fact("release/a", "2", "2")])).await.unwrap();
        journal.append(append(12, vec![fact("release/a", "3", "3")])).await.unwrap();
        let all = journal.read_all(Position(0), 10).await.unwrap();
        let recorded: Vec<_> = all.iter().map(|event| event.envelope.recorded_at).collect();
        assert_eq!(recorded, [at(9), at(9), at(12)]);
    }

    async fn what_cannot_be_recorded_is_refused_alone(place) {
        let journal = place.open().await;
        let mut forged = fact("release/a", "k", "{}");
        forged.events[0].kind = EVENT_REDACTED.into();
        let mut large = fact("release/a", "k", "{}");
        large.events[0].payload = vec![b' '; journal::PAYLOAD_LIMIT + 1];
        let mut empty = fact("release/a", "k", "{}");
        empty.events.clear();
        for part in [
            forged,
            large,
            empty,
            fact("", "k", "{}"),
            fact("release/a", "a\0b", "{}"),
            decision("release/a", 0, &[]),
        ] {
            assert!(matches!(journal.append(append(1, vec![part])).await, Err(AppendError::Invalid(_))));
        }
        let twice = vec![fact("release/a", "k", "1"), fact("release/a", "k", "2")];
        assert!(matches!(journal.append(append(1, twice)).await, Err(AppendError::Invalid(_))));
        assert_eq!(journal.head().await.unwrap(), None);
    }

    async fn an_append_larger_than_one_statement_is_whole(place) {
        let journal = place.open().await;
        let payloads: Vec<String> = (0..700).map(|n| n.to_string()).collect();
        let payloads: Vec<&str> = payloads.iter().map(String::as_str).collect();
        for round in 0..2 {
            let part = decision("release/a", 700 * round, &payloads);
            assert_eq!(journal.append(append(1, vec![part])).await.unwrap().position, Position(700 * (round + 1)));
        }
        assert!(journal.verify(None).await.unwrap().holds());
    }

    async fn text_and_bytes_come_back_as_they_went_in(place) {
        let journal = place.open().await;
        let stream = "release/\"quoted\"\\ \u{7} 船 \u{1f6a2}";
        let mut part = fact(stream, "key \n \"1\" 船", "");
        part.events[0].payload = (0..=255).collect();
        journal.append(append(1, vec![part.clone()])).await.unwrap();
        assert!(!journal.append(append(1, vec![part])).await.unwrap().fresh);
        let events = journal.read_stream(&Stream::new(stream), StreamVersion(0), None).await.unwrap();
        assert_eq!(events[0].envelope.stream.as_str(), stream);
        assert_eq!(events[0].body, journal::Body::Payload((0..=255).collect()));
    }

    async fn a_journal_is_still_there_when_it_is_opened_again(place) {
        let journal = place.open().await;
        fill(&journal, &["release/a", "release/b"]).await;
        journal.clone().close().await;
        let late = append(1, vec![fact("release/a", "late", "{}")]);
        assert!(matches!(journal.append(late).await, Err(AppendError::Unavailable(_))));
        let journal = place.open().await;
        assert_eq!(journal.head().await.unwrap().unwrap().position, Position(2));
        fill(&journal, &["release/a", "release/b", "release/c"]).await;
        assert_eq!(journal.head().await.unwrap().unwrap().position, Position(3));
    }

    async fn watchers_wake_with_each_append(place) {
        let journal = place.open().await;
        let mut heads = journal.watch();
        fill(&journal, &["release/a"]).await;
        heads.changed().await.unwrap();
        assert_eq!(*heads.borrow_and_update(), Position(1));
        journal.append(append(1, vec![fact("release/a", "key 0", "1")])).await.unwrap();
        assert!(!heads.has_changed().unwrap());
    }
}

#[tokio::test]
async fn a_server_that_could_lose_what_it_acknowledged_is_refused() {
    let place = Place::postgres().await;
    let Database::Postgres(url) = &place.database else { unreachable!() };
    let lossy = Database::Postgres(format!("{url}%20-csynchronous_commit%3Doff"));
    let refused = Journal::open(&lossy).await.unwrap_err();
    assert!(matches!(refused, Error::NotDurable { setting: "synchronous_commit" }), "{refused}");
    assert!(refused.to_string().contains("set `synchronous_commit = on`"));
    place.remove().await;
}

#[tokio::test]
async fn a_key_is_on_the_event_that_the_append_was_answered_with() {
    let place = Place::sqlite();
    let journal = place.open().await;
    let mut part = fact("release/a", "k", "1");
    part.events.push(event("2"));
    assert_eq!(part.expect, Expect::Fact { key: "k".to_owned() });
    journal.append(append(1, vec![part])).await.unwrap();
    assert_eq!(journal.raw(Position(1)).await.unwrap().unwrap().key, None);
    assert_eq!(journal.raw(Position(2)).await.unwrap().unwrap().key.as_deref(), Some("k"));
}
