//! What happens in the demo: the days before anybody looks, and the minutes after.
//!
//! Invariant: every scene is commands that a team would have given, and nothing else.

use domain::criterion::Function;
use domain::permission::Role;

/// Commands given together by one person.
#[derive(Debug)]
pub(super) struct Scene {
    /// How many hours ago, for the scenes before.
    pub(super) at: i64,
    pub(super) by: &'static str,
    pub(super) says: &'static str,
    /// A track and the build that becomes its candidate in the product's file first.
    pub(super) candidate: Option<(&'static str, &'static str)>,
    pub(super) commands: &'static [&'static str],
}

const fn scene(at: i64, by: &'static str, says: &'static str, commands: &'static [&'static str]) -> Scene {
    Scene { at, by, says, candidate: None, commands }
}

const CI: &str = "Build server";
const QA: &str = "Maren Okafor";
const ENGINEERING: &str = "Alba Ferreira";
const PRODUCT: &str = "Piotr Nowak";
const WATCHES: &str = "Jonas Lind";
const OPERATIONS: &str = "Tomi Abara";

/// Somebody of the demo's team, with an account.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: &'static str,
    pub(super) role: Role,
    pub(super) function: Function,
}

const fn member(name: &'static str, role: Role, function: Function) -> Member {
    Member { name, role, function }
}

/// The team: each function once, and whoever looks after the server.
pub(super) const MEMBERS: &[Member] = &[
    member(QA, Role::Coordinator, Function::Qa),
    member(WATCHES, Role::Contributor, Function::Qa),
    member(ENGINEERING, Role::Contributor, Function::Engineering),
    member(PRODUCT, Role::Coordinator, Function::Product),
    member(OPERATIONS, Role::Contributor, Function::Operations),
    member("Ines Duarte", Role::Viewer, Function::Marketing),
    member("Ruth Keller", Role::Viewer, Function::Leadership),
    member("Sam Petrov", Role::Admin, Function::Operations),
];

/// In the order in which a team would have given them.
pub(super) const BEFORE: &[Scene] = &[
    scene(
        75,
        QA,
        "QA describes the product, its criteria and its release.",
        &["apply seaworthy.toml --reason 'agreed at kick-off'"],
    ),
    scene(
        74,
        ENGINEERING,
        "Engineering, product and QA agree to the definition of ready.",
        &["definition agree --release 2026.12 --function engineering {ruling}"],
    ),
    scene(74, PRODUCT, "", &["definition agree --release 2026.12 --function product {ruling}"]),
    scene(74, QA, "", &["definition agree --release 2026.12 --function qa {ruling}"]),
    scene(
        73,
        PRODUCT,
        "Product lists what the release carries, and what could go wrong.",
        &[
            "change add --release 2026.12 --key TW-2117 --priority p1 --area Harbours --track ios --track android --intent 'Skippers find the next free berth without calling' 'Free berths beside each harbour'",
            "change add --release 2026.12 --key TW-2140 --priority p2 --area Widgets --track wearos --intent 'The tide at a glance, on the wrist' 'Tide widget for Wear OS'",
            "change add --release 2026.12 --key TW-2155 --priority p2 --track watchos --area Complications 'Complications update at slack water'",
            "list whole --release 2026.12 --note 'as agreed at kick-off' changes",
            "risk note --release 2026.12 --likelihood possible --track ios --track android --effect 'skippers would see no free berths on the first weekend' --mitigation 'the harbour feed is mirrored, and the list says how old it is' --owner 'Tomi Abara' 'The harbour feed has never seen a holiday weekend'",
            "list whole --release 2026.12 risks",
        ],
    ),
    scene(
        72,
        QA,
        "QA takes the holidays in, and says when each track should go live.",
        &[
            "calendar import --product tidewatch holidays.ics",
            "target set --release 2026.12 --track ios {bd 9}",
            "target set --release 2026.12 --track android {bd 9}",
            "target set --release 2026.12 --track watchos {bd 9}",
            "target set --release 2026.12 --track wearos {bd 6}",
            "milestone add --release 2026.12 --track ios --name 'Press kit ready' --on {bd 7} press-kit",
            "milestone reach --release 2026.12 --track ios --on {bd -7} --note 'the branch is closed' code-freeze",
            "milestone reach --release 2026.12 --track android --on {bd -5} code-freeze",
            "milestone reach --release 2026.12 --track watchos --on {bd -7} code-freeze",
            "milestone reach --release 2026.12 --track wearos --on {bd -9} code-freeze",
            "milestone drop --release 2026.12 --track watchos --reason 'it is submitted inside the bundle of iOS' submission",
        ],
    ),
    scene(
        55,
        ENGINEERING,
        "Engineering is done with two of the three.",
        &[
            "change done --release 2026.12 --for engineering TW-2117",
            "change done --release 2026.12 --for engineering TW-2140",
            "change done --release 2026.12 --for engineering TW-2155",
        ],
    ),
    scene(
        54,
        PRODUCT,
        "",
        &[
            "change done --release 2026.12 --for product TW-2117",
            "change done --release 2026.12 --for product TW-2140",
            "change done --release 2026.12 --for product TW-2155",
        ],
    ),
    scene(
        52,
        CI,
        "iOS: everything ran on the candidate, and passed.",
        &[
            "ingest --release 2026.12 --track ios --build 514 --kind smoke reports/ios/smoke-514.xml",
            "ingest --release 2026.12 --track ios --build 514 --kind regression --complete reports/ios/regression-514.xml",
            "ingest --release 2026.12 --track ios --build 514 --kind performance reports/ios/performance-514.xml",
            "ingest --release 2026.12 --track ios --build 514 --kind platform --device 'iPhone 15 / iOS 18' reports/ios/iphone-15.xml",
            "ingest --release 2026.12 --track ios --build 514 --kind platform --device 'iPhone SE / iOS 17' reports/ios/iphone-se.xml",
        ],
    ),
    scene(
        30,
        QA,
        "iOS: the tablet by hand, and the summary.",
        &[
            "attest --release 2026.12 --track ios --build 514 --device 'iPad Air / iPadOS 18' --result passed --notes 'Split view and rotation, an hour'",
            "summary --release 2026.12 --track ios --build 514 summaries/ios.md",
            "change done --release 2026.12 --for qa TW-2117",
            "change done --release 2026.12 --for qa TW-2155",
        ],
    ),
    scene(
        29,
        QA,
        "Defects come in, and QA tells what each is for users, and which tracks have it.",
        &[
            "defect report --release 2026.12 --key TW-2291 --severity medium --priority p2 --area Harbours --track ios --found-in ios:514 'Harbour list jumps to the top after a refresh'",
            "defect impact --release 2026.12 TW-2291 --experience 'skippers lose their place in the list of harbours' --reach some --often sometimes --frequency '3 of 40 refreshes on 514' --circumstances 'when the list is refreshed far down' --workaround 'searching by name'",
            "defect expose --release 2026.12 TW-2291 --track android --answer not-affected --note '40 refreshes on 40518'",
            "defect report --release 2026.12 --key TW-2304 --severity high --priority p1 --area Checkout --track android --found-in android:40518 'Purchase hangs after the card is declined'",
            "defect impact --release 2026.12 TW-2304 --experience 'buyers of a chart see a spinner that never ends' --reach few --often always --frequency '5 of 5 declined cards' --circumstances 'after a card is declined, on Android 14 and 15' --workaround 'closing the app and buying again'",
            "defect expose --release 2026.12 TW-2304 --track ios --answer not-affected --note 'ten declined cards on 514'",
            "defect report --release 2026.12 --key TW-2311 --severity high --priority p2 --area Widgets --track android --found-in android:40518 'Tide widget shows yesterday after midnight'",
            "list whole --release 2026.12 --note 'the tracker’s filter for 4.2.0, gone through' defects",
        ],
    ),
    scene(
        28,
        QA,
        "Nobody can mend the declined card before the date: QA asks to have it accepted, and product does.",
        &[
            "waiver request --release 2026.12 --track android --defect TW-2304 --build 40518 --reason 'Few cards are declined, and buying again works' --mitigation 'Support has the answer; mended in 4.2.1' --expires {in 14 days}",
        ],
    ),
    scene(
        28,
        PRODUCT,
        "",
        &["waiver approve --release 2026.12 --function product --note 'for 4.2.0 alone' {waiver}"],
    ),
    scene(
        27,
        QA,
        "Android needs two more days.",
        &["target set --release 2026.12 --track android --reason 'Checkout has to run again' {bd 11}"],
    ),
    scene(
        26,
        QA,
        "QA signs her judgement of iOS.",
        &[
            "signoff --release 2026.12 --track ios --build 514 --function qa --notes 'regression, devices and two hours by hand'",
            "assess --release 2026.12 --track ios --build 514 --recommendation go --confidence 90 --reasons 'Everything ran, and what is open is small. I would ship this.'",
        ],
    ),
    scene(
        27,
        CI,
        "Android: two cases fail, and most of Checkout never ran.",
        &[
            "ingest --release 2026.12 --track android --build 40518 --kind smoke reports/android/smoke",
            "ingest --release 2026.12 --track android --build 40518 --kind regression --run nightly-4411 reports/android/regression",
            "ingest --release 2026.12 --track android --build 40518 --kind performance reports/android/performance.xml",
        ],
    ),
    scene(
        25,
        QA,
        "Android: one phone by hand, the other as Kofi told, and the summary.",
        &[
            "attest --release 2026.12 --track android --build 40518 --device 'Pixel 8 / Android 15' --result passed",
            "attest --release 2026.12 --track android --build 40518 --device 'Galaxy A15 / Android 14' --result passed --on-behalf-of 'Kofi Mensah' --source 'message in #android-qa'",
            "summary --release 2026.12 --track android --build 40518 summaries/android.md",
        ],
    ),
    scene(
        24,
        QA,
        "Checkout cannot run on Android: QA proposes a blocker, engineering owns it.",
        &[
            "blocker propose --release 2026.12 --track android --criterion regression-complete --owner 'Alba Ferreira' --function engineering --defect TW-2304 --details 'The nightly run stops at the first purchase: 31 of 35 planned cases of Checkout never began' 'Checkout cannot run on Android: the account of the payment sandbox has expired'",
            "blocker accept --release 2026.12 1",
        ],
    ),
    scene(
        6,
        WATCHES,
        "watchOS: smoke passed on 512, and then the candidate became 514.",
        &[
            "ingest --release 2026.12 --track watchos --build 512 --kind smoke reports/watchos/smoke-512.xml",
            "ingest --release 2026.12 --track watchos --build 514 --kind regression --complete reports/watchos/regression-514.xml",
            "attest --release 2026.12 --track watchos --build 514 --device 'Apple Watch SE / watchOS 11' --result passed",
            "summary --release 2026.12 --track watchos --build 514 summaries/watchos.md",
        ],
    ),
    scene(
        1,
        WATCHES,
        "Wear OS: the runs are in, but no watch has been touched.",
        &[
            "ingest --release 2026.12 --track wearos --build 90217 --kind smoke reports/wearos/smoke",
            "ingest --release 2026.12 --track wearos --build 90217 --kind regression --complete reports/wearos/regression",
            "summary --release 2026.12 --track wearos --build 90217 summaries/wearos.md",
        ],
    ),
    scene(
        1,
        QA,
        "iOS: offered to those who submit it.",
        &[
            "handoff offer --release 2026.12 --track ios --build 514 --done 'The very build that was tested is uploaded' --done 'Listing and screenshots are up to date' --open 'Release notes are written in every language: German follows tonight'",
        ],
    ),
    scene(
        1,
        ENGINEERING,
        "Android: where the blocker stands, and when there is more to say.",
        &[
            "blocker status --release 2026.12 1 --next {in 5 hours} 'Alba has asked the payment provider for a new account. Checkout runs with it tonight, or she switches to the second sandbox'",
        ],
    ),
    scene(
        1,
        WATCHES,
        "Wear OS: two watches are missing, and nobody has said yet whether that stops the release.",
        &[
            "blocker propose --release 2026.12 --track wearos --criterion platform-validation-complete 'Two of the three watches are on loan until Thursday'",
        ],
    ),
    scene(0, QA, "So, is this release fit to ship?", &["check --release 2026.12"]),
];

/// What goes on while somebody watches.
pub(super) const AFTERWARDS: &[Scene] = &[
    scene(
        0,
        OPERATIONS,
        "iOS: accepted, to be submitted with watchOS inside.",
        &["handoff accept --release 2026.12 --track ios --note 'The German notes are in.'"],
    ),
    scene(
        0,
        WATCHES,
        "Wear OS: the first watch, by hand.",
        &[
            "attest --release 2026.12 --track wearos --build 90217 --device 'Pixel Watch 3 / Wear OS 5' --result passed",
        ],
    ),
    scene(
        0,
        CI,
        "watchOS: smoke on the candidate, at last.",
        &["ingest --release 2026.12 --track watchos --build 514 --kind smoke reports/watchos/smoke-514.xml"],
    ),
    scene(
        0,
        CI,
        "Android: the sandbox account is mended, and Checkout runs.",
        &[
            "ingest --release 2026.12 --track android --build 40518 --kind regression --run checkout-again reports/android/checkout",
        ],
    ),
    scene(
        0,
        ENGINEERING,
        "Android: with that the blocker is resolved, and by what.",
        &[
            "blocker resolve --release 2026.12 1 --track android --build 40518 'Checkout ran to its end on 40518 with the new account'",
        ],
    ),
    scene(
        0,
        WATCHES,
        "Wear OS: the second watch fails.",
        &[
            "attest --release 2026.12 --track wearos --build 90217 --device 'Galaxy Watch 7 / Wear OS 5' --result failed --notes 'The tide widget stays blank after a reboot'",
        ],
    ),
    Scene {
        candidate: Some(("android", "{ number = 40519, commit = \"c07a51e\", revision = 1844 }")),
        ..scene(
            0,
            QA,
            "Android: a build with the two harbours mended becomes the candidate; everything is stale.",
            &["apply seaworthy.toml"],
        )
    },
    scene(
        0,
        CI,
        "Android: smoke and the whole regression on the new candidate.",
        &[
            "ingest --release 2026.12 --track android --build 40519 --kind smoke reports/android/smoke",
            "ingest --release 2026.12 --track android --build 40519 --kind regression --run nightly-4412 reports/android/whole",
            "ingest --release 2026.12 --track android --build 40519 --kind performance reports/android/performance.xml",
        ],
    ),
    scene(
        0,
        WATCHES,
        "Wear OS: the watch failed for an old companion app; checked again.",
        &[
            "blocker withdraw --release 2026.12 2 --reason 'the watches came back early'",
            "attest --release 2026.12 --track wearos --build 90217 --device 'Galaxy Watch 7 / Wear OS 5' --result passed --notes 'With the companion app updated, as users will have it'",
            "attest --release 2026.12 --track wearos --build 90217 --device 'TicWatch Pro / Wear OS 4' --result passed",
            "defect expose --release 2026.12 TW-2311 --track wearos --answer not-affected --note 'three watches, watched over midnight'",
            "change done --release 2026.12 --for qa TW-2140",
        ],
    ),
    scene(
        0,
        QA,
        "Android: both phones by hand, the defects seen to be mended, and the summary.",
        &[
            "defect report --release 2026.12 --key TW-2304 --severity high --priority p1 --state verified --area Checkout --track android --found-in android:40518 --fixed-in android:40519 --reason 'ten declined cards on 40519' 'Purchase hangs after the card is declined'",
            "defect report --release 2026.12 --key TW-2311 --severity high --priority p2 --state verified --area Widgets --track android --found-in android:40518 --fixed-in android:40519 --reason 'watched over midnight on 40519' 'Tide widget shows yesterday after midnight'",
            "attest --release 2026.12 --track android --build 40519 --device 'Pixel 8 / Android 15' --result passed",
            "attest --release 2026.12 --track android --build 40519 --device 'Galaxy A15 / Android 14' --result passed",
            "summary --release 2026.12 --track android --build 40519 summaries/android-again.md",
        ],
    ),
    scene(
        0,
        WATCHES,
        "watchOS: offered, too.",
        &["handoff offer --release 2026.12 --track watchos --build 514"],
    ),
    scene(
        0,
        QA,
        "watchOS is accepted, and iOS goes to the App Store with it.",
        &[
            "handoff accept --release 2026.12 --track watchos",
            "submission send --release 2026.12 --track ios --build 514",
        ],
    ),
];
