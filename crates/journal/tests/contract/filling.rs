//! A full disk: said so, nothing lost, and over once there is room.
//!
//! For SQLite the disk is real: a small tmpfs that the test, run again in a mount namespace of its own, mounts
//! and fills. PostgreSQL's server is not ours to fill, so there a trigger raises what the server raises.

use std::path::Path;
use std::process::Command;

use domain::envelope::Position;
use journal::{AppendError, Database, Journal};

use crate::place::{Place, append, fact, fill};

const FOLDER: &str = "SEAWORTHY_TEST_FILL";

fn payload() -> String {
    format!("\"{}\"", "x".repeat(20_000))
}

/// Not a test of its own: what happens inside the namespace.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fill_the_disk() {
    #[expect(clippy::disallowed_methods, reason = "how the test tells the process it starts what to do")]
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let folder = Path::new(&folder);
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=6m", "tmpfs"]).arg(folder).status();
    assert!(mounted.unwrap().success(), "a tmpfs cannot be mounted in a namespace of its own");
    let ballast = folder.join("ballast");
    std::fs::write(&ballast, vec![1; 2 << 20]).unwrap();

    let journal = Journal::open(&Database::Sqlite(folder.join("journal.db"))).await.unwrap();
    let mut recorded = 0;
    let refused = loop {
        let part = fact("release/a", &recorded.to_string(), &payload());
        match journal.append(append(recorded, vec![part])).await {
            Ok(_) => recorded += 1,
            Err(refused) => break refused,
        }
        assert!(recorded < 1000, "the disk never fills");
    };
    assert_eq!(refused, AppendError::Full);
    assert!(recorded > 20);
    let part = fact("release/a", "still full", &payload());
    assert_eq!(journal.append(append(1, vec![part])).await, Err(AppendError::Full));

    // Everything recorded is still read, by this handle and by a new one.
    let head = journal.head().await.unwrap().unwrap();
    assert_eq!(head.position, Position(recorded));
    assert!(journal.verify(None).await.unwrap().holds());

    std::fs::remove_file(&ballast).unwrap();
    let part = fact("release/a", &recorded.to_string(), &payload());
    let appended = journal.append(append(recorded, vec![part])).await.unwrap();
    assert_eq!((appended.position, appended.fresh), (Position(recorded + 1), true));
    assert!(journal.verify(None).await.unwrap().holds());
    journal.close().await;
    println!("came through");
}

#[test]
fn a_full_disk_is_said_and_survived_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    // As root no user namespace is needed, and in some containers none is to be had.
    let options = ["-m", "-rm"].into_iter().find(|options| {
        Command::new("unshare").args([options, "true"]).output().is_ok_and(|output| output.status.success())
    });
    let options = options.expect("this test needs `unshare`, to mount a small disk that only it sees");
    let output = Command::new("unshare")
        .arg(options)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "filling::fill_the_disk", "--nocapture"])
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("came through"), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
async fn a_full_disk_is_said_and_survived_on_postgres() {
    let place = Place::postgres().await;
    let journal = place.open().await;
    fill(&journal, &["a", "b"]).await;
    place
        .sql(
            "CREATE FUNCTION full_disk() RETURNS TRIGGER LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'; END $$; \
             CREATE TRIGGER full_disk BEFORE INSERT ON events EXECUTE FUNCTION full_disk()",
        )
        .await;
    for _ in 0..2 {
        let refused = journal.append(append(1, vec![fact("a", "new", "{}")])).await.unwrap_err();
        assert_eq!(refused, AppendError::Full);
        assert!(refused.to_string().contains("free some space, then repeat"));
    }
    assert!(journal.verify(None).await.unwrap().holds());
    place.sql("DROP TRIGGER full_disk ON events").await;
    let appended = journal.append(append(1, vec![fact("a", "new", "{}")])).await.unwrap();
    assert_eq!((appended.position, appended.fresh), (Position(3), true));
    place.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_connection_is_said_and_survived_on_postgres() {
    let place = Place::postgres().await;
    let Database::Postgres(url) = &place.database else { unreachable!() };
    let name = format!("lost_{}", std::process::id());
    let journal = Journal::open(&Database::Postgres(format!("{url}&application_name={name}"))).await.unwrap();
    fill(&journal, &["a", "b"]).await;
    place
        .sql(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{name}'"
        ))
        .await;
    let appended = journal.append(append(1, vec![fact("a", "new", "{}")])).await;
    assert!(matches!(appended, Err(AppendError::Unavailable(_))), "{appended:?}");
    let appended = journal.append(append(1, vec![fact("a", "new", "{}")])).await.unwrap();
    assert_eq!(appended.position, Position(3));
    place.remove().await;
}
