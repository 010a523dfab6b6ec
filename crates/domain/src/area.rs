//! The part of the product that a test case is about, read off the name of its class.
//!
//! Invariant: a name that tells no area gives none; an area is never guessed from the words of a case.

/// What test classes end with and users never say. A longer one stands before the one it ends with.
const ENDINGS: [&str; 14] = [
    "InstrumentationTest",
    "InstrumentedTest",
    "UnitTests",
    "UnitTest",
    "UITests",
    "UITest",
    "TestCase",
    "TestSuite",
    "Tests",
    "Test",
    "Specs",
    "Spec",
    "_test",
    "_spec",
];
/// What they begin with.
const BEGINNINGS: [&str; 3] = ["test_", "Test", "spec_"];
/// File endings that stand at the end of a path.
const FILES: [&str; 13] =
    ["ts", "tsx", "js", "jsx", "mjs", "py", "kt", "java", "swift", "dart", "rb", "go", "rs"];
/// Folders and packages that say only that there are tests.
const FOLDERS: [&str; 10] =
    ["test", "tests", "spec", "specs", "__tests__", "src", "e2e", "unit", "integration", "androidTest"];
/// The longest area that is shown, in characters.
const LONGEST: usize = 40;

/// Returns the area of a class: "Checkout" for `app.tidewatch.CheckoutTest`.
pub fn of_class(class: &str) -> Option<String> {
    of_parts(&parts(class))
}

/// Returns the area of a case as a plan lists it: "Harbours" for `TidewatchTests.HarboursTests.testOpens`.
pub fn of_label(label: &str) -> Option<String> {
    let parts = parts(label);
    let (_, class) = parts.split_last()?;
    of_parts(class)
}

fn parts(class: &str) -> Vec<&str> {
    // An inner class, as in `CheckoutTest$Guest`, is of its outer one; `›` joins the titles of nested suites.
    let outer = |part: &'_ str| part.find('$').unwrap_or(part.len());
    let parts = class.split(['.', '/', '\\', '#', ':', '›']).map(str::trim);
    parts.map(|part| &part[..outer(part)]).filter(|part| !part.is_empty()).collect()
}

/// The last part that says it is a test; if none does, the last part.
fn of_parts(parts: &[&str]) -> Option<String> {
    let tells = |part: &&&str| !FILES.contains(*part) && !FOLDERS.contains(*part);
    let says_so = parts.iter().filter(tells).rev().find_map(|part| {
        let bare = bare(part);
        (bare.len() < part.len() && !bare.is_empty() && !part.contains(' ')).then_some(bare)
    });
    let area = says_so.or_else(|| parts.iter().rfind(tells).copied().map(bare)).map(spaced)?;
    let known = area.chars().any(char::is_alphabetic) && area.chars().count() <= LONGEST;
    known.then_some(area)
}

/// Returns a name without what says that it is a test.
fn bare(part: &str) -> &str {
    let mut bare = part;
    while let Some(rest) = ENDINGS.iter().find_map(|ending| bare.strip_suffix(ending)) {
        bare = rest;
    }
    let begun = BEGINNINGS.iter().find_map(|beginning| bare.strip_prefix(beginning));
    match begun {
        // `Testing` and `Testimonials` are words of their own.
        Some(rest) if !part.starts_with("Test") || rest.starts_with(char::is_uppercase) => rest,
        _ => bare,
    }
}

/// Splits words that were written as one: "Harbour detail" for `HarbourDetail`, "PDF export" for `PDFExport`.
fn spaced(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = vec![String::new()];
    for (index, &c) in chars.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| chars.get(before));
        let ends_a_word = before.is_some_and(|before| before.is_lowercase() || before.is_numeric());
        let begins_the_next = before.is_some_and(|before| before.is_uppercase())
            && chars.get(index + 1).is_some_and(|after| after.is_lowercase());
        if matches!(c, '_' | '-' | ' ') || (c.is_uppercase() && (ends_a_word || begins_the_next)) {
            words.push(String::new());
        }
        if let (false, Some(word)) = (matches!(c, '_' | '-' | ' '), words.last_mut()) {
            word.push(c);
        }
    }
    words.retain(|word| !word.is_empty());
    let is_acronym = |word: &str| word.chars().count() > 1 && !word.chars().any(char::is_lowercase);
    let lowered = words.iter().enumerate().map(|(index, word)| match index {
        0 => crate::words::capital(word),
        _ if is_acronym(word) => word.clone(),
        _ => word.to_lowercase(),
    });
    lowered.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(of: fn(&str) -> Option<String>, name: &str, expect: &str) {
        assert_eq!(of(name).unwrap_or_default(), expect, "{name}");
    }

    #[test]
    fn a_class_tells_its_area() {
        for (class, area) in [
            ("CheckoutTest", "Checkout"),
            ("app.tidewatch.CheckoutTest", "Checkout"),
            ("TidewatchTests.HarboursTests", "Harbours"),
            ("TidewatchUITests.HarbourDetailUITests", "Harbour detail"),
            ("app.tidewatch.CheckoutTest$Guest", "Checkout"),
            ("app.tidewatch.PDFExportInstrumentedTest", "PDF export"),
            ("tests.test_checkout", "Checkout"),
            ("tests.test_checkout.TestGuestPays", "Guest pays"),
            ("src/__tests__/tide-tables.spec.ts", "Tide tables"),
            ("src/checkout_test.go", "Checkout"),
            ("com.app.login", "Login"),
            ("Checkout › guest", "Guest"),
            ("Checkout pays as a guest", "Checkout pays as a guest"),
            ("app.TestimonialsTest", "Testimonials"),
            ("app.Tests", ""),
            ("", ""),
            ("...", ""),
            ("42", ""),
            ("a sentence so long that nobody would take it for the name of an area", ""),
        ] {
            check(of_class, class, area);
        }
    }

    #[test]
    fn a_case_tells_the_area_of_its_class_and_not_its_own_words() {
        for (label, area) in [
            ("app.tidewatch.CheckoutTest.pays by card", "Checkout"),
            ("TidewatchTests.HarboursTests.testOpens", "Harbours"),
            ("CheckoutTest.pays 3.50 and no more", "Checkout"),
            ("tests.test_checkout.test_pays", "Checkout"),
            ("opens", ""),
        ] {
            check(of_label, label, area);
        }
    }
}
