//! Macros, recognised by the loop that the parser made of them.
//!
//! Invariant: only the parts that the author wrote are evaluated; the loop around them is ours.

use cel::common::ast::{ComprehensionExpr, Expr, operators as op};
use cel::parser::Expression as Node;

/// Which macro a loop is, with the parts that were written by hand.
pub(super) enum Shape<'a> {
    All(&'a Node),
    Exists(&'a Node),
    ExistsOne(&'a Node),
    Filter(&'a Node),
    Map(Option<&'a Node>, &'a Node),
}

impl<'a> Shape<'a> {
    /// Returns what is asked of each item, if anything is.
    pub(super) fn test(&self) -> Option<&'a Node> {
        match self {
            Self::All(test) | Self::Exists(test) | Self::ExistsOne(test) | Self::Filter(test) => Some(test),
            Self::Map(test, _) => *test,
        }
    }

    /// Recognises a macro; `None` for one that criteria do not have.
    pub(super) fn of(comprehension: &'a ComprehensionExpr) -> Option<Self> {
        if comprehension.iter_var2.is_some() {
            return None;
        }
        let is_accumulator =
            |node: &Node| matches!(&node.expr, Expr::Ident(name) if *name == comprehension.accu_var);
        let (Expr::Call(step), init) = (&comprehension.loop_step.expr, &comprehension.accu_init.expr) else {
            return None;
        };
        match (step.func_name.as_str(), step.args.as_slice()) {
            (op::LOGICAL_AND, [accumulator, test]) if is_accumulator(accumulator) => Some(Self::All(test)),
            (op::LOGICAL_OR, [accumulator, test]) if is_accumulator(accumulator) => Some(Self::Exists(test)),
            (op::ADD, [accumulator, item]) if is_accumulator(accumulator) => {
                Some(Self::Map(None, only_element(item)?))
            }
            (op::CONDITIONAL, [test, Node { expr: Expr::Call(more), .. }, _]) => {
                let [_, item] = more.args.as_slice() else { return None };
                match (init, only_element(item)) {
                    (Expr::Literal(_), _) => Some(Self::ExistsOne(test)),
                    (Expr::List(_), Some(Node { expr: Expr::Ident(name), .. }))
                        if *name == comprehension.iter_var =>
                    {
                        Some(Self::Filter(test))
                    }
                    (Expr::List(_), Some(value)) => Some(Self::Map(Some(test), value)),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

fn only_element(node: &Node) -> Option<&Node> {
    match &node.expr {
        Expr::List(list) => list.elements.first(),
        _ => None,
    }
}
