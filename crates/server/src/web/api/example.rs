//! How to ask a route, as a command to copy.
//!
//! Invariant: what is copied fits the description: parameters and fields that are required, each with its example.

use serde_json::{Map, Value, json};

use super::Route;
use super::kind::named;

/// Returns a command for curl.
pub(super) fn curl(described: &Value, route: &Route<'_>, origin: &str) -> String {
    let mut path = route.path.to_owned();
    let mut query = String::new();
    for parameter in route.parameters() {
        let name = parameter["name"].as_str().unwrap_or_default();
        let value = text(&example(described, &parameter["schema"]));
        match parameter["in"].as_str() {
            Some("path") => path = path.replace(&format!("{{{name}}}"), &value),
            Some("query") if parameter["required"] == true => {
                query.push(if query.is_empty() { '?' } else { '&' });
                query.push_str(&format!("{name}={value}"));
            }
            _ => {}
        }
    }
    let mut lines = vec!["curl".to_owned()];
    if route.roles().is_some() {
        lines.push("-H \"Authorization: Bearer $SEAWORTHY_TOKEN\"".to_owned());
    }
    let bodies = route.says["requestBody"]["content"].as_object();
    // Where there is a choice, the one that is shown by example.
    let shown = bodies.and_then(|bodies| bodies.iter().find(|(_, body)| body.get("example").is_some()));
    match shown.or(bodies.and_then(|bodies| bodies.iter().next())) {
        Some((media, body)) if media == "application/json" => {
            lines.push(format!(
                "--json '{}'",
                example(described, &body["schema"]).to_string().replace('\'', "'\\''")
            ));
        }
        Some((media, _)) => {
            lines.push(format!("-H 'Content-Type: {media}'"));
            lines.push("--data-binary @report.xml".to_owned());
        }
        None if route.method != "get" => lines.push(format!("-X {}", route.method.to_uppercase())),
        None => {}
    }
    lines.push(format!("'{origin}{path}{query}'"));
    lines.join(" \\\n  ")
}

/// Returns an example of what a schema describes: of an object, its required fields.
fn example(described: &Value, schema: &Value) -> Value {
    let schema = named(described, schema);
    let told = schema["examples"].get(0).or(schema.get("example")).or(schema["enum"].get(0));
    if let Some(told) = told {
        return told.clone();
    }
    if let Some(first) = schema["oneOf"].get(0) {
        return example(described, first);
    }
    match schema["type"].as_str() {
        Some("object") => {
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let fields =
                required.map(|name| (name.to_owned(), example(described, &schema["properties"][name])));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        Some("array") => json!([]),
        Some("integer") => json!(1),
        Some("boolean") => json!(true),
        _ => json!("…"),
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
