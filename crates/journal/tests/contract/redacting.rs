//! Forgetting what an event said.

use domain::envelope::{ActorId, Position, Stream, StreamVersion};
use journal::{Body, Error};

use crate::place::{append, at, contract, decision, fact, fill, told};

contract! {
    async fn a_redacted_event_is_silent_and_accounted_for(place) {
        let journal = place.open().await;
        fill(&journal, &["release/a", "release/b", "release/a"]).await;
        let admin = ActorId::new("p_admin");
        let redacted = journal.redact(Position(1), admin.clone(), "a name in it", at(9)).await.unwrap();
        assert_eq!((redacted.position, redacted.fresh), (Position(4), true));
        let read = journal.read_stream(&Stream::new("release/a"), StreamVersion(0), None).await.unwrap();
        assert_eq!(read[0].body, Body::Redacted);
        assert_eq!(
            told(&read)[2],
            "4 release/a@3 event_redacted {\"position\":1,\"reason\":\"a name in it\"}"
        );
        let raw = journal.raw(Position(1)).await.unwrap().unwrap();
        assert_eq!((raw.salt, raw.payload), (None, None));
        let verification = journal.verify(None).await.unwrap();
        assert!(verification.holds());
        let said: Vec<_> = verification.redacted.iter().map(ToString::to_string).collect();
        assert_eq!(said, [format!("event 1: redacted by p_admin at {}", at(9))]);
    }

    async fn a_decision_made_before_a_redaction_meets_a_conflict(place) {
        let journal = place.open().await;
        fill(&journal, &["release/a"]).await;
        journal.redact(Position(1), ActorId::new("p"), "x", at(9)).await.unwrap();
        assert!(journal.append(append(1, vec![decision("release/a", 1, &["1"])])).await.is_err());
        assert!(journal.append(append(1, vec![decision("release/a", 2, &["1"])])).await.is_ok());
    }

    async fn the_key_of_a_redacted_fact_stays_taken(place) {
        let journal = place.open().await;
        fill(&journal, &["release/a"]).await;
        journal.redact(Position(1), ActorId::new("p"), "x", at(9)).await.unwrap();
        let again = journal.append(append(10, vec![fact("release/a", "key 0", "again")])).await.unwrap();
        assert_eq!((again.position, again.fresh), (Position(1), false));
    }

    async fn what_cannot_be_redacted_is_refused_and_nothing_changes(place) {
        let journal = place.open().await;
        fill(&journal, &["release/a"]).await;
        let redact = |position| journal.redact(Position(position), ActorId::new("p"), "x", at(9));
        assert!(matches!(redact(7).await, Err(Error::NoSuchEvent(Position(7)))));
        redact(1).await.unwrap();
        assert!(matches!(redact(1).await, Err(Error::AlreadyRedacted(Position(1)))));
        assert!(matches!(redact(2).await, Err(Error::RecordOfRedaction(Position(2)))));
        assert_eq!(journal.head().await.unwrap().unwrap().position, Position(2));
        assert!(journal.append(append(10, vec![fact("release/a", "k", "{}")])).await.unwrap().fresh);
    }
}

#[tokio::test]
async fn redacted_bytes_are_gone_from_the_file() {
    let place = crate::place::Place::sqlite();
    let journal = place.open().await;
    let secret = "Ada Marsh of 12 Harbour Lane";
    journal.append(append(1, vec![fact("release/a", "k", secret)])).await.unwrap();
    assert!(place.has_bytes(secret));
    journal.redact(Position(1), ActorId::new("p"), "x", at(9)).await.unwrap();
    assert!(!place.has_bytes(secret));
}
