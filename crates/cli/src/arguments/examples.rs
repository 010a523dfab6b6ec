//! What the help of each command ends with: examples to copy.
//!
//! Invariant: a test reads every example as the command line would, so that none is wrong.

pub(super) const ALL: &str = "\
Begin with `seaworthy demo`, or in your own repository with `seaworthy init`.

Commands work on this machine's data, or on a server: SEAWORTHY_URL and SEAWORTHY_TOKEN name one, and
`seaworthy login` remembers one. With --json, an error is one JSON object on standard error.

Exit codes: 0 done or ready, 1 not ready, 2 unknown, 64 usage, 65 bad input, 70 failure.";

pub(super) const INIT: &str = "\
At a terminal it asks; with --yes, or elsewhere, it writes a file with comments worth reading.

Examples:
  seaworthy init
  seaworthy init --yes --name Tidewatch";

pub(super) const APPLY: &str = "\
Examples:
  seaworthy apply --dry-run
  seaworthy apply release/seaworthy.toml --reason 'smoke moved to nightly'";

pub(super) const INGEST: &str = "\
Within one ingest, a case that repeats is a case of its own unless the report marks it as a rerun. \
To report a rerun, ingest it after the first: what it says of a case replaces what was said before, \
and a case that passes after failing is flaky.

Examples:
  seaworthy ingest --release 2026.12 --track ios --build 514 --kind regression build/reports
  seaworthy ingest --release 2026.12 --track android --build 40518 --kind smoke 'app/**/TEST-*.xml'
  ./run-tests | seaworthy ingest --release 2026.12 --track ios --build 514 --kind smoke -";

pub(super) const IMPORT: &str = "\
CSV with whatever is between its cells, JSON, or Excel. What the columns hold is guessed by their names, shown before \
anything is recorded, and remembered for the next time. The same file again changes only what differs.

Examples:
  seaworthy import --release 2026.12 defects.xlsx
  seaworthy import --release 2026.12 --dry-run --map 'Kurztext=title' --value 'Status:In Arbeit=open' defects.csv
  seaworthy import --release 2026.12 --whole --yes --name jira.json export-of-today.json
  seaworthy import --release 2026.12 --as changes --partial changes.csv
  seaworthy import --release 2026.12 --as sign-offs signed.xlsx";

pub(super) const CHECK: &str = "\
Exits with 0 if ready, 1 if not ready, 2 if unknown.

Examples:
  seaworthy check --release 2026.12
  seaworthy check --release tidewatch/2026.12 --track ios --json
  seaworthy check --release 2026.12 --as-of 2026-12-03T13:05:00Z";

pub(super) const KNOW: &str = "\
Examples:
  seaworthy know --release 2026.12
  seaworthy know --release 2026.12 --track wearos --json";

pub(super) const CHANGES: &str = "\
Examples:
  seaworthy changes --release 2026.12 --since 2026-12-03T08:00:00Z
  seaworthy changes --release 2026.12 --since 118 --json";

pub(super) const FACTS: &str = "\
Examples:
  seaworthy facts --release 2026.12 --track ios";

pub(super) const ATTEST: &str = "\
Examples:
  seaworthy attest --release 2026.12 --track ios --build 514 --device 'iPhone 15 / iOS 18' --result passed
  seaworthy attest --release 2026.12 --track ios --build 514 --device 'iPhone SE / iOS 17' --result failed --notes 'the map stays grey'
  seaworthy attest --release 2026.12 --track ios --build 514 --device 'iPhone SE / iOS 17' --result passed --on-behalf-of 'Jo Lind' --source 'message in #release, 24 Nov 14:05' --attach message.png
  seaworthy attest --release 2026.12 --track ios --build 514 --device 'iPhone SE / iOS 17' --result failed --photo grey-map.jpg --photo log.png";

pub(super) const SUMMARY: &str = "\
Examples:
  seaworthy summary --release 2026.12 --track ios --build 514 summary.md
  ./summarize | seaworthy summary --release 2026.12 --track ios --build 514 -";

pub(super) const EVIDENCE_LIST: &str = "\
Examples:
  seaworthy evidence list --release 2026.12";

pub(super) const EVIDENCE_CASES: &str = "\
Examples:
  seaworthy evidence cases --release 2026.12 --outcome failed 118
  seaworthy evidence cases --release 2026.12 --find Checkout --json 118";

pub(super) const EVIDENCE_WITHDRAW: &str = "\
Examples:
  seaworthy evidence withdraw --release 2026.12 --reason 'ran on the wrong phone' 118";

pub(super) const HEAD: &str = "\
Examples:
  seaworthy journal head >> heads.txt";

pub(super) const VERIFY: &str = "\
Examples:
  seaworthy journal verify --with-blobs
  seaworthy journal verify --expect-head heads.txt";

pub(super) const EVENTS: &str = "\
Examples:
  seaworthy journal events --release 2026.12
  seaworthy journal events --after 118 --json";

pub(super) const SHOW: &str = "\
Examples:
  seaworthy journal show 118
  seaworthy journal show 118 --part header | sha256sum";

pub(super) const REDACT: &str = "\
Works on this machine's data alone.

Examples:
  seaworthy journal redact 118 --reason 'a customer was named in it'";

pub(super) const LOGIN: &str = "\
It prints an address and opens it. There you confirm, signed in as yourself, and choose what the token may do.
Where there is no browser, make a token on your account page and give it with --token-stdin.

Examples:
  seaworthy login https://seaworthy.example.com
  seaworthy login https://seaworthy.example.com --token-stdin < token.txt";

pub(super) const LOGOUT: &str = "\
Examples:
  seaworthy logout";

pub(super) const WHOAMI: &str = "\
Examples:
  seaworthy whoami
  seaworthy whoami --json";

pub(super) const PEOPLE_LIST: &str = "\
Examples:
  seaworthy people list";

pub(super) const PEOPLE_INVITE: &str = "\
Examples:
  seaworthy people invite ada@example.com --name 'Ada Marsh' --role coordinator --speaks-for qa";

pub(super) const PEOPLE_INVITATIONS: &str = "\
Examples:
  seaworthy people invitations";

pub(super) const PEOPLE_WITHDRAW: &str = "\
Examples:
  seaworthy people withdraw ada@example.com";

pub(super) const PEOPLE_ADD: &str = "\
Nobody can sign in as a machine: make it a token with `seaworthy token create --for`.

Examples:
  seaworthy people add-machine ci --name 'Continuous integration'";

pub(super) const PEOPLE_CHANGE: &str = "\
Examples:
  seaworthy people change ada@example.com --role admin
  seaworthy people change ada@example.com --speaks-for engineering";

pub(super) const PEOPLE_DISABLE: &str = "\
Sessions, tokens and links of theirs end at once; what they did stays on record.

Examples:
  seaworthy people disable ada@example.com";

pub(super) const PEOPLE_ENABLE: &str = "\
Examples:
  seaworthy people enable ada@example.com";

pub(super) const PEOPLE_OTHERS: &str = "\
Examples:
  seaworthy people others --json";

pub(super) const PEOPLE_ERASE: &str = "\
It cannot be undone. Backups of before still hold the name. Texts of others that name them are redacted one by one, with \
`seaworthy journal redact`.

Examples:
  seaworthy people erase ada@example.com --name 'Ada Winter'";

pub(super) const PEOPLE_RESET: &str = "\
Examples:
  seaworthy people reset-link ada@example.com";

pub(super) const TOKEN_LIST: &str = "\
Examples:
  seaworthy token list --for ci";

pub(super) const TOKEN_CREATE: &str = "\
It prints the token and nothing else, once.

Examples:
  seaworthy token create --for ci --name 'nightly of Android' --role contributor --days 90";

pub(super) const TOKEN_REVOKE: &str = "\
Examples:
  seaworthy token revoke --for ci 5f1c09a2b3d4e5f6";

pub(super) const SERVE: &str = "\
Until there is an admin, it prints a link that makes the first account.

Examples:
  seaworthy serve
  seaworthy serve --listen 127.0.0.1:0 --log-format json
  seaworthy serve --oidc-issuer https://id.example --oidc-client-id seaworthy --oidc-role release-admins=admin
  seaworthy serve --listen 0.0.0.0:443 --origin https://ship.example --tls-certificate ship.pem --tls-key ship.key
  seaworthy serve --listen 0.0.0.0:8420 --origin https://ship.example --behind 10.0.0.7

GET /healthz says whether the journal can be read, GET /metrics what happens, for Prometheus. \
RUST_LOG=server=debug logs each answer.";

pub(super) const BACKUP: &str = "\
Works on this machine's data alone.

Examples:
  seaworthy backup seaworthy.tar.zst";

pub(super) const RESTORE: &str = "\
Works on this machine's data alone.

Examples:
  seaworthy restore seaworthy.tar.zst --data restored";

pub(super) const DEMO: &str = "\
Examples:
  seaworthy demo
  seaworthy demo --once";

pub(super) const COMPLETIONS: &str = "\
Examples:
  seaworthy completions bash > /etc/bash_completion.d/seaworthy
  seaworthy completions zsh > ~/.zfunc/_seaworthy
  seaworthy completions fish > ~/.config/fish/completions/seaworthy.fish";

pub(super) const MAN: &str = "\
Examples:
  seaworthy man | man -l -
  seaworthy man /usr/local/share/man/man1";

pub(super) const ASK_DEVICE: &str = "\
Examples:
  seaworthy ask device --release 2026.12 --track ios --build 514 --device 'iPhone SE / iOS 17' --of 'Jo Lind' --until 2026-12-03T17:00:00Z
  seaworthy ask device --release 2026.12 --track ios --build 514 --device 'iPhone SE / iOS 17' --of 'Jo Lind' --address jo@example.org --until 2026-12-03T17:00:00Z --note 'an hour with the map'";

pub(super) const ASK_SUMMARY: &str = "\
Examples:
  seaworthy ask summary --release 2026.12 --track ios --build 514 --of 'Jo Lind' --until 2026-12-03T17:00:00Z";

pub(super) const ASK_LIST: &str = "\
Examples:
  seaworthy ask list --release 2026.12";

pub(super) const ASK_LINK: &str = "\
Examples:
  seaworthy ask link --release 2026.12 118";

pub(super) const ASK_WITHDRAW: &str = "\
Examples:
  seaworthy ask withdraw --release 2026.12 --reason 'somebody else did it' 118";

pub(super) const DEFECT_REPORT: &str = "\
What comes from a file is changed there, and imported again.

Examples:
  seaworthy defect report --release 2026.12 --severity high --track ios --area Sync --found-in ios:514 'Route of the last run shown after sync'
  seaworthy defect report --release 2026.12 --key D-7 --state resolved --fixed-in ios:515 --reason 'merged today' 'Route of the last run shown after sync'";

pub(super) const DEFECT_LIST: &str = "\
Examples:
  seaworthy defect list --release 2026.12 --severity critical
  seaworthy defect list --release 2026.12 --untranslated
  seaworthy defect list --release 2026.12 --unchecked --track wearos --json";

pub(super) const DEFECT_SHOW: &str = "\
Examples:
  seaworthy defect show --release 2026.12 TW-2304";

pub(super) const DEFECT_IMPACT: &str = "\
Examples:
  seaworthy defect impact --release 2026.12 TW-2304 --experience 'runners see their last route instead of the new one' --reach some --often sometimes --frequency '4 of 212 syncs in the beta' --circumstances 'after a run without a phone nearby' --workaround 'opening the app on the phone once'";

pub(super) const DEFECT_EXPOSE: &str = "\
Examples:
  seaworthy defect expose --release 2026.12 TW-2304 --track wearos --answer not-affected --note 'ten syncs on 90217'
  seaworthy defect expose --release 2026.12 TW-2304 --track wearos --answer affected --on-behalf-of 'Jo Lind' --source 'phone call'";

pub(super) const DEFECT_DEFER: &str = "\
Examples:
  seaworthy defect defer --release 2026.12 TW-2304 --to 4.3.0 --reason 'rare, and the workaround is in the help'
  seaworthy defect defer --release 2026.12 TW-2304 --back --reason 'more users meet it than we thought'";

pub(super) const DEFECT_WITHDRAW: &str = "\
It stays on record and no longer counts, whatever a file brings.

Examples:
  seaworthy defect withdraw --release 2026.12 TW-2304 --reason 'of another app'
  seaworthy defect withdraw --release 2026.12 TW-2304 --back --reason 'it is ours after all'";

pub(super) const CHANGE_ADD: &str = "\
`seaworthy changes` tells what changed of a release; this adds what the release changes.

Examples:
  seaworthy change add --release 2026.12 --key TW-2117 --priority p1 --area Sync --track ios 'Routes sync without a phone'";

pub(super) const CHANGE_LIST: &str = "\
Examples:
  seaworthy change list --release 2026.12 --undone
  seaworthy change list --release 2026.12 --taken-out --json";

pub(super) const CHANGE_DONE: &str = "\
Engineering, qa and product each say so: merged and reviewed, tested, acceptance met.

Examples:
  seaworthy change done --release 2026.12 TW-2117 --for engineering --notes 'merged and reviewed'
  seaworthy change done --release 2026.12 TW-2117 --for product --on-behalf-of 'Jo Lind' --source 'message in #release, 24 Nov 14:05'";

pub(super) const CHANGE_UNDONE: &str = "\
Examples:
  seaworthy change undone --release 2026.12 TW-2117 --for qa --notes 'flight mode was never tried'";

pub(super) const CHANGE_TAKE_OUT: &str = "\
Examples:
  seaworthy change take-out --release 2026.12 TW-2117 --reason 'not in time'";

pub(super) const CHANGE_PUT_BACK: &str = "\
Examples:
  seaworthy change put-back --release 2026.12 TW-2117 --reason 'in time after all'";

pub(super) const RISK_NOTE: &str = "\
Examples:
  seaworthy risk note --release 2026.12 --likelihood possible --effect 'runners would see no routes until they update the watch' --mitigation 'the old sync stays behind a flag' --owner 'Jo Lind' --track wearos 'The new sync meets old firmware'";

pub(super) const RISK_LIST: &str = "\
Examples:
  seaworthy risk list --release 2026.12
  seaworthy risk list --release 2026.12 --closed --json";

pub(super) const RISK_REVISE: &str = "\
Examples:
  seaworthy risk revise --release 2026.12 --risk 118 --likelihood unlikely --effect 'runners would see no routes until they update the watch' --mitigation 'the old sync stays behind a flag' --owner 'Jo Lind' 'The new sync meets old firmware'";

pub(super) const RISK_CLOSE: &str = "\
Examples:
  seaworthy risk close --release 2026.12 --outcome 'nobody has the old firmware any more' 118
  seaworthy risk close --release 2026.12 --happened --outcome 'the flag was switched back within the hour' 118";

pub(super) const TIMELINE: &str = "\
Examples:
  seaworthy timeline --release 2026.12
  seaworthy timeline --release 2026.12 --track ios --json";

pub(super) const TARGET_SET: &str = "\
Examples:
  seaworthy target set --release 2026.12 --track ios 2026-12-14
  seaworthy target set --release 2026.12 --track ios --reason 'the new sync needs two more days' 2026-12-16";

pub(super) const MILESTONE_PLAN: &str = "\
Examples:
  seaworthy milestone plan --release 2026.12 --track ios --on 2026-12-08 --reason 'QA is away on Monday' handoff
  seaworthy milestone plan --release 2026.12 --track ios --as-template --reason 'QA is back' handoff";

pub(super) const MILESTONE_REACH: &str = "\
Examples:
  seaworthy milestone reach --release 2026.12 --track ios code-freeze
  seaworthy milestone reach --release 2026.12 --track ios --on 2026-12-04 --note 'all of it on 514' regression-complete";

pub(super) const MILESTONE_WITHDRAW: &str = "\
Examples:
  seaworthy milestone withdraw --release 2026.12 --track ios --reason 'it was returned' handoff";

pub(super) const MILESTONE_DROP: &str = "\
Examples:
  seaworthy milestone drop --release 2026.12 --track web --reason 'nobody reviews the web' approval";

pub(super) const MILESTONE_ADD: &str = "\
Examples:
  seaworthy milestone add --release 2026.12 --track ios --name 'Press kit ready' --on 2026-12-09 press-kit";

pub(super) const CALENDAR_SHOW: &str = "\
Examples:
  seaworthy calendar show
  seaworthy calendar show --product tidewatch --json";

pub(super) const CALENDAR_IMPORT: &str = "\
Whole days count, once or every year; what is not understood is named. Applying the product's file leaves them alone.

Examples:
  seaworthy calendar import --dry-run germany.ics
  seaworthy calendar import --product tidewatch --from 2026 --to 2027 germany.ics";

pub(super) const CALENDAR_REMOVE: &str = "\
Examples:
  seaworthy calendar remove --reason 'we work until noon' 2026-12-24";
pub(super) const OUTBOX_LIST: &str = "\
Mails go out where `seaworthy serve` is told of a mail server; without one, messages wait.

Examples:
  seaworthy outbox list
  seaworthy outbox list --state dead --json";

pub(super) const OUTBOX_RETRY: &str = "\
Examples:
  seaworthy outbox retry 4f1a09c2b3d4e5f60718293a4b5c6d7e";

pub(super) const OUTBOX_DROP: &str = "\
Examples:
  seaworthy outbox drop --reason 'Sam was told by phone' 4f1a09c2b3d4e5f60718293a4b5c6d7e";
pub(super) const BLOCKER_LIST: &str = "\
Examples:
  seaworthy blocker list --release 2026.12
  seaworthy blocker list --release 2026.12 --turn owner --track ios
  seaworthy blocker list --release 2026.12 --state open --json";

pub(super) const BLOCKER_SHOW: &str = "\
Examples:
  seaworthy blocker show --release 2026.12 3
  seaworthy blocker show --release 2026.12 3 --json";

pub(super) const BLOCKER_PROPOSE: &str = "\
Examples:
  seaworthy blocker propose --release 2026.12 --track wearos --criterion smoke-passed --defect TW-2304 'Routes do not sync to the watch on build 514'
  seaworthy blocker propose --release 2026.12 --track ios --track watchos --milestone submission --owner 'Jo Lind' --function marketing --url https://git.example/tidewatch/pull/4411 'The screenshots of the new watch face are missing'";

pub(super) const BLOCKER_ACCEPT: &str = "\
Examples:
  seaworthy blocker accept --release 2026.12 3 --owner 'Jo Lind' --function engineering
  seaworthy blocker accept --release 2026.12 3 --ask 'Sam Petrov'";

pub(super) const BLOCKER_REJECT: &str = "\
Examples:
  seaworthy blocker reject --release 2026.12 3 --reason 'it happens on one phone that nobody sells any more'";

pub(super) const BLOCKER_OWN: &str = "\
Examples:
  seaworthy blocker own --release 2026.12 3 --function engineering
  seaworthy blocker own --release 2026.12 3 --owner 'Jo Lind' --function qa --reason 'Ada is away until Monday'";

pub(super) const BLOCKER_STATUS: &str = "\
Examples:
  seaworthy blocker status --release 2026.12 3 --next 2026-12-03T17:00:00Z 'Jo runs build 515 on three watches; it syncs, or the change is reverted'
  seaworthy blocker status --release 2026.12 3 --next 2026-12-03T17:00:00Z --on-behalf-of 'Jo Lind' --source 'phone call' 'the fix is in review'";

pub(super) const BLOCKER_NOTE: &str = "\
Examples:
  seaworthy blocker note --release 2026.12 3 'seen in the beta as well'";

pub(super) const BLOCKER_RESOLVE: &str = "\
Examples:
  seaworthy blocker resolve --release 2026.12 3 --track wearos --build 515 --evidence 118 'routes arrived on three watches'
  seaworthy blocker resolve --release 2026.12 3 --url https://git.example/tidewatch/pull/4411 'the change is reverted'";

pub(super) const BLOCKER_WAIVE: &str = "\
Examples:
  seaworthy blocker waive --release 2026.12 3 --for product --reason 'it was so in 4.1 too' --users 'runners with an old watch see the last route until they open the app'";

pub(super) const BLOCKER_DEFER: &str = "\
Examples:
  seaworthy blocker defer --release 2026.12 3 --to 2027.01 --reason 'the old backend serves 4.2 as well'
  seaworthy blocker defer --release 2026.12 3 --until 2026-12-07T09:00:00Z --reason 'the store answers on Monday'";

pub(super) const BLOCKER_WITHDRAW: &str = "\
Examples:
  seaworthy blocker withdraw --release 2026.12 3 --reason 'of another app'";

pub(super) const BLOCKER_REOPEN: &str = "\
Examples:
  seaworthy blocker reopen --release 2026.12 3 --reason 'it is back on an old phone'";

pub(super) const BLOCKER_MERGE: &str = "\
Examples:
  seaworthy blocker merge --release 2026.12 4 --into 3";

pub(super) const BLOCKER_LINK: &str = "\
Examples:
  seaworthy blocker link --release 2026.12 3 --defect TW-2304
  seaworthy blocker link --release 2026.12 3 --url https://git.example/tidewatch/pull/4411";

pub(super) const BLOCKER_UNLINK: &str = "\
Examples:
  seaworthy blocker unlink --release 2026.12 3 --defect TW-2304";

pub(super) const LIST_WHOLE: &str = "\
Until somebody says so, or a file brings all there is, a criterion that asks whether a list is empty has no answer.
`seaworthy evidence withdraw` takes it back.

Examples:
  seaworthy list whole --release 2026.12 --note 'gone through the tracker, fix version 4.2.0' defects";

pub(super) const EVIDENCE_CARRY: &str = "\
To undo it, withdraw the number that it answers.

Examples:
  seaworthy evidence carry --release 2026.12 --track ios --reason 'only a translation changed' 118";

pub(super) const EVIDENCE_CORRECT: &str = "\
Examples:
  seaworthy evidence correct --release 2026.12 --track ios --build 514 --reason 'the job named the build before' 118";

pub(super) const CANDIDATE_NOMINATE: &str = "\
What follows is told first: what becomes stale, which waivers lapse, what counts again. At a terminal you are asked; a script \
says --yes. If anything happens in between, nothing is nominated.

Examples:
  seaworthy candidate nominate --release 2026.12 --track ios --build 515 --reason '514 crashes on start' --dry-run
  seaworthy candidate nominate --release 2026.12 --track ios --build 515 --commit 1d2e3f4 --reason '514 crashes on start' --yes";

pub(super) const CANDIDATE_SHOW: &str = "\
Examples:
  seaworthy candidate show --release 2026.12 --track ios";

pub(super) const WAIVER_REQUEST: &str = "\
It counts once somebody else, who speaks for a function that may accept it, approves it.

Examples:
  seaworthy waiver request --release 2026.12 --track wearos --criterion smoke-passed --build 514 --reason 'the one failure is the rig' --mitigation 'support has the workaround' --expires 2026-12-12T17:00:00Z
  seaworthy waiver request --release 2026.12 --track wearos --defect TW-2304 --whole-release --reason 'rare, and no data is lost' --mitigation 'fixed in 4.2.1' --expires 2026-12-12T17:00:00Z";

pub(super) const WAIVER_LIST: &str = "\
Examples:
  seaworthy waiver list --release 2026.12";

pub(super) const WAIVER_APPROVE: &str = "\
Examples:
  seaworthy waiver approve --release 2026.12 --function product --note 'until 4.2.1' 118
  seaworthy waiver approve --release 2026.12 --function product --on-behalf-of 'Jo Lind' --source 'phone call' 118";

pub(super) const WAIVER_REFUSE: &str = "\
Examples:
  seaworthy waiver refuse --release 2026.12 --reason 'too many users would meet it' 118";

pub(super) const WAIVER_REVOKE: &str = "\
Examples:
  seaworthy waiver revoke --release 2026.12 --reason 'it is mended in 515' 118";

pub(super) const SIGNOFF: &str = "\
Examples:
  seaworthy signoff --release 2026.12 --track ios --build 514 --function qa --notes 'regression and devices complete'
  seaworthy signoff --release 2026.12 --track ios --build 514 --function operations --on-behalf-of 'Olu Ade' --source 'message in #ops, 24 Nov 14:05'";

pub(super) const ASSESS: &str = "\
Examples:
  seaworthy assess --release 2026.12 --track ios --build 514 --recommendation go-with-waivers --confidence 80 --reasons 'everything ran but one watch, which few users have'";

pub(super) const DEFINITION_SHOW: &str = "\
Examples:
  seaworthy definition show --release 2026.12
  seaworthy definition show --release 2026.12 --version 1 --verbose";

pub(super) const DEFINITION_HISTORY: &str = "\
Examples:
  seaworthy definition history --release 2026.12";

pub(super) const DEFINITION_DIFF: &str = "\
Examples:
  seaworthy definition diff --release 2026.12
  seaworthy definition diff --release 2026.12 --from 1 --to draft";

pub(super) const DEFINITION_DRAFT: &str = "\
It takes the place of a draft that waits; what was agreed to that one no longer counts.

Examples:
  seaworthy definition draft --release 2026.12 --from template
  seaworthy definition draft --release 2026.12 --from ruling --without plan-coverage --use flaky-rate --reason 'the beta taught us'
  seaworthy definition draft --release 2026.12 --criteria criteria.json --reason 'one list for all'";

pub(super) const DEFINITION_AGREE: &str = "\
An agreement is to one draft, by its number: after another draft it does not count.

Examples:
  seaworthy definition agree --release 2026.12 --function qa 118
  seaworthy definition agree --release 2026.12 --function product --on-behalf-of 'Jo Lind' --source 'message in #release, 24 Nov 14:05' 118";

pub(super) const DEFINITION_DROP: &str = "\
Examples:
  seaworthy definition drop --release 2026.12 --reason 'not in this release' 118";

pub(super) const CRITERION_TRY: &str = "\
Examples:
  seaworthy criterion try --release 2026.12 --use flaky-rate --with max=0.01
  seaworthy criterion try --release 2026.12 --track ios --holds 'runs.smoke.failed == 0'
  seaworthy criterion try --release 2026.12 --offenders 'runs.regression.not_run' --json";

pub(super) const CRITERION_PRESETS: &str = "\
Examples:
  seaworthy criterion presets";

pub(super) const SHIPPING: &str = "\
Examples:
  seaworthy shipping --release 2026.12
  seaworthy shipping --release 2026.12 --track ios --json";

pub(super) const HANDOFF_OFFER: &str = "\
Examples:
  seaworthy handoff offer --release 2026.12 --track ios --build 514 --done 'The build that was tested is uploaded' --open 'Release notes: German follows tonight'";

pub(super) const HANDOFF_ACCEPT: &str = "\
Examples:
  seaworthy handoff accept --release 2026.12 --track ios
  seaworthy handoff accept --release 2026.12 --track ios --on-behalf-of 'Olu Ade' --source 'message in #ops, 24 Nov 14:05'";

pub(super) const HANDOFF_RETURN: &str = "\
Examples:
  seaworthy handoff return --release 2026.12 --track ios --reason 'the release notes are of 4.1'";

pub(super) const HANDOFF_TAKE_BACK: &str = "\
Examples:
  seaworthy handoff take-back --release 2026.12 --track ios --reason 'a crash came up'";

pub(super) const SUBMISSION_SEND: &str = "\
Examples:
  seaworthy submission send --release 2026.12 --track ios --build 514
  seaworthy submission send --release 2026.12 --track android --build 514 --at 2026-12-03T13:05:00Z";

pub(super) const SUBMISSION_SAYS: &str = "\
Examples:
  seaworthy submission says --release 2026.12 --track ios --word IN_REVIEW
  seaworthy submission says --release 2026.12 --track ios --word REJECTED --reason '2.1: it crashed on an iPad'";

pub(super) const SUBMISSION_ROLLOUT: &str = "\
Examples:
  seaworthy submission rollout --release 2026.12 --track android --word inProgress --percent 5
  seaworthy submission rollout --release 2026.12 --track ios --word PAUSED --reason 'login fails on iOS 16'";

pub(super) const SUBMISSION_EXPEDITE: &str = "\
Examples:
  seaworthy submission expedite --release 2026.12 --track ios --reason 'it mends a crash that every user meets'
  seaworthy submission expedite --release 2026.12 --track ios --granted";

pub(super) const SUBMISSION_REWORK: &str = "\
Examples:
  seaworthy submission rework --release 2026.12 --track ios --plan 'Jo mends the crash by noon' --new-build";

pub(super) const TRACK_HOLD: &str = "\
Examples:
  seaworthy track hold --release 2026.12 --track wearos --reason 'tiles crash; it goes on when 515 has it mended'";

pub(super) const TRACK_RESUME: &str = "\
Examples:
  seaworthy track resume --release 2026.12 --track wearos --reason '515 has it mended'";

pub(super) const TRACK_WITHDRAW: &str = "\
Examples:
  seaworthy track withdraw --release 2026.12 --track wearos --reason 'it goes with 4.3.0'";

pub(super) const TRACK_RESTORE: &str = "\
Examples:
  seaworthy track restore --release 2026.12 --track wearos --reason 'it is ready after all'";

pub(super) const TRACK_STABLE: &str = "\
Examples:
  seaworthy track stable --release 2026.12 --track android --reason '99.8 % without a crash, for a week'";

pub(super) const TRACK_UNSETTLE: &str = "\
Examples:
  seaworthy track unsettle --release 2026.12 --track android --reason 'a crash on Android 16'";
