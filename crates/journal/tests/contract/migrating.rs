//! Data of every older version of the tables, read and verified by this one.
//!
//! The samples were written by a program of another language, so they also check the form of the header.

use domain::envelope::{ActorId, Position, Stream, StreamVersion};
use journal::{Body, Digest, Journal};

use crate::place::{append, at, contract, decision, told};

/// The sample data that each version brings, in both dialects.
const SAMPLES: [[&str; 2]; 6] = [
    [include_str!("../../samples/sqlite/0001.sql"), include_str!("../../samples/postgres/0001.sql")],
    [include_str!("../../samples/sqlite/0002.sql"), include_str!("../../samples/postgres/0002.sql")],
    [include_str!("../../samples/sqlite/0003.sql"), include_str!("../../samples/postgres/0003.sql")],
    [include_str!("../../samples/sqlite/0004.sql"), include_str!("../../samples/postgres/0004.sql")],
    [include_str!("../../samples/sqlite/0005.sql"), include_str!("../../samples/postgres/0005.sql")],
    [include_str!("../../samples/sqlite/0006.sql"), include_str!("../../samples/postgres/0006.sql")],
];

const HEAD: &str = "09fe207f6251a32e42ad1e9e704412fd7d4791d88c06c2dc95f548f613b5be7f";

contract! {
    async fn data_of_every_version_is_still_read_and_verified(place) {
        for oldest in 1..=SAMPLES.len() {
            let journal = Journal::open_at(&place.database, Some(oldest as i64)).await.unwrap();
            journal.close().await;
            for [sqlite, postgres] in &SAMPLES[..oldest] {
                place.sql(place.dialect(sqlite, postgres)).await;
            }
            let journal = place.open().await;
            let verification = journal.verify(None).await.unwrap();
            assert_eq!((verification.events, &verification.broken), (5, &None), "from version {oldest}");
            assert_eq!(verification.head.unwrap().hash.to_string(), HEAD);
            assert_eq!(verification.redacted[0].to_string(), format!("event 4: redacted by p_admin at {}", at(20)));
            let stream = Stream::new("release/tidewatch/2026.12");
            let read = journal.read_stream(&stream, StreamVersion(0), None).await.unwrap();
            assert_eq!(told(&read)[1], format!("3 {stream}@2 run_ingested {{\"passed\":412,\"failed\":3}}"));
            assert_eq!(read[2].body, Body::Redacted);
            if oldest >= 2 {
                let ada = journal.person_by_login("ada").await.unwrap().unwrap();
                assert_eq!(ada.name.as_deref(), Some("Ada Marsh"));
                let ben = journal.person_get(&ActorId::new("p_ben")).await.unwrap().unwrap();
                assert_eq!((ben.name, ben.erased_at), (None, Some(at(30))));
            }
            if oldest >= 3 {
                let bytes = journal.derived_get("snapshot/release/tidewatch/2026.12").await.unwrap();
                assert_eq!(bytes, Some(vec![1, 2, 255]));
            }
            if oldest >= 4 {
                let (ada, account) = journal.account_by_login("ADA").await.unwrap().unwrap();
                assert_eq!((account.role.as_str(), account.functions.len()), ("admin", 2));
                assert_eq!(journal.identity_get("https://id.example.org", "ada-1").await.unwrap(), Some(ada.id));
                let session = journal.session_get(&Digest([1; 32])).await.unwrap().unwrap();
                assert_eq!((session.agent.as_str(), session.seen_at), ("Firefox", at(42)));
                let token = journal.token_by_digest(&Digest([2; 32])).await.unwrap().unwrap();
                assert_eq!((token.id.as_str(), token.scopes), ("t_ci", vec!["ingest".to_owned()]));
                let ticket = journal.ticket_get(&Digest([3; 32]), "invitation", at(50)).await.unwrap().unwrap();
                assert_eq!((ticket.person, ticket.payload.as_str()), (None, r#"{"role":"member"}"#));
            }
            if oldest >= 5 {
                let lease = journal.lease_get("forget what ended").await.unwrap();
                assert_eq!(lease, Some(("server-1".to_owned(), at(60))));
            }
            if oldest >= 6 {
                assert_eq!(journal.zone_get(&ActorId::new("p_ada")).await.unwrap().as_deref(), Some("Europe/Helsinki"));
                let mail = journal.mail_get("m_1").await.unwrap().unwrap();
                assert_eq!((mail.slot.as_deref(), mail.attempts), (Some("2025-11-24/pm"), 2));
                let sent = journal.outbox_get("o_1").await.unwrap().unwrap();
                assert_eq!((sent.cause, sent.mail.as_deref(), sent.ended_at), (Position(2), Some("m_1"), Some(at(72))));
                assert_eq!(journal.outbox_due(at(62), 10).await.unwrap()[0].id, "o_2");
            }
            let appended = journal.append(append(40, vec![decision(stream.as_str(), 4, &["{}"])])).await.unwrap();
            assert_eq!(appended.position, Position(6));
            assert!(journal.verify(None).await.unwrap().holds());
            journal.close().await;
            place.empty().await;
        }
    }
}

#[test]
fn every_migration_brings_a_sample() {
    for dialect in ["sqlite", "postgres"] {
        let folder = format!("{}/migrations/{dialect}", env!("CARGO_MANIFEST_DIR"));
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), SAMPLES.len(), "{dialect}");
    }
}
