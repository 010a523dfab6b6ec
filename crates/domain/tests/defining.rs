//! The definition of ready: what may be drafted, who may agree to it, what puts it in force, and how late it came.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::collections::BTreeMap;

use domain::command::Settled;
use domain::command::apply::{Present, apply};
use domain::command::definition::{agree, draft, drop_draft};
use domain::criteria::preset::{PRESETS, Parameters};
use domain::criteria::written::Written;
use domain::criterion::{Criterion, Definition, Function, Gate, Rule};
use domain::definition::Difference;
use domain::differing::differing;
use domain::envelope::{ActorId, Envelope, Position, Stream, StreamVersion};
use domain::event::{
    BuildRegistered, CandidateNominated, Event, ReleaseDescribed, ReleasePlanned, TemplateChanged,
};
use domain::file::{File, Outside, read};
use domain::id::{CriterionId, ReleaseName, TrackId};
use domain::policy::Policy;
use domain::product::Product;
use domain::refusal::Refusal;
use domain::release::Release;
use domain::speaker::Speaker;
use domain::time::Time;
use domain::voice::Behalf;
use serde_json::json;

const HOUR: i64 = 3_600_000_000;
const ADA: &str = "ada";

/// A release, and what happens to it.
struct Story {
    release: Release,
    position: i64,
    hours: i64,
}

impl Story {
    fn new(agreed_by: &[Function]) -> Self {
        let policy = Policy { agreed_by: agreed_by.to_vec(), ..Policy::default() };
        let description = ReleaseDescribed {
            product_name: "Tidewatch".to_owned(),
            zone: "Europe/Berlin".to_owned(),
            kinds: Vec::new(),
            policy,
            version: "4.2.0".to_owned(),
        };
        let planned = ReleasePlanned {
            product: "tidewatch".parse().unwrap(),
            name: "2026.12".parse().unwrap(),
            description,
        };
        let envelope = envelope(1, 0, ADA);
        let mut story = Self {
            release: Release::begin(&envelope, Event::ReleasePlanned(planned)).unwrap(),
            position: 1,
            hours: 0,
        };
        for (id, name) in [("ios", "iOS"), ("wearos", "Wear OS")] {
            let track = serde_json::from_value(json!({ "id": id, "name": name })).unwrap();
            story.happens(Event::TrackDescribed(track));
        }
        story
    }

    fn happens(&mut self, event: Event) -> Position {
        self.happens_by(event, ADA)
    }

    fn happens_by(&mut self, event: Event, by: &str) -> Position {
        self.position += 1;
        self.release.apply(&envelope(self.position, self.hours, by), event);
        Position(self.position)
    }

    /// Does what a command decided; returns the kinds of the events, or where it was so already.
    fn settles(&mut self, settled: Result<Settled, Refusal>) -> Result<String, String> {
        match settled.map_err(|refusal| refusal.sentence)? {
            Settled::Already(position) => Ok(format!("already {position}")),
            Settled::New(events) => {
                let kinds: Vec<&str> = events.iter().map(|event| event.kind().0).collect();
                let told = kinds.join(", ");
                for event in events {
                    self.happens(event);
                }
                Ok(told)
            }
        }
    }

    fn drafts(&mut self, criteria: &[Criterion], reason: Option<&str>) -> Result<String, String> {
        self.settles(draft(&self.release, criteria.to_vec(), reason, &ActorId::new(ADA)))
    }

    fn agrees(&mut self, position: Position, function: Function) -> Result<String, String> {
        self.settles(agree(&self.release, position, function, &speaker(Some(&[function]))))
    }

    fn waiting(&self) -> Position {
        self.release.draft.as_ref().unwrap().position
    }

    fn nominates(&mut self, track: &str, build: &str) {
        let build = json!({ "track": track, "version": "4.2.0", "number": build, "commit": "9be27d1" });
        let registered: BuildRegistered = serde_json::from_value(build).unwrap();
        let nominated = CandidateNominated {
            track: registered.track.clone(),
            build: registered.build.number.clone(),
            reason: None,
        };
        self.happens(Event::BuildRegistered(registered));
        self.happens(Event::CandidateNominated(nominated));
    }
}

fn envelope(position: i64, hours: i64, by: &str) -> Envelope {
    Envelope {
        position: Position(position),
        stream: Stream::new("release/tidewatch/2026.12"),
        version: StreamVersion(position),
        kind: "".into(),
        kind_version: 1,
        actor: ActorId::new(by),
        occurred_at: Time::from_micros(hours * HOUR),
        recorded_at: Time::from_micros(hours * HOUR),
    }
}

fn speaker(functions: Option<&[Function]>) -> Speaker {
    Speaker { actor: ActorId::new(ADA), behalf: None, functions: functions.map(<[Function]>::to_vec) }
}

fn criterion(id: &str, holds: &str) -> Criterion {
    Criterion {
        id: CriterionId::parse(id).unwrap(),
        title: format!("The {id}"),
        owner: Function::Qa,
        waivable_by: Vec::new(),
        gate: Gate::Submission,
        tracks: None,
        rule: Rule::Holds(holds.to_owned()),
        preset: None,
        max_age_hours: None,
    }
}

fn tracks(ids: &[&str]) -> Option<Vec<TrackId>> {
    Some(ids.iter().map(|id| TrackId::parse(id).unwrap()).collect())
}

/// What drafting comes to on a release where version 1 is in force.
#[track_caller]
fn check_draft(criteria: &[Criterion], reason: Option<&str>, expect: Result<&str, &str>) {
    let mut story = Story::new(&[]);
    let first = Definition { version: 1, criteria: vec![criterion("smoke", "true")], reason: None };
    story.happens(Event::DefinitionPutInForce(first));
    let came = story.drafts(criteria, reason);
    match (came, expect) {
        (Ok(came), Ok(expect)) => assert_eq!(came, expect),
        (Err(came), Err(expect)) => assert!(came.contains(expect), "{came}"),
        (came, expect) => panic!("{came:?} instead of {expect:?}"),
    }
}

#[test]
fn a_draft_is_whole_and_differs_for_a_reason() {
    let one = || criterion("smoke", "false");
    let drafted = Ok("definition_drafted");
    let why = Some("the beta taught us");
    check_draft(&[one()], why, drafted);
    check_draft(&[one(), criterion("cold-start", "true")], why, drafted);
    check_draft(&[Criterion { tracks: tracks(&["wearos"]), ..one() }], why, drafted);
    check_draft(&[Criterion { max_age_hours: Some(48), ..one() }], why, drafted);
    check_draft(&[one()], None, Err("changes for a reason only"));
    check_draft(&[one()], Some("  "), Err("changes for a reason only"));
    check_draft(&[one()], Some(&"x".repeat(5_001)), Err("longer than 5000 characters"));
    check_draft(&[criterion("smoke", "true")], why, Err("the criteria of version 1, which is in force"));
    check_draft(&[], why, Err("at least one criterion"));
    check_draft(&[one(), one()], why, Err("Two criteria are called smoke"));
    check_draft(&[Criterion { title: " ".to_owned(), ..one() }], why, Err("smoke has no title"));
    check_draft(&[Criterion { title: "x".repeat(301), ..one() }], why, Err("longer than 300"));
    check_draft(&[Criterion { tracks: tracks(&["wearso"]), ..one() }], why, Err("Did you mean wearos?"));
    check_draft(&[Criterion { tracks: tracks(&[]), ..one() }], why, Err("it would never apply"));
    check_draft(&[Criterion { max_age_hours: Some(0), ..one() }], why, Err("1 to 240,000 hours old"));
    let many: Vec<Criterion> = (0..201).map(|index| criterion(&format!("c{index}"), "true")).collect();
    check_draft(&many, why, Err("at most 200 criteria; these are 201"));
}

#[test]
fn the_first_version_needs_no_reason_and_the_same_draft_is_drafted_once() {
    let mut story = Story::new(&[]);
    let criteria = [criterion("smoke", "true")];
    assert_eq!(story.drafts(&criteria, None).unwrap(), "definition_drafted");
    let waiting = story.waiting();
    assert_eq!(story.drafts(&criteria, None).unwrap(), format!("already {waiting}"));
    let by_another = draft(&story.release, criteria.to_vec(), None, &ActorId::new("eve")).unwrap_err();
    assert!(by_another.sentence.contains("says just this already"), "{by_another}");
    story.drafts(&criteria, Some("said better")).unwrap();
    assert!(story.waiting() > waiting, "another reason is another draft");
}

#[test]
fn a_draft_is_in_force_once_every_function_has_agreed_and_not_before() {
    use Function::{Engineering, Marketing, Product as OfProduct, Qa};
    let mut story = Story::new(&[]);
    story.drafts(&[criterion("smoke", "true")], None).unwrap();
    let waiting = story.waiting();
    assert_eq!(story.agrees(waiting, Qa).unwrap(), "definition_agreed");
    assert_eq!(
        story.release.waiting(story.release.draft.as_ref().unwrap()),
        "it waits for engineering and product"
    );
    assert!(story.agrees(waiting, Qa).unwrap().starts_with("already"));
    let refused = story.agrees(waiting, Marketing).unwrap_err();
    assert!(
        refused.contains("agreement of engineering, product and qa; that of marketing does not count"),
        "{refused}"
    );
    story.agrees(waiting, Engineering).unwrap();
    assert!(story.release.ruling().is_none());
    assert_eq!(story.agrees(waiting, OfProduct).unwrap(), "definition_agreed, definition_put_in_force");
    let ruling = story.release.ruling().unwrap();
    assert_eq!((ruling.definition.version, ruling.agreements.len(), ruling.draft), (1, 3, Some(waiting)));
    assert!(story.release.draft.is_none());
    assert_eq!(story.release.consent(ruling), "agreed by qa, engineering and product");
    assert!(story.agrees(waiting, OfProduct).unwrap().starts_with("already"), "sent again, it is so already");
}

#[test]
fn an_agreement_is_to_the_very_draft_that_was_seen() {
    let mut story = Story::new(&[Function::Qa, Function::Engineering]);
    story.drafts(&[criterion("smoke", "true")], None).unwrap();
    let older = story.waiting();
    story.agrees(older, Function::Qa).unwrap();
    story.drafts(&[criterion("smoke", "false")], None).unwrap();
    let refused = story.agrees(older, Function::Engineering).unwrap_err();
    assert!(refused.contains("It was drafted anew since"), "{refused}");
    assert!(
        refused.contains("it waits for engineering and qa")
            || refused.contains("it waits for qa and engineering")
    );
    assert!(story.release.draft.as_ref().unwrap().agreements.is_empty(), "a new draft begins without any");
    let nothing = story.agrees(Position(3), Function::Qa).unwrap_err();
    assert!(nothing.contains("drafted anew"), "{nothing}");
    let newer = story.waiting();
    story.settles(drop_draft(&story.release, newer, "not now", &ActorId::new(ADA))).unwrap();
    assert!(story.agrees(newer, Function::Qa).unwrap_err().contains("was dropped: not now"));
    assert!(story.agrees(Position(3), Function::Qa).unwrap_err().contains("has no draft 3"));
}

#[test]
fn nobody_agrees_for_a_function_that_is_not_theirs() {
    let mut story = Story::new(&[]);
    story.drafts(&[criterion("smoke", "true")], None).unwrap();
    let waiting = story.waiting();
    let behalf =
        |source: &str| Behalf { of: ActorId::new("jo"), source: source.to_owned(), attachment: None };
    let of_jo = |source: &str, functions: Option<Vec<Function>>| Speaker {
        behalf: Some(behalf(source)),
        functions,
        ..speaker(None)
    };
    let tell = |speaker: &Speaker| {
        agree(&story.release, waiting, Function::Product, speaker).map_err(|refusal| refusal.sentence)
    };
    assert!(tell(&speaker(Some(&[Function::Qa]))).unwrap_err().contains("You speak for qa"));
    assert!(tell(&speaker(Some(&[]))).unwrap_err().contains("nothing yet"));
    assert!(tell(&speaker(None)).is_ok(), "whoever holds the data");
    for functions in [vec![Function::Qa], vec![]] {
        let told = tell(&of_jo("phone call", Some(functions))).unwrap_err();
        assert!(
            told.contains("They have no account that speaks for product; name somebody who has"),
            "{told}"
        );
    }
    assert!(tell(&of_jo("phone call", None)).is_ok(), "whoever holds the data");
    assert!(tell(&of_jo(" ", None)).unwrap_err().contains("where the word was given"));
    let Ok(Settled::New(events)) = tell(&of_jo("phone call", None)) else { panic!("it is new") };
    assert!(matches!(&events[..], [Event::DefinitionAgreed(agreed)] if agreed.provenance.behalf.is_some()));
}

#[test]
fn what_a_file_put_in_force_can_be_agreed_to_afterwards() {
    let mut story = Story::new(&[]);
    let first = Definition { version: 1, criteria: vec![criterion("smoke", "true")], reason: None };
    let position = story.happens(Event::DefinitionPutInForce(first));
    let consent = |story: &Story| story.release.consent(story.release.ruling().unwrap());
    assert_eq!(consent(&story), "no function has agreed; a file put it in force");
    assert_eq!(story.agrees(position, Function::Qa).unwrap(), "definition_agreed");
    assert_eq!(consent(&story), "agreed by qa; engineering and product have not agreed");
    story.agrees(position, Function::Engineering).unwrap();
    assert_eq!(consent(&story), "agreed by qa and engineering; product has not agreed");
    assert_eq!(story.agrees(position, Function::Product).unwrap(), "definition_agreed");
    assert_eq!(story.release.definitions.len(), 1, "it ruled already");
}

#[test]
fn a_draft_that_waits_for_nobody_any_more_is_put_in_force_by_whoever_agrees_again() {
    let mut story = Story::new(&[]);
    story.drafts(&[criterion("smoke", "true")], None).unwrap();
    let waiting = story.waiting();
    story.agrees(waiting, Function::Qa).unwrap();
    let policy = Policy { agreed_by: vec![Function::Qa], ..Policy::default() };
    let description = ReleaseDescribed { policy, ..story.release.description.clone() };
    story.happens(Event::ReleaseDescribed(description));
    assert_eq!(story.agrees(waiting, Function::Qa).unwrap(), "definition_put_in_force");
}

#[test]
fn a_draft_is_dropped_for_a_reason_and_once() {
    let mut story = Story::new(&[]);
    let by = ActorId::new(ADA);
    story.drafts(&[criterion("smoke", "true")], None).unwrap();
    let waiting = story.waiting();
    assert!(
        drop_draft(&story.release, waiting, " ", &by).unwrap_err().sentence.contains("Say in a few words")
    );
    assert_eq!(story.settles(drop_draft(&story.release, waiting, "not now", &by)).unwrap(), "draft_dropped");
    assert!(
        story.settles(drop_draft(&story.release, waiting, "not now", &by)).unwrap().starts_with("already")
    );
    let other = drop_draft(&story.release, waiting, "never", &by).unwrap_err();
    assert!(other.sentence.contains("was dropped: not now"), "{other}");
    let first = Definition { version: 1, criteria: vec![criterion("smoke", "true")], reason: None };
    let ruling = story.happens(Event::DefinitionPutInForce(first));
    let ruled = drop_draft(&story.release, ruling, "never", &by).unwrap_err();
    assert!(ruled.sentence.contains("can be amended and not dropped"), "{ruled}");
}

#[test]
fn how_late_the_bar_moved_is_told_and_refused_never() {
    let mut story = Story::new(&[]);
    let late = |story: &Story| story.release.lateness(story.release.ruling().unwrap());
    let in_force = |story: &mut Story, version: i64, holds: &str| {
        let criteria = vec![criterion("smoke", holds)];
        story.happens(Event::DefinitionPutInForce(Definition { version, criteria, reason: None }))
    };
    in_force(&mut story, 1, "a");
    assert_eq!(late(&story), None);
    story.nominates("ios", "514");
    in_force(&mut story, 2, "b");
    assert_eq!(late(&story), None, "one file may nominate and agree at once");
    story.hours = 50;
    in_force(&mut story, 3, "c");
    assert_eq!(late(&story).unwrap(), "the bar moved 2 days after 4.2.0 (514) was nominated on iOS");
    story.nominates("wearos", "90217");
    story.hours = 53;
    in_force(&mut story, 4, "d");
    assert_eq!(
        late(&story).unwrap(),
        "the bar moved 2 days after 4.2.0 (514) was nominated on iOS; Wear OS had a candidate too"
    );
    let mut first = Story::new(&[]);
    first.nominates("ios", "514");
    first.hours = 3;
    in_force(&mut first, 1, "a");
    assert_eq!(late(&first).unwrap(), "put in force 3 hours after 4.2.0 (514) was nominated on iOS");
}

const FILE: &str = "[product]\nname = \"Tidewatch\"\n[tracks.ios]\n[tracks.wearos]\nname = \"Wear OS\"\n\
                    [releases.\"2026.12\"]\nversion = \"4.2.0\"\n[[criteria]]\nid = \"smoke\"\ntitle = \"The smoke\"\n";

fn file(rule: &str, agreed_by: &[Function]) -> File {
    let outside = Outside { compile: &|_, _, _| Ok(()), zone: &|_| Ok(()) };
    let mut file = read(&format!("{FILE}holds = \"{rule}\"\n"), &outside).unwrap();
    file.product.policy.agreed_by = agreed_by.to_vec();
    file
}

/// Applies a file to a release; returns the changes, but for those of the product, and the kinds of the release's events.
fn applied(
    story: &mut Story,
    product: &mut Product,
    file: &File,
    reason: Option<&str>,
) -> (Vec<String>, Vec<String>) {
    let releases = BTreeMap::from([(ReleaseName::parse("2026.12").unwrap(), story.release.clone())]);
    let present = Present { product: Some(product), releases: &releases, plans: &BTreeMap::new(), reason };
    let applied = apply(file, &present).unwrap();
    product.template = file.criteria.clone();
    let mut kinds = Vec::new();
    for decided in
        applied.decided.into_iter().filter(|decided| decided.stream.as_str().starts_with("release/"))
    {
        for event in decided.events {
            kinds.push(event.kind().0.to_owned());
            story.happens(event);
        }
    }
    let kinds = kinds.into_iter().filter(|kind| kind.starts_with("definition")).collect();
    let of_definition = |change: &String| change.contains("definition") || change.contains("in force");
    (applied.changes.into_iter().filter(of_definition).collect(), kinds)
}

fn product(template: Vec<Criterion>) -> Product {
    let description = json!({ "id": "tidewatch", "name": "Tidewatch", "zone": "UTC" });
    let event = Event::ProductDescribed(serde_json::from_value(description).unwrap());
    let changed = Event::TemplateChanged(TemplateChanged { criteria: template });
    Product::fold([(envelope(1, 0, ADA), event), (envelope(2, 0, ADA), changed)]).unwrap()
}

#[test]
fn a_file_rules_alone_until_functions_agree_and_only_drafts_from_then_on() {
    let (mut story, mut of) = (Story::new(&[]), product(Vec::new()));
    let (changes, kinds) = applied(&mut story, &mut of, &file("a", &[]), None);
    assert_eq!(changes, ["2026.12: put 1 criterion in force"]);
    assert_eq!(kinds, ["definition_put_in_force"]);
    let (_, kinds) = applied(&mut story, &mut of, &file("b", &[]), Some("better"));
    assert_eq!(kinds, ["definition_put_in_force"]);
    let ruling = story.release.ruling().unwrap().position;
    story.agrees(ruling, Function::Qa).unwrap();
    let (changes, kinds) = applied(&mut story, &mut of, &file("c", &[]), Some("the beta taught us"));
    assert_eq!(kinds, ["definition_drafted"]);
    assert_eq!(
        changes,
        [
            "2026.12: draft version 3 of the definition of ready: the beta taught us; it waits for engineering, product and qa"
        ]
    );
    assert_eq!(applied(&mut story, &mut of, &file("c", &[]), None).1, [""; 0], "it waits already");
    let waiting = story.waiting();
    story.agrees(waiting, Function::Qa).unwrap();
    let (changes, _) = applied(&mut story, &mut of, &file("d", &[]), None);
    assert_eq!(
        changes,
        [
            "2026.12: draft version 3 of the definition of ready, in place of the one that waits, whose agreements no longer \
          count, without a reason (give one with --reason); it waits for engineering, product and qa"
        ]
    );
    let waiting = story.waiting();
    story.settles(drop_draft(&story.release, waiting, "not now", &ActorId::new(ADA))).unwrap();
    assert_eq!(
        applied(&mut story, &mut of, &file("d", &[]), None).1,
        [""; 0],
        "what was dropped stays dropped"
    );
    assert_eq!(applied(&mut story, &mut of, &file("e", &[]), None).1, ["definition_drafted"]);
}

#[test]
fn a_file_that_names_who_agrees_only_ever_drafts() {
    let (mut story, mut of) = (Story::new(&[]), product(Vec::new()));
    let by = [Function::Engineering, Function::Qa];
    let (changes, kinds) = applied(&mut story, &mut of, &file("a", &by), None);
    assert_eq!(kinds, ["definition_drafted"]);
    assert_eq!(
        changes,
        ["2026.12: draft version 1 of the definition of ready; it waits for engineering and qa"]
    );
    assert!(story.release.ruling().is_none());
    let waiting = story.waiting();
    story.agrees(waiting, Function::Engineering).unwrap();
    story.agrees(waiting, Function::Qa).unwrap();
    assert_eq!(applied(&mut story, &mut of, &file("a", &by), None).1, [""; 0]);
    // Amended by hand: the file, which says what it said before, does not undo it.
    story.drafts(&[criterion("smoke", "z")], Some("by hand")).unwrap();
    assert_eq!(applied(&mut story, &mut of, &file("a", &by), None).1, [""; 0]);
}

#[test]
fn a_preset_reads_its_parameters_back_from_the_rule_that_it_made() {
    for preset in &PRESETS {
        let usual = preset.usual();
        assert_eq!(preset.rule(&usual), preset.rule(&Parameters::default()), "{}", preset.name);
        assert_eq!(preset.read_back(&preset.rule(&usual)).as_ref(), Some(&usual), "{}", preset.name);
        for parameter in preset.parameters {
            assert!(
                preset.said(&usual).contains_key(parameter.key()),
                "{} has a default {}",
                preset.name,
                parameter.key()
            );
        }
        assert_eq!(preset.read_back(&Rule::Holds("1 == 2".to_owned())), None, "{}", preset.name);
    }
}

/// What a criterion that is written down reads as.
fn reads(written: serde_json::Value) -> Result<Criterion, String> {
    let story = Story::new(&[]);
    let written: Written = serde_json::from_value(written).unwrap();
    written.read(&story.release.kinds(), &[])
}

#[test]
fn what_is_written_of_a_criterion_reads_as_that_criterion() {
    for written in [
        json!({ "use": "smoke-passed" }),
        json!({ "use": "smoke-passed", "with": { "run": "performance" }, "id": "perf", "title": "Performance passed" }),
        json!({ "use": "flaky-rate", "with": { "max": 0.05 }, "owner": "qa", "waivable_by": ["engineering"] }),
        json!({ "use": "flaky-rate", "with": { "max": "0.05" }, "gate": "release" }),
        json!({ "use": "regression-complete", "with": { "allow_failures": true }, "max_age_hours": 72 }),
        json!({ "use": "test-summary-written", "with": { "min_words": 40 }, "tracks": ["ios"] }),
        json!({ "use": "no-open-defects", "with": { "severity": ["critical", "high", "medium"] } }),
        json!({ "use": "sign-off", "with": { "by": "product" } }),
        json!({ "id": "cold", "holds": "runs.performance.metrics.cold < 2000" }),
        json!({ "id": "all", "title": "All", "offenders": "runs.smoke.not_run" }),
    ] {
        let criterion = reads(written.clone()).unwrap_or_else(|error| panic!("{written}: {error}"));
        let again = Written::of(&criterion);
        assert_eq!(again.read(&Story::new(&[]).release.kinds(), &[]).unwrap(), criterion, "{again:?}");
        assert_eq!(
            again.preset.is_some(),
            !again.with.is_empty() || written["use"] == "platform-validation-complete"
        );
    }
}

#[test]
fn what_does_not_read_says_what_would() {
    for (written, expect) in [
        (json!({ "id": "a" }), "It has no rule"),
        (json!({ "holds": "true" }), "It has no id"),
        (json!({ "id": "a", "holds": "true", "offenders": "[]" }), "either `holds` or `offenders`"),
        (json!({ "use": "smoke-pased" }), "Did you mean smoke-passed?"),
        (
            json!({ "use": "smoke-passed", "with": { "max": 1 } }),
            "smoke-passed has no parameter max; it takes run",
        ),
        (json!({ "use": "smoke-passed", "with": { "run": "smok" } }), "Did you mean smoke?"),
        (json!({ "use": "flaky-rate", "with": { "max": 2 } }), "`max` wants a share from 0 to 1"),
        (json!({ "use": "flaky-rate", "with": { "max": {} } }), "`max` wants a text, a number"),
        (json!({ "use": "flaky-rate", "with": { "max": [[]] } }), "`max` wants a text, a number"),
        (json!({ "use": "test-summary-written", "with": { "min_words": 0 } }), "a whole number from 1 on"),
        (json!({ "use": "smoke-passed", "holds": "true" }), "brings its own rule, and this is another"),
        (
            json!({ "use": "smoke-passed", "with": { "run": "regression" }, "holds": "runs.smoke.failed == 0" }),
            "make another rule",
        ),
        (json!({ "id": "a", "holds": "true", "with": { "run": "smoke" } }), "Parameters are for presets"),
    ] {
        let error = reads(written.clone()).unwrap_err();
        assert!(error.contains(expect), "{written}: {error}");
    }
}

#[test]
fn a_rule_that_was_agreed_keeps_its_preset_also_after_the_preset_has_changed() {
    let was = Criterion { preset: Some("smoke-passed".to_owned()), ..criterion("smoke", "an earlier rule") };
    let written = Written::of(&was);
    let kinds = Story::new(&[]).release.kinds();
    assert_eq!(written.read(&kinds, &[&was]).unwrap(), was);
    assert!(written.read(&kinds, &[]).is_err());
}

#[test]
fn what_differs_is_told_field_by_field() {
    let before = criterion("smoke", "a");
    let after = Criterion {
        owner: Function::Engineering,
        waivable_by: vec![Function::Product, Function::Qa],
        tracks: tracks(&["ios"]),
        max_age_hours: Some(72),
        rule: Rule::Offenders("b".to_owned()),
        ..before.clone()
    };
    let told: Vec<String> = differing(&before, &after)
        .into_iter()
        .map(|differing| format!("{}: {} → {}", differing.field, differing.before, differing.after))
        .collect();
    assert_eq!(
        told,
        [
            "owner: qa → engineering",
            "waivable by: nobody → product or qa",
            "tracks: every track → ios",
            "evidence: of any age → at most 3 days old",
            "rule: holds: a → no offenders: b",
        ]
    );
    let reworded = Criterion { preset: Some("smoke-passed".to_owned()), ..before.clone() };
    assert_eq!(differing(&before, &reworded).len(), 1);
    assert!(differing(&before, &before).is_empty());
    let (left, right) = ([before], [criterion("other", "a")]);
    let difference = Difference::between(&left, &right);
    assert_eq!((difference.added.len(), difference.dropped.len(), difference.changed.len()), (1, 1, 0));
}
