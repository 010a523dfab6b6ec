//! The verdict of a track with 2,000 defects, 300 changes and 25 criteria, beside the CEL library alone.
//!
//! Invariant: nothing is kept between one judging and the next but the compiled expressions, as in a server that runs;
//! what compiling them takes is told beside it.

mod story;

use std::collections::HashMap;
use std::hint::black_box;

use anyhow::{anyhow, ensure};
use cel::{Context, Program, Value};
use domain::criteria::expression::Expression;
use domain::criteria::fact::Fact;
use domain::criteria::kleene::{self, Evaluation};
use domain::criteria::operators::to_cel;
use domain::criterion::Rule;
use domain::facts::{self, View};
use domain::knowledge;
use domain::readiness::{TrackReadiness, judge};

use crate::figures::{Figures, bar_below, say, timed};
use story::Story;

/// The bar, in milliseconds.
const MOST: f64 = 2.0;
/// CEL recurses: both sides run on a stack as large as the server's.
const STACK: usize = 64 << 20;

pub(crate) fn run(runs: usize) -> anyhow::Result<()> {
    let measuring = std::thread::Builder::new().stack_size(STACK).spawn(move || measure(runs))?;
    measuring.join().map_err(|_| anyhow!("the measuring panicked"))?
}

fn measure(runs: usize) -> anyhow::Result<()> {
    let story = Story::told();
    let release = &story.release;
    let track = release.live_tracks().next().ok_or_else(|| anyhow!("there is no track"))?;
    let definition = release.definition().ok_or_else(|| anyhow!("nothing is in force"))?;
    let sources: Vec<&str> = definition.criteria.iter().map(|criterion| criterion.rule.source()).collect();
    ensure!(sources.len() == 25 && release.defects.len() == 2_000 && release.changes.len() == 300);

    let (compiling, compiled) = timed(|| compile(&sources));
    let compiled = compiled?;
    let evaluate = |rule: &Rule, facts: &Fact| match compiled.get(rule.source()) {
        Some(expression) => kleene::evaluate(expression, facts),
        None => Evaluation::Broken("it was not compiled".to_owned()),
    };
    let judged = || -> TrackReadiness<'_> { judge(release, track, story.now, &story.merges, &evaluate) };
    let first = judged();
    ensure!(
        first.criteria.len() == 25 && first.criteria.iter().all(|of| of.broken.is_none()),
        "a criterion is broken"
    );

    let [mut ours, mut theirs, mut told] = std::array::from_fn(|_| Figures::default());
    let view = View { now: story.now, max_age_hours: None, merges: &story.merges };
    let known = facts::gather(release, track, view);
    let programs = sources.iter().map(|source| Program::compile(source)).collect::<Result<Vec<_>, _>>();
    let programs = programs.map_err(|error| anyhow!("{error}"))?;
    // Each side in a loop of its own: what one leaves on the heap is not the other's to tidy up.
    let times = runs.max(1) * 20;
    for _ in 0..times {
        ours.add(timed(|| black_box(judged())).0.as_secs_f64() * 1e3);
    }
    let judged = judged();
    for _ in 0..times {
        told.add(timed(|| black_box(knowledge::of_track(&judged))).0.as_secs_f64() * 1e3);
    }
    // The library is given its values ready made: only what it computes is measured.
    let context = given(&known);
    let execute = || programs.iter().for_each(|of| _ = black_box(of.execute(&context)));
    for _ in 0..times {
        theirs.add(timed(execute).0.as_secs_f64() * 1e3);
    }
    say(&format!("a verdict, with facts, reasons and grounds: {}", ours.tell("ms")));
    say(&format!("the CEL library alone, over the same values ready made: {}", theirs.tell("ms")));
    say(&format!("a verdict takes {:.2} of what the library alone does", ours.median() / theirs.median()));
    say(&format!("what we know of the track, told: {}", told.tell("ms")));
    say(&format!("compiling the 25 expressions, once: {:.2} ms", compiling.as_secs_f64() * 1e3));
    bar_below("verdict", ours.median(), MOST, "ms");
    Ok(())
}

fn compile<'s>(sources: &[&'s str]) -> anyhow::Result<HashMap<&'s str, Expression>> {
    let one = |source: &&'s str| {
        let compiled = Expression::compile(source).map_err(|error| anyhow!("{source}: {}", error.message))?;
        Ok((*source, compiled))
    };
    sources.iter().map(one).collect()
}

/// Hands facts to the library. It has no third value: what is missing is null to it.
fn given(facts: &Fact) -> Context<'static, 'static> {
    let mut context = Context::default();
    if let Fact::Map(facts) = facts {
        for (name, fact) in facts.iter() {
            let value: Value = to_cel(fact);
            context.add_variable_from_value(name.to_owned(), value);
        }
    }
    context
}
