//! The text of a mail: what is asked first, by when and what happens otherwise, then the news.
//!
//! Invariant: text and HTML say the same; whatever people wrote is quoted, and is never markup.

use domain::notice::Kind;
use domain::notice::told::Told;
use domain::time::Time;
use domain::words;
use jiff::tz::TimeZone;
use maud::{DOCTYPE, Markup, html};

/// One thing that a mail tells.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// The release as people call it: "Tidewatch 2026.12".
    pub(super) release: String,
    pub(super) kind: Kind,
    pub(super) told: Told,
    /// Where to look into it, in full.
    pub(super) url: Option<String>,
}

/// What a mail says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
}

/// Longest quote, in characters: all of it is behind the link.
const QUOTE: usize = 600;

/// Writes a mail of what there is to tell, the most urgent first. `items` is not empty.
pub(super) fn write(items: &mut [Item], zone: &TimeZone, is_digest: bool, origin: &str) -> Written {
    items.sort_by_key(|item| (item.kind, item.told.by.unwrap_or(Time::from_micros(i64::MAX))));
    let subject = match items {
        [] => "nothing new".to_owned(),
        [only] => format!("{}: {}", only.release, only.told.short),
        [first, rest @ ..] => format!("{}: {}, and {} more", first.release, first.told.short, rest.len()),
    };
    let asked = items.iter().filter(|item| item.kind <= Kind::Ask).collect::<Vec<_>>();
    let news = items.iter().filter(|item| item.kind > Kind::Ask).collect::<Vec<_>>();
    let foot = match is_digest {
        true => format!(
            "You get at most one mail like this in a working half-day ({}). What cannot wait comes alone.",
            zone.iana_name().unwrap_or("UTC")
        ),
        false => "This came alone because it cannot wait for the next digest.".to_owned(),
    };
    let parts = [("Asked of you", asked), ("News", news)];
    let mut text = String::new();
    for (head, items) in parts.iter().filter(|(_, items)| !items.is_empty()) {
        text.push_str(&format!("{head}\n{}\n\n", "-".repeat(head.len())));
        for item in items {
            text.push_str(&plain(item, zone));
        }
    }
    text.push_str(&format!("--\n{foot}\n{origin}\n"));
    let html = html! {
        (DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; title { (subject) } }
            body {
                @for (head, items) in parts.iter().filter(|(_, items)| !items.is_empty()) {
                    h2 { (head) }
                    @for item in items { (marked(item, zone)) }
                }
                hr;
                p { small { (foot) " " a href=(origin) { (origin) } } }
            }
        }
    };
    Written { subject, text, html: html.into_string() }
}

fn plain(item: &Item, zone: &TimeZone) -> String {
    let told = &item.told;
    let mut text = format!("{}: {}\n", item.release, told.sentence);
    if let Some(quote) = quote(told) {
        text.push_str(&quote.lines().map(|line| format!("  > {line}\n")).collect::<String>());
    }
    for line in [told.asked.clone(), by(told, zone), told.otherwise.clone()].into_iter().flatten() {
        text.push_str(&format!("{line}\n"));
    }
    if let Some(url) = &item.url {
        text.push_str(&format!("{url}\n"));
    }
    text.push('\n');
    text
}

fn marked(item: &Item, zone: &TimeZone) -> Markup {
    let told = &item.told;
    html! {
        p { b { (item.release) ": " } (told.sentence) }
        @if let Some(quote) = quote(told) { blockquote { @for line in quote.lines() { (line) br; } } }
        @if told.asked.is_some() || told.otherwise.is_some() {
            p {
                @if let Some(asked) = &told.asked { b { (asked) } " " }
                @if let Some(by) = by(told, zone) { (by) " " }
                @if let Some(otherwise) = &told.otherwise { (otherwise) }
            }
        }
        @if let Some(url) = &item.url { p { a href=(url) { (words::capital(&told.short)) } } }
    }
}

fn quote(told: &Told) -> Option<String> {
    let quote = told.quote.as_deref().map(str::trim).filter(|quote| !quote.is_empty())?;
    let mut shown: String = quote.chars().take(QUOTE).collect();
    if shown.len() < quote.len() {
        shown.push('…');
    }
    Some(shown)
}

fn by(told: &Told, zone: &TimeZone) -> Option<String> {
    let by = told.by?.timestamp().to_zoned_datetime(zone.clone());
    Some(format!("By {}.", by.strftime("%a %-d %b %Y, %H:%M %Z")))
}

#[cfg(test)]
mod tests {
    use domain::envelope::Position;
    use domain::happening::About;

    use super::*;

    fn item(kind: Kind, short: &str) -> Item {
        let asked = (kind == Kind::Ask).then(|| "Approve it, or refuse it with a reason.".to_owned());
        Item {
            release: "Tidewatch 2026.12".to_owned(),
            kind,
            told: Told {
                short: short.to_owned(),
                sentence: format!("Ada said <b>{short}</b>."),
                quote: Some("known\r\nand <script>small</script>".to_owned()),
                by: asked.as_ref().map(|_| "2026-12-04T15:00:00Z".parse().unwrap()),
                otherwise: asked.as_ref().map(|_| "Until then nothing is waived.".to_owned()),
                asked,
                about: About::Waiver(Position(7)),
            },
            url: Some("https://ship.example/releases/tidewatch/2026.12/waivers/7".to_owned()),
        }
    }

    #[test]
    fn what_is_asked_comes_first_with_by_when_and_what_happens_otherwise() {
        let zone = TimeZone::get("Europe/Helsinki").unwrap();
        let mut items = [item(Kind::News, "it was approved"), item(Kind::Ask, "answer the waiver")];
        let written = write(&mut items, &zone, true, "https://ship.example");
        assert_eq!(written.subject, "Tidewatch 2026.12: answer the waiver, and 1 more");
        let expect = "Asked of you\n------------\n\nTidewatch 2026.12: Ada said <b>answer the waiver</b>.\n  > known\n  \
             > and <script>small</script>\nApprove it, or refuse it with a reason.\nBy Fri 4 Dec 2026, 17:00 EET.\n\
             Until then nothing is waived.\nhttps://ship.example/releases/tidewatch/2026.12/waivers/7\n\nNews\n----\n\n";
        assert!(written.text.starts_with(expect), "{}", written.text);
        assert!(written.text.contains("at most one mail like this in a working half-day (Europe/Helsinki)"));
        assert!(written.html.contains("&lt;script&gt;small"), "{}", written.html);
        assert!(!written.html.contains("<script") && !written.html.contains("<b>answer"));
        let alone = write(&mut items[..1], &zone, false, "https://ship.example");
        assert_eq!(alone.subject, "Tidewatch 2026.12: answer the waiver");
        assert!(alone.text.contains("came alone"));
    }
}
