//! A JSON array of objects, or what Jira, GitHub and others export: an object with such an array in it.
//!
//! Invariant: an item is told by its place in the array, counted from 1.

use std::collections::BTreeMap;

use domain::import::{LONGEST_CELL, MOST_ROWS, Table};
use domain::refusal::Refusal;
use serde_json::{Map, Value};

use super::read::{Rows, too_long};

/// Under which names an export keeps its items.
const ITEMS: [&str; 9] =
    ["issues", "items", "values", "data", "results", "records", "defects", "changes", "rows"];
/// Which fields of an object say what it is, where it is the value of another.
const SAYS: [&str; 8] = ["name", "value", "displayName", "key", "title", "login", "label", "id"];
/// How deep objects within objects are looked into.
const DEEPEST: usize = 3;

pub(super) fn read(text: &str) -> Result<Table, Refusal> {
    let value: Value = serde_json::from_str(text).map_err(|error| {
        Refusal::invalid(format!(
            "This begins like JSON and cannot be read as such: {error}. Mend it, or export it again."
        ))
    })?;
    let mut labels = Map::new();
    let items = match value {
        Value::Array(items) => items,
        Value::Object(mut object) => {
            // Jira tells here what the fields are called that a team made up itself.
            if let Some(Value::Object(names)) = object.remove("names") {
                labels = names;
            }
            let items = ITEMS.iter().find_map(|name| match object.remove(*name) {
                Some(Value::Array(items)) => Some(items),
                _ => None,
            });
            items.ok_or_else(no_list)?
        }
        _ => return Err(no_list()),
    };
    if items.len() > MOST_ROWS {
        return Err(too_long());
    }
    let mut names: Vec<String> = Vec::new();
    let mut at: BTreeMap<String, usize> = BTreeMap::new();
    let mut rows = Rows::default();
    for (index, item) in items.into_iter().enumerate() {
        let Value::Object(mut item) = item else {
            return Err(Refusal::invalid(format!(
                "Item {} of the list is no object. Each item is one, as in {{\"key\": \"TW-2304\", \"title\": \"…\"}}.",
                index + 1
            )));
        };
        let mut cells: Vec<String> = Vec::new();
        let mut put = |name: &str, text: String| {
            let name = labels.get(name).and_then(Value::as_str).unwrap_or(name);
            let column = *at.entry(name.to_owned()).or_insert_with(|| {
                names.push(name.to_owned());
                names.len() - 1
            });
            if cells.len() <= column {
                cells.resize(column + 1, String::new());
            }
            if let Some(cell) = cells.get_mut(column).filter(|cell| cell.is_empty()) {
                *cell = text;
            }
        };
        let fields = item.remove("fields");
        spread(&mut put, "", item, 1);
        // What Jira says of an issue is one deeper, and is called as if it were not.
        match fields {
            Some(Value::Object(fields)) => spread(&mut put, "", fields, 1),
            Some(other) => put("fields", told(&other).unwrap_or_default()),
            None => {}
        }
        rows.push(index as u32 + 1, cells)?;
    }
    Table::with_header(names, rows.lines)
}

fn no_list() -> Refusal {
    Refusal::invalid(
        "There is no list in this JSON. It is an array of objects, or an object with one under “issues” or “items”.",
    )
}

/// Puts the fields of an object into columns; those of objects within it as "outer.inner".
fn spread(put: &mut dyn FnMut(&str, String), under: &str, object: Map<String, Value>, depth: usize) {
    for (name, value) in object {
        let name = if under.is_empty() { name } else { format!("{under}.{name}") };
        match (told(&value), value) {
            (Some(text), _) if text.is_empty() => {}
            (Some(text), _) => put(&name, text),
            (None, Value::Object(inner)) if depth < DEEPEST => spread(put, &name, inner, depth + 1),
            (None, _) => {}
        }
    }
}

/// Returns a value as a cell has it; nothing of an object that does not say what it is.
fn told(value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => String::new(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.chars().take(LONGEST_CELL + 1).collect(),
        Value::Array(values) => {
            let told: Vec<String> = values.iter().filter_map(told).filter(|text| !text.is_empty()).collect();
            told.join("; ").chars().take(LONGEST_CELL + 1).collect()
        }
        Value::Object(object) => {
            let says = SAYS.iter().find_map(|name| object.get(*name).filter(|value| !value.is_object()));
            return says.and_then(told);
        }
    };
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &[(&str, &str)]) {
        let table = read(text).unwrap();
        let row = &table.rows[0];
        for (column, cell) in expect {
            let at = table.columns.iter().find(|known| known.name == *column).map(|known| known.at[0]);
            let found = at.and_then(|at| row.cells.get(at)).map(String::as_str).unwrap_or_default();
            assert_eq!(found, *cell, "{column} of {text}");
        }
    }

    #[test]
    fn arrays_and_exports_are_read() {
        check(
            r#"[{"key":"A-1","title":"Sync","tracks":["ios","android"],"open":true,"rank":2}]"#,
            &[("key", "A-1"), ("title", "Sync"), ("tracks", "ios; android"), ("open", "yes"), ("rank", "2")],
        );
        check(
            r#"{"issues":[{"id":"10001","key":"TW-1","fields":{"summary":"Sync","priority":{"id":"2","name":"High"},
               "components":[{"name":"Maps"},{"name":"Sync"}],"status":{"name":"In Progress","statusCategory":{"name":"x"}},
               "resolution":null,"customfield_1":{"value":"S1"}}}],"names":{"customfield_1":"Severity"}}"#,
            &[
                ("key", "TW-1"),
                ("summary", "Sync"),
                ("priority", "High"),
                ("components", "Maps; Sync"),
                ("status", "In Progress"),
                ("Severity", "S1"),
            ],
        );
        check(
            r#"{"items":[{"number":12,"meta":{"sev":"high"}}]}"#,
            &[("number", "12"), ("meta.sev", "high")],
        );
    }

    #[test]
    fn what_is_no_list_is_refused() {
        for (text, expect) in [
            ("{\"a\":1}", "no list in this JSON"),
            ("[1,2]", "Item 1"),
            ("[{\"key\":", "cannot be read as such"),
            (&"[".repeat(100_000), "cannot be read as such"),
        ] {
            let refusal = read(text).unwrap_err();
            assert!(refusal.sentence.contains(expect), "{refusal}");
        }
    }
}
