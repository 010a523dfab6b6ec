//! What something is, in words: a schema as a reader takes it in.
//!
//! Invariant: a name of another schema is a link to it, so that nothing is drawn within itself.

use maud::{Markup, html};
use serde_json::Value;

/// Where schemas are in a description.
pub(super) const SCHEMAS: &str = "#/components/schemas/";

/// Returns what a reference names, or the thing itself.
pub(super) fn named<'a>(described: &'a Value, thing: &'a Value) -> &'a Value {
    match thing["$ref"].as_str().and_then(|named| named.strip_prefix('#')) {
        Some(pointer) => described.pointer(pointer).unwrap_or(thing),
        None => thing,
    }
}

/// Draws what a schema is: "text", "list of TrackCheck".
pub(super) fn kind(schema: &Value) -> Markup {
    if let Some(name) = schema["$ref"].as_str().and_then(|named| named.strip_prefix(SCHEMAS)) {
        return html! { a href={ "#type-" (name) } { (name) } };
    }
    if let Some(any) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
        return html! { @for (index, one) in any.iter().enumerate() { @if index > 0 { " or " } (kind(one)) } };
    }
    if let Some(values) = schema["enum"].as_array() {
        return html! { @for (index, value) in values.iter().enumerate() { @if index > 0 { " or " } code { (value.as_str().unwrap_or_default()) } } };
    }
    let of: Vec<&str> = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        Value::String(only) => vec![only],
        _ => return html! { "anything" },
    };
    html! {
        @for (index, of) in of.iter().enumerate() {
            @if index > 0 { " or " }
            @match *of {
                "array" => { "list of " (kind(&schema["items"])) }
                "object" if schema["additionalProperties"].is_object() => { "map to " (kind(&schema["additionalProperties"])) }
                "string" if schema["format"] == "binary" => "bytes",
                "string" if schema["format"] == "date-time" => "moment",
                "string" => "text",
                "integer" => "whole number",
                "boolean" => { code { "true" } " or " code { "false" } }
                other => (other),
            }
        }
    }
}

/// Draws what a value must keep to, and an example of it.
pub(super) fn limits(schema: &Value) -> Markup {
    let number = |name: &str| schema[name].as_i64().filter(|number| *number != i64::MAX);
    let mut limits = Vec::new();
    match (number("minLength"), number("maxLength")) {
        (Some(least), Some(most)) if least == most => limits.push(format!("{most} characters")),
        (Some(least), Some(most)) => limits.push(format!("{least} to {most} characters")),
        (Some(1), None) => limits.push("not empty".to_owned()),
        (_, Some(most)) => limits.push(format!("at most {most} characters")),
        _ => {}
    }
    match (number("minimum"), number("maximum")) {
        (Some(least), Some(most)) => limits.push(format!("{least} to {most}")),
        (Some(least), None) => limits.push(format!("{least} or more")),
        _ => {}
    }
    let pattern = schema["pattern"].as_str();
    html! {
        @if !limits.is_empty() || pattern.is_some() {
            p.limits {
                @for limit in &limits { span { (limit) } }
                @if let Some(pattern) = pattern { span { code { (pattern) } } }
            }
        }
        (as_in(schema))
    }
}

/// Draws an example.
pub(super) fn as_in(schema: &Value) -> Markup {
    let example = schema["examples"].get(0).or(schema.get("example")).filter(|example| !example.is_object());
    let example = example.map(|example| example.as_str().map_or_else(|| example.to_string(), str::to_owned));
    // A whole file is shown where it is asked for.
    let example = example.filter(|example| !example.contains('\n'));
    let told = |example: &String| schema["description"].as_str().is_some_and(|says| says.contains(example));
    let example = example.filter(|example| !told(example));
    html! { @if let Some(example) = &example { p.limits { span { "as in " code { (example) } } } } }
}

/// Draws the fields of an object.
pub(super) fn fields(described: &Value, schema: &Value) -> Markup {
    let required = schema["required"].as_array().map(Vec::as_slice).unwrap_or_default();
    html! {
        dl.fields {
            @for (name, field) in schema["properties"].as_object().into_iter().flatten() {
                div {
                    dt { code { (name) } @if required.iter().any(|one| one == name) { small { "required" } } }
                    dd {
                        p.kind { (kind(field)) }
                        @let of_one = field["oneOf"].get(0).and_then(|one| one["description"].as_str());
                        @let says = field["description"].as_str().or(of_one).or(named(described, field)["description"].as_str());
                        @if let Some(says) = says { p { (said(says)) } }
                        @if field["$ref"].is_string() { (as_in(named(described, field))) } @else { (limits(field)) }
                    }
                }
            }
        }
    }
}

/// Draws a sentence, with what is between backticks as code.
pub(super) fn said(text: &str) -> Markup {
    html! {
        @for (index, part) in text.split('`').enumerate() {
            @if index % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}
