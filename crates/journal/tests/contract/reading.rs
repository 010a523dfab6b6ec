//! Reads: of a stream, of all, as of a position or a moment.

use domain::envelope::{Position, Stream, StreamVersion};

use crate::place::{append, at, contract, fact, fill, told};

contract! {
    async fn a_stream_is_read_after_a_version_and_up_to_a_position(place) {
        let journal = place.open().await;
        fill(&journal, &["release/a", "release/b", "release/a", "release/a"]).await;
        let stream = Stream::new("release/a");
        let read = journal.read_stream(&stream, StreamVersion(1), None).await.unwrap();
        assert_eq!(told(&read), ["3 release/a@2 noted {\"n\":2}", "4 release/a@3 noted {\"n\":3}"]);
        let read = journal.read_stream(&stream, StreamVersion(0), Some(Position(3))).await.unwrap();
        assert_eq!(told(&read), ["1 release/a@1 noted {\"n\":0}", "3 release/a@2 noted {\"n\":2}"]);
        assert!(journal.read_stream(&Stream::new("release"), StreamVersion(0), None).await.unwrap().is_empty());
    }

    async fn all_is_read_in_pages(place) {
        let journal = place.open().await;
        fill(&journal, &["a", "b", "a", "c", "b"]).await;
        let page = journal.read_all(Position(1), 2).await.unwrap();
        assert_eq!(told(&page), ["2 b@1 noted {\"n\":1}", "3 a@2 noted {\"n\":2}"]);
        assert!(journal.read_all(Position(5), 2).await.unwrap().is_empty());
    }

    async fn a_stream_is_read_in_pages_from_either_end(place) {
        let journal = place.open().await;
        fill(&journal, &["a", "b", "a", "c", "a", "a"]).await;
        let a = Stream::new("a");
        let positions = |read: Vec<journal::Recorded>| read.iter().map(|event| event.envelope.position.0).collect::<Vec<_>>();
        for (after, limit, expect) in [(0, 9, vec![1, 3, 5, 6]), (1, 2, vec![3, 5]), (2, 2, vec![3, 5]), (6, 2, vec![])] {
            let read = journal.read_stream_page(&a, Position(after), limit).await.unwrap();
            assert_eq!(positions(read), expect, "after {after}");
        }
        for (before, limit, expect) in [(i64::MAX, 9, vec![6, 5, 3, 1]), (6, 2, vec![5, 3]), (4, 2, vec![3, 1]), (1, 2, vec![])] {
            let read = journal.read_stream_before(&a, Position(before), limit).await.unwrap();
            assert_eq!(positions(read), expect, "before {before}");
        }
    }

    async fn a_fact_is_found_by_its_key_in_its_own_stream(place) {
        let journal = place.open().await;
        journal.append(append(1, vec![fact("a", "one", "{\"n\":1}")])).await.unwrap();
        journal.append(append(2, vec![fact("b", "one", "{\"n\":2}")])).await.unwrap();
        let found = async |stream: &str, key: &str| {
            journal.read_fact(&Stream::new(stream), key).await.unwrap().map(|event| event.envelope.position.0)
        };
        assert_eq!((found("a", "one").await, found("b", "one").await), (Some(1), Some(2)));
        assert_eq!((found("a", "two").await, found("c", "one").await), (None, None));
    }

    async fn a_replay_hands_over_every_event_in_order(place) {
        let journal = place.open().await;
        fill(&journal, &["a", "b", "a", "c", "b"]).await;
        let mut replayed = Vec::new();
        assert_eq!(journal.replay(Position(0), None, |event| replayed.push(event)).await.unwrap(), 5);
        assert_eq!(replayed, journal.read_all(Position(0), 9).await.unwrap());
        let mut some = Vec::new();
        assert_eq!(journal.replay(Position(1), Some(Position(3)), |event| some.push(event)).await.unwrap(), 2);
        assert_eq!(some, replayed[1..3]);
    }

    async fn streams_are_found_by_the_beginning_of_their_name(place) {
        let journal = place.open().await;
        fill(&journal, &["release/b", "product/a", "release/a", "release/b", "release", "release_x", "release/\u{10fffd}"]).await;
        let names = async |prefix| {
            let streams = journal.streams(prefix).await.unwrap();
            streams.iter().map(|stream| stream.as_str().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names("release/").await, ["release/a", "release/b", "release/\u{10fffd}"]);
        assert_eq!(names("product/a").await, ["product/a"]);
        assert_eq!(names("").await.len(), 6);
        assert!(names("releases").await.is_empty());
    }

    async fn as_of_a_moment_is_the_last_position_recorded_by_then(place) {
        let journal = place.open().await;
        assert_eq!(journal.position_at(at(0)).await.unwrap(), Position(0));
        for (n, now) in [10, 20, 20, 20, 30, 5, 40].into_iter().enumerate() {
            journal.append(append(now, vec![fact("a", &n.to_string(), "{}")])).await.unwrap();
        }
        for (now, position) in [(9, 0), (10, 1), (19, 1), (20, 4), (29, 4), (30, 6), (39, 6), (40, 7), (99, 7)] {
            assert_eq!(journal.position_at(at(now)).await.unwrap(), Position(position), "{now}");
        }
    }

    async fn the_head_is_the_last_event(place) {
        let journal = place.open().await;
        assert_eq!(journal.head().await.unwrap(), None);
        let last = journal.append(append(4, vec![fact("a", "k", "{}")])).await.unwrap();
        let head = journal.head().await.unwrap().unwrap();
        assert_eq!((head.position, head.hash, head.recorded_at), (last.position, last.hash, at(4)));
    }

    async fn the_stored_bytes_are_the_hashed_bytes(place) {
        use journal::{Digest, Header};

        let journal = place.open().await;
        fill(&journal, &["a", "b"]).await;
        assert_eq!(journal.raw(Position(3)).await.unwrap(), None);
        let first = journal.raw(Position(1)).await.unwrap().unwrap();
        let second = journal.raw(Position(2)).await.unwrap().unwrap();
        assert_eq!(Digest::of(&second.header).0[..], second.hash);
        let header = Header::read(&second.header).unwrap();
        assert_eq!(header.previous.0[..], first.hash);
        assert_eq!(Digest::of(&[second.salt.unwrap(), second.payload.unwrap()].concat()), header.payload);
    }
}
