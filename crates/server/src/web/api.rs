//! The API, for people: every route with whom it is for, what it takes and answers, and how to ask it.
//!
//! Invariant: nothing is said here that the description does not say; the page is drawn from it alone.

mod example;
mod kind;

use std::collections::BTreeMap;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use domain::permission::Role;
use domain::words;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::Value;

use super::Web;
use super::frame::{Frame, empty};
use super::reader::Reader;
use super::trouble::Page;
use crate::api::MAY;
use kind::{as_in, fields, kind, limits, named, said};

/// How many routes are few enough to be shown unfolded.
const FEW: usize = 2;

/// How the routes are narrowed.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Narrow {
    #[serde(default)]
    find: String,
    #[serde(default)]
    role: String,
}

/// A route, as it is described.
#[derive(Clone, Copy, Debug)]
struct Route<'a> {
    method: &'a str,
    path: &'a str,
    says: &'a Value,
}

impl<'a> Route<'a> {
    fn text(&self, name: &str) -> &'a str {
        self.says[name].as_str().unwrap_or_default()
    }

    /// The least role, for one's own things and for those of others; `None` stands open.
    fn roles(&self) -> Option<(Role, Role)> {
        let role = |whose: &str| Role::parse(self.says[MAY][whose].as_str()?);
        Some((role("own")?, role("others")?))
    }

    fn parameters(&self) -> &'a [Value] {
        self.says["parameters"].as_array().map(Vec::as_slice).unwrap_or_default()
    }

    fn fits(&self, narrow: &Narrow) -> bool {
        let may = |role| self.roles().is_none_or(|(least, _)| role >= least);
        let mut held = format!(
            "{} {} {} {} {}",
            self.method,
            self.path,
            self.text("summary"),
            self.text("description"),
            self.text("operationId")
        );
        for name in self.parameters().iter().filter_map(|parameter| parameter["name"].as_str()) {
            held.push(' ');
            held.push_str(name);
        }
        let held = held.to_lowercase();
        let mut wanted = narrow.find.split_whitespace().map(str::to_lowercase);
        Role::parse(&narrow.role).is_none_or(may) && wanted.all(|word| held.contains(&word))
    }
}

pub(super) async fn show(
    State(web): State<Web>,
    reader: Reader,
    headers: HeaderMap,
    narrow: Result<Query<Narrow>, QueryRejection>,
) -> Page {
    let narrow = narrow?.0;
    let described = &web.described.value;
    let all = routes(described);
    let fitting: Vec<Route<'_>> = all.iter().copied().filter(|route| route.fits(&narrow)).collect();
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let origin = web.app.front.origin.as_ref().map(|origin| origin.as_str().to_owned());
    let origin = origin.unwrap_or_else(|| format!("http://{host}"));
    let open = fitting.len() <= FEW;
    let groups = described["tags"].as_array().map(Vec::as_slice).unwrap_or_default();
    let of = |group: &Value| fitting.iter().filter(|route| route.says["tags"][0] == group["name"]).collect();
    let groups: Vec<(&Value, Vec<&Route<'_>>)> = groups.iter().map(|group| (group, of(group))).collect();
    let clock = reader.clock("UTC");
    let body = html! {
        section.head {
            div {
                h1 { "API" }
                p.sub { "Everything that the pages and the command line do, for programs. Drawn from the routes themselves, as " a href="/api/v1/openapi.json" { "OpenAPI 3.1" } " is." }
            }
            div.act { a.button href="/account" { "Make a token" } a.button href="/api/v1/openapi.json" { "openapi.json" } }
        }
        section.card aria-labelledby="about" {
            header { h2 #about { "Before the first request" } }
            div.prose { @for paragraph in described["info"]["description"].as_str().unwrap_or_default().split("\n\n") { p { (said(paragraph)) } } }
        }
        form.filter.card method="get" action="/api" role="search" {
            label { span { "Search" } input #search type="search" name="find" value=(narrow.find) placeholder="Words of a path or of what it does"; }
            label { span { "For" } select name="role" {
                option value="" { "anybody" }
                @for (name, _) in Role::ALL { option value=(name) selected[name == narrow.role] { "a" @if name == "admin" { "n" } " " (name) } }
            } }
            button type="submit" { "Narrow" }
        }
        @if fitting.is_empty() {
            section.card { (empty("Nothing fits", html! { p { "None of " (words::count(all.len() as i64, "route", "routes")) " fits. " a href="/api" { "Show all" } "." } })) }
        } @else if fitting.len() < all.len() {
            p.hint { (fitting.len()) " of " (words::count(all.len() as i64, "route", "routes")) ". " a href="/api" { "Show all" } "." }
        }
        @for (group, routes) in groups.iter().filter(|(_, routes)| !routes.is_empty()) {
            section.card aria-label=[group["name"].as_str()] {
                header { h2 { (group["name"].as_str().unwrap_or_default()) } p.hint { (group["description"].as_str().unwrap_or_default()) } }
                @for route in routes { (drawn(described, route, &origin, open)) }
            }
        }
        section.card aria-labelledby="types" {
            header { h2 #types { "Types" } p.hint { "What bodies, answers and parameters are made of." } }
            @for (name, schema) in types(described, &fitting) {
                details.group.type {
                    summary { code { (name) } span.says { (said(first(schema["description"].as_str().unwrap_or_default()))) } }
                    div.inside id={ "type-" (name) } {
                        @if schema["properties"].is_object() { (fields(described, schema)) }
                        @else { p { (kind(schema)) } (limits(schema)) }
                    }
                }
            }
        }
    };
    let frame = Frame {
        reader: &reader,
        clock: &clock,
        title: "API".to_owned(),
        crumbs: vec![("Fleet".to_owned(), "/".to_owned()), ("API".to_owned(), "/api".to_owned())],
        tabs: None,
        live: None,
        past: None,
        body,
    };
    Ok(frame.answer())
}

/// Returns every route, in the order of the description.
fn routes(described: &Value) -> Vec<Route<'_>> {
    let paths = described["paths"].as_object().into_iter().flatten();
    let items =
        paths.flat_map(|(path, item)| item.as_object().into_iter().flatten().map(move |it| (path, it)));
    items.map(|(path, (method, says))| Route { method, path, says }).collect()
}

/// Returns the types that routes are made of, and those that these are made of.
fn types<'a>(described: &'a Value, routes: &[Route<'_>]) -> BTreeMap<&'a str, &'a Value> {
    let all = &described["components"]["schemas"];
    let mut found = BTreeMap::new();
    let mut texts: Vec<String> = routes.iter().map(|route| route.says.to_string()).collect();
    texts.push(described["components"]["responses"].to_string());
    while let Some(text) = texts.pop() {
        let named = text.split(kind::SCHEMAS).skip(1).filter_map(|rest| rest.split('"').next());
        for (name, schema) in named.filter_map(|name| all.as_object()?.get_key_value(name)) {
            if found.insert(name.as_str(), schema).is_none() {
                texts.push(schema.to_string());
            }
        }
    }
    found
}

fn drawn(described: &Value, route: &Route<'_>, origin: &str, open: bool) -> Markup {
    let body = &route.says["requestBody"]["content"];
    html! {
        details.group.route open[open] {
            summary {
                span.method.post[route.method != "get"] { (route.method.to_uppercase()) }
                code.path { (route.path) }
                span.says { (route.text("summary")) }
                span.tag.role { @match route.roles() { Some((least, _)) => (least.as_str()), None => "open" } }
            }
            div.inside id=(route.text("operationId")) {
                p { (said(route.text("description"))) }
                p.hint { (whom(route)) }
                @if !route.parameters().is_empty() {
                    h3 { "Parameters" }
                    (parameters(described, route))
                }
                @for (media, content) in body.as_object().into_iter().flatten() {
                    h3 { "Body, " code { (media) } }
                    @let schema = named(described, &content["schema"]);
                    @if schema["properties"].is_object() { (fields(described, schema)) }
                    @else { p.hint { (said(schema["description"].as_str().or(route.says["requestBody"]["description"].as_str()).unwrap_or("Text."))) } }
                }
                h3 { "Answers" }
                (answers(described, route))
                h3 { "Ask it" }
                pre.command tabindex="0" { code { (example::curl(described, route, origin)) } }
            }
        }
    }
}

/// Tells whom a route is for.
fn whom(route: &Route<'_>) -> String {
    let Some((own, others)) = route.roles() else { return "For anybody, signed in or not.".to_owned() };
    let to = route.says[MAY]["to"].as_str().unwrap_or_default();
    let of_others = (own < others).then(|| format!(", and with things of others {}", others.with_article()));
    let in_person = route.says["security"].as_array().is_some_and(|ways| ways.len() == 1);
    let in_person = if in_person { " It is for a signed-in browser; a token may not." } else { "" };
    format!("To {to} takes {}{}.{in_person}", own.with_article(), of_others.unwrap_or_default())
}

fn parameters(described: &Value, route: &Route<'_>) -> Markup {
    html! {
        dl.fields {
            @for parameter in route.parameters() {
                @let schema = &parameter["schema"];
                div {
                    dt { code { (parameter["name"].as_str().unwrap_or_default()) } small { (parameter["in"].as_str().unwrap_or_default()) @if parameter["required"] == true { ", required" } } }
                    dd {
                        p.kind { (kind(schema)) }
                        @let says = parameter["description"].as_str().or(named(described, schema)["description"].as_str());
                        @if let Some(says) = says { p { (said(says)) } }
                        @if schema["$ref"].is_string() { (as_in(named(described, schema))) } @else { (limits(schema)) }
                    }
                }
            }
        }
    }
}

fn answers(described: &Value, route: &Route<'_>) -> Markup {
    html! {
        dl.fields {
            @for (status, answer) in route.says["responses"].as_object().into_iter().flatten() {
                @let answer = named(described, answer);
                div {
                    dt { code.good[status.starts_with('2')] { (status) } }
                    dd {
                        @for (media, content) in answer["content"].as_object().into_iter().flatten().filter(|(media, _)| *media != "application/problem+json") {
                            p.kind { (kind(&content["schema"])) @if media != "application/json" { ", as " code { (media) } } }
                        }
                        p { (said(answer["description"].as_str().unwrap_or_default())) }
                    }
                }
            }
        }
    }
}

/// Returns the first sentence.
fn first(text: &str) -> &str {
    text.split_once(". ").map_or(text, |(first, _)| first).trim_end_matches('.')
}
