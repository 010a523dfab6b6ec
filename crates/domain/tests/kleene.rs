//! The table of three-valued logic: an expression, and what it comes to over facts of which some are missing.

use domain::criteria::expression::Expression;
use domain::criteria::fact::Fact;
use domain::criteria::kleene::{Evaluation, evaluate};

fn facts() -> Fact {
    let device = |name: &str, result: Fact| Fact::map([("name", Fact::text(name)), ("result", result)]);
    Fact::map([
        ("yes", Fact::Bool(true)),
        ("no", Fact::Bool(false)),
        ("three", Fact::Int(3)),
        ("half", Fact::Double(0.5)),
        ("word", Fact::text("wear")),
        ("none", Fact::list([])),
        ("some", Fact::list([Fact::Int(1), Fact::Int(2)])),
        ("a", Fact::missing("a", "nobody looked at a")),
        ("b", Fact::missing("b", "nobody looked at b")),
        ("group", Fact::missing("group", "nobody looked")),
        (
            "metrics",
            Fact::Open(
                std::sync::Arc::new([("cold", Fact::Int(3))].into_iter().collect()),
                std::sync::Arc::new(domain::criteria::fact::Missing {
                    fact: "metrics".into(),
                    why: "no report carried it".into(),
                }),
            ),
        ),
        ("map", Fact::map([("known", Fact::Int(1)), ("unknown", Fact::missing("map.unknown", "not told"))])),
        (
            "devices",
            Fact::list([
                device("ipad", Fact::text("passed")),
                device("watch", Fact::missing("devices[\"watch\"].result", "no result for watch")),
            ]),
        ),
        (
            "failing",
            Fact::list([device("phone", Fact::text("failed")), device("watch", Fact::missing("w", "no"))]),
        ),
    ])
}

/// What an expression comes to: `true`, `[1,2]`, `missing a b`, `at least ["x"] missing y`, `broken: …`.
fn told(source: &str) -> String {
    let expression = match Expression::compile(source) {
        Ok(expression) => expression,
        Err(error) => return format!("refused: {error}"),
    };
    let names = |missing: &[domain::criteria::fact::Missing]| {
        missing.iter().map(|missing| format!(" {}", missing.fact)).collect::<String>()
    };
    match evaluate(&expression, &facts()) {
        Evaluation::Value(Fact::Missing(missing)) => format!("missing{}", names(&missing)),
        Evaluation::Value(Fact::AtLeast(items, missing)) => {
            format!("at least {} missing{}", Fact::List(items).to_json(), names(&missing))
        }
        Evaluation::Value(fact) => fact.to_json().to_string(),
        Evaluation::Broken(broken) => format!("broken: {broken}"),
    }
}

#[track_caller]
fn check(table: &[(&str, &str)]) {
    let wrong: Vec<String> = table
        .iter()
        .map(|(source, expect)| (source, expect, told(source)))
        .filter(|(_, expect, told)| told != *expect)
        .map(|(source, expect, told)| format!("{source}\n    expected {expect}\n    came to  {told}"))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn and_or_not_follow_kleene_and_name_every_missing_fact_that_matters() {
    check(&[
        ("yes && yes", "true"),
        ("yes && a", "missing a"),
        ("a && yes", "missing a"),
        ("no && a", "false"),
        ("a && no", "false"),
        ("a && b", "missing a b"),
        ("a && a", "missing a"),
        ("a && b && no", "false"),
        ("yes || a", "true"),
        ("a || yes", "true"),
        ("no || a", "missing a"),
        ("a || b", "missing a b"),
        ("(no && a) || b", "missing b"),
        ("(yes || a) && b", "missing b"),
        ("!a", "missing a"),
        ("!(a && no)", "true"),
        ("!!yes", "true"),
    ]);
}

#[test]
fn a_condition_that_is_missing_decides_only_when_both_branches_agree() {
    check(&[
        ("yes ? 1 : a", "1"),
        ("no ? a : 2", "2"),
        ("a ? 1 : 1", "1"),
        ("a ? true : false", "missing a"),
        ("a ? b : true", "missing a b"),
        ("yes ? a : no", "missing a"),
        ("three == 0 ? true : 6 / three > 1", "true"),
        ("a ? 1 / 0 > 1 : true", "missing a"),
    ]);
}

#[test]
fn comparison_and_arithmetic_need_both_sides_and_name_both() {
    check(&[
        ("a == b", "missing a b"),
        ("a == a", "missing a"),
        ("a != 1", "missing a"),
        ("three == 3", "true"),
        ("three == 3.0", "true"),
        ("three < a", "missing a"),
        ("a + b > three", "missing a b"),
        ("half < 1", "true"),
        ("three + 1 == 4", "true"),
        ("group.failed == 0 && group.run > 0", "missing group.failed group.run"),
        ("map.known == 1", "true"),
        ("map.unknown == 1", "missing map.unknown"),
        ("word.startsWith('we')", "true"),
        ("word.startsWith(a)", "missing a"),
        ("word in ['wear', 'ios']", "true"),
    ]);
}

#[test]
fn presence_of_a_missing_fact_is_not_known_either() {
    check(&[
        ("has(map.known)", "true"),
        ("has(map.other)", "false"),
        ("has(map.unknown)", "missing map.unknown"),
        ("has(group.failed)", "missing group.failed"),
        ("!has(group.failed) || group.failed == 0", "missing group.failed"),
    ]);
}

#[test]
fn a_metric_that_no_report_carried_is_missing_however_it_is_asked_for() {
    check(&[
        ("metrics.cold == 3", "true"),
        ("metrics['cold'] == 3", "true"),
        ("'cold' in metrics", "true"),
        ("metrics.warm == 3", "missing metrics.warm"),
        ("metrics['warm'] == 3", "missing metrics.warm"),
        ("!('warm' in metrics)", "missing metrics.warm"),
        ("!has(metrics.warm)", "missing metrics.warm"),
        ("size(metrics) == 1", "missing metrics"),
    ]);
}

#[test]
fn an_item_is_known_however_little_is_known_of_the_others() {
    check(&[
        ("devices[0].name", "\"ipad\""),
        ("devices[0].result == 'passed'", "true"),
        ("devices[1].result == 'passed'", "missing devices[\"watch\"].result"),
        ("some[5] == 1", "broken: a list of 2 has no item 5"),
    ]);
}

#[test]
fn in_is_decided_by_a_known_match_and_open_while_something_is_missing() {
    check(&[
        ("1 in some", "true"),
        ("3 in some", "false"),
        ("1 in none", "false"),
        ("1 in a", "missing a"),
        ("a in none", "false"),
        ("a in some", "missing a"),
        ("a in [b]", "missing a b"),
        ("a in devices.filter(d, d.result != 'passed')", "missing a devices[\"watch\"].result"),
        ("1 in [a, 1]", "true"),
        ("1 in [a, 2]", "missing a"),
        ("1.0 in some", "true"),
    ]);
}

#[test]
fn macros_over_lists_are_kleene_sums() {
    check(&[
        ("none.all(x, x > 5)", "true"),
        ("none.exists(x, x > 5)", "false"),
        ("none.exists_one(x, x > 5)", "false"),
        ("none.filter(x, x > 5)", "[]"),
        ("none.map(x, x + 1)", "[]"),
        ("none.all(x, a)", "true"),
        ("a.all(x, x > 0)", "missing a"),
        ("a.filter(x, x > 0)", "missing a"),
        ("some.all(x, x > 0)", "true"),
        ("some.all(x, x > a)", "missing a"),
        ("some.all(x, x > 1 && a)", "false"),
        ("some.exists(x, x == 2 || a)", "true"),
        ("some.exists(x, x == 3 || a)", "missing a"),
        ("some.exists_one(x, x == 1)", "true"),
        ("some.exists_one(x, a)", "missing a"),
        ("some.map(x, x * 2)", "[2,4]"),
        ("some.map(x, x > 1, x * 2)", "[4]"),
        ("some.filter(x, x > 1)", "[2]"),
        ("size(some) == 2", "true"),
        ("some.size()", "2"),
        ("devices.all(d, d.result == 'passed')", "missing devices[\"watch\"].result"),
        ("devices.exists(d, d.result == 'passed')", "true"),
        ("devices.filter(d, d.result != 'passed')", "at least [] missing devices[\"watch\"].result"),
        ("devices.filter(d, d.result != 'passed').size() == 0", "missing devices[\"watch\"].result"),
        ("size(devices) == 2", "true"),
        ("failing.filter(d, d.result != 'passed').map(d, d.name)", "at least [\"phone\"] missing w"),
        ("some.map(x, x + 1) + a", "at least [2,3] missing a"),
        ("[a, b].all(x, x)", "missing a b"),
        ("[a, no].all(x, x)", "false"),
    ]);
}

#[test]
fn any_other_error_makes_the_criterion_broken_and_is_never_absorbed() {
    check(&[
        ("1 / 0 == 1", "broken: it divides by zero"),
        ("no && 1 / 0 == 1", "broken: it divides by zero"),
        ("yes || 1 / 0 == 1", "broken: it divides by zero"),
        ("a && 1 / 0 == 1", "broken: it divides by zero"),
        ("three && yes", "broken: `&&` wants true or false and was given an int"),
        ("yes || word", "broken: `||` wants true or false and was given a string"),
        ("nowhere == 1", "broken: no such fact: nowhere"),
        ("map.other == 1", "broken: there is no `.other` here; there is known, unknown"),
        ("some.all(x, x)", "broken: `all` wants true or false and was given an int"),
        ("word.all(x, x)", "broken: a macro wants a list and was given a string"),
    ]);
}

#[test]
fn a_hostile_expression_is_refused_before_it_costs_anything() {
    let deep = format!("{}yes{}", "(".repeat(400), ")".repeat(400));
    let nots = format!("{}yes", "!".repeat(900));
    let conditionals = "yes ? 1 : ".repeat(150) + "2";
    let lists = format!("{}1{}", "[".repeat(300), "]".repeat(300));
    let nested = "[1,2].all(a, [1,2].all(b, [1,2].all(c, [1,2].all(d, true))))";
    let long = "yes && ".repeat(400) + "yes";
    check(&[
        (&deep, "refused: an expression is nested more than 24 deep"),
        (&nots, "refused: an expression is nested more than 24 deep"),
        (&conditionals, "refused: an expression is nested more than 24 deep"),
        (&lists, "refused: an expression is nested more than 24 deep"),
        (nested, "refused: macros are nested 3 deep; the most is 2"),
        (&long, "refused: an expression is 2803 bytes long; the most is 2048"),
        ("", "refused: an expression is empty"),
        (r#"[r"\", r"(((((((((((((((((((((((((("].all(x, x == "")"#, "false"),
        (&format!("yes //'\n && {nested}"), "refused: macros are nested 3 deep; the most is 2"),
        (
            "some.all //\n(x, some.all(y, some.all(z, z > 0)))",
            "refused: macros are nested 3 deep; the most is 2",
        ),
    ]);
}

#[test]
fn the_work_of_one_evaluation_is_bounded_in_time_and_in_memory() {
    let item = |name: i64| Fact::map([("name", Fact::text(format!("{}{name}", "a".repeat(40))))]);
    let facts =
        Fact::map([("many", Fact::list((0..20_000).map(Fact::Int))), ("f", Fact::list((0..1000).map(item)))]);
    for source in [
        "many.all(x, many.all(y, x >= 0 && y >= 0))",
        "f.map(x, f.map(y, f + f + f + f)).size() == 1000",
        "f.all(x, f.all(y, f == f))",
        "f.all(x, f.all(y, y in f))",
        "f.all(x, size(f + f) > 0 && f.all(y, size(f + f) > 0))",
        "f.all(x, x.name.matches('(a{500}){19}') || true)",
        "f.all(x, f.all(y, x.name.matches('a*a*a*b') || true))",
    ] {
        let started = std::time::Instant::now();
        let expression = Expression::compile(source).unwrap();
        let came_to = evaluate(&expression, &facts);
        let took = started.elapsed();
        assert!(matches!(came_to, Evaluation::Broken(_)), "{source} came to {came_to:?}");
        // Ten times what it takes in a debug build on a slow machine.
        assert!(took < std::time::Duration::from_secs(20), "{source} took {took:?}");
    }
}

#[test]
fn a_pattern_finds_what_it_should() {
    check(&[
        ("word.matches('^we')", "true"),
        ("word.matches('x$')", "false"),
        ("word.matches(a)", "missing a"),
    ]);
}
