//! The table of OWASP ASVS 5.0 in `docs/security/asvs.md`: whole, without a hole, and naming what is there.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::fs;
use std::path::{Path, PathBuf};

/// The requirements of levels 1 and 2 in version 5.0.0: by section, each with its level.
const REQUIREMENTS: &[(&str, &[(u8, u8)])] = &[
    ("1.1", &[(1, 2), (2, 2)]),
    ("1.2", &[(1, 1), (2, 1), (3, 1), (4, 1), (5, 1), (6, 2), (7, 2), (8, 2), (9, 2)]),
    ("1.3", &[(1, 1), (2, 1), (3, 2), (4, 2), (5, 2), (6, 2), (7, 2), (8, 2), (9, 2), (10, 2), (11, 2)]),
    ("1.4", &[(1, 2), (2, 2), (3, 2)]),
    ("1.5", &[(1, 1), (2, 2)]),
    ("2.1", &[(1, 1), (2, 2), (3, 2)]),
    ("2.2", &[(1, 1), (2, 1), (3, 2)]),
    ("2.3", &[(1, 1), (2, 2), (3, 2), (4, 2)]),
    ("2.4", &[(1, 2)]),
    ("3.2", &[(1, 1), (2, 1)]),
    ("3.3", &[(1, 1), (2, 2), (3, 2), (4, 2)]),
    ("3.4", &[(1, 1), (2, 1), (3, 2), (4, 2), (5, 2), (6, 2)]),
    ("3.5", &[(1, 1), (2, 1), (3, 1), (4, 2), (5, 2)]),
    ("3.7", &[(1, 2), (2, 2)]),
    ("4.1", &[(1, 1), (2, 2), (3, 2)]),
    ("4.2", &[(1, 2)]),
    ("4.3", &[(1, 2), (2, 2)]),
    ("4.4", &[(1, 1), (2, 2), (3, 2), (4, 2)]),
    ("5.1", &[(1, 2)]),
    ("5.2", &[(1, 1), (2, 1), (3, 2)]),
    ("5.3", &[(1, 1), (2, 1)]),
    ("5.4", &[(1, 2), (2, 2), (3, 2)]),
    ("6.1", &[(1, 1), (2, 2), (3, 2)]),
    (
        "6.2",
        &[(1, 1), (2, 1), (3, 1), (4, 1), (5, 1), (6, 1), (7, 1), (8, 1), (9, 2), (10, 2), (11, 2), (12, 2)],
    ),
    ("6.3", &[(1, 1), (2, 1), (3, 2), (4, 2)]),
    ("6.4", &[(1, 1), (2, 1), (3, 2), (4, 2)]),
    ("6.5", &[(1, 2), (2, 2), (3, 2), (4, 2), (5, 2)]),
    ("6.6", &[(1, 2), (2, 2), (3, 2)]),
    ("6.8", &[(1, 2), (2, 2), (3, 2), (4, 2)]),
    ("7.1", &[(1, 2), (2, 2), (3, 2)]),
    ("7.2", &[(1, 1), (2, 1), (3, 1), (4, 1)]),
    ("7.3", &[(1, 2), (2, 2)]),
    ("7.4", &[(1, 1), (2, 1), (3, 2), (4, 2), (5, 2)]),
    ("7.5", &[(1, 2), (2, 2)]),
    ("7.6", &[(1, 2), (2, 2)]),
    ("8.1", &[(1, 1), (2, 2)]),
    ("8.2", &[(1, 1), (2, 1), (3, 2)]),
    ("8.3", &[(1, 1)]),
    ("8.4", &[(1, 2)]),
    ("9.1", &[(1, 1), (2, 1), (3, 1)]),
    ("9.2", &[(1, 1), (2, 2), (3, 2), (4, 2)]),
    ("10.1", &[(1, 2), (2, 2)]),
    ("10.2", &[(1, 2), (2, 2)]),
    ("10.3", &[(1, 2), (2, 2), (3, 2), (4, 2)]),
    ("10.4", &[(1, 1), (2, 1), (3, 1), (4, 1), (5, 1), (6, 2), (7, 2), (8, 2), (9, 2), (10, 2), (11, 2)]),
    ("10.5", &[(1, 2), (2, 2), (3, 2), (4, 2), (5, 2)]),
    ("10.6", &[(1, 2), (2, 2)]),
    ("10.7", &[(1, 2), (2, 2), (3, 2)]),
    ("11.1", &[(1, 2), (2, 2)]),
    ("11.2", &[(1, 2), (2, 2), (3, 2)]),
    ("11.3", &[(1, 1), (2, 1), (3, 2)]),
    ("11.4", &[(1, 1), (2, 2), (3, 2), (4, 2)]),
    ("11.5", &[(1, 2)]),
    ("11.6", &[(1, 2)]),
    ("12.1", &[(1, 1), (2, 2), (3, 2)]),
    ("12.2", &[(1, 1), (2, 1)]),
    ("12.3", &[(1, 2), (2, 2), (3, 2), (4, 2)]),
    ("13.1", &[(1, 2)]),
    ("13.2", &[(1, 2), (2, 2), (3, 2), (4, 2), (5, 2)]),
    ("13.3", &[(1, 2), (2, 2)]),
    ("13.4", &[(1, 1), (2, 2), (3, 2), (4, 2), (5, 2)]),
    ("14.1", &[(1, 2), (2, 2)]),
    ("14.2", &[(1, 1), (2, 2), (3, 2), (4, 2)]),
    ("14.3", &[(1, 1), (2, 2), (3, 2)]),
    ("15.1", &[(1, 1), (2, 2), (3, 2)]),
    ("15.2", &[(1, 1), (2, 2), (3, 2)]),
    ("15.3", &[(1, 1), (2, 2), (3, 2), (4, 2), (5, 2), (6, 2), (7, 2)]),
    ("16.1", &[(1, 2)]),
    ("16.2", &[(1, 2), (2, 2), (3, 2), (4, 2), (5, 2)]),
    ("16.3", &[(1, 2), (2, 2), (3, 2), (4, 2)]),
    ("16.4", &[(1, 2), (2, 2), (3, 2)]),
    ("16.5", &[(1, 2), (2, 2), (3, 2)]),
    ("17.1", &[(1, 2)]),
    ("17.2", &[(1, 2), (2, 2), (3, 2), (4, 2)]),
    ("17.3", &[(1, 2), (2, 2)]),
];

struct Line {
    id: String,
    level: String,
    asks: String,
    met: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

fn lines() -> Vec<Line> {
    let table = fs::read_to_string(root().join("docs/security/asvs.md")).unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| v5.0.0-"));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_end_matches('|').split(" | ").map(str::trim).collect();
        let [id, level, asks, met] = cells.as_slice() else { panic!("{row}") };
        Line { id: (*id).into(), level: (*level).into(), asks: (*asks).into(), met: (*met).into() }
    })
    .collect()
}

/// Returns what a line has between backticks.
fn named(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn the_table_has_every_requirement_once_in_order() {
    let wanted: Vec<(String, String)> = REQUIREMENTS
        .iter()
        .flat_map(|(section, of)| {
            of.iter().map(move |(number, level)| (format!("{section}.{number}"), level.to_string()))
        })
        .collect();
    assert_eq!(wanted.len(), 253);
    let found: Vec<(String, String)> = lines().into_iter().map(|line| (line.id, line.level)).collect();
    assert_eq!(found, wanted);
}

#[test]
fn every_line_says_how_it_is_met_and_none_is_a_hole() {
    for Line { id, asks, met, .. } in lines() {
        assert!(asks.len() > 10 && met.len() > 20, "{id}: {asks} | {met}");
        let met_in_words = met.to_lowercase();
        let mut words = met_in_words.split(|c: char| !c.is_alphabetic());
        assert!(!words.any(|word| word == "hole"), "{id}: {met}");
        let shown = named(&met).any(|name| name.contains('/') || name.ends_with(".toml"));
        let excused = met.starts_with("Does not apply: ");
        assert!(shown || excused, "{id} names nothing that shows it: {met}");
    }
}

#[test]
fn every_file_and_test_that_the_table_names_is_there() {
    let root = root();
    let sources = [root.join("crates"), root.join("bench")].map(|folder| text_of(&folder)).concat();
    for Line { id, met, .. } in lines() {
        for name in named(&met) {
            let is_path = ["crates/", "docs/", "bench/"].iter().any(|begin| name.starts_with(begin));
            let is_test = name.matches('_').count() > 3 && !name.contains(['/', ' ', '.']);
            assert!(!is_path || root.join(name).exists(), "{id}: {name} is not there");
            assert!(!is_test || sources.contains(&format!("fn {name}(")), "{id}: no test is called {name}");
        }
    }
}

fn text_of(folder: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            text.push_str(&text_of(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
    text
}
