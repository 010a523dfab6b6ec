//! The facts that a criterion can name, with their types and one line each.
//!
//! Invariant: what is listed here is what `facts.rs` gathers; a test holds the two together.

use crate::criterion::Function;
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
        field("sign_offs", sign_offs(), "who signed the candidate off, by function"),
        field(
            "handoff",
            Type::Record(vec![field("accepted", Type::Bool, "whether it was accepted, or returned")]),
            "the handing over of the candidate to be submitted",
        ),
        field("defects", Type::List(Box::new(defect())), "the defects that the track has, or may have"),
        field("changes", Type::List(Box::new(change())), "the changes that the track carries"),
        field("risks", Type::List(Box::new(risk())), "the risks that are open for the track"),
        field(
            "blockers",
            Type::List(Box::new(blocker())),
            "what could stop the release on the track, or could have",
        ),
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

fn sign_offs() -> Type {
    let signed = || {
        Type::Record(vec![
            field("given", Type::Bool, "true once it signed the candidate off"),
            field("age_hours", Type::Double, "hours since it did"),
        ])
    };
    Type::Record(Function::ALL.iter().map(|(name, _)| field(*name, signed(), "its sign-off")).collect())
}

fn areas() -> Type {
    Type::List(Box::new(Type::Text))
}

fn defect() -> Type {
    Type::Record(vec![
        field("name", Type::Text, "its key"),
        field("title", Type::Text, "what the tracker calls it"),
        field("severity", Type::Text, "\"critical\", \"high\", \"medium\" or \"low\""),
        field("priority", Type::Text, "\"p1\" to \"p4\""),
        field("state", Type::Text, "\"open\", \"resolved\", \"verified\" or \"rejected\""),
        field("open", Type::Bool, "whether the candidate has it"),
        field("waived", Type::Bool, "whether a waiver for it is in force on the track"),
        field("translated", Type::Bool, "whether somebody told what it is for users"),
        field("deferred", Type::Bool, "whether it was deferred to another release"),
        field("regression", Type::Bool, "whether an earlier version did not have it"),
        field("areas", areas(), "the areas that it is in"),
        field("age_hours", Type::Double, "hours since it was first reported"),
    ])
}

fn change() -> Type {
    Type::Record(vec![
        field("name", Type::Text, "its key"),
        field("title", Type::Text, "what it is called"),
        field("priority", Type::Text, "\"p1\" to \"p4\""),
        field("engineering", Type::Bool, "whether engineering is done with it"),
        field("qa", Type::Bool, "whether qa is done with it"),
        field("product", Type::Bool, "whether product is done with it"),
        field("done", Type::Bool, "whether all three are"),
        field("areas", areas(), "the areas that it is in"),
    ])
}

fn risk() -> Type {
    Type::Record(vec![
        field("name", Type::Text, "what it is called"),
        field("likelihood", Type::Text, "\"likely\", \"possible\" or \"unlikely\""),
        field("areas", areas(), "the areas that it is in"),
    ])
}

fn blocker() -> Type {
    Type::Record(vec![
        field("name", Type::Text, "\"blocker 3\""),
        field("number", Type::Int, "its number in the release"),
        field("title", Type::Text, "what is blocked"),
        field("state", Type::Text, "\"proposed\", \"open\", \"resolved\", \"waived\" or \"deferred\""),
        field("open", Type::Bool, "whether it is accepted and has not ended"),
        field("owned", Type::Bool, "whether somebody owns it"),
        field(
            "status",
            Type::Text,
            "\"current\", \"due\" or \"never\": whether it is known where it stands; \"ended\" if it has",
        ),
        field("threatens", Type::Text, "the criterion or the milestone that it threatens"),
        field("age_hours", Type::Double, "hours since it was proposed"),
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
