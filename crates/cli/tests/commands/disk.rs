//! A full disk is a clear error, and leaves a journal that can be read and goes on once there is space.

use std::path::Path;
use std::process::Command;

use crate::place::{On, Place, report};

/// A file system of a few mebibytes, in a mount namespace of its own, with a script run inside.
fn on_a_small_disk(place: &Place, script: &str) -> (i32, String) {
    let binary = Path::new(env!("CARGO_BIN_EXE_seaworthy"));
    let data = place.data();
    std::fs::create_dir_all(&data).unwrap();
    let script = format!(
        "set -u; mount -t tmpfs -o size=6m tmpfs {data}; export SEAWORTHY_DATA={data} NO_COLOR=1; cd {folder}; {script}",
        data = data.display(),
        folder = place.path().display(),
    );
    // As root a mount namespace is enough; another user needs a user namespace as well.
    let ran = Command::new("unshare")
        .args(["--mount", "--map-root-user", "bash", "-c", &script])
        .env("PATH", format!("{}:/usr/bin:/bin:/usr/sbin:/sbin", binary.parent().unwrap().display()))
        .env_remove("DATABASE_URL")
        .output()
        .unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    (ran.status.code().unwrap_or(-1), text)
}

#[test]
fn a_full_disk_is_told_and_the_journal_stays_readable() {
    let place = Place::empty(On::Sqlite);
    place.write("seaworthy.toml", crate::place::PRODUCT);
    place.write("first.xml", &report("opens:pass"));
    place.write("second.xml", &report("closes:pass"));
    let ingest = "seaworthy ingest --release 2026.12 --track ios --build 514 --kind smoke";
    let (code, text) = on_a_small_disk(
        &place,
        &format!(
            "seaworthy apply >/dev/null || exit 90
             {ingest} first.xml || exit 91
             dd if=/dev/zero of=$SEAWORTHY_DATA/ballast bs=4096 2>/dev/null
             {ingest} second.xml; echo \"full: $?\"
             seaworthy check --release 2026.12 --track ios >/dev/null; echo \"check: $?\"
             seaworthy journal verify; echo \"verify: $?\"
             rm $SEAWORTHY_DATA/ballast
             {ingest} second.xml; echo \"again: $?\"
             seaworthy journal verify; echo \"verify: $?\""
        ),
    );
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("full: 70"), "{text}");
    assert!(text.to_lowercase().contains("full") && text.contains("free some space"), "{text}");
    assert!(text.contains("check: 0"), "{text}");
    assert!(text.contains("again: 0"), "{text}");
    assert_eq!(text.matches("The journal holds").count(), 2, "{text}");
}
