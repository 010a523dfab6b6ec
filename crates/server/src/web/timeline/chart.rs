//! The timeline as it is drawn: a row a track, its milestones on an axis of days, with today, holidays and freezes.
//!
//! Invariant: numbers beside marks never lie over one another; what has no room for its number is in the title of its mark
//! and in the table.

use std::collections::BTreeMap;

use domain::calendar::{Calendar, Day};
use domain::id::MilestoneId;
use domain::release::Release;
use maud::{Markup, html};

use crate::app::timeline::{MilestoneLine, StandingWord, TimelineResponse};

/// In units of the drawing, which are pixels on a wide screen.
const WIDTH: i32 = 1100;
const LEFT: i32 = 130;
const RIGHT: i32 = 24;
const TOP: i32 = 34;
const ROW: i32 = 50;
const FOOT: i32 = 24;
/// How much room a number beside a mark needs.
const NUMBER: i32 = 17;
/// How much room a day under the axis needs.
const TICK: i32 = 64;
/// The most days that are drawn: beyond, nothing could be told apart.
const MOST_DAYS: i32 = 800;

/// Where days lie.
struct Axis {
    today: Day,
    first: Day,
    days: i32,
}

impl Axis {
    /// Takes every day that is told, and a little room around them.
    fn of(told: &TimelineResponse) -> Option<Self> {
        let milestones = || told.tracks.iter().flat_map(|track| &track.milestones);
        let reached = milestones().filter_map(|of| of.reached.as_ref()).map(|reached| reached.on);
        let planned = milestones().filter_map(|of| of.planned);
        let submit = told.tracks.iter().filter_map(|track| track.submit_by.as_ref()?.on);
        let all: Vec<Day> = planned.chain(reached).chain(submit).chain([told.today]).collect();
        let (first, last) = (all.iter().min()?.plus(-3)?, all.iter().max()?.plus(4)?);
        let days = last.since(first);
        (1..=MOST_DAYS).contains(&days).then_some(Self { today: told.today, first, days })
    }

    fn x(&self, day: Day) -> i32 {
        let along = day.since(self.first).clamp(0, self.days);
        LEFT + along * (WIDTH - LEFT - RIGHT) / self.days
    }

    fn last(&self) -> Day {
        self.first.plus(self.days).unwrap_or(self.first)
    }
}

/// A mark with its number, and where the number goes.
struct Placed<'a> {
    of: &'a MilestoneLine,
    x: i32,
    number: Option<(usize, i32)>,
}

/// Places the numbers of a row: above the mark, below it, or nowhere.
fn place<'a>(
    axis: &Axis,
    milestones: &'a [MilestoneLine],
    numbers: &BTreeMap<&MilestoneId, usize>,
) -> Vec<Placed<'a>> {
    let mut marks: Vec<(&MilestoneLine, i32)> = milestones
        .iter()
        .filter(|of| of.standing != StandingWord::Dropped)
        .filter_map(|of| {
            let day = of.reached.as_ref().map(|reached| reached.on).or(of.planned)?;
            Some((of, axis.x(day)))
        })
        .collect();
    marks.sort_by_key(|(_, x)| *x);
    let mut free = [i32::MIN; 2];
    marks
        .into_iter()
        .map(|(of, x)| {
            let lane = free.iter().position(|free| x - NUMBER / 2 >= *free);
            let number = lane.zip(numbers.get(&of.milestone)).map(|(lane, number)| {
                if let Some(free) = free.get_mut(lane) {
                    *free = x + NUMBER / 2 + 1;
                }
                (*number, if lane == 0 { -12 } else { 21 })
            });
            Placed { of, x, number }
        })
        .collect()
}

/// Draws the timeline; nothing where there are no days to draw, or too many.
pub(super) fn card(told: &TimelineResponse, calendar: &Calendar, release: &Release) -> Markup {
    let Some(axis) = Axis::of(told) else { return html! {} };
    let rows = super::rows(told);
    let numbers: BTreeMap<&MilestoneId, usize> =
        rows.iter().enumerate().map(|(index, (id, ..))| (*id, index + 1)).collect();
    let height = TOP + ROW * told.tracks.len() as i32 + FOOT;
    html! {
        section.card.drawn aria-labelledby="drawn" {
            header { h2 #drawn { "At a glance" } span.key { span { "│ today" } span { svg.swatch.holiday aria-hidden="true" { rect width="10" height="10" {} } " holiday" } span { svg.swatch.freeze aria-hidden="true" { rect width="10" height="10" {} } " freeze" } span { "▾ submit by" } } }
            svg.days viewBox={ "0 0 " (WIDTH) " " (height) } role="img" aria-labelledby="drawn-title" {
                title #drawn-title { "Milestones of each track from " (axis.first.told()) " to " (axis.last().told()) "; the table below has them all." }
                (holidays(&axis, calendar, height))
                (ticks(&axis, height))
                @for (index, track) in told.tracks.iter().enumerate() {
                    @let y = TOP + ROW * index as i32 + ROW / 2;
                    @if let Some(of) = release.tracks.get(&track.track) {
                        @for freeze in calendar.freezes.iter().filter(|freeze| freeze.is_on(&of.description)) {
                            @if freeze.to >= axis.first && freeze.from <= axis.last() {
                                @let (from, to) = (axis.x(freeze.from), axis.x(freeze.to.plus(1).unwrap_or(freeze.to)));
                                rect.freeze x=(from) y=(y - ROW / 2 + 3) width=((to - from).max(3)) height=(ROW - 6) { title { (freeze.label()) ": stops " (freeze.stops.label()) } }
                            }
                        }
                    }
                    text.name x="6" y=(y + 4) { (short(&track.name)) }
                    line.lane x1=(LEFT) x2=(WIDTH - RIGHT) y1=(y) y2=(y) {}
                    @if let Some(on) = track.submit_by.as_ref().and_then(|by| by.on) {
                        @let x = axis.x(on);
                        path.submit d={ "M" (x - 5) " " (y - 25) "h10l-5 5z" } { title { (track.name) ": submit by the end of " (on.told()) } }
                    }
                    @for placed in place(&axis, &track.milestones, &numbers) { (mark(&placed, &axis, y, &track.name)) }
                }
                @let x = axis.x(told.today);
                line.today x1=(x) x2=(x) y1=(TOP - 6) y2=(height - FOOT + 4) {}
                text.today x=(x) y=(height - 6) text-anchor="middle" { "today" }
            }
            ol.numbers { @for (_, name, _) in &rows { li { (name) } } }
        }
    }
}

fn holidays(axis: &Axis, calendar: &Calendar, height: i32) -> Markup {
    html! {
        @for day in (0..=axis.days).filter_map(|days| axis.first.plus(days)) {
            @if let Some(holiday) = calendar.holiday(day) {
                @let (from, to) = (axis.x(day), axis.x(day.plus(1).unwrap_or(day)));
                rect.holiday x=(from) y=(TOP) width=((to - from).max(2)) height=(height - TOP - FOOT) { title { (holiday.name) ", " (day.told()) } }
            }
        }
    }
}

/// Mondays, as many as there is room for.
fn ticks(axis: &Axis, height: i32) -> Markup {
    let mondays = (0..=axis.days)
        .filter_map(|days| axis.first.plus(days))
        .filter(|day| day.weekday() == domain::calendar::Weekday::Mon);
    let mut free = i32::MIN;
    let shown: Vec<Day> = mondays
        .filter(|day| {
            let x = axis.x(*day);
            let fits = x - TICK / 2 >= free && x + TICK / 2 <= WIDTH;
            if fits {
                free = x + TICK / 2;
            }
            fits
        })
        .collect();
    html! {
        @for day in shown {
            @let x = axis.x(day);
            line.week x1=(x) x2=(x) y1=(TOP - 4) y2=(height - FOOT) {}
            text.tick x=(x) y=(TOP - 12) text-anchor="middle" { (day.short()) }
        }
    }
}

fn mark(placed: &Placed<'_>, axis: &Axis, y: i32, track: &str) -> Markup {
    let (of, x) = (placed.of, placed.x);
    let planned = of.planned.map(|day| axis.x(day)).filter(|planned| *planned != x);
    html! {
        @if let Some(planned) = planned { line.planned x1=(planned) x2=(planned) y1=(y - 6) y2=(y + 6) {} }
        g {
            title { (track) ": " (of.name) @if let Some(planned) = of.planned { ", planned for " (planned.told()) } "; " (of.told(axis.today)) }
            @match of.standing {
                StandingWord::Reached => svg.v.met x=(x - 7) y=(y - 7) width="14" height="14" { use href="#v-met" {} },
                StandingWord::Overdue => svg.v.unknown x=(x - 7) y=(y - 7) width="14" height="14" { circle.back cx="7" cy="7" r="7" {} use href="#v-unknown" {} },
                _ => circle.due cx=(x) cy=(y) r="5.5" {},
            }
            @if let Some((number, below)) = placed.number { text.number x=(x) y=(y + below) text-anchor="middle" { (number) } }
        }
    }
}

/// A name as far as there is room for it.
fn short(name: &str) -> String {
    const ROOM: usize = 16;
    if name.chars().count() <= ROOM {
        return name.to_owned();
    }
    name.chars().take(ROOM - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::timeline::Origin;

    fn line(id: &str, on: &str) -> MilestoneLine {
        MilestoneLine {
            milestone: MilestoneId::parse(id).unwrap(),
            name: id.to_owned(),
            kind: Default::default(),
            planned: Some(on.parse().unwrap()),
            from: Origin::Template,
            days: Some(0),
            reason: None,
            standing: StandingWord::Due,
            business_days: Some(0),
            reached: None,
            clash: None,
        }
    }

    #[test]
    fn numbers_never_lie_over_one_another() {
        let axis =
            Axis { today: "2026-03-02".parse().unwrap(), first: "2026-01-01".parse().unwrap(), days: 364 };
        let days = [
            "2026-03-02",
            "2026-03-03",
            "2026-03-04",
            "2026-03-05",
            "2026-03-16",
            "2026-03-17",
            "2026-06-01",
        ];
        let lines: Vec<MilestoneLine> =
            days.iter().enumerate().map(|(index, day)| line(&format!("m{index}"), day)).collect();
        let numbers = lines.iter().enumerate().map(|(index, of)| (&of.milestone, index + 1)).collect();
        let placed = place(&axis, &lines, &numbers);
        assert_eq!(placed.len(), lines.len(), "every mark is drawn");
        let with: Vec<(i32, i32)> = placed.iter().filter_map(|of| Some((of.x, of.number?.1))).collect();
        assert!(with.len() > 3, "where there is room there is a number");
        for (index, (x, lane)) in with.iter().enumerate() {
            for (other, other_lane) in &with[..index] {
                assert!(lane != other_lane || (x - other).abs() >= NUMBER, "{other} and {x}");
            }
        }
    }
}
