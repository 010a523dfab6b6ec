//! What happened, event by event, for programs that follow it.
//!
//! Invariant: events are told as they were recorded; what was redacted is told as such and never left out.

use domain::envelope::{ActorId, Position, Stream};
use domain::id::{ProductId, ReleaseId};
use domain::time::Time;
use journal::{Body, Recorded};
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::Value as Json;
use utoipa::{IntoParams, ToSchema};

use super::page::{AfterPosition, Limit, Page};
use super::{App, AppError};

/// Which events to list.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    #[serde(default)]
    pub after: Option<AfterPosition>,
    #[serde(default)]
    #[param(value_type = Option<Limit>)]
    pub limit: Limit,
    /// Only what happened to this product or release.
    #[serde(default, deserialize_with = "stream")]
    pub stream: Option<Stream>,
    /// Which come first.
    #[serde(default)]
    #[param(value_type = Option<Order>, inline)]
    pub order: Order,
}

/// Which events come first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    #[default]
    Oldest,
    Newest,
}

fn stream<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Stream>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let stream = Stream::new(text);
    let of_product = stream.as_str().strip_prefix("product/").is_some_and(|id| ProductId::parse(id).is_ok());
    if of_product || ReleaseId::from_stream(&stream).is_some() {
        return Ok(Some(stream));
    }
    Err(de::Error::custom("a stream is product/… or release/…/…, as in `release/tidewatch/2026.12`"))
}

/// An event.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct EventLine {
    pub position: Position,
    pub stream: Stream,
    /// Its place in its stream, counted from 1.
    #[schema(minimum = 1)]
    pub version: i64,
    #[serde(rename = "type")]
    #[schema(example = "run_ingested")]
    pub kind: String,
    /// The version of that type.
    pub type_version: u32,
    pub actor: ActorId,
    /// When it happened, as claimed by whoever told it.
    pub occurred_at: Time,
    /// When it was written.
    pub recorded_at: Time,
    /// What it says; null once it was redacted.
    #[schema(value_type = Option<Object>, required)]
    pub payload: Option<Json>,
}

impl App {
    /// Lists events, a page at a time.
    pub async fn events(&self, query: EventsQuery) -> Result<Page<EventLine>, AppError> {
        let after = query.after.map(|AfterPosition(position)| position);
        let limit = query.limit.and_one();
        let (from, before) = (after.unwrap_or(Position(0)), after.unwrap_or(Position(i64::MAX)));
        let journal = self.journal();
        let recorded = match (query.order, &query.stream) {
            (Order::Oldest, None) => journal.read_all(from, limit).await?,
            (Order::Newest, None) => journal.read_before(before, limit).await?,
            (Order::Oldest, Some(stream)) => journal.read_stream_page(stream, from, limit).await?,
            (Order::Newest, Some(stream)) => journal.read_stream_before(stream, before, limit).await?,
        };
        let lines: Vec<EventLine> = recorded.into_iter().map(line).collect::<Result<_, _>>()?;
        Ok(Page::of(lines.into_iter(), query.limit, |line| line.position.to_string()))
    }
}

fn line(Recorded { envelope, body }: Recorded) -> Result<EventLine, AppError> {
    let payload = match body {
        Body::Payload(json) => {
            let read = serde_json::from_slice(&json);
            Some(read.map_err(|error| AppError::Internal(format!("event {}: {error}", envelope.position)))?)
        }
        Body::Redacted => None,
    };
    Ok(EventLine {
        position: envelope.position,
        stream: envelope.stream,
        version: envelope.version.0,
        kind: envelope.kind.to_string(),
        type_version: envelope.kind_version,
        actor: envelope.actor,
        occurred_at: envelope.occurred_at,
        recorded_at: envelope.recorded_at,
        payload,
    })
}
