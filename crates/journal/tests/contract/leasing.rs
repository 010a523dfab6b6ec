//! Leases: one holder at a time, and another's once it has passed.

use std::time::Duration;

use futures::future::join_all;

use crate::place::{Place, at, contract};

contract! {
    async fn of_many_servers_one_takes_a_job_and_another_takes_it_over(place) {
        let (one, other) = (place.open().await, place.open().await);
        assert!(one.lease_take("sweep", "one", at(1), at(10)).await.unwrap());
        assert!(!other.lease_take("sweep", "other", at(2), at(11)).await.unwrap(), "it is taken");
        assert!(other.lease_take("another job", "other", at(2), at(11)).await.unwrap());
        assert!(one.lease_take("sweep", "one", at(3), at(20)).await.unwrap(), "its holder prolongs it");
        assert!(!other.lease_take("sweep", "other", at(19), at(30)).await.unwrap(), "it was prolonged");
        assert!(other.lease_take("sweep", "other", at(20), at(30)).await.unwrap(), "it has passed");
        assert!(!one.lease_take("sweep", "one", at(21), at(40)).await.unwrap(), "it is another's now");
        assert_eq!(one.lease_get("sweep").await.unwrap(), Some(("other".to_owned(), at(30))));
        let names: Vec<String> = (0..16).map(|server| format!("server {server}")).collect();
        let takers = names.iter().enumerate().map(|(index, name)| {
            let journal = if index % 2 == 0 { &one } else { &other };
            journal.lease_take("race", name, at(50), at(60))
        });
        let taken = join_all(takers).await.into_iter().filter(|taken| *taken.as_ref().unwrap()).count();
        assert_eq!(taken, 1);
        one.close().await;
        other.close().await;
    }
}

#[tokio::test]
async fn servers_on_one_postgres_take_turns_to_manage_accounts() {
    let place = Place::postgres().await;
    let (one, other) = (place.open().await, place.open().await);
    let turn = one.turn_to_manage().await.unwrap();
    let waiting = tokio::time::timeout(Duration::from_millis(200), other.turn_to_manage());
    assert!(waiting.await.is_err(), "it is not the other's turn");
    drop(turn);
    let turn = tokio::time::timeout(Duration::from_secs(5), other.turn_to_manage()).await;
    drop(turn.expect("the turn ended with its holder").unwrap());
    one.close().await;
    other.close().await;
    place.remove().await;
}
