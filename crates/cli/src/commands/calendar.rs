//! `seaworthy calendar`: the days that are worked, and holidays out of calendar files.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;

use domain::calendar::ics::LARGEST;
use domain::words;
use server::api::ReleaseLine;
use server::app::calendar::{CalendarResponse, HolidaysRequest, HolidaysResponse, RemoveHolidayRequest};
use server::app::settle::SettledResponse;

use super::Outcome;
use crate::arguments::{Calendar, OfProduct};
use crate::client::{Client, Failed};
use crate::exit::Exit;
use crate::terminal::{self, BOLD, paint};

pub(super) async fn run(client: &Client, calendar: Calendar) -> Outcome {
    match calendar {
        Calendar::Show { of } => {
            let path = product(client, &of).await?;
            let (calendar, json) = client.get::<CalendarResponse>(&path).await?;
            if of.json { terminal::answer(&json) } else { show(&calendar) }
        }
        Calendar::Import { of, from, to, dry_run, file } => {
            let calendar = read(&file)?;
            let source = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let path = format!("{}/holidays", product(client, &of).await?);
            let request = HolidaysRequest { source, calendar, from, to, dry_run };
            let (came, json) = client.post::<HolidaysResponse>(&path, &request).await?;
            if of.json { terminal::answer(&json) } else { tell(&came) }
        }
        Calendar::Remove { of, reason, day } => {
            let path = format!("{}/removals", product(client, &of).await?);
            let request = RemoveHolidayRequest { date: day, reason };
            let (_, json) = client.post::<SettledResponse>(&path, &request).await?;
            super::told(of.json, &json, &format!("{} is no holiday any more.", day.told()));
        }
    }
    Ok(Exit::Ready)
}

/// Finds the path of a product's calendar: of the one that is named, or of the only one that has releases.
async fn product(client: &Client, of: &OfProduct) -> Result<String, Failed> {
    let path = |product: &str| format!("/api/v1/products/{product}/calendar");
    if let Some(product) = &of.product {
        return Ok(path(product.as_str()));
    }
    let (releases, _): (Vec<ReleaseLine>, _) = client.all("/api/v1/releases").await?;
    let products: BTreeSet<&str> = releases.iter().map(|release| release.product.as_str()).collect();
    let named: Vec<&str> = products.into_iter().collect();
    match named.as_slice() {
        [only] => Ok(path(only)),
        [] => Err(Failed::Input("No product has a release yet. Name it with --product.".to_owned())),
        more => Err(Failed::Input(format!(
            "There is more than one product: say which with --product, {}.",
            words::joined(more, 6, "or")
        ))),
    }
}

fn read(file: &Path) -> Result<String, Failed> {
    let unread = |error: std::io::Error| Failed::Input(format!("failed to read {}: {error}", file.display()));
    let mut bytes = Vec::new();
    // One byte more than is taken: then the server says so.
    let open = std::fs::File::open(file).map_err(unread)?;
    open.take(LARGEST as u64 + 1).read_to_end(&mut bytes).map_err(unread)?;
    // Whatever is not UTF-8 shows in a name, where it can be seen.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn show(calendar: &CalendarResponse) {
    let days: Vec<&str> = calendar.workdays.iter().map(|day| day.name()).collect();
    terminal::line(&format!(
        "{} · {} are worked · days in {}",
        paint(BOLD, &calendar.name),
        words::joined(&days, 7, "and"),
        calendar.zone
    ));
    terminal::line("");
    if calendar.holidays.is_empty() {
        terminal::line("No holiday is known. `seaworthy calendar import` takes them out of an .ics file.");
    }
    let holidays = calendar.holidays.iter().map(|holiday| {
        let from = if holiday.imported { "imported" } else { "in the product’s file" };
        [holiday.date.told(), holiday.name.clone(), from.to_owned()]
    });
    terminal::columns(holidays.collect());
    if !calendar.freezes.is_empty() {
        terminal::line("");
    }
    let freezes = calendar.freezes.iter().map(|freeze| {
        let label = words::capital(&freeze.label());
        [label, format!("stops {}", freeze.stops.label())]
    });
    terminal::columns(freezes.collect());
}

fn tell(came: &HolidaysResponse) {
    let count = words::count(came.new.len() as i64, "new holiday", "new holidays");
    let did = if came.dry_run { "would be imported" } else { "imported" };
    terminal::line(&format!(
        "{count} {did} for {} to {}; {} on record already, {} in other years.",
        came.from,
        came.to,
        words::number(came.known.into()),
        words::number(came.outside.into())
    ));
    terminal::columns(came.new.iter().map(|of| [format!("  {}", of.date.told()), of.name.clone()]).collect());
    for what in &came.not_understood {
        terminal::line(&format!("Not understood: {what}."));
    }
}
