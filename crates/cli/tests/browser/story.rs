//! A release from its definition to ready, twice: through the API alone, and on the pages alone.
//!
//! Invariant: both begin with the same file and the same people, and nothing but the story tells them apart.

use crate::installation::Installation;

const PRODUCT: &str = r#"
[product]
name = "Tidewatch"
zone = "Europe/Berlin"
agreed_by = ["engineering", "product", "qa"]
defects_waivable_by = ["product"]

[areas]
Sync = ["ios", "wearos"]
Routes = ["ios"]

[tracks.ios]
devices = ["iPhone 15 / iOS 18", "iPhone SE / iOS 17"]

[tracks.wearos]
devices = ["Pixel Watch 3 / Wear OS 5"]

[[criteria]]
use = "platform-validation-complete"

[[criteria]]
use = "plan-coverage"

[[criteria]]
use = "test-summary-written"
min_words = 5

[[criteria]]
use = "no-open-defects"
waivable_by = ["product"]

[[criteria]]
use = "defects-have-impact"

[[criteria]]
use = "changes-done"

[[criteria]]
use = "sign-off"

[[criteria]]
use = "no-likely-risks"

[releases."2026.12"]
version = "4.2.0"

[releases."2026.12".tracks.ios]
builds = [
    { number = 512, commit = "4f1c0aa", revision = 1832 },
    { number = 514, commit = "9be27d1", revision = 1841 },
]

[releases."2026.12".tracks.wearos]
"#;

fn installation() -> Installation {
    let installation = Installation::empty();
    installation.write("seaworthy.toml", PRODUCT);
    installation.run(&["apply"]);
    installation
}

#[test]
fn a_release_goes_from_definition_to_ready_by_the_api_and_by_pages_with_the_same_journal() {
    let Some(modules) = crate::modules() else { return };
    let (by_api, on_pages) = (installation(), installation());
    let (api, pages) = (by_api.serve_accounts(), on_pages.serve_accounts());
    let data = by_api.data().display().to_string();
    crate::play("story", &modules, &on_pages, &pages, &[api.address(), &data]);
}
