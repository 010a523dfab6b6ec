//! The tables that may forget: people, and what is derived.

use std::time::Duration;

use domain::envelope::ActorId;
use journal::Person;

use crate::place::{at, contract};

fn person(id: &str, login: &str) -> Person {
    Person {
        id: ActorId::new(id),
        login: Some(login.to_owned()),
        name: Some("Ada Marsh".to_owned()),
        address: Some("ada@example.org".to_owned()),
        created_at: at(1),
        erased_at: None,
    }
}

contract! {
    async fn a_person_is_found_by_id_and_by_login(place) {
        let journal = place.open().await;
        let mut ada = person("p_1", "ada");
        assert!(journal.person_put(&ada).await.unwrap());
        assert_eq!(journal.person_get(&ada.id).await.unwrap().as_ref(), Some(&ada));
        ada.name = None;
        assert!(journal.person_put(&ada).await.unwrap());
        assert_eq!(journal.person_by_login("ada").await.unwrap().as_ref(), Some(&ada));
        assert_eq!(journal.person_by_login("Ada").await.unwrap(), None);
        assert_eq!(journal.person_get(&ActorId::new("p_2")).await.unwrap(), None);
        assert_eq!(journal.people().await.unwrap(), [ada]);
    }

    async fn a_login_has_one_owner(place) {
        let journal = place.open().await;
        journal.person_put(&person("p_1", "ada")).await.unwrap();
        assert!(journal.person_put(&person("p_2", "ada")).await.is_err());
    }

    async fn an_erased_person_keeps_the_id_and_nothing_else(place) {
        let journal = place.open().await;
        let ada = person("p_1", "ada");
        journal.person_put(&ada).await.unwrap();
        assert!(journal.person_erase(&ada.id, at(5)).await.unwrap());
        let erased = Person { login: None, name: None, address: None, erased_at: Some(at(5)), ..ada.clone() };
        assert_eq!(journal.person_get(&ada.id).await.unwrap(), Some(erased.clone()));
        assert_eq!(journal.person_by_login("ada").await.unwrap(), None);
        assert!(!journal.person_erase(&ada.id, at(6)).await.unwrap());
        assert!(!journal.person_put(&ada).await.unwrap(), "what was forgotten must not come back");
        assert_eq!(journal.person_get(&ada.id).await.unwrap(), Some(erased));
        assert!(journal.person_put(&person("p_2", "ada")).await.unwrap(), "the login is free again");
    }

    async fn what_is_derived_is_replaced_and_discarded(place) {
        let journal = place.open().await;
        assert_eq!(journal.derived_get("release/a").await.unwrap(), None);
        journal.derived_put("release/a", &[0, 1, 255]).await.unwrap();
        journal.derived_put("release/a", &[2]).await.unwrap();
        assert_eq!(journal.derived_get("release/a").await.unwrap(), Some(vec![2]));
        journal.derived_clear().await.unwrap();
        assert_eq!(journal.derived_get("release/a").await.unwrap(), None);
    }
}

#[tokio::test]
async fn an_erased_name_is_gone_from_the_file() {
    let place = crate::place::Place::sqlite();
    let journal = place.open().await;
    let ada = person("p_1", "ada.marsh.login");
    journal.person_put(&ada).await.unwrap();
    journal.account_put(&crate::accounts::account("p_1", "admin")).await.unwrap();
    journal.identity_put("https://id", "subject-of-ada", &ada.id).await.unwrap();
    journal.session_put(&crate::accounts::session("p_1", "cookie", 99)).await.unwrap();
    journal.ticket_put(&crate::accounts::ticket(Some("p_1"), "ticket", 99)).await.unwrap();
    let personal =
        ["ada@example.org", "ada.marsh.login", "$argon2id$", "subject-of-ada", "192.0.2.7", r#"{"to":"ada"#];
    assert_eq!(personal.map(|text| place.has_bytes(text)), [true; 6]);
    journal.person_erase(&ada.id, at(5)).await.unwrap();
    assert_eq!(personal.map(|text| place.has_bytes(text)), [false; 6]);
}

/// What is written beside the events may be all there is for days, and the log would hold it all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_stays_bounded_without_appends() {
    let place = crate::place::Place::sqlite();
    let journal = place.open().await;
    let log = place.folder.path().join("journal.db-wal");
    let mut sizes = Vec::new();
    for round in 0..4 {
        for n in 0..4 {
            journal.derived_put(&format!("snapshot {n}"), &vec![round; 1 << 20]).await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(900)).await;
        sizes.push(std::fs::metadata(&log).unwrap().len() >> 20);
    }
    assert!(sizes.iter().all(|size| *size < 10), "{sizes:?} MiB");
}
