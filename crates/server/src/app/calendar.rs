//! The working calendar of a product: showing it, importing holidays beside those of its file, taking them out.
//!
//! Invariant: a product and all its releases get a holiday in one step, or none of them does.

use std::sync::Arc;

use domain::calendar::ics::{self, Found};
use domain::calendar::{Day, Freeze, Holiday, Weekday};
use domain::command::apply::Decided;
use domain::command::calendar as command;
use domain::envelope::Position;
use domain::id::ProductId;
use domain::permission::{Act, Whose};
use domain::product::Product;
use domain::refusal::Refusal;
use domain::release::Release;
use domain::words;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::apply::{TRIES, pause};
use super::moved::Seen;
use super::said::Said;
use super::settle::SettledResponse;
use super::{App, AppError};

/// How many years are imported from this one on, if nobody says.
const YEARS: i16 = 2;

/// The working calendar of a product.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct CalendarResponse {
    pub product: ProductId,
    /// The product's name, as people write it.
    #[schema(example = "Tidewatch")]
    pub name: String,
    /// The IANA time zone in which days begin and end.
    #[schema(example = "Europe/Berlin")]
    pub zone: String,
    pub workdays: Vec<Weekday>,
    /// By date, at most some thousands.
    pub holidays: Vec<HolidayLine>,
    pub freezes: Vec<Freeze>,
}

/// A holiday, and whether it came beside the product's file.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct HolidayLine {
    pub date: Day,
    #[schema(example = "Christmas")]
    pub name: String,
    pub imported: bool,
}

/// A calendar file with holidays.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HolidaysRequest {
    /// What the file is called.
    #[schema(value_type = Said, example = "germany.ics")]
    pub source: String,
    /// The file itself, iCalendar, at most 1 MiB.
    #[schema(
        example = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Christmas\nDTSTART;VALUE=DATE:20261225\nEND:VEVENT\nEND:VCALENDAR\n"
    )]
    pub calendar: String,
    /// The first year to take; this one, if none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1970, maximum = 2199)]
    pub from: Option<i16>,
    /// The last; the second after the first, if none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1970, maximum = 2199)]
    pub to: Option<i16>,
    /// Only says what it would change.
    #[serde(default)]
    pub dry_run: bool,
}

/// What importing holidays changed, or would change.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct HolidaysResponse {
    pub new: Vec<Holiday>,
    /// Holidays of the file that are on record already.
    pub known: u32,
    /// What was not understood, each with why.
    pub not_understood: Vec<String>,
    /// Events that are in other years.
    pub outside: u32,
    pub from: i16,
    pub to: i16,
    pub dry_run: bool,
    /// The event that took them in; none if nothing changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
}

/// A holiday that is none.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveHolidayRequest {
    pub date: Day,
    #[schema(value_type = Said, example = "we work until noon")]
    pub reason: String,
}

impl App {
    /// Shows the calendar of a product, with the position of what happened to it last.
    pub async fn calendar(&self, id: &ProductId) -> Result<(Position, CalendarResponse), AppError> {
        let (product, position) = self.found_product(id).await?;
        let calendar = &product.description.policy.calendar;
        let line =
            |imported| move |of: &Holiday| HolidayLine { date: of.date, name: of.name.clone(), imported };
        let own = calendar.holidays.iter().map(line(false));
        let beside =
            product.imported.iter().filter(|of| !calendar.holidays.iter().any(|own| own.date == of.date));
        let mut holidays: Vec<HolidayLine> = own.chain(beside.map(line(true))).collect();
        holidays.sort_by_key(|holiday| holiday.date);
        let response = CalendarResponse {
            product: product.description.id.clone(),
            name: product.description.name.clone(),
            zone: product.description.zone.clone(),
            workdays: calendar.workdays().to_vec(),
            holidays,
            freezes: calendar.freezes.clone(),
        };
        Ok((position, response))
    }

    /// Imports the holidays of a calendar file beside those of the product's own; with `dry_run` only says which.
    pub async fn import_holidays(
        &self,
        id: &ProductId,
        request: HolidaysRequest,
        seen: Option<&Seen>,
    ) -> Result<HolidaysResponse, AppError> {
        self.allows(Act::Schedule, Whose::Own)?;
        let (product, _) = self.found_product(id).await?;
        let this_year = Day::of(self.now(), &domain::calendar::day::zone(&product.description.zone)).year();
        let from = request.from.unwrap_or(this_year);
        let to = request.to.unwrap_or(from.saturating_add(YEARS));
        let found = read(request.calendar, from, to).await?;
        let mut told = HolidaysResponse {
            new: Vec::new(),
            known: 0,
            not_understood: found.not_understood.clone(),
            outside: u32::try_from(found.outside).unwrap_or(u32::MAX),
            from,
            to,
            dry_run: request.dry_run,
            position: None,
        };
        let decide = |product: &Product, releases: &[&Release]| {
            let importing = command::import(product, releases, &request.source, &found)?;
            Ok((importing.decided, (importing.new, importing.known)))
        };
        let (position, (new, known)) = self.everywhere(id, seen, request.dry_run, decide).await?;
        told.new = new;
        told.known = u32::try_from(known).unwrap_or(u32::MAX);
        told.position = position;
        Ok(told)
    }

    /// Takes an imported holiday out.
    pub async fn remove_holiday(
        &self,
        id: &ProductId,
        request: RemoveHolidayRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.allows(Act::Schedule, Whose::Own)?;
        let RemoveHolidayRequest { date, reason } = request;
        let decide = |product: &Product, releases: &[&Release]| {
            Ok((command::remove(product, releases, date, &reason)?, ()))
        };
        let (position, ()) = self.everywhere(id, seen, false, decide).await?;
        Ok(SettledResponse { position: position.unwrap_or(Position(0)), new: position.is_some() })
    }

    /// Decides on a product and all its releases at once; returns the first event that came of it.
    async fn everywhere<T>(
        &self,
        id: &ProductId,
        seen: Option<&Seen>,
        dry_run: bool,
        decide: impl Fn(&Product, &[&Release]) -> Result<(Vec<Decided>, T), Refusal>,
    ) -> Result<(Option<Position>, T), AppError> {
        for attempt in 0..TRIES {
            let (product, at) = self.found_product(id).await?;
            let mut releases: Vec<Arc<Release>> = Vec::new();
            for release in self.releases().await?.into_iter().filter(|release| release.product == *id) {
                releases.push(self.release(&release).await?);
            }
            let (decided, came) = decide(&product, &releases.iter().map(|of| &**of).collect::<Vec<_>>())?;
            if let Some(seen) = seen.filter(|seen| !seen.is_still(at)) {
                return Err(self.moved(&product.description.name, &[id.stream()], seen).await?);
            }
            let count: usize = decided.iter().map(|decided| decided.events.len()).sum();
            if dry_run || count == 0 {
                return Ok((None, came));
            }
            match self.append_decided(decided).await {
                Err(AppError::Conflict(_)) => pause(attempt).await,
                Err(error) => return Err(error),
                Ok(last) => return Ok((Some(Position(last.0 - count as i64 + 1)), came)),
            }
        }
        Err(AppError::Conflict(id.to_string()))
    }

    async fn found_product(&self, id: &ProductId) -> Result<(Product, Position), AppError> {
        let (product, position) = self.product(id).await?;
        let product = product.ok_or_else(|| {
            Refusal::unknown(format!("There is no product {id}. Describe it in a file, and apply the file."))
        })?;
        Ok((product, position))
    }
}

/// Reads a calendar file where it holds up nobody: it may be long.
async fn read(calendar: String, from: i16, to: i16) -> Result<Found, AppError> {
    if from > to || from < 1970 || to > 2199 {
        let sentence = format!(
            "No holidays can be taken from {from} to {to}. Name years between 1970 and 2199, the first first."
        );
        return Err(Refusal::invalid(sentence).into());
    }
    let found = tokio::task::spawn_blocking(move || ics::read(&calendar, from..=to)).await;
    let found = found.map_err(|error| AppError::Internal(error.to_string()))?;
    found.map_err(|error| Refusal::invalid(format!("{}.", words::capital(&error.to_string()))).into())
}
