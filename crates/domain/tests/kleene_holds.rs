//! What three-valued logic promises, tried on random expressions: a known verdict holds however the missing facts
//! turn out, and every missing fact that could change the verdict is named.

use domain::criteria::expression::Expression;
use domain::criteria::fact::Fact;
use domain::criteria::kleene::{Evaluation, evaluate};
use proptest::prelude::*;

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

fn expressions() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        prop::sample::select(&NAMES[..]).prop_map(str::to_owned),
        Just("true".to_owned()),
        Just("false".to_owned())
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("({left} && {right})")),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("({left} || {right})")),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("({left} == {right})")),
            inner.clone().prop_map(|operand| format!("!{operand}")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(c, yes, no)| format!("({c} ? {yes} : {no})")),
            (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("[{one}, {other}].all(x, x)")),
            (inner.clone(), inner).prop_map(|(one, other)| format!("[{one}, {other}].exists(x, x)")),
        ]
    })
}

/// What an expression comes to when the facts are as given; `None` is missing.
fn come_to(expression: &Expression, values: &[Option<bool>; 4]) -> Result<bool, Vec<String>> {
    let facts = Fact::map(NAMES.iter().zip(values).map(|(name, value)| {
        (*name, value.map_or_else(|| Fact::missing(*name, "nobody looked"), Fact::Bool))
    }));
    match evaluate(expression, &facts) {
        Evaluation::Value(Fact::Bool(value)) => Ok(value),
        Evaluation::Value(Fact::Missing(missing)) => {
            Err(missing.iter().map(|missing| missing.fact.to_string()).collect())
        }
        other => panic!("{} came to {other:?}", expression.source()),
    }
}

/// Every way in which the missing facts can turn out.
fn completions(values: &[Option<bool>; 4]) -> Vec<[Option<bool>; 4]> {
    (0..16_usize)
        .map(|bits| std::array::from_fn(|index| values[index].or(Some(bits >> index & 1 == 1))))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn a_verdict_holds_however_the_missing_turns_out_and_what_matters_is_named(
        source in expressions(),
        values in proptest::array::uniform4(proptest::option::of(any::<bool>())),
    ) {
        let expression = Expression::compile(&source).unwrap();
        let completions = completions(&values);
        match come_to(&expression, &values) {
            Ok(verdict) => for completion in &completions {
                prop_assert_eq!(come_to(&expression, completion), Ok(verdict), "{} with {:?}", source, completion);
            },
            Err(named) => for (index, name) in NAMES.iter().enumerate().filter(|(index, _)| values[*index].is_none()) {
                let matters = completions.iter().any(|completion| {
                    let mut flipped = *completion;
                    flipped[index] = flipped[index].map(|value| !value);
                    come_to(&expression, completion) != come_to(&expression, &flipped)
                });
                prop_assert!(!matters || named.iter().any(|n| n == name), "{} matters to {} and is not named", name, source);
            },
        }
    }
}

/// The body of a macro over items `i`: what most teams ask, and what they ask less often.
fn questions() -> impl Strategy<Value = String> {
    let field = || prop::sample::select(vec!["i.flag", "i.word", "i.list", "i.gone"]);
    let word = || prop::sample::select(vec!["\"x\"", "\"y\"", "1"]);
    let leaf = prop_oneof![
        field().prop_map(str::to_owned),
        (field(), word()).prop_map(|(field, word)| format!("{field} == {word}")),
        (field(), word()).prop_map(|(field, word)| format!("{field} != {word}")),
        (field(), word(), word()).prop_map(|(field, one, other)| format!("{field} in [{one}, {other}]")),
        (word(), field()).prop_map(|(word, field)| format!("{word} in {field}")),
    ];
    leaf.prop_recursive(3, 12, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("({left} && {right})")),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("({left} || {right})")),
            inner.prop_map(|of| format!("!({of})")),
        ]
    })
}

/// A field as it should be, of another type, or missing.
fn fields() -> impl Strategy<Value = Fact> {
    prop_oneof![
        4 => any::<bool>().prop_map(Fact::Bool),
        4 => prop::sample::select(vec!["x", "y", "z"]).prop_map(Fact::text),
        2 => prop::collection::vec(prop::sample::select(vec!["x", "y"]), 0..3)
            .prop_map(|texts| Fact::list(texts.into_iter().map(Fact::text))),
        1 => Just(Fact::Int(1)),
        2 => Just(Fact::missing("field", "nobody looked")),
        1 => Just(Fact::list([Fact::text("x"), Fact::missing("part", "nobody looked")])),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn what_is_decided_quickly_is_decided_as_the_walk_decides_it(
        question in questions(),
        items in prop::collection::vec((fields(), fields(), fields()), 0..4),
    ) {
        let items = items.into_iter().map(|(flag, word, list)| Fact::map([("flag", flag), ("word", word), ("list", list)]));
        let facts = Fact::map([("items", Fact::list(items))]);
        for (macro_of, walked) in [
            (format!("items.filter(i, {question})"), format!("items.filter(i, ({question}) ? true : false)")),
            (format!("items.exists(i, {question})"), format!("items.exists(i, ({question}) ? true : false)")),
            (format!("items.all(i, {question})"), format!("items.all(i, ({question}) ? true : false)")),
        ] {
            // A condition is never decided quickly, so that this way the whole is walked.
            let come_to = |source: &str| match evaluate(&Expression::compile(source).unwrap(), &facts) {
                Evaluation::Broken(_) => Evaluation::Broken(String::new()),
                value => value,
            };
            prop_assert_eq!(come_to(&macro_of), come_to(&walked), "{}", macro_of);
        }
    }
}
