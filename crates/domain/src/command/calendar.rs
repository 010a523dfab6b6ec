//! Holidays that are imported beside those of a product's file, and taken out again.
//!
//! Invariant: what is decided for a product is decided for each of its releases in one step, and the file's own holidays
//! are left alone.

use super::apply::Decided;
use super::described::reason as given;
use super::{LONGEST_LINE, said};
use crate::calendar::ics::Found;
use crate::calendar::{Day, Holiday};
use crate::event::{Event, HolidayRemoved, HolidaysImported};
use crate::product::Product;
use crate::refusal::Refusal;
use crate::release::Release;

/// How many holidays may be kept beside a file's own.
pub const MOST: usize = 2_000;

/// What importing comes to.
#[derive(Debug, Default)]
pub struct Importing {
    pub new: Vec<Holiday>,
    /// Holidays that are on record already, by the file or an import before.
    pub known: usize,
    pub decided: Vec<Decided>,
}

/// Decides which holidays of a calendar file are new to a product.
///
/// # Errors
/// More than a calendar is meant to hold.
pub fn import(
    product: &Product,
    releases: &[&Release],
    source: &str,
    found: &Found,
) -> Result<Importing, Refusal> {
    writable(product)?;
    let source = said("The name of the file", source, LONGEST_LINE, "Say what the file is called.")?;
    let on_record = |day: Day| {
        let own = &product.description.policy.calendar.holidays;
        own.iter().chain(&product.imported).any(|holiday| holiday.date == day)
    };
    let new: Vec<Holiday> =
        found.holidays.iter().filter(|holiday| !on_record(holiday.date)).cloned().collect();
    if product.imported.len() + new.len() > MOST {
        return Err(Refusal::contradiction(format!(
            "A product keeps {MOST} imported holidays, and this would be more. Import fewer years."
        )));
    }
    let known = found.holidays.len() - new.len();
    let decided = if new.is_empty() {
        Vec::new()
    } else {
        let event = Event::HolidaysImported(HolidaysImported { source, holidays: new.clone() });
        everywhere(product, releases, &event)
    };
    Ok(Importing { new, known, decided })
}

/// Decides that an imported holiday is none.
///
/// # Errors
/// A day that was not imported: the refusal says where it comes from, if it is a holiday at all.
pub fn remove(
    product: &Product,
    releases: &[&Release],
    date: Day,
    reason: &str,
) -> Result<Vec<Decided>, Refusal> {
    writable(product)?;
    let reason = given(reason, "Say in a few words why it is no holiday.")?;
    if !product.imported.iter().any(|holiday| holiday.date == date) {
        let own = &product.description.policy.calendar.holidays;
        return Err(match own.iter().find(|holiday| holiday.date == date) {
            Some(holiday) => Refusal::contradiction(format!(
                "{}, {}, is in the product’s file. Take it out there, and apply the file.",
                holiday.name,
                date.told()
            )),
            None => Refusal::unknown(format!("No holiday was imported for {}.", date.told())),
        });
    }
    let event = Event::HolidayRemoved(HolidayRemoved { date, reason });
    Ok(everywhere(product, releases, &event))
}

/// One event for the product and for each release that this version can write to.
fn everywhere(product: &Product, releases: &[&Release], event: &Event) -> Vec<Decided> {
    let of_product = Decided {
        stream: product.description.id.stream(),
        expected: product.version,
        events: vec![event.clone()],
    };
    let of_releases = releases.iter().filter(|release| release.unrecognised.is_none()).map(|release| {
        Decided { stream: release.id.stream(), expected: release.version, events: vec![event.clone()] }
    });
    [of_product].into_iter().chain(of_releases).collect()
}

fn writable(product: &Product) -> Result<(), Refusal> {
    match &product.unrecognised {
        None => Ok(()),
        Some(unrecognised) => Err(Refusal::contradiction(format!(
            "{} was written by a newer Seaworthy ({unrecognised}) and can only be read here. Run that version, or a newer \
             one.",
            product.description.name
        ))),
    }
}
