//! What the words of other trackers and of spreadsheets mean in ours.
//!
//! Invariant: a word that is not here means nothing, and is asked about rather than guessed.

use super::Field;
use super::field::plain;
use crate::criterion::Function;
use crate::defect::{DefectState, Priority, Severity};
use crate::release::Release;

/// What stands for nothing, also as what somebody says that a word means.
pub(super) const NOTHING: &str = "-";
/// What somebody says a word means that tells a duplicate.
const DUPLICATE: &str = "duplicate";

/// How a defect stands, as a tracker tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stands {
    As(DefectState),
    Duplicate,
}

/// Why it was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closed {
    /// By mending it, or not at all: how it stands is told by its state.
    AsItStands,
    /// Nobody will mend it: users meet it all the same.
    Unmended,
    Rejected,
    Duplicate,
}

const OPEN: &[&str] = &[
    "open",
    "opened",
    "new",
    "todo",
    "backlog",
    "inprogress",
    "indevelopment",
    "indev",
    "reopened",
    "reopen",
    "assigned",
    "accepted",
    "acknowledged",
    "confirmed",
    "unconfirmed",
    "triage",
    "triaged",
    "intriage",
    "needstriage",
    "untriaged",
    "selectedfordevelopment",
    "readyfordevelopment",
    "readyfordev",
    "ready",
    "planned",
    "blocked",
    "onhold",
    "waiting",
    "pending",
    "active",
    "inreview",
    "review",
    "codereview",
    "started",
    "doing",
    "investigating",
    "needinfo",
    "needsinfo",
    "draft",
    "submitted",
];
const UNMENDED: &[&str] = &[
    "wontfix",
    "wontdo",
    "willnotfix",
    "willnotdo",
    "wontbefixed",
    "notplanned",
    "knownissue",
    "known",
    "asis",
    "deferred",
    "postponed",
    "later",
    "suspended",
    "acceptedrisk",
    "riskaccepted",
    "closedwontfix",
    "resolvedwontfix",
    "closedasnotplanned",
];
const RESOLVED: &[&str] = &[
    "resolved",
    "fixed",
    "done",
    "inqa",
    "qa",
    "readyforqa",
    "readyfortest",
    "readyfortesting",
    "readytotest",
    "intest",
    "intesting",
    "testing",
    "inverification",
    "toverify",
    "readyforverification",
    "merged",
    "implemented",
    "completed",
    "complete",
    "finished",
    "delivered",
    "resolvedfixed",
    "fixcommitted",
];
const VERIFIED: &[&str] = &[
    "verified",
    "closed",
    "released",
    "tested",
    "testpassed",
    "qapassed",
    "qaverified",
    "qadone",
    "closedfixed",
    "verifiedfixed",
    "verifiedclosed",
    "fixreleased",
];
const REJECTED: &[&str] = &[
    "rejected",
    "invalid",
    "notabug",
    "notadefect",
    "notanissue",
    "nobug",
    "nodefect",
    "cannotreproduce",
    "cantreproduce",
    "cantrepro",
    "couldnotreproduce",
    "unabletoreproduce",
    "notreproducible",
    "unreproducible",
    "irreproducible",
    "worksforme",
    "worksasdesigned",
    "worksasintended",
    "workingasintended",
    "asdesigned",
    "bydesign",
    "obsolete",
    "declined",
    "canceled",
    "cancelled",
    "abandoned",
];
const DUPLICATES: &[&str] = &[
    "duplicate",
    "duplicated",
    "dup",
    "dupe",
    "isduplicate",
    "closedduplicate",
    "closedasduplicate",
    "resolvedduplicate",
];
const EMPTY: &[&str] =
    &["", "none", "na", "null", "nil", "unset", "notset", "unknown", "undefined", "notspecified"];

const SEVERITIES: [(&[&str], Severity); 4] = [
    (
        &[
            "critical",
            "crit",
            "blocker",
            "blocking",
            "showstopper",
            "fatal",
            "catastrophic",
            "s0",
            "s1",
            "sev0",
            "sev1",
            "0",
            "1",
            "highest",
            "urgent",
        ],
        Severity::Critical,
    ),
    (&["high", "major", "severe", "serious", "s2", "sev2", "2"], Severity::High),
    (&["medium", "med", "minor", "moderate", "normal", "average", "s3", "sev3", "3"], Severity::Medium),
    (&["low", "lowest", "trivial", "cosmetic", "tweak", "s4", "s5", "sev4", "sev5", "4", "5"], Severity::Low),
];
const PRIORITIES: [(&[&str], Priority); 4] = [
    (
        &["p1", "p0", "0", "1", "highest", "urgent", "immediate", "blocker", "critical", "asap", "prio1"],
        Priority::P1,
    ),
    (&["p2", "2", "high", "major", "prio2"], Priority::P2),
    (&["p3", "3", "medium", "med", "normal", "minor", "prio3"], Priority::P3),
    (&["p4", "p5", "4", "5", "low", "lowest", "trivial", "prio4"], Priority::P4),
];
const YES: &[&str] = &[
    "yes",
    "y",
    "true",
    "t",
    "x",
    "1",
    "done",
    "ok",
    "okay",
    "complete",
    "completed",
    "approved",
    "accepted",
    "signed",
    "signedoff",
    "go",
    "passed",
    "pass",
    "merged",
    "tested",
    "checked",
    "ja",
    "oui",
    "si",
];
const NO: &[&str] = &[
    "no",
    "n",
    "false",
    "f",
    "0",
    "notdone",
    "notyet",
    "open",
    "todo",
    "pending",
    "inprogress",
    "waiting",
    "incomplete",
    "rejected",
    "declined",
    "nogo",
    "failed",
    "fail",
    "blocked",
    "nein",
    "non",
];
const FUNCTIONS: [(&[&str], Function); 6] = [
    (&["engineering", "eng", "development", "dev", "developers", "rd"], Function::Engineering),
    (&["product", "productmanagement", "productowner", "pm", "po"], Function::Product),
    (&["qa", "quality", "qualityassurance", "test", "testing", "qe"], Function::Qa),
    (&["operations", "ops", "devops", "sre", "support"], Function::Operations),
    (&["marketing", "growth", "gtm"], Function::Marketing),
    (&["leadership", "management", "executive", "executives", "sponsor"], Function::Leadership),
];

/// Tells whether a text says nothing, or that there is nothing.
pub(super) fn is_nothing(text: &str) -> bool {
    EMPTY.contains(&plain(text).as_str())
}

/// Looks a text up as it is, and if it is not there by its words, as in "1 - Critical"; if they agree.
fn find<T: Copy + PartialEq>(text: &str, look: impl Fn(&str) -> Option<T>) -> Option<T> {
    look(&plain(text)).or_else(|| {
        let mut found = text.split(|c: char| !c.is_alphanumeric()).map(plain).filter_map(|word| look(&word));
        let first = found.next()?;
        found.all(|other| other == first).then_some(first)
    })
}

fn among<T: Copy>(table: &[(&[&str], T)], word: &str) -> Option<T> {
    table.iter().find(|(words, _)| words.contains(&word)).map(|(_, meant)| *meant)
}

pub(super) fn severity(text: &str) -> Option<Severity> {
    find(text, |word| among(&SEVERITIES, word))
}

pub(super) fn priority(text: &str) -> Option<Priority> {
    find(text, |word| among(&PRIORITIES, word))
}

pub(super) fn stands(text: &str) -> Option<Stands> {
    let word = plain(text);
    let states = [
        (OPEN, DefectState::Open),
        (UNMENDED, DefectState::Open),
        (RESOLVED, DefectState::Resolved),
        (VERIFIED, DefectState::Verified),
        (REJECTED, DefectState::Rejected),
    ];
    if DUPLICATES.contains(&word.as_str()) {
        return Some(Stands::Duplicate);
    }
    among(&states, &word).map(Stands::As)
}

pub(super) fn closed(text: &str) -> Option<Closed> {
    let word = plain(text);
    let known = [
        (UNMENDED, Closed::Unmended),
        (REJECTED, Closed::Rejected),
        (DUPLICATES, Closed::Duplicate),
        (RESOLVED, Closed::AsItStands),
        (VERIFIED, Closed::AsItStands),
        (OPEN, Closed::AsItStands),
        (&["unresolved"], Closed::AsItStands),
    ];
    among(&known, &word)
}

pub(super) fn function(text: &str) -> Option<Function> {
    find(text, |word| among(&FUNCTIONS, word))
}

/// Reads a mark: whether something is done.
pub(super) fn mark(text: &str) -> Option<bool> {
    let bare = text.trim();
    if ["✓", "✔", "✔️", "☑", "☑️", "✅", "👍", "+"].contains(&bare) {
        return Some(true);
    }
    if ["✗", "✘", "☐", "❌", "-", "–", "—"].contains(&bare) || is_nothing(bare) {
        return Some(false);
    }
    among(&[(YES, true), (NO, false)], &plain(text))
}

/// Returns what a text in a column of this field can be said to mean; nothing where it means itself.
pub fn choices(field: Field, release: &Release) -> Vec<String> {
    let names = |names: &mut dyn Iterator<Item = &'static str>| names.map(str::to_owned).collect::<Vec<_>>();
    let mut choices = match field {
        Field::Severity => names(&mut Severity::ALL.iter().map(|(name, _)| *name)),
        Field::Priority => names(&mut Priority::ALL.iter().map(|(name, _)| *name)),
        Field::State => names(&mut DefectState::ALL.iter().map(|(name, _)| *name).chain([DUPLICATE])),
        Field::Resolution => names(&mut ["fixed", "wontfix", "rejected", DUPLICATE].into_iter()),
        Field::Tracks | Field::Track => {
            release.live_tracks().map(|track| track.description.id.to_string()).collect()
        }
        Field::Function => names(&mut Function::ALL.iter().map(|(name, _)| *name)),
        Field::Engineering | Field::Qa | Field::Product | Field::Signed => {
            names(&mut ["yes", "no"].into_iter())
        }
        _ => return Vec::new(),
    };
    choices.push(NOTHING.to_owned());
    choices
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severities_and_priorities_of_many_trackers_are_read() {
        for (text, expect) in [
            ("Blocker", Some(Severity::Critical)),
            ("S1", Some(Severity::Critical)),
            ("1 - Critical", Some(Severity::Critical)),
            ("Sev-2", Some(Severity::High)),
            ("Major", Some(Severity::High)),
            ("S3 (medium)", Some(Severity::Medium)),
            ("minor", Some(Severity::Medium)),
            ("Trivial", Some(Severity::Low)),
            ("4", Some(Severity::Low)),
            // Its words do not agree.
            ("1 - Low", None),
            ("S9", None),
            ("hoch", None),
        ] {
            assert_eq!(severity(text), expect, "{text}");
        }
        for (text, expect) in [
            ("P0", Some(Priority::P1)),
            ("Highest", Some(Priority::P1)),
            ("P2 – high", Some(Priority::P2)),
            ("medium", Some(Priority::P3)),
            ("Lowest", Some(Priority::P4)),
            ("soon", None),
        ] {
            assert_eq!(priority(text), expect, "{text}");
        }
    }

    #[test]
    fn what_nobody_will_mend_stays_open() {
        let state = |state| Some(Stands::As(state));
        for (text, expect) in [
            ("To Do", state(DefectState::Open)),
            ("In Progress", state(DefectState::Open)),
            ("Reopened", state(DefectState::Open)),
            ("Won’t fix", state(DefectState::Open)),
            ("WONTFIX", state(DefectState::Open)),
            ("Known issue", state(DefectState::Open)),
            ("Done", state(DefectState::Resolved)),
            ("In QA", state(DefectState::Resolved)),
            ("Closed", state(DefectState::Verified)),
            ("Not a bug", state(DefectState::Rejected)),
            ("Cannot Reproduce", state(DefectState::Rejected)),
            ("Duplicate", Some(Stands::Duplicate)),
            ("In Arbeit", None),
        ] {
            assert_eq!(stands(text), expect, "{text}");
        }
        for (text, expect) in [
            ("Won't Do", Some(Closed::Unmended)),
            ("Fixed", Some(Closed::AsItStands)),
            ("Unresolved", Some(Closed::AsItStands)),
            ("Duplicate", Some(Closed::Duplicate)),
            ("Cannot Reproduce", Some(Closed::Rejected)),
            ("because", None),
        ] {
            assert_eq!(closed(text), expect, "{text}");
        }
    }

    #[test]
    fn marks_and_functions_are_read() {
        for (text, expect) in [
            ("yes", Some(true)),
            ("✓", Some(true)),
            ("TRUE", Some(true)),
            ("x", Some(true)),
            ("Done", Some(true)),
            ("no", Some(false)),
            ("", Some(false)),
            ("–", Some(false)),
            ("pending", Some(false)),
            ("half", None),
        ] {
            assert_eq!(mark(text), expect, "{text}");
        }
        assert_eq!(function("QA team"), Some(Function::Qa));
        assert_eq!(function("Product Management"), Some(Function::Product));
        assert_eq!(function("sales"), None);
    }
}
