//! A release with more of everything than any page was drawn for.
//!
//! Invariant: it is as large as its constants say, and came about by `apply` and `ingest`.

use std::fmt::Write as _;

use crate::installation::Installation;

const TRACKS: usize = 8;
const CRITERIA: usize = 25;
const PIECES: usize = 300;
const CASES: usize = 2_000;
const FAILURES: usize = 120;
/// Commands at a time.
const HANDS: usize = 4;

const KINDS: [&str; 5] = ["smoke", "regression", "performance", "exploratory", "accessibility"];

pub(crate) fn installation() -> Installation {
    let installation = Installation::empty();
    installation.write("seaworthy.toml", &file());
    installation.run(&[
        "apply",
        "--reason",
        "agreed after a long meeting about what belongs into it and what does not",
    ]);
    installation.write("large.xml", &large());
    installation.run(&ingest(
        "track-0",
        "regression",
        "nightly-with-a-name-that-somebody-made-very-long-4411",
        "large.xml",
    ));
    std::thread::scope(|scope| {
        for hand in 0..HANDS {
            let installation = &installation;
            scope.spawn(move || {
                for piece in (1..PIECES).filter(|piece| piece % HANDS == hand) {
                    let (name, run) = (format!("{piece}.xml"), format!("shard-{piece}"));
                    installation.write(&name, &small(piece));
                    let track = format!("track-{}", piece % TRACKS);
                    installation.run(&ingest(&track, KINDS[piece % KINDS.len()], &run, &name));
                }
            });
        }
    });
    installation
}

fn ingest<'a>(track: &'a str, kind: &'a str, run: &'a str, file: &'a str) -> [&'a str; 12] {
    let build = "1000000000514";
    ["ingest", "--release", "2026.12", "--track", track, "--build", build, "--kind", kind, "--run", run, file]
}

/// A product's file with long names, some of them without a place to break.
fn file() -> String {
    let mut file = "[product]\nid = \"tidewatch\"\nname = \"Tidewatch for harbours, pilots and everybody who has to be somewhere before the water is\"\nzone = \"America/Argentina/ComodRivadavia\"\nkinds = [\"accessibility\"]\n".to_owned();
    for track in 0..TRACKS {
        let name = match track {
            1 => {
                "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft".to_owned()
            }
            _ => format!("Phones and tablets of storefront {track}, with the variants that carriers lock"),
        };
        let _ = write!(
            file,
            "[tracks.track-{track}]\nname = {name:?}\ndevices = [\"Galaxy Tab S10 Ultra Enterprise Edition / One UI 7 on Android 15, locked down\", \"Ulefone_Armor_Pad_4_Ultra_Thermal_Tactical/android-14-custom\"]\n"
        );
    }
    for criterion in 0..CRITERIA {
        let kind = KINDS[criterion % KINDS.len()];
        let _ = write!(
            file,
            "[[criteria]]\nuse = \"smoke-passed\"\nid = \"criterion-{criterion}-with-an-id-as-long-as-one-may-write\"\nrun = \"{kind}\"\ntitle = \"What was agreed under number {criterion}: everything of {kind} passed on the candidate itself, on each phone that is sold\"\n"
        );
    }
    let _ = write!(file, "[releases.\"2026.12\"]\nversion = \"4.2.0-rc.1+build.20261124.exp.sha.5114f85\"\n");
    for track in 0..TRACKS {
        let _ = write!(
            file,
            "[releases.\"2026.12\".tracks.track-{track}]\ncandidate = {{ number = \"1000000000514\", commit = \"9be27d1a0b5c4e6f8d7a9c3b2e1f0a4d5c6b7e8f\", revision = 1841 }}\n"
        );
    }
    file
}

/// A run with many cases and failures of several sorts.
fn large() -> String {
    let class = "com.example.tidewatch.harbours.finding.NearestHarbourUnderEveryConditionInstrumentedTest";
    let mut cases = String::new();
    for case in 0..CASES {
        let inside = if case < FAILURES {
            let message = format!(
                "expected the tide of harbour {} but the service at https://staging.example.com/api/v2/harbours/nearest?latitude=53.5503&longitude=9.9920 answered nothing",
                case % 7
            );
            let trace: String = (0..20).fold(String::new(), |mut trace, line| {
                let _ = writeln!(trace, "\tat {class}.testFindsNearest(NearestHarbour.kt:{line})");
                trace
            });
            format!("<failure message=\"{}\">{trace}</failure>", message.replace('&', "&amp;"))
        } else if case % 50 == 0 {
            "<skipped/>".to_owned()
        } else {
            String::new()
        };
        let _ = write!(
            cases,
            "<testcase classname=\"{class}\" name=\"testFindsTheNearestHarbourWhenNumber{case}IsClosed\" time=\"0.25\">{inside}</testcase>"
        );
    }
    format!("<testsuite name=\"{class}\">{cases}</testsuite>")
}

fn small(piece: usize) -> String {
    let inside = if piece.is_multiple_of(9) { "<failure message=\"it broke\"/>" } else { "" };
    format!(
        "<testsuite name=\"s\"><testcase classname=\"app.Tide\" name=\"test{piece}\" time=\"0.5\">{inside}</testcase></testsuite>"
    )
}
