//! The direction of dependencies, and what the pure crates do without, held by reading the manifests and sources.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Which crates of this workspace a crate may depend on. What is not here may not exist.
const MAY: &[(&str, &[&str])] = &[
    ("reports", &[]),
    ("domain", &["reports"]),
    ("journal", &["domain"]),
    ("connectors", &["domain"]),
    ("server", &["connectors", "domain", "journal", "reports"]),
    ("cli", &["domain", "reports", "server"]),
];

/// Crates without clock, randomness and I/O, and what gives those away.
const PURE: &[&str] = &["reports", "domain"];
const IMPURE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "SystemTime",
    "Instant::",
    "Timestamp::now",
    "Zoned::now",
    "tokio",
    "sqlx",
    "getrandom",
    "rand::",
    "println!",
    "eprintln!",
];

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn dependencies(of: &str) -> Vec<String> {
    let manifest = fs::read_to_string(crates().join(of).join("Cargo.toml")).unwrap();
    let manifest: BTreeMap<String, toml::Value> = toml::from_str(&manifest).unwrap();
    let table = manifest.get("dependencies").and_then(toml::Value::as_table).cloned().unwrap_or_default();
    table.keys().cloned().collect()
}

#[test]
fn crates_depend_only_on_those_below_them() {
    let names: Vec<String> = fs::read_dir(crates())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let known: Vec<&str> = MAY.iter().map(|(name, _)| *name).collect();
    for name in &names {
        let (_, may) =
            MAY.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("{name} has no place"));
        for dependency in dependencies(name).iter().filter(|dependency| known.contains(&dependency.as_str()))
        {
            assert!(may.contains(&dependency.as_str()), "{name} must not depend on {dependency}");
        }
    }
}

#[test]
fn pure_crates_have_no_clock_no_randomness_and_no_input_or_output() {
    for name in PURE {
        for (path, source) in sources(&crates().join(name).join("src")) {
            // Tests inside a module may do as they like.
            let source = source.split("#[cfg(test)]").next().unwrap();
            let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
            for line in code {
                let found = IMPURE.iter().find(|word| line.contains(**word));
                assert!(found.is_none(), "{}: {line}", path.display());
            }
        }
    }
}

#[test]
fn sql_is_in_the_journal_alone() {
    for name in MAY.iter().map(|(name, _)| *name).filter(|name| *name != "journal") {
        for (path, source) in sources(&crates().join(name).join("src")) {
            let words = ["SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM"];
            let found = words.iter().find(|word| source.contains(**word));
            assert!(found.is_none(), "{} holds SQL", path.display());
        }
    }
}

fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&path).unwrap();
            found.push((path, source));
        }
    }
    found
}

/// What a described type is called in the API's document: what `schema(as = …)` says, or its own name.
fn described(source: &str) -> Vec<String> {
    let mut names = Vec::new();
    let (mut is_described, mut renamed) = (false, None);
    for line in source.lines().map(str::trim) {
        if line.starts_with("#[derive(") {
            (is_described, renamed) = (line.contains("ToSchema"), None);
        } else if let Some(name) = line.strip_prefix("#[schema(as = ") {
            renamed = name.split([')', ',']).next().map(str::to_owned);
        } else if is_described && let Some(item) = line.strip_prefix("pub ").filter(|_| !line.contains("fn "))
        {
            let mut words = item.split_whitespace();
            if matches!(words.next(), Some("struct" | "enum"))
                && let Some(name) = words.next()
            {
                let own = name.split(['<', '(', '{', ';']).next().unwrap_or(name).to_owned();
                names.push(renamed.take().unwrap_or(own));
            }
            is_described = false;
        }
    }
    names
}

#[test]
fn no_two_types_that_the_api_describes_have_one_name() {
    let mut seen: BTreeMap<String, PathBuf> = BTreeMap::new();
    for of in ["domain", "server"] {
        for (path, source) in sources(&crates().join(of).join("src")) {
            for name in described(&source) {
                if let Some(before) = seen.insert(name.clone(), path.clone()) {
                    panic!(
                        "{name} is described in {} and in {}: one of them takes the place of the other",
                        before.display(),
                        path.display()
                    );
                }
            }
        }
    }
    assert!(seen.len() > 100, "{seen:?}");
}
