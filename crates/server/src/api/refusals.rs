//! What a route may answer besides what was asked for, named once and documented at every route where it can come.
//!
//! Invariant: each that is a problem is `application/problem+json`; a status that a route does not name it does not answer.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};

use super::conditions;

/// What problems are sent as.
pub(crate) const PROBLEM: &str = "application/problem+json";

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident = $status:literal, $says:literal;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug)]
            pub(crate) struct $name;

            impl IntoResponses for $name {
                fn responses() -> BTreeMap<String, RefOr<Response>> {
                    let named = Ref::from_response_name(stringify!($name));
                    BTreeMap::from([($status.to_owned(), named.into())])
                }
            }
        )*

        /// Each with its status and what it says.
        const ALL: &[(&str, &str, &str)] = &[$((stringify!($name), $status, $says)),*];
    };
}

refusals! {
    NotChanged = "304", "What `If-None-Match` names is still what would be answered.";
    Malformed = "400", "A parameter, a header or the body cannot be read.";
    SignInFirst = "401", "Nobody is known by what came along: no token and no session, or one that has ended.";
    Forbidden = "403", "It is not for whoever asked; the sentence says whom to ask.";
    Unknown = "404", "Something that the request names is not there; the sentence says what is.";
    Contradiction = "409", "It contradicts what is on record, or somebody else decided at the same time.";
    Moved = "412", "What `If-Match` names is no longer so; the sentence says what has happened since.";
    TooLarge = "413", "The body is larger than is taken.";
    OtherType = "415", "The body is of another type than is taken.";
    Unfit = "422", "It reads well and does not fit; the sentence says what would.";
    TooOften = "429", "Too many tries; `Retry-After` says how many seconds to wait.";
    WentWrong = "500", "Something went wrong inside; the server's log has the details.";
    Full = "507", "The disk is full: nothing was recorded.";
}

/// Returns every refusal for the document's components.
pub(super) fn components() -> impl Iterator<Item = (String, RefOr<Response>)> {
    ALL.iter().map(|(name, status, says)| {
        let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        let mut response = ResponseBuilder::new().description(*says);
        let text = |says: &str| {
            let text = ObjectBuilder::new().schema_type(Type::String);
            HeaderBuilder::new().schema(Some(text)).description(Some(says)).build()
        };
        if *status != "304" {
            response = response.content(PROBLEM, problem);
        }
        match *status {
            "304" => response = response.header("ETag", conditions::etag()),
            "429" => response = response.header("Retry-After", text("Seconds.")),
            "401" => response = response.header("WWW-Authenticate", text("`Bearer`")),
            _ => {}
        }
        ((*name).to_owned(), response.build().into())
    })
}
