//! Tidewatch: the demo's product file, plans, summaries and reports.

use std::fs;
use std::io;
use std::path::Path;

use domain::calendar::{Calendar, Day};

use super::reports::{Dialect, Reports};

const FILE: &str = include_str!("tidewatch.toml");

/// A calendar as people export it, with a meeting that is no holiday.
const HOLIDAYS: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Tidewatch//EN\r\nBEGIN:VEVENT\r\nUID:1\r\n\
SUMMARY:Founders’ Day\r\nDTSTART;VALUE=DATE:{plain 20}\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:2\r\n\
SUMMARY:All hands\r\nDTSTART:{plain 6}T090000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

/// Puts days into a text: `{bd 5}` is the fifth business day from today, `{bd -5}` the fifth before it; `{plain 5}` is the
/// same day without its hyphens.
pub(super) fn dated(text: &str, today: Day) -> String {
    let mut dated = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        dated.push_str(before);
        let filled = after.split_once('}').and_then(|(inside, after)| {
            let (kind, days) = inside.split_once(' ')?;
            let day = Calendar::default().offset(today, days.parse().ok()?).ok()?.to_string();
            match kind {
                "bd" => Some((day, after)),
                "plain" => Some((day.replace('-', ""), after)),
                _ => None,
            }
        });
        match filled {
            Some((day, after)) => {
                dated.push_str(&day);
                rest = after;
            }
            None => {
                dated.push('{');
                rest = after;
            }
        }
    }
    dated.push_str(rest);
    dated
}

/// Makes a build a track's candidate in the product's file.
pub(super) fn nominate(folder: &Path, (track, candidate): (&str, &str)) -> io::Result<()> {
    let path = folder.join("seaworthy.toml");
    let file = fs::read_to_string(&path)?;
    let head = format!("[releases.\"2026.12\".tracks.{track}]\n");
    let Some((before, after)) = file.split_once(&head) else { return Ok(()) };
    let rest = after.split_once('\n').map_or("", |(_, rest)| rest);
    fs::write(path, format!("{before}{head}candidate = {candidate}\n{rest}"))
}

/// Writes the product's folder.
pub(super) fn write(folder: &Path, today: Day) -> io::Result<()> {
    fs::write(folder.join("seaworthy.toml"), dated(FILE, today))?;
    fs::write(folder.join("holidays.ics"), dated(HOLIDAYS, today))?;
    summaries(folder)?;
    ios(folder)?;
    android(folder)?;
    watchos(folder)?;
    wearos(folder)
}

fn summaries(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder.join("summaries"))?;
    let texts = [
        (
            "ios",
            "Full regression and platform validation on 514. The new tide widget was explored for two hours on both \
                 phones; nothing was found that users would meet. Offline charts were tried in flight mode.",
        ),
        (
            "android",
            "Regression stopped in Checkout: the test account ran out of sandbox purchases. Two harbour cases \
                     fail on 40518 and are being reproduced by hand.",
        ),
        (
            "android-again",
            "Harbours and Checkout were looked at again on 40519, by hand and in the nightly run; both are clean.",
        ),
        ("watchos", "Regression on 514 is clean. Complications were watched over a night on the wrist."),
        ("wearos", "Regression on 90217 is clean in the emulator. No watch was at hand this week."),
    ];
    for (track, text) in texts {
        fs::write(
            folder.join("summaries").join(format!("{track}.md")),
            format!("# Test summary\n\n{text}\n"),
        )?;
    }
    Ok(())
}

fn ios(folder: &Path) -> io::Result<()> {
    let reports = Reports::new(Dialect::Xcode, "TidewatchTests");
    let folder = folder.join("reports/ios");
    reports.smoke().write(&folder.join("smoke-514.xml"))?;
    reports.full().flaky(2).write(&folder.join("regression-514.xml"))?;
    reports.performance(1640.0).write(&folder.join("performance-514.xml"))?;
    reports.smoke().write(&folder.join("iphone-15.xml"))?;
    reports.smoke().write(&folder.join("iphone-se.xml"))
}

fn android(folder: &Path) -> io::Result<()> {
    let reports = Reports::new(Dialect::Gradle, "app.tidewatch");
    fs::create_dir_all(folder.join("plans"))?;
    let plan = reports.full();
    fs::write(folder.join("plans/android-regression.txt"), plan.plan())?;
    let folder = folder.join("reports/android");
    reports.smoke().write(&folder.join("smoke"))?;
    let ran = reports.full().without("Checkout", 31).without("Account", 4).failing("Harbours", 2).flaky(1);
    ran.write(&folder.join("regression"))?;
    reports.clone().only(&["Checkout", "Account"]).full().write(&folder.join("checkout"))?;
    reports.full().write(&folder.join("whole"))?;
    reports.performance(1890.0).write(&folder.join("performance.xml"))
}

fn watchos(folder: &Path) -> io::Result<()> {
    let reports =
        Reports::new(Dialect::Xcode, "TidewatchWatchTests").only(&["TideTable", "Alerts", "Widgets"]);
    let folder = folder.join("reports/watchos");
    reports.smoke().write(&folder.join("smoke-512.xml"))?;
    reports.smoke().write(&folder.join("smoke-514.xml"))?;
    reports.full().write(&folder.join("regression-514.xml"))
}

fn wearos(folder: &Path) -> io::Result<()> {
    let reports =
        Reports::new(Dialect::Gradle, "app.tidewatch.wear").only(&["TideTable", "Alerts", "Widgets"]);
    let folder = folder.join("reports/wearos");
    reports.smoke().write(&folder.join("smoke"))?;
    reports.full().write(&folder.join("regression"))
}
