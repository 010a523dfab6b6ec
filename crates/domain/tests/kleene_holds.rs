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
