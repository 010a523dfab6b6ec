//! A browser, as far as signing in needs one: it keeps cookies for each server and follows where it is sent.

use std::collections::HashMap;
use std::sync::Mutex;

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Method, Url, redirect::Policy};

/// What a browser came to.
pub(super) struct Page {
    pub(super) url: String,
    pub(super) status: u16,
    pub(super) text: String,
}

pub(super) struct Browser {
    http: Client,
    /// By the server that set it, and its name.
    cookies: Mutex<HashMap<(String, String), String>>,
}

impl Browser {
    pub(super) fn new() -> Self {
        let http = Client::builder().redirect(Policy::none()).build().unwrap();
        Self { http, cookies: Mutex::default() }
    }

    pub(super) async fn get(&self, url: &str) -> Page {
        self.follow(Method::GET, url, &[], None).await
    }

    pub(super) async fn post(&self, url: &str, fields: &[(&str, &str)]) -> Page {
        self.follow(Method::POST, url, fields, None).await
    }

    /// Follows until it would go to a path, and returns where that is.
    pub(super) async fn until(&self, url: &str, path: &str) -> String {
        let page = self.follow(Method::GET, url, &[], Some(path)).await;
        assert!(page.url.contains(path), "never came to {path}: {}: {}", page.url, page.text);
        page.url
    }

    async fn follow(&self, method: Method, url: &str, fields: &[(&str, &str)], stop: Option<&str>) -> Page {
        let (mut method, mut url) = (method, Url::parse(url).unwrap());
        for _ in 0..12 {
            let mut request = self.http.request(method.clone(), url.clone());
            request = request.header(COOKIE, self.cookies_of(&url)).header("accept", "text/html");
            if method == Method::POST {
                let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
                request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
            }
            let response = request.send().await.unwrap();
            for cookie in response.headers().get_all(SET_COOKIE) {
                self.keep(&url, cookie.to_str().unwrap());
            }
            let to = response.headers().get(LOCATION).map(|to| url.join(to.to_str().unwrap()).unwrap());
            let (status, at) = (response.status().as_u16(), url.to_string());
            match to {
                Some(to) if stop.is_some_and(|stop| to.path() == stop) => {
                    return Page { url: to.into(), status, text: String::new() };
                }
                Some(to) => (method, url) = (Method::GET, to),
                None => return Page { url: at, status, text: response.text().await.unwrap() },
            }
        }
        panic!("sent round in circles, last to {url}");
    }

    fn cookies_of(&self, url: &Url) -> String {
        let cookies = self.cookies.lock().unwrap();
        let of = cookies.iter().filter(|((server, _), _)| server == url.authority());
        let pairs: Vec<String> = of.map(|((_, name), value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    fn keep(&self, url: &Url, cookie: &str) {
        let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
        let key = (url.authority().to_owned(), name.to_owned());
        if value.is_empty() {
            self.cookies.lock().unwrap().remove(&key);
        } else {
            self.cookies.lock().unwrap().insert(key, value.to_owned());
        }
    }

    /// Sends a form as a page of another site would.
    pub(super) async fn cross_site(&self, url: &str) -> u16 {
        let to = Url::parse(url).unwrap();
        let request = self.http.post(to.clone()).header(COOKIE, self.cookies_of(&to));
        let request = request.header("origin", "http://evil.example").header("sec-fetch-site", "cross-site");
        request.send().await.unwrap().status().as_u16()
    }
}
