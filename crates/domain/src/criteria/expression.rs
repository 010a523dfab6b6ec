//! An expression, compiled under limits, so that a hostile one is refused in bounded time and memory.
//!
//! Invariant: nothing reaches the CEL parser that is longer, deeper or more nested than the limits below.

use cel::Program;
use cel::parser::Expression as Node;

/// The longest source, in bytes.
pub const MAX_SOURCE: usize = 2048;
/// The deepest nesting of brackets, and of operators that repeat without one (`!`, `-`, `?:`).
pub const MAX_DEPTH: usize = 24;
/// The deepest nesting of macros: one more level multiplies the work by the size of a list.
pub const MAX_MACRO_DEPTH: usize = 2;

/// A span in the source of an expression, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

/// What is wrong with an expression, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ExpressionError {
    pub message: String,
    pub span: Span,
    /// What was probably meant.
    pub suggestion: Option<String>,
}

/// A compiled expression.
#[derive(Debug)]
pub struct Expression {
    source: String,
    program: Program,
}

impl Expression {
    /// Compiles a source. Run it on a large stack: CEL's parser recurses.
    pub fn compile(source: &str) -> Result<Self, ExpressionError> {
        limits(source)?;
        let program = Program::compile(source).map_err(|errors| parse_error(source, &errors))?;
        Ok(Self { source: source.to_owned(), program })
    }

    pub fn source(&self) -> &str {
        &self.source
    }

    pub fn root(&self) -> &Node {
        self.program.expression()
    }

    /// Returns where a node begins in the source, in bytes.
    pub fn start_of(&self, node: &Node) -> usize {
        let (start, _) = self.program.source_info().offset_for(node.id).unwrap_or((0, 0));
        self.source.char_indices().nth(start as usize).map_or(self.source.len(), |(byte, _)| byte)
    }
}

fn parse_error(source: &str, errors: &cel::ParseErrors) -> ExpressionError {
    let Some(error) = errors.errors.first() else {
        return ExpressionError {
            message: "not an expression".to_owned(),
            span: Span { start: 0, end: source.len() },
            suggestion: None,
        };
    };
    let (line, column) = (error.pos.0.max(1) as usize, error.pos.1.max(1) as usize);
    let line_start: usize = source.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let rest = source.get(line_start..).unwrap_or_default();
    let start = line_start + rest.char_indices().nth(column - 1).map_or(rest.len(), |(byte, _)| byte);
    let start = start.min(source.len());
    let end = source[start..].chars().next().map_or(source.len(), |c| start + c.len_utf8());
    let reason = error.msg.lines().next().unwrap_or_default().trim();
    let reason = reason.strip_prefix("Syntax error: ").unwrap_or(reason);
    if reason.contains("<EOF>") {
        let message = "not an expression: it ends before it is whole".to_owned();
        return ExpressionError { message, span: Span { start, end }, suggestion: None };
    }
    let message = match reason.split_once("expecting") {
        Some((found, _)) if reason.len() > 120 => format!("not an expression: {}", found.trim()),
        _ => format!("not an expression: {reason}"),
    };
    ExpressionError { message, span: Span { start, end }, suggestion: None }
}

/// Refuses a source that could exhaust the parser or the evaluator, before either sees it.
fn limits(source: &str) -> Result<(), ExpressionError> {
    let refuse = |message: String, start: usize, end: usize| {
        Err(ExpressionError { message, span: Span { start, end }, suggestion: None })
    };
    if source.trim().is_empty() {
        return refuse("an expression is empty".to_owned(), 0, source.len());
    }
    if source.len() > MAX_SOURCE {
        let size = source.len();
        return refuse(
            format!("an expression is {size} bytes long; the most is {MAX_SOURCE}"),
            0,
            source.len(),
        );
    }
    let bytes = source.as_bytes();
    // One entry an open bracket: whether it is the argument list of a macro.
    let mut open: Vec<bool> = Vec::new();
    // Operators that nest without a bracket: prefixes in a row, and `?` that wait for their end.
    let (mut prefixes, mut conditionals) = (0_usize, 0_usize);
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        match byte {
            b'"' | b'\'' => {
                at = end_of_text(bytes, at, is_raw(&source[..at]));
                prefixes = 0;
                continue;
            }
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                at += bytes[at..].iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len() - at);
                continue;
            }
            b'(' | b'[' | b'{' => {
                open.push(byte == b'(' && calls_macro(&source[..at]));
                let macros = open.iter().filter(|is_macro| **is_macro).count();
                if macros > MAX_MACRO_DEPTH {
                    let message = format!("macros are nested {macros} deep; the most is {MAX_MACRO_DEPTH}");
                    return refuse(message, at, at + 1);
                }
                prefixes = 0;
            }
            b')' | b']' | b'}' => {
                open.pop();
                prefixes = 0;
            }
            b'!' | b'-' => prefixes += 1,
            b'?' => conditionals += 1,
            b' ' | b'\t' | b'\n' | b'\r' => {}
            _ => prefixes = 0,
        }
        if open.len() > MAX_DEPTH || prefixes > MAX_DEPTH || conditionals > MAX_DEPTH {
            return refuse(format!("an expression is nested more than {MAX_DEPTH} deep"), at, at + 1);
        }
        at += 1;
    }
    Ok(())
}

/// Returns the index after a quoted text that begins at `start`.
pub(super) fn end_of_text(bytes: &[u8], start: usize, raw: bool) -> usize {
    let quote = bytes[start];
    let triple = bytes[start..].starts_with(&[quote; 3]);
    let mut at = start + if triple { 3 } else { 1 };
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if !raw => at += 1,
            byte if byte == quote && !triple => return at + 1,
            byte if byte == quote && bytes[at..].starts_with(&[quote; 3]) => return at + 3,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

/// Tells whether the prefix of a text makes it raw: `r"…"`, `bR"…"`. In a raw text nothing is escaped.
pub(super) fn is_raw(before: &str) -> bool {
    let prefix = before.trim_end_matches(['r', 'R', 'b', 'B']);
    let ends_a_word = prefix.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    !ends_a_word && before[prefix.len()..].contains(['r', 'R'])
}

/// Returns a source without its comments, in which a macro's name could hide from its bracket.
fn without_comments(source: &str) -> String {
    source
        .lines()
        .map(|line| line.split_once("//").map_or(line, |(code, _)| code))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Tells whether what stands before a `(` is the name of a macro that walks a list.
fn calls_macro(before: &str) -> bool {
    let before = without_comments(before);
    let before = before.trim_end();
    let name_at = before.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_').map_or(0, |at| at + 1);
    let is_method = before[..name_at].trim_end().ends_with('.');
    is_method
        && matches!(&before[name_at..], "all" | "exists" | "exists_one" | "existsOne" | "map" | "filter")
}
