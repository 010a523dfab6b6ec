//! The product's file: what a short one means, and how every mistake in one is pointed at.

use domain::criteria::check;
use domain::criteria::expression::Expression;
use domain::file::{File, Mistake, Outside, read};

fn parse(text: &str) -> Result<File, Vec<Mistake>> {
    read(
        text,
        &Outside {
            compile: &|source, facts, wanted| check::check(&Expression::compile(source)?, facts, wanted),
            zone: &|zone| match zone {
                "UTC" | "Europe/Berlin" => Ok(()),
                _ => Err(Some("Europe/Berlin".to_owned())),
            },
        },
    )
}

/// Mistakes as a reader sees them: `line:column "place" message | label | help`.
fn told(text: &str) -> Vec<String> {
    let Err(mistakes) = parse(text) else { return vec!["no mistake".to_owned()] };
    mistakes
        .iter()
        .map(|mistake| {
            let before = &text[..mistake.start];
            let line = before.matches('\n').count() + 1;
            let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
            let place = text[mistake.start..mistake.end].lines().next().unwrap_or_default();
            let more = [&mistake.label, &mistake.help].into_iter().flatten().map(|text| format!(" | {text}"));
            format!("{line}:{column} `{place}` {}{}", mistake.message, more.collect::<String>())
        })
        .collect()
}

const PRODUCT: &str = "[product]\nname = \"Tidewatch\"\n[tracks.ios]\n[tracks.wearos]\n";

#[track_caller]
fn check(rest: &str, expect: &[&str]) {
    assert_eq!(told(&format!("{PRODUCT}{rest}")), expect);
}

#[test]
fn a_short_file_is_useful() {
    let file = parse(&format!(
        "{PRODUCT}[[criteria]]\nuse = \"smoke-passed\"\n[releases.\"2026.12\".tracks.ios]\ncandidate = {{ number = 514, commit = \"9be27d1\" }}\n"
    ))
    .unwrap();
    assert_eq!(file.product.id.as_str(), "tidewatch");
    assert_eq!(file.product.zone, "UTC");
    let tracks: Vec<_> = file
        .tracks
        .iter()
        .map(|track| (&*track.description.name, track.description.store.as_deref()))
        .collect();
    assert_eq!(tracks, [("iOS", Some("app-store")), ("Wear OS", Some("play"))]);
    assert_eq!(file.criteria[0].title, "Smoke passed on the candidate");
    assert_eq!(file.criteria[0].rule.source(), "runs.smoke.failed == 0");
    assert_eq!(file.releases[0].version, "2026.12");
    assert_eq!(file.releases[0].tracks[0].candidate.as_ref().unwrap().0.as_str(), "514");
}

#[test]
fn what_is_not_toml_is_pointed_at() {
    assert_eq!(told("[product\nname = 1"), ["1:9 `` not TOML: unclosed table, expected `]`"]);
}

#[test]
fn an_empty_file_says_how_to_begin() {
    assert_eq!(
        told(""),
        [
            "1:1 `` there is no [product] | it begins with [product] | `seaworthy init` writes a file to start from",
            "1:1 `` there is no track | add one, as in [tracks.ios] | a track is one platform's own path to users",
        ]
    );
}

#[test]
fn keys_values_and_names_are_checked_each_with_what_was_meant() {
    check(
        "[product2]\n[tracks.android]\ndevises = []\nstore = 3\nshares_submission_with = \"iso\"\n",
        &[
            "5:2 `product2` `product2` has no place in this file | did you mean `product`? | in this file there can be product, areas, tracks, criteria, calendar, milestones, releases",
            "7:1 `devises` `devises` has no place in [tracks.android] | did you mean `devices`? | in [tracks.android] there can be name, store, devices, shares_submission_with, review_days, plans",
            "8:9 `3` this should be a store, as in \"app-store\" or \"play\" | this is a whole number",
            "9:26 `\"iso\"` no such track: iso | did you mean \"ios\"?",
        ],
    );
    check(
        "[tracks.Watch]\n[tracks.watchos]\ndevices = [\"a\", \"a\"]\n",
        &[
            "5:9 `Watch` `Watch` is not a track id | use lower-case letters, digits, `-`, `_` and `.`, as in `wearos`",
            "7:17 `\"a\"` this device is listed twice",
        ],
    );
}

#[test]
fn expressions_are_compiled_and_pointed_at_inside_their_text() {
    check(
        "[[criteria]]\nid = \"x\"\nholds = \"runs.regresion.failed == 0\"\n",
        &[
            "7:10 `runs.regresion` no such fact: runs.regresion | did you mean runs.regression? | `seaworthy facts` lists what a criterion can see, with today's values",
        ],
    );
    check(
        "[[criteria]]\nid = \"x\"\nholds = \"runs.smoke.failed\"\n",
        &[
            "7:10 `runs.smoke.failed` `holds` wants true or false; this is a whole number | `seaworthy facts` lists what a criterion can see, with today's values",
        ],
    );
    check(
        "[[criteria]]\nid = \"x\"\noffenders = '''\n  devices.filter(d, d.resullt != \"passed\")'''\n",
        &[
            "8:21 `d.resullt` no such fact: d.resullt | did you mean d.result? | `seaworthy facts` lists what a criterion can see, with today's values",
        ],
    );
    check(
        "[[criteria]]\nid = \"x\"\nholds = \"runs.smoke.failed == '0'\"\n",
        &[
            "7:10 `runs.smoke.failed == '` a whole number is compared with a text | `seaworthy facts` lists what a criterion can see, with today's values",
        ],
    );
    check(
        "[[criteria]]\nid = \"x\"\nholds = \"runs.smoke.failed == \"\n",
        &[
            "7:31 `\"` not an expression: it ends before it is whole | `seaworthy facts` lists what a criterion can see, with today's values",
        ],
    );
    check(
        "[[criteria]]\nid = \"x\"\nholds = \"sise(devices) > 0 && runs.performance.metrics.cold_ms < 2000\"\n",
        &[
            "7:10 `sise` no such function: sise | did you mean size? | `seaworthy facts` lists what a criterion can see, with today's values",
        ],
    );
}

#[test]
fn what_the_engine_could_not_evaluate_is_refused_before_it_is_agreed() {
    for (holds, mistake) in [
        ("size() > 0", "`size` is used as `size(list)` or `list.size()`, of a list or a text"),
        (
            "size(runs.smoke.failed) > 0",
            "`size` is used as `size(list)` or `list.size()`, of a list or a text",
        ),
        ("contains('x')", "`contains` is used as `text.contains(\"…\")`, of texts"),
        ("'x'.matches('(')", "`matches` is used as a pattern that can be used: unclosed group"),
        ("int(devices) > 0", "`int` is used as `int(value)`, of one number or text"),
        ("min(1, 2) > 0", "no such function: min"),
        ("b'a' == b'a'", "bytes and null have no place in a criterion"),
        ("5.0 % 2.0 > 1.0", "`%` is of whole numbers"),
        ("-track.id == 'x'", "there is no minus of a text"),
    ] {
        let told = told(&format!("{PRODUCT}[[criteria]]\nid = \"x\"\nholds = '''{holds}'''\n"));
        assert!(told.len() == 1 && told[0].contains(mistake), "{holds}: {told:?}");
    }
    check(
        "[[criteria]]\nuse = \"smoke-passed\"\ntracks = []\n",
        &[
            "7:10 `[]` this criterion would never apply | name at least one, or leave `tracks` out to mean all",
        ],
    );
}

#[test]
fn a_criterion_says_what_it_lacks_and_what_it_has_too_much_of() {
    check(
        "[[criteria]]\ntitle = \"Cold start\"\n[[criteria]]\nuse = \"smoke-pased\"\n[[criteria]]\nuse = \"flaky-rate\"\nmax = 2\nowner = \"QA\"\nmax_age = \"3 weeks\"\n",
        &[
            "5:1 `[[criteria]]` this criterion has no rule | add `use` (a preset), `holds` (true or false) or `offenders` (a list) | presets are regression-complete, smoke-passed, platform-validation-complete, flaky-rate, plan-coverage, test-summary-written, no-open-defects, defects-have-impact, changes-done, sign-off, no-likely-risks, handoff-accepted, no-open-blocker",
            "8:7 `\"smoke-pased\"` no such preset: smoke-pased | did you mean \"smoke-passed\"? | there is regression-complete, smoke-passed, platform-validation-complete, flaky-rate, plan-coverage, test-summary-written, no-open-defects, defects-have-impact, changes-done, sign-off, no-likely-risks, handoff-accepted, no-open-blocker",
            "11:7 `2` this should be a share from 0 to 1 | 2 % is written 0.02",
            "12:9 `\"QA\"` no such function: QA | did you mean \"qa\"? | there is engineering, product, qa, operations, marketing, leadership",
            "13:11 `\"3 weeks\"` this is not an age | write days or hours, as in \"3d\" or \"36h\"",
        ],
    );
    check(
        "[[criteria]]\nuse = \"smoke-passed\"\n[[criteria]]\nuse = \"smoke-passed\"\n",
        &[
            "8:7 `\"smoke-passed\"` two criteria are called smoke-passed | the second | give this one an `id` of its own",
        ],
    );
}

#[test]
fn a_build_number_belongs_to_one_commit_and_a_candidate_to_a_known_build() {
    check(
        "[releases.\"2026.12\".tracks.ios]\nbuilds = [{ number = 512, commit = \"4f1c0aa\" }, { number = 512, commit = \"9be27d1\" }]\n",
        &[
            "6:49 `{ number = 512, commit = \"9be27d1\" }` build 512 is claimed by two commits, 4f1c0aa and 9be27d1 | the second | give one of them a number of its own",
        ],
    );
    check(
        "[releases.2026.12]\nversion = \"4.2.0\"\n",
        &["5:16 `12` a dot divides keys | quote the name: [releases.\"2026.12\"]"],
    );
    check(
        "[releases.\"2026.12\"]\nversion = 4.20\n[releases.\"2026.12\".tracks.isos]\n",
        &[
            "6:11 `4.20` this should be the version that users see, as in \"4.2.0\" | write it as a text: \"4.20\"",
        ],
    );
}

#[test]
fn a_calendar_and_milestones_are_read() {
    use domain::calendar::Weekday;
    let file = parse(&format!(
        "{PRODUCT}[calendar]\nworkdays = [\"sun\", \"mon\"]\n\
         holidays = [{{ date = 2026-12-25, name = \"Christmas\" }}, {{ date = \"2026-12-24\", name = \"Eve\" }}]\n\
         [[calendar.freezes]]\nname = \"Holidays\"\nfrom = 2026-12-23\nto = 2026-12-27\nwhose = \"google-play\"\n\
         [[calendar.freezes]]\nname = \"Offsite\"\nfrom = 2026-12-07\nto = 2026-12-07\nwhose = \"team\"\nstops = \"submission\"\ntracks = [\"ios\"]\n\
         [[milestones]]\nid = \"submission\"\ndays = -4\n\
         [[milestones]]\nid = \"press-kit\"\nname = \"Press kit ready\"\ndays = 2\ntracks = [\"ios\"]\n"
    ))
    .unwrap();
    let policy = &file.product.policy;
    assert_eq!(policy.calendar.workdays, [Weekday::Mon, Weekday::Sun]);
    let holidays: Vec<String> = policy.calendar.holidays.iter().map(|of| of.date.to_string()).collect();
    assert_eq!(holidays, ["2026-12-24", "2026-12-25"], "by date");
    let freezes: Vec<String> = policy.calendar.freezes.iter().map(|of| of.label()).collect();
    assert_eq!(
        freezes,
        ["Google Play’s freeze “Holidays”, 23 Dec to 27 Dec", "the team’s freeze “Offsite”, 7 Dec"]
    );
    let steps: Vec<_> = policy.template().iter().map(|of| (of.name.clone(), of.days, of.kind)).collect();
    use domain::milestone::MilestoneKind::{Other, Submission};
    assert_eq!(
        steps,
        [("Submission".to_owned(), -4, Submission), ("Press kit ready".to_owned(), 2, Other)],
        "a known step needs no name"
    );
    let plain = parse(PRODUCT).unwrap().product.policy;
    assert!(plain.is_default() && plain.template().len() == 9);
    let review = parse("[product]\nname = \"T\"\n[tracks.ios]\nreview_days = 4\n").unwrap().product.policy;
    assert_eq!(review.review_days.values().copied().collect::<Vec<_>>(), [4]);
}

#[test]
fn mistakes_in_a_calendar_are_pointed_at() {
    check(
        "[calendar]\nworkdays = []\nholidays = [{ date = 2026-12-32, name = \"x\" }]\n",
        &["7:22 `2026-12-32` not TOML: invalid date, expected day between 01 and 31"],
    );
    check(
        "[calendar]\nworkdays = []\nholiday = []\nholidays = [{ date = 2026-12-25 }, { name = \"x\" }, { date = 12, name = \"y\" }]\n",
        &[
            "6:12 `[]` nobody would ever work | name at least one, or leave `workdays` out: then it is Monday to Friday",
            "7:1 `holiday` `holiday` has no place in [calendar] | did you mean `holidays`? | in [calendar] there can be workdays, holidays, freezes",
            "8:13 `{ date = 2026-12-25 }` `name` is missing | add its name, as in `name = \"Christmas\"`",
            "8:36 `{ name = \"x\" }` `date` is missing | add the day, as in `date = 2026-12-25`",
            "8:61 `12` this should be a day, as in 2026-12-25 | this is a whole number",
        ],
    );
    check(
        "[calendar]\nworkdays = [\"mon\", \"mon\", \"tues\"]\nholidays = [{ date = 2026-12-25, name = \"a\" }, { date = 2026-12-25, name = \"b\" }]\n",
        &[
            "6:20 `\"mon\"` this day is named twice",
            "6:27 `\"tues\"` no such day: tues | did you mean \"tue\"? | there is mon, tue, wed, thu, fri, sat, sun",
            "7:48 `{ date = 2026-12-25, name = \"b\" }` this day is a holiday twice | it is “a” already",
        ],
    );
    check(
        "[[calendar.freezes]]\nname = \"x\"\nfrom = 2026-12-27\nto = 2026-12-23\nwhose = \"apple\"\nstops = \"all\"\ntracks = [\"iso\"]\n",
        &[
            "8:6 `2026-12-23` this freeze ends before it begins | `to` is its last day",
            "9:9 `\"apple\"` no such store: apple | there is team, app-store, play",
            "10:9 `\"all\"` no such thing to stop: all | there is submission, release, both",
            "11:11 `\"iso\"` no such track: iso | did you mean \"ios\"? | there is ios, wearos",
        ],
    );
}

#[test]
fn mistakes_in_milestones_are_pointed_at() {
    check(
        "[[milestones]]\nid = \"Code freeze\"\ndays = -15\n[[milestones]]\nid = \"handoff\"\ndays = -500\n[[milestones]]\nid = \"handoff\"\n\
         [[milestones]]\nid = \"press\"\ndays = 1\nkind = \"golive\"\n[[milestones]]\nid = \"go-live\"\ndays = 0.5\n",
        &[
            "6:6 `\"Code freeze\"` `Code freeze` is not a milestone | use lower-case letters, digits, `-`, `_` and `.`, as in `code-freeze`",
            "10:8 `-500` this is farther than a plan reaches | a plan reaches 400 business days before and after go-live",
            "11:1 `[[milestones]]` `days` is missing | add business days from go-live, less than none before it, as in `days = -15`",
            "13:1 `[[milestones]]` `name` is missing | add its name, as in `name = \"Code freeze\"`",
            "16:8 `\"golive\"` no such kind of milestone: golive | did you mean \"go-live\"? | there is submission, go-live, other",
            "19:8 `0.5` this should be business days from go-live, less than none before it, as in `days = -15` | this is a decimal number",
        ],
    );
    check(
        "[[milestones]]\nid = \"handoff\"\ndays = -5\n[[milestones]]\nid = \"handoff\"\ndays = -4\n",
        &[
            "9:6 `\"handoff\"` this milestone is named twice | each step is named once; `tracks` says which tracks it is about",
        ],
    );
    assert_eq!(
        told("[product]\nname = \"T\"\n[tracks.ios]\nreview_days = 90\n"),
        ["4:15 `90` this is longer than any review | a review is allowed 60 business days at most"]
    );
}
