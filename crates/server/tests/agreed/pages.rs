//! The pages: forms that work without script, what comes back when a form is refused, and who sees which button.

use axum::http::{Request, header};
use serde_json::json;

use crate::site::{HOUR, PNG, RELEASE, Site};

/// Posts a form that must be taken, and returns where it leads.
async fn goes(site: &Site, who: &str, below: &str, fields: &[(&str, &str)]) -> String {
    let answer = site.form(who, &format!("{RELEASE}{below}"), fields).await;
    assert_eq!(answer.status, 303, "{below}: {}", answer.text);
    site.settled().await;
    answer.location().to_owned()
}

/// Checks that a form is shown again, with why and with what was typed.
async fn comes_back(site: &Site, who: &str, below: &str, fields: &[(&str, &str)], parts: &[&str]) {
    let answer = site.form(who, &format!("{RELEASE}{below}"), fields).await;
    assert_eq!(answer.status, 422, "{below}: {}", answer.text);
    for part in parts {
        assert!(answer.text.contains(part), "no {part} in {}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_candidate_is_nominated_on_what_was_shown() {
    let site = Site::new().await;
    site.run("512", "smoke").await;
    site.settled().await;
    let track = site.page("ada", &format!("{RELEASE}/tracks/ios")).await.text;
    assert!(track.contains("/tracks/ios/candidate\">Nominate…"), "{track}");
    for who in ["con", "vic"] {
        assert!(!site.page(who, &format!("{RELEASE}/tracks/ios")).await.text.contains("Nominate…"), "{who}");
        assert_eq!(site.page(who, &format!("{RELEASE}/tracks/ios/candidate")).await.status, 403);
    }
    let form = site.page("ada", &format!("{RELEASE}/tracks/ios/candidate")).await.text;
    assert!(form.contains("Show what follows") && form.contains("value=\"514\""), "{form}");
    let confirm =
        site.page("ada", &format!("{RELEASE}/tracks/ios/candidate?build=514&reason=a+crash")).await.text;
    assert!(
        confirm.contains("The smoke run on 4.2.0 (512) becomes stale.")
            && confirm.contains(">a crash</textarea>"),
        "{confirm}"
    );
    let seen = confirm.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();

    // Something happens before it is confirmed: it is shown anew, and says what.
    site.run("512", "regression").await;
    let fields = [("build", "514"), ("reason", "a crash"), ("seen", seen.as_str())];
    let below = "/tracks/ios/candidate";
    comes_back(
        &site,
        "ada",
        below,
        &fields,
        &["has moved since", "The regression run on 4.2.0 (512) becomes stale.", ">a crash</textarea>"],
    )
    .await;
    comes_back(&site, "ada", below, &[("build", "514")], &["takes the place of"]).await;
    let unknown = site.page("ada", &format!("{RELEASE}{below}?number=600")).await;
    assert!(
        unknown.status == 422
            && unknown.text.contains("has no build 600")
            && unknown.text.contains("value=\"600\""),
        "{}",
        unknown.text
    );
    let to =
        goes(&site, "ada", below, &[("number", "515"), ("commit", "1d2e3f4"), ("reason", "a crash")]).await;
    let page = site.page("ada", &to).await.text;
    assert!(
        page.contains("4.2.0 (515)") && page.contains("Nominated.") && page.contains("Carry forward…"),
        "{page}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiver_is_asked_for_from_a_criterion_and_answered_by_who_may() {
    let site = Site::new().await;
    let track = site.page("max", &format!("{RELEASE}/tracks/ios")).await.text;
    assert!(track.contains("/waivers/new?track=ios&amp;criterion=smoke-passed"), "{track}");
    assert!(!track.contains("/waivers/new?track=ios&amp;criterion=platform"), "nobody may waive it");
    assert!(!site.page("vic", &format!("{RELEASE}/tracks/ios")).await.text.contains("Ask for a waiver"));
    let form =
        site.page("max", &format!("{RELEASE}/waivers/new?track=ios&criterion=smoke-passed")).await.text;
    assert!(
        form.contains("could reach users unseen") && form.contains("Product or engineering may approve it."),
        "{form}"
    );
    let filled = |reason: &'static str| {
        [
            ("track", "ios"),
            ("criterion", "smoke-passed"),
            ("scope", "build"),
            ("reason", reason),
            ("mitigation", "support knows"),
        ]
    };
    let until = site.in_hours(24);
    let with = |reason: &'static str| {
        let mut fields = filled(reason).to_vec();
        fields.push(("expires", until.as_str()));
        fields
    };
    comes_back(
        &site,
        "max",
        "/waivers",
        &with(" "),
        &["why it should be accepted", ">support knows</textarea>"],
    )
    .await;
    comes_back(&site, "max", "/waivers", &filled("known"), &["until when it counts", ">known</textarea>"])
        .await;
    let to = goes(&site, "max", "/waivers", &with("known")).await;
    let own = site.page("max", &to).await.text;
    assert!(
        own.contains("You asked for it, so it takes somebody else.") && own.contains("Take it back"),
        "{own}"
    );
    assert!(!own.contains("/approve\"") && !own.contains("/refuse\""), "{own}");
    let page = to.split('?').next().unwrap().to_owned();
    let below = page.trim_start_matches(RELEASE).to_owned();
    for (who, approve, refuse, revoke) in
        [("pia", true, true, true), ("ada", true, false, true), ("vic", false, false, false)]
    {
        let text = site.page(who, &page).await.text;
        for (path, sees) in [("approve", approve), ("refuse", refuse), ("revoke", revoke)] {
            assert_eq!(text.contains(&format!("{below}/{path}\"")), sees, "{who} {path}: {text}");
        }
    }
    let list = site.page("pia", &format!("{RELEASE}/waivers")).await.text;
    assert!(list.contains("Waiting for an answer") && list.contains("Approve or refuse…"), "{list}");
    let behalf =
        [("function", "product"), ("whose", "other"), ("person_name", "Con Tributor"), ("source", "")];
    comes_back(
        &site,
        "ada",
        &format!("{below}/approve"),
        &behalf,
        &["where the word was given", "value=\"Con Tributor\""],
    )
    .await;
    comes_back(&site, "pia", &format!("{below}/refuse"), &[("reason", "")], &["why not"]).await;
    let to =
        goes(&site, "pia", &format!("{below}/approve"), &[("function", "engineering"), ("whose", "own")])
            .await;
    let page = site.page("vic", &to).await.text;
    assert!(
        page.contains("in force") && page.contains("Approved for Engineering by <b>Pia Nowak</b>"),
        "{page}"
    );
    goes(&site, "ada", "/tracks/ios/candidate", &[("build", "514"), ("reason", "a crash")]).await;
    let list = site.page("vic", &format!("{RELEASE}/waivers")).await.text;
    assert!(list.contains("Lapsed") && list.contains("the candidate is now 4.2.0 (514)"), "{list}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_assessment_stands_at_the_head_of_its_track_with_what_was_corrected_since() {
    let site = Site::new().await;
    let smoke = site.run("512", "smoke").await;
    site.settled().await;
    assert!(!site.page("con", &format!("{RELEASE}/tracks/ios")).await.text.contains("Assess it…"));
    let filled = |confidence: &'static str| {
        [("build", "512"), ("recommendation", "go"), ("confidence", confidence), ("reasons", "all *ran*")]
    };
    let below = "/tracks/ios/assessments";
    comes_back(
        &site,
        "ada",
        below,
        &filled("much"),
        &["whole number from 0 to 100", ">all *ran*</textarea>"],
    )
    .await;
    comes_back(&site, "ada", below, &filled("120"), &["from 0 to 100"]).await;
    let to = goes(&site, "ada", below, &filled("80")).await;
    let page = site.page("vic", &to).await.text;
    assert!(
        page.contains("Assessment: go") && page.contains("80 % sure") && page.contains("<em>ran</em>"),
        "{page}"
    );
    assert!(!page.contains("Since it was signed"));
    let reason = [("reason", "the wrong server")];
    goes(&site, "ada", &format!("/evidence/{smoke}/withdraw"), &reason).await;
    let page = site.page("vic", &format!("{RELEASE}/tracks/ios")).await.text;
    assert!(
        page.contains("Since it was signed") && page.contains("was withdrawn: the wrong server"),
        "{page}"
    );

    let sign = [("build", "512"), ("function", "qa"), ("notes", "seen"), ("whose", "own")];
    let wrong = [("build", "512"), ("function", "product"), ("notes", "seen"), ("whose", "own")];
    comes_back(
        &site,
        "ada",
        "/tracks/ios/signoffs",
        &wrong,
        &["This takes the word of product", ">seen</textarea>"],
    )
    .await;
    goes(&site, "ada", "/tracks/ios/signoffs", &sign).await;
    let page = site.page("vic", &format!("{RELEASE}/tracks/ios")).await.text;
    assert!(page.contains("Signed off") && page.contains("QA</a> by Ada Winter"), "{page}");
    let link =
        page.split("Signed off").nth(1).unwrap().split("href=\"").nth(1).unwrap().split('"').next().unwrap();
    let signed = site.page("ada", link).await.text;
    assert!(signed.contains("QA stands by") && signed.contains("Withdraw this word"), "{signed}");
    assert!(!signed.contains("It belongs elsewhere"), "a word is not moved");
    // As of a moment, nothing can be done.
    let past = site.page("ada", &format!("{RELEASE}/tracks/ios?as_of={}", site.in_hours(-1))).await;
    assert!(!past.text.contains("Nominate…"), "{}", past.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_is_carried_forward_and_moved_from_its_page() {
    let site = Site::new().await;
    let smoke = site.run("512", "smoke").await;
    site.does("ada", "/tracks/ios/candidate", json!({ "build": "514", "reason": "a text" })).await;
    site.settled().await;
    let page = format!("{RELEASE}/evidence/{smoke}");
    let text = site.page("ada", &page).await.text;
    assert!(
        text.contains("Carry forward to 4.2.0 (514)") && text.contains("It belongs elsewhere…"),
        "{text}"
    );
    let viewer = site.page("vic", &page).await.text;
    assert!(
        !viewer.contains("Carry forward to")
            && !viewer.contains("It belongs elsewhere")
            && !viewer.contains("/withdraw"),
        "{viewer}"
    );
    let carry = format!("/evidence/{smoke}/carry");
    comes_back(
        &site,
        "ada",
        &carry,
        &[("reason", " ")],
        &["what did not change", "<details class=\"card quiet\" id=\"carry\" open"],
    )
    .await;
    let to = goes(&site, "ada", &carry, &[("reason", "only a text changed")]).await;
    let text = site.page("vic", &to).await.text;
    assert!(text.contains("Carried forward") && text.contains("only a text changed"), "{text}");
    let track = site.page("vic", &format!("{RELEASE}/tracks/ios")).await.text;
    assert!(track.contains("carried to 514"), "{track}");

    let correct = format!("/evidence/{smoke}/correct");
    comes_back(
        &site,
        "con",
        &correct,
        &[("reason", "a slip")],
        &["Choose the track and the build", "value=\"a slip\""],
    )
    .await;
    let to = goes(&site, "con", &correct, &[("place", "ios/514"), ("reason", "a slip")]).await;
    let text = site.page("vic", &to).await.text;
    assert!(text.contains(&format!("In place of <a href=\"{page}\">evidence {smoke}</a>")), "{text}");
    let old = site.page("vic", &page).await.text;
    assert!(old.contains("Where it belongs, it is evidence"), "{old}");
}

#[tokio::test(flavor = "multi_thread")]
async fn photos_come_along_with_a_check_by_hand_and_stay_when_the_form_comes_back() {
    let site = Site::new().await;
    let boundary = "edge";
    let part = |name: &str, more: &str, content: &[u8]| {
        let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n");
        [head.as_bytes(), content, b"\r\n"].concat()
    };
    let form = |result: &str, photos: &str| {
        let mut body = Vec::new();
        for (name, value) in [
            ("what", "check"),
            ("track", "ios"),
            ("build", "512"),
            ("device", "iPhone SE / iOS 17"),
            ("result", result),
            ("text", "the curve"),
            ("whose", "own"),
            ("photos", photos),
        ] {
            body.extend(part(name, "", value.as_bytes()));
        }
        if photos.is_empty() {
            body.extend(part("photo", "; filename=\"a.png\"", PNG));
            body.extend(part("photo", "; filename=\"b.png\"", &[PNG, b" two"].concat()));
        }
        body.extend(format!("--{boundary}--\r\n").bytes());
        body
    };
    let send = async |body: Vec<u8>| {
        let request = Request::post(format!("{RELEASE}/record"))
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={boundary}"));
        site.send("con", request, body).await
    };
    let again = send(form("", "")).await;
    assert_eq!(again.status, 422, "{}", again.text);
    assert!(
        again.text.contains("whether it passed or failed")
            && again.text.contains("The photos that came along are kept")
    );
    let kept = again.text.split("name=\"photos\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let recorded = send(form("passed", kept)).await;
    assert_eq!(recorded.status, 303, "{}", recorded.text);
    site.settled().await;
    let page = recorded.location().split('?').next().unwrap();
    let text = site.page("vic", page).await.text;
    assert!(text.contains("2 photos") && text.contains(&format!("{page}/photos/2")), "{text}");
    let photo = site.page("vic", &format!("{page}/photos/1")).await;
    assert_eq!((photo.status, photo.headers[header::CONTENT_TYPE].to_str().unwrap()), (200, "image/png"));
    assert_eq!(site.page("vic", &format!("{page}/photos/3")).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_place_says_what_will_be_here() {
    let site = Site::new().await;
    let list = site.page("max", &format!("{RELEASE}/waivers")).await.text;
    assert!(list.contains("Nothing is waived") && list.contains("/waivers/new"), "{list}");
    let list = site.page("vic", &format!("{RELEASE}/waivers")).await.text;
    assert!(list.contains("Nothing is waived") && !list.contains("/waivers/new"), "{list}");
    assert_eq!(site.page("vic", &format!("{RELEASE}/waivers/99")).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_the_past_cannot_be_filled_in_and_leads_to_now() {
    let site = Site::new().await;
    site.does("ada", "/defects", json!({ "key": "TW-1", "title": "Old route" })).await;
    let then = site.in_hours(0).replace('+', "%2B");
    site.pass(HOUR);
    site.settled().await;
    for below in [
        "/tracks/ios/candidate",
        "/tracks/ios/signoffs/new",
        "/tracks/ios/assessments/new",
        "/waivers/new",
        "/import",
        "/asks/new",
        "/risks/new",
        "/new-defect",
        "/defects/TW-1/impact",
        "/new-change",
        "/record",
        "/definition/draft",
    ] {
        let now = site.page("ada", &format!("{RELEASE}{below}")).await;
        assert!(now.status == 200 && !now.text.contains("where nothing can be changed"), "{below}");
        let past = site.page("ada", &format!("{RELEASE}{below}?as_of={then}")).await;
        assert_eq!(past.status, 200, "{below}: {}", past.text);
        assert!(past.text.contains("where nothing can be changed"), "{below}: {}", past.text);
        assert!(
            past.text.contains(&format!("href=\"{RELEASE}{below}\">Do it now")),
            "{below}: {}",
            past.text
        );
        assert!(!past.text.contains("class=\"card form"), "{below}: {}", past.text);
    }
}
