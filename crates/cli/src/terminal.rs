//! What a terminal shows: marks, columns, wrapped reasons.
//!
//! Invariant: a verdict is told by shape, word and colour together; without colour nothing is lost.

use std::io::Write;

use anstyle::{AnsiColor, Style};
use domain::readiness::{Readiness, Verdict};

/// How wide lines may be where the terminal does not say.
const WIDTH: usize = 100;

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
const GREEN: Style = AnsiColor::Green.on_default();
const RED: Style = AnsiColor::Red.on_default();
const AMBER: Style = AnsiColor::Yellow.on_default();

/// Prints a line to standard output. A reader that went away ends the output, not in a panic.
pub(crate) fn line(text: &str) {
    let _ = writeln!(anstream::stdout().lock(), "{text}");
}

/// Replaces what could deceive a terminal or its reader: control characters, and marks that turn the direction of text.
/// Names of tests and reasons come from outside, and must not be able to forge a line.
pub(crate) fn clean(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    let deceives = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    match value {
        Value::String(text) if text.contains(deceives) => {
            Value::String(text.replace('\n', " ⏎ ").replace(deceives, "\u{fffd}"))
        }
        Value::Array(items) => items.into_iter().map(clean).collect(),
        Value::Object(entries) => entries.into_iter().map(|(key, value)| (key, clean(value))).collect(),
        other => other,
    }
}

/// Decides about colours, for this process.
pub(crate) fn colour(choice: clap::ColorChoice) {
    match choice {
        clap::ColorChoice::Auto => anstream::ColorChoice::Auto,
        clap::ColorChoice::Always => anstream::ColorChoice::Always,
        clap::ColorChoice::Never => anstream::ColorChoice::Never,
    }
    .write_global();
}

/// Whether what goes to standard error may have colours.
pub(crate) fn has_colour() -> bool {
    anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never
}

/// Prints an answer of the API as it came.
pub(crate) fn answer(json: &[u8]) {
    raw(json);
    line("");
}

/// Prints bytes to standard output as they are.
pub(crate) fn raw(bytes: &[u8]) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(bytes).and_then(|()| out.flush());
}

/// Prints a line to standard error.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}

/// Prints a line of less weight to standard error.
pub(crate) fn note(text: &str) {
    complain(&paint(DIM, text));
}

/// Tells somebody who waits at a terminal what goes on; scripts are told at the end.
pub(crate) fn meanwhile(text: &str) {
    if std::io::IsTerminal::is_terminal(&std::io::stderr()) {
        note(text);
    }
}

/// Returns how wide lines may be; lines that go into a pipe are not wrapped.
pub(crate) fn width() -> usize {
    let is_terminal = std::io::IsTerminal::is_terminal(&std::io::stdout());
    if !is_terminal {
        return usize::MAX;
    }
    terminal_size::terminal_size().map_or(WIDTH, |(width, _)| usize::from(width.0).max(40))
}

pub(crate) fn paint(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

pub(crate) fn readiness_mark(readiness: Readiness) -> (&'static str, Style) {
    match readiness {
        Readiness::Ready => ("●", GREEN),
        Readiness::NotReady => ("■", RED),
        Readiness::Unknown => ("◌", AMBER),
    }
}

pub(crate) fn verdict_mark(verdict: Verdict, broken: bool) -> (&'static str, Style) {
    match verdict {
        _ if broken => ("✕", RED),
        Verdict::Met => ("●", GREEN),
        Verdict::Waived => ("◐", GREEN),
        Verdict::NotMet => ("■", RED),
        Verdict::Unknown => ("◌", AMBER),
    }
}

/// Prints rows in columns, each as wide as its widest cell.
pub(crate) fn columns<const WIDTH: usize>(rows: Vec<[String; WIDTH]>) {
    let wide = |column: usize| rows.iter().map(|row| textwrap::core::display_width(&row[column])).max();
    let widths: [usize; WIDTH] = std::array::from_fn(|column| wide(column).unwrap_or(0));
    for row in &rows {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| pad(cell, width)).collect();
        line(cells.join("  ").trim_end());
    }
}

/// Returns a text padded to a width in columns, as the terminal counts them.
pub(crate) fn pad(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(textwrap::core::display_width(text));
    format!("{text}{}", " ".repeat(missing))
}

/// Returns texts wrapped beside each other: `left` once, `right` in as many lines as it takes.
pub(crate) fn beside(left: &str, left_width: usize, right: &[String], width: usize) -> Vec<String> {
    let room = width.saturating_sub(left_width).max(24);
    let wrap = |text: &String| -> Vec<String> {
        if width == usize::MAX {
            return vec![text.clone()];
        }
        textwrap::wrap(text, room).into_iter().map(|line| line.into_owned()).collect()
    };
    let mut lines: Vec<String> = right.iter().flat_map(wrap).collect();
    if lines.is_empty() {
        lines.push(String::new());
    }
    let indent = " ".repeat(left_width);
    lines
        .into_iter()
        .enumerate()
        .map(|(index, text)| if index == 0 { format!("{left}{text}") } else { format!("{indent}{text}") })
        .collect()
}
