//! What people may do, in a small world where it often hits.

use domain::criterion::Function;
use domain::defect::{DefectState, Exposure, Severity};
use domain::event::{HandoffAnswer, Turn};
use domain::id::{ChangeKey, DefectKey, MilestoneId};
use domain::listing::List;
use domain::release::Release;
use proptest::prelude::*;
use proptest::sample::select;

/// Which of the few there are, by their number.
pub(crate) type Of = usize;

#[derive(Clone, Debug)]
pub(crate) enum Step {
    Report {
        defect: Of,
        severity: Option<Severity>,
        state: DefectState,
        track: Of,
        fixed: Option<Of>,
        duplicate: Option<Of>,
    },
    Translate {
        defect: Of,
    },
    Expose {
        defect: Of,
        track: Of,
        exposure: Exposure,
    },
    Defer {
        defect: Of,
    },
    WithdrawDefect {
        defect: Of,
    },
    Describe {
        change: Of,
        track: Option<Of>,
    },
    Say {
        change: Of,
        function: Function,
        done: bool,
    },
    TakeOut {
        change: Of,
    },
    PutBack {
        change: Of,
    },
    Risk {
        likely: bool,
        track: Option<Of>,
    },
    CloseRisk {
        risk: Of,
    },
    Whole {
        list: List,
    },
    RequestWaiver {
        criterion: Option<Of>,
        defect: Of,
        track: Of,
        of_build: bool,
        hours: i64,
        by: Of,
    },
    Approve {
        waiver: Of,
        function: Function,
        by: Of,
    },
    Reject {
        waiver: Of,
        by: Of,
    },
    Revoke {
        waiver: Of,
        by: Of,
    },
    Nominate {
        track: Of,
        build: Of,
    },
    Carry {
        track: Of,
        evidence: Of,
    },
    Run {
        track: Of,
        build: Of,
        passes: bool,
    },
    Check {
        track: Of,
        build: Of,
        device: Of,
        passes: bool,
    },
    SignOff {
        track: Of,
        function: Function,
    },
    Assess {
        track: Of,
    },
    Withdraw {
        evidence: Of,
    },
    Correct {
        evidence: Of,
        track: Of,
        build: Of,
    },
    /// Draft one of three definitions.
    Draft {
        definition: Of,
    },
    Agree {
        function: Function,
    },
    DropDraft,
    Propose {
        title: Of,
        track: Of,
        /// Whose number is that of a person, if anybody owns it.
        owner: Option<Of>,
    },
    Accept {
        blocker: Of,
        owner: Option<Of>,
    },
    RejectBlocker {
        blocker: Of,
    },
    Own {
        blocker: Of,
        owner: Of,
    },
    Status {
        blocker: Of,
        hours: i64,
    },
    Resolve {
        blocker: Of,
        /// Whether anything shows it.
        shown: bool,
        evidence: Option<Of>,
    },
    WaiveBlocker {
        blocker: Of,
        function: Function,
        by: Of,
    },
    DeferBlocker {
        blocker: Of,
        hours: Option<i64>,
    },
    WithdrawBlocker {
        blocker: Of,
    },
    Merge {
        blocker: Of,
        into: Of,
    },
    Reopen {
        blocker: Of,
    },
    Offer {
        track: Of,
    },
    AnswerHandoff {
        track: Of,
        answer: HandoffAnswer,
    },
    Submit {
        track: Of,
    },
    /// A word of the store, of those that may follow, or another.
    Says {
        track: Of,
        word: Of,
        follows: bool,
    },
    Rollout {
        track: Of,
        word: Of,
        percent: Option<u8>,
    },
    Rework {
        track: Of,
        new_build: bool,
    },
    Turn {
        track: Of,
        turn: Turn,
    },
    Target {
        track: Of,
        days: i32,
    },
    Milestone {
        track: Of,
        milestone: Of,
        verb: Verb,
        days: i32,
    },
    Wait {
        hours: i64,
    },
}

/// What is said of a milestone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Plan,
    AsTemplate,
    Reach,
    Withdraw,
    Drop,
    Add,
}

const VERBS: [Verb; 6] = [Verb::Plan, Verb::AsTemplate, Verb::Reach, Verb::Withdraw, Verb::Drop, Verb::Add];
const MILESTONES: [&str; 3] = ["candidate-cut", "handoff", "press-kit"];

pub(crate) const DEFECTS: [&str; 3] = ["TW-1", "TW-2", "D-1"];
pub(crate) const CHANGES: [&str; 2] = ["C-1", "C-2"];
const FUNCTIONS: [Function; 3] = [Function::Engineering, Function::Product, Function::Qa];

pub(crate) fn defect_key(of: Of) -> DefectKey {
    DefectKey::parse(DEFECTS[of % DEFECTS.len()]).unwrap()
}

pub(crate) fn change_key(of: Of) -> ChangeKey {
    ChangeKey::parse(CHANGES[of % CHANGES.len()]).unwrap()
}

pub(crate) fn milestone_id(of: Of) -> MilestoneId {
    MilestoneId::parse(MILESTONES[of % MILESTONES.len()]).unwrap()
}

pub(crate) fn steps() -> impl Strategy<Value = Step> {
    let of = || 0..3_usize;
    let severity =
        || prop::option::weighted(0.9, select(Severity::ALL.map(|(_, severity)| severity).to_vec()));
    let state = || select(DefectState::ALL.map(|(_, state)| state).to_vec());
    let exposure = || select(Exposure::ALL.map(|(_, exposure)| exposure).to_vec());
    let function = || select(FUNCTIONS.to_vec());
    let list = || select(List::ALL.map(|(_, list)| list).to_vec());
    let report =
        (of(), severity(), state(), of(), prop::option::of(of()), prop::option::weighted(0.15, of()));
    let waiver = (prop::option::of(of()), of(), of(), any::<bool>(), 1..40_i64, of());
    prop_oneof![
        4 => report.prop_map(|(defect, severity, state, track, fixed, duplicate)| {
            Step::Report { defect, severity, state, track, fixed, duplicate }
        }),
        1 => of().prop_map(|defect| Step::Translate { defect }),
        3 => (of(), of(), exposure()).prop_map(|(defect, track, exposure)| Step::Expose { defect, track, exposure }),
        1 => of().prop_map(|defect| Step::Defer { defect }),
        1 => of().prop_map(|defect| Step::WithdrawDefect { defect }),
        2 => (of(), prop::option::of(of())).prop_map(|(change, track)| Step::Describe { change, track }),
        4 => (of(), function(), prop::bool::weighted(0.8))
            .prop_map(|(change, function, done)| Step::Say { change, function, done }),
        1 => of().prop_map(|change| Step::TakeOut { change }),
        1 => of().prop_map(|change| Step::PutBack { change }),
        1 => (any::<bool>(), prop::option::of(of())).prop_map(|(likely, track)| Step::Risk { likely, track }),
        1 => of().prop_map(|risk| Step::CloseRisk { risk }),
        3 => list().prop_map(|list| Step::Whole { list }),
        4 => waiver.prop_map(|(criterion, defect, track, of_build, hours, by)| {
            Step::RequestWaiver { criterion, defect, track, of_build, hours, by }
        }),
        5 => (of(), function(), of()).prop_map(|(waiver, function, by)| Step::Approve { waiver, function, by }),
        1 => (of(), of()).prop_map(|(waiver, by)| Step::Reject { waiver, by }),
        1 => (of(), of()).prop_map(|(waiver, by)| Step::Revoke { waiver, by }),
        4 => (of(), of()).prop_map(|(track, build)| Step::Nominate { track, build }),
        2 => (of(), of()).prop_map(|(track, evidence)| Step::Carry { track, evidence }),
        3 => (of(), of(), prop::bool::weighted(0.7)).prop_map(|(track, build, passes)| Step::Run { track, build, passes }),
        2 => (of(), of(), of(), prop::bool::weighted(0.7))
            .prop_map(|(track, build, device, passes)| Step::Check { track, build, device, passes }),
        2 => (of(), function()).prop_map(|(track, function)| Step::SignOff { track, function }),
        1 => of().prop_map(|track| Step::Assess { track }),
        2 => (0..8_usize).prop_map(|evidence| Step::Withdraw { evidence }),
        1 => (0..8_usize, of(), of()).prop_map(|(evidence, track, build)| Step::Correct { evidence, track, build }),
        2 => (of(), 5..40_i32).prop_map(|(track, days)| Step::Target { track, days }),
        4 => (of(), of(), select(VERBS.to_vec()), -6..20_i32)
            .prop_map(|(track, milestone, verb, days)| Step::Milestone { track, milestone, verb, days }),
        2 => (1..30_i64).prop_map(|hours| Step::Wait { hours }),
        1 => of().prop_map(|definition| Step::Draft { definition }),
        3 => function().prop_map(|function| Step::Agree { function }),
        1 => Just(Step::DropDraft),
        12 => blocking(),
        10 => shipping(),
    ]
}

const ANSWERS: [HandoffAnswer; 3] =
    [HandoffAnswer::Accepted, HandoffAnswer::Returned, HandoffAnswer::TakenBack];
const TURNS: [Turn; 6] =
    [Turn::Held, Turn::Resumed, Turn::Withdrawn, Turn::Returned, Turn::Stable, Turn::Unsettled];

/// What is done on the way to users.
fn shipping() -> impl Strategy<Value = Step> {
    let of = || 0..3_usize;
    prop_oneof![
        4 => of().prop_map(|track| Step::Offer { track }),
        5 => (of(), select(ANSWERS.to_vec())).prop_map(|(track, answer)| Step::AnswerHandoff { track, answer }),
        3 => of().prop_map(|track| Step::Submit { track }),
        5 => (of(), 0..8_usize, prop::bool::weighted(0.8))
            .prop_map(|(track, word, follows)| Step::Says { track, word, follows }),
        2 => (of(), 0..4_usize, prop::option::of(0..101_u8))
            .prop_map(|(track, word, percent)| Step::Rollout { track, word, percent }),
        1 => (of(), any::<bool>()).prop_map(|(track, new_build)| Step::Rework { track, new_build }),
        3 => (of(), select(TURNS.to_vec())).prop_map(|(track, turn)| Step::Turn { track, turn }),
    ]
}

/// What is done about what could stop the release.
fn blocking() -> impl Strategy<Value = Step> {
    let of = || 0..3_usize;
    let owner = || prop::option::weighted(0.7, of());
    let function = || select(FUNCTIONS.to_vec());
    prop_oneof![
        3 => (of(), of(), owner()).prop_map(|(title, track, owner)| Step::Propose { title, track, owner }),
        3 => (of(), owner()).prop_map(|(blocker, owner)| Step::Accept { blocker, owner }),
        1 => of().prop_map(|blocker| Step::RejectBlocker { blocker }),
        1 => (of(), of()).prop_map(|(blocker, owner)| Step::Own { blocker, owner }),
        2 => (of(), -2..30_i64).prop_map(|(blocker, hours)| Step::Status { blocker, hours }),
        2 => (of(), prop::bool::weighted(0.8), prop::option::of(of()))
            .prop_map(|(blocker, shown, evidence)| Step::Resolve { blocker, shown, evidence }),
        2 => (of(), function(), of())
            .prop_map(|(blocker, function, by)| Step::WaiveBlocker { blocker, function, by }),
        1 => (of(), prop::option::of(-2..30_i64))
            .prop_map(|(blocker, hours)| Step::DeferBlocker { blocker, hours }),
        1 => of().prop_map(|blocker| Step::WithdrawBlocker { blocker }),
        1 => (of(), of()).prop_map(|(blocker, into)| Step::Merge { blocker, into }),
        2 => of().prop_map(|blocker| Step::Reopen { blocker }),
    ]
}

impl Step {
    /// Tells whether it can only bring bad news, or take good news away. A withdrawn run is neither: it may have failed.
    pub(crate) fn is_bad_news(&self, release: &Release) -> bool {
        match self {
            Self::Report { defect, duplicate, .. } => {
                duplicate.is_none() && !release.defects.contains_key(&defect_key(*defect))
            }
            Self::AnswerHandoff { answer, .. } => *answer != HandoffAnswer::Accepted,
            Self::Turn { .. } | Self::Rework { .. } => true,
            Self::Expose { exposure, .. } => *exposure != Exposure::NotAffected,
            Self::Describe { change, .. } => !release.changes.contains_key(&change_key(*change)),
            Self::Say { done, .. } => !done,
            Self::Risk { .. } | Self::Reject { .. } | Self::Revoke { .. } | Self::Wait { .. } => true,
            // A draft moves no bar before it is agreed.
            Self::Draft { .. } | Self::DropDraft => true,
            Self::Propose { .. }
            | Self::Accept { .. }
            | Self::Own { .. }
            | Self::Status { .. }
            | Self::Merge { .. }
            | Self::Reopen { .. } => true,
            Self::PutBack { .. }
            | Self::Defer { .. }
            | Self::Translate { .. }
            | Self::RequestWaiver { .. } => !matches!(self, Self::Translate { .. }),
            _ => false,
        }
    }
}
