//! Importing lists: which column holds what, what rows come to, and that the same file again changes nothing.

use std::collections::HashMap;

use domain::criterion::Function;
use domain::envelope::ActorId;
use domain::import::{
    ColumnUse, Confidence, Importing, Kind, Line, Mapping, Outcome, Plan, Signer, Table, guess, plan,
    remembered, whole,
};
use domain::refusal::Refusal;
use domain::speaker::Speaker;

use crate::story::{ADA, Story, at, speaker};

/// A table from lines with "|" between the cells.
fn table(kind: Kind, text: &str) -> Table {
    let line = |(index, line): (usize, &str)| Line {
        number: index as u32 + 1,
        cells: line.split('|').map(|cell| cell.trim().to_owned()).collect(),
    };
    Table::find(text.lines().enumerate().map(line).collect(), kind, &[], true).unwrap()
}

fn story() -> Story {
    let mut story = Story::begin();
    story.build("ios", "514", Some(1));
    story.build("ios", "515", Some(2));
    story.build("android", "40518", Some(1));
    story.candidate("ios", "515");
    story
}

struct Import<'a> {
    kind: Kind,
    said: Mapping,
    speaker: Speaker,
    text: &'a str,
    file: &'a str,
    replaces: bool,
}

fn import(kind: Kind, text: &str) -> Import<'_> {
    Import { kind, said: Mapping::default(), speaker: speaker(ADA), text, file: "list.csv", replaces: true }
}

impl Import<'_> {
    fn with<T>(&self, work: impl FnOnce(&Importing<'_>) -> T) -> Result<T, Refusal> {
        let table = table(self.kind, self.text);
        let none = Mapping::default();
        let uses = guess(self.kind, &table.columns, &self.said, &none)?;
        let signer = |name: &str, functions| {
            let signer = Signer { id: ActorId::new(name.to_lowercase()), functions };
            ((name.to_owned(), String::new()), Ok(signer))
        };
        let signers: HashMap<_, _> =
            [signer("Jo", None), signer("Ada", None), signer("Eve", Some(vec![Function::Marketing]))].into();
        Ok(work(&Importing {
            kind: self.kind,
            file: self.file,
            table: &table,
            uses: &uses,
            words: [&self.said, &none],
            signers: &signers,
            speaker: &self.speaker,
            replaces: self.replaces,
            now: at(1000),
        }))
    }

    fn plan(&self, story: &Story) -> Plan {
        self.with(|importing| plan(&story.release, importing)).unwrap().unwrap()
    }

    /// Carries it out.
    fn into(self, story: &mut Story) -> Plan {
        let plan = self.plan(story);
        for event in plan.events.clone() {
            story.happens(event);
        }
        plan
    }
}

/// Tells a plan, a line for each row: its outcome, what changes, and what is wrong.
fn told(plan: &Plan) -> Vec<String> {
    let row = |row: &domain::import::Planned| {
        let mut told = vec![format!("{} {} {}", row.row, row.outcome.as_str(), row.key)];
        if row.outcome == Outcome::Changed {
            told.extend(row.changes.iter().map(|change| {
                let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "nothing".to_owned());
                format!("{}: {} → {}", change.field.as_str(), text(&change.from), text(&change.to))
            }));
        }
        told.extend(row.troubles.iter().map(|trouble| {
            let mark = if trouble.error { "!" } else { "?" };
            format!("{mark} {}: {}", trouble.column.as_deref().unwrap_or("row"), trouble.sentence)
        }));
        told.join("; ")
    };
    plan.rows.iter().map(row).collect()
}

fn check(kind: Kind, text: &str, expect: &[&str]) {
    assert_eq!(told(&import(kind, text).plan(&story())), expect, "{text}");
}

#[test]
fn columns_are_known_by_their_names() {
    use Confidence::{Likely, Sure};
    let check = |kind: Kind, header: &str, expect: &[(&str, Option<Confidence>)]| {
        let table = table(kind, &format!("{header}\n{}", header.replace(|c| c != '|', "x")));
        let uses = guess(kind, &table.columns, &Mapping::default(), &Mapping::default()).unwrap();
        let found: Vec<_> = uses
            .iter()
            .map(|taken| (taken.field.map_or("", |field| field.as_str()), taken.confidence))
            .collect();
        assert_eq!(found, expect, "{header}");
    };
    // As Jira exports it.
    check(
        Kind::Defects,
        "Summary|Issue key|Issue id|Issue Type|Status|Priority|Resolution|Affects Version/s|Fix Version/s|Component/s|Custom field (Severity)|Assignee",
        &[
            ("title", Some(Sure)),
            ("key", Some(Sure)),
            ("", None),
            ("", None),
            ("state", Some(Sure)),
            ("priority", Some(Sure)),
            ("resolution", Some(Sure)),
            ("found_in", Some(Sure)),
            ("fixed_in", Some(Sure)),
            ("areas", Some(Sure)),
            ("severity", Some(Sure)),
            ("", None),
        ],
    );
    check(
        Kind::Defects,
        "ID|TITLE|bug-severity|Prioritty|Affected platforms|Defect Status",
        &[
            ("key", Some(Sure)),
            ("title", Some(Sure)),
            ("severity", Some(Sure)),
            ("priority", Some(Likely)),
            ("tracks", Some(Sure)),
            ("state", Some(Likely)),
        ],
    );
    check(
        Kind::Changes,
        "Ticket|Feature|Business value|Dev done|QA signed off|PO",
        &[
            ("key", Some(Sure)),
            ("title", Some(Sure)),
            ("intent", Some(Sure)),
            ("engineering", Some(Sure)),
            ("qa", Some(Sure)),
            ("product", Some(Sure)),
        ],
    );
    check(
        Kind::SignOffs,
        "Platform|Build|Team|Signed off by|Date|Comment",
        &[
            ("track", Some(Sure)),
            ("build", Some(Sure)),
            ("function", Some(Sure)),
            ("who", Some(Sure)),
            ("when", Some(Sure)),
            ("notes", Some(Sure)),
        ],
    );
}

#[test]
fn what_is_said_goes_before_what_is_remembered_and_that_before_a_guess() {
    use domain::import::Field;
    let columns = table(Kind::Defects, "A|Title|Key\nx|y|z").columns;
    let mapping = |pairs: &[(&str, Option<Field>)]| Mapping {
        columns: pairs.iter().map(|(name, field)| ((*name).to_owned(), *field)).collect(),
        values: Default::default(),
    };
    let uses = |said: &Mapping, before: &Mapping| -> Vec<ColumnUse> {
        guess(Kind::Defects, &columns, said, before).unwrap()
    };
    let before = mapping(&[("A", Some(Field::Title)), ("Title", None), ("Gone", Some(Field::Url))]);
    let told = |uses: &[ColumnUse]| uses.iter().map(|taken| taken.field).collect::<Vec<_>>();
    assert_eq!(told(&uses(&Mapping::default(), &before)), [Some(Field::Title), None, Some(Field::Key)]);
    let said = mapping(&[("Title", Some(Field::Title))]);
    let settled = uses(&said, &before);
    assert_eq!(told(&settled), [None, Some(Field::Title), Some(Field::Key)]);
    let after = remembered(&before, &settled, &said);
    assert_eq!(after.columns["Title"], Some(Field::Title));
    assert_eq!(after.columns["Gone"], Some(Field::Url), "a column of another file stays");
    for (said, expect) in [
        (mapping(&[("Titel", Some(Field::Title))]), "There is no column “Titel”. Did you mean “Title”?"),
        (mapping(&[("A", Some(Field::Who))]), "Defects have no who"),
        (
            mapping(&[("A", Some(Field::Key)), ("Title", Some(Field::Key))]),
            "Two columns are said to be the key",
        ),
    ] {
        let refusal = guess(Kind::Defects, &columns, &said, &Mapping::default()).unwrap_err();
        assert!(refusal.sentence.contains(expect), "{refusal}");
    }
}

#[test]
fn the_header_is_found_under_titles_and_between_empty_rows() {
    let found = table(
        Kind::Defects,
        "Open defects|as of Monday\n||\nKey|Title|Severity\nA-1|Sync|high\n||\nKey|Title|Severity\nA-2|Maps|low",
    );
    assert_eq!(found.header, 3);
    assert_eq!(found.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [4, 7]);
    let jira = table(Kind::Defects, "Key|Summary|Component|Component|\nA-1|Sync|Maps|Sync|left over");
    let names: Vec<(&str, usize)> =
        jira.columns.iter().map(|column| (column.name.as_str(), column.at.len())).collect();
    assert_eq!(names, [("Key", 1), ("Summary", 1), ("Component", 2)]);
    assert!(jira.ragged.contains(&2), "a cell beyond the header may stand in the wrong column");
    for (lines, expect) in [
        (Vec::new(), "There is nothing in this file"),
        (
            vec![Line { number: 1, cells: (0..300).map(|at| format!("c{at}")).collect() }],
            "has 300 columns, and at most 200",
        ),
    ] {
        let refusal = Table::find(lines, Kind::Defects, &[], true).unwrap_err();
        assert!(refusal.sentence.contains(expect), "{refusal}");
    }
}

#[test]
fn a_row_that_cannot_be_read_is_told_with_its_column_and_what_would_do() {
    let header = "Key|Title|Severity|Status|Platform|Found in|Fixed in|Duplicate of|Link";
    let row = |row: &str| format!("{header}\n{row}");
    check(Kind::Defects, &row("A-1|Sync|S1|Open|iOS; Wear OS|iOS 514|||"), &["2 new A-1"]);
    check(Kind::Defects, &row("#12|Sync|1|Done|ios|514|515||"), &["2 new 12"]);
    check(
        Kind::Defects,
        &row("A-1|Sync|S9|Open|ios||||"),
        &[
            "2 error A-1; ! Severity: “S9” is no severity that is known here. Write critical, high, medium or low, or say \
           what it means.",
        ],
    );
    check(
        Kind::Defects,
        &row("A-1|Sync|||Andriod||||"),
        &[
            "2 error A-1; ! Platform: “Andriod” is no track that is known here. Did you mean android? Write ios, android or \
           wearos, or say what it means.",
        ],
    );
    check(
        Kind::Defects,
        &row("A-1|Sync|high|Open|iOS|iOS 999, 40518|||nowhere"),
        &[
            "2 new A-1; ? Found in: iOS has no build 999 on record. It is left out.; ? Found in: iOS has no build \
           40518 on record. It is left out.; ? Link: nowhere is no address of a page. Write it as \
           https://tracker.example/TW-2304, or leave it out. It is left out.",
        ],
    );
    check(
        Kind::Defects,
        &row("A-1|Sync|high|Duplicate|iOS||||"),
        &[
            "2 error A-1; ! Status: It is said to be a duplicate, and not of which. Name the original in a column “Duplicate \
           of”, or say that it is open or rejected.",
        ],
    );
    check(
        Kind::Defects,
        &row("|Sync|||||||\nA-1||||||||\nA-2|x\nA-2|y\nA 3|z\nA-4|z|||||||||w"),
        &[
            "2 error ; ! Key: There is no key in this row. Give a defect its key: without one, importing again would \
             bring it twice.",
            "3 error A-1; ! Title: There is no title in this row. Say in one line what it is.",
            "4 new A-2",
            "5 error A-2; ! Key: A-2 is in row 4 already. Keep one of the two.",
            "6 error ; ! Key: `A 3` is not a defect's key: use one word without spaces or slashes, as in `TW-2304`.",
            "7 error A-4; ! row: This row has more cells than the header, so that they may stand in the wrong columns. Put \
             a text with a comma in it in quotes.",
        ],
    );
    check(
        Kind::Defects,
        &row("A-1|x||Duplicate||||A-2|\nA-2|y||Duplicate||||A-1|"),
        &[
            "2 new A-1",
            "3 error A-2; ! Duplicate of: A-1 counts as a duplicate of A-2 already. Say of one of them alone that it is the \
             duplicate.",
        ],
    );
}

#[test]
fn importing_again_changes_only_what_differs() {
    let mut story = story();
    let first = "Key|Title|Severity|Status|Platform|Found in\nA-1|Sync|high|Open|iOS|iOS 514\nA-2|Maps|low|Won’t fix|Android|";
    import(Kind::Defects, first).into(&mut story);
    let defect = &story.release.defects[&crate::story::key("A-2")];
    assert_eq!((defect.report.state.as_str(), defect.report.status.as_deref()), ("open", Some("Won’t fix")));
    let again = import(Kind::Defects, first).into(&mut story);
    assert_eq!((again.events.len(), again.counts.same), (0, 2));
    // A cell that changed is one event; a column that is not there leaves what is on record; an empty cell empties.
    let changed = "Key|Title|Severity|Status\nA-1|Sync|critical|Open\nA-3|New|low|Open";
    let plan = import(Kind::Defects, changed).into(&mut story);
    assert_eq!(told(&plan), ["2 changed A-1; severity: high → critical", "3 new A-3"]);
    assert_eq!(plan.events.len(), 2);
    assert_eq!(plan.gone, ["A-2 “Maps”"]);
    assert_eq!(story.release.defects[&crate::story::key("A-1")].report.found_in.len(), 1);
    let emptied = import(Kind::Defects, "Key|Title|Severity\nA-1|Sync|").into(&mut story);
    assert_eq!(told(&emptied), ["2 changed A-1; severity: critical → nothing"]);
    let other = Import { file: "other.csv", ..import(Kind::Defects, "Key|Title\nA-1|Sync") };
    assert_eq!(other.plan(&story).gone.len(), 0, "another file says nothing of what came from this one");
}

#[test]
fn what_is_of_others_is_replaced_only_by_whoever_may() {
    let mut story = story();
    story.defect("A-1", "Sync");
    let text = "Key|Title|Severity\nA-1|Sync|high\nA-2|Maps|";
    let of = |actor: &str, file: &'static str, text: &'static str| Import {
        speaker: speaker(actor),
        file,
        replaces: false,
        ..import(Kind::Defects, text)
    };
    let errors = |import: Import<'_>, story: &Story| told(&import.plan(story))[0].clone();
    let by_hand = errors(of("max", "list.csv", text), &story);
    assert!(
        by_hand.contains("A-1 was written by hand by somebody else. To replace it takes a coordinator"),
        "{by_hand}"
    );
    assert!(errors(of(ADA, "list.csv", text), &story).contains("changed A-1"), "one's own");
    of(ADA, "list.csv", text).into(&mut story);
    let low = "Key|Title|Severity\nA-1|Sync|low";
    let elsewhere = errors(of("max", "other.csv", low), &story);
    assert!(elsewhere.contains("A-1 comes from another file"), "{elsewhere}");
    assert!(errors(of("max", "list.csv", low), &story).contains("changed A-1"), "the same file");
}

#[test]
fn what_was_taken_out_stays_out_and_what_was_written_here_becomes_the_files() {
    let mut story = story();
    story.defect("A-1", "Sync");
    story.defect("A-2", "Maps");
    let (key, ada) = (crate::story::key("A-1"), ActorId::new(ADA));
    let withdrawn = domain::command::defect::withdraw(&story.release, &key, "of another app", &ada);
    story.settle(withdrawn);
    let plan = import(Kind::Defects, "Key|Title|Severity\nA-1|Sync|high\nA-2|Maps|high").into(&mut story);
    assert_eq!(
        told(&plan),
        [
            "2 same A-1; ? row: It was taken out of this release: of another app. It stays out, as it was reported last.",
            "3 changed A-2; severity: nothing → high; ? row: It was written here by hand. From now on the file says how it \
             is.",
        ]
    );
}

#[test]
fn a_word_can_be_said_to_mean_something() {
    let text = "Key|Title|Status|Platform\nA-1|Sync|In Arbeit|iPhone, Web";
    let plan = import(Kind::Defects, text).plan(&story());
    let unknown: Vec<_> =
        plan.unknown.iter().map(|word| (word.column.as_str(), word.text.as_str(), word.rows)).collect();
    assert_eq!(unknown, [("Platform", "Web", 1), ("Platform", "iPhone", 1), ("Status", "In Arbeit", 1)]);
    let words = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(text, word)| ((*text).to_owned(), (*word).to_owned())).collect()
    };
    let values = [
        ("Status".to_owned(), words(&[("in arbeit", "open")])),
        ("Platform".to_owned(), words(&[("iPhone", "ios"), ("Web", "-")])),
    ];
    let said = Mapping { columns: Default::default(), values: values.into() };
    let mut story = story();
    let plan = Import { said, ..import(Kind::Defects, text) }.into(&mut story);
    assert_eq!(told(&plan), ["2 new A-1"]);
    let report = &story.release.defects[&crate::story::key("A-1")].report;
    assert_eq!(report.tracks, [crate::story::track("ios")]);
    assert_eq!(report.status.as_deref(), Some("In Arbeit"), "the tracker's own word is kept");
}

#[test]
fn closed_without_mending_is_open() {
    let mut story = story();
    let text = "Key|Title|Status|Resolution|Duplicate of\nA-1|a|Closed|Won't Do|\nA-2|b|Closed|Fixed|\nA-3|c|Closed|Duplicate|A-1\nA-4|d|Closed|Cannot Reproduce|";
    import(Kind::Defects, text).into(&mut story);
    let state = |key: &str| story.release.defects[&crate::story::key(key)].report.state.as_str();
    assert_eq!(["A-1", "A-2", "A-3", "A-4"].map(state), ["open", "verified", "rejected", "rejected"]);
}

#[test]
fn a_mark_counts_for_functions_that_are_the_importers() {
    let text = "Key|Feature|Dev done|QA|PO|Priority|Platforms\nC-1|Routes|yes|✓||P1|all\nC-2|Maps|no|perhaps||P2|iOS";
    let mut story = story();
    let speaker = Speaker { functions: Some(vec![Function::Engineering]), ..speaker(ADA) };
    let plan = Import { speaker: speaker.clone(), ..import(Kind::Changes, text) }.into(&mut story);
    assert_eq!(
        told(&plan),
        [
            "2 new C-1; ? QA: That it is done takes the word of qa, for which you do not speak. The mark is left out.",
            "3 error C-2; ! QA: “perhaps” is no mark that is known here. Write yes or no, or say what it means.",
        ]
    );
    let change = story.release.changes.values().next().unwrap();
    assert_eq!(change.undone().map(Function::as_str).collect::<Vec<_>>(), ["qa", "product"]);
    let again = Import { speaker: speaker.clone(), ..import(Kind::Changes, text) }.plan(&story);
    assert_eq!(again.events.len(), 0);
    let unmarked = "Key|Feature|Dev done|Priority|Platforms\nC-1|Routes|no|P1|";
    let plan = Import { speaker, ..import(Kind::Changes, unmarked) }.plan(&story);
    assert!(told(&plan)[0].contains("What was said stays"), "{:?}", told(&plan));
    assert_eq!(plan.events.len(), 0);
}

#[test]
fn a_sign_off_is_the_word_of_whoever_is_named_and_no_is_none() {
    let header = "Track|Build|Function|Signed off by|Signed off|Date|Notes";
    let text = format!(
        "{header}\niOS|515|QA|Jo|yes|24 Nov|all ran\nios|4.2.0 (515)|marketing|Eve|✓||\niOS|515|product|Jo|pending||\niOS|514|qa|Jo|yes||\niOS|515|engineering|Eve|yes||\nAndroid|515|qa|Jo|yes||\niOS|515|ops|Max|yes||"
    );
    let mut story = story();
    let mut import = import(Kind::SignOffs, &text);
    import.file = "signed.xlsx";
    let plan = import.plan(&story);
    let told = told(&plan);
    assert!(told[0].starts_with("2 new"), "{told:?}");
    assert!(told[1].starts_with("3 new"), "{told:?}");
    assert!(told[2].starts_with("4 same") && told[2].contains("not signed off yet"), "{told:?}");
    assert!(
        told[3].starts_with("5 error") && told[3].contains("Only the candidate is signed off"),
        "{told:?}"
    );
    assert!(told[4].starts_with("6 error") && told[4].contains("takes the word of engineering"), "{told:?}");
    assert!(told[5].contains("Android has no build 515 on record"), "{told:?}");
    let text = format!("{header}\niOS|515|QA|Jo|yes|24 Nov|all ran");
    let mut import = self::import(Kind::SignOffs, &text);
    import.file = "signed.xlsx";
    import.into(&mut story);
    let signed = &story.release.tracks[&crate::story::track("ios")].sign_offs[0];
    let behalf = signed.behalf.as_ref().unwrap();
    assert_eq!((behalf.of.as_str(), behalf.source.as_str()), ("jo", "signed.xlsx, row 2, given 24 Nov"));
    story.candidate("ios", "514");
    let again = self::import(Kind::SignOffs, &text).plan(&story);
    assert_eq!(
        (again.events.len(), again.counts.same),
        (0, 1),
        "what is on record stays, whatever is nominated"
    );
}

#[test]
fn a_file_that_is_all_there_is_makes_a_list_whole() {
    let mut story = story();
    let good = import(Kind::Defects, "Key|Title\nA-1|Sync");
    let plan = good.plan(&story);
    let event = good.with(|importing| whole(&story.release, importing, &plan)).unwrap().unwrap().unwrap();
    for event in plan.events.into_iter().chain([event]) {
        story.happens(event);
    }
    assert!(story.release.whole(domain::listing::List::Defects).is_some());
    let plan = good.plan(&story);
    let again = good.with(|importing| whole(&story.release, importing, &plan)).unwrap().unwrap();
    assert!(again.is_none(), "nothing has happened since");
    let bad = import(Kind::Defects, "Key|Title\nA-1|");
    let plan = bad.plan(&story);
    let refusal = bad.with(|importing| whole(&story.release, importing, &plan)).unwrap().unwrap_err();
    assert!(refusal.sentence.contains("1 row cannot be imported"), "{refusal}");
}

#[test]
fn a_column_that_is_needed_is_asked_for() {
    let refusal = import(Kind::Defects, "Kennung|Titel\nA-1|Sync")
        .with(|importing| plan(&story().release, importing))
        .unwrap()
        .unwrap_err();
    assert!(refusal.sentence.starts_with("No column is known to hold the key"), "{refusal}");
}
