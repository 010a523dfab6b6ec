//! Presets: criteria that most teams want, with their sentence, their facts and their owner.
//!
//! Invariant: a preset is only a way of writing; what is agreed and stored is the expression it makes.

use crate::criterion::{Function, Rule};
use crate::defect::Severity;
use crate::words;

/// What a preset takes besides what every criterion takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// A kind of run.
    Run,
    /// A share from 0 to 1.
    Max,
    Min,
    /// How long a summary must be.
    MinWords,
    /// Whether known failures are allowed.
    AllowFailures,
    /// The severities that it is about.
    Severity,
    /// A function.
    By,
}

impl Parameter {
    pub fn key(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Max => "max",
            Self::Min => "min",
            Self::MinWords => "min_words",
            Self::AllowFailures => "allow_failures",
            Self::Severity => "severity",
            Self::By => "by",
        }
    }
}

/// A preset, before its parameters are filled in.
#[derive(Debug)]
pub struct Preset {
    pub name: &'static str,
    pub parameters: &'static [Parameter],
    pub owner: Function,
    /// One line for those who choose.
    pub doc: &'static str,
}

/// Every preset there is.
pub const PRESETS: [Preset; 13] = [
    Preset {
        name: "regression-complete",
        parameters: &[Parameter::Run, Parameter::AllowFailures],
        owner: Function::Qa,
        doc: "every planned regression case ran on the candidate, and none failed",
    },
    Preset {
        name: "smoke-passed",
        parameters: &[Parameter::Run],
        owner: Function::Qa,
        doc: "the smoke run passed on the candidate itself",
    },
    Preset {
        name: "platform-validation-complete",
        parameters: &[],
        owner: Function::Qa,
        doc: "every listed device passed, by a run or by hand",
    },
    Preset {
        name: "flaky-rate",
        parameters: &[Parameter::Run, Parameter::Max],
        owner: Function::Engineering,
        doc: "at most a share `max` of the cases are flaky (0.02 unless you say)",
    },
    Preset {
        name: "plan-coverage",
        parameters: &[Parameter::Run, Parameter::Min],
        owner: Function::Qa,
        doc: "at least a share `min` of the plan ran (0.98 unless you say)",
    },
    Preset {
        name: "test-summary-written",
        parameters: &[Parameter::MinWords],
        owner: Function::Qa,
        doc: "a test summary is written for the candidate",
    },
    Preset {
        name: "no-open-defects",
        parameters: &[Parameter::Severity],
        owner: Function::Engineering,
        doc: "no defect of these severities is open without a waiver (critical and high unless you say)",
    },
    Preset {
        name: "defects-have-impact",
        parameters: &[Parameter::Severity],
        owner: Function::Qa,
        doc: "of every open defect of these severities it is told what it is for users (critical and high unless you say)",
    },
    Preset {
        name: "changes-done",
        parameters: &[],
        owner: Function::Product,
        doc: "every change is done by engineering, qa and product, or taken out",
    },
    Preset {
        name: "sign-off",
        parameters: &[Parameter::By],
        owner: Function::Qa,
        doc: "a function signed the candidate off (qa unless you say)",
    },
    Preset {
        name: "no-likely-risks",
        parameters: &[],
        owner: Function::Product,
        doc: "no risk that is open is likely",
    },
    Preset {
        name: "handoff-accepted",
        parameters: &[],
        owner: Function::Qa,
        doc: "the candidate was handed over to be submitted, and accepted",
    },
    Preset {
        name: "no-open-blocker",
        parameters: &[],
        owner: Function::Engineering,
        doc: "no blocker is open, and each that was proposed is accepted or rejected",
    },
];

/// The parameters as given; what is not given takes its default.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameters {
    pub run: Option<String>,
    pub max: Option<f64>,
    pub min: Option<f64>,
    pub min_words: Option<i64>,
    pub allow_failures: bool,
    /// None given means critical and high.
    pub severity: Vec<Severity>,
    pub by: Option<Function>,
}

impl Parameters {
    fn severities(&self) -> &[Severity] {
        match self.severity.as_slice() {
            [] => &DEFAULT_SEVERITIES,
            given => given,
        }
    }

    /// Returns the severities as CEL writes a list of texts.
    fn severity_list(&self) -> String {
        let quoted: Vec<String> = self.severities().iter().map(|of| format!("\"{}\"", of.as_str())).collect();
        format!("[{}]", quoted.join(", "))
    }

    /// Returns the severities as a sentence names them: "critical or high".
    fn severity_words(&self) -> String {
        let words: Vec<&str> = self.severities().iter().map(|of| of.as_str()).collect();
        words::joined(&words, words.len(), "or")
    }

    fn function(&self) -> Function {
        self.by.unwrap_or(Function::Qa)
    }
}

/// Finds a preset by its name.
pub fn find(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}

impl Preset {
    /// Returns the id of a criterion that gives none.
    pub fn id(&self, parameters: &Parameters) -> String {
        match self.name {
            // One for each function.
            "sign-off" => format!("sign-off-{}", parameters.function().as_str()),
            name => name.to_owned(),
        }
    }

    pub fn takes(&self, parameter: Parameter) -> bool {
        self.parameters.contains(&parameter)
    }

    fn run<'a>(&self, parameters: &'a Parameters) -> &'a str {
        let usual = if self.name == "smoke-passed" { "smoke" } else { "regression" };
        parameters.run.as_deref().unwrap_or(usual)
    }

    /// Returns the sentence that readers see.
    pub fn title(&self, parameters: &Parameters) -> String {
        let run = self.run(parameters);
        match self.name {
            "regression-complete" if parameters.allow_failures => format!("{} complete", words::capital(run)),
            "regression-complete" => format!("{} complete, none failing", words::capital(run)),
            "smoke-passed" => format!("{} passed on the candidate", words::capital(run)),
            "platform-validation-complete" => "Platform validation complete".to_owned(),
            "flaky-rate" => format!(
                "{} flaky in at most {} of cases",
                words::capital(run),
                words::percent(parameters.max.unwrap_or(DEFAULT_MAX_FLAKY))
            ),
            "plan-coverage" => {
                format!(
                    "{} of the {run} plan run",
                    words::percent(parameters.min.unwrap_or(DEFAULT_MIN_COVERAGE))
                )
            }
            "no-open-defects" => format!("No open {} defect", parameters.severity_words()),
            "defects-have-impact" => {
                format!("Every open {} defect told as users feel it", parameters.severity_words())
            }
            "changes-done" => "Every change done by engineering, qa and product".to_owned(),
            "sign-off" => format!("Signed off by {}", parameters.function().as_str()),
            "no-likely-risks" => "No likely risk open".to_owned(),
            "handoff-accepted" => "Handoff accepted".to_owned(),
            "no-open-blocker" => "No open blocker".to_owned(),
            _ => "Test summary written".to_owned(),
        }
    }

    /// Returns the rule that is agreed.
    pub fn rule(&self, parameters: &Parameters) -> Rule {
        let run = self.run(parameters);
        match self.name {
            "regression-complete" if parameters.allow_failures => {
                Rule::Offenders(format!("runs.{run}.not_run"))
            }
            "regression-complete" => {
                Rule::Offenders(format!("runs.{run}.failures.map(f, f.name) + runs.{run}.not_run"))
            }
            "smoke-passed" => Rule::Holds(format!("runs.{run}.failed == 0")),
            "platform-validation-complete" => {
                Rule::Offenders("devices.filter(d, d.result != \"passed\")".to_owned())
            }
            "flaky-rate" => Rule::Holds(format!(
                "runs.{run}.flaky_rate <= {:?}",
                parameters.max.unwrap_or(DEFAULT_MAX_FLAKY)
            )),
            "plan-coverage" => Rule::Holds(format!(
                "runs.{run}.coverage >= {:?}",
                parameters.min.unwrap_or(DEFAULT_MIN_COVERAGE)
            )),
            "no-open-defects" => Rule::Offenders(format!(
                "defects.filter(d, d.open && d.severity in {} && !d.waived)",
                parameters.severity_list()
            )),
            "defects-have-impact" => Rule::Offenders(format!(
                "defects.filter(d, d.open && d.severity in {} && !d.translated)",
                parameters.severity_list()
            )),
            "changes-done" => Rule::Offenders("changes.filter(c, !c.done)".to_owned()),
            "sign-off" => Rule::Holds(format!("sign_offs.{}.given", parameters.function().as_str())),
            "handoff-accepted" => Rule::Holds("handoff.accepted".to_owned()),
            "no-likely-risks" => Rule::Offenders("risks.filter(r, r.likelihood == \"likely\")".to_owned()),
            "no-open-blocker" => Rule::Offenders("blockers.filter(b, b.open)".to_owned()),
            _ => Rule::Holds(format!("summary.words >= {}", parameters.min_words.unwrap_or(1))),
        }
    }
}

const DEFAULT_SEVERITIES: [Severity; 2] = [Severity::Critical, Severity::High];
const DEFAULT_MAX_FLAKY: f64 = 0.02;
const DEFAULT_MIN_COVERAGE: f64 = 0.98;
