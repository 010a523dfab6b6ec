//! The outbox: written with its causes or not at all, told once, and never lost without a trace.

use domain::envelope::{ActorId, Position};
use domain::time::Time;
use journal::{
    Append, AppendError, Journal, Mail, Message, NewMail, NewMessage, OutboxCount, OutboxPage, Person,
};

use crate::place::{append, at, contract, decision, fact};

pub(crate) async fn person(journal: &Journal, id: &str) -> ActorId {
    let id = ActorId::new(id);
    let address = Some(format!("{id}@example.org"));
    let person = Person {
        id: id.clone(),
        login: None,
        name: Some(id.to_string()),
        address,
        created_at: at(1),
        erased_at: None,
    };
    journal.person_put(&person).await.unwrap();
    id
}

fn message(event: usize, person: &str, tells: &str, not_before: i64) -> NewMessage {
    let urgency = if tells.starts_with("now") { "at_once" } else { "digest" };
    NewMessage {
        event,
        person: ActorId::new(person),
        kind: "ask".to_owned(),
        urgency: urgency.to_owned(),
        payload: format!("{{\"tells\":\"{tells}\"}}"),
        not_before: at(not_before),
    }
}

fn telling(append: Append, outbox: Vec<NewMessage>) -> Append {
    Append { outbox, ..append }
}

/// Records one fact that tells a person of as many things as are named.
pub(crate) async fn tell(journal: &Journal, key: &str, person: &str, tells: &[&str]) -> Vec<Message> {
    let outbox = tells.iter().map(|tells| message(0, person, tells, 10)).collect();
    journal.append(telling(append(5, vec![fact("release/a", key, "{}")]), outbox)).await.unwrap();
    let mut due = journal.outbox_due(at(1000), 100).await.unwrap();
    due.sort_by(|one, other| one.payload.cmp(&other.payload));
    due
}

fn mail(id: &str, person: &str, slot: Option<&str>, messages: &[Message]) -> NewMail {
    NewMail {
        id: id.to_owned(),
        person: ActorId::new(person),
        slot: slot.map(str::to_owned),
        messages: messages.iter().map(|message| message.id.clone()).collect(),
    }
}

async fn all(journal: &Journal) -> Vec<Message> {
    journal.outbox_page(&OutboxPage { limit: 1000, ..OutboxPage::default() }).await.unwrap()
}

async fn states(journal: &Journal) -> Vec<String> {
    let mut states: Vec<_> = all(journal).await.into_iter().map(|message| message.state).collect();
    states.sort();
    states
}

async fn take(journal: &Journal, id: &str, slot: Option<&str>, now: i64) -> Option<Mail> {
    journal.mail_take(id, slot, at(now), at(now + 50)).await.unwrap()
}

contract! {
    async fn a_message_is_there_with_its_cause_and_not_without(place) {
        let journal = place.open().await;
        person(&journal, "ada").await;
        let parts = vec![decision("release/a", 0, &["{}", "{}"]), decision("release/b", 0, &["{}"])];
        let outbox = vec![message(1, "ada", "one", 10), message(2, "ada", "other", 20), message(2, "nobody", "x", 20)];
        journal.append(telling(append(5, parts), outbox)).await.unwrap();
        let mut found = all(&journal).await;
        found.sort_by_key(|message| message.cause);
        let told: Vec<_> = found.iter().map(|m| (m.cause.0, m.stream.as_str(), m.created_at, m.not_before)).collect();
        assert_eq!(told, [(2, "release/a", at(5), at(10)), (3, "release/b", at(5), at(20))]);
        assert_eq!((found[0].state.as_str(), &found[0].mail), ("waiting", &None));
        assert_eq!(journal.outbox_get(&found[0].id).await.unwrap().as_ref(), Some(&found[0]));

        // Somebody was faster: neither the event nor what it would tell is there.
        let late = telling(append(6, vec![decision("release/a", 1, &["{}"])]), vec![message(0, "ada", "late", 10)]);
        assert!(matches!(journal.append(late).await, Err(AppendError::Conflict { .. })));
        let astray = telling(append(6, vec![decision("release/a", 2, &["{}"])]), vec![message(1, "ada", "x", 10)]);
        assert!(matches!(journal.append(astray).await, Err(AppendError::Invalid(_))));
        assert_eq!(all(&journal).await.len(), 2);
        assert_eq!(journal.head().await.unwrap().unwrap().position, Position(3));
    }

    async fn of_appends_that_are_committed_together_each_tells_its_own(place) {
        let journal = place.open().await;
        for name in ["ada", "ben"] {
            person(&journal, name).await;
        }
        // Of ten decisions on the same version one holds; facts go on beside them.
        let tasks = (0..20).map(|n| {
            let journal = journal.clone();
            tokio::spawn(async move {
                let part = if n % 2 == 0 { decision("release/a", 0, &["{}"]) } else { fact("release/b", &format!("{n}"), "{}") };
                let whom = if n % 2 == 0 { "ada" } else { "ben" };
                journal.append(telling(append(5, vec![part]), vec![message(0, whom, &format!("{n}"), 10)])).await.is_ok()
            })
        });
        let outcomes = futures::future::join_all(tasks).await;
        let recorded = outcomes.into_iter().filter(|outcome| *outcome.as_ref().unwrap()).count();
        assert_eq!(recorded, 11);
        let found = all(&journal).await;
        let of = |name: &str| found.iter().filter(|message| message.person.as_str() == name).count();
        assert_eq!((of("ada"), of("ben")), (1, 10));
        for message in &found {
            let cause = journal.raw(message.cause).await.unwrap();
            assert!(cause.is_some(), "a message without its cause");
        }
    }

    async fn a_fact_that_comes_again_tells_nobody_again(place) {
        let journal = place.open().await;
        person(&journal, "ada").await;
        let send = || telling(append(5, vec![fact("release/a", "k", "{}")]), vec![message(0, "ada", "one", 10), message(0, "ada", "one", 10)]);
        assert!(journal.append(send()).await.unwrap().fresh);
        assert!(!journal.append(send()).await.unwrap().fresh);
        assert_eq!(all(&journal).await.len(), 1, "the same of the same cause is one");
    }

    async fn what_is_due_is_due_by_its_time(place) {
        let journal = place.open().await;
        person(&journal, "ada").await;
        let outbox = [30, 10, 20].map(|due| message(0, "ada", &format!("{due}"), due)).to_vec();
        journal.append(telling(append(5, vec![fact("release/a", "k", "{}")]), outbox)).await.unwrap();
        for (now, expect) in [(9, vec![]), (10, vec![10]), (25, vec![10, 20]), (30, vec![10, 20, 30])] {
            let due = journal.outbox_due(at(now), 100).await.unwrap();
            let due: Vec<Time> = due.into_iter().map(|message| message.not_before).collect();
            assert_eq!(due, expect.into_iter().map(at).collect::<Vec<_>>(), "at {now}");
        }
        assert_eq!(journal.outbox_due(at(30), 1).await.unwrap().len(), 1);
    }

    async fn a_person_has_one_digest_for_a_half_day(place) {
        let journal = place.open().await;
        person(&journal, "ada").await;
        person(&journal, "ben").await;
        let first = tell(&journal, "1", "ada", &["one", "other"]).await;
        assert!(journal.mail_open(&mail("m1", "ada", Some("d1/am"), &first), at(20)).await.unwrap());
        assert!(journal.outbox_due(at(1000), 10).await.unwrap().is_empty(), "what is in a mail waits for no other");
        let second = tell(&journal, "2", "ada", &["third"]).await;
        assert!(!journal.mail_open(&mail("m2", "ada", Some("d1/pm"), &second), at(20)).await.unwrap(), "one is on its way");
        assert!(!journal.mail_open(&mail("m2", "ben", Some("d1/pm"), &second), at(20)).await.unwrap(), "it is not for ben");
        // It could not be sent in the morning, and counts for the afternoon then.
        assert!(take(&journal, "m1", Some("d1/am"), 20).await.is_some());
        assert!(take(&journal, "m1", Some("d1/am"), 30).await.is_none(), "somebody has it");
        let taken = take(&journal, "m1", Some("d1/pm"), 70).await.unwrap();
        assert_eq!((taken.slot.as_deref(), taken.attempts), (Some("d1/pm"), 2));
        assert_eq!(journal.outbox_of_mail("m1").await.unwrap().len(), 2);
        journal.mail_sent("m1", at(71)).await.unwrap();
        assert_eq!(states(&journal).await, ["sent", "sent", "waiting"]);
        assert!(!journal.mail_open(&mail("m2", "ada", Some("d1/pm"), &second), at(80)).await.unwrap(), "the afternoon has had its digest");
        assert!(journal.mail_open(&mail("m2", "ada", Some("d2/am"), &second), at(90)).await.unwrap());
        assert!(take(&journal, "m2", Some("d1/pm"), 90).await.is_none(), "nor may another move into it");
        assert!(take(&journal, "m2", Some("d2/am"), 90).await.is_some());
        // What goes at once counts for no half-day.
        let at_once = tell(&journal, "3", "ada", &["now 1", "now 2"]).await;
        for (index, message) in at_once.iter().enumerate() {
            let name = format!("n{index}");
            assert!(journal.mail_open(&mail(&name, "ada", None, std::slice::from_ref(message)), at(91)).await.unwrap());
            assert!(take(&journal, &name, None, 91).await.is_some());
        }
    }

    async fn of_many_servers_one_opens_and_one_takes(place) {
        let (one, other) = (place.open().await, place.open().await);
        person(&one, "ada").await;
        let due = tell(&one, "1", "ada", &["one"]).await;
        let names: Vec<String> = (0..12).map(|server| format!("m{server}")).collect();
        let digests: Vec<NewMail> = names.iter().map(|name| mail(name, "ada", Some("d1/am"), &due)).collect();
        let opens = digests.iter().enumerate().map(|(index, new)| {
            let journal = if index % 2 == 0 { &one } else { &other };
            journal.mail_open(new, at(20))
        });
        let opened = futures::future::join_all(opens).await.into_iter().filter(|opened| *opened.as_ref().unwrap()).count();
        assert_eq!(opened, 1);
        let name = one.mail_due(at(20), 10).await.unwrap().remove(0).id;
        let takes = (0..12).map(|server| {
            let journal = if server % 2 == 0 { &one } else { &other };
            journal.mail_take(&name, Some("d1/am"), at(20), at(70))
        });
        let taken = futures::future::join_all(takes).await.into_iter().filter(|taken| taken.as_ref().unwrap().is_some()).count();
        assert_eq!(taken, 1);
        one.close().await;
        other.close().await;
    }

    async fn what_failed_is_tried_again_until_it_is_dead_and_is_brought_back_by_hand(place) {
        let journal = place.open().await;
        let ada = person(&journal, "ada").await;
        let due = tell(&journal, "1", "ada", &["now", "one", "other"]).await;
        assert!(journal.mail_open(&mail("m1", "ada", Some("d1/am"), &due[1..]), at(20)).await.unwrap());
        assert!(journal.mail_open(&mail("n1", "ada", None, &due[..1]), at(20)).await.unwrap());
        for name in ["m1", "n1"] {
            let slot = (name == "m1").then_some("d1/am");
            assert!(take(&journal, name, slot, 20).await.is_some());
            journal.mail_failed(name, "it was busy", Some(at(100)), at(21)).await.unwrap();
            assert!(take(&journal, name, slot, 99).await.is_none(), "its time has not come");
            assert!(take(&journal, name, slot, 100).await.is_some());
            journal.mail_failed(name, "there is no such address", None, at(101)).await.unwrap();
            assert!(take(&journal, name, slot, 900).await.is_none(), "it is dead");
        }
        assert_eq!(states(&journal).await, ["dead", "dead", "dead"]);
        let dead = journal.mail_get("n1").await.unwrap().unwrap();
        assert_eq!((dead.state.as_str(), dead.attempts, dead.error.as_deref()), ("dead", 2, Some("there is no such address")));
        // What goes alone keeps its name; what was in a digest joins the next.
        for message in &due[..2] {
            assert!(journal.outbox_retry(&message.id, &ada, at(200)).await.unwrap());
            assert!(!journal.outbox_retry(&message.id, &ada, at(200)).await.unwrap(), "it waits already");
        }
        let open: Vec<_> = journal.mail_due(at(200), 10).await.unwrap().into_iter().map(|mail| (mail.id, mail.attempts)).collect();
        assert_eq!(open, [("n1".to_owned(), 0)]);
        let waiting = journal.outbox_due(at(200), 10).await.unwrap();
        assert_eq!(waiting.iter().map(|message| &message.id).collect::<Vec<_>>(), [&due[1].id]);
        assert!(journal.mail_open(&mail("m2", "ada", Some("d2/am"), &waiting), at(200)).await.unwrap());
        assert_eq!(states(&journal).await, ["dead", "waiting", "waiting"]);
        journal.mail_sent("n1", at(210)).await.unwrap();
        assert!(!journal.outbox_retry(&due[0].id, &ada, at(220)).await.unwrap(), "it was sent");
        assert!(!journal.outbox_drop(&due[0].id, Some(&ada), "x", at(220)).await.unwrap(), "it was sent");
    }

    async fn what_is_dropped_says_why_and_takes_an_empty_mail_along(place) {
        let journal = place.open().await;
        let ada = person(&journal, "ada").await;
        let due = tell(&journal, "1", "ada", &["one", "other"]).await;
        assert!(journal.mail_open(&mail("m1", "ada", Some("d1/am"), &due), at(20)).await.unwrap());
        assert!(journal.outbox_drop(&due[0].id, Some(&ada), "they left", at(30)).await.unwrap());
        assert!(!journal.outbox_drop(&due[0].id, Some(&ada), "again", at(31)).await.unwrap());
        let dropped = journal.outbox_get(&due[0].id).await.unwrap().unwrap();
        assert_eq!((dropped.state.as_str(), dropped.reason.as_deref(), dropped.decided_by), ("dropped", Some("they left"), Some(ada.clone())));
        assert_eq!(journal.mail_get("m1").await.unwrap().unwrap().state, "open");
        assert!(journal.outbox_drop(&due[1].id, None, "nobody asks any more", at(32)).await.unwrap());
        assert_eq!(journal.mail_get("m1").await.unwrap().unwrap().state, "dropped");
        // It was never tried, so that the half-day is free.
        let next = tell(&journal, "2", "ada", &["third"]).await;
        assert!(journal.mail_open(&mail("m2", "ada", Some("d1/am"), &next), at(40)).await.unwrap());
        assert!(journal.outbox_retry(&due[0].id, &ada, at(50)).await.unwrap());
        let again = journal.outbox_get(&due[0].id).await.unwrap().unwrap();
        assert_eq!((again.state.as_str(), again.mail, again.reason), ("waiting", None, None));
    }

    async fn what_an_erased_person_would_be_told_is_dropped_for_all_to_see(place) {
        let journal = place.open().await;
        let ada = person(&journal, "ada").await;
        let due = tell(&journal, "1", "ada", &["now", "one"]).await;
        assert!(journal.mail_open(&mail("n1", "ada", None, &due[..1]), at(20)).await.unwrap());
        assert!(journal.zone_put(&ada, "Europe/Helsinki").await.unwrap());
        assert_eq!(journal.zone_get(&ada).await.unwrap().as_deref(), Some("Europe/Helsinki"));
        journal.person_erase(&ada, at(30)).await.unwrap();
        assert_eq!(states(&journal).await, ["dropped", "dropped"]);
        for message in all(&journal).await {
            assert_eq!(message.reason.as_deref(), Some("whom it was for has been erased"));
            assert!(!journal.outbox_retry(&message.id, &ada, at(31)).await.unwrap());
        }
        assert_eq!(take(&journal, "n1", None, 40).await, None);
        assert_eq!(journal.zones().await.unwrap().len(), 0);
        assert!(!journal.zone_put(&ada, "UTC").await.unwrap());
        // What happens from now on is recorded, and told to nobody who is gone.
        assert_eq!(tell(&journal, "2", "ada", &["late"]).await, []);
        assert_eq!(journal.head().await.unwrap().unwrap().position, Position(2));
    }

    async fn the_list_is_read_in_pages_and_counted(place) {
        let journal = place.open().await;
        person(&journal, "ada").await;
        for n in 0..5 {
            let part = fact("release/a", &format!("{n}"), "{}");
            let outbox = vec![message(0, "ada", "one", 10), message(0, "ada", "other", 10)];
            journal.append(telling(append(n, vec![part]), outbox)).await.unwrap();
        }
        let (mut seen, mut before) = (Vec::new(), None);
        loop {
            let page = OutboxPage { state: Some("waiting".to_owned()), before: before.take(), limit: 3 };
            let page = journal.outbox_page(&page).await.unwrap();
            let Some(last) = page.last() else { break };
            before = Some((last.created_at, last.id.clone()));
            seen.extend(page.into_iter().map(|message| (message.created_at, message.id)));
        }
        assert_eq!(seen.len(), 10);
        assert!(seen.is_sorted_by(|one, other| one > other));
        journal.outbox_drop(&seen[0].1, None, "x", at(20)).await.unwrap();
        assert_eq!(journal.outbox_count().await.unwrap(), OutboxCount { waiting: 9, dropped: 1, ..OutboxCount::default() });
        let dead = OutboxPage { state: Some("dead".to_owned()), before: None, limit: 3 };
        assert_eq!(journal.outbox_page(&dead).await.unwrap(), []);
    }

    async fn what_ended_long_ago_is_swept_and_what_is_stuck_stays(place) {
        let journal = place.open().await;
        person(&journal, "ada").await;
        let due = tell(&journal, "1", "ada", &["now 1", "now 2", "now 3", "one"]).await;
        for (index, name) in ["n1", "n2"].into_iter().enumerate() {
            assert!(journal.mail_open(&mail(name, "ada", None, &due[index..=index]), at(20)).await.unwrap());
        }
        journal.mail_sent("n1", at(30)).await.unwrap();
        journal.mail_failed("n2", "x", None, at(30)).await.unwrap();
        journal.outbox_drop(&due[2].id, None, "x", at(30)).await.unwrap();
        assert_eq!(journal.outbox_expire(at(29)).await.unwrap(), 0);
        assert_eq!(journal.outbox_expire(at(30)).await.unwrap(), 2);
        assert_eq!(states(&journal).await, ["dead", "waiting"]);
        assert!(journal.mail_get("n1").await.unwrap().is_none());
        assert!(journal.mail_get("n2").await.unwrap().is_some());
    }
}
