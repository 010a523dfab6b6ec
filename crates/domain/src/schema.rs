//! How the API describes the texts and numbers that this crate reads itself.
//!
//! Invariant: what a description lets through the reader takes, and the other way round.

use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{Object, RefOr};
use utoipa::{PartialSchema, ToSchema};

use crate::blocker::BlockerNumber;
use crate::calendar::Day;
use crate::digest::Digest;
use crate::envelope::{ActorId, Position, Stream};
use crate::time::Time;

/// Describes a text by its pattern, an expression of ECMA-262, and its most characters.
pub(crate) fn text(doc: &str, pattern: &str, longest: usize, example: &str) -> RefOr<Schema> {
    let text = described(doc, Type::String).pattern(Some(pattern)).max_length(Some(longest));
    text.min_length(Some(1)).examples([example]).into()
}

fn described(doc: &str, of: Type) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(of).description(Some(doc.trim()))
}

const STREAM: &str =
    "^(product/[a-z0-9][a-z0-9._-]{0,63}|release/[a-z0-9][a-z0-9._-]{0,63}/[a-z0-9][a-z0-9._-]{0,63})$";

macro_rules! schema {
    ($($name:ident: $schema:expr;)*) => {$(
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                Object::from($schema).into()
            }
        }

        impl ToSchema for $name {}
    )*};
}

schema! {
    Position: described("A place in the journal, counted from 1 without gaps. It names the event there.", Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(1))
        .maximum(Some(i64::MAX as isize))
        .examples([42]);
    BlockerNumber: described("The number of a blocker within its release, counted from 1: “blocker 3”.", Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
        .minimum(Some(1))
        .maximum(Some(i32::MAX as isize))
        .examples([3]);
    Time: described("A moment, as RFC 3339 has it. Answers have six decimals.", Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
        .examples(["2026-12-03T13:05:00.000000Z"]);
    Day: described("A day, from 1970 to 2199.", Type::String)
        .pattern(Some("^(19[7-9][0-9]|2[01][0-9][0-9])-[0-9]{2}-[0-9]{2}$"))
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
        .min_length(Some(10))
        .max_length(Some(10))
        .examples(["2026-12-04"]);
    Digest: described("A SHA-256 digest.", Type::String)
        .pattern(Some("^[0-9a-f]{64}$"))
        .min_length(Some(64))
        .max_length(Some(64))
        .examples(["ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"]);
    Stream: described("What a stream of events is about: a product or a release.", Type::String)
        .pattern(Some(STREAM))
        .min_length(Some(1))
        .max_length(Some(137))
        .examples(["release/tidewatch/2026.12"]);
    ActorId: described("An id that stands for whoever acted. Names are elsewhere, and can be erased.", Type::String)
        .min_length(Some(1))
        .examples(["3f2b8c0d9e4a4f0c8a7b6d5e4c3b2a19"]);
}
