//! What a first file is made of, and the file made of it.
//!
//! Invariant: whatever is answered, the file applies; what was not chosen stays in it as a comment.

use domain::id::ReleaseName;

/// A platform that a track can be for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Platform {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
}

pub(super) const PLATFORMS: [Platform; 4] = [
    Platform { id: "ios", name: "iOS" },
    Platform { id: "android", name: "Android" },
    Platform { id: "watchos", name: "watchOS" },
    Platform { id: "wearos", name: "Wear OS" },
];

/// How many of the platforms, from the first on, and which presets are chosen until somebody says otherwise.
pub(super) const USUAL_PLATFORMS: [usize; 2] = [0, 1];
pub(super) const USUAL_PRESETS: [&str; 5] = [
    "smoke-passed",
    "regression-complete",
    "platform-validation-complete",
    "flaky-rate",
    "test-summary-written",
];

/// What was answered.
#[derive(Clone, Debug)]
pub(super) struct Answers {
    pub(super) name: String,
    pub(super) platforms: Vec<Platform>,
    pub(super) zone: String,
    pub(super) version: String,
    pub(super) presets: Vec<String>,
}

impl Answers {
    /// What is written where nobody is asked.
    pub(super) fn usual(name: String) -> Self {
        Self {
            name,
            platforms: USUAL_PLATFORMS.map(|index| PLATFORMS[index]).to_vec(),
            zone: "UTC".to_owned(),
            version: "1.0.0".to_owned(),
            presets: USUAL_PRESETS.map(str::to_owned).to_vec(),
        }
    }

    /// Returns the file.
    pub(super) fn file(&self) -> String {
        let mut file = String::with_capacity(TEMPLATE.len());
        let mut left_out = false;
        for line in TEMPLATE.lines() {
            let marker = line.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
            match marker {
                Some("end") => left_out = false,
                Some(block) => left_out = !self.has(block),
                None => {
                    if left_out && !line.starts_with('#') {
                        file.push_str("# ");
                    }
                    file.push_str(&self.filled(line));
                    file.push('\n');
                }
            }
        }
        file
    }

    fn has(&self, block: &str) -> bool {
        self.platforms.iter().any(|platform| platform.id == block)
            || self.presets.iter().any(|preset| preset == block)
    }

    fn filled(&self, line: &str) -> String {
        let first = self.platforms.first().map_or("ios", |platform| platform.id);
        line.replace("{name}", &quoted(&self.name))
            .replace("{zone}", &quoted(&self.zone))
            .replace("{version}", &quoted(&self.version))
            .replace("{release}", &release(&self.version))
            .replace("{first}", first)
    }
}

/// Returns the name of a version's release: `4.2.0` is of the release 4.2.
pub(super) fn release(version: &str) -> String {
    let mut parts = version.split('.');
    let short = match (parts.next(), parts.next()) {
        (Some(major), Some(minor)) => format!("{major}.{minor}"),
        _ => version.to_owned(),
    };
    ReleaseName::parse(&short).map_or_else(|_| "1.0".to_owned(), |name| name.to_string())
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

const TEMPLATE: &str = include_str!("template.toml");

#[cfg(test)]
mod tests {
    use domain::criteria::preset::PRESETS;
    use server::app::App;
    use server::app::apply::ApplyRequest;
    use server::config::Settings;

    use super::*;

    /// Every choice of some things, by the bits of a number.
    fn chosen<T: Clone>(of: &[T], bits: usize) -> Vec<T> {
        of.iter()
            .enumerate()
            .filter(|(index, _)| bits >> index & 1 == 1)
            .map(|(_, one)| one.clone())
            .collect()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn whatever_is_answered_the_file_applies_and_holds_what_was_chosen() {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(Settings::new(Some(folder.path().to_owned()), None, None)).await.unwrap();
        let presets: Vec<String> = PRESETS.iter().map(|preset| preset.name.to_owned()).collect();
        for bits in 1..(1 << PLATFORMS.len()) {
            for (of_presets, name, version) in [
                (usize::MAX, "Tidewatch", "4.2.0"),
                (0, "Tide \"Watch\" \\ 2", "2026.12"),
                (bits * 5, "7", "1"),
            ] {
                let answers = Answers {
                    name: name.to_owned(),
                    platforms: chosen(&PLATFORMS, bits),
                    zone: "Europe/Berlin".to_owned(),
                    version: version.to_owned(),
                    presets: chosen(&presets, of_presets),
                };
                let source = answers.file();
                let told = app
                    .apply(
                        ApplyRequest {
                            source: source.clone(),
                            plans: Default::default(),
                            reason: None,
                            dry_run: true,
                        },
                        None,
                    )
                    .await;
                assert!(told.is_ok(), "{told:?}\n{source}");
                let file: toml::Table = toml::from_str(&source).unwrap();
                let tracks: Vec<&str> =
                    file["tracks"].as_table().unwrap().keys().map(String::as_str).collect();
                let mut expect: Vec<&str> = answers.platforms.iter().map(|platform| platform.id).collect();
                expect.sort_unstable();
                let mut tracks_sorted = tracks.clone();
                tracks_sorted.sort_unstable();
                assert_eq!(tracks_sorted, expect);
                let criteria =
                    file.get("criteria").and_then(|criteria| criteria.as_array()).map_or(0, Vec::len);
                assert_eq!(criteria, answers.presets.len(), "{source}");
                assert_eq!(file["product"]["name"].as_str(), Some(name));
            }
        }
    }
}
