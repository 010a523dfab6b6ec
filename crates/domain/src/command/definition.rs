//! Drafting a definition of ready, agreeing to it, dropping a draft.
//!
//! Invariant: nobody agrees to what they have not seen: an agreement is to one draft, and a new one begins without any.

use super::evidence::{sourced, track, writable};
use super::{LONGEST_LINE, LONGEST_TEXT, Settled, perhaps, said};
use crate::criterion::{Criterion, Definition, Function};
use crate::definition::{Agreement, waits_for};
use crate::envelope::{ActorId, Position};
use crate::event::{DefinitionAgreed, DraftDropped, Event};
use crate::refusal::Refusal;
use crate::release::Release;
use crate::speaker::Speaker;
use crate::words;

/// The most criteria of a definition.
pub const MOST_CRITERIA: usize = 200;
/// The longest age that evidence may be given, in hours.
pub const LONGEST_AGE: i64 = 240_000;

/// Decides to draft a definition; it takes the place of a draft that waits, whose agreements are void.
///
/// Whether its expressions can be evaluated is for the caller to check: that takes a large stack.
///
/// # Errors
/// Criteria that do not fit together, an amendment without a reason or without a difference.
pub fn draft(
    release: &Release,
    criteria: Vec<Criterion>,
    reason: Option<&str>,
    by: &ActorId,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let criteria = criteria.into_iter().map(|criterion| fits(release, criterion));
    let criteria = criteria.collect::<Result<Vec<_>, _>>()?;
    fit_together(&criteria)?;
    let reason = perhaps("The reason", reason, LONGEST_TEXT)?;
    let ruling = release.ruling();
    if let Some(ruling) = ruling {
        if ruling.definition.criteria == criteria {
            return Err(Refusal::contradiction(format!(
                "These are the criteria of version {}, which is in force. Change something, or leave it as it is.",
                ruling.definition.version
            )));
        }
        if reason.is_none() {
            return Err(Refusal::invalid(format!(
                "Version {} is in force, and changes for a reason only. Say in a few words why the bar moves.",
                ruling.definition.version
            )));
        }
    }
    let version = ruling.map_or(1, |ruling| ruling.definition.version + 1);
    let definition = Definition { version, criteria, reason };
    if let Some(waiting) = release.draft.as_ref().filter(|waiting| waiting.definition == definition) {
        if waiting.by == *by {
            return Ok(Settled::Already(waiting.position));
        }
        return Err(Refusal::contradiction(format!(
            "Draft {} says just this already, and a new one would void who has agreed to it. Agree to that one, or change \
             something.",
            waiting.position
        )));
    }
    Ok(Event::DefinitionDrafted(definition).into())
}

/// Returns a criterion with its texts trimmed.
fn fits(release: &Release, criterion: Criterion) -> Result<Criterion, Refusal> {
    let ask = format!("The criterion {} has no title. Write the sentence that readers see.", criterion.id);
    let title = said(&format!("The title of {}", criterion.id), &criterion.title, LONGEST_LINE, &ask)?;
    match criterion.tracks.as_deref() {
        Some([]) => {
            return Err(Refusal::invalid(format!(
                "“{title}” names no track, so it would never apply. Name some, or leave them out to mean all."
            )));
        }
        named => named.into_iter().flatten().try_for_each(|id| track(release, id).map(|_| ()))?,
    }
    if criterion.max_age_hours.is_some_and(|hours| !(1..=LONGEST_AGE).contains(&hours)) {
        return Err(Refusal::invalid(format!(
            "Evidence for “{title}” may be 1 to {} hours old. Leave the age out if evidence does not grow old.",
            words::number(LONGEST_AGE)
        )));
    }
    Ok(Criterion { title, ..criterion })
}

fn fit_together(criteria: &[Criterion]) -> Result<(), Refusal> {
    if criteria.is_empty() {
        return Err(Refusal::invalid(
            "A definition of ready has at least one criterion; of none, nothing could be said. Add one.",
        ));
    }
    if criteria.len() > MOST_CRITERIA {
        return Err(Refusal::invalid(format!(
            "A definition of ready has at most {MOST_CRITERIA} criteria; these are {}. Leave some out.",
            criteria.len()
        )));
    }
    for (index, criterion) in criteria.iter().enumerate() {
        if criteria[..index].iter().any(|earlier| earlier.id == criterion.id) {
            return Err(Refusal::invalid(format!(
                "Two criteria are called {}. Give one of them an id of its own.",
                criterion.id
            )));
        }
    }
    Ok(())
}

/// Decides that a function agrees: to the draft that waits, or to what a file put in force. With the last agreement that it
/// waits for, a draft is put in force.
///
/// # Errors
/// A draft that is not there any more, a function that does not count, whoever does not speak for it.
pub fn agree(
    release: &Release,
    position: Position,
    function: Function,
    speaker: &Speaker,
) -> Result<Settled, Refusal> {
    writable(release)?;
    counts(release, function)?;
    speaker.speaks_for(function)?;
    let provenance = speaker.provenance();
    sourced(&provenance)?;
    let event = |definition| Event::DefinitionAgreed(DefinitionAgreed { definition, function, provenance });
    let agreed =
        |agreements: &[Agreement]| agreements.iter().find(|of| of.function == function).map(|of| of.position);
    if let Some(draft) = release.draft.as_ref().filter(|draft| draft.position == position) {
        let in_force = Event::DefinitionPutInForce(draft.definition.clone());
        let others = release.awaited(&draft.agreements).iter().any(|awaited| *awaited != function);
        return Ok(match (agreed(&draft.agreements), others) {
            (None, true) => event(position).into(),
            (None, false) => Settled::New(vec![event(position), in_force]),
            (Some(already), true) => Settled::Already(already),
            // Whom it waited for does not count any more: nothing else would put it in force.
            (Some(_), false) => in_force.into(),
        });
    }
    let ruling = release
        .ruling()
        .filter(|ruling| ruling.position == position || ruling.draft == Some(position))
        .ok_or_else(|| not_there(release, position))?;
    Ok(match agreed(&ruling.agreements) {
        Some(already) => Settled::Already(already),
        None => event(ruling.position).into(),
    })
}

fn counts(release: &Release, function: Function) -> Result<(), Refusal> {
    let agreeing = release.agreeing();
    if agreeing.contains(&function) {
        return Ok(());
    }
    let names: Vec<&str> = agreeing.iter().map(|function| function.as_str()).collect();
    Err(Refusal::invalid(format!(
        "The definition of ready takes the agreement of {}; that of {} does not count. The product’s file names whose \
         does, as `agreed_by` under [product].",
        words::joined(&names, names.len(), "and"),
        function.as_str()
    )))
}

/// Says why there is nothing at a position to agree to or to drop.
fn not_there(release: &Release, position: Position) -> Refusal {
    let was = release
        .definitions
        .iter()
        .find(|ruling| ruling.position == position || ruling.draft == Some(position));
    let dropped = release.dropped.as_ref().filter(|dropped| dropped.draft == position);
    match (was, dropped, &release.draft) {
        (Some(ruling), ..) => Refusal::contradiction(format!(
            "Version {} is not in force any more. `seaworthy definition show` shows what is.",
            ruling.definition.version
        )),
        (_, Some(dropped), None) => Refusal::contradiction(format!(
            "That draft was dropped: {}.",
            dropped.reason.trim_end_matches('.')
        )),
        (.., Some(draft)) => Refusal::contradiction(format!(
            "It was drafted anew since: draft {} of version {} takes its place, and {}. Look at that one.",
            draft.position,
            draft.definition.version,
            waits_for(&release.awaited(&draft.agreements))
        )),
        (None, None, None) => Refusal::unknown(format!(
            "{} has no draft {position}. `seaworthy definition show` shows what there is.",
            release.id
        )),
    }
}

/// Decides to drop the draft that waits.
///
/// # Errors
/// A draft that does not wait any more, and no reason.
pub fn drop_draft(
    release: &Release,
    position: Position,
    reason: &str,
    by: &ActorId,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let ask = "Say in a few words why it is dropped.";
    let reason = said("The reason", reason, LONGEST_TEXT, ask)?;
    if release.draft.as_ref().is_some_and(|draft| draft.position == position) {
        return Ok(Event::DraftDropped(DraftDropped { definition: position, reason }).into());
    }
    let dropped = release.dropped.as_ref().filter(|dropped| dropped.draft == position);
    if let Some(dropped) = dropped.filter(|dropped| dropped.by == *by && dropped.reason == reason) {
        return Ok(Settled::Already(dropped.position));
    }
    let in_force =
        release.ruling().filter(|ruling| ruling.position == position || ruling.draft == Some(position));
    match in_force {
        Some(ruling) => Err(Refusal::contradiction(format!(
            "Version {} is in force; it can be amended and not dropped. Draft another.",
            ruling.definition.version
        ))),
        None => Err(not_there(release, position)),
    }
}
