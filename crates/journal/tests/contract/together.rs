//! Many writers at once: in one process, and in several on one database.

use std::collections::HashSet;

use domain::envelope::{Position, Stream, StreamVersion};
use journal::{AppendError, Journal};

use crate::place::{append, contract, decision, fact};

/// Appends `count` facts from each of `writers` tasks, dealt out over the given handles.
async fn write(journals: &[Journal], writers: usize, count: usize) {
    let tasks: Vec<_> = (0..writers)
        .map(|writer| {
            let journal = journals[writer % journals.len()].clone();
            tokio::spawn(async move {
                for n in 0..count {
                    let part = fact(&format!("release/{}", writer % 5), &format!("{writer}/{n}"), "{}");
                    assert!(journal.append(append(n as i64, vec![part])).await.unwrap().fresh);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

contract! {
    async fn concurrent_facts_never_conflict(place) {
        let journal = place.open().await;
        write(std::slice::from_ref(&journal), 40, 10).await;
        let verification = journal.verify(None).await.unwrap();
        assert_eq!((verification.events, verification.broken), (400, None));
    }

    async fn several_servers_share_one_chain(place) {
        let journals = [place.open().await, place.open().await, place.open().await];
        write(&journals, 12, 15).await;
        let verification = journals[0].verify(None).await.unwrap();
        assert_eq!((verification.events, verification.broken), (180, None));
    }

    async fn of_racing_decisions_on_one_version_one_wins(place) {
        let journals = [place.open().await, place.open().await];
        for round in 0..5 {
            let tasks: Vec<_> = (0..10)
                .map(|n| {
                    let journal = journals[n % 2].clone();
                    let decided = append(1, vec![decision("release/a", round, &[&n.to_string()])]);
                    tokio::spawn(async move { journal.append(decided).await })
                })
                .collect();
            let mut won = 0;
            for task in tasks {
                match task.await.unwrap() {
                    Ok(appended) => won += i64::from(appended.fresh),
                    Err(AppendError::Conflict { actual, .. }) => assert_eq!(actual, StreamVersion(round + 1)),
                    Err(other) => panic!("{other}"),
                }
            }
            assert_eq!(won, 1);
        }
    }

    async fn the_same_fact_from_many_callers_is_recorded_once(place) {
        let journals = [place.open().await, place.open().await];
        let tasks: Vec<_> = (0..30)
            .map(|n| {
                let journal = journals[n % 2].clone();
                tokio::spawn(async move { journal.append(append(1, vec![fact("release/a", "k", "{}")])).await })
            })
            .collect();
        let mut fresh = 0;
        let mut positions = HashSet::new();
        for task in tasks {
            let appended = task.await.unwrap().unwrap();
            fresh += i32::from(appended.fresh);
            positions.insert(appended.position);
        }
        assert_eq!((fresh, positions), (1, HashSet::from([Position(1)])));
    }

    async fn a_refused_append_does_not_harm_its_neighbours(place) {
        let journal = place.open().await;
        let tasks: Vec<_> = (0..40)
            .map(|n| {
                let journal = journal.clone();
                // Every fourth decision is on a version that its own stream never has.
                let expected = if n % 4 == 0 { 9 } else { 0 };
                let part = decision(&format!("release/{n}"), expected, &["{}"]);
                tokio::spawn(async move { journal.append(append(1, vec![part])).await })
            })
            .collect();
        for (n, task) in tasks.into_iter().enumerate() {
            assert_eq!(task.await.unwrap().is_err(), n % 4 == 0, "{n}");
        }
        assert_eq!(journal.head().await.unwrap().unwrap().position, Position(30));
        assert!(journal.verify(None).await.unwrap().holds());
    }

    async fn a_decision_sees_what_another_server_recorded(place) {
        let (ours, theirs) = (place.open().await, place.open().await);
        ours.append(append(1, vec![decision("release/a", 0, &["1"])])).await.unwrap();
        theirs.append(append(2, vec![decision("release/a", 1, &["2"])])).await.unwrap();
        // Our writer still believes in version 1.
        ours.append(append(3, vec![decision("release/a", 2, &["3"])])).await.unwrap();
        assert!(matches!(
            theirs.append(append(4, vec![decision("release/a", 2, &["4"])])).await,
            Err(AppendError::Conflict { actual: StreamVersion(3), .. })
        ));
        let read = theirs.read_stream(&Stream::new("release/a"), StreamVersion(0), None).await.unwrap();
        assert_eq!(read.len(), 3);
    }
}
