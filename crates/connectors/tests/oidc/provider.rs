//! A provider in this process that says whatever a test has it say.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha512};

pub(super) const CLIENT: &str = "seaworthy";
pub(super) const SECRET: &str = "a secret of the client";
pub(super) const NONCE: &str = "a nonce of this attempt";
/// When it is, in seconds.
pub(super) const NOW: i64 = 1_800_000_000;

/// What the provider says.
pub(super) struct Bent {
    pub(super) claims: Map<String, Value>,
    pub(super) userinfo: Value,
    pub(super) algorithm: String,
    /// Which key signs, and which it publishes under the name.
    pub(super) signs_with: u8,
    pub(super) publishes: u8,
    pub(super) kid: String,
    pub(super) offers: Value,
    pub(super) methods: Value,
    /// Whether the signature loses its end.
    pub(super) cut: bool,
    pub(super) names_itself: bool,
    pub(super) token_status: u16,
    /// Bytes beside what is asked for.
    pub(super) padding: usize,
    pub(super) issuer: Option<String>,
    pub(super) keys_at: Option<String>,
    exchange: Exchange,
}

impl Bent {
    /// Says which access token the ID token belongs to.
    pub(super) fn hash_access(&mut self, token: &str) {
        let hash = BASE64_URL_SAFE_NO_PAD.encode(&Sha512::digest(token.as_bytes())[..32]);
        self.claims.insert("at_hash".to_owned(), json!(hash));
    }
}

/// How a code was exchanged.
#[derive(Clone, Default)]
pub(super) struct Exchange {
    pub(super) form: HashMap<String, String>,
    pub(super) authorization: Option<String>,
}

/// A provider that answers until it is dropped.
pub(super) struct Running {
    pub(super) issuer: String,
    bent: Shared,
    task: tokio::task::JoinHandle<()>,
}

type Shared = Arc<Mutex<(String, Bent)>>;

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Running {
    pub(super) async fn start(bend: impl FnOnce(&mut Bent)) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let claims = json!({ "iss": issuer, "sub": "ada-1", "aud": CLIENT, "nonce": NONCE, "iat": NOW, "exp": NOW + 300 });
        let mut bent = Bent {
            claims: claims.as_object().unwrap().clone(),
            userinfo: json!({ "sub": "ada-1" }),
            algorithm: "EdDSA".to_owned(),
            signs_with: 1,
            publishes: 1,
            kid: "first".to_owned(),
            offers: json!(["EdDSA"]),
            methods: json!(["client_secret_basic"]),
            cut: false,
            names_itself: false,
            token_status: 200,
            padding: 0,
            issuer: None,
            keys_at: None,
            exchange: Exchange::default(),
        };
        bend(&mut bent);
        let bent = Arc::new(Mutex::new((issuer.clone(), bent)));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/userinfo", get(userinfo))
            .with_state(bent.clone());
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { issuer, bent, task }
    }

    pub(super) fn bend(&self, bend: impl FnOnce(&mut Bent)) {
        bend(&mut self.bent.lock().unwrap().1);
    }

    pub(super) fn last_exchange(&self) -> Exchange {
        self.bent.lock().unwrap().1.exchange.clone()
    }
}

async fn metadata(State(shared): State<Shared>) -> Json<Value> {
    let (issuer, bent) = &*shared.lock().unwrap();
    Json(json!({
        "issuer": bent.issuer.as_ref().unwrap_or(issuer),
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "jwks_uri": bent.keys_at.clone().unwrap_or_else(|| format!("{issuer}/keys")),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": bent.offers,
        "token_endpoint_auth_methods_supported": bent.methods,
        "authorization_response_iss_parameter_supported": bent.names_itself,
    }))
}

fn key(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number; 32])
}

async fn keys(State(shared): State<Shared>) -> Json<Value> {
    let (_, bent) = &*shared.lock().unwrap();
    let kid = if bent.publishes == 1 { "first" } else { "second" };
    let x = BASE64_URL_SAFE_NO_PAD.encode(key(bent.publishes).verifying_key().as_bytes());
    Json(json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": kid, "x": x }] }))
}

async fn token(
    State(shared): State<Shared>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let (issuer, bent) = &mut *shared.lock().unwrap();
    let authorization = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
    bent.exchange = Exchange { form, authorization };
    if bent.token_status == 307 {
        return (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, format!("{issuer}/userinfo"))])
            .into_response();
    }
    if bent.token_status != 200 {
        let status = StatusCode::from_u16(bent.token_status).unwrap();
        return (status, Json(json!({ "error": "invalid_grant" }))).into_response();
    }
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let head = part(&json!({ "alg": bent.algorithm, "kid": bent.kid }));
    let signed = format!("{head}.{}", part(&Value::Object(bent.claims.clone())));
    let mut signature = match bent.algorithm.as_str() {
        "none" => Vec::new(),
        _ => key(bent.signs_with).sign(signed.as_bytes()).to_bytes().to_vec(),
    };
    if bent.cut {
        signature.truncate(40);
    }
    let id_token = format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature));
    Json(json!({
        "access_token": "access", "token_type": "Bearer", "id_token": id_token, "padding": "x".repeat(bent.padding),
    }))
    .into_response()
}

async fn userinfo(State(shared): State<Shared>) -> Json<Value> {
    Json(shared.lock().unwrap().1.userinfo.clone())
}
