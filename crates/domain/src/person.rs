//! People by name: what may be a name, and who is meant by one.
//!
//! Invariant: no name looks like another, and where a name fits several people, none of them is taken for the other.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::envelope::ActorId;
use crate::refusal::Refusal;

/// The longest login and address, in characters.
const LONGEST: usize = 200;
/// The longest name, in characters.
const LONGEST_NAME: usize = 100;

/// Reads what somebody signs in with.
pub fn login(text: &str) -> Result<String, Refusal> {
    let login = text.trim();
    let fits = (2..=LONGEST).contains(&login.chars().count())
        && !login.contains(|c: char| c.is_whitespace() || is_unseen(c));
    // Logins with a colon are those of machines.
    if fits && !login.contains(':') {
        return Ok(login.to_owned());
    }
    Err(Refusal::invalid(
        "A login has 2 to 200 characters, without spaces and colons; an e-mail address does well.",
    ))
}

/// Reads how somebody is called.
pub fn name(text: &str) -> Result<String, Refusal> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.contains(is_unseen) {
        return Ok(name);
    }
    Err(Refusal::invalid(format!(
        "Say how they are called, in at most {LONGEST_NAME} characters: others see it beside what they do."
    )))
}

/// Returns a name that others gave as it can be shown: without what is unseen, and not longer than a name is.
pub fn shown(text: &str) -> String {
    text.trim().chars().filter(|c| !is_unseen(*c)).take(LONGEST_NAME).collect()
}

/// Tells a character that shows nothing, or turns the text beside it: with one, two names could look the same. The
/// joiners within words of some scripts are not among them.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Somebody who is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub id: ActorId,
    pub name: String,
    /// An e-mail address.
    pub address: Option<String>,
    pub login: Option<String>,
}

impl Known {
    /// Returns what tells them from another of the same name.
    pub fn particular(&self) -> &str {
        self.address.as_deref().or(self.login.as_deref()).unwrap_or(self.id.as_str())
    }
}

/// How somebody is named by whoever means them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct Meant {
    /// The id of somebody known; it goes before a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<ActorId>,
    #[serde(default)]
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// Who is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    Known(ActorId),
    New { name: String, address: Option<String> },
}

/// Chooses among the people who are known.
///
/// # Errors
/// An id that nobody has, a name that is none, or one that fits several.
pub fn choose(known: &[Known], meant: &Meant) -> Result<Choice, Refusal> {
    if let Some(id) = &meant.person {
        let found = known.iter().find(|known| known.id == *id);
        let found = found.ok_or_else(|| {
            Refusal::unknown("Nobody is known under that id. Choose somebody, or write a name.")
        })?;
        return Ok(Choice::Known(found.id.clone()));
    }
    let name = name(&meant.name)?;
    let address = meant.address.as_deref().map(str::trim).filter(|address| !address.is_empty());
    if let Some(address) = address {
        let fits = address.contains('@') && !address.contains(|c: char| c.is_whitespace() || c.is_control());
        if !fits || address.chars().count() > LONGEST {
            return Err(Refusal::invalid(format!(
                "{address} is no e-mail address; write one as jo@example.org, or none."
            )));
        }
    }
    let same = |one: &str, other: &str| one.to_lowercase() == other.to_lowercase();
    let called: Vec<&Known> = known.iter().filter(|known| same(&known.name, &name)).collect();
    let at = |known: &&&Known| {
        address.is_none_or(|address| {
            [&known.address, &known.login].into_iter().flatten().any(|known| same(known, address))
        })
    };
    let fitting: Vec<&&Known> = called.iter().filter(at).collect();
    match fitting.as_slice() {
        [] => Ok(Choice::New { name, address: address.map(str::to_owned) }),
        [one] => Ok(Choice::Known(one.id.clone())),
        several => {
            let particulars: Vec<&str> = several.iter().map(|known| known.particular()).collect();
            Err(Refusal::contradiction(format!(
                "{} people are called {name}: {}. Say which, by the address or by the id.",
                several.len(),
                particulars.join(", ")
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(id: &str, name: &str, address: &str) -> Known {
        let address = Some(address.to_owned()).filter(|address| !address.is_empty());
        Known { id: ActorId::new(id), name: name.to_owned(), address, login: None }
    }

    #[track_caller]
    fn check(meant: (&str, &str, &str), expect: Result<&str, &str>) {
        let known = [
            known("p1", "Jo Lind", "jo@a.example"),
            known("p2", "Jo Lind", "jo@b.example"),
            known("p3", "Ada Winter", ""),
        ];
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let (person, name, address) = meant;
        let meant =
            Meant { person: some(person).map(ActorId::new), name: name.to_owned(), address: some(address) };
        let chosen = match choose(&known, &meant) {
            Ok(Choice::Known(id)) => Ok(id.to_string()),
            Ok(Choice::New { name, address }) => Ok(format!("new: {name} {}", address.unwrap_or_default())),
            Err(refusal) => Err(refusal.sentence),
        };
        match expect {
            Ok(expect) => assert_eq!(chosen.as_deref(), Ok(expect)),
            Err(part) => assert!(chosen.as_ref().is_err_and(|said| said.contains(part)), "{chosen:?}"),
        }
    }

    #[test]
    fn somebody_is_chosen_by_what_tells_them_apart() {
        check(("p2", "", ""), Ok("p2"));
        check(("p9", "", ""), Err("Nobody is known"));
        check(("", "ada  winter", ""), Ok("p3"));
        check(("", "Jo Lind", "JO@b.example"), Ok("p2"));
        check(("", "Jo Lind", ""), Err("2 people are called Jo Lind: jo@a.example, jo@b.example"));
        check(("", "Jo Lind", "jo@c.example"), Ok("new: Jo Lind jo@c.example"));
        check(("", "Ada Winter", "ada@a.example"), Ok("new: Ada Winter ada@a.example"));
        check(("", " ", ""), Err("Say how they are called"));
        check(("", "Ada\u{200b} Winter", ""), Err("Say how they are called"));
        check(("", "Ada", "nowhere"), Err("no e-mail address"));
    }

    #[test]
    fn a_name_looks_like_no_other() {
        for (text, fits) in [
            ("Ada Lovelace", true),
            ("Søren 海", true),
            ("نیما می\u{200c}خواهم", true),
            ("", false),
            ("Ada\u{200b}", false),
            ("Ada \u{202e}nimdA", false),
            ("A\u{ad}da", false),
        ] {
            assert_eq!(name(text).is_ok(), fits, "{text:?}");
            let login = login(&text.replace(' ', "."));
            assert_eq!(login.is_ok(), fits, "{text:?}");
        }
    }
}
