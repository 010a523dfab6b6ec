//! Verification: redactions, and heads that were kept elsewhere.

use domain::envelope::{ActorId, Position};
use journal::{Broken, Fault, HeadKey, Journal};

use crate::place::{Place, append, at, contract, fact, fill};

const STREAMS: [&str; 6] = ["a", "b", "a", "a", "b", "a"];

pub(crate) async fn filled(place: &Place) -> Journal {
    let journal = place.open().await;
    fill(&journal, &STREAMS).await;
    journal
}

contract! {
    async fn a_redaction_accounts_only_for_the_event_it_names(place) {
        let journal = filled(place).await;
        journal.redact(Position(1), ActorId::new("p"), "x", at(9)).await.unwrap();
        place.sql("UPDATE events SET payload = NULL, salt = NULL WHERE position = 3").await;
        let verification = journal.verify(None).await.unwrap();
        assert_eq!(verification.broken, Some(Broken { position: Position(3), fault: Fault::Missing }));
        assert_eq!(verification.redacted.len(), 1);
    }

    async fn a_redaction_after_a_fault_still_accounts_for_what_came_before(place) {
        let journal = filled(place).await;
        journal.redact(Position(1), ActorId::new("p"), "x", at(9)).await.unwrap();
        place.sql("UPDATE events SET key = NULL WHERE position = 3").await;
        let broken = journal.verify(None).await.unwrap().broken;
        assert_eq!(broken, Some(Broken { position: Position(3), fault: Fault::Column("key") }));
    }

    async fn a_cut_end_is_found_with_the_expected_head_only(place) {
        let journal = filled(place).await;
        let key = HeadKey::open(&place.folder.path().join("head.key")).unwrap();
        let expected = key.sign(journal.head().await.unwrap().unwrap());
        journal.append(append(9, vec![fact("a", "later", "{}")])).await.unwrap();
        assert!(journal.verify(Some(&expected)).await.unwrap().holds(), "a head may be older than the journal");
        place.sql("DELETE FROM events WHERE position > 4").await;
        assert!(journal.verify(None).await.unwrap().holds());
        let broken = journal.verify(Some(&expected)).await.unwrap().broken;
        let fault = Fault::Truncated { actual: Position(4) };
        assert_eq!(broken, Some(Broken { position: Position(6), fault }));
    }

    async fn a_rewritten_journal_is_found_with_the_expected_head_only(place) {
        let journal = filled(place).await;
        let key = HeadKey::open(&place.folder.path().join("head.key")).unwrap();
        let expected = key.sign(journal.head().await.unwrap().unwrap());
        journal.close().await;
        place.sql("DELETE FROM events").await;
        let journal = place.open().await;
        fill(&journal, &STREAMS).await;
        fill(&journal, &["c"]).await;
        assert!(journal.verify(None).await.unwrap().holds());
        let broken = journal.verify(Some(&expected)).await.unwrap().broken;
        assert_eq!(broken, Some(Broken { position: Position(6), fault: Fault::Rewritten }));
    }

    async fn an_empty_journal_holds(place) {
        let verification = place.open().await.verify(None).await.unwrap();
        assert_eq!((verification.events, verification.head, verification.holds()), (0, None, true));
    }
}
