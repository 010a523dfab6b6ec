//! Defects, changes and risks, through the API and through the pages.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod api;
mod pages;

const FILE: &str = r#"
[product]
name = "Tidewatch"
[tracks.ios]
name = "iOS"
[tracks.wearos]
name = "Wear OS"
[[criteria]]
use = "smoke-passed"
[releases."2026.12"]
version = "4.2.0"
[releases."2026.12".tracks.ios]
candidate = { number = 514, commit = "9be27d1" }
[releases."2026.12".tracks.wearos]
"#;
