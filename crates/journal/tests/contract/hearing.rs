//! News of what is appended, by this server and by others.

use std::time::Duration;

use journal::{Journal, News};

use crate::place::{Place, append, contract, decision, fact};

/// Whether there is news within a time.
async fn heard_within(news: &mut News, time: Duration) -> bool {
    tokio::time::timeout(time, news.next()).await.unwrap_or(false)
}

const SECOND: Duration = Duration::from_secs(1);
const QUIET: Duration = Duration::from_millis(300);

/// News of a journal, on PostgreSQL once it listens.
async fn news_of(journal: &Journal, place: &Place) -> News {
    let mut news = journal.news();
    if place.dialect(false, true) {
        assert!(heard_within(&mut news, 10 * SECOND).await, "having connected is news");
    }
    settle(&mut news).await;
    news
}

/// Waits until the news come no more, which may be told twice.
async fn settle(news: &mut News) {
    while heard_within(news, QUIET).await {}
}

contract! {
    async fn own_appends_are_heard(place) {
        let journal = place.open().await;
        journal.append(append(1, vec![fact("a", "before", "{}")])).await.unwrap();
        let mut news = news_of(&journal, place).await;
        for n in 0..3 {
            journal.append(append(1, vec![fact("a", &n.to_string(), "{}")])).await.unwrap();
            assert!(heard_within(&mut news, SECOND).await);
            settle(&mut news).await;
        }
    }

    async fn what_was_not_recorded_is_not_heard(place) {
        let (journal, other) = (place.open().await, place.open().await);
        let mut all = [news_of(&journal, place).await, news_of(&other, place).await];
        journal.append(append(1, vec![fact("a", "k", "{}")])).await.unwrap();
        for news in &mut all {
            settle(news).await;
        }
        journal.append(append(1, vec![decision("a", 7, &["{}"])])).await.unwrap_err();
        assert!(!journal.append(append(1, vec![fact("a", "k", "{}")])).await.unwrap().fresh);
        for news in &mut all {
            assert!(!heard_within(news, QUIET).await);
        }
    }

    async fn news_end_when_the_journal_is_closed(place) {
        let journal = place.open().await;
        let mut news = news_of(&journal, place).await;
        tokio::time::timeout(5 * SECOND, journal.close()).await.unwrap();
        let end = async { while news.next().await {} };
        tokio::time::timeout(5 * SECOND, end).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_on_one_schema_hear_each_other() {
    let (place, elsewhere) = (Place::postgres().await, Place::postgres().await);
    let journals = [place.open().await, place.open().await];
    let stranger = elsewhere.open().await;
    let mut news = [
        news_of(&journals[0], &place).await,
        news_of(&journals[1], &place).await,
        news_of(&stranger, &elsewhere).await,
    ];
    for n in 0..4 {
        journals[n % 2].append(append(1, vec![fact("a", &n.to_string(), "{}")])).await.unwrap();
        assert!(heard_within(&mut news[1 - n % 2], SECOND).await, "append {n}");
        assert!(!heard_within(&mut news[2], QUIET).await, "another schema is another journal");
        settle(&mut news[0]).await;
        settle(&mut news[1]).await;
    }
    for journal in journals.into_iter().chain([stranger]) {
        journal.close().await;
    }
    place.remove().await;
    elsewhere.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_connection_is_survived_and_what_was_missed_is_told() {
    let place = Place::postgres().await;
    let (ours, theirs) = (place.open().await, place.open().await);
    let mut news = news_of(&ours, &place).await;
    for n in 0..2 {
        let kill = "DO $$ BEGIN FOR attempt IN 1..100 LOOP \
               IF (SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity \
                 WHERE query = 'LISTEN \"seaworthy_' || hashtext(current_schema()) || '\"') > 0 \
               THEN RETURN; END IF; \
               PERFORM pg_sleep(0.05), pg_stat_clear_snapshot(); \
             END LOOP; RAISE 'nobody listens'; END $$";
        place.sql(kill).await;
        theirs.append(append(1, vec![fact("a", &format!("missed {n}"), "{}")])).await.unwrap();
        assert!(heard_within(&mut news, SECOND).await, "loss {n}");
        settle(&mut news).await;
        theirs.append(append(1, vec![fact("a", &format!("heard {n}"), "{}")])).await.unwrap();
        assert!(heard_within(&mut news, SECOND).await, "after loss {n}");
        settle(&mut news).await;
    }
    ours.close().await;
    theirs.close().await;
    place.remove().await;
}
