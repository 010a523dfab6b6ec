//! Backups: from either database into either, and damage of any kind refused.

use std::path::{Path, PathBuf};

use domain::envelope::{ActorId, Position};
use journal::{BackupError, Blobs, Digest, Journal, NewMail, OutboxPage, Person, backup_check};

use crate::accounts::{account, session, ticket, token};
use crate::place::{Place, append, at, contract, fact, fill};

fn blobs(place: &Place) -> Blobs {
    Blobs::open(place.folder.path().join("blobs").to_str().unwrap()).unwrap()
}

/// A journal with a bit of everything, and its backup.
async fn backed_up(place: &Place) -> (Journal, PathBuf) {
    let journal = place.open().await;
    fill(&journal, &["a", "b", "a"]).await;
    let mut part = fact("c", "binary", "");
    part.events[0].payload = vec![0, 159, 146, 150];
    journal.append(append(5, vec![part])).await.unwrap();
    journal.redact(Position(2), ActorId::new("p_admin"), "x", at(6)).await.unwrap();
    for (n, login) in [(1, Some("ada")), (2, None)] {
        let person = Person {
            id: ActorId::new(format!("p_{n}")),
            login: login.map(str::to_owned),
            name: login.map(str::to_owned),
            address: None,
            created_at: at(n),
            erased_at: login.is_none().then_some(at(9)),
        };
        journal.person_put(&person).await.unwrap();
    }
    journal.account_put(&account("p_1", "admin")).await.unwrap();
    for issuer in ["https://a", "https://b"] {
        journal.identity_put(issuer, "ada", &ActorId::new("p_1")).await.unwrap();
    }
    for id in ["t_1", "t_2"] {
        journal.token_put(&token("p_1", id)).await.unwrap();
    }
    journal.token_revoke("t_2", at(7)).await.unwrap();
    journal.session_put(&session("p_1", "cookie", 99)).await.unwrap();
    journal.ticket_put(&ticket(Some("p_1"), "ticket", 99)).await.unwrap();
    journal.zone_put(&ActorId::new("p_1"), "Europe/Helsinki").await.unwrap();
    let due = crate::outbox::tell(&journal, "key 0 told", "p_1", &["now", "one"]).await;
    let mail = NewMail {
        id: "m1".to_owned(),
        person: ActorId::new("p_1"),
        slot: Some("d1/am".to_owned()),
        messages: vec![due[0].id.clone()],
    };
    assert!(journal.mail_open(&mail, at(20)).await.unwrap());
    journal.mail_failed("m1", "it was busy", Some(at(30)), at(21)).await.unwrap();
    let blobs = blobs(place);
    blobs.put(vec![7; 3_000_000]).await.unwrap();
    blobs.put("").await.unwrap();
    let path = place.folder.path().join("backup.tar.zst");
    let manifest = journal.backup(Some(&blobs), &path).await.unwrap();
    assert_eq!(Some(manifest.head()), journal.head().await.unwrap());
    assert_eq!((manifest.people, manifest.blobs), (2, 2));
    assert_eq!(backup_check(&path).await.unwrap(), manifest);
    (journal, path)
}

async fn restores_into(place: &Place, target: &Place) {
    let (journal, path) = backed_up(place).await;
    let restored = target.open().await;
    let manifest = restored.restore(Some(&blobs(target)), &path).await.unwrap();
    assert_eq!(restored.head().await.unwrap(), Some(manifest.head()));
    assert_eq!(restored.verify(None).await.unwrap(), journal.verify(None).await.unwrap());
    for position in 1..=6 {
        let position = Position(position);
        assert_eq!(restored.raw(position).await.unwrap(), journal.raw(position).await.unwrap());
    }
    assert_eq!(restored.people().await.unwrap(), journal.people().await.unwrap());
    let ada = ActorId::new("p_1");
    assert_eq!(restored.accounts().await.unwrap(), journal.accounts().await.unwrap());
    assert!(restored.account_by_login("ADA").await.unwrap().is_some());
    assert_eq!(restored.identities_of(&ada).await.unwrap(), journal.identities_of(&ada).await.unwrap());
    assert_eq!(restored.identities_of(&ada).await.unwrap().len(), 2);
    assert_eq!(restored.tokens().await.unwrap(), journal.tokens().await.unwrap());
    assert_eq!(restored.tokens().await.unwrap()[1].revoked_at, Some(at(7)));
    assert_eq!(restored.sessions_of(&ada).await.unwrap(), []);
    assert_eq!(restored.ticket_get(&Digest::of(b"ticket"), "password", at(9)).await.unwrap(), None);
    let digest = Digest::of(&vec![7; 3_000_000]);
    assert_eq!(blobs(target).get(&digest).await.unwrap().unwrap(), vec![7; 3_000_000]);
    let everything = OutboxPage { limit: 10, ..OutboxPage::default() };
    let outbox = restored.outbox_page(&everything).await.unwrap();
    assert_eq!((outbox.len(), &outbox), (2, &journal.outbox_page(&everything).await.unwrap()));
    assert_eq!(restored.mail_due(at(30), 9).await.unwrap(), journal.mail_due(at(30), 9).await.unwrap());
    assert_eq!(restored.mail_due(at(30), 9).await.unwrap().len(), 1);
    assert_eq!(restored.zones().await.unwrap(), journal.zones().await.unwrap());
    assert_eq!(restored.zones().await.unwrap().len(), 1);
    // Life goes on where it was left.
    let again = restored.append(append(1, vec![fact("a", "key 0", "again")])).await.unwrap();
    assert_eq!((again.position, again.fresh), (Position(1), false));
    let next = restored.append(append(1, vec![fact("a", "new", "{}")])).await.unwrap();
    assert_eq!(next.position, Position(7));
    assert!(restored.verify(None).await.unwrap().holds());
}

async fn is_refused(place: &Place, path: &Path, expect: &str) {
    let check = backup_check(path).await.unwrap_err().to_string();
    assert!(check.contains(expect), "{check}");
    let target = Place::sqlite();
    let restored = target.open().await;
    let error = restored.restore(Some(&blobs(place)), path).await.unwrap_err().to_string();
    assert!(error.contains(expect), "{error}");
    assert_eq!(restored.head().await.unwrap(), None, "nothing of it may be visible");
    assert_eq!(restored.people().await.unwrap(), []);
    fill(&restored, &["a"]).await;
}

/// Packs the files of a backup again, each as `change` makes it; `None` leaves it out.
fn repack(path: &Path, change: impl Fn(&str, Vec<u8>) -> Option<Vec<u8>>) {
    use std::io::Read as _;

    let file = std::fs::File::open(path).unwrap();
    let mut archive = tar::Archive::new(zstd::Decoder::new(file).unwrap());
    let mut changed = tar::Builder::new(Vec::new());
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().to_str().unwrap().to_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        let Some(content) = change(&name, content) else {
            continue;
        };
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        changed.append_data(&mut header, name, content.as_slice()).unwrap();
    }
    std::fs::write(path, zstd::encode_all(changed.into_inner().unwrap().as_slice(), 1).unwrap()).unwrap();
}

fn replace(content: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = std::str::from_utf8(content).unwrap();
    assert!(text.contains(from));
    text.replacen(from, to, 1).into_bytes()
}

contract! {
    async fn a_backup_is_restored_into_sqlite(place) {
        restores_into(place, &Place::sqlite()).await;
    }

    async fn a_backup_is_restored_into_postgres(place) {
        let target = Place::postgres().await;
        restores_into(place, &target).await;
        target.remove().await;
    }

    async fn a_restore_into_a_journal_that_is_not_empty_is_refused(place) {
        let (journal, path) = backed_up(place).await;
        let refused = journal.restore(Some(&blobs(place)), &path).await.unwrap_err();
        assert!(matches!(refused, BackupError::NotEmpty(Position(6))), "{refused}");
        assert!(journal.append(append(1, vec![fact("a", "new", "{}")])).await.unwrap().fresh);
    }

    async fn a_journal_that_does_not_hold_is_not_backed_up(place) {
        let journal = place.open().await;
        fill(&journal, &["a", "b"]).await;
        place.sql("UPDATE events SET key = 'x' WHERE position = 2").await;
        let path = place.folder.path().join("backup.tar.zst");
        let refused = journal.backup(None, &path).await.unwrap_err();
        assert!(refused.to_string().contains("event 2"), "{refused}");
        assert!(!path.exists());
    }

    async fn an_empty_journal_is_backed_up_and_restored(place) {
        let path = place.folder.path().join("backup.tar.zst");
        place.open().await.backup(None, &path).await.unwrap();
        let target = Place::sqlite();
        let restored = target.open().await;
        restored.restore(None, &path).await.unwrap();
        assert_eq!(restored.head().await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_flipped_byte_anywhere_is_refused() {
    let place = Place::sqlite();
    let (_journal, path) = backed_up(&place).await;
    let whole = std::fs::read(&path).unwrap();
    // Every byte of the last ones, and many before: a small archive is mostly its end.
    let content = zstd::decode_all(whole.as_slice()).unwrap();
    let mut refusals = 0;
    let ends = whole.len().saturating_sub(40)..whole.len();
    for at in (0..whole.len()).step_by(whole.len() / 60).chain(ends) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x08;
        std::fs::write(&path, &damaged).unwrap();
        let checked = backup_check(&path).await;
        if checked.is_ok() && zstd::decode_all(damaged.as_slice()).unwrap() == content {
            // Some bits only say which of several equal runs of bytes is repeated.
            continue;
        }
        let refused = checked.unwrap_err().to_string();
        assert!(refused.contains("use another copy"), "byte {at}: {refused}");
        refusals += 1;
    }
    assert!(refusals > 90);
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    is_refused(&place, &path, "it is damaged or incomplete").await;
}

#[tokio::test]
async fn a_backup_packed_again_with_other_content_is_refused() {
    for (file, change, expect) in [
        ("people.json", None, "people and blobs that the manifest counts"),
        ("manifest.json", None, "it has no manifest"),
        ("events/", None, "not the one that the manifest names"),
        ("blobs/", None, "people and blobs that the manifest counts"),
        (
            "manifest.json",
            Some(("\"position\": 6", "\"position\": 4")),
            "not the one that the manifest names",
        ),
        ("manifest.json", Some(("\"format\": 3", "\"format\": 4")), "which only a newer Seaworthy reads"),
    ] {
        let place = Place::sqlite();
        let (_journal, path) = backed_up(&place).await;
        repack(&path, |name, content| match change {
            _ if !name.starts_with(file) => Some(content),
            Some((from, to)) => Some(replace(&content, from, to)),
            None => None,
        });
        is_refused(&place, &path, expect).await;
    }
}

/// Archives of the first form have people and nothing of theirs.
#[tokio::test]
async fn a_backup_of_the_first_form_is_restored() {
    let place = Place::sqlite();
    let (journal, path) = backed_up(&place).await;
    let people = r#"[{"id":"p_1","login":"ada","name":"ada","address":null,"created_at":"2025-11-24T16:00:00.000001Z","erased_at":null},{"id":"p_2","login":null,"name":null,"address":null,"created_at":"2025-11-24T16:00:00.000002Z","erased_at":"2025-11-24T16:00:00.000009Z"}]"#;
    repack(&path, |name, content| match name {
        "people.json" => Some(people.as_bytes().to_vec()),
        "outbox.json" => None,
        "manifest.json" => Some(replace(&content, "\"format\": 3", "\"format\": 1")),
        _ => Some(content),
    });
    let target = Place::sqlite();
    let restored = target.open().await;
    assert_eq!(restored.restore(Some(&blobs(&target)), &path).await.unwrap().format, 1);
    assert_eq!(restored.people().await.unwrap(), journal.people().await.unwrap());
    assert_eq!(restored.accounts().await.unwrap(), []);
    assert!(restored.account_put(&account("p_1", "admin")).await.unwrap());
}

#[tokio::test]
async fn another_payload_or_blob_in_a_backup_is_refused() {
    let place = Place::sqlite();
    let (_journal, path) = backed_up(&place).await;
    let whole = std::fs::read(&path).unwrap();
    repack(&path, |name, content| match name.starts_with("events/") {
        true => Some(replace(&content, r#"{\"n\":2}"#, r#"{\"n\":3}"#)),
        false => Some(content),
    });
    is_refused(&place, &path, "event 3: its payload is not what was recorded").await;
    std::fs::write(&path, whole).unwrap();
    repack(&path, |name, mut content| {
        if name.starts_with("blobs/")
            && let Some(byte) = content.first_mut()
        {
            *byte ^= 1;
        }
        Some(content)
    });
    is_refused(&place, &path, "has another content").await;
}

#[tokio::test]
async fn a_backup_with_blobs_is_restored_only_with_a_place_for_them() {
    let place = Place::sqlite();
    let (_journal, path) = backed_up(&place).await;
    let target = Place::sqlite();
    let refused = target.open().await.restore(None, &path).await.unwrap_err();
    assert!(matches!(refused, BackupError::NoBlobs), "{refused}");
}
