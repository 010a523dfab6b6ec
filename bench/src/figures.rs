//! Medians, and lines to tell them in.
//!
//! Invariant: a figure is the median of several runs, and its spread is told beside it.

use std::time::{Duration, Instant};

/// Returns how long something took, and what it came to.
pub(crate) fn timed<T>(what: impl FnOnce() -> T) -> (Duration, T) {
    let begin = Instant::now();
    let outcome = what();
    (begin.elapsed(), outcome)
}

/// Several measurements of one thing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures(Vec<f64>);

impl Figures {
    pub(crate) fn add(&mut self, figure: f64) {
        self.0.push(figure);
        self.0.sort_by(f64::total_cmp);
    }

    pub(crate) fn median(&self) -> f64 {
        let middle = self.0.len() / 2;
        match self.0.len() {
            0 => f64::NAN,
            length if length.is_multiple_of(2) => f64::midpoint(self.0[middle - 1], self.0[middle]),
            _ => self.0[middle],
        }
    }

    /// Tells the median, and the least and the greatest.
    pub(crate) fn tell(&self, unit: &str) -> String {
        let ends = (
            self.0.first().copied().unwrap_or(f64::NAN),
            self.0.last().copied().unwrap_or(f64::NAN),
        );
        format!(
            "{} {unit} ({} to {})",
            short(self.median()),
            short(ends.0),
            short(ends.1)
        )
    }
}

/// Tells a ratio and whether it reaches its bar.
pub(crate) fn bar(what: &str, figure: f64, least: f64, unit: &str) {
    let verdict = if figure >= least { "reached" } else { "BELOW" };
    say(&format!(
        "{what}: {} {unit}; bar {} {unit}: {verdict}",
        short(figure),
        short(least)
    ));
}

/// Tells a figure that must stay under its bar.
pub(crate) fn bar_below(what: &str, figure: f64, most: f64, unit: &str) {
    let verdict = if figure < most { "reached" } else { "MISSED" };
    say(&format!(
        "{what}: {} {unit}; bar < {} {unit}: {verdict}",
        short(figure),
        short(most)
    ));
}

fn short(figure: f64) -> String {
    match figure.abs() {
        size if size >= 1000.0 => domain::words::number(figure as i64),
        size if size >= 100.0 => format!("{figure:.0}"),
        size if size >= 10.0 => format!("{figure:.1}"),
        _ => format!("{figure:.2}"),
    }
}

#[expect(clippy::print_stdout, reason = "the figures are what this program is for")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}
