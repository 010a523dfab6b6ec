//! A small release in which people act, and what is shown of it.

use std::collections::BTreeMap;

use domain::blocker::{BlockerNumber, DeferredTo, Kind, Owner, Proposal, Resolution, Threatened, Update};
use domain::build::Build;
use domain::calendar::Day;
use domain::cases::{Merged, Note};
use domain::change::ChangeDescription;
use domain::command::{
    self, Settled, blocker, candidate, change, correction, course, defect, definition, handoff, judgement,
    listing, risk, submission, timeline, waiver,
};
use domain::criteria::expression::Expression;
use domain::criteria::fact::Fact;
use domain::criteria::kleene::{Evaluation, evaluate};
use domain::criteria::preset::{PRESETS, Parameters};
use domain::criterion::{Criterion, Definition, Function, Gate, Rule};
use domain::defect::{DefectReport, OnBuild, Severity, Source};
use domain::digest::Digest;
use domain::envelope::{ActorId, Envelope, Position, Stream, StreamVersion};
use domain::event::*;
use domain::evidence::{AttestedResult, Counts};
use domain::id::{
    BuildNumber, Commit, CriterionId, DefectKey, MilestoneId, ProductId, ReleaseName, RunId, RunKind, TrackId,
};
use domain::impact::{Impact, Often, Reach};
use domain::knowledge;
use domain::readiness::{Readiness, Verdict, judge, next_change_at};
use domain::refusal::Refusal;
use domain::release::Release;
use domain::risk::{Likelihood, RiskDescription};
use domain::runs::{self, Merges, PlanKey};
use domain::speaker::Speaker;
use domain::store::Store;
use domain::time::Time;
use domain::track::TrackDescription;
use domain::waiver::{Scope, Subject};

use crate::step::{Of, Step, Verb, change_key, defect_key, milestone_id};

const HOUR: i64 = 3_600_000_000;
const TRACKS: [&str; 2] = ["ios", "watchos"];
const BUILDS: [&str; 3] = ["512", "514", "515"];
const DEVICES: [&str; 2] = ["Phone", "Pad"];
const PEOPLE: [&str; 3] = ["ada", "jo", "sam"];
const FUNCTIONS: [Function; 3] = [Function::Engineering, Function::Product, Function::Qa];

pub(crate) struct World {
    pub(crate) events: Vec<(Envelope, Event)>,
    pub(crate) release: Release,
    pub(crate) now: Time,
    /// Whether the one case of a run passed, by the digest of its records.
    passed: BTreeMap<Digest, bool>,
    merges: Merges,
    compiled: BTreeMap<String, Expression>,
}

/// What is shown of a release.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shown {
    pub(crate) verdicts: BTreeMap<(TrackId, CriterionId), Verdict>,
    pub(crate) readiness: Vec<Readiness>,
}

pub(crate) fn track(of: Of) -> TrackId {
    TrackId::parse(TRACKS[of % TRACKS.len()]).unwrap()
}

fn build(of: Of) -> BuildNumber {
    BuildNumber::parse(BUILDS[of % BUILDS.len()]).unwrap()
}

fn person(of: Of) -> ActorId {
    ActorId::new(PEOPLE[of % PEOPLE.len()])
}

/// Whoever speaks for their one function.
fn speaker(of: Of) -> Speaker {
    let functions = Some(vec![FUNCTIONS[of % FUNCTIONS.len()]]);
    Speaker { actor: person(of), behalf: None, functions }
}

fn speaking_for(function: Function) -> Speaker {
    speaker(FUNCTIONS.iter().position(|of| *of == function).unwrap_or(0))
}

/// The criteria of one of three definitions.
fn criteria(of: Of) -> Vec<Criterion> {
    let lists = |name: &str| {
        matches!(name, "regression-complete" | "plan-coverage" | "flaky-rate" | "test-summary-written")
    };
    let presets = PRESETS.iter().filter(|preset| !lists(preset.name)).map(|preset| {
        let mut parameters = Parameters::default();
        if of == 1 {
            parameters.severity = vec![Severity::Critical];
        }
        Criterion {
            id: CriterionId::parse(preset.name).unwrap(),
            title: preset.title(&parameters),
            owner: preset.owner,
            waivable_by: if of == 2 {
                vec![Function::Qa]
            } else {
                vec![Function::Product, Function::Engineering]
            },
            gate: Gate::Submission,
            tracks: None,
            rule: preset.rule(&parameters),
            preset: Some(preset.name.to_owned()),
            max_age_hours: matches!(preset.name, "smoke-passed" | "sign-off" | "no-open-defects")
                .then_some(48),
        }
    });
    presets.collect()
}

impl World {
    pub(crate) fn begin() -> Self {
        let planned = Event::ReleasePlanned(ReleasePlanned {
            product: ProductId::parse("tidewatch").unwrap(),
            name: ReleaseName::parse("2026.12").unwrap(),
            description: ReleaseDescribed {
                product_name: "Tidewatch".to_owned(),
                zone: "UTC".to_owned(),
                kinds: vec![],
                policy: Default::default(),
                version: "4.2.0".to_owned(),
            },
        });
        let envelope = enveloped(1, &planned, "ada", Time::from_micros(HOUR));
        let release = Release::begin(&envelope, planned.clone()).unwrap();
        let mut world = Self {
            events: vec![(envelope, planned)],
            release,
            now: Time::from_micros(20_000 * 24 * HOUR),
            passed: BTreeMap::new(),
            merges: Merges::new(),
            compiled: BTreeMap::new(),
        };
        for name in TRACKS {
            let devices = DEVICES.map(str::to_owned).to_vec();
            let (id, name, store, shares_submission_with) =
                (TrackId::parse(name).unwrap(), name.to_owned(), None, None);
            world.happens(
                "ada",
                Event::TrackDescribed(TrackDescription { id, name, store, devices, shares_submission_with }),
            );
        }
        for (track, of) in [0, 1].into_iter().flat_map(|track| (0..BUILDS.len()).map(move |of| (track, of))) {
            let (version, number, commit) =
                ("4.2.0".to_owned(), build(of), Commit::parse("9be27d1").unwrap());
            let build = Build { version, number, commit, revision: Some(of as i64), artifact: None };
            world
                .happens("ada", Event::BuildRegistered(BuildRegistered { track: self::track(track), build }));
        }
        let definition = Definition { version: 1, criteria: criteria(0), reason: None };
        world.happens("ada", Event::DefinitionPutInForce(definition));
        world
    }

    fn happens(&mut self, by: &str, event: Event) {
        let position = self.events.len() as i64 + 1;
        self.now = self.now.plus_micros(HOUR / 60);
        let envelope = enveloped(position, &event, by, self.now);
        // Every event has a sentence, whatever came before it.
        let _ = domain::happening::happening(&envelope, &event, Some(&self.release));
        self.release.apply(&envelope, event.clone());
        self.events.push((envelope, event));
    }

    /// Takes a step: what is decided happens, what is refused leaves no trace.
    pub(crate) fn take(&mut self, step: &Step) {
        let by = match step {
            Step::RequestWaiver { by, .. }
            | Step::Approve { by, .. }
            | Step::Reject { by, .. }
            | Step::Revoke { by, .. }
            | Step::WaiveBlocker { by, .. } => *by,
            Step::Agree { function } => FUNCTIONS.iter().position(|of| of == function).unwrap_or(0),
            Step::Say { function, .. } | Step::SignOff { function, .. } => {
                FUNCTIONS.iter().position(|of| of == function).unwrap_or(0)
            }
            _ => 0,
        };
        if let Step::Wait { hours } = step {
            self.now = self.now.plus_micros(hours * HOUR);
        }
        match self.decide(step, by) {
            Ok(Settled::New(events)) => {
                assert!(!events.is_empty(), "{step:?} settles something new with no event");
                for event in events {
                    self.happens(PEOPLE[by % PEOPLE.len()], event);
                }
            }
            Ok(Settled::Already(position)) => assert!(position.0 <= self.events.len() as i64, "{step:?}"),
            Err(refusal) => {
                assert!(refusal.sentence.ends_with(['.', '?', '”']), "{step:?}: {}", refusal.sentence)
            }
        }
    }

    fn decide(&mut self, step: &Step, by: Of) -> Result<Settled, Refusal> {
        let (release, now, actor) = (&self.release, self.now, person(by));
        match step {
            Step::Report { defect: of, severity, state, track: on, fixed, duplicate } => {
                let report = DefectReport {
                    title: "Old route".to_owned(),
                    severity: *severity,
                    state: *state,
                    tracks: vec![track(*on)],
                    fixed_in: fixed
                        .map(|of| OnBuild { track: track(*on), build: build(of) })
                        .into_iter()
                        .collect(),
                    duplicate_of: duplicate.map(defect_key),
                    ..DefectReport::default()
                };
                defect::report(release, Some(defect_key(*of)), report, Source::Hand, Some("it is so"), &actor)
            }
            Step::Translate { defect: of } => {
                let impact = Impact {
                    experience: "runners see their last route".to_owned(),
                    reach: Reach::Some,
                    often: Often::Rarely,
                    frequency: "4 of 212".to_owned(),
                    circumstances: "after a run".to_owned(),
                    workaround: None,
                };
                defect::translate(release, &defect_key(*of), impact)
            }
            Step::Expose { defect: of, track: on, exposure } => {
                defect::expose(release, &defect_key(*of), &track(*on), *exposure, None, &speaker(by))
            }
            Step::Defer { defect: of } => defect::defer(release, &defect_key(*of), "4.3.0", "rare", &actor),
            Step::WithdrawDefect { defect: of } => {
                defect::withdraw(release, &defect_key(*of), "not ours", &actor)
            }
            Step::Describe { change: of, track: on } => {
                let description = ChangeDescription {
                    title: "Sync".to_owned(),
                    tracks: on.map(track).into_iter().collect(),
                    ..ChangeDescription::default()
                };
                change::describe(
                    release,
                    Some(change_key(*of)),
                    description,
                    Source::Hand,
                    Some("it is so"),
                    &actor,
                )
            }
            Step::Say { change: of, function, done } => {
                change::say(release, &change_key(*of), *function, *done, None, &speaking_for(*function))
            }
            Step::TakeOut { change: of } => change::take_out(release, &change_key(*of), "late", &actor),
            Step::PutBack { change: of } => change::put_back(release, &change_key(*of), "in time"),
            Step::Offer { .. }
            | Step::AnswerHandoff { .. }
            | Step::Submit { .. }
            | Step::Says { .. }
            | Step::Rollout { .. }
            | Step::Rework { .. }
            | Step::Turn { .. } => self.shipping(step, by),
            Step::Target { track: on, days } => {
                timeline::set_target(release, &track(*on), self.day(*days), Some("it moves"))
            }
            Step::Milestone { track: on, milestone, verb, days } => {
                let (on, id, day) = (track(*on), milestone_id(*milestone), self.day(*days));
                match verb {
                    Verb::Plan => timeline::plan(release, &on, &id, Some(day), "another day"),
                    Verb::AsTemplate => timeline::plan(release, &on, &id, None, "as ever"),
                    Verb::Reach => timeline::reach(release, &on, &id, Some(day), None, now),
                    Verb::Withdraw => timeline::withdraw(release, &on, &id, "not yet"),
                    Verb::Drop => timeline::drop(release, &on, &id, "not needed", &actor),
                    Verb::Add => timeline::add(release, &on, &id, "Press kit", day),
                }
            }
            Step::Risk { likely, track: on } => {
                let description = RiskDescription {
                    title: "Old firmware".to_owned(),
                    likelihood: if *likely { Likelihood::Likely } else { Likelihood::Unlikely },
                    effect: "no routes".to_owned(),
                    mitigation: "a flag".to_owned(),
                    tracks: on.map(track).into_iter().collect(),
                    areas: vec![],
                    owner: actor.clone(),
                };
                risk::note(release, description, &actor)
            }
            Step::CloseRisk { risk: of } => {
                let position = release.risks.get(*of).map_or(Position(1), |risk| risk.position);
                risk::close(release, position, false, "gone", &actor)
            }
            Step::Whole { list } => listing::whole(release, *list, Source::Hand, None, &actor),
            Step::RequestWaiver { criterion, defect: of, track: on, of_build, hours, .. } => {
                let subject = match criterion {
                    None => Subject::Defect { defect: defect_key(*of) },
                    Some(of) => {
                        let criteria = &release.definition().unwrap().criteria;
                        Subject::Criterion { criterion: criteria[of % criteria.len()].id.clone() }
                    }
                };
                let candidate = release.tracks[&track(*on)].candidate.as_ref();
                let scope = match candidate {
                    Some(candidate) if *of_build => Scope::Build { build: candidate.build.clone() },
                    _ => Scope::Release,
                };
                let wanted = WaiverRequested {
                    subject,
                    track: track(*on),
                    scope,
                    reason: "known and small".to_owned(),
                    mitigation: "support is told".to_owned(),
                    expires: now.plus_micros(hours * HOUR),
                };
                waiver::request(release, &wanted, &actor, now)
            }
            Step::Approve { waiver: of, function, .. } => {
                waiver::approve(release, self.waiver(*of), *function, None, &speaker(by), now)
            }
            Step::Reject { waiver: of, .. } => {
                waiver::reject(release, self.waiver(*of), "no", &speaker(by), now)
            }
            Step::Revoke { waiver: of, .. } => {
                waiver::revoke(release, self.waiver(*of), "no", &speaker(by), false, now)
            }
            Step::Nominate { track: on, build: of } => {
                candidate::nominate(release, &track(*on), &build(*of), None, Some("the fix is in"))
            }
            Step::Carry { track: on, evidence } => candidate::carry(
                release,
                &track(*on),
                self.evidence(*evidence),
                "only a text differs",
                &actor,
            ),
            Step::Run { track: on, build: of, passes } => Ok(self.run(*on, *of, *passes)),
            Step::Check { track: on, build: of, device, passes } => {
                let attested = DeviceAttested {
                    track: track(*on),
                    build: build(*of),
                    device: DEVICES[device % DEVICES.len()].to_owned(),
                    result: if *passes { AttestedResult::Passed } else { AttestedResult::Failed },
                    notes: None,
                    photos: vec![],
                    provenance: Default::default(),
                };
                command::evidence::attest(release, attested, None).map(Settled::New)
            }
            Step::SignOff { track: on, function } => {
                let candidate = release.tracks[&track(*on)].candidate.as_ref();
                let of = candidate.map_or_else(|| build(0), |candidate| candidate.build.clone());
                judgement::sign_off(release, &track(*on), &of, *function, None, &speaking_for(*function))
            }
            Step::Assess { track: on } => {
                let candidate = release.tracks[&track(*on)].candidate.as_ref();
                let of = candidate.map_or_else(|| build(0), |candidate| candidate.build.clone());
                let judged = judgement::Judgement {
                    recommendation: domain::assessment::Recommendation::Go,
                    confidence: 80,
                    reasons: "calm".to_owned(),
                };
                judgement::assess(release, &track(*on), &of, &judged, &actor)
            }
            Step::Withdraw { evidence } => {
                let of = self.evidence(*evidence);
                let event = command::evidence::withdraw(release, of, "wrong", &actor)?;
                Ok(event.map_or(Settled::Already(of), Settled::from))
            }
            Step::Correct { evidence, track: on, build: of } => {
                let (on, of) = (track(*on), build(*of));
                let place = correction::Place { track: &on, build: &of, commit: None };
                correction::correct(release, self.evidence(*evidence), place, "wrong build", &actor)
            }
            Step::Wait { .. } => Ok(Settled::Already(Position(1))),
            Step::Draft { definition: of } => {
                definition::draft(release, criteria(*of), Some("learnt from the last one"), &actor)
            }
            Step::Agree { function } => {
                let draft = release.draft.as_ref().map(|draft| draft.position);
                let position = draft.or(release.ruling().map(|ruling| ruling.position));
                definition::agree(release, position.unwrap(), *function, &speaking_for(*function))
            }
            Step::DropDraft => {
                let position = release.draft.as_ref().map_or(Position(1), |draft| draft.position);
                definition::drop_draft(release, position, "not now", &actor)
            }
            step => self.decide_on_blocker(step, by),
        }
    }

    fn decide_on_blocker(&self, step: &Step, by: Of) -> Result<Settled, Refusal> {
        let (release, now, actor) = (&self.release, self.now, person(by));
        let owner = |of: &Of| Owner { person: person(*of), function: FUNCTIONS[of % FUNCTIONS.len()] };
        match step {
            Step::Propose { title, track: on, owner: of } => {
                let threatens = match title % 2 {
                    0 => Threatened::Criterion { criterion: CriterionId::parse("no-open-blocker").unwrap() },
                    _ => Threatened::Milestone { milestone: MilestoneId::parse("submission").unwrap() },
                };
                let proposal = Proposal {
                    title: format!("Blocked {title}"),
                    tracks: vec![track(*on)],
                    threatens,
                    details: None,
                    owner: of.as_ref().map(owner),
                    links: vec![],
                };
                blocker::propose(release, proposal, &actor, now)
            }
            Step::Accept { blocker: of, owner: who } => {
                let number = self.blocker(*of);
                let owned = release.blocker(number).is_some_and(|blocker| blocker.owner.is_some());
                let asked = (who.is_none() && !owned).then(|| person(1));
                blocker::accept(release, number, who.as_ref().map(owner), asked, &actor, now)
            }
            Step::RejectBlocker { blocker: of } => {
                blocker::reject(release, self.blocker(*of), "no", &actor, now)
            }
            Step::Own { blocker: of, owner: who } => {
                blocker::own(release, self.blocker(*of), owner(who), None, now)
            }
            Step::Status { blocker: of, hours } => {
                let next_update = Some(now.plus_micros(hours * HOUR));
                let status = Update { kind: Kind::Status, text: "Jo tries 515".to_owned(), next_update };
                blocker::update(release, self.blocker(*of), status, &speaker(by), now)
            }
            Step::Resolve { blocker: of, shown, evidence } => {
                let resolution = Resolution {
                    evidence: if *shown { "it is gone" } else { " " }.to_owned(),
                    build: None,
                    run: evidence.map(|of| self.evidence(of)),
                    url: None,
                };
                blocker::resolve(release, self.blocker(*of), resolution, &actor, now)
            }
            Step::WaiveBlocker { blocker: of, function, .. } => {
                let (reason, users) = ("few have one".to_owned(), "the last route".to_owned());
                let waiving = blocker::Waiving { function: *function, reason, users };
                blocker::waive(release, self.blocker(*of), &waiving, &speaker(by), now)
            }
            Step::DeferBlocker { blocker: of, hours } => {
                let to = match hours {
                    Some(hours) => DeferredTo::Moment { moment: now.plus_micros(hours * HOUR) },
                    None => DeferredTo::Release { release: ReleaseName::parse("2027.01").unwrap() },
                };
                blocker::defer(release, self.blocker(*of), to, "rare", &actor, now)
            }
            Step::WithdrawBlocker { blocker: of } => {
                blocker::withdraw(release, self.blocker(*of), "a mistake", &actor, now)
            }
            Step::Merge { blocker: of, into } => {
                blocker::merge(release, self.blocker(*of), self.blocker(*into), &actor, now)
            }
            Step::Reopen { blocker: of } => {
                blocker::reopen(release, self.blocker(*of), "it is back", &actor, now)
            }
            step => unreachable!("{step:?} is not about a blocker"),
        }
    }

    fn shipping(&self, step: &Step, by: Of) -> Result<Settled, Refusal> {
        let (release, now, speaker) = (&self.release, self.now, speaker(by));
        let word = |word: &str| submission::Word {
            word: word.to_owned(),
            said_at: now,
            reason: Some("it is so".to_owned()),
            verbatim: false,
        };
        let candidate = |on: &TrackId| {
            let candidate = release.tracks[on].candidate.as_ref();
            candidate.map_or_else(|| build(0), |candidate| candidate.build.clone())
        };
        match step {
            Step::Offer { track: on } => {
                let on = track(*on);
                handoff::offer(release, &on, &candidate(&on), &[], None, &speaker)
            }
            Step::AnswerHandoff { track: on, answer } => {
                let on = track(*on);
                let last = release.tracks[&on].handoffs.last().map_or(Position(1), |last| last.position);
                handoff::answer(release, &on, last, *answer, Some("it is so"), &speaker)
            }
            Step::Submit { track: on } => {
                let on = track(*on);
                submission::submit(release, &on, &candidate(&on), &word(""), &speaker, now)
            }
            Step::Says { track: on, word: of, follows } => {
                let on = track(*on);
                let words: Vec<&str> = Store::Other.words().collect();
                let last = release.tracks[&on].submissions.last();
                let next = last
                    .and_then(|last| last.store.next(last.word()))
                    .filter(|next| *follows && !next.is_empty());
                let said = next.map_or(words[of % words.len()], |next| next[of % next.len()]);
                submission::store_says(release, &on, &word(said), &speaker, now)
            }
            Step::Rollout { track: on, word: of, percent } => {
                let words: Vec<&str> = Store::Other.rollout_words().collect();
                let percent = percent.map(f64::from);
                submission::rollout(release, &track(*on), &word(words[of % words.len()]), percent, now)
            }
            Step::Rework { track: on, new_build } => {
                submission::rework(release, &track(*on), "mend it", *new_build, &speaker)
            }
            Step::Turn { track: on, turn } => course::turn(release, &track(*on), *turn, "it is so", &speaker),
            step => unreachable!("{step:?} is not on the way to users"),
        }
    }

    fn blocker(&self, of: Of) -> BlockerNumber {
        let latest = self.release.blockers.iter().rev().nth(of);
        latest.map_or(BlockerNumber(99), |blocker| blocker.number)
    }

    fn run(&mut self, on: Of, of: Of, passes: bool) -> Settled {
        let digest = Digest::of(format!("{}", self.events.len()).as_bytes());
        self.passed.insert(digest, passes);
        let run = RunIngested {
            track: track(on),
            build: build(of),
            kind: RunKind::parse("smoke").unwrap(),
            run: RunId::parse("r1").unwrap(),
            device: None,
            complete: true,
            counts: Counts {
                cases: 1,
                passed: i64::from(passes),
                failed: i64::from(!passes),
                ..Counts::default()
            },
            files: 1,
            bytes: 1,
            reports: digest,
            cases: digest,
            metrics: BTreeMap::new(),
        };
        Settled::New(command::evidence::ingest(&self.release, run, None).unwrap())
    }

    fn waiver(&self, of: Of) -> Position {
        // The latest are the likeliest to be open.
        self.release.waivers.iter().rev().nth(of).map_or(Position(1), |waiver| waiver.position)
    }

    /// Returns the day so many days from now; today, where the calendar begins only then.
    fn day(&self, days: i32) -> Day {
        let today = Day::of(self.now, &domain::timeline::zone(&self.release));
        today.plus(days).unwrap_or(today)
    }

    fn evidence(&self, of: Of) -> Position {
        let mut brought: Vec<Position> = self.release.brought().map(|brought| brought.position).collect();
        brought.sort_unstable();
        brought.iter().rev().nth(of).copied().unwrap_or(Position(1))
    }

    /// Returns how bad a defect was just after an event.
    pub(crate) fn severity_at(&self, key: &DefectKey, position: Position) -> Option<Severity> {
        let release = Release::fold(self.events.iter().take(position.0 as usize).cloned()).unwrap();
        release.defects[key].report.severity
    }

    pub(crate) fn look(&mut self) -> Shown {
        self.look_at(self.now)
    }

    /// What is shown just before anything is said to turn by itself.
    pub(crate) fn until_next_change(&mut self) -> Shown {
        let day = self.now.plus_micros(24 * HOUR);
        let until = next_change_at(&self.release, self.now).map_or(day, |until| until.min(day));
        self.look_at(Time::from_micros((until.micros() - 1).max(self.now.micros())))
    }

    fn look_at(&mut self, now: Time) -> Shown {
        self.merge(now);
        for criterion in &self.release.definition().unwrap().criteria {
            let source = criterion.rule.source();
            if !self.compiled.contains_key(source) {
                self.compiled.insert(source.to_owned(), Expression::compile(source).unwrap());
            }
        }
        let evaluate =
            |rule: &Rule, facts: &Fact| -> Evaluation { evaluate(&self.compiled[rule.source()], facts) };
        let tracks: Vec<_> = self
            .release
            .live_tracks()
            .map(|track| judge(&self.release, track, now, &self.merges, &evaluate))
            .collect();
        let _ = knowledge::of_release(&tracks);
        for track in self.release.live_tracks() {
            let calendar = &self.release.description.policy.calendar;
            for of in domain::timeline::of(&self.release, track, now) {
                assert!(of.planned.is_none_or(|day| calendar.is_working(day)), "{of:?}");
            }
        }
        let verdicts = tracks.iter().flat_map(|judged| {
            let track = judged.track.description.id.clone();
            judged.criteria.iter().map(move |of| {
                assert!(
                    of.broken.is_none() && !of.reasons.is_empty(),
                    "{}: {:?}",
                    of.criterion.id,
                    of.broken
                );
                ((track.clone(), of.criterion.id.clone()), of.verdict)
            })
        });
        Shown {
            verdicts: verdicts.collect(),
            readiness: tracks.iter().map(|judged| judged.readiness).collect(),
        }
    }

    /// Does the merges that are wanted, until none is: of one case, the last run on each device decides.
    fn merge(&mut self, now: Time) {
        loop {
            let wanted = runs::wanted(&self.release, now, &self.merges);
            if wanted.is_empty() {
                return;
            }
            for key in wanted {
                let last = key.ingests.iter().filter_map(|group| group.last());
                let failed = last.filter(|digest| !self.passed[*digest]).count() as i64;
                let cases = key.ingests.len() as i64;
                let note =
                    Note { class: "Sync".to_owned(), name: "opens".to_owned(), message: String::new() };
                let merged = Merged {
                    cases,
                    passed: cases - failed,
                    failed,
                    failures: (0..failed).map(|_| note.clone()).collect(),
                    planned: (key.plan != PlanKey::None).then_some(cases),
                    covered: cases,
                    ..Merged::default()
                };
                self.merges.insert(key, Ok(merged));
            }
        }
    }
}

fn enveloped(position: i64, event: &Event, by: &str, at: Time) -> Envelope {
    let (kind, kind_version) = event.kind();
    Envelope {
        position: Position(position),
        stream: Stream::new("release/tidewatch/2026.12"),
        version: StreamVersion(position),
        kind: kind.into(),
        kind_version,
        actor: ActorId::new(by),
        occurred_at: at,
        recorded_at: at,
    }
}
