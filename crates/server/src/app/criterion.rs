//! Criteria as people write them: read, checked against the facts there are, and tried out on a release.
//!
//! Invariant: trying a criterion out changes nothing; what it comes to is what it would come to in force.

use std::cell::RefCell;

use domain::criteria::catalogue::catalogue;
use domain::criteria::check::check_rule;
use domain::criteria::expression::ExpressionError;
use domain::criteria::given::Shape;
use domain::criteria::preset::{PRESETS, Parameters, Preset};
use domain::criteria::written::Written;
use domain::criterion::{Criterion, Function, Rule};
use domain::file::Mistake;
use domain::id::{BuildNumber, CriterionId, ReleaseId, TrackId};
use domain::readiness;
use domain::refusal::Refusal;
use domain::release::Release;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::check::{CriterionCheck, criterion_check};
use super::evaluator::Compiled;
use super::{App, AppError};

/// What a criterion that is tried out is called where it has no id yet.
const UNNAMED: &str = "criterion";

/// A mistake in a criterion.
#[derive(Clone, Debug)]
pub struct CriterionMistake {
    /// Which of the criteria it is in, counted from 0.
    pub index: usize,
    /// What a reader knows the criterion by, if anything.
    pub name: Option<String>,
    /// A whole sentence; or, with a place, what is wrong there.
    pub message: String,
    /// Where in the rule it is.
    pub rule: Option<RuleMistake>,
}

/// What is wrong with a rule, and where.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct RuleMistake {
    #[schema(example = "no such fact: runs.smoek")]
    pub message: String,
    /// In bytes from the start of the rule.
    pub start: usize,
    pub end: usize,
    /// What was probably meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "runs.smoke")]
    pub suggestion: Option<String>,
}

impl From<ExpressionError> for RuleMistake {
    fn from(error: ExpressionError) -> Self {
        let ExpressionError { message, span, suggestion } = error;
        Self { message, start: span.start, end: span.end, suggestion }
    }
}

impl CriterionMistake {
    /// Returns the whole sentence.
    pub fn sentence(&self) -> String {
        let name = match &self.name {
            Some(name) => format!("“{name}”"),
            None => format!("Criterion {}", self.index + 1),
        };
        let Some(rule) = &self.rule else { return format!("{name}: {}", self.message) };
        let meant = rule.suggestion.as_ref().map(|meant| format!(" Did you mean {meant}?"));
        let place = format!("characters {} to {} of its rule", rule.start + 1, rule.end.max(rule.start + 1));
        format!("{name}: {}, at {place}.{}", rule.message, meant.unwrap_or_default())
    }

    /// Returns it as a place in the rule, if it has one.
    pub fn placed(&self) -> Option<Mistake> {
        let RuleMistake { message, start, end, suggestion } = self.rule.clone()?;
        let label = suggestion.map(|meant| format!("did you mean {meant}?"));
        let help = self.name.as_ref().map(|name| format!("in the rule of “{name}”"));
        Some(Mistake { start, end, message, label, help })
    }
}

/// What to try out.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrialRequest {
    pub criterion: Written,
    /// Only this track; unless given, each that the criterion applies to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub track: Option<TrackId>,
}

/// What a criterion would come to today.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct TrialResponse {
    /// The criterion with all that was left out: its sentence, its owner, its rule.
    pub criterion: Written,
    /// What is wrong with its rule; then no track was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mistake: Option<RuleMistake>,
    pub tracks: Vec<TrackTrial>,
}

/// What a criterion would come to on a track.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct TrackTrial {
    pub track: TrackId,
    pub name: String,
    /// The candidate.
    pub build: Option<BuildNumber>,
    pub check: CriterionCheck,
}

/// A preset, for those who choose.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct PresetLine {
    #[schema(example = "smoke-passed")]
    pub name: String,
    /// What it asks, in one line.
    pub doc: String,
    pub owner: Function,
    /// The sentence that readers see, with the defaults of its parameters.
    #[schema(example = "Smoke passed on the candidate")]
    pub sentence: String,
    pub parameters: Vec<ParameterLine>,
    /// Its rule with the defaults of its parameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offenders: Option<String>,
}

/// A parameter of a preset.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct ParameterLine {
    #[schema(example = "run")]
    pub name: String,
    /// What it looks like.
    #[schema(example = "kind of run")]
    pub shape: String,
    pub doc: String,
    /// What it is where nobody says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usual: Option<String>,
}

/// Lists the presets there are.
pub fn presets() -> Vec<PresetLine> {
    PRESETS.iter().map(preset_line).collect()
}

fn preset_line(preset: &Preset) -> PresetLine {
    let defaults = Parameters::default();
    let usual = preset.said(&preset.usual());
    let (holds, offenders) = match preset.rule(&defaults) {
        Rule::Holds(source) => (Some(source), None),
        Rule::Offenders(source) => (None, Some(source)),
    };
    PresetLine {
        name: preset.name.to_owned(),
        doc: preset.doc.to_owned(),
        owner: preset.owner,
        sentence: preset.title(&defaults),
        parameters: preset
            .parameters
            .iter()
            .map(|parameter| ParameterLine {
                name: parameter.key().to_owned(),
                shape: Shape::as_str(parameter.shape()).to_owned(),
                doc: parameter.label().to_owned(),
                usual: usual.get(parameter.key()).cloned(),
            })
            .collect(),
        holds,
        offenders,
    }
}

impl App {
    /// Reads criteria, and checks their rules against the facts that there are.
    ///
    /// # Errors
    /// Every criterion that does not do, with its place.
    pub(crate) async fn read_criteria(
        &self,
        release: &Release,
        written: &[Written],
        template: &[Criterion],
    ) -> Result<Vec<Criterion>, AppError> {
        let kinds = release.kinds();
        let known: Vec<&Criterion> = template.iter().chain(release.criteria()).collect();
        let (mut criteria, mut mistakes) = (Vec::new(), Vec::new());
        for (index, written) in written.iter().enumerate() {
            match written.read(&kinds, &known) {
                Ok(criterion) => criteria.push((index, criterion)),
                Err(message) => {
                    let name = written.name().map(str::to_owned);
                    mistakes.push(CriterionMistake { index, name, message, rule: None });
                }
            }
        }
        let rules: Vec<Rule> = criteria.iter().map(|(_, criterion)| criterion.rule.clone()).collect();
        for ((index, criterion), mistake) in criteria.iter().zip(self.check_rules(release, rules).await?) {
            let Some(rule) = mistake else { continue };
            let name = Some(criterion.title.clone());
            mistakes.push(CriterionMistake {
                index: *index,
                name,
                message: rule.message.clone(),
                rule: Some(rule),
            });
        }
        if mistakes.is_empty() {
            return Ok(criteria.into_iter().map(|(_, criterion)| criterion).collect());
        }
        mistakes.sort_by_key(|mistake| mistake.index);
        Err(AppError::Criteria(mistakes))
    }

    /// Says of each rule what is wrong with it, if anything.
    async fn check_rules(
        &self,
        release: &Release,
        rules: Vec<Rule>,
    ) -> Result<Vec<Option<RuleMistake>>, AppError> {
        let facts = catalogue(&release.kinds());
        let check = move |rule: &Rule| check_rule(rule, &facts).err().map(RuleMistake::from);
        self.inner.evaluator.run(move |_| rules.iter().map(check).collect()).await
    }

    /// Says what a criterion would come to today, on each live track that it applies to.
    pub async fn try_criterion(
        &self,
        id: &ReleaseId,
        request: TrialRequest,
    ) -> Result<TrialResponse, AppError> {
        let release = self.release(id).await?;
        if let Some(track) = &request.track {
            domain::command::evidence::track(&release, track)?;
        }
        let unnamed = || CriterionId::parse(UNNAMED).ok();
        let preset = request.criterion.preset.is_some();
        let id = request.criterion.id.clone().or_else(|| unnamed().filter(|_| !preset));
        let written = Written { id, ..request.criterion };
        let template = self.template(&release).await?;
        let known: Vec<&Criterion> = template.iter().chain(release.criteria()).collect();
        let criterion = written.read(&release.kinds(), &known).map_err(Refusal::invalid)?;
        for track in criterion.tracks.iter().flatten() {
            domain::command::evidence::track(&release, track)?;
        }
        let mistake = self.check_rules(&release, vec![criterion.rule.clone()]).await?.pop().flatten();
        let tracks = match mistake {
            Some(_) => Vec::new(),
            None => self.judge_one(release.supposing(vec![criterion.clone()]), request.track).await?,
        };
        Ok(TrialResponse { criterion: Written::of(&criterion), mistake, tracks })
    }

    /// Judges the one criterion of a supposed release.
    async fn judge_one(&self, supposed: Release, only: Option<TrackId>) -> Result<Vec<TrackTrial>, AppError> {
        let now = self.now();
        let merges = self.merges_for(&supposed, now).await?;
        let judge = move |compiled: &mut Compiled| {
            let compiled = RefCell::new(compiled);
            let evaluate = |rule: &_, facts: &_| compiled.borrow_mut().evaluate(rule, facts);
            let Some(criterion) = supposed.criteria().next() else { return Vec::new() };
            let wanted =
                |id: &TrackId| only.as_ref().map_or_else(|| criterion.applies_to(id), |only| only == id);
            let tracks = supposed.live_tracks().filter(|track| wanted(&track.description.id));
            tracks
                .map(|track| TrackTrial {
                    track: track.description.id.clone(),
                    name: track.description.name.clone(),
                    build: track.candidate.as_ref().map(|candidate| candidate.build.clone()),
                    check: criterion_check(readiness::try_out(
                        &supposed, track, criterion, now, &merges, &evaluate,
                    )),
                })
                .collect()
        };
        self.inner.evaluator.run(judge).await
    }

    /// Returns the criteria that the product's new releases start from.
    pub(crate) async fn template(&self, release: &Release) -> Result<Vec<Criterion>, AppError> {
        let (product, _) = self.product(&release.id.product).await?;
        Ok(product.map(|product| product.template).unwrap_or_default())
    }
}
