//! Evaluation with Kleene's third value: an operator whose operand is missing is missing too, unless the
//! other operands decide.
//!
//! CEL alone reports the first missing fact it meets. A reader needs every one that matters, so the logic
//! (`&&`, `||`, `!`, `?:`, the macros) is walked here, and CEL's library computes what is known.
//!
//! Invariant: an error other than a missing fact is never absorbed; it makes the criterion broken.

use std::collections::HashMap;
use std::sync::Arc;

use cel::Context;
use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, LiteralValue, operators as op};
use cel::parser::Expression as Node;

use super::expression::Expression;
use super::fact::{Fact, Missing, merge_missing};
use super::fields::Fields;
use super::operators::{self, Broken};
use super::shape::Shape;

/// How many items one evaluation may touch: nodes, and what operators read and make. It bounds time and memory.
pub const MAX_STEPS: usize = 2_000_000;
/// The longest list that a macro may walk, and that may be made.
pub const MAX_LIST: usize = 100_000;
/// The largest compiled pattern, in bytes.
pub const PATTERN: usize = 256 << 10;

/// What an expression came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Evaluation {
    Value(Fact),
    /// A wrong type, a division by zero, too much work: the expression itself must be mended.
    Broken(String),
}

/// Evaluates an expression over facts. Run it on a large stack.
pub fn evaluate(expression: &Expression, facts: &Fact) -> Evaluation {
    let mut walk =
        Walk { context: Context::default(), facts, scope: Vec::new(), steps: 0, patterns: HashMap::new() };
    match walk.node(expression.root()) {
        Ok(fact) => Evaluation::Value(fact),
        Err(broken) => Evaluation::Broken(broken),
    }
}

struct Walk<'a> {
    context: Context<'static, 'static>,
    facts: &'a Fact,
    /// Variables of the macros around the current node, innermost last.
    scope: Vec<(String, Fact)>,
    steps: usize,
    /// Patterns compiled so far.
    patterns: HashMap<String, regex::Regex>,
}

/// A truth value: yes, no, or missing for these reasons.
enum Truth {
    Known(bool),
    Missing(Vec<Missing>),
}

impl Walk<'_> {
    /// Counts work done, in items touched.
    fn charge(&mut self, work: usize) -> Result<(), Broken> {
        self.steps = self.steps.saturating_add(work);
        if self.steps > MAX_STEPS {
            return Err("it takes too much work: fewer nested macros or shorter lists".to_owned());
        }
        Ok(())
    }

    fn node(&mut self, node: &Node) -> Result<Fact, Broken> {
        self.charge(1)?;
        match &node.expr {
            Expr::Literal(literal) => literal_fact(literal),
            Expr::Ident(name) => self.variable(name),
            Expr::Select(select) => {
                let operand = self.node(&select.operand)?;
                if select.test { present(operand, &select.field) } else { field(operand, &select.field) }
            }
            Expr::List(list) => {
                let items =
                    list.elements.iter().map(|item| self.node(item)).collect::<Result<Vec<_>, _>>()?;
                Ok(Fact::list(items))
            }
            Expr::Call(call) => self.call(call),
            Expr::Comprehension(comprehension) => self.comprehension(comprehension),
            Expr::Map(_) | Expr::Struct(_) => Err("a map has no place in a criterion".to_owned()),
            Expr::Unspecified => Err("a part of it is empty".to_owned()),
        }
    }

    fn variable(&self, name: &str) -> Result<Fact, Broken> {
        if let Some((_, fact)) = self.scope.iter().rev().find(|(bound, _)| bound == name) {
            return Ok(fact.clone());
        }
        self.facts.at(name).cloned().ok_or_else(|| format!("no such fact: {name}"))
    }

    fn call(&mut self, call: &CallExpr) -> Result<Fact, Broken> {
        match (call.func_name.as_str(), call.args.as_slice()) {
            (op::LOGICAL_AND, [left, right]) => self.both(left, right, false),
            (op::LOGICAL_OR, [left, right]) => self.both(left, right, true),
            (op::LOGICAL_NOT, [operand]) => Ok(match self.truth(operand, "!")? {
                Truth::Known(value) => Fact::Bool(!value),
                Truth::Missing(missing) => Fact::Missing(missing),
            }),
            (op::CONDITIONAL, [condition, yes, no]) => match self.truth(condition, "?:")? {
                Truth::Known(true) => self.node(yes),
                Truth::Known(false) => self.node(no),
                Truth::Missing(missing) => self.undecided(missing, yes, no),
            },
            (op::INDEX, [of, at]) => {
                let (of, at) = (self.node(of)?, self.node(at)?);
                self.index(call, of, at)
            }
            (op::IN, [item, list]) => {
                let (item, list) = (self.node(item)?, self.node(list)?);
                self.contains(call, item, list)
            }
            (op::ADD, [left, right]) => {
                let (left, right) = (self.node(left)?, self.node(right)?);
                match joined(&left, &right) {
                    Some(list) => {
                        self.charge(list.items().len())?;
                        if list.items().len() > MAX_LIST {
                            return Err(format!("a list is longer than {MAX_LIST}"));
                        }
                        Ok(list)
                    }
                    None => self.strict(call, None, vec![left, right]),
                }
            }
            _ => {
                let target = call.target.as_deref().map(|target| self.node(target)).transpose()?;
                let arguments = call.args.iter().map(|a| self.node(a)).collect::<Result<Vec<_>, _>>()?;
                self.strict(call, target, arguments)
            }
        }
    }

    /// `&&` and `||`: the deciding value on either side wins over what is missing on the other.
    fn both(&mut self, left: &Node, right: &Node, deciding: bool) -> Result<Fact, Broken> {
        let name = if deciding { "||" } else { "&&" };
        let (left, right) = (self.truth(left, name)?, self.truth(right, name)?);
        Ok(match (left, right) {
            (Truth::Known(value), _) | (_, Truth::Known(value)) if value == deciding => Fact::Bool(deciding),
            (Truth::Known(_), Truth::Known(_)) => Fact::Bool(!deciding),
            (Truth::Missing(mut left), Truth::Missing(right)) => {
                merge_missing(&mut left, &right);
                Fact::Missing(left)
            }
            (Truth::Missing(missing), _) | (_, Truth::Missing(missing)) => Fact::Missing(missing),
        })
    }

    /// `?:` whose condition is missing: decided only if both branches agree.
    fn undecided(&mut self, mut missing: Vec<Missing>, yes: &Node, no: &Node) -> Result<Fact, Broken> {
        // A branch that breaks may never be taken: what is missing decides that first.
        let (Ok(yes), Ok(no)) = (self.node(yes), self.node(no)) else { return Ok(Fact::Missing(missing)) };
        let mut inside = Vec::new();
        yes.collect_missing(&mut inside);
        no.collect_missing(&mut inside);
        if inside.is_empty() && yes == no {
            return Ok(yes);
        }
        merge_missing(&mut missing, &inside);
        Ok(Fact::Missing(missing))
    }

    fn truth(&mut self, node: &Node, operator: &str) -> Result<Truth, Broken> {
        match self.node(node)? {
            Fact::Bool(value) => Ok(Truth::Known(value)),
            Fact::Missing(missing) => Ok(Truth::Missing(missing)),
            other => {
                Err(format!("`{operator}` wants true or false and was given {}", article(other.type_name())))
            }
        }
    }

    /// `list[0]`, `map["key"]`: one item is known however little is known of the others.
    fn index(&mut self, call: &CallExpr, of: Fact, at: Fact) -> Result<Fact, Broken> {
        match (&of, &at) {
            (Fact::List(items), Fact::Int(at)) => {
                let item = usize::try_from(*at).ok().and_then(|at| items.get(at));
                item.cloned().ok_or_else(|| format!("a list of {} has no item {at}", items.len()))
            }
            (Fact::Map(_) | Fact::Open(..) | Fact::Missing(_), Fact::Text(name)) => field(of.clone(), name),
            _ => self.strict(call, None, vec![of, at]),
        }
    }

    /// `text.matches(pattern)`: each pattern is compiled once, and only a small one.
    fn matches(&mut self, text: &str, pattern: &str) -> Result<Fact, Broken> {
        self.charge(text.len() / 8)?;
        if !self.patterns.contains_key(pattern) {
            self.charge(10_000)?;
            let compiled = regex::RegexBuilder::new(pattern).size_limit(PATTERN).build();
            let compiled = compiled.map_err(|_| format!("`{pattern}` is no pattern, or too large a one"))?;
            self.patterns.insert(pattern.to_owned(), compiled);
        }
        Ok(Fact::Bool(self.patterns.get(pattern).is_some_and(|pattern| pattern.is_match(text))))
    }

    /// An operator that needs all its operands.
    fn strict(
        &mut self,
        call: &CallExpr,
        target: Option<Fact>,
        arguments: Vec<Fact>,
    ) -> Result<Fact, Broken> {
        // A list's length is known even where its items are not; that of a list that may grow is not.
        if call.func_name == "size" {
            match target.as_ref().or(arguments.first()) {
                Some(Fact::List(items)) => return Ok(Fact::Int(items.len() as i64)),
                // What the evidence did not bring, later evidence may.
                Some(Fact::Open(_, missing)) => return Ok(Fact::Missing(vec![missing.clone()])),
                _ => {}
            }
        }
        let mut missing = Vec::new();
        for fact in target.iter().chain(&arguments) {
            self.charge(fact.weight())?;
            fact.collect_missing(&mut missing);
        }
        if !missing.is_empty() {
            return Ok(Fact::Missing(missing));
        }
        if let ("matches", Some(Fact::Text(text)), [Fact::Text(pattern)]) =
            (call.func_name.as_str(), &target, arguments.as_slice())
        {
            return self.matches(text, pattern);
        }
        let result = operators::apply(&self.context, call, target.as_ref(), &arguments)?;
        match &result {
            Fact::List(items) if items.len() > MAX_LIST => Err(format!("a list is longer than {MAX_LIST}")),
            Fact::Text(text) if text.len() > 1 << 20 => Err("a text is longer than a mebibyte".to_owned()),
            _ => Ok(result),
        }
    }

    /// `in`: found among what is known is yes, whatever else is missing.
    fn contains(&mut self, call: &CallExpr, item: Fact, list: Fact) -> Result<Fact, Broken> {
        self.charge(list.weight())?;
        let (items, mut missing) = match (&item, &list) {
            (_, Fact::List(items)) => (items.clone(), Vec::new()),
            (_, Fact::AtLeast(items, missing)) => (items.clone(), missing.clone()),
            (Fact::Text(name), Fact::Open(map, _)) if map.contains_key(name) => {
                return Ok(Fact::Bool(true));
            }
            (Fact::Text(name), Fact::Open(_, missing)) => {
                return Ok(Fact::Missing(extend(vec![missing.clone()], name)));
            }
            _ => return self.strict(call, None, vec![item, list]),
        };
        let mut of_item = Vec::new();
        item.collect_missing(&mut of_item);
        if !of_item.is_empty() {
            items.iter().for_each(|candidate| candidate.collect_missing(&mut missing));
            // In a list known to be empty there is nothing, whatever it is that is looked for.
            if items.is_empty() && missing.is_empty() {
                return Ok(Fact::Bool(false));
            }
            merge_missing(&mut of_item, &missing);
            return Ok(Fact::Missing(of_item));
        }
        for candidate in items.iter() {
            let before = missing.len();
            candidate.collect_missing(&mut missing);
            if missing.len() == before && equal(candidate, &item) {
                return Ok(Fact::Bool(true));
            }
        }
        Ok(if missing.is_empty() { Fact::Bool(false) } else { Fact::Missing(missing) })
    }

    /// A macro: recognised by the loop that the parser made of it, and walked item by item.
    fn comprehension(&mut self, comprehension: &ComprehensionExpr) -> Result<Fact, Broken> {
        let shape = Shape::of(comprehension).ok_or("it uses a macro that criteria do not have")?;
        let (items, tail) = match self.node(&comprehension.iter_range)? {
            Fact::List(items) => (items, Vec::new()),
            Fact::AtLeast(items, missing) => (items, missing),
            Fact::Missing(missing) => return Ok(Fact::Missing(missing)),
            other => {
                return Err(format!("a macro wants a list and was given {}", article(other.type_name())));
            }
        };
        if items.len() > MAX_LIST {
            return Err(format!("a list is longer than {MAX_LIST}"));
        }
        let mut missing = tail;
        let mut found = Vec::new();
        let mut decided = None;
        for item in items.iter() {
            self.scope.push((comprehension.iter_var.clone(), item.clone()));
            let step = self.step(&shape, item, &mut found, &mut missing, &mut decided);
            self.scope.pop();
            step?;
        }
        Ok(match shape {
            Shape::All(_) | Shape::Exists(_) => match decided {
                Some(value) => Fact::Bool(value),
                None if missing.is_empty() => Fact::Bool(matches!(shape, Shape::All(_))),
                None => Fact::Missing(missing),
            },
            Shape::ExistsOne(_) if found.len() > 1 => Fact::Bool(false),
            Shape::ExistsOne(_) if missing.is_empty() => Fact::Bool(found.len() == 1),
            Shape::ExistsOne(_) => Fact::Missing(missing),
            Shape::Filter(_) | Shape::Map(..) if missing.is_empty() => Fact::list(found),
            Shape::Filter(_) | Shape::Map(..) => Fact::AtLeast(Arc::new(found), missing),
        })
    }

    fn step(
        &mut self,
        shape: &Shape<'_>,
        item: &Fact,
        found: &mut Vec<Fact>,
        missing: &mut Vec<Missing>,
        decided: &mut Option<bool>,
    ) -> Result<(), Broken> {
        let (name, test) = match shape {
            Shape::All(test) => ("all", *test),
            Shape::Exists(test) => ("exists", *test),
            Shape::ExistsOne(test) => ("exists_one", *test),
            Shape::Filter(test) => ("filter", *test),
            Shape::Map(Some(test), _) => ("map", *test),
            Shape::Map(None, value) => {
                // An item whose value is missing is still an item.
                found.push(self.node(value)?);
                return Ok(());
            }
        };
        match (self.truth(test, name)?, shape) {
            (Truth::Missing(more), _) => merge_missing(missing, &more),
            (Truth::Known(false), Shape::All(_)) => *decided = Some(false),
            (Truth::Known(true), Shape::Exists(_)) => *decided = Some(true),
            (Truth::Known(true), Shape::Map(_, value)) => found.push(self.node(value)?),
            (Truth::Known(true), Shape::Filter(_) | Shape::ExistsOne(_)) => found.push(item.clone()),
            (Truth::Known(_), _) => {}
        }
        Ok(())
    }
}

/// Joins two lists of which one, or a part of one, is missing: what is known of either stays known.
fn joined(left: &Fact, right: &Fact) -> Option<Fact> {
    let parts = |fact: &Fact| match fact {
        Fact::List(items) => Some((items.to_vec(), Vec::new())),
        Fact::AtLeast(items, missing) => Some((items.to_vec(), missing.clone())),
        Fact::Missing(missing) => Some((Vec::new(), missing.clone())),
        _ => None,
    };
    let is_list = |fact: &Fact| matches!(fact, Fact::List(_) | Fact::AtLeast(..));
    if !is_list(left) && !is_list(right) {
        return None;
    }
    let ((mut items, mut missing), (more, also)) = (parts(left)?, parts(right)?);
    items.extend(more);
    merge_missing(&mut missing, &also);
    Some(if missing.is_empty() { Fact::list(items) } else { Fact::AtLeast(Arc::new(items), missing) })
}

fn literal_fact(literal: &LiteralValue) -> Result<Fact, Broken> {
    Ok(match literal {
        LiteralValue::Boolean(value) => Fact::Bool(*value.inner()),
        LiteralValue::Double(value) => Fact::Double(*value.inner()),
        LiteralValue::Int(value) => Fact::Int(*value.inner()),
        LiteralValue::UInt(value) => {
            Fact::Int(i64::try_from(*value.inner()).map_err(|_| "a number is too large".to_owned())?)
        }
        LiteralValue::String(value) => Fact::text(value.inner()),
        LiteralValue::Null => Fact::Null,
        LiteralValue::Bytes(_) => return Err("bytes have no place in a criterion".to_owned()),
    })
}

/// `has(operand.field)`. Asking for a fact that is missing does not make it present or absent.
fn present(operand: Fact, name: &str) -> Result<Fact, Broken> {
    match operand {
        Fact::Map(map) => Ok(match map.get(name) {
            Some(Fact::Missing(missing)) => Fact::Missing(missing.clone()),
            found => Fact::Bool(found.is_some()),
        }),
        Fact::Open(map, missing) => Ok(match map.get(name) {
            Some(_) => Fact::Bool(true),
            None => Fact::Missing(extend(vec![missing], name)),
        }),
        Fact::Missing(missing) => Ok(Fact::Missing(extend(missing, name))),
        other => Err(format!("has() wants a map and was given {}", article(other.type_name()))),
    }
}

fn field(operand: Fact, name: &str) -> Result<Fact, Broken> {
    match operand {
        Fact::Map(map) => map.get(name).cloned().ok_or_else(|| unknown_field(&map, name)),
        Fact::Open(map, missing) => {
            Ok(map.get(name).cloned().unwrap_or_else(|| Fact::Missing(extend(vec![missing], name))))
        }
        Fact::Missing(missing) => Ok(Fact::Missing(extend(missing, name))),
        other => Err(format!("{} has no `.{name}`", article(other.type_name()))),
    }
}

fn unknown_field(map: &Fields, name: &str) -> Broken {
    let known: Vec<&str> = map.keys().collect();
    format!("there is no `.{name}` here; there is {}", known.join(", "))
}

/// A part of a missing whole is missing by its own name, for the same reason.
fn extend(missing: Vec<Missing>, name: &str) -> Vec<Missing> {
    let part =
        |missing: Missing| Missing { fact: format!("{}.{name}", missing.fact).into(), why: missing.why };
    missing.into_iter().map(part).collect()
}

/// Equality as CEL has it: numbers by value, whatever their type.
fn equal(one: &Fact, other: &Fact) -> bool {
    match (one, other) {
        (Fact::Int(int), Fact::Double(double)) | (Fact::Double(double), Fact::Int(int)) => {
            *int as f64 == *double
        }
        _ => one == other,
    }
}

fn article(type_name: &str) -> String {
    let article = if type_name.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {type_name}")
}
