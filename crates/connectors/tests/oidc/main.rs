//! What is believed of a provider, and what is not: a provider of our own that bends what it says.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod provider;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use connectors::oidc::{Answer, Attempt, Claims, OidcError, Provider, Registration};
use domain::time::Time;
use provider::{Bent, CLIENT, NOW, Running, SECRET};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const TO: &str = "http://localhost:8420/sign-in/oidc/return";

fn attempt() -> Attempt {
    Attempt { state: "s".repeat(64), nonce: provider::NONCE.to_owned(), verifier: "v".repeat(64) }
}

fn asked_at(running: &Running) -> Provider {
    let registration =
        Registration::new(&running.issuer, CLIENT, Some(SECRET.to_owned()), "openid profile email", "groups");
    Provider::new(registration.unwrap()).unwrap()
}

async fn finish(provider: &Provider, issuer: Option<&str>) -> Result<Claims, OidcError> {
    let answer = Answer { code: "c0de".to_owned(), issuer: issuer.map(str::to_owned) };
    provider.finish(TO, &answer, &attempt(), Time::from_micros(NOW * 1_000_000)).await
}

/// Checks what comes of a bent answer: whom it is believed of, or why it is not.
async fn check(what: &str, bend: impl FnOnce(&mut Bent), expect: Result<&str, &str>) {
    let running = Running::start(bend).await;
    let found = finish(&asked_at(&running), None).await;
    match (found, expect) {
        (Ok(claims), Ok(subject)) => assert_eq!(claims.subject, subject, "{what}"),
        (Err(error), Err(why)) => assert!(error.to_string().contains(why), "{what}: {error}"),
        (found, expect) => panic!("{what}: {found:?}, not {expect:?}"),
    }
}

fn claim(name: &'static str, value: Value) -> impl FnOnce(&mut Bent) {
    move |bent| drop(bent.claims.insert(name.to_owned(), value))
}

#[tokio::test]
async fn a_token_is_believed_only_if_all_of_it_holds() {
    check("as it should be", |_| {}, Ok("ada-1")).await;
    check("another issuer", claim("iss", json!("https://evil.example")), Err("Invalid issuer")).await;
    check("for another client", claim("aud", json!("other")), Err("Invalid audiences")).await;
    check("for others too", claim("aud", json!([CLIENT, "other"])), Err("not a trusted audience")).await;
    check("given to this client", claim("azp", json!(CLIENT)), Ok("ada-1")).await;
    check("given to another client", claim("azp", json!("other")), Err("(azp)")).await;
    check("over", claim("exp", json!(NOW - 61)), Err("Expired")).await;
    check("over by a clock that goes apart", claim("exp", json!(NOW - 30)), Ok("ada-1")).await;
    check("of tomorrow", claim("iat", json!(NOW + 86_400)), Err("issued in the future")).await;
    check("of another attempt", claim("nonce", json!("another")), Err("nonce mismatch")).await;
    check("of no attempt", |bent| drop(bent.claims.remove("nonce")), Err("missing nonce")).await;
    check("beside its access token", |bent| bent.hash_access("access"), Ok("ada-1")).await;
    check("beside another access token", |bent| bent.hash_access("other"), Err("(at_hash)")).await;
}

#[tokio::test]
async fn only_a_key_that_the_provider_publishes_signs() {
    check("by another key", |bent| bent.signs_with = 9, Err("not signed by a key")).await;
    check("by a key of another name", |bent| bent.kid = "other".to_owned(), Err("not signed by a key")).await;
    check("by nobody", |bent| bent.algorithm = "none".to_owned(), Err("believe the provider")).await;
    let by_secret = |bent: &mut Bent| {
        bent.algorithm = "HS256".to_owned();
        bent.offers = json!(["EdDSA", "HS256"]);
    };
    check("by the client's secret", by_secret, Err("`HS256` is not one of: EdDSA")).await;
    check("by a way it does not offer", |bent| bent.offers = json!(["RS256"]), Err("is not one of: RS256"))
        .await;
    check("cut", |bent| bent.cut = true, Err("believe the provider")).await;
}

#[tokio::test]
async fn keys_that_change_are_asked_for_again() {
    let running = Running::start(|_| {}).await;
    let provider = asked_at(&running);
    assert!(finish(&provider, None).await.is_ok());
    running.bend(|bent| {
        (bent.signs_with, bent.publishes, bent.kid) = (2, 2, "second".to_owned());
    });
    assert_eq!(finish(&provider, None).await.unwrap().subject, "ada-1");
    running.bend(|bent| bent.signs_with = 3);
    assert!(finish(&provider, None).await.is_err());
}

#[tokio::test]
async fn an_answer_of_another_provider_is_not_taken() {
    let running = Running::start(|_| {}).await;
    let provider = asked_at(&running);
    assert!(finish(&provider, Some(&running.issuer)).await.is_ok());
    let other = finish(&provider, Some("https://evil.example")).await.unwrap_err();
    assert!(other.to_string().contains("of another provider"), "{other}");
    let running = Running::start(|bent| bent.names_itself = true).await;
    let silent = finish(&asked_at(&running), None).await.unwrap_err();
    assert!(silent.to_string().contains("does not say which provider"), "{silent}");
}

#[tokio::test]
async fn what_a_token_does_not_say_is_asked_for_and_believed_of_the_same_person_alone() {
    let running = Running::start(|bent| {
        bent.userinfo = json!({
            "sub": "ada-1", "name": "Ada Marsh", "preferred_username": "ada",
            "email": "ada@tidewatch.example", "email_verified": "true", "groups": ["mobile"],
        });
    });
    let claims = finish(&asked_at(&running.await), None).await.unwrap();
    assert_eq!(claims.name.as_deref(), Some("Ada Marsh"));
    assert_eq!(claims.address.as_deref(), Some("ada@tidewatch.example"));
    assert_eq!(claims.groups, Some(vec!["mobile".to_owned()]));
    let of_another = |bent: &mut Bent| bent.userinfo = json!({ "sub": "eve-1", "groups": ["admins"] });
    check("of another person", of_another, Err("userinfo")).await;
    let running = Running::start(|bent| {
        bent.claims.insert("groups".to_owned(), json!(["qa"]));
        bent.userinfo = json!({ "sub": "ada-1", "groups": ["admins"] });
    });
    let claims = finish(&asked_at(&running.await), None).await.unwrap();
    assert_eq!(claims.groups, Some(vec!["qa".to_owned()]), "what is signed goes first");
}

#[tokio::test]
async fn the_code_is_exchanged_with_the_proof_that_was_announced() {
    for (methods, by_body) in
        [(json!(["client_secret_basic", "client_secret_post"]), false), (json!(["client_secret_post"]), true)]
    {
        let running = Running::start(|bent| bent.methods = methods).await;
        let provider = asked_at(&running);
        let url = provider.begin(TO, &attempt()).await.unwrap();
        let asked: std::collections::HashMap<_, _> = url.query_pairs().into_owned().collect();
        assert_eq!(asked["scope"], "openid profile email");
        assert_eq!((asked["nonce"].as_str(), asked["state"].as_str()), (provider::NONCE, &*"s".repeat(64)));
        assert_eq!((asked["redirect_uri"].as_str(), asked["code_challenge_method"].as_str()), (TO, "S256"));
        finish(&provider, None).await.unwrap();
        let sent = running.last_exchange();
        let digest = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(sent.form["code_verifier"].as_bytes()));
        assert_eq!(digest, asked["code_challenge"]);
        assert_eq!(sent.form["redirect_uri"], TO);
        assert_eq!(sent.form.contains_key("client_secret"), by_body);
        assert_eq!(sent.authorization.is_some(), !by_body);
    }
}

#[tokio::test]
async fn a_provider_that_does_not_behave_is_away() {
    check("says no", |bent| bent.token_status = 400, Err("the code was not exchanged")).await;
    check("sends elsewhere", |bent| bent.token_status = 307, Err("the code was not exchanged")).await;
    check("never ends", |bent| bent.padding = 2 << 20, Err("more than 1048576 bytes")).await;
    check(
        "is another",
        |bent| bent.issuer = Some("https://evil.example".to_owned()),
        Err("unexpected issuer"),
    )
    .await;
    let in_the_clear = |bent: &mut Bent| bent.keys_at = Some("http://id.tidewatch.example/keys".to_owned());
    check("has keys in the clear", in_the_clear, Err("it has to be https://")).await;
    let running = Running::start(|_| {}).await;
    let provider = asked_at(&running);
    drop(running);
    let away = provider.begin(TO, &attempt()).await.unwrap_err();
    assert!(matches!(away, OidcError::Away(_)), "{away}");
    for issuer in ["http://id.tidewatch.example", "id.tidewatch.example", ""] {
        assert!(Registration::new(issuer, CLIENT, None, "", "groups").is_err(), "{issuer}");
    }
}
