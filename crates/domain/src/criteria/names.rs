//! The facts that an expression names, read off its source: no parser, and so no large stack.
//!
//! Invariant: what stands in a text, in a comment or under the name of a macro's own variable is no fact.

use super::expression::{end_of_text, is_raw};

/// Where a path of facts can begin.
const ROOTS: [&str; 9] =
    ["track", "candidate", "runs", "devices", "summary", "sign_offs", "defects", "changes", "risks"];
/// What walks a list under a variable of its own.
const MACROS: [&str; 6] = ["all", "exists", "exists_one", "existsOne", "map", "filter"];

/// Returns each path of facts that a source names, once, in the order of the source: `runs.smoke.failed`.
/// A method at the end of a path is not part of it; a key in brackets is, when it is a plain text.
pub fn names(source: &str) -> Vec<String> {
    let tokens = tokens(source);
    let mut names: Vec<String> = Vec::new();
    // The variables of macros, each with how many brackets were open when it was bound.
    let (mut bound, mut depth): (Vec<(&str, usize)>, usize) = (Vec::new(), 0);
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match token {
            Token::Open(_) => {
                depth += 1;
                let method = at.checked_sub(1).and_then(|before| tokens.get(before));
                let is_macro = matches!(method, Some(Token::Word(word)) if MACROS.contains(word));
                if let (true, Some(Token::Word(variable)), Some(Token::Other(','))) =
                    (is_macro, tokens.get(at + 1), tokens.get(at + 2))
                {
                    bound.push((variable, depth));
                    at += 2;
                }
            }
            Token::Close => {
                bound.retain(|(_, since)| *since < depth);
                depth = depth.saturating_sub(1);
            }
            Token::Word(root) => {
                let (path, next) = path(&tokens, at);
                let continues = at > 0 && tokens.get(at - 1) == Some(&Token::Dot);
                let is_fact = ROOTS.contains(root) && !bound.iter().any(|(variable, _)| variable == root);
                if is_fact && !continues && !names.contains(&path) {
                    names.push(path);
                }
                at = next;
                continue;
            }
            Token::Text(_) | Token::Dot | Token::Other(_) => {}
        }
        at += 1;
    }
    names
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    /// A quoted text, without its quotes when it is a simple one.
    Text(&'a str),
    Dot,
    Open(u8),
    Close,
    Other(char),
}

fn tokens(source: &str) -> Vec<Token<'_>> {
    let bytes = source.as_bytes();
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let end_of = |at: usize, part: &dyn Fn(&u8) -> bool| {
        at + bytes[at..].iter().position(|byte| !part(byte)).unwrap_or(bytes.len() - at)
    };
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let end = match byte {
            b'"' | b'\'' => {
                let end = end_of_text(bytes, at, is_raw(&source[..at]));
                let text = source.get(at + 1..end.saturating_sub(1)).unwrap_or_default();
                // What stands before the quote, as in `r"…"`, is its prefix and not a name.
                if matches!(tokens.last(), Some(Token::Word(word)) if source[..at].ends_with(word)) {
                    tokens.pop();
                }
                tokens.push(Token::Text(text));
                end
            }
            b'/' if bytes.get(at + 1) == Some(&b'/') => end_of(at, &|byte| *byte != b'\n'),
            b'0'..=b'9' => {
                tokens.push(Token::Other('0'));
                end_of(at, &|byte| is_word(byte) || *byte == b'.')
            }
            _ if is_word(&byte) => {
                let end = end_of(at, &is_word);
                tokens.push(Token::Word(&source[at..end]));
                end
            }
            _ if byte.is_ascii_whitespace() => at + 1,
            _ => {
                tokens.push(match byte {
                    b'.' => Token::Dot,
                    b'(' | b'[' | b'{' => Token::Open(byte),
                    b')' | b']' | b'}' => Token::Close,
                    other => Token::Other(char::from(other)),
                });
                at + 1
            }
        };
        at = end.max(at + 1);
    }
    tokens
}

/// Returns the path that begins with the word at an index, and the index after it.
fn path(tokens: &[Token<'_>], mut at: usize) -> (String, usize) {
    let mut path = String::new();
    if let Some(Token::Word(root)) = tokens.get(at) {
        path.push_str(root);
        at += 1;
    }
    loop {
        match tokens.get(at..).unwrap_or_default() {
            // A method ends the path; its arguments are read on their own.
            [Token::Dot, Token::Word(_), Token::Open(b'('), ..] => return (path, at + 2),
            [Token::Dot, Token::Word(key), ..] => {
                path.push('.');
                path.push_str(key);
                at += 2;
            }
            [Token::Open(b'['), Token::Text(key), Token::Close, ..]
                if !key.is_empty() && !key.contains(['.', '\\', '"', '\'']) =>
            {
                path.push('.');
                path.push_str(key);
                at += 3;
            }
            _ => return (path, at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, expect: &[&str]) {
        assert_eq!(names(source), expect, "{source}");
    }

    #[test]
    fn facts_are_named_wherever_they_stand_and_nothing_else_is() {
        check("runs.smoke.failed == 0", &["runs.smoke.failed"]);
        check("runs.smoke.failed==0&&runs.smoke.failed<1", &["runs.smoke.failed"]);
        check(
            "runs.regression.failures.map(f, f.name) + runs.regression.not_run",
            &["runs.regression.failures", "runs.regression.not_run"],
        );
        check("devices.filter(d, d.result != \"passed\")", &["devices"]);
        check("!(summary . words\n < 1)", &["summary.words"]);
        check("has(runs.smoke.plan)", &["runs.smoke.plan"]);
        check("size(runs.smoke.failures) < 1.5e3", &["runs.smoke.failures"]);
        check("[1.0, 2.0].exists(x, x > candidate.age_hours)", &["candidate.age_hours"]);
        check("candidate.version.startsWith(track.id)", &["candidate.version", "track.id"]);
        check("true", &[]);
        check("", &[]);
    }

    #[test]
    fn a_key_in_brackets_is_part_of_the_path_when_it_is_plain() {
        check("runs['smoke'].failed", &["runs.smoke.failed"]);
        check("runs.performance.metrics[\"cold-ms\"] < 2.0", &["runs.performance.metrics.cold-ms"]);
        check("runs[track.id].failed", &["runs", "track.id"]);
        check("devices[0].result", &["devices"]);
        check("runs.performance.metrics[\"a.b\"]", &["runs.performance.metrics"]);
    }

    #[test]
    fn texts_and_comments_name_nothing() {
        check("\"runs.smoke.failed\" == candidate.version", &["candidate.version"]);
        check("'it\\'s runs.smoke' == r'\\' + summary.words", &["summary.words"]);
        check("\"\"\"a \" runs.smoke\"\"\" == track.id", &["track.id"]);
        check("true // runs.smoke.failed\n && summary.words > 1", &["summary.words"]);
        check("b\"devices\" == b'x'", &[]);
        check("\"never closed runs.smoke", &[]);
    }

    #[test]
    fn fields_and_variables_of_the_same_name_are_no_facts() {
        check(
            "devices.all(runs, runs.name != \"\") && runs.smoke.failed == 0",
            &["devices", "runs.smoke.failed"],
        );
        check("devices.map(d, d.summary.words)", &["devices"]);
        check("f(1).devices", &[]);
        check("myruns.smoke + runs2.smoke", &[]);
        check("devices.all(d, runs.smoke.failed == 0)", &["devices", "runs.smoke.failed"]);
    }
}
