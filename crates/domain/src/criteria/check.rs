//! What can be found wrong with an expression before there is any evidence: facts that do not exist,
//! functions that do not exist, values that can never compare.
//!
//! Invariant: a check only refuses what could never evaluate as its author meant.

use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, LiteralValue, operators as op};
use cel::parser::Expression as Node;

use super::catalogue::Type;
use super::expression::{Expression, ExpressionError, Span};
use super::kleene::PATTERN;
use crate::criterion::Rule;

/// What the whole expression must come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    Truth,
    List,
}

/// Functions of CEL that make sense over facts.
const FUNCTIONS: [&str; 8] =
    ["size", "contains", "startsWith", "endsWith", "matches", "int", "double", "string"];

/// Checks an expression against the facts there can be.
pub fn check(expression: &Expression, facts: &Type, wanted: Wanted) -> Result<(), ExpressionError> {
    let mut check = Check { expression, facts, scope: Vec::new() };
    let root = expression.root();
    let of = check.node(root)?;
    let fits = match (wanted, &of) {
        (_, Type::Any) | (Wanted::Truth, Type::Bool) | (Wanted::List, Type::List(_)) => true,
        (Wanted::Truth | Wanted::List, _) => false,
    };
    if fits {
        return Ok(());
    }
    let message = match wanted {
        Wanted::Truth => format!("`holds` wants true or false; this is {}", of.label()),
        Wanted::List => format!("`offenders` wants a list; this is {}", of.label()),
    };
    Err(ExpressionError {
        message,
        span: Span { start: 0, end: expression.source().len() },
        suggestion: None,
    })
}

/// Compiles a rule and checks it against the facts there can be. Run it on a large stack: CEL's parser recurses.
///
/// # Errors
/// What is wrong with it, and where.
pub fn check_rule(rule: &Rule, facts: &Type) -> Result<(), ExpressionError> {
    let wanted = match rule {
        Rule::Holds(_) => Wanted::Truth,
        Rule::Offenders(_) => Wanted::List,
    };
    check(&Expression::compile(rule.source())?, facts, wanted)
}

struct Check<'a> {
    expression: &'a Expression,
    facts: &'a Type,
    scope: Vec<(String, Type)>,
}

impl Check<'_> {
    fn node(&mut self, node: &Node) -> Result<Type, ExpressionError> {
        match &node.expr {
            Expr::Literal(LiteralValue::Bytes(_) | LiteralValue::Null) => {
                Err(self.at(node, 1, "bytes and null have no place in a criterion".to_owned()))
            }
            Expr::Literal(literal) => Ok(literal_type(literal)),
            Expr::Ident(name) => self.root(node, name),
            Expr::Select(select) => {
                let operand = self.node(&select.operand)?;
                let of = self.select(node, &select.operand, &operand, &select.field)?;
                Ok(if select.test { Type::Bool } else { of })
            }
            Expr::List(list) => {
                let mut of = Type::Any;
                for element in &list.elements {
                    of = self.node(element)?;
                }
                Ok(Type::List(Box::new(of)))
            }
            Expr::Call(call) => self.call(node, call),
            Expr::Comprehension(comprehension) => self.comprehension(comprehension),
            Expr::Map(_) | Expr::Struct(_) => {
                Err(self.at(node, 1, "a map has no place in a criterion".to_owned()))
            }
            Expr::Unspecified => Ok(Type::Any),
        }
    }

    fn root(&self, node: &Node, name: &str) -> Result<Type, ExpressionError> {
        if let Some((_, of)) = self.scope.iter().rev().find(|(bound, _)| bound == name) {
            return Ok(of.clone());
        }
        if let Some(field) = self.facts.field(name) {
            return Ok(field.of.clone());
        }
        let mut error = self.at(node, name.len(), format!("no such fact: {name}"));
        let variables = self.scope.iter().map(|(bound, _)| bound.as_str());
        error.suggestion = closest(name, variables.chain(names(self.facts)));
        Err(error)
    }

    fn select(&self, node: &Node, operand: &Node, of: &Type, name: &str) -> Result<Type, ExpressionError> {
        match of {
            Type::Any => Ok(Type::Any),
            Type::Open(of) => Ok((**of).clone()),
            Type::Record(_) => match of.field(name) {
                Some(field) => Ok(field.of.clone()),
                None => {
                    let prefix = path(operand);
                    let start = self.expression.start_of(leftmost(operand));
                    let end = self.end_of_name(node, name);
                    let mut error = ExpressionError {
                        message: format!("no such fact: {prefix}.{name}"),
                        span: Span { start, end },
                        suggestion: None,
                    };
                    error.suggestion = closest(name, names(of)).map(|found| format!("{prefix}.{found}"));
                    Err(error)
                }
            },
            other => Err(self.at(node, name.len() + 1, format!("{} has no `.{name}`", other.label()))),
        }
    }

    /// A selection is placed at its dot; the name follows, perhaps after spaces.
    fn end_of_name(&self, node: &Node, name: &str) -> usize {
        let dot = self.expression.start_of(node);
        let source = self.expression.source();
        source.get(dot..).and_then(|rest| rest.find(name)).map_or(source.len(), |at| dot + at + name.len())
    }

    fn call(&mut self, node: &Node, call: &CallExpr) -> Result<Type, ExpressionError> {
        let target = call.target.as_deref().map(|target| self.node(target)).transpose()?;
        let arguments =
            call.args.iter().map(|argument| self.node(argument)).collect::<Result<Vec<_>, _>>()?;
        let name = call.func_name.as_str();
        match (name, arguments.as_slice()) {
            (op::LOGICAL_AND | op::LOGICAL_OR | op::LOGICAL_NOT, operands) => {
                for (operand, of) in call.args.iter().zip(operands) {
                    self.truth(operand, of)?;
                }
                Ok(Type::Bool)
            }
            (op::CONDITIONAL, [condition, yes, no]) => {
                self.truth(&call.args[0], condition)?;
                Ok(if yes == no { yes.clone() } else { Type::Any })
            }
            (
                op::EQUALS | op::NOT_EQUALS | op::LESS | op::LESS_EQUALS | op::GREATER | op::GREATER_EQUALS,
                [left, right],
            ) => {
                if comparable(left, right) {
                    return Ok(Type::Bool);
                }
                let message = format!("{} is compared with {}", left.label(), right.label());
                Err(self.at(leftmost(&call.args[0]), self.width(&call.args[0], &call.args[1]), message))
            }
            (op::MODULO, [Type::Double, _] | [_, Type::Double]) => {
                Err(self.at(leftmost(&call.args[0]), 1, "`%` is of whole numbers".to_owned()))
            }
            (op::ADD | op::SUBSTRACT | op::MULTIPLY | op::DIVIDE | op::MODULO, [left, right]) => {
                match (left, right) {
                    (Type::Any, other) | (other, Type::Any) => Ok(other.clone()),
                    (Type::Int, Type::Int) => Ok(Type::Int),
                    (Type::Double, Type::Double) => Ok(Type::Double),
                    (Type::Text, Type::Text) if name == op::ADD => Ok(Type::Text),
                    (Type::List(_), Type::List(_)) if name == op::ADD => Ok(left.clone()),
                    (Type::Int, Type::Double) | (Type::Double, Type::Int) => {
                        let message = "whole and decimal numbers do not mix in arithmetic: write `double(…)` around \
                                   the whole one, or `2.0` for `2`";
                        Err(self.at(
                            leftmost(&call.args[0]),
                            self.width(&call.args[0], &call.args[1]),
                            message.to_owned(),
                        ))
                    }
                    _ => {
                        let message =
                            format!("there is no arithmetic between {} and {}", left.label(), right.label());
                        Err(self.at(
                            leftmost(&call.args[0]),
                            self.width(&call.args[0], &call.args[1]),
                            message,
                        ))
                    }
                }
            }
            (op::NEGATE, [of @ (Type::Int | Type::Double | Type::Any)]) => Ok(of.clone()),
            (op::NEGATE, [of]) => Err(self.at(node, 1, format!("there is no minus of {}", of.label()))),
            (op::IN, [_, Type::List(_) | Type::Any | Type::Open(_)]) => Ok(Type::Bool),
            (op::IN, [_, other]) => Err(self.at(
                leftmost(&call.args[1]),
                1,
                format!("`in` wants a list; this is {}", other.label()),
            )),
            (op::INDEX, [Type::List(of) | Type::Open(of), _]) => Ok((**of).clone()),
            (op::INDEX, _) => Ok(Type::Any),
            (op::NOT_STRICTLY_FALSE, _) => Ok(Type::Bool),
            ("size", _) => match (&target, arguments.as_slice()) {
                (Some(of), []) | (None, [of])
                    if matches!(of, Type::Any | Type::Text | Type::List(_) | Type::Open(_)) =>
                {
                    Ok(Type::Int)
                }
                _ => Err(self.usage(node, name, "`size(list)` or `list.size()`, of a list or a text")),
            },
            (
                "int" | "double" | "string",
                [Type::Any | Type::Bool | Type::Int | Type::Double | Type::Text],
            ) if target.is_none() => Ok(match name {
                "int" => Type::Int,
                "double" => Type::Double,
                _ => Type::Text,
            }),
            ("int" | "double" | "string", _) => {
                Err(self.usage(node, name, &format!("`{name}(value)`, of one number or text")))
            }
            ("contains" | "startsWith" | "endsWith" | "matches", [Type::Text | Type::Any])
                if matches!(target, Some(Type::Text | Type::Any)) =>
            {
                if let ("matches", Some(pattern)) = (name, call.args.first().and_then(text_literal))
                    && let Err(error) = regex::RegexBuilder::new(pattern).size_limit(PATTERN).build()
                {
                    let reason = error.to_string();
                    let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
                    return Err(self.usage(node, name, &format!("a pattern that can be used: {reason}")));
                }
                Ok(Type::Bool)
            }
            ("contains" | "startsWith" | "endsWith" | "matches", _) => {
                Err(self.usage(node, name, &format!("`text.{name}(\"…\")`, of texts")))
            }
            (unknown, _) => {
                let mut error = self.at(node, unknown.len(), format!("no such function: {unknown}"));
                error.span = self.name_of_call(node, unknown);
                let macros = ["all", "exists", "exists_one", "map", "filter", "has"];
                error.suggestion = closest(unknown, FUNCTIONS.into_iter().chain(macros));
                Err(error)
            }
        }
    }

    /// A call is placed at its bracket; its name stands before that.
    fn name_of_call(&self, node: &Node, name: &str) -> Span {
        let bracket = self.expression.start_of(node).min(self.expression.source().len());
        let before = self.expression.source().get(..bracket).unwrap_or_default();
        let start = before.rfind(name).unwrap_or(bracket);
        Span { start, end: (start + name.len()).min(self.expression.source().len()) }
    }

    fn usage(&self, node: &Node, name: &str, wanted: &str) -> ExpressionError {
        let message = format!("`{name}` is used as {wanted}");
        ExpressionError { message, span: self.name_of_call(node, name), suggestion: None }
    }

    fn truth(&self, node: &Node, of: &Type) -> Result<(), ExpressionError> {
        match of {
            Type::Bool | Type::Any => Ok(()),
            other => {
                let message = format!("true or false is wanted here; this is {}", other.label());
                Err(self.at(leftmost(node), path(node).len().max(1), message))
            }
        }
    }

    fn comprehension(&mut self, comprehension: &ComprehensionExpr) -> Result<Type, ExpressionError> {
        let item = match self.node(&comprehension.iter_range)? {
            Type::List(of) => *of,
            Type::Any => Type::Any,
            other => {
                let message = format!("a macro wants a list; this is {}", other.label());
                let node = &comprehension.iter_range;
                return Err(self.at(leftmost(node), path(node).len().max(1), message));
            }
        };
        let accumulator = match &comprehension.accu_init.expr {
            Expr::Literal(literal) => literal_type(literal),
            _ => Type::List(Box::new(item.clone())),
        };
        let result = match &accumulator {
            Type::List(_) => Type::List(Box::new(Type::Any)),
            _ => Type::Bool,
        };
        self.scope.push((comprehension.iter_var.clone(), item));
        // The accumulator's own type is the macro's business, not the author's.
        self.scope.push((comprehension.accu_var.clone(), Type::Any));
        let step = self.node(&comprehension.loop_step);
        self.scope.truncate(self.scope.len() - 2);
        step.map(|_| result)
    }

    fn at(&self, node: &Node, length: usize, message: String) -> ExpressionError {
        let source = self.expression.source();
        let start = self.expression.start_of(node).min(source.len());
        let mut end = (start + length.max(1)).min(source.len());
        while !source.is_char_boundary(end) {
            end += 1;
        }
        ExpressionError { message, span: Span { start, end }, suggestion: None }
    }

    fn width(&self, left: &Node, right: &Node) -> usize {
        let start = self.expression.start_of(leftmost(left));
        (self.expression.start_of(leftmost(right)) + path(right).len().max(1)).saturating_sub(start)
    }
}

fn comparable(left: &Type, right: &Type) -> bool {
    let number = |of: &Type| matches!(of, Type::Int | Type::Double);
    match (left, right) {
        (Type::Any, _) | (_, Type::Any) => true,
        (Type::List(_), Type::List(_)) => true,
        _ => left == right || (number(left) && number(right)),
    }
}

fn literal_type(literal: &LiteralValue) -> Type {
    match literal {
        LiteralValue::Boolean(_) => Type::Bool,
        LiteralValue::Int(_) | LiteralValue::UInt(_) => Type::Int,
        LiteralValue::Double(_) => Type::Double,
        LiteralValue::String(_) => Type::Text,
        LiteralValue::Bytes(_) | LiteralValue::Null => Type::Any,
    }
}

fn text_literal(node: &Node) -> Option<&str> {
    match &node.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner()),
        _ => None,
    }
}

fn leftmost(node: &Node) -> &Node {
    match &node.expr {
        Expr::Select(select) => leftmost(&select.operand),
        Expr::Call(call) => match (&call.target, call.args.first()) {
            (Some(target), _) => leftmost(target),
            (None, Some(first)) if call.args.len() == 2 => leftmost(first),
            _ => node,
        },
        _ => node,
    }
}

/// Returns a selection as it is written, as in `runs.smoke`; empty for anything else.
fn path(node: &Node) -> String {
    match &node.expr {
        Expr::Ident(name) => name.clone(),
        Expr::Select(select) => format!("{}.{}", path(&select.operand), select.field),
        _ => String::new(),
    }
}

fn names(of: &Type) -> impl Iterator<Item = &str> {
    let fields: &[super::catalogue::Field] = match of {
        Type::Record(fields) => fields,
        _ => &[],
    };
    fields.iter().map(|field| field.name.as_str())
}

/// Returns the name that was probably meant, if one is near enough.
pub fn closest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let name = name.to_lowercase();
    let distance = |candidate: &str| strsim::damerau_levenshtein(&name, &candidate.to_lowercase());
    let best = known.into_iter().min_by_key(|candidate| distance(candidate))?;
    (distance(best) <= (name.len() / 3).clamp(1, 4)).then(|| best.to_owned())
}
