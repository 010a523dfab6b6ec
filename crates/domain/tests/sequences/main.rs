//! Whatever people do in whatever order: what never happens.
//!
//! How many sequences are tried is told by `SEAWORTHY_SEQUENCES`; three hundred unless it is set.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

mod step;
mod world;

use domain::blocker::{BlockerState, How};
use domain::course::{Phase, phase};
use domain::criterion::Function;
use domain::handoff::Standing;
use domain::id::CriterionId;
use domain::readiness::Verdict;
use domain::release::Release;
use domain::waiver::{Answer, Scope, Subject};
use proptest::prelude::*;

use step::{Step, steps};
use world::{Shown, World};

/// How long a sequence is, in steps.
const LENGTH: std::ops::Range<usize> = 1..30;

#[expect(clippy::disallowed_methods, reason = "how long a test runs is for whoever runs it")]
fn cases() -> u32 {
    std::env::var("SEAWORTHY_SEQUENCES").ok().and_then(|text| text.parse().ok()).unwrap_or(300)
}

/// A criterion that counts as met.
fn counts(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Met | Verdict::Waived)
}

/// What only brings bad news, or takes good news away: no criterion that did not count may count after it.
fn never_makes_readier(step: &Step, before: &Shown, after: &Shown) {
    for ((track, id), verdict) in &after.verdicts {
        let was = before.verdicts.get(&(track.clone(), id.clone())).copied().unwrap_or(*verdict);
        assert!(
            !counts(*verdict) || counts(was),
            "{step:?} made {id} on {track} {verdict:?}, which was {was:?}"
        );
    }
}

/// What waives a criterion or a defect is in force, within its scope, and given by another than asked for it.
fn waivers_keep_to_their_scope(world: &World, shown: &Shown) {
    let release = &world.release;
    for waiver in release.waivers.iter().filter(|waiver| waiver.is_in_force(world.now)) {
        assert!(waiver.expires > world.now);
        let Some(Answer::Approved { by, function, position, .. }) = &waiver.answer else {
            panic!("not approved")
        };
        assert_ne!(by, &waiver.by, "nobody approves what they asked for");
        let track = &release.tracks[&waiver.track];
        if let Scope::Build { build } = &waiver.scope {
            let candidate = track.candidate.as_ref().unwrap();
            assert_eq!(candidate.build, *build);
            assert!(candidate.position < waiver.position, "no candidate came since");
        }
        match &waiver.subject {
            Subject::Criterion { criterion } => {
                let criterion = release.definition().unwrap().criterion(criterion).unwrap();
                assert!(criterion.waivable_by.contains(function));
            }
            Subject::Defect { defect } => {
                assert!(matches!(function, Function::Product | Function::Leadership));
                let worst = world.severity_at(defect, *position);
                assert!(
                    release.defects[defect].report.severity >= worst,
                    "it is worse than what was accepted"
                );
            }
        }
    }
    for ((track, id), verdict) in &shown.verdicts {
        let waived = release.waivers.iter().any(|waiver| {
            waiver.is_in_force(world.now)
                && waiver.track == *track
                && matches!(&waiver.subject, Subject::Criterion { criterion } if criterion == id)
        });
        assert!(*verdict != Verdict::Waived || waived, "{id} on {track} is waived by nothing");
    }
}

/// What is open stands in the way of its own tracks and of no other, what ended says why, and what was accepted is
/// somebody's.
fn blockers_keep_to_their_word(world: &World, shown: &Shown) {
    let release = &world.release;
    let criterion = CriterionId::parse("no-open-blocker").unwrap();
    for blocker in &release.blockers {
        match (blocker.state(world.now), blocker.end()) {
            (BlockerState::Open, _) => assert!(blocker.owner.is_some() || blocker.asked().is_some()),
            (BlockerState::Resolved, Some((How::Resolved(resolution), _))) => {
                assert!(!resolution.evidence.trim().is_empty(), "a resolved blocker needs evidence");
            }
            (BlockerState::Waived, Some((How::Waived { function, users, .. }, _))) => {
                assert!(matches!(function, Function::Product | Function::Leadership) && !users.is_empty());
            }
            (BlockerState::Merged, _) => {
                let into = release.blocker(blocker.merged_into().unwrap()).unwrap();
                assert!(blocker.tracks.iter().all(|track| into.is_on(track)), "it has the tracks of both");
            }
            (BlockerState::Resolved | BlockerState::Waived, end) => panic!("it has ended by {end:?}"),
            _ => {}
        }
    }
    for ((track, _), verdict) in shown.verdicts.iter().filter(|((_, id), _)| *id == criterion) {
        let here = release.blockers.iter().filter(|blocker| blocker.is_on(track));
        let states: Vec<BlockerState> = here.map(|blocker| blocker.state(world.now)).collect();
        let expect = if states.contains(&BlockerState::Open) {
            Verdict::NotMet
        } else if states.contains(&BlockerState::Proposed) {
            Verdict::Unknown
        } else {
            Verdict::Met
        };
        assert!(*verdict == expect || *verdict == Verdict::Waived, "{track} is {verdict:?} with {states:?}");
    }
}

/// What a store has was accepted by another than offered it, nothing counts for a build that is not the candidate, and
/// nothing is stable that users cannot get.
fn what_ships_was_handed_over(release: &Release) {
    for track in release.tracks.values() {
        for submission in &track.submissions {
            let handed = track.handoffs.iter().filter(|handoff| handoff.build == submission.build);
            assert!(handed.clone().any(|handoff| handoff.position < submission.position));
            for pair in submission.says.windows(2) {
                let next = submission.store.next(&pair[0].word);
                assert!(next.is_none_or(|next| next.contains(&pair[1].word.as_str())), "{pair:?}");
            }
        }
        for handoff in track.handoffs.iter().filter(|handoff| handoff.is_live()) {
            assert_eq!(Some(&handoff.build), track.candidate.as_ref().map(|candidate| &candidate.build));
            if let Standing::Accepted(given) = &handoff.standing {
                assert_ne!(given.by, handoff.by, "nobody accepts what they offered");
            }
        }
        if phase(release, track) == Phase::Stable {
            assert!(
                track.going.stable.is_some() && track.submissions.iter().any(|of| of.live_since().is_some())
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_done_bad_news_makes_nothing_readier_and_waivers_keep_to_their_scope(
        steps in prop::collection::vec(steps(), LENGTH)
    ) {
        let mut world = World::begin();
        let mut shown = world.look();
        for step in &steps {
            let is_bad_news = step.is_bad_news(&world.release);
            world.take(step);
            let after = world.look();
            if is_bad_news {
                never_makes_readier(step, &shown, &after);
            }
            waivers_keep_to_their_scope(&world, &after);
            blockers_keep_to_their_word(&world, &after);
            what_ships_was_handed_over(&world.release);
            prop_assert_eq!(world.until_next_change(), after.clone(), "it turned before it was said to");
            shown = after;
        }
        let replayed = Release::fold(world.events.iter().cloned()).unwrap();
        prop_assert_eq!(format!("{:?}", world.release), format!("{replayed:?}"), "replay equals living");
    }
}
