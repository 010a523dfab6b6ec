//! The facts that a criterion can name, with their types and one line each.
//!
//! Invariant: what is listed here is what `facts.rs` gathers; a test holds the two together.

use crate::id::RunKind;

/// The type of a fact, as far as it can be known before there is evidence.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    Bool,
    Int,
    Double,
    Text,
    List(Box<Type>),
    /// A map with these fields and no others.
    Record(Vec<Field>),
    /// A map whose keys the evidence brings, such as metrics.
    Open(Box<Type>),
    /// Not known before evaluation.
    Any,
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub name: String,
    pub of: Type,
    /// What it tells, with its unit.
    pub doc: &'static str,
}

impl Type {
    /// Returns the type's name as readers see it.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Bool => "true or false",
            Self::Int => "a whole number",
            Self::Double => "a decimal number",
            Self::Text => "a text",
            Self::List(_) => "a list",
            Self::Record(_) | Self::Open(_) => "a group of facts",
            Self::Any => "anything",
        }
    }

    pub fn field(&self, name: &str) -> Option<&Field> {
        match self {
            Self::Record(fields) => fields.iter().find(|field| field.name == name),
            _ => None,
        }
    }
}

fn field(name: impl Into<String>, of: Type, doc: &'static str) -> Field {
    Field { name: name.into(), of, doc }
}

/// Returns every fact of a track, given the product's kinds of run.
pub fn catalogue(kinds: &[RunKind]) -> Type {
    Type::Record(vec![
        field(
            "track",
            Type::Record(vec![field("id", Type::Text, "the track, as in \"wearos\"")]),
            "the track itself",
        ),
        field("candidate", candidate(), "the build nominated to ship"),
        field(
            "runs",
            Type::Record(
                kinds
                    .iter()
                    .map(|kind| field(kind.as_str(), run(), "test runs of this kind on the candidate"))
                    .collect(),
            ),
            "test runs on the candidate, by kind",
        ),
        field("devices", Type::List(Box::new(device())), "the devices that the track must be validated on"),
        field("summary", summary(), "the test summary written for the candidate"),
    ])
}

fn candidate() -> Type {
    Type::Record(vec![
        field("version", Type::Text, "the version that users see, as in \"4.2.0\""),
        field("build", Type::Text, "the build number, as in \"514\""),
        field("commit", Type::Text, "the commit it was made from"),
        field("revision", Type::Int, "how many commits lead up to it"),
        field("age_hours", Type::Double, "hours since it was nominated"),
    ])
}

fn run() -> Type {
    Type::Record(vec![
        field("cases", Type::Int, "cases with an outcome: passed, failed, errored or skipped"),
        field("run", Type::Int, "cases that ran: all but the skipped"),
        field("passed", Type::Int, "cases whose last outcome is passed"),
        field("failed", Type::Int, "cases whose last outcome is failed or errored"),
        field("errored", Type::Int, "those of the failed that errored"),
        field("skipped", Type::Int, "cases that only ever were skipped"),
        field("flaky", Type::Int, "cases that passed after failing"),
        field("flaky_rate", Type::Double, "flaky cases as a share of those that ran, 0 to 1"),
        field("failures", Type::List(Box::new(failure())), "the failed cases"),
        field("planned", Type::Int, "cases that should run"),
        field("covered", Type::Int, "planned cases that ran"),
        field("coverage", Type::Double, "planned cases that ran, as a share, 0 to 1"),
        field("not_run", Type::List(Box::new(Type::Text)), "planned cases that did not run, by name"),
        field("complete", Type::Bool, "whether every planned case ran"),
        field("plan", Type::Text, "where the plan comes from"),
        field("duration_s", Type::Double, "seconds, summed over the cases"),
        field("age_hours", Type::Double, "hours since the last of it came in"),
        field(
            "metrics",
            Type::Open(Box::new(Type::Double)),
            "numbers that the reports carried as `metric.*` properties",
        ),
    ])
}

fn failure() -> Type {
    Type::Record(vec![
        field("name", Type::Text, "the case"),
        field("class", Type::Text, "its class or file"),
        field("message", Type::Text, "what it said"),
    ])
}

fn device() -> Type {
    Type::Record(vec![
        field("name", Type::Text, "the device and its system, as the product's file lists it"),
        field("result", Type::Text, "\"passed\" or \"failed\" on the candidate"),
    ])
}

fn summary() -> Type {
    Type::Record(vec![
        field("words", Type::Int, "how long it is"),
        field("age_hours", Type::Double, "hours since it was written"),
    ])
}

/// Lists every fact by its full path, with its type and its line, in the order of the catalogue.
pub fn paths(of: &Type) -> Vec<(String, &'static str, &'static str)> {
    fn walk(prefix: &str, of: &Type, into: &mut Vec<(String, &'static str, &'static str)>) {
        let Type::Record(fields) = of else { return };
        for field in fields {
            let path =
                if prefix.is_empty() { field.name.clone() } else { format!("{prefix}.{}", field.name) };
            match &field.of {
                Type::Record(_) => walk(&path, &field.of, into),
                leaf => into.push((path, leaf.label(), field.doc)),
            }
        }
    }
    let mut into = Vec::new();
    walk("", of, &mut into);
    into
}
