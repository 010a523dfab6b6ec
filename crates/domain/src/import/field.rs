//! What a column of an imported file can be, and by which names such columns go.
//!
//! Invariant: a name is one field's alone within a kind of list; of several columns that fit, the name listed first wins.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Kind;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    Key,
    Title,
    Severity,
    Priority,
    State,
    /// Why it was closed, where a tracker tells that apart from its state.
    Resolution,
    Tracks,
    Areas,
    FoundIn,
    FixedIn,
    RegressionOf,
    DuplicateOf,
    Url,
    Intent,
    /// Whether engineering says that it is done.
    Engineering,
    Qa,
    Product,
    Track,
    Build,
    Function,
    Who,
    Address,
    /// Whether it was signed at all.
    Signed,
    When,
    Notes,
}

/// A field of a kind of list.
struct Known {
    field: Field,
    name: &'static str,
    label: &'static str,
    /// Names of columns, as [`plain`] leaves them.
    aliases: &'static [&'static str],
}

const fn known(
    field: Field,
    name: &'static str,
    label: &'static str,
    aliases: &'static [&'static str],
) -> Known {
    Known { field, name, label, aliases }
}

const KEYS: &[&str] = &[
    "key",
    "issuekey",
    "ticketkey",
    "ticket",
    "ticketid",
    "ticketno",
    "bugid",
    "defectid",
    "defectkey",
    "changekey",
    "changeid",
    "storyid",
    "issuenumber",
    "number",
    "identifier",
    "reference",
    "ref",
    "id",
    "issueid",
    "iid",
    "nr",
    "no",
];
const TITLES: &[&str] = &["title", "summary", "headline", "subject", "shortdescription", "name"];
const TRACKS: &[&str] = &[
    "tracks",
    "track",
    "platforms",
    "platform",
    "affectedplatforms",
    "operatingsystem",
    "os",
    "apps",
    "app",
];
const AREAS: &[&str] =
    &["areas", "area", "components", "component", "modules", "module", "featurearea", "category"];
const URLS: &[&str] = &["url", "link", "weblink", "permalink", "htmlurl", "href", "issueurl"];
const PRIORITIES: &[&str] = &["priority", "prio", "businesspriority", "urgency", "rank"];

const DEFECTS: [Known; 13] = [
    known(Field::Key, "key", "Key", KEYS),
    known(Field::Title, "title", "Title", TITLES),
    known(
        Field::Severity,
        "severity",
        "Severity",
        &["severity", "sev", "bugseverity", "defectseverity", "severitylevel"],
    ),
    known(Field::Priority, "priority", "Priority", PRIORITIES),
    known(
        Field::State,
        "state",
        "State",
        &["state", "status", "issuestatus", "bugstatus", "workflowstate", "stage"],
    ),
    known(
        Field::Resolution,
        "resolution",
        "Resolution",
        &["resolution", "closereason", "closedas", "statereason"],
    ),
    known(Field::Tracks, "tracks", "Tracks", TRACKS),
    known(Field::Areas, "areas", "Areas", AREAS),
    known(
        Field::FoundIn,
        "found_in",
        "Found in",
        &[
            "foundin",
            "foundinbuild",
            "foundinversion",
            "affectsversions",
            "affectsversion",
            "affectedversions",
            "affectedversion",
            "affectedbuild",
            "affectsbuild",
            "detectedin",
            "seenin",
            "build",
            "builds",
            "version",
        ],
    ),
    known(
        Field::FixedIn,
        "fixed_in",
        "Fixed in",
        &[
            "fixedin",
            "fixedinbuild",
            "fixedinversion",
            "fixversions",
            "fixversion",
            "fixbuild",
            "resolvedin",
            "integratedin",
            "mendedin",
        ],
    ),
    known(
        Field::RegressionOf,
        "regression_of",
        "Regression of",
        &[
            "regressionof",
            "regressedfrom",
            "regressionfrom",
            "regression",
            "lastgoodversion",
            "lastgood",
            "workedin",
            "introducedby",
            "brokenby",
        ],
    ),
    known(
        Field::DuplicateOf,
        "duplicate_of",
        "Duplicate of",
        &[
            "duplicateof",
            "duplicates",
            "outwardissuelinkduplicate",
            "dupof",
            "duplicate",
            "originalissue",
            "original",
        ],
    ),
    known(Field::Url, "url", "Address", URLS),
];

const CHANGES: [Known; 9] = [
    known(Field::Key, "key", "Key", KEYS),
    known(
        Field::Title,
        "title",
        "Title",
        &[
            "title",
            "summary",
            "headline",
            "subject",
            "feature",
            "change",
            "story",
            "shortdescription",
            "name",
        ],
    ),
    known(
        Field::Intent,
        "intent",
        "What it is for",
        &[
            "intent",
            "whatitisfor",
            "purpose",
            "businessvalue",
            "uservalue",
            "benefit",
            "goal",
            "value",
            "why",
            "userstory",
            "description",
        ],
    ),
    known(Field::Priority, "priority", "Priority", PRIORITIES),
    known(Field::Tracks, "tracks", "Tracks", TRACKS),
    known(Field::Areas, "areas", "Areas", AREAS),
    known(
        Field::Engineering,
        "engineering",
        "Done by engineering",
        &[
            "engineering",
            "donebyengineering",
            "engineeringdone",
            "dev",
            "devdone",
            "development",
            "developmentdone",
            "eng",
            "engdone",
            "merged",
            "implemented",
            "codecomplete",
        ],
    ),
    known(
        Field::Qa,
        "qa",
        "Done by QA",
        &[
            "qa",
            "donebyqa",
            "qadone",
            "qasignoff",
            "qasignedoff",
            "qaapproved",
            "tested",
            "testing",
            "testdone",
            "verified",
        ],
    ),
    known(
        Field::Product,
        "product",
        "Done by product",
        &[
            "product",
            "donebyproduct",
            "productdone",
            "productapproved",
            "accepted",
            "acceptance",
            "po",
            "podone",
            "poapproved",
            "pm",
            "pmapproved",
        ],
    ),
];

/// Beside the others, which every list of changes may have, a link.
const CHANGE_URL: Known = known(Field::Url, "url", "Address", URLS);

const SIGN_OFFS: [Known; 8] = [
    known(Field::Track, "track", "Track", TRACKS),
    known(
        Field::Build,
        "build",
        "Build",
        &["build", "buildnumber", "buildno", "buildid", "candidate", "versioncode", "version"],
    ),
    known(
        Field::Function,
        "function",
        "Function",
        &["function", "team", "department", "discipline", "role", "area", "onbehalfof"],
    ),
    known(
        Field::Who,
        "who",
        "Who",
        &[
            "who",
            "signedoffby",
            "signedby",
            "approvedby",
            "approver",
            "signatory",
            "person",
            "name",
            "by",
            "owner",
        ],
    ),
    known(Field::Address, "address", "E-mail", &["email", "emailaddress", "mail", "address"]),
    known(
        Field::Signed,
        "signed",
        "Signed off?",
        &["signedoff", "signoff", "signed", "approved", "approval", "decision", "verdict", "status", "state"],
    ),
    known(
        Field::When,
        "when",
        "When",
        &["when", "date", "signedon", "signedat", "signedoffon", "approvedon", "timestamp", "time"],
    ),
    known(
        Field::Notes,
        "notes",
        "Notes",
        &["notes", "note", "comments", "comment", "remarks", "remark", "conditions"],
    ),
];

fn table(kind: Kind) -> impl Iterator<Item = &'static Known> {
    let (fields, more): (&'static [Known], &'static [Known]) = match kind {
        Kind::Defects => (&DEFECTS, &[]),
        Kind::Changes => (&CHANGES, &[CHANGE_URL]),
        Kind::SignOffs => (&SIGN_OFFS, &[]),
    };
    fields.iter().chain(more)
}

impl Field {
    /// Returns the fields of a kind of list, in the order in which they are shown.
    pub fn of(kind: Kind) -> impl Iterator<Item = Self> {
        table(kind).map(|known| known.field)
    }

    fn known(self) -> Option<&'static Known> {
        Kind::ALL.iter().find_map(|(_, kind)| table(*kind).find(|known| known.field == self))
    }

    /// Returns the field's name, as it is written in a command: `found_in`.
    pub fn as_str(self) -> &'static str {
        self.known().map_or("", |known| known.name)
    }

    /// Returns the field as readers see it: "Found in".
    pub fn label(self) -> &'static str {
        self.known().map_or("", |known| known.label)
    }

    /// Reads a field of a kind of list, by its name or its label.
    pub fn parse(kind: Kind, text: &str) -> Option<Self> {
        let text = plain(text);
        let named = |known: &&Known| plain(known.name) == text || plain(known.label) == text;
        table(kind).find(named).map(|known| known.field)
    }

    /// Tells whether every row must say it.
    pub fn is_needed(self, kind: Kind) -> bool {
        match kind {
            Kind::Defects | Kind::Changes => matches!(self, Self::Key | Self::Title),
            Kind::SignOffs => matches!(self, Self::Track | Self::Build | Self::Function | Self::Who),
        }
    }

    /// Tells whether several columns can hold it together.
    pub fn holds_many(self) -> bool {
        matches!(self, Self::Tracks | Self::Areas | Self::FoundIn | Self::FixedIn)
    }

    /// Returns the names of columns that hold it, the surest first.
    pub(super) fn aliases(self, kind: Kind) -> &'static [&'static str] {
        table(kind).find(|known| known.field == self).map_or(&[], |known| known.aliases)
    }
}

/// Returns the letters and digits of a text in lower case: "Affects Version/s" becomes "affectsversions".
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_fields_alone_and_written_as_it_is_compared() {
        for (_, kind) in Kind::ALL {
            let mut seen: Vec<&str> = Vec::new();
            for field in Field::of(kind) {
                assert_eq!(Field::parse(kind, field.as_str()), Some(field));
                assert_eq!(Field::parse(kind, field.label()), Some(field));
                for alias in field.aliases(kind) {
                    assert_eq!(plain(alias), *alias);
                    assert!(!seen.contains(alias), "{alias} of {kind:?} is two fields");
                    seen.push(alias);
                }
            }
        }
    }
}
