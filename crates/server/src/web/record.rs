//! Recording a check by hand or a summary: what one saw oneself, or what somebody else told.
//!
//! Invariant: a form with a mistake in it comes back with everything that was typed, and with the file that came along.

use axum::extract::multipart::MultipartRejection;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Multipart, Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use bytes::Bytes;
use domain::command::evidence::MOST_PHOTOS;
use domain::digest::Digest;
use domain::envelope::Position;
use domain::evidence::AttestedResult;
use domain::id::{BuildNumber, ProductId, ReleaseId, ReleaseName};
use domain::refusal::Refusal;
use domain::track::Track;
use maud::html;
use serde::Deserialize;
use serde_json::Map;

use super::frame::Tab;
use super::reader::Reader;
use super::seen::{ReleasePath, Seen};
use super::trouble::{Page, Trouble};
use super::whom::{Named, What, about, build_field, device_field, person_fields, track_of};
use crate::app::attachment::Kind;
use crate::app::evidence::{AttestRequest, EvidenceResponse, SummarizeRequest};
use crate::app::person::OnBehalf;
use crate::app::{App, AppError};
use crate::door::Acting;

/// The form as it is filled in.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Filled {
    #[serde(default)]
    what: What,
    #[serde(default)]
    track: String,
    #[serde(default)]
    build: String,
    #[serde(default)]
    device: String,
    #[serde(default)]
    result: String,
    #[serde(default)]
    text: String,
    /// Whose word it is: "other" for somebody else's.
    #[serde(default)]
    whose: String,
    #[serde(flatten)]
    whom: Named,
    #[serde(default)]
    source: String,
    /// The digest of a file that came along before.
    #[serde(default)]
    attachment: String,
    /// The digests of photos that came along before, a space between them.
    #[serde(default)]
    photos: String,
}

/// What a form with files brings.
struct Sent {
    filled: Filled,
    file: Option<Bytes>,
    photos: Vec<Bytes>,
}

impl Sent {
    async fn read(mut form: Multipart) -> Result<Self, Trouble> {
        let (mut fields, mut file, mut photos) = (Map::new(), None, Vec::new());
        while let Some(field) = form.next_field().await? {
            let name = field.name().unwrap_or_default().to_owned();
            if field.file_name().is_some() {
                let bytes = Some(field.bytes().await?).filter(|bytes| !bytes.is_empty());
                match name.as_str() {
                    "photo" => photos.extend(bytes),
                    _ => file = bytes,
                }
            } else {
                fields.insert(name, field.text().await?.into());
            }
        }
        let filled = serde_json::from_value(fields.into());
        let filled =
            filled.map_err(|error| Refusal::invalid(format!("The form cannot be read: {error}.")))?;
        Ok(Self { filled, file, photos })
    }
}

pub(super) async fn form(
    Acting(app): Acting,
    reader: Reader,
    path: ReleasePath,
    filled: Result<Query<Filled>, QueryRejection>,
) -> Page {
    let seen = Seen::load(&app, &reader, &path?.0.into()).await?;
    page(&app, &reader, seen, filled?.0, None).await
}

pub(super) async fn record(
    Acting(app): Acting,
    reader: Reader,
    path: ReleasePath,
    form: Result<Multipart, MultipartRejection>,
) -> Page {
    let id: ReleaseId = path?.0.into();
    let Sent { mut filled, file, photos } = Sent::read(form?).await?;
    let recorded = match keep(&app, &mut filled, file, photos).await {
        Ok(()) => send(&app, &id, &filled).await,
        Err(error) => Err(error),
    };
    match recorded {
        Ok(EvidenceResponse { evidence, .. }) => {
            let to = format!("{}/evidence/{evidence}?done=recorded", super::frame::path(&id));
            Ok(Redirect::to(&to).into_response())
        }
        Err(AppError::Refused(refusal)) => {
            let seen = Seen::load(&app, &reader, &id).await?;
            page(&app, &reader, seen, filled, Some(&refusal.sentence)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Keeps the files first, so that a mistake elsewhere in the form does not lose them.
async fn keep(
    app: &App,
    filled: &mut Filled,
    file: Option<Bytes>,
    photos: Vec<Bytes>,
) -> Result<(), AppError> {
    if !photos.is_empty() {
        // Chosen anew, they take the place of those that came before.
        filled.photos.clear();
    }
    for photo in photos {
        let kept = app.attach(photo).await?.attachment.to_string();
        filled.photos = format!("{} {kept}", filled.photos).trim().to_owned();
    }
    if let Some(file) = file.filter(|_| filled.whose == "other") {
        filled.attachment = app.attach(file).await?.attachment.to_string();
    }
    Ok(())
}

async fn send(app: &App, id: &ReleaseId, filled: &Filled) -> Result<EvidenceResponse, AppError> {
    let release = app.release(id).await?;
    let track = track_of(&release, &filled.track)?.description.id.clone();
    let build = BuildNumber::parse(&filled.build).map_err(|_| Refusal::invalid("Choose a build."))?;
    let behalf = (filled.whose == "other").then(|| OnBehalf {
        of: filled.whom.meant(),
        source: filled.source.clone(),
        attachment: Digest::from_hex(filled.attachment.as_bytes()),
    });
    match filled.what {
        What::Summary => {
            let text = filled.text.clone();
            app.summarize(id, SummarizeRequest { track, build, commit: None, text, behalf }, None).await
        }
        What::Check => {
            let result = match filled.result.as_str() {
                "passed" => AttestedResult::Passed,
                "failed" => AttestedResult::Failed,
                _ => return Err(Refusal::invalid("Say whether it passed or failed.").into()),
            };
            let (device, notes) = (filled.device.clone(), Some(filled.text.clone()));
            let photos = filled.photos.split(' ').filter_map(|photo| Digest::from_hex(photo.as_bytes()));
            let photos = photos.collect();
            let request = AttestRequest { track, build, commit: None, device, result, notes, photos, behalf };
            app.attest(id, request, None).await
        }
    }
}

async fn page(app: &App, reader: &Reader, mut seen: Seen, filled: Filled, wrong: Option<&str>) -> Page {
    let people = app.known_people().await?;
    let me = app.actor().await?;
    let body = {
        let track: &Track = track_of(&seen.view.release, &filled.track)?;
        let other = filled.whose == "other";
        html! {
            section.head { div { h1 { "Record evidence" } p.sub { "What you saw yourself, or what somebody told you: then it says so, with where they said it." } } }
            (about(&seen, reader, "/record", filled.what, track))
            form.card.form.whose method="post" action=(seen.path("/record")) enctype="multipart/form-data" {
                @if let Some(wrong) = wrong { p.note.unmet role="alert" { (wrong) } }
                input type="hidden" name="what" value=(filled.what.as_str());
                input type="hidden" name="track" value=(track.description.id);
                (build_field(track, &filled.build))
                @if filled.what == What::Check {
                    (device_field(track, &filled.device))
                    fieldset.field {
                        legend { "What came of it?" }
                        div { @for result in [AttestedResult::Passed, AttestedResult::Failed] {
                            label.choice { input type="radio" name="result" value=(result.as_str()) required checked[filled.result == result.as_str()]; "It " (result.as_str()) }
                        } }
                    }
                    div.field { label for="text" { "What was tested and seen" } textarea #text name="text" rows="3" maxlength="2000" { (filled.text) } }
                    div.field {
                        label for="photo" { "Photos" }
                        input #photo name="photo" type="file" accept="image/png,image/jpeg" multiple;
                        @if filled.photos.is_empty() { p.hint { "PNG or JPEG, at most " (MOST_PHOTOS) ", at most 10 MB together; not needed." } }
                        @else { input type="hidden" name="photos" value=(filled.photos); p.hint { "The photos that came along are kept. Choose others to take their place." } }
                    }
                } @else {
                    div.field { label for="text" { "The summary" } textarea #text name="text" rows="10" required { (filled.text) } p.hint { "In Markdown, if you like." } }
                }
                fieldset.field {
                    legend { "Whose word is it?" }
                    div {
                        label.choice { input type="radio" name="whose" value="own" checked[!other]; "I saw it myself" }
                        label.choice { input type="radio" name="whose" value="other" checked[other]; "Somebody told me" }
                    }
                }
                div.other {
                    (person_fields(&people, &filled.whom, Some(&me)))
                    div.field { label for="source" { "Where they said it" } input #source name="source" value=(filled.source) maxlength="300"; p.hint { "As “message in #release, 24 Nov 14:05”, a link, or “phone call”." } }
                    div.field {
                        label for="file" { "What shows it" }
                        input #file name="file" type="file" accept="image/png,image/jpeg";
                        @if filled.attachment.is_empty() { p.hint { "A picture of the message, PNG or JPEG; at most 10 MB, and not needed." } }
                        @else { input type="hidden" name="attachment" value=(filled.attachment); p.hint { "The file that came along is kept. Choose another to take its place." } }
                    }
                }
                button.primary type="submit" { "Record it" }
            }
        }
    };
    let below =
        vec![("Evidence".to_owned(), seen.path("/evidence")), ("Record".to_owned(), seen.path("/record"))];
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let frame = seen.form(reader, Tab::Deeper, "Record evidence", below, body);
    Ok(frame.answer_with(status))
}

/// The piece of evidence that a path names.
#[derive(Debug, Deserialize)]
pub(super) struct OfPiece {
    product: ProductId,
    name: ReleaseName,
    position: i64,
}

/// A photo of the check by hand that a path names.
#[derive(Debug, Deserialize)]
pub(super) struct OfPhoto {
    product: ProductId,
    name: ReleaseName,
    position: i64,
    number: usize,
}

/// Hands out a photo of a check by hand.
pub(super) async fn photo(
    State(app): State<App>,
    path: Result<Path<OfPhoto>, PathRejection>,
) -> Result<Response, Trouble> {
    let OfPhoto { product, name, position, number } = path?.0;
    let bytes = app.photo(&ReleaseId { product, name }, Position(position), number).await?;
    Ok(picture(bytes, &format!("evidence-{position}-{number}")))
}

/// Hands out what came along with evidence: a picture to look at, and everything else only to keep.
pub(super) async fn attachment(
    State(app): State<App>,
    path: Result<Path<OfPiece>, PathRejection>,
) -> Result<Response, Trouble> {
    let OfPiece { product, name, position } = path?.0;
    let bytes = app.attachment(&ReleaseId { product, name }, Position(position)).await?;
    Ok(picture(bytes, &format!("evidence-{position}")))
}

fn picture(bytes: Bytes, name: &str) -> Response {
    let kind = Kind::of(&bytes);
    let (content_type, ending) = kind.told();
    let disposition = if kind == Kind::File { "attachment" } else { "inline" };
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    let disposition = format!("{disposition}; filename=\"{name}.{ending}\"");
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}
