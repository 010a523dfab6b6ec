//! Evaluation with Kleene's third value: an operator whose operand is missing is missing too, unless the
//! other operands decide.
//!
//! CEL alone reports the first missing fact it meets. A reader needs every one that matters, so the logic
//! (`&&`, `||`, `!`, `?:`, the macros) is walked here, and CEL's library computes what is known. Facts are looked at
//! where they lie: a list of thousands is walked without a copy of anything on it.
//!
//! Invariant: an error other than a missing fact is never absorbed; it makes the criterion broken.

mod macros;
mod quick;
mod seen;

use std::collections::HashMap;
use std::sync::Arc;

use cel::Context;
use cel::common::ast::{CallExpr, Expr, LiteralValue, operators as op};
use cel::parser::Expression as Node;
use typed_arena::Arena;

use super::expression::Expression;
use super::fact::{Fact, Missing};
use super::fields::{Fields, Near};
use super::operators::{self, Broken};
use super::reasons::Reasons;
use seen::Seen;

/// How many items one evaluation may touch: nodes, and what operators read and make. It bounds time and memory.
pub const MAX_STEPS: usize = 2_000_000;
/// The longest list that a macro may walk, and that may be made.
pub const MAX_LIST: usize = 100_000;
/// The largest compiled pattern, in bytes.
pub const PATTERN: usize = 256 << 10;
/// What it costs to hand an item to CEL's library, in items touched.
const HANDED_OVER: usize = 4;
/// The nodes of which it is remembered what they are: all there can be in an expression of the longest source.
const NODES: usize = 8_192;

/// What an expression came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Evaluation {
    Value(Fact),
    /// A wrong type, a division by zero, too much work: the expression itself must be mended.
    Broken(String),
}

/// Evaluates an expression over facts. Run it on a large stack.
pub fn evaluate(expression: &Expression, facts: &Fact) -> Evaluation {
    let made = Arena::new();
    let mut walk = Walk {
        context: None,
        facts,
        made: &made,
        scope: Vec::new(),
        steps: 0,
        patterns: HashMap::new(),
        noted: Vec::new(),
    };
    match walk.node(expression.root()) {
        Ok(seen) => Evaluation::Value(seen.into_fact()),
        Err(broken) => Evaluation::Broken(broken),
    }
}

struct Walk<'f> {
    /// CEL's functions; made when the first is needed, as that takes longer than most criteria.
    context: Option<Context<'static, 'static>>,
    facts: &'f Fact,
    /// What was made on the way and is looked at again.
    made: &'f Arena<Fact>,
    /// Variables of the macros around the current node, innermost last.
    scope: Vec<(&'f str, &'f Fact)>,
    steps: usize,
    /// Patterns compiled so far.
    patterns: HashMap<String, regex::Regex>,
    /// What was found of a node before, by its id.
    noted: Vec<Noted<'f>>,
}

/// What was found of a node.
#[derive(Clone, Copy, Default)]
struct Noted<'f> {
    /// Where the field that it selects lay last.
    near: Near,
    /// What it is, if it is the same each time.
    constant: Option<&'f Fact>,
}

/// A truth value: yes, no, or missing for these reasons.
enum Truth {
    Known(bool),
    Missing(Vec<Missing>),
}

impl<'f> Walk<'f> {
    /// Counts work done, in items touched.
    fn charge(&mut self, work: usize) -> Result<(), Broken> {
        self.steps = self.steps.saturating_add(work);
        if self.steps > MAX_STEPS {
            return Err("it takes too much work: fewer nested macros or shorter lists".to_owned());
        }
        Ok(())
    }

    fn node(&mut self, node: &'f Node) -> Result<Seen<'f>, Broken> {
        self.charge(1)?;
        match &node.expr {
            Expr::Ident(name) => self.variable(name),
            Expr::Select(select) => {
                let operand = self.node(&select.operand)?;
                if select.test {
                    return present(operand.into_fact(), &select.field).map(Seen::Made);
                }
                match operand {
                    Seen::There(Fact::Map(map)) => {
                        let mut unknown = Near::default();
                        let near = self.noted(node).map_or(&mut unknown, |noted| &mut noted.near);
                        let found = map.get_near(&select.field, near);
                        found.map(Seen::There).ok_or_else(|| unknown_field(map, &select.field))
                    }
                    operand => field(operand.into_fact(), &select.field).map(Seen::Made),
                }
            }
            Expr::Call(call) => self.call(call),
            Expr::Literal(literal) => self.constant(node, |_| literal_fact(literal)),
            Expr::List(list) if list.elements.iter().all(is_literal) => self.constant(node, |walk| {
                let items = list.elements.iter().map(|item| Ok(walk.node(item)?.into_fact()));
                Ok(Fact::list(items.collect::<Result<Vec<_>, Broken>>()?))
            }),
            Expr::List(list) => {
                let items = list.elements.iter().map(|item| Ok(self.node(item)?.into_fact()));
                Ok(Seen::Made(Fact::list(items.collect::<Result<Vec<_>, Broken>>()?)))
            }
            Expr::Comprehension(comprehension) => self.comprehension(comprehension),
            Expr::Map(_) | Expr::Struct(_) => Err("a map has no place in a criterion".to_owned()),
            Expr::Unspecified => Err("a part of it is empty".to_owned()),
        }
    }

    /// Returns what was noted of a node; `None` of one whose id is out of all bounds.
    fn noted(&mut self, node: &Node) -> Option<&mut Noted<'f>> {
        let id = usize::try_from(node.id).ok().filter(|id| *id < NODES)?;
        if id >= self.noted.len() {
            self.noted.resize(id + 1, Noted::default());
        }
        self.noted.get_mut(id)
    }

    /// Makes what is the same each time but once.
    fn constant(
        &mut self,
        node: &'f Node,
        make: impl FnOnce(&mut Self) -> Result<Fact, Broken>,
    ) -> Result<Seen<'f>, Broken> {
        if let Some(Noted { constant: Some(constant), .. }) = self.noted(node) {
            return Ok(Seen::There(constant));
        }
        let made = make(self)?;
        let constant: &'f Fact = self.made.alloc(made);
        if let Some(noted) = self.noted(node) {
            noted.constant = Some(constant);
        }
        Ok(Seen::There(constant))
    }

    fn variable(&self, name: &str) -> Result<Seen<'f>, Broken> {
        if let Some((_, fact)) = self.scope.iter().rev().find(|(bound, _)| *bound == name) {
            return Ok(Seen::There(fact));
        }
        self.facts.at(name).map(Seen::There).ok_or_else(|| format!("no such fact: {name}"))
    }

    fn call(&mut self, call: &'f CallExpr) -> Result<Seen<'f>, Broken> {
        match (call.func_name.as_str(), call.args.as_slice()) {
            (op::LOGICAL_AND, [left, right]) => self.both(left, right, false).map(Seen::Made),
            (op::LOGICAL_OR, [left, right]) => self.both(left, right, true).map(Seen::Made),
            (op::LOGICAL_NOT, [operand]) => Ok(Seen::Made(match self.truth(operand, "!")? {
                Truth::Known(value) => Fact::Bool(!value),
                Truth::Missing(missing) => Fact::Missing(missing),
            })),
            (op::CONDITIONAL, [condition, yes, no]) => match self.truth(condition, "?:")? {
                Truth::Known(true) => self.node(yes),
                Truth::Known(false) => self.node(no),
                Truth::Missing(missing) => self.undecided(missing, yes, no).map(Seen::Made),
            },
            (op::INDEX, [of, at]) => {
                let (of, at) = (self.node(of)?.into_fact(), self.node(at)?.into_fact());
                self.index(call, of, at).map(Seen::Made)
            }
            (op::IN, [item, list]) => {
                let (item, list) = (self.node(item)?, self.node(list)?);
                self.contains(call, &item, &list).map(Seen::Made)
            }
            (op::ADD, [left, right]) => {
                let (left, right) = (self.node(left)?, self.node(right)?);
                match joined(&left, &right) {
                    Some(list) => {
                        self.charge(list.items().len())?;
                        if list.items().len() > MAX_LIST {
                            return Err(format!("a list is longer than {MAX_LIST}"));
                        }
                        Ok(Seen::Made(list))
                    }
                    None => {
                        self.strict(call, None, vec![left.into_fact(), right.into_fact()]).map(Seen::Made)
                    }
                }
            }
            (operator, [left, right]) if operators::is_comparison(operator) => {
                let (left, right) = (self.node(left)?, self.node(right)?);
                if let Some(compared) = operators::compare(operator, &left, &right) {
                    self.charge(2)?;
                    return Ok(Seen::Made(Fact::Bool(compared)));
                }
                self.strict(call, None, vec![left.into_fact(), right.into_fact()]).map(Seen::Made)
            }
            _ => {
                let target = call.target.as_deref().map(|target| self.node(target)).transpose()?;
                let arguments = call.args.iter().map(|a| Ok(self.node(a)?.into_fact()));
                let arguments = arguments.collect::<Result<Vec<_>, Broken>>()?;
                self.strict(call, target.map(Seen::into_fact), arguments).map(Seen::Made)
            }
        }
    }

    /// `&&` and `||`: the deciding value on either side wins over what is missing on the other.
    fn both(&mut self, left: &'f Node, right: &'f Node, deciding: bool) -> Result<Fact, Broken> {
        let name = if deciding { "||" } else { "&&" };
        let (left, right) = (self.truth(left, name)?, self.truth(right, name)?);
        Ok(match (left, right) {
            (Truth::Known(value), _) | (_, Truth::Known(value)) if value == deciding => Fact::Bool(deciding),
            (Truth::Known(_), Truth::Known(_)) => Fact::Bool(!deciding),
            (Truth::Missing(left), Truth::Missing(right)) => {
                let mut reasons = Reasons::default();
                reasons.add_all(left.iter().chain(&right));
                Fact::Missing(reasons.into_list())
            }
            (Truth::Missing(missing), _) | (_, Truth::Missing(missing)) => Fact::Missing(missing),
        })
    }

    /// `?:` whose condition is missing: decided only if both branches agree.
    fn undecided(&mut self, missing: Vec<Missing>, yes: &'f Node, no: &'f Node) -> Result<Fact, Broken> {
        // A branch that breaks may never be taken: what is missing decides that first.
        let (Ok(yes), Ok(no)) = (self.node(yes), self.node(no)) else { return Ok(Fact::Missing(missing)) };
        let mut inside = Reasons::default();
        yes.collect_missing(&mut inside);
        no.collect_missing(&mut inside);
        if inside.is_empty() && *yes == *no {
            return Ok(yes.into_fact());
        }
        let mut reasons = Reasons::default();
        reasons.add_all(missing.iter().chain(&inside.into_list()));
        Ok(Fact::Missing(reasons.into_list()))
    }

    fn truth(&mut self, node: &'f Node, operator: &str) -> Result<Truth, Broken> {
        match &*self.node(node)? {
            Fact::Bool(value) => Ok(Truth::Known(*value)),
            Fact::Missing(missing) => Ok(Truth::Missing(missing.clone())),
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
                Some(Fact::Open(_, missing)) => return Ok(Fact::Missing(vec![missing.as_ref().clone()])),
                _ => {}
            }
        }
        let mut missing = Reasons::default();
        for fact in target.iter().chain(&arguments) {
            self.charge(fact.weight().saturating_mul(HANDED_OVER))?;
            fact.collect_missing(&mut missing);
        }
        if !missing.is_empty() {
            return Ok(Fact::Missing(missing.into_list()));
        }
        if let ("matches", Some(Fact::Text(text)), [Fact::Text(pattern)]) =
            (call.func_name.as_str(), &target, arguments.as_slice())
        {
            return self.matches(text, pattern);
        }
        let context = self.context.get_or_insert_with(Context::default);
        let result = operators::apply(context, call, target.as_ref(), &arguments)?;
        match &result {
            Fact::List(items) if items.len() > MAX_LIST => Err(format!("a list is longer than {MAX_LIST}")),
            Fact::Text(text) if text.len() > 1 << 20 => Err("a text is longer than a mebibyte".to_owned()),
            _ => Ok(result),
        }
    }

    /// `in`: found among what is known is yes, whatever else is missing.
    fn contains(&mut self, call: &CallExpr, item: &Fact, list: &Fact) -> Result<Fact, Broken> {
        self.charge(list.weight())?;
        let mut missing = Reasons::default();
        let items: &[Fact] = match (item, list) {
            (_, Fact::List(items)) => items,
            (_, Fact::AtLeast(items, more)) => {
                missing.add_all(more.as_ref());
                items
            }
            (Fact::Text(name), Fact::Open(map, _)) if map.contains_key(name) => {
                return Ok(Fact::Bool(true));
            }
            (Fact::Text(name), Fact::Open(_, missing)) => {
                return Ok(Fact::Missing(extend(vec![missing.as_ref().clone()], name)));
            }
            _ => return self.strict(call, None, vec![item.clone(), list.clone()]),
        };
        let mut of_item = Reasons::default();
        item.collect_missing(&mut of_item);
        if !of_item.is_empty() {
            items.iter().for_each(|candidate| candidate.collect_missing(&mut missing));
            // In a list known to be empty there is nothing, whatever it is that is looked for.
            if items.is_empty() && missing.is_empty() {
                return Ok(Fact::Bool(false));
            }
            of_item.add_all(&missing.into_list());
            return Ok(Fact::Missing(of_item.into_list()));
        }
        for candidate in items {
            let before = missing.len();
            candidate.collect_missing(&mut missing);
            if missing.len() == before && equal(candidate, item) {
                return Ok(Fact::Bool(true));
            }
        }
        Ok(if missing.is_empty() { Fact::Bool(false) } else { Fact::Missing(missing.into_list()) })
    }
}

fn is_literal(node: &Node) -> bool {
    matches!(node.expr, Expr::Literal(_))
}

/// Joins two lists of which one, or a part of one, is missing: what is known of either stays known.
fn joined(left: &Fact, right: &Fact) -> Option<Fact> {
    let parts = |fact: &Fact| match fact {
        Fact::List(items) => Some((items.to_vec(), Vec::new())),
        Fact::AtLeast(items, missing) => Some((items.to_vec(), missing.to_vec())),
        Fact::Missing(missing) => Some((Vec::new(), missing.clone())),
        _ => None,
    };
    let is_list = |fact: &Fact| matches!(fact, Fact::List(_) | Fact::AtLeast(..));
    if !is_list(left) && !is_list(right) {
        return None;
    }
    let ((mut items, missing), (more, also)) = (parts(left)?, parts(right)?);
    items.extend(more);
    let mut reasons = Reasons::default();
    reasons.add_all(missing.iter().chain(&also));
    Some(Fact::at_least(items, reasons.into_list()))
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
            None => Fact::Missing(extend(vec![Arc::unwrap_or_clone(missing)], name)),
        }),
        Fact::Missing(missing) => Ok(Fact::Missing(extend(missing, name))),
        other => Err(format!("has() wants a map and was given {}", article(other.type_name()))),
    }
}

fn field(operand: Fact, name: &str) -> Result<Fact, Broken> {
    match operand {
        Fact::Map(map) => map.get(name).cloned().ok_or_else(|| unknown_field(&map, name)),
        Fact::Open(map, missing) => Ok(map
            .get(name)
            .cloned()
            .unwrap_or_else(|| Fact::Missing(extend(vec![Arc::unwrap_or_clone(missing)], name)))),
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
