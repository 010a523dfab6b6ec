//! Tampering behind the journal's back, column by column, and the event that verification names.

use domain::envelope::Position;
use journal::{Broken, Fault};

use crate::place::{Place, contract};
use crate::verifying::filled;

async fn check(place: &Place, sql: &str, position: i64, fault: Fault) {
    let journal = filled(place).await;
    assert_eq!(journal.verify(None).await.unwrap().broken, None);
    place.sql(sql).await;
    let broken = journal.verify(None).await.unwrap().broken;
    assert_eq!(broken, Some(Broken { position: Position(position), fault }), "{sql}");
}

/// Writes one promise per tampered row: SQL (shared, or one text per dialect), the event named, the fault.
macro_rules! tampered {
    ($($name:ident: $sql:expr, $position:expr, $fault:expr;)*) => {
        contract! {
            $(async fn $name(place) {
                let sql = $sql;
                check(place, sql(place), $position, $fault).await;
            })*
        }
    };
}

fn same(sql: &'static str) -> impl Fn(&Place) -> &'static str {
    move |_| sql
}

fn either(sqlite: &'static str, postgres: &'static str) -> impl Fn(&Place) -> &'static str {
    move |place| place.dialect(sqlite, postgres)
}

tampered! {
    another_stream_is_found:
        same("UPDATE events SET stream = 'c' WHERE position = 3"), 3, Fault::Column("stream");
    another_version_is_found:
        same("UPDATE events SET version = 9 WHERE position = 3"), 3, Fault::Column("version");
    another_key_is_found:
        same("UPDATE events SET key = 'x' WHERE position = 3"), 3, Fault::Column("key");
    a_removed_key_is_found:
        same("UPDATE events SET key = NULL WHERE position = 3"), 3, Fault::Column("key");
    another_moment_is_found:
        same("UPDATE events SET recorded_at = recorded_at + 1 WHERE position = 3"), 3, Fault::Column("recorded_at");
    another_header_is_found:
        either(
            "UPDATE events SET header = CAST(REPLACE(header, 'p_1', 'p_2') AS BLOB) WHERE position = 3",
            "UPDATE events SET header = REPLACE(convert_from(header, 'UTF8'), 'p_1', 'p_2')::BYTEA WHERE position = 3",
        ), 3, Fault::Hash;
    another_hash_is_found:
        either(
            "UPDATE events SET hash = zeroblob(32) WHERE position = 3",
            "UPDATE events SET hash = decode(repeat('00', 32), 'hex') WHERE position = 3",
        ), 3, Fault::Hash;
    another_header_with_its_hash_is_found_at_the_next_event:
        either(
            "UPDATE events SET header = (SELECT header FROM events WHERE position = 2), \
             hash = (SELECT hash FROM events WHERE position = 2) WHERE position = 3",
            "UPDATE events SET header = (SELECT header FROM events WHERE position = 2), \
             hash = (SELECT hash FROM events WHERE position = 2) WHERE position = 3",
        ), 3, Fault::Link;
    another_payload_is_found:
        either(
            "UPDATE events SET payload = CAST('{}' AS BLOB) WHERE position = 3",
            "UPDATE events SET payload = '{}'::BYTEA WHERE position = 3",
        ), 3, Fault::Payload;
    another_salt_is_found:
        either(
            "UPDATE events SET salt = zeroblob(16) WHERE position = 3",
            "UPDATE events SET salt = decode(repeat('00', 16), 'hex') WHERE position = 3",
        ), 3, Fault::Payload;
    a_payload_removed_without_its_salt_is_found:
        same("UPDATE events SET payload = NULL WHERE position = 3"), 3, Fault::Payload;
    a_payload_that_nobody_redacted_is_found:
        same("UPDATE events SET payload = NULL, salt = NULL WHERE position = 3"), 3, Fault::Missing;
    a_removed_event_is_found:
        same("DELETE FROM events WHERE position = 3"), 3, Fault::Gap { next: Position(4) };
    a_removed_beginning_is_found:
        same("DELETE FROM events WHERE position < 3"), 1, Fault::Gap { next: Position(3) };
    a_moved_event_is_found:
        same("UPDATE events SET position = 99 WHERE position = 6"), 6, Fault::Gap { next: Position(99) };
    a_position_of_its_own_making_is_found:
        same("DELETE FROM events WHERE position = 6; UPDATE events SET position = 6 WHERE position = 5"),
        5, Fault::Gap { next: Position(6) };
    the_first_of_several_faults_is_named:
        same(
            "UPDATE events SET payload = NULL, salt = NULL WHERE position = 2; \
             UPDATE events SET key = NULL WHERE position = 4",
        ), 2, Fault::Missing;
    an_earlier_fault_goes_before_a_missing_payload:
        same(
            "UPDATE events SET key = NULL WHERE position = 2; \
             UPDATE events SET payload = NULL, salt = NULL WHERE position = 4",
        ), 2, Fault::Column("key");
}
