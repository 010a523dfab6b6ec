//! What was corrected since something was decided on a track: what its decider could not have known.
//!
//! Invariant: only what touches what was on record by then is told; news that nobody could have known of is not.

use crate::blocker::Did;
use crate::change::Said;
use crate::envelope::Position;
use crate::evidence::Withdrawal;
use crate::handoff::Standing;
use crate::happening::About;
use crate::id::TrackId;
use crate::release::Release;
use crate::time::Time;
use crate::timeline::milestones;
use crate::track::Track;
use crate::waiver::{Answer, End, Waiver};
use crate::words;

/// One thing that is not any more as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Since {
    /// The event that changed it.
    pub position: Position,
    pub at: Time,
    pub sentence: String,
    pub about: About,
}

/// Returns what was corrected on a track after a position, of what was on record by then; in the order of the journal.
pub fn since(release: &Release, track: &TrackId, position: Position) -> Vec<Since> {
    let Some(track) = release.tracks.get(track) else { return Vec::new() };
    let mut all = withdrawn(release, track, position);
    all.extend(moved_here(track, position));
    all.extend(waivers(release, track, position));
    all.extend(definitions(release, position));
    all.extend(defects(release, track, position));
    all.extend(taken_back(release, track, position));
    all.extend(candidates(track, position));
    all.extend(blockers(release, track, position));
    all.extend(dates(release, track, position));
    all.sort_by_key(|since| since.position);
    all
}

/// What was brought or signed by then, and was withdrawn or put elsewhere after.
fn withdrawn(release: &Release, track: &Track, position: Position) -> Vec<Since> {
    let what = |of: Position, withdrawal: &Option<Withdrawal>, what: String| {
        let withdrawal = withdrawal.as_ref()?;
        (of < position && withdrawal.position > position).then(|| Since {
            position: withdrawal.position,
            at: withdrawal.at,
            sentence: match release.in_place_of(of) {
                Some((_, to)) => format!("{what} was put elsewhere, as evidence {to}: {}", withdrawal.reason),
                None => format!("{what} was withdrawn: {}", withdrawal.reason),
            },
            about: About::Evidence(of),
        })
    };
    let on = |build| track.build_label(build);
    let runs = track.ingests.iter().filter_map(|of| {
        let told = format!("the {} on {}", of.ingested.label(), on(&of.ingested.build));
        what(of.position, &of.withdrawn, told)
    });
    let checks = track.attestations.iter().filter_map(|of| {
        let told = format!("the check by hand of {} on {}", on(&of.build), of.device);
        what(of.position, &of.withdrawn, told)
    });
    let summaries = track
        .summaries
        .iter()
        .filter_map(|of| what(of.position, &of.withdrawn, format!("the test summary of {}", on(&of.build))));
    let sign_offs = track.sign_offs.iter().filter_map(|of| {
        let told = format!("the sign-off of {} for {}", on(&of.build), of.function.as_str());
        what(of.position, &of.withdrawn, told)
    });
    let assessments = track
        .assessments
        .iter()
        .filter_map(|of| what(of.position, &of.withdrawn, format!("the assessment of {}", on(&of.build))));
    let carried = track.carried.iter().filter_map(|of| {
        let told = format!("that evidence {} holds for {} too", of.evidence, on(&of.to));
        what(of.position, &of.withdrawn, told)
    });
    runs.chain(checks).chain(summaries).chain(sign_offs).chain(assessments).chain(carried).collect()
}

/// What was on record elsewhere by then, and was put here after.
fn moved_here(track: &Track, position: Position) -> Vec<Since> {
    let runs = track.ingests.iter().map(|of| (of.corrects, of.position, of.withdrawn.is_none()));
    let checks = track.attestations.iter().map(|of| (of.corrects, of.position, of.withdrawn.is_none()));
    let summaries = track.summaries.iter().map(|of| (of.corrects, of.position, of.withdrawn.is_none()));
    let here = |of: Position| track.evidence_build(of).is_some();
    let moved = runs.chain(checks).chain(summaries).filter_map(|(corrects, at, counts)| {
        let of = corrects?;
        // What moved within the track is told where it was.
        (counts && at > position && of < position && !here(of)).then_some((of, at))
    });
    let moved: Vec<(Position, Position)> = moved.collect();
    let at = |evidence: Position| {
        let runs = track.ingests.iter().map(|of| (of.position, of.recorded_at));
        let checks = track.attestations.iter().map(|of| (of.position, of.recorded_at));
        let summaries = track.summaries.iter().map(|of| (of.position, of.recorded_at));
        runs.chain(checks).chain(summaries).find(|(at, _)| *at == evidence).map(|(_, at)| at)
    };
    let told = |(of, position): (Position, Position)| {
        Some(Since {
            position,
            at: at(position)?,
            sentence: format!("evidence {of} was put here, where it belongs, as evidence {position}"),
            about: About::Evidence(position),
        })
    };
    moved.into_iter().filter_map(told).collect()
}

/// What was accepted by then, and is not any more.
fn waivers(release: &Release, track: &Track, position: Position) -> Vec<Since> {
    let approved_by_then = |waiver: &&Waiver| match &waiver.answer {
        Some(Answer::Approved { position: at, .. }) => *at <= position,
        _ => false,
    };
    let of_track = release.waivers.iter().filter(|waiver| waiver.track == track.description.id);
    let ended = of_track.filter(approved_by_then).filter_map(|waiver| {
        let what = waiver.subject.told(release);
        let (at, when, sentence) = match waiver.end.as_ref()? {
            End::Revoked { reason, at, position, .. } => {
                (*at, *position, format!("the waiver of {what} was revoked: {reason}"))
            }
            End::Lapsed { why, at, position } => {
                (*at, *position, format!("the waiver of {what} lapsed: {why}"))
            }
        };
        let about = About::Waiver(waiver.position);
        (when > position).then_some(Since { position: when, at, sentence, about })
    });
    ended.collect()
}

fn definitions(release: &Release, position: Position) -> Vec<Since> {
    let by_then = release.definitions.iter().any(|ruling| ruling.position <= position);
    let after = release.definitions.iter().filter(|ruling| by_then && ruling.position > position);
    after
        .map(|ruling| {
            let version = ruling.definition.version;
            let why = ruling.definition.reason.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
            Since {
                position: ruling.position,
                at: ruling.since,
                sentence: format!("version {version} of the definition of ready took effect{why}"),
                about: About::Definition(version),
            }
        })
        .collect()
}

fn defects(release: &Release, track: &Track, position: Position) -> Vec<Since> {
    let of_track = release.defects.values().filter(|defect| {
        let seen_on = defect.seen_on();
        defect.position <= position && (seen_on.is_empty() || seen_on.contains(&track.description.id))
    });
    of_track
        .flat_map(|defect| {
            let worse = defect.turned_worse.iter().filter(|worse| worse.position > position);
            worse.map(|worse| Since {
                position: worse.position,
                at: worse.at,
                sentence: format!("{}: {}", defect.label(), worse.why),
                about: About::Defect(defect.key.clone()),
            })
        })
        .collect()
}

/// What people had said of the release's lists by then, and took back after.
fn taken_back(release: &Release, track: &Track, position: Position) -> Vec<Since> {
    let id = &track.description.id;
    let defects =
        release.defects.values().filter(|defect| defect.position <= position).filter_map(|defect| {
            let of = defect.withdrawn.as_ref()?;
            let sentence = format!("{} was withdrawn: {}", defect.label(), of.reason);
            Some(Since {
                position: of.position,
                at: of.at,
                sentence,
                about: About::Defect(defect.key.clone()),
            })
        });
    let here = release.changes.values().filter(|change| change.position <= position && change.is_on(id));
    let changes = here.flat_map(|change| {
        let about = || About::Change(change.key.clone());
        let out = change.taken_out.iter().map(move |of| Since {
            position: of.position,
            at: of.at,
            sentence: format!("{} was taken out: {}", change.label(), of.reason),
            about: about(),
        });
        let of_then = move |said: &Said| said.takes_back.is_some_and(|done| done <= position);
        let undone =
            change.said.iter().filter(move |(_, said)| of_then(said)).map(move |(function, said)| {
                let why = said.notes.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
                let sentence =
                    format!("{} is not done for {} any more{why}", change.label(), function.as_str());
                Since { position: said.position, at: said.at, sentence, about: about() }
            });
        out.chain(undone)
    });
    let wholes = release.wholes.iter().filter(|whole| whole.position <= position).filter_map(|whole| {
        let of = whole.withdrawn.as_ref()?;
        let sentence = format!(
            "the word that the list of {} is whole was withdrawn: {}",
            whole.list.as_str(),
            of.reason
        );
        Some(Since { position: of.position, at: of.at, sentence, about: About::Evidence(whole.position) })
    });
    let handed = track.handoffs.iter().filter(|handoff| handoff.position <= position);
    let returned = handed.filter_map(|handoff| match &handoff.standing {
        Standing::Returned(of) | Standing::TakenBack(of) => {
            let build = track.build_label(&handoff.build);
            let why = of.text.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
            let sentence = format!("the handoff of {build} was {}{why}", handoff.label());
            Some(Since { position: of.position, at: of.at, sentence, about: About::Track(id.clone()) })
        }
        Standing::Offered | Standing::Accepted(_) | Standing::Voided { .. } => None,
    });
    let all = defects.chain(changes).chain(wholes).chain(returned);
    all.filter(|since| since.position > position).collect()
}

fn candidates(track: &Track, position: Position) -> Vec<Since> {
    let all = track.earlier_candidates.iter().chain(&track.candidate);
    // The first candidate of a track corrects nothing.
    let replaced = all.skip(1).filter(|candidate| candidate.position > position);
    replaced
        .map(|candidate| {
            let why = candidate.reason.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
            Since {
                position: candidate.position,
                at: candidate.nominated_at,
                sentence: format!("the candidate became {}{why}", track.build_label(&candidate.build)),
                about: About::Track(track.description.id.clone()),
            }
        })
        .collect()
}

/// What had ended by then, and came up again.
fn blockers(release: &Release, track: &Track, position: Position) -> Vec<Since> {
    let here = release.blockers.iter().filter(|blocker| blocker.is_on(&track.description.id));
    let again = here.flat_map(|blocker| {
        let by_then = blocker.steps.iter().rev().find(|step| {
            step.position <= position && matches!(step.did, Did::Ended(_) | Did::Reopened { .. })
        });
        let had_ended = by_then.is_some_and(|step| matches!(step.did, Did::Ended(_)));
        let later = blocker.steps.iter().filter(move |step| had_ended && step.position > position);
        later.filter_map(|step| match &step.did {
            Did::Reopened { reason } => Some(Since {
                position: step.position,
                at: step.at,
                sentence: format!("{} was reopened: {reason}", blocker.label()),
                about: About::Blocker(blocker.number),
            }),
            _ => None,
        })
    });
    again.collect()
}

/// Where the target moved, and milestones that were not reached after all.
fn dates(release: &Release, track: &Track, position: Position) -> Vec<Since> {
    let targets = &track.course.targets;
    let moves = targets.iter().zip(targets.iter().skip(1));
    let moved = moves.filter(|(_, after)| after.position > position).map(|(before, after)| {
        let why = after.reason.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        Since {
            position: after.position,
            at: after.at,
            sentence: format!("go-live moved from {} to {}{why}", before.on.told(), after.on.told()),
            about: About::Timeline,
        }
    });
    let names = milestones(release, track);
    let withdrawn = track.course.milestones.iter().flat_map(|(id, kept)| {
        let name = names.iter().find(|of| of.id == *id).map_or(id.as_str(), |of| of.name.as_str());
        let by_then = kept.reached.iter().filter(|reached| reached.position <= position);
        let after =
            by_then.filter_map(|reached| reached.withdrawn.as_ref()).filter(|of| of.position > position);
        after.map(move |withdrawal| Since {
            position: withdrawal.position,
            at: withdrawal.at,
            sentence: format!("“{name}” was not reached after all: {}", withdrawal.reason),
            about: About::Timeline,
        })
    });
    moved.chain(withdrawn).collect()
}

/// Returns it as one line: "the smoke run on 4.2.0 (514) was withdrawn: …; and 2 more".
pub fn told(all: &[Since], most: usize) -> String {
    let sentences: Vec<&str> = all.iter().map(|since| since.sentence.as_str()).collect();
    words::list(&sentences, sentences.len(), most)
}
