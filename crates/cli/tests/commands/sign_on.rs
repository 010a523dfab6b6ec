//! Signing in with an identity provider: the real server, and `oidc-provider` from npm beside it.
//!
//! Where `SEAWORTHY_BROWSER_MODULES` does not say where that is, as `./test` does, each says that it skips itself.

mod browser;
mod site;

use browser::Browser;
use serde_json::json;
use site::{Site, modules};

use crate::place::{On, Place};

const PASSWORD: &str = "kelp ferry bell noon";

/// Plays on each database, with another signature and another place for the groups.
async fn on_both<F: Future<Output = ()>>(play: impl Fn(Site) -> F) {
    let Some(modules) = modules() else { return };
    for (on, environment) in [
        (On::Sqlite, &[("ALGORITHM", "RS256")][..]),
        (On::Postgres, &[("ALGORITHM", "ES256"), ("GROUPS_IN_TOKEN", "yes")]),
    ] {
        play(Site::start(&modules, on, environment).await).await;
    }
}

async fn on_sqlite<F: Future<Output = ()>>(play: impl Fn(Site) -> F) {
    let Some(modules) = modules() else { return };
    play(Site::start(&modules, On::Sqlite, &[("ALGORITHM", "EdDSA")]).await).await;
}

fn ada(groups: &[&str]) -> serde_json::Value {
    json!({ "name": "Ada Marsh", "email": "ada@tidewatch.example", "email_verified": true, "groups": groups })
}

fn ben(groups: &[&str]) -> serde_json::Value {
    json!({ "name": "Ben Sand", "preferred_username": "ben", "groups": groups })
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_say_what_somebody_may_at_every_sign_in() {
    on_both(|site| async move {
        let first = site.sign_in("ben", json!({ "ben": ben(&["mobile"]) })).await;
        assert!(first.text.contains("the first is an admin’s"), "{}", first.text);
        let both = |groups: &[&str]| json!({ "ada": ada(&["release-admins"]), "ben": ben(groups) });
        let ada = site.enters("ada", both(&[])).await;
        assert_eq!(site.role_of(&ada).await, "admin");
        let account = site.get(&ada, "/account").await.text;
        assert!(account.contains("Ada Marsh") && account.contains("ada@tidewatch.example"), "{account}");
        assert!(!account.contains("Present password"), "who has no password changes none");
        let people = site.get(&ada, "/people").await.text;
        assert!(people.contains("follows their groups at Tidewatch ID"), "{people}");

        let refused = site.sign_in("ben", both(&[])).await;
        assert_eq!(refused.status, 422);
        assert!(
            refused.text.contains("none of the groups") && refused.text.contains("Ask an admin"),
            "{}",
            refused.text
        );
        let ben = site.enters("ben", both(&["mobile", "mobile-qa"])).await;
        assert_eq!(site.role_of(&ben).await, "contributor, speaks for QA");
        let made = site
            .post(&ben, "/account/tokens", &[("name", "nightly"), ("role", "viewer"), ("days", "3")])
            .await;
        let token = made.text.split("swt_").nth(1).unwrap().split('<').next().unwrap().to_owned();
        assert_eq!(site.api(&token).await, 200);

        let again = site.enters("ben", both(&["mobile", "release-leads", "lunch"])).await;
        assert_eq!(site.role_of(&again).await, "coordinator");
        assert_eq!(site.role_of(&ben).await, "coordinator", "what is open already changes at once");
        site.sign_in("ben", both(&["lunch"])).await;
        for browser in [&ben, &again] {
            assert!(site.get(browser, "/account").await.url.contains("/sign-in?"), "what was open ends");
        }
        assert_eq!(site.api(&token).await, 401, "and so do tokens");
        let back = site.enters("ben", both(&["mobile"])).await;
        assert_eq!(site.role_of(&back).await, "contributor");
        assert_eq!(site.api(&token).await, 401, "what ended stays ended");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_admin_stays_one_whatever_their_groups_say() {
    on_sqlite(|site| async move {
        let admin = site.enters("ada", json!({ "ada": ada(&["release-admins"]) })).await;
        let lowered = site.enters("ada", json!({ "ada": ada(&["mobile"]) })).await;
        assert_eq!(site.role_of(&lowered).await, "admin");
        let two = json!({ "ada": ada(&["mobile"]), "ben": ben(&["release-admins"]) });
        site.enters("ben", two.clone()).await;
        site.enters("ada", two.clone()).await;
        assert_eq!(site.role_of(&admin).await, "contributor", "now there is another");
        let ben = site.enters("ben", two.clone()).await;
        let people = site.get(&ben, "/people").await.text;
        let of_ada =
            people.split("Ada Marsh").next().unwrap().rsplit("name=\"person\" value=\"").next().unwrap();
        let person = of_ada.split('"').next().unwrap();
        site.post(&ben, "/people/change", &[("person", person), ("role", "viewer"), ("disabled", "yes")])
            .await;
        let disabled = site.sign_in("ada", two).await;
        assert!(disabled.text.contains("has been disabled"), "{}", disabled.text);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_back_is_good_once_and_in_its_own_browser() {
    on_sqlite(|site| async move {
        site.knows("ada", json!({ "ada": ada(&["release-admins"]) })).await;
        let browser = Browser::new();
        let stopped =
            browser.until(&site.path("/sign-in/oidc?next=%2Fjournal"), "/sign-in/oidc/return").await;
        let elsewhere = Browser::new();
        let stolen = elsewhere.get(&stopped).await;
        assert!(
            stolen.status == 422 && stolen.text.contains("belongs to another browser"),
            "{}",
            stolen.text
        );
        // Another browser that is on its way itself keeps another secret.
        elsewhere.until(&site.path("/sign-in/oidc"), "/sign-in/oidc/return").await;
        assert!(elsewhere.get(&stopped).await.text.contains("belongs to another browser"));
        assert!(site.get(&elsewhere, "/account").await.url.contains("/sign-in?"));
        let came = browser.get(&stopped).await;
        assert_eq!((came.status, came.url), (200, site.path("/journal")), "{}", came.text);
        let replayed = browser.get(&stopped).await;
        assert!(replayed.status == 422 && replayed.text.contains("has been used"), "{}", replayed.text);

        for (from, to) in
            [("iss=http", "iss=https"), ("&iss=", "&else="), ("state=", "state=0"), ("code=", "code=0")]
        {
            let browser = Browser::new();
            let stopped = browser.until(&site.path("/sign-in/oidc"), "/sign-in/oidc/return").await;
            assert!(stopped.contains(from), "{stopped}");
            let bent = browser.get(&stopped.replace(from, to)).await;
            assert_eq!(bent.status, 422, "{to}: {}", bent.text);
            assert!(site.get(&browser, "/account").await.url.contains("/sign-in?"), "{to}");
        }
        for next in ["%2F%2Fevil.example", "https%3A%2F%2Fevil.example"] {
            let came = Browser::new().get(&site.path(&format!("/sign-in/oidc?next={next}"))).await;
            assert_eq!(came.url, site.path("/"), "{next}");
        }
        site.knows("", json!({})).await;
        let turned = Browser::new().get(&site.path("/sign-in/oidc")).await;
        assert!(
            turned.status == 422 && turned.text.contains("You turned back at Tidewatch ID"),
            "{}",
            turned.text
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_there_is_linked_by_its_owner_and_by_nobody_else() {
    on_both(|site| async move {
        let people = json!({ "ada": ada(&["mobile"]), "ben": ben(&["mobile"]) });
        let owner = site.set_up("Ada@tidewatch.example", PASSWORD).await;
        let refused = site.sign_in("ada", people.clone()).await;
        assert!(
            refused.text.contains("Somebody has the login ada@tidewatch.example here already"),
            "{}",
            refused.text
        );
        assert!(refused.text.contains("link Tidewatch ID on your account page"), "{}", refused.text);

        // What another site would have a browser do.
        let forged = site.cross_site(&owner, "/account/identities/link").await;
        assert_eq!(forged, 403);
        let unsure = site.post(&owner, "/account/identities/link", &[("password", "wrong")]).await;
        assert!(unsure.text.contains("The present password is another"), "{}", unsure.text);
        let page = site.post(&owner, "/account/identities/link", &[("password", PASSWORD)]).await;
        let onwards =
            page.text.split("class=\"button primary\" href=\"").nth(1).unwrap().split('"').next().unwrap();
        let onwards = onwards.replace("&amp;", "&");
        let stopped = owner.until(&onwards, "/sign-in/oidc/return").await;
        let stranger = site.enters("ben", people.clone()).await;
        site.knows("ada", people.clone()).await;
        assert!(stranger.get(&stopped).await.text.contains("belongs to another browser"));
        let linked = owner.get(&stopped).await;
        assert!(linked.text.contains("Linked.") && linked.text.contains("Unlink"), "{}", linked.text);

        let by_provider = site.enters("ada", people.clone()).await;
        assert_eq!(site.role_of(&by_provider).await, "admin", "the role stays what it was here");
        let subject = [("issuer", site.issuer()), ("subject", "ada")];
        let of_others = site.post(&stranger, "/account/identities/unlink", &subject).await;
        assert!(of_others.text.contains("your only way in"), "{}", of_others.text);
        let unsure = site.post(&by_provider, "/account/identities/unlink", &subject).await;
        assert!(unsure.text.contains("The present password is another"), "{}", unsure.text);
        let [issuer, subject] = subject;
        let sure = [issuer, subject, ("password", PASSWORD)];
        let unlinked = site.post(&by_provider, "/account/identities/unlink", &sure).await;
        assert!(unlinked.text.contains("Unlinked."), "{}", unlinked.text);
        assert_eq!(site.sign_in("ada", people).await.status, 422);
        let by_password = Browser::new();
        let fields = [("login", "ada@tidewatch.example"), ("password", PASSWORD)];
        assert_eq!(site.post(&by_password, "/sign-in", &fields).await.url, site.path("/"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_away_keeps_nobody_out_who_has_a_password() {
    on_sqlite(|mut site| async move {
        site.set_up("ada", PASSWORD).await;
        site.stop_provider();
        let browser = Browser::new();
        assert!(site.get(&browser, "/sign-in").await.text.contains("Sign in with Tidewatch ID"));
        let away = site.get(&browser, "/sign-in/oidc").await;
        assert!(away.status == 422 && away.text.contains("cannot be reached just now"), "{}", away.text);
        let entered = site.post(&browser, "/sign-in", &[("login", "ada"), ("password", PASSWORD)]).await;
        assert_eq!((entered.status, entered.url), (200, site.path("/")));
        let log = site.log();
        assert!(log.contains("failed to ask the identity provider at http://127.0.0.1"), "{log}");
        site.start_provider().await;
        tokio::time::sleep(std::time::Duration::from_millis(2_100)).await;
        let ben = site.enters("ben", json!({ "ben": ben(&["mobile"]) })).await;
        assert_eq!(site.role_of(&ben).await, "contributor");
        assert!(!site.log().contains("a secret of the client"));
    })
    .await;
}

#[test]
fn a_provider_that_cannot_be_used_is_told_before_anything_is_served() {
    let place = Place::empty(On::Sqlite);
    place.write("empty", "\n");
    let given = "serve --listen 127.0.0.1:0 --oidc-client-id seaworthy --oidc-issuer";
    for (options, code, says) in [
        ("http://id.tidewatch.example --oidc-role a=admin", 65, "the issuer has to be https://"),
        ("https://id.tidewatch.example", 65, "Name a group with --oidc-role"),
        ("https://id.tidewatch.example --oidc-role a=boss", 64, "none of the roles: viewer"),
        (
            "https://id.tidewatch.example --oidc-role a=admin --oidc-client-secret-file gone",
            65,
            "cannot be read",
        ),
        (
            "https://id.tidewatch.example --oidc-role a=admin --oidc-client-secret-file empty",
            65,
            "has no secret in it",
        ),
        ("https://id.tidewatch.example --oidc-client-secret s", 64, "unexpected argument"),
    ] {
        place.run(&format!("{given} {options}")).exits(code).says(says);
    }
    place.run("serve --oidc-role a=admin").exits(64).says("--oidc-issuer");
}
