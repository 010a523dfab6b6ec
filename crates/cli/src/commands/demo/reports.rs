//! Test reports as Tidewatch's runners would write them: Xcode's in one file, Gradle's in a file a class.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

/// How a runner writes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Xcode,
    Gradle,
}

/// What Tidewatch does for its users, and what is tested of it.
const AREAS: &[(&str, &[&str])] = &[
    (
        "TideTable",
        &["ShowsHighWater", "ShowsLowWater", "CrossesMidnight", "KeepsDaylightSaving", "DrawsTheCurve"],
    ),
    (
        "Harbours",
        &["FindsNearest", "SortsByDistance", "RemembersFavourite", "OpensDetails", "ShowsWindWarning"],
    ),
    ("Alerts", &["WarnsBeforeLowWater", "StaysQuietAtNight", "SnoozesOnce", "ClearsWhenRead"]),
    ("Charts", &["LoadsTiles", "ZoomsToHarbour", "WorksOffline", "ShowsDepth"]),
    (
        "Checkout",
        &["BuysAYear", "RestoresPurchase", "ShowsPriceInCurrency", "CancelsTrial", "RetriesDeclinedCard"],
    ),
    ("Account", &["SignsIn", "SignsOut", "DeletesAccount", "SyncsFavourites"]),
    ("Widgets", &["ShowsNextTide", "RefreshesHourly", "OpensTheApp"]),
    ("Language", &["TranslatesEverything", "WrapsLongNames", "FormatsNumbers"]),
];
const PLACES: &[&str] =
    &["Hamburg", "Cuxhaven", "Brest", "Bergen", "Halifax", "Cork", "Sylt", "Dover", "Oban"];

/// A runner of one app.
#[derive(Clone)]
pub(super) struct Reports {
    dialect: Dialect,
    module: &'static str,
    areas: Vec<&'static str>,
}

/// A run: its cases, in order.
pub(super) struct Run {
    dialect: Dialect,
    module: &'static str,
    cases: Vec<Case>,
    /// A number that the run measured.
    metric: Option<(&'static str, f64)>,
}

struct Case {
    area: &'static str,
    name: String,
    /// Seconds, made up from the name, so that every run of the demo is the same.
    seconds: f64,
    failing: bool,
    flaky: bool,
}

impl Reports {
    pub(super) fn new(dialect: Dialect, module: &'static str) -> Self {
        Self { dialect, module, areas: AREAS.iter().map(|(area, _)| *area).collect() }
    }

    pub(super) fn only(mut self, areas: &[&'static str]) -> Self {
        self.areas.retain(|area| areas.contains(area));
        self
    }

    fn run(&self, places: usize, metric: Option<(&'static str, f64)>) -> Run {
        let mut cases = Vec::new();
        for (area, scenarios) in AREAS.iter().filter(|(area, _)| self.areas.contains(area)) {
            for scenario in *scenarios {
                for place in &PLACES[..places] {
                    let name = format!("test{scenario}_{place}");
                    let seconds = 0.04 + name.bytes().map(u64::from).sum::<u64>() as f64 % 97.0 / 60.0;
                    cases.push(Case { area, name, seconds, failing: false, flaky: false });
                }
            }
        }
        Run { dialect: self.dialect, module: self.module, cases, metric }
    }

    pub(super) fn smoke(&self) -> Run {
        self.run(1, None)
    }

    pub(super) fn full(&self) -> Run {
        self.run(PLACES.len(), None)
    }

    pub(super) fn performance(&self, cold_start_p90_ms: f64) -> Run {
        let mut run = self.run(1, Some(("metric.cold_start_p90_ms", cold_start_p90_ms)));
        run.cases.truncate(3);
        run
    }
}

impl Run {
    /// Leaves out the last cases of an area.
    pub(super) fn without(mut self, area: &str, count: usize) -> Self {
        let total = self.cases.iter().filter(|case| case.area == area).count();
        let mut seen = 0;
        self.cases.retain(|case| {
            seen += usize::from(case.area == area);
            case.area != area || seen + count <= total
        });
        self
    }

    pub(super) fn failing(mut self, area: &str, count: usize) -> Self {
        self.cases
            .iter_mut()
            .filter(|case| case.area == area)
            .take(count)
            .for_each(|case| case.failing = true);
        self
    }

    pub(super) fn flaky(mut self, count: usize) -> Self {
        self.cases.iter_mut().rev().step_by(7).take(count).for_each(|case| case.flaky = true);
        self
    }

    fn class(&self, area: &str) -> String {
        match self.dialect {
            Dialect::Xcode => format!("{}.{area}Tests", self.module),
            Dialect::Gradle => format!("{}.{}.{area}Test", self.module, area.to_lowercase()),
        }
    }

    /// Returns the cases as a plan lists them.
    pub(super) fn plan(&self) -> String {
        let mut plan = String::from("# What the regression should run, one case a line.\n");
        for case in &self.cases {
            let _ = writeln!(plan, "{}.{}", self.class(case.area), case.name);
        }
        plan
    }

    /// Writes one file, or for Gradle's folders one a class.
    pub(super) fn write(&self, path: &Path) -> io::Result<()> {
        let mut areas: Vec<&str> = self.cases.iter().map(|case| case.area).collect();
        areas.dedup();
        let suites = areas.iter().map(|area| (self.class(area), self.suite(area)));
        if path.extension().is_none() {
            fs::create_dir_all(path)?;
            for (class, suite) in suites {
                let text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{suite}");
                fs::write(path.join(format!("TEST-{class}.xml")), text)?;
            }
            return Ok(());
        }
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        let suite: String = suites.map(|(_, suite)| suite).collect();
        let text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{}\">\n{suite}</testsuites>\n",
            self.module
        );
        fs::write(path, text)
    }

    fn suite(&self, area: &str) -> String {
        let class = self.class(area);
        let cases: Vec<&Case> = self.cases.iter().filter(|case| case.area == area).collect();
        let failures = cases.iter().filter(|case| case.failing).count();
        let mut text = format!(
            "<testsuite name=\"{class}\" tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\">\n",
            cases.len()
        );
        if let Some((name, value)) = self.metric {
            let _ =
                writeln!(text, "  <properties><property name=\"{name}\" value=\"{value}\"/></properties>");
        }
        for case in cases {
            let _ = write!(
                text,
                "  <testcase classname=\"{class}\" name=\"{}\" time=\"{:.3}\"",
                case.name, case.seconds
            );
            let _ = match (case.failing, case.flaky) {
                (true, _) => writeln!(
                    text,
                    ">\n    <failure message=\"expected the nearest harbour within 5 km, found it at 212 km\" type=\"AssertionError\">{class}.{}</failure>\n  </testcase>",
                    case.name
                ),
                (_, true) => writeln!(
                    text,
                    ">\n    <flakyFailure message=\"timed out after 10 s waiting for the tide curve\" type=\"Timeout\"/>\n  </testcase>"
                ),
                _ => writeln!(text, "/>"),
            };
        }
        text.push_str("</testsuite>\n");
        text
    }
}
