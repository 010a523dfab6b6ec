//! Messages as tools write them, and what they come to once that which varies is taken out.

use proptest::prelude::*;
use reports::alike;

#[track_caller]
fn check(messages: &[(&str, &str)]) {
    for (message, expect) in messages {
        assert_eq!(alike(message), *expect, "{message}");
        assert_eq!(alike(expect), *expect, "once more");
    }
}

#[test]
fn junit_and_its_kin() {
    check(&[
        ("expected:<3> but was:<5>", "expected:<…> but was:<…>"),
        ("expected:<7> but was:<-9.25>", "expected:<…> but was:<…>"),
        (
            "java.lang.AssertionError: expected [1.2.1] but found [1.2.0]",
            "java.lang.AssertionError: expected […] but found […]",
        ),
        ("\nExpected: <100.10>\n     but: was <100.11>", "Expected: <…>"),
        ("Address aba@bab.com should have thrown X", "Address aba@bab.com should have thrown X"),
        ("Invalid email address 'user@host'", "Invalid email address '…'"),
        (
            "java.lang.NullPointerException: at app.Cart.total(Cart.java:42)",
            "java.lang.NullPointerException: at app.Cart.total(…)",
        ),
        ("Wanted but not invoked: app.Cart@1b2c3d.pay()", "Wanted but not invoked: app.Cart@….pay()"),
        ("test timed out after 30000 milliseconds", "test timed out after … milliseconds"),
        ("Didn't find 'a' or \"b\" in the user's cart", "Didn't find '…' or \"…\" in the user's cart"),
    ]);
}

#[test]
fn xctest() {
    check(&[
        (
            "XCTAssertEqual failed: (\"3\") is not equal to (\"Optional(5)\") - ",
            "XCTAssertEqual failed: (\"…\") is not equal to (\"…\") -",
        ),
        (
            "Asynchronous wait failed: Exceeded timeout of 5 seconds, with unfulfilled expectations: \"loaded\".",
            "Asynchronous wait failed: Exceeded timeout of … seconds, with unfulfilled expectations: \"…\".",
        ),
        (
            "Failed to get matching snapshot: No matches found for Elements matching predicate '\"Pay\" IN identifiers'",
            "Failed to get matching snapshot: No matches found for Elements matching predicate '…'",
        ),
        (
            "HarboursTests.swift:112: error: <UIWindow: 0x7fa1b2c3d4e0; frame = (0 0; 390 844)>",
            "…: error: <UIWindow: …; frame = (… …; … …)>",
        ),
    ]);
}

#[test]
fn pytest() {
    check(&[
        ("AssertionError: assert 'test' == 'xyz'\n  - xyz\n  + test", "AssertionError: assert '…' == '…'"),
        ("assert 3.5e-07 == 4", "assert … == …"),
        (
            "Traceback (most recent call last):\n  File \"/home/x/test_foo.py\", line 183, in test_other\n    self.f()\nAssertionError: True is not false\n",
            "AssertionError: True is not false",
        ),
        ("Traceback (most recent call last):", "Traceback (most recent call last):"),
        (
            "FileNotFoundError: [Errno 2] No such file: /tmp/pytest-of-root/pytest-12/test_a0/x.db",
            "FileNotFoundError: [Errno …] No such file: …",
        ),
        ("<traceback object at 0x100c125c0>", "<traceback object at …>"),
        ("could not open tmpq3x_8a2f and tmpdir", "could not open tmp… and tmpdir"),
    ]);
}

#[test]
fn jest_and_the_web() {
    check(&[
        (
            "\u{1b}[2mexpect(\u{1b}[22m\u{1b}[31mreceived\u{1b}[39m).toBe(expected) // Object.is equality",
            "expect(received).toBe(expected) // Object.is equality",
        ),
        ("Error: thrown: \"Exceeded timeout of 5000 ms for a test.\"", "Error: thrown: \"…\""),
        (
            "TimeoutError: page.click: Timeout 30000ms exceeded.",
            "TimeoutError: page.click: Timeout … exceeded.",
        ),
        ("Error at src/checkout/pay.ts:12:5", "Error at …"),
        ("GET /users/42/orders answered 500 in 1.25s", "GET /users/…/orders answered … in …"),
        ("connect ECONNREFUSED 127.0.0.1:5432", "connect ECONNREFUSED …"),
        ("order 550e8400-e29b-41d4-a716-446655440000 not found", "order … not found"),
        (
            "commit 9be27d1 is not in the list [1, 2, 3] of 10,000",
            "commit … is not in the list […, …, …] of …",
        ),
        ("at 2026-11-24T16:00:00.123Z or 16:00", "at … or …"),
        ("session x7Gh29kLmQ4 of user_42 ended", "session … of user_… ended"),
    ]);
}

#[test]
fn espresso() {
    check(&[
        (
            "androidx.test.espresso.NoMatchingViewException: No views in hierarchy found matching: view.getId() is <2131230915/app:id/pay>",
            "androidx.test.espresso.NoMatchingViewException: No views in hierarchy found matching: view.getId() is <…/app:id/pay>",
        ),
        (
            "Waited for the root of the view hierarchy to have window focus for 10,250 ms",
            "Waited for the root of the view hierarchy to have window focus for … ms",
        ),
        (
            "android.view.ViewRootImpl$CalledFromWrongThreadException: Only the original thread can touch it",
            "android.view.ViewRootImpl$CalledFromWrongThreadException: Only the original thread can touch it",
        ),
    ]);
}

#[test]
fn what_is_said_of_different_things_stays_apart() {
    check(&[
        ("timed out waiting for element #pay", "timed out waiting for element #pay"),
        ("timed out waiting for element #cancel", "timed out waiting for element #cancel"),
        ("", ""),
        (" \n\t\r\n", ""),
        ("it\u{a0}broke   twice", "it broke twice"),
        ("facade of decade", "facade of decade"),
    ]);
}

#[test]
fn a_long_message_is_cut_at_a_word() {
    let long = "naïve ".repeat(100);
    let cut = alike(&long);
    assert_eq!((cut.chars().count(), cut.ends_with("naïve")), (197, true));
    assert_eq!(alike(&"x".repeat(100_000)), "…");
    assert!(alike(&"' ".repeat(10_000)).chars().count() <= 200);
}

/// Texts in which everything that the pass looks for is likely.
fn messages() -> impl Strategy<Value = String> {
    let parts = [
        "a",
        "5",
        "-",
        "+",
        ".",
        ",",
        ":",
        "/",
        "'",
        "\"",
        "`",
        "“",
        "”",
        "’",
        "…",
        " ",
        "\n",
        "@",
        "0x",
        "1f",
        "ms",
        "Foo.kt",
        ":12",
        "/tmp/",
        "C:\\",
        "(",
        ")",
        "<",
        ">",
        "=",
        "_",
        "tmp",
        "é",
        "\\",
        "\u{1b}[1m",
        "\u{0}",
        "T",
        "Z",
        "deadbeef",
        "550e8400-e29b-41d4-a716-446655440000",
        "abcdef12",
        "wordsofsome",
        "#",
        "$",
        "file:///",
        "home",
    ];
    let parts: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
    proptest::collection::vec(proptest::sample::select(parts), 0..120).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, ..ProptestConfig::default() })]

    #[test]
    fn it_is_bounded_and_stays_as_it_is_the_second_time(message in prop_oneof![messages(), any::<String>()]) {
        let once = alike(&message);
        prop_assert!(once.chars().count() <= 200);
        prop_assert!(!once.contains('\n') && once.trim() == once);
        prop_assert_eq!(alike(&once), once);
    }
}
