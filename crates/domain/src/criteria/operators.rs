//! CEL's own operators and functions, applied to facts that are known.
//!
//! Invariant: arithmetic, comparison and text are CEL's, by its library; only what is missing is ours.

use std::sync::Arc;

use cel::common::ast::{CallExpr, Expr, IdedExpr, operators as op};
use cel::objects::Key;
use cel::{Context, Value};

use super::fact::Fact;
use super::fields::Fields;

/// An error that is not a missing fact; it makes the criterion broken.
pub type Broken = String;

/// Applies a call to arguments that are wholly known.
pub fn apply(
    context: &Context<'_, '_>,
    call: &CallExpr,
    target: Option<&Fact>,
    arguments: &[Fact],
) -> Result<Fact, Broken> {
    let mut scope = context.new_inner_scope();
    let mut name_of = |name: String, fact: &Fact| {
        scope.add_variable_from_value(name.clone(), to_cel(fact));
        IdedExpr { id: 0, expr: Expr::Ident(name) }
    };
    let target = target.map(|fact| Box::new(name_of("@target".to_owned(), fact)));
    let args = arguments.iter().enumerate().map(|(index, fact)| name_of(format!("@{index}"), fact)).collect();
    let call =
        IdedExpr { id: 0, expr: Expr::Call(CallExpr { func_name: call.func_name.clone(), target, args }) };
    let value = Value::resolve(&call, &scope).map_err(|error| explain(&error.to_string()))?;
    from_cel(&value)
}

/// Tells whether an operator compares two values.
pub fn is_comparison(operator: &str) -> bool {
    matches!(
        operator,
        op::EQUALS | op::NOT_EQUALS | op::LESS | op::LESS_EQUALS | op::GREATER | op::GREATER_EQUALS
    )
}

/// Compares two plain values of one type as CEL does, without asking it; `None` for all others.
pub fn compare(operator: &str, left: &Fact, right: &Fact) -> Option<bool> {
    let order = match (left, right) {
        (Fact::Int(left), Fact::Int(right)) => left.cmp(right),
        // What is not a number has no order; CEL says what that comes to.
        (Fact::Double(left), Fact::Double(right)) => left.partial_cmp(right)?,
        (Fact::Text(left), Fact::Text(right)) if matches!(operator, op::EQUALS | op::NOT_EQUALS) => {
            left.cmp(right)
        }
        (Fact::Bool(left), Fact::Bool(right)) if matches!(operator, op::EQUALS | op::NOT_EQUALS) => {
            left.cmp(right)
        }
        _ => return None,
    };
    Some(match operator {
        op::EQUALS => order.is_eq(),
        op::NOT_EQUALS => order.is_ne(),
        op::LESS => order.is_lt(),
        op::LESS_EQUALS => order.is_le(),
        op::GREATER => order.is_gt(),
        op::GREATER_EQUALS => order.is_ge(),
        _ => return None,
    })
}

fn explain(error: &str) -> Broken {
    if error.starts_with("Division by zero") {
        return "it divides by zero".to_owned();
    }
    // The names under which arguments are bound mean nothing to a reader.
    let text = error.replace("'@", "'").replace("_?_:_", "?:");
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

/// Returns a known fact as CEL's value.
pub fn to_cel(fact: &Fact) -> Value {
    match fact {
        Fact::Null | Fact::Missing(_) => Value::Null,
        Fact::Bool(value) => Value::Bool(*value),
        Fact::Int(value) => Value::Int(*value),
        Fact::Double(value) => Value::Float(*value),
        Fact::Text(value) => Value::String(Arc::new(value.to_string())),
        Fact::List(items) | Fact::AtLeast(items, _) => {
            Value::List(items.iter().map(to_cel).collect::<Vec<_>>().into())
        }
        Fact::Map(map) | Fact::Open(map, _) => {
            let entries = map.iter().map(|(key, fact)| (key.to_owned(), to_cel(fact)));
            Value::from(entries.collect::<std::collections::HashMap<String, Value>>())
        }
    }
}

/// Returns CEL's value as a fact.
pub fn from_cel(value: &Value) -> Result<Fact, Broken> {
    Ok(match value {
        Value::Null => Fact::Null,
        Value::Bool(value) => Fact::Bool(*value),
        Value::Int(value) => Fact::Int(*value),
        Value::UInt(value) => {
            Fact::Int(i64::try_from(*value).map_err(|_| format!("{value} is too large for a whole number"))?)
        }
        Value::Float(value) => Fact::Double(*value),
        Value::String(value) => Fact::text(value.as_str()),
        Value::List(items) => Fact::List(Arc::new(items.iter().map(from_cel).collect::<Result<_, _>>()?)),
        Value::Map(map) => {
            let mut entries = Fields::default();
            for (key, value) in map.map.iter() {
                let Key::String(key) = key else {
                    return Err("a map has a key that is not a string".to_owned());
                };
                entries.insert(key.to_string(), from_cel(value)?);
            }
            Fact::Map(Arc::new(entries))
        }
        other => return Err(format!("a value of type {:?} has no place in a criterion", other.type_of())),
    })
}
