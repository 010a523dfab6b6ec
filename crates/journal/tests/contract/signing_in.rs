//! Sessions, tokens and tickets: what somebody is signed in by.

use std::time::{Duration, Instant};

use domain::envelope::ActorId;
use journal::{Digest, SignedIn, Token};

use crate::accounts::{person, session, ticket, token};
use crate::place::{append, at, contract, fact};

const MINUTE: i64 = 60_000_000;

contract! {
    async fn a_session_is_found_seen_and_ended(place) {
        let journal = place.open().await;
        assert!(!journal.session_put(&session("p_1", "a", 50)).await.unwrap(), "nobody has this id");
        journal.person_put(&person("p_1", None, "Ada")).await.unwrap();
        let a = session("p_1", "a", 50);
        assert!(journal.session_put(&a).await.unwrap());
        assert!(journal.session_put(&a).await.is_err(), "a secret is never used twice");
        assert_eq!(journal.session_get(&a.digest).await.unwrap().as_ref(), Some(&a));
        assert!(journal.session_seen(&a.digest, at(20), at(70)).await.unwrap());
        let seen = SignedIn { seen_at: at(20), expires_at: at(70), ..a.clone() };
        assert_eq!(journal.session_get(&a.digest).await.unwrap(), Some(seen.clone()));
        assert!(journal.session_seen(&a.digest, at(19), at(70)).await.unwrap());
        assert_eq!(journal.session_get(&a.digest).await.unwrap(), Some(seen), "the later moment stays");
        assert!(!journal.session_seen(&a.digest, at(70), at(99)).await.unwrap(), "it has expired");
        assert!(journal.session_delete(&a.digest).await.unwrap());
        assert!(!journal.session_delete(&a.digest).await.unwrap());
        assert!(!journal.session_seen(&a.digest, at(21), at(99)).await.unwrap());
        assert_eq!(journal.session_get(&a.digest).await.unwrap(), None);
    }

    async fn the_sessions_of_a_person_end_together(place) {
        let journal = place.open().await;
        for id in ["p_1", "p_2"] {
            journal.person_put(&person(id, None, id)).await.unwrap();
        }
        for (id, secret) in [("p_1", "a"), ("p_1", "b"), ("p_1", "c"), ("p_2", "d")] {
            journal.session_put(&session(id, secret, 50)).await.unwrap();
        }
        let (ada, b) = (ActorId::new("p_1"), Digest::of(b"b"));
        journal.session_seen(&b, at(9), at(50)).await.unwrap();
        assert_eq!(journal.sessions_of(&ada).await.unwrap().len(), 3);
        assert_eq!(journal.sessions_of(&ada).await.unwrap()[0].digest, b, "the last seen comes first");
        assert_eq!(journal.sessions_delete_of(&ada, Some(&b)).await.unwrap(), 2);
        assert_eq!(journal.sessions_of(&ada).await.unwrap()[0].digest, b);
        assert_eq!(journal.sessions_delete_of(&ada, None).await.unwrap(), 1);
        assert_eq!(journal.sessions_of(&ActorId::new("p_2")).await.unwrap().len(), 1);
    }

    async fn a_token_is_found_used_and_revoked(place) {
        let journal = place.open().await;
        assert!(!journal.token_put(&token("p_1", "t_1")).await.unwrap(), "nobody has this id");
        for id in ["p_1", "p_2"] {
            journal.person_put(&person(id, None, id)).await.unwrap();
        }
        let first = token("p_1", "t_1");
        let second = Token { created_at: at(9), expires_at: None, scopes: Vec::new(), ..token("p_1", "t_2") };
        let third = token("p_2", "t_3");
        for token in [&second, &first, &third] {
            assert!(journal.token_put(token).await.unwrap());
        }
        assert_eq!(journal.token_by_digest(&second.digest).await.unwrap().as_ref(), Some(&second));
        assert_eq!(journal.token_by_digest(&Digest::ZERO).await.unwrap(), None);
        assert_eq!(journal.tokens_of(&first.person).await.unwrap(), [first.clone(), second.clone()]);
        assert_eq!(journal.tokens().await.unwrap(), [first.clone(), third, second]);
        let mut used = Vec::new();
        for now in [10, 11, 10 + MINUTE, 11 + MINUTE, 12 + MINUTE] {
            used.push(journal.token_used("t_1", at(now)).await.unwrap());
        }
        assert_eq!(used, [true, false, false, true, false], "no more than one write a minute");
        assert!(journal.token_revoke("t_1", at(20)).await.unwrap());
        assert!(!journal.token_revoke("t_1", at(21)).await.unwrap());
        assert!(!journal.token_revoke("t_9", at(21)).await.unwrap());
        journal.token_put(&Token { name: "new name".to_owned(), ..first.clone() }).await.unwrap();
        let renamed = journal.token_by_digest(&first.digest).await.unwrap().unwrap();
        assert_eq!((renamed.name.as_str(), renamed.revoked_at), ("new name", Some(at(20))), "it stays revoked");
    }

    async fn a_ticket_is_for_one_purpose_until_it_expires(place) {
        let journal = place.open().await;
        let invitation = ticket(None, "a", 50);
        assert!(journal.ticket_put(&invitation).await.unwrap());
        assert!(journal.ticket_put(&invitation).await.is_err(), "a secret is never used twice");
        let digest = invitation.digest;
        assert_eq!(journal.ticket_get(&digest, "password", at(49)).await.unwrap().as_ref(), Some(&invitation));
        for (digest, purpose, now) in
            [(digest, "invitation", 49), (digest, "password", 50), (Digest::ZERO, "password", 49)]
        {
            assert_eq!(journal.ticket_get(&digest, purpose, at(now)).await.unwrap(), None);
            assert_eq!(journal.ticket_take(&digest, purpose, at(now)).await.unwrap(), None);
        }
        assert_eq!(journal.ticket_take(&digest, "password", at(49)).await.unwrap().as_ref(), Some(&invitation));
        assert_eq!(journal.ticket_get(&digest, "password", at(49)).await.unwrap(), None);
        assert_eq!(journal.ticket_take(&digest, "password", at(49)).await.unwrap(), None);
    }

    async fn of_many_takers_of_a_ticket_one_gets_it(place) {
        let journals = [place.open().await, place.open().await];
        for round in 0..5 {
            let secret = format!("secret {round}");
            journals[0].ticket_put(&ticket(None, &secret, 50)).await.unwrap();
            let tasks: Vec<_> = (0..20)
                .map(|n| {
                    let (journal, digest) = (journals[n % 2].clone(), Digest::of(secret.as_bytes()));
                    tokio::spawn(async move { journal.ticket_take(&digest, "password", at(9)).await.unwrap() })
                })
                .collect();
            let mut taken = 0;
            for task in tasks {
                taken += i32::from(task.await.unwrap().is_some());
            }
            assert_eq!(taken, 1);
        }
    }

    async fn the_tickets_of_a_person_are_withdrawn_by_purpose(place) {
        let journal = place.open().await;
        journal.person_put(&person("p_1", None, "Ada")).await.unwrap();
        let ada = ActorId::new("p_1");
        for (person, secret) in [(Some("p_1"), "a"), (Some("p_1"), "b"), (None, "c")] {
            assert!(journal.ticket_put(&ticket(person, secret, 50)).await.unwrap());
        }
        assert_eq!(journal.tickets_delete_of(&ada, "invitation").await.unwrap(), 0);
        assert_eq!(journal.tickets_delete_of(&ada, "password").await.unwrap(), 2);
        assert_eq!(journal.ticket_get(&Digest::of(b"a"), "password", at(9)).await.unwrap(), None);
        assert!(journal.ticket_get(&Digest::of(b"c"), "password", at(9)).await.unwrap().is_some());
    }

    async fn what_has_expired_is_swept_away_while_appends_go_on(place) {
        let journal = place.open().await;
        journal.person_put(&person("p_1", None, "Ada")).await.unwrap();
        let digest = place.dialect("randomblob(32)", "sha256(n::TEXT::BYTEA)");
        let numbers = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10000)";
        let (expired, lasting) = (at(50).micros(), at(51).micros());
        place.sql(&format!(
            "{numbers} INSERT INTO sessions (digest, person, created_at, seen_at, expires_at, agent, address) \
             SELECT {digest}, 'p_1', 0, 0, CASE WHEN n <= 9000 THEN {expired} ELSE {lasting} END, 'Firefox', '' FROM numbers; \
             {numbers} INSERT INTO tickets (digest, purpose, payload, created_at, expires_at, used_at) \
             SELECT {digest}, 'password', '', 0, {expired}, CASE WHEN n % 2 = 0 THEN 1 END FROM numbers"
        ))
        .await;
        journal.append(append(0, vec![fact("a", "first", "{}")])).await.unwrap();
        let sweeping = journal.clone();
        let sweep = tokio::spawn(async move {
            (sweeping.sessions_expire(at(50)).await.unwrap(), sweeping.tickets_expire(at(50)).await.unwrap())
        });
        let (mut appended, mut slowest) = (0, Duration::ZERO);
        while !sweep.is_finished() {
            let start = Instant::now();
            journal.append(append(0, vec![fact("a", &format!("{appended}"), "{}")])).await.unwrap();
            slowest = slowest.max(start.elapsed());
            appended += 1;
        }
        assert_eq!(sweep.await.unwrap(), (9_000, 10_000));
        assert!(appended >= 10, "{appended} appends came between the turns");
        assert!(slowest < Duration::from_secs(1), "an append took {slowest:?}");
        assert_eq!(journal.sessions_of(&ActorId::new("p_1")).await.unwrap().len(), 1_000);
        assert_eq!(journal.sessions_expire(at(50)).await.unwrap(), 0);
    }
}
