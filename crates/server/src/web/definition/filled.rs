//! The editor's form as it is filled in: criteria in their order, whatever was typed.
//!
//! Invariant: what was typed is kept as it was typed, whether it reads or not.

use std::collections::BTreeMap;

use domain::command::definition::MOST_CRITERIA;
use domain::criteria::preset::{self, Preset};
use domain::criteria::written::Written;
use domain::criterion::{Criterion, Function, Gate, Rule};
use domain::id::{CriterionId, RunKind, TrackId};
use serde_json::Value;

/// What a form may hold at most: some more than can be drafted, so that the refusal can say so.
const MOST: usize = MOST_CRITERIA + 50;
/// The longest id that is made from a title.
const LONGEST_ID: usize = 40;

/// The form.
#[derive(Clone, Debug, Default)]
pub(super) struct Filled {
    pub(super) reason: String,
    /// The draft that waited when the form was made, which this one takes the place of; empty if none did.
    pub(super) instead_of: String,
    pub(super) criteria: Vec<Typed>,
}

/// A criterion of the form.
#[derive(Clone, Debug, Default)]
pub(super) struct Typed {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) owner: String,
    pub(super) waivable_by: Vec<String>,
    pub(super) gate: String,
    pub(super) tracks: Vec<String>,
    pub(super) age: String,
    /// The preset that it is made or was made from.
    pub(super) preset: String,
    pub(super) with: BTreeMap<String, String>,
    /// "preset", "holds" or "offenders".
    pub(super) by: String,
    pub(super) source: String,
    pub(super) place: String,
}

impl Filled {
    pub(super) fn of<'a>(criteria: impl IntoIterator<Item = &'a Criterion>, instead_of: String) -> Self {
        let criteria = criteria.into_iter().map(Typed::of).collect();
        Self { reason: String::new(), instead_of, criteria }
    }

    /// Reads a form from its fields: a field of a criterion ends with the number of the criterion.
    pub(super) fn read(fields: Vec<(String, String)>) -> Self {
        let mut filled = Self::default();
        let mut criteria: BTreeMap<usize, Typed> = BTreeMap::new();
        for (name, value) in fields {
            match name.as_str() {
                "reason" => filled.reason = value,
                "instead_of" => filled.instead_of = value,
                name => {
                    let of =
                        name.rsplit_once('.').and_then(|(field, index)| Some((field, index.parse().ok()?)));
                    if let Some((field, index)) = of.filter(|(_, index)| *index < MOST) {
                        criteria.entry(index).or_default().set(field, value);
                    }
                }
            }
        }
        let mut placed: Vec<(usize, Typed)> = criteria.into_values().enumerate().collect();
        // Whoever gives a place means that very place: before whatever is there when moved up, after it when moved down.
        placed.sort_by_key(|(index, typed)| {
            let here = *index as i64 + 1;
            let place = typed.place.trim().parse().unwrap_or(here);
            (place, place.cmp(&here))
        });
        filled.criteria = placed.into_iter().map(|(_, typed)| typed).collect();
        filled
    }

    /// Adds a criterion, from a preset or with a rule of its own; returns its index.
    pub(super) fn add(&mut self, preset: Option<&Preset>, kinds: &[RunKind]) -> usize {
        let mut typed = match preset {
            Some(preset) => Typed {
                owner: preset.owner.as_str().to_owned(),
                preset: preset.name.to_owned(),
                by: "preset".to_owned(),
                with: texts(preset, &preset.usual()),
                ..Typed::default()
            },
            None => Typed { owner: "qa".to_owned(), by: "holds".to_owned(), ..Typed::default() },
        };
        if let Some(usual) = typed.usual_id(kinds) {
            let taken: Vec<String> = self.criteria.iter().filter_map(|other| other.known_by(kinds)).collect();
            let numbered = (2..).map(|count| format!("{usual}-{count}")).find(|id| !taken.contains(id));
            typed.id = numbered.filter(|_| taken.contains(&usual)).unwrap_or_default();
        }
        self.criteria.push(typed);
        self.criteria.len() - 1
    }

    /// Moves a criterion one place up or down; returns where it is then.
    pub(super) fn moved(&mut self, index: usize, up: bool) -> usize {
        let to = if up { index.checked_sub(1) } else { Some(index + 1) };
        match to.filter(|to| *to < self.criteria.len() && index < self.criteria.len()) {
            Some(to) => {
                self.criteria.swap(index, to);
                to
            }
            None => index,
        }
    }
}

fn texts(preset: &Preset, parameters: &preset::Parameters) -> BTreeMap<String, String> {
    preset.said(parameters).into_iter().map(|(key, text)| (key.to_owned(), text)).collect()
}

impl Typed {
    fn of(criterion: &Criterion) -> Self {
        let preset = criterion.preset.as_deref().and_then(preset::find);
        let parameters = preset.and_then(|preset| Some((preset, preset.read_back(&criterion.rule)?)));
        let by = match (&parameters, &criterion.rule) {
            (Some(_), _) => "preset",
            (None, Rule::Holds(_)) => "holds",
            (None, Rule::Offenders(_)) => "offenders",
        };
        // A sentence or an id that is the preset's own goes along with its parameters.
        let usual = parameters.as_ref().map(|(preset, parameters)| preset.title(parameters));
        let usual_id = parameters.as_ref().map(|(preset, parameters)| preset.id(parameters));
        Self {
            id: Some(criterion.id.to_string()).filter(|id| usual_id.as_ref() != Some(id)).unwrap_or_default(),
            title: Some(&criterion.title)
                .filter(|title| usual.as_ref() != Some(title))
                .cloned()
                .unwrap_or_default(),
            owner: criterion.owner.as_str().to_owned(),
            waivable_by: criterion.waivable_by.iter().map(|function| function.as_str().to_owned()).collect(),
            gate: criterion.gate.as_str().to_owned(),
            tracks: criterion.tracks.iter().flatten().map(ToString::to_string).collect(),
            age: criterion.max_age_hours.map(age).unwrap_or_default(),
            preset: criterion.preset.clone().unwrap_or_default(),
            with: parameters.map(|(preset, parameters)| texts(preset, &parameters)).unwrap_or_default(),
            by: by.to_owned(),
            source: criterion.rule.source().to_owned(),
            place: String::new(),
        }
    }

    fn set(&mut self, field: &str, value: String) {
        match field {
            "id" => self.id = value,
            "title" => self.title = value,
            "owner" => self.owner = value,
            "waivable_by" => self.waivable_by.push(value),
            "gate" => self.gate = value,
            "tracks" => self.tracks.push(value),
            "age" => self.age = value,
            "preset" => self.preset = value,
            "by" => self.by = value,
            "source" => self.source = value,
            "place" => self.place = value,
            field => {
                if let Some(key) = field.strip_prefix("with.") {
                    // Of a parameter that takes several, each box that is ticked comes by itself.
                    match self.with.get_mut(key) {
                        Some(several) => *several = format!("{several}, {value}"),
                        None => {
                            self.with.insert(key.to_owned(), value);
                        }
                    }
                }
            }
        }
    }

    /// Returns the preset whose parameters are on the form.
    pub(super) fn by_preset(&self) -> Option<&'static Preset> {
        preset::find(&self.preset).filter(|_| self.by == "preset")
    }

    /// Returns the id that its preset gives it, if it has one.
    pub(super) fn usual_id(&self, kinds: &[RunKind]) -> Option<String> {
        let preset = self.by_preset()?;
        Some(preset.id(&preset.read(&self.with, kinds).unwrap_or_else(|_| preset.usual())))
    }

    /// Returns the id that it comes to.
    fn known_by(&self, kinds: &[RunKind]) -> Option<String> {
        let typed = Some(self.id.trim().to_owned()).filter(|id| !id.is_empty());
        typed.or_else(|| self.usual_id(kinds))
    }

    /// Returns what it is called in the list.
    pub(super) fn name(&self, kinds: &[RunKind]) -> String {
        let title = self.title.trim();
        let usual = || {
            let preset = self.by_preset()?;
            Some(preset.title(&preset.read(&self.with, kinds).ok()?))
        };
        match (title, usual()) {
            ("", Some(usual)) => usual,
            ("", None) if self.id.trim().is_empty() => "A rule of your own".to_owned(),
            ("", None) => self.id.clone(),
            (title, _) => title.to_owned(),
        }
    }

    /// Makes the rule of a preset one's own, to be changed freely.
    pub(super) fn own(&mut self, kinds: &[RunKind]) {
        let Some(preset) = self.by_preset() else { return };
        let name = self.name(kinds);
        let rule = preset.rule(&preset.read(&self.with, kinds).unwrap_or_else(|_| preset.usual()));
        self.id = self.known_by(kinds).unwrap_or_default();
        self.by = if matches!(rule, Rule::Holds(_)) { "holds" } else { "offenders" }.to_owned();
        self.source = rule.source().to_owned();
        self.title = name;
        self.preset = String::new();
        self.with.clear();
    }

    /// Returns it as it is written down. A rule that one of `known` has keeps its preset's wording.
    ///
    /// # Errors
    /// A sentence that says which field does not fit.
    pub(super) fn written(&self, known: &[&Criterion]) -> Result<Written, String> {
        let by_preset = self.by_preset();
        let rule = (by_preset.is_none()).then(|| self.source.trim().replace("\r\n", "\n"));
        let (holds, offenders) = match self.by.as_str() {
            "offenders" => (None, rule),
            _ => (rule, None),
        };
        if holds.as_deref().or(offenders.as_deref()) == Some("") {
            return Err("It has no rule. Write an expression, as in `runs.smoke.failed == 0`.".to_owned());
        }
        let is_known = |criterion: &&&Criterion| {
            criterion.preset.as_deref() == Some(self.preset.as_str())
                && Some(criterion.rule.source()) == holds.as_deref().or(offenders.as_deref())
        };
        let worded = by_preset.is_some() || known.iter().any(|criterion| is_known(&criterion));
        let id = match (self.id.trim(), slug(&self.title)) {
            ("", Some(id)) if by_preset.is_none() => Some(id),
            ("", _) => None,
            (id, _) => Some(CriterionId::parse(id).map_err(|error| format!("{error}."))?),
        };
        let tracks = self.tracks.iter().map(|track| TrackId::parse(track)).collect::<Result<Vec<_>, _>>();
        let tracks = tracks.map_err(|error| format!("{error}."))?;
        let waivable_by: Vec<Function> =
            self.waivable_by.iter().filter_map(|name| Function::parse(name)).collect();
        // A form has its boxes in one order: what was agreed in another is no change.
        let preset_id = by_preset.map(|preset| preset.id(&preset.usual()));
        let known_by = id.as_ref().map(CriterionId::as_str).or(preset_id.as_deref());
        let was = known.iter().filter(|criterion| Some(criterion.id.as_str()) == known_by);
        let was_waivable =
            was.clone().map(|criterion| &criterion.waivable_by).find(|was| same(was, &waivable_by));
        let waivable_by = was_waivable.cloned().unwrap_or(waivable_by);
        let was_on = was.filter_map(|criterion| criterion.tracks.as_ref()).find(|was| same(was, &tracks));
        let tracks = was_on.cloned().unwrap_or(tracks);
        let with = by_preset.map(|_| self.with.clone()).unwrap_or_default();
        Ok(Written {
            id,
            title: Some(self.title.trim().to_owned()).filter(|title| !title.is_empty()),
            owner: Function::parse(&self.owner),
            waivable_by,
            gate: Gate::parse(&self.gate).unwrap_or_default(),
            tracks: Some(tracks).filter(|tracks| !tracks.is_empty()),
            max_age_hours: hours(&self.age)?,
            preset: Some(self.preset.clone()).filter(|_| worded).filter(|preset| !preset.is_empty()),
            with: with.into_iter().map(|(key, text)| (key, Value::from(text))).collect(),
            holds,
            offenders,
        })
    }
}

/// Tells whether two lists hold the same, in whatever order.
fn same<T: PartialEq>(one: &[T], other: &[T]) -> bool {
    one.len() == other.len() && one.iter().all(|entry| other.contains(entry))
}

/// Makes an id of a title: "Cold start under 2 s" becomes `cold-start-under-2-s`.
fn slug(title: &str) -> Option<CriterionId> {
    let mut text = String::new();
    for c in title.chars().take(LONGEST_ID) {
        if c.is_ascii_alphanumeric() {
            text.push(c.to_ascii_lowercase());
        } else if !text.is_empty() && !text.ends_with('-') {
            text.push('-');
        }
    }
    CriterionId::parse(text.trim_end_matches('-')).ok()
}

/// Writes an age as people do: "3d", "36h".
fn age(hours: i64) -> String {
    if hours % 24 == 0 { format!("{}d", hours / 24) } else { format!("{hours}h") }
}

/// Reads an age as people write it.
fn hours(text: &str) -> Result<Option<i64>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let (digits, each) = match text.strip_suffix('d') {
        Some(days) => (days, 24),
        None => (text.strip_suffix('h').unwrap_or(text), 1),
    };
    let count = digits.trim().parse::<i64>().ok().filter(|count| (1..=10_000).contains(count));
    let count = count.ok_or_else(|| format!("“{text}” is no age. Write days or hours, as in 3d or 36h."))?;
    Ok(Some(count * each))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fields: &[(&str, &str)]) -> Filled {
        Filled::read(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn a_place_that_is_given_is_the_place_it_comes_to() {
        for (places, expect) in [
            (["1", "2", "3", "4"], "abcd"),
            (["1", "2", "1", "4"], "cabd"),
            (["3", "2", "3", "4"], "bcad"),
            (["", "x", "1", ""], "cabd"),
            (["9", "2", "3", "4"], "bcda"),
            (["0", "2", "3", "-1"], "dabc"),
        ] {
            let mut fields = Vec::new();
            let names = ["a", "b", "c", "d"];
            let keys: Vec<[String; 2]> =
                (0..4).map(|index| [format!("id.{index}"), format!("place.{index}")]).collect();
            for ((name, place), [id, at]) in names.iter().zip(places).zip(&keys) {
                fields.push((id.as_str(), *name));
                fields.push((at.as_str(), place));
            }
            let order: String = read(&fields).criteria.iter().map(|typed| typed.id.as_str()).collect();
            assert_eq!(order, expect, "{places:?}");
        }
    }

    #[test]
    fn a_criterion_comes_back_from_the_form_as_it_went_in() {
        let kinds = [RunKind::parse("smoke").unwrap(), RunKind::parse("regression").unwrap()];
        for written in [
            r#"{"use":"smoke-passed"}"#,
            r#"{"use":"flaky-rate","with":{"max":0.05},"title":"Calm","waivable_by":["qa","product"],"tracks":["wearos","ios"],"max_age_hours":72}"#,
            r#"{"use":"no-open-defects","with":{"severity":"critical, high, medium"}}"#,
            r#"{"use":"sign-off","with":{"by":"product"}}"#,
            r#"{"id":"own","holds":"runs.smoke.failed == 0","gate":"rollout","tracks":["ios"],"max_age_hours":5}"#,
            r#"{"id":"own","offenders":"runs.smoke.not_run","owner":"leadership"}"#,
        ] {
            let written: Written = serde_json::from_str(written).unwrap();
            let criterion = written.read(&kinds, &[]).unwrap();
            let mut typed = Typed::of(&criterion);
            typed.waivable_by.sort();
            typed.tracks.sort();
            let again = typed.written(&[&criterion]).unwrap();
            assert_eq!(again.read(&kinds, &[]).unwrap(), criterion);
        }
    }

    #[test]
    fn an_age_is_days_or_hours() {
        for (text, expect) in
            [("", Ok(None)), ("3d", Ok(Some(72))), (" 36h ", Ok(Some(36))), ("5", Ok(Some(5)))]
        {
            assert_eq!(hours(text), expect, "{text:?}");
        }
        for text in ["x", "0", "-1", "d", "1.5d", "99999999999999999999h"] {
            assert!(hours(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn what_is_added_has_an_id_of_its_own_and_what_is_moved_stays_in_the_list() {
        let mut filled = Filled::default();
        let preset = preset::find("smoke-passed");
        let added = [
            filled.add(preset, &[]),
            filled.add(preset, &[]),
            filled.add(preset, &[]),
            filled.add(None, &[]),
        ];
        assert_eq!(added, [0, 1, 2, 3]);
        let ids: Vec<&str> = filled.criteria.iter().map(|typed| typed.id.as_str()).collect();
        assert_eq!(ids, ["", "smoke-passed-2", "smoke-passed-3", ""]);
        filled.criteria.pop();
        assert_eq!((filled.moved(0, true), filled.moved(2, false), filled.moved(2, true)), (0, 2, 1));
        assert_eq!(filled.moved(7, true), 7);
    }
}
