//! Accounts and identities: who may sign in, by which names.

use domain::envelope::ActorId;
use journal::{Account, Digest, Error, Identity, Person, SignedIn, Ticket, Token};

use crate::place::{at, contract};

pub(crate) fn person(id: &str, login: Option<&str>, name: &str) -> Person {
    Person {
        id: ActorId::new(id),
        login: login.map(str::to_owned),
        name: Some(name.to_owned()),
        address: None,
        created_at: at(1),
        erased_at: None,
    }
}

pub(crate) fn account(person: &str, role: &str) -> Account {
    Account {
        person: ActorId::new(person),
        role: role.to_owned(),
        functions: vec!["qa".to_owned(), "a \"quoted\" hat".to_owned()],
        password: Some("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".to_owned()),
        created_at: at(2),
        disabled_at: None,
    }
}

pub(crate) fn session(person: &str, secret: &str, expires_at: i64) -> SignedIn {
    SignedIn {
        digest: Digest::of(secret.as_bytes()),
        person: ActorId::new(person),
        created_at: at(3),
        seen_at: at(3),
        expires_at: at(expires_at),
        agent: "Firefox".to_owned(),
        address: "192.0.2.7".to_owned(),
    }
}

pub(crate) fn token(person: &str, id: &str) -> Token {
    Token {
        id: id.to_owned(),
        digest: Digest::of(id.as_bytes()),
        person: ActorId::new(person),
        name: "CI".to_owned(),
        scopes: vec!["ingest".to_owned(), "read".to_owned()],
        created_at: at(4),
        expires_at: Some(at(1_000_000_000)),
        used_at: None,
        revoked_at: None,
    }
}

pub(crate) fn ticket(person: Option<&str>, secret: &str, expires_at: i64) -> Ticket {
    Ticket {
        digest: Digest::of(secret.as_bytes()),
        purpose: "password".to_owned(),
        person: person.map(ActorId::new),
        payload: r#"{"to":"ada@example.org"}"#.to_owned(),
        created_at: at(5),
        expires_at: at(expires_at),
    }
}

contract! {
    async fn a_password_and_a_role_are_set_apart(place) {
        let journal = place.open().await;
        journal.person_put(&person("p_ada", Some("ada"), "Ada")).await.unwrap();
        journal.account_put(&account("p_ada", "admin")).await.unwrap();
        let (ada, nobody) = (ActorId::new("p_ada"), ActorId::new("p_nobody"));
        let get = async || journal.account_get(&ada).await.unwrap().unwrap();
        assert!(journal.account_set_password(&ada, "another hash").await.unwrap());
        let expect = Account { password: Some("another hash".to_owned()), ..account("p_ada", "admin") };
        assert_eq!(get().await, expect);
        let functions = vec!["product".to_owned()];
        assert!(journal.account_set_role(&ada, "viewer", &functions, Some(at(9))).await.unwrap());
        let expect = Account { role: "viewer".to_owned(), functions: functions.clone(), disabled_at: Some(at(9)), ..expect };
        assert_eq!(get().await, expect);
        assert!(!journal.account_set_password(&ada, "a third").await.unwrap(), "a disabled account has no new password");
        assert_eq!(get().await, expect);
        assert!(!journal.account_set_password(&nobody, "a hash").await.unwrap());
        assert!(!journal.account_set_role(&nobody, "viewer", &functions, None).await.unwrap());
    }

    async fn an_account_is_put_replaced_and_found(place) {
        let journal = place.open().await;
        let ada = person("p_ada", Some("Ada.Marsh"), "Ada Marsh");
        assert!(!journal.account_put(&account("p_ada", "admin")).await.unwrap(), "nobody has this id");
        journal.person_put(&ada).await.unwrap();
        let mut admin = account("p_ada", "admin");
        assert!(journal.account_put(&admin).await.unwrap());
        assert_eq!(journal.account_get(&ada.id).await.unwrap(), Some(admin.clone()));
        admin.role = "member".to_owned();
        admin.functions.clear();
        (admin.password, admin.disabled_at) = (None, Some(at(9)));
        assert!(journal.account_put(&admin).await.unwrap());
        assert_eq!(journal.account_get(&ada.id).await.unwrap(), Some(admin.clone()));
        for login in ["Ada.Marsh", "ada.marsh", "ADA.MARSH"] {
            let found = journal.account_by_login(login).await.unwrap();
            assert_eq!(found, Some((ada.clone(), admin.clone())), "{login}");
        }
        assert_eq!(journal.account_by_login("ada").await.unwrap(), None);
        assert_eq!(journal.account_get(&ActorId::new("p_2")).await.unwrap(), None);
    }

    async fn only_ascii_letters_are_folded(place) {
        let journal = place.open().await;
        for (id, login) in [("p_1", "Özil"), ("p_2", "özil")] {
            journal.person_put(&person(id, Some(login), login)).await.unwrap();
            assert!(journal.account_put(&account(id, "member")).await.unwrap());
        }
        let (found, _) = journal.account_by_login("ÖZIL").await.unwrap().unwrap();
        assert_eq!(found.id.as_str(), "p_1");
    }

    async fn two_accounts_never_share_a_login(place) {
        let journal = place.open().await;
        for (id, login) in [("p_1", "ada"), ("p_2", "Ada"), ("p_3", "ben")] {
            journal.person_put(&person(id, Some(login), login)).await.unwrap();
        }
        journal.account_put(&account("p_1", "member")).await.unwrap();
        let refused = journal.account_put(&account("p_2", "member")).await;
        assert!(matches!(refused, Err(Error::LoginTaken)), "{refused:?}");
        journal.account_put(&account("p_3", "member")).await.unwrap();
        // Neither by giving the person another login, exactly or but for the case; then nothing has changed.
        for login in ["ada", "ADA"] {
            let refused = journal.person_put(&person("p_3", Some(login), "Ben")).await;
            assert!(matches!(refused, Err(Error::LoginTaken)), "{refused:?}");
        }
        let (ben, _) = journal.account_by_login("ben").await.unwrap().unwrap();
        assert_eq!(ben, person("p_3", Some("ben"), "ben"));
    }

    async fn an_account_follows_the_login_of_its_person(place) {
        let journal = place.open().await;
        journal.person_put(&person("p_1", Some("Ada"), "Ada")).await.unwrap();
        journal.account_put(&account("p_1", "member")).await.unwrap();
        journal.person_put(&person("p_1", Some("Marsh"), "Ada")).await.unwrap();
        assert_eq!(journal.account_by_login("ada").await.unwrap(), None);
        assert!(journal.account_by_login("marsh").await.unwrap().is_some());
        journal.person_put(&person("p_1", None, "Ada")).await.unwrap();
        assert_eq!(journal.account_by_login("marsh").await.unwrap(), None);
        assert!(journal.account_get(&ActorId::new("p_1")).await.unwrap().is_some());
    }

    async fn accounts_are_listed_by_name_and_counted_by_role(place) {
        let journal = place.open().await;
        let people = [("p_1", "zoe", "admin"), ("p_2", "Ben", "admin"), ("p_3", "ada", "member"), ("p_4", "Éva", "member")];
        for (id, name, role) in people {
            journal.person_put(&person(id, None, name)).await.unwrap();
            journal.account_put(&account(id, role)).await.unwrap();
        }
        journal.person_put(&person("p_5", None, "has no account")).await.unwrap();
        let listed = journal.accounts().await.unwrap();
        let names: Vec<_> = listed.iter().map(|(person, _)| person.name.as_deref().unwrap()).collect();
        assert_eq!(names, ["ada", "Ben", "zoe", "Éva"]);
        assert_eq!(listed[0].1, account("p_3", "member"));
        assert_eq!(journal.account_count("admin").await.unwrap(), 2);
        journal.account_put(&Account { disabled_at: Some(at(7)), ..account("p_1", "admin") }).await.unwrap();
        assert_eq!(journal.account_count("admin").await.unwrap(), 1);
        assert_eq!(journal.account_count("owner").await.unwrap(), 0);
        journal.account_put(&Account { password: None, ..account("p_2", "admin") }).await.unwrap();
        assert_eq!(journal.account_count("admin").await.unwrap(), 0, "nobody can sign in to it");
        assert!(journal.identity_put("https://id", "ben", &ActorId::new("p_2")).await.unwrap());
        assert_eq!(journal.account_count("admin").await.unwrap(), 1);
    }

    async fn an_identity_belongs_to_one_person(place) {
        let journal = place.open().await;
        let (ada, ben) = (ActorId::new("p_ada"), ActorId::new("p_ben"));
        assert!(!journal.identity_put("https://id", "1", &ada).await.unwrap(), "nobody has this id");
        journal.person_put(&person("p_ada", None, "Ada")).await.unwrap();
        journal.person_put(&person("p_ben", None, "Ben")).await.unwrap();
        assert!(journal.identity_put("https://id", "1", &ada).await.unwrap());
        assert!(journal.identity_put("https://id", "1", &ada).await.unwrap(), "again");
        assert!(!journal.identity_put("https://id", "1", &ben).await.unwrap(), "it is Ada's");
        assert!(journal.identity_put("https://a", "1", &ada).await.unwrap());
        assert_eq!(journal.identity_get("https://id", "1").await.unwrap().as_ref(), Some(&ada));
        assert_eq!(journal.identity_get("https://ID", "1").await.unwrap(), None);
        let identity = |issuer: &str| Identity { issuer: issuer.to_owned(), subject: "1".to_owned() };
        assert_eq!(journal.identities_of(&ada).await.unwrap(), [identity("https://a"), identity("https://id")]);
        assert!(!journal.identity_delete("https://id", "1", &ben).await.unwrap());
        assert!(journal.identity_delete("https://id", "1", &ada).await.unwrap());
        assert!(journal.identity_put("https://id", "1", &ben).await.unwrap());
    }

    async fn what_belongs_to_a_person_is_erased_with_them(place) {
        let journal = place.open().await;
        for id in ["p_ada", "p_ben"] {
            journal.person_put(&person(id, Some(id), id)).await.unwrap();
            journal.account_put(&account(id, "admin")).await.unwrap();
            journal.identity_put("https://id", id, &ActorId::new(id)).await.unwrap();
            journal.session_put(&session(id, id, 99)).await.unwrap();
            journal.token_put(&token(id, id)).await.unwrap();
            journal.ticket_put(&ticket(Some(id), id, 99)).await.unwrap();
        }
        let ada = ActorId::new("p_ada");
        assert!(journal.person_erase(&ada, at(10)).await.unwrap());
        let left: Vec<_> = journal.accounts().await.unwrap().into_iter().map(|(person, _)| person.id).collect();
        assert_eq!(left, [ActorId::new("p_ben")]);
        for (id, there) in [("p_ada", false), ("p_ben", true)] {
            let (who, digest) = (ActorId::new(id), Digest::of(id.as_bytes()));
            assert_eq!(journal.account_get(&who).await.unwrap().is_some(), there);
            assert_eq!(journal.account_by_login(id).await.unwrap().is_some(), there);
            assert_eq!(journal.identity_get("https://id", id).await.unwrap().is_some(), there);
            assert_eq!(journal.session_get(&digest).await.unwrap().is_some(), there);
            assert_eq!(journal.token_by_digest(&digest).await.unwrap().is_some(), there);
            assert_eq!(journal.ticket_get(&digest, "password", at(11)).await.unwrap().is_some(), there);
        }
        // And nothing is given to them again.
        assert!(!journal.account_put(&account("p_ada", "admin")).await.unwrap());
        assert!(!journal.identity_put("https://id", "p_ada", &ada).await.unwrap());
        assert!(!journal.session_put(&session("p_ada", "new", 99)).await.unwrap());
        assert!(!journal.token_put(&token("p_ada", "new")).await.unwrap());
        assert!(!journal.ticket_put(&ticket(Some("p_ada"), "new", 99)).await.unwrap());
    }

    async fn whoever_signs_in_while_they_are_erased_is_not_signed_in(place) {
        let journals = [place.open().await, place.open().await];
        for round in 0..10 {
            let id = format!("p_{round}");
            journals[0].person_put(&person(&id, None, "Ada")).await.unwrap();
            let tasks: Vec<_> = (0..12)
                .map(|n| {
                    let (journal, id) = (journals[n % 2].clone(), id.clone());
                    tokio::spawn(async move {
                        if n == 6 {
                            assert!(journal.person_erase(&ActorId::new(id), at(10)).await.unwrap());
                        } else {
                            journal.session_put(&session(&id, &format!("{id} {n}"), 99)).await.unwrap();
                        }
                    })
                })
                .collect();
            for task in tasks {
                task.await.unwrap();
            }
            assert_eq!(journals[0].sessions_of(&ActorId::new(id)).await.unwrap(), []);
        }
    }

    async fn people_known_before_there_were_accounts_may_have_logins_that_differ_in_case(place) {
        let journal = journal::Journal::open_at(&place.database, Some(3)).await.unwrap();
        journal.close().await;
        place.sql("INSERT INTO people (id, login, created_at) VALUES ('p_1', 'ada', 1), ('p_2', 'Ada', 1)").await;
        let journal = place.open().await;
        assert!(journal.account_put(&account("p_2", "member")).await.unwrap());
        assert_eq!(journal.person_by_login("ada").await.unwrap().unwrap().id.as_str(), "p_1");
        assert_eq!(journal.account_by_login("ada").await.unwrap().unwrap().0.id.as_str(), "p_2");
    }
}
