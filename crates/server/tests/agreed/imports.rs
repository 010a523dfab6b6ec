//! Importing spreadsheets: by the API, and on the pages.

use axum::http::{Request, header};
use serde_json::{Value, json};

use crate::site::{Answer, RELEASE, Site};
use crate::workbook::{row, sheet, workbook, zipped};

const DEFECTS: &str = "Key;Kurztext;Severity;Status;Platform;Found in\r\n\
    TW-1;\"Route; old\r\nafter sync\";high;In Arbeit;iOS;iOS 512\r\n\
    TW-2;Map grey;S1;Open;Wear OS, iOS;iOS 999\r\n";

async fn import(site: &Site, who: &str, query: &str, file: impl Into<Vec<u8>>) -> Answer {
    let request = Request::post(format!("/api/v1{RELEASE}/imports?{query}"))
        .header(header::CONTENT_TYPE, "application/octet-stream");
    site.send(who, request, file.into()).await
}

/// How many events there are of a kind.
async fn count(site: &Site, kind: &str) -> usize {
    let events = site.get("ada", "/journal/events?limit=500").await.value();
    events["items"].as_array().unwrap().iter().filter(|event| event["type"] == kind).count()
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn mapping() -> String {
    let mapping = json!({
        "columns": { "Kurztext": "title" },
        "values": { "Status": { "In Arbeit": "open" } },
    });
    format!("mapping={}", encoded(&mapping.to_string()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_looked_at_imported_and_remembered() {
    let site = Site::new().await;
    let looked = import(&site, "con", "as=defects&name=list.csv&dry_run=true", DEFECTS).await;
    assert_eq!(looked.status, 200, "{}", looked.text);
    let looked = looked.value();
    assert!(looked["refusal"].as_str().unwrap().contains("No column is known to hold the title"), "{looked}");
    assert_eq!(looked["columns"][1], json!({ "column": "Kurztext", "field": null, "confidence": null }));

    let query = format!("as=defects&name=list.csv&{}", mapping());
    let looked = import(&site, "con", &format!("{query}&dry_run=true"), DEFECTS).await.value();
    let counts = json!({ "rows": 2, "new": 2, "changed": 0, "same": 0, "errors": 0, "warnings": 1 });
    assert_eq!(
        (&looked["counts"], &looked["refusal"], &looked["position"]),
        (&counts, &Value::Null, &Value::Null)
    );
    assert_eq!(count(&site, "defect_reported").await, 0, "a look changes nothing");

    let done = import(&site, "con", &query, DEFECTS).await;
    assert_eq!(done.status, 200, "{}", done.text);
    assert_eq!(done.value()["counts"], counts);
    assert_eq!(
        (count(&site, "defect_reported").await, count(&site, "import_mapping_remembered").await),
        (2, 1)
    );
    let defects = site.get("vic", &format!("{RELEASE}/defects")).await.value();
    let line =
        defects["items"].as_array().unwrap().iter().find(|line| line["defect"] == "TW-1").unwrap().clone();
    assert!(line.to_string().contains("In Arbeit"), "the tracker's own word is kept: {line}");

    // The mapping is remembered: nobody says it again. Nothing differs, so that nothing is recorded.
    let again = import(&site, "con", "as=defects&name=list.csv", DEFECTS).await.value();
    assert_eq!((&again["counts"]["same"], &again["position"]), (&json!(2), &Value::Null));
    let changed = DEFECTS.replace(";high;", ";low;");
    let looked = import(&site, "con", "as=defects&name=list.csv&dry_run=true", changed.clone()).await.value();
    assert_eq!(looked["rows"][0]["changes"], json!([{ "field": "severity", "from": "high", "to": "low" }]));
    import(&site, "con", "as=defects&name=list.csv", changed).await;
    assert_eq!(
        (count(&site, "defect_reported").await, count(&site, "import_mapping_remembered").await),
        (3, 1)
    );

    let shorter = DEFECTS.lines().take(3).collect::<Vec<_>>().join("\r\n");
    let looked = import(&site, "con", "as=defects&name=list.csv&dry_run=true", shorter).await.value();
    assert_eq!((&looked["gone_total"], &looked["gone"][0]), (&json!(1), &json!("TW-2 “Map grey”")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_with_a_mistake_refuses_all_unless_it_may_be_left_out() {
    let site = Site::new().await;
    let text = "Key,Title,Severity\nTW-1,Sync,high\nTW-2,Maps,S9\nTW-3,,low\n";
    let refused = import(&site, "con", "as=defects&name=list.csv&whole=true", text).await;
    assert_eq!(refused.status, 409, "{}", refused.text);
    assert!(
        refused.detail().contains("2 rows cannot be imported, so that this is not all"),
        "{}",
        refused.text
    );
    let refused = import(&site, "con", "as=defects&name=list.csv", text).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    for part in ["Row 3, column “Severity”: “S9”", "Row 4, column “Title”"] {
        assert!(refused.detail().contains(part), "{}", refused.text);
    }
    assert_eq!(count(&site, "defect_reported").await, 0);
    let partly = import(&site, "con", "as=defects&name=list.csv&partial=true", text).await.value();
    assert_eq!((&partly["counts"]["new"], &partly["counts"]["errors"]), (&json!(1), &json!(2)));
    let whole = import(&site, "con", "as=defects&name=list.csv&whole=true", "Key,Title\nTW-1,Sync\n").await;
    assert_eq!(whole.status, 200, "{}", whole.text);
    assert_eq!(count(&site, "list_whole").await, 1);
    let check = site.get("vic", &format!("{RELEASE}/facts?track=ios")).await.text;
    assert!(!check.is_empty());
    assert_eq!(import(&site, "vic", "as=defects", text).await.status, 403);
    assert_eq!(import(&site, "con", "as=blockers", text).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_and_sign_offs_are_the_words_of_those_who_may_give_them() {
    let site = Site::new().await;
    let changes = "Key,Feature,Dev done,QA,PO\nC-1,Routes,yes,yes,yes\n";
    let done = import(&site, "pia", "as=changes&name=c.csv", changes).await.value();
    assert_eq!((&done["counts"]["new"], &done["counts"]["warnings"]), (&json!(1), &json!(1)));
    assert_eq!(count(&site, "change_said").await, 1, "Pia speaks for engineering alone");
    let words = "Track,Build,Function,Who,E-mail,Date\n\
        iOS,512,QA,Jo Lind,jo@example.org,24 Nov\niOS,512,product,Max Okafor,,\niOS,512,qa,Con Tributor,,\n";
    let refused = import(&site, "con", "as=sign-offs&name=s.csv&dry_run=true", words).await;
    assert_eq!(refused.status, 403, "the words of others take a coordinator: {}", refused.text);
    let looked = import(&site, "ada", "as=sign-offs&name=s.csv&dry_run=true", words).await.value();
    let outcomes: Vec<&str> =
        looked["rows"].as_array().unwrap().iter().map(|row| row["outcome"].as_str().unwrap()).collect();
    assert_eq!(
        outcomes,
        ["error", "new", "error"],
        "only who has an account speaks for its functions: {looked}"
    );
    let done = import(&site, "ada", "as=sign-offs&name=s.csv&partial=true", words).await;
    assert_eq!(done.status, 200, "{}", done.text);
    let evidence = site.get("vic", &format!("{RELEASE}/evidence")).await.text;
    assert!(evidence.contains("Max Okafor, recorded by Ada Winter (s.csv, row 3"), "{evidence}");
    let again = import(&site, "ada", "as=sign-offs&name=s.csv&partial=true", words).await.value();
    assert_eq!((&again["counts"]["same"], &again["position"]), (&json!(1), &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workbook_is_read_with_its_sheets_formulas_and_merged_cells() {
    let site = Site::new().await;
    let rows = [
        row(1, &["Open defects of this week"]),
        row(3, &["Key", "Title", "Severity", "Platform"]),
        row(4, &["#2304", "Old route", "=high", "iOS"]),
        row(5, &["#2305", "Map grey", "low"]),
        row(9, &["#2306", "Slow", "S3", "Wear OS"]),
    ];
    let book =
        workbook(&[("Notes", &sheet(&[row(1, &["nothing here"])], "")), ("Defects", &sheet(&rows, "D4:D5"))]);
    let looked = import(&site, "con", "as=defects&name=d.xlsx&dry_run=true", book.clone()).await;
    assert_eq!(looked.status, 200, "{}", looked.text);
    let looked = looked.value();
    assert_eq!((&looked["format"], &looked["sheet"]), (&json!("xlsx"), &json!("Defects")));
    assert_eq!((&looked["header"], &looked["sheets"]), (&json!(3), &json!(["Notes", "Defects"])));
    let rows: Vec<(i64, &str)> = looked["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["row"].as_i64().unwrap(), row["key"].as_str().unwrap()))
        .collect();
    assert_eq!(rows, [(4, "2304"), (5, "2305"), (9, "2306")]);
    assert_eq!(looked["rows"][0]["changes"][1], json!({ "field": "severity", "to": "high" }));
    assert!(
        looked["rows"][1]["changes"].to_string().contains("\"ios\""),
        "merged cells all have what is in the first"
    );
    let unknown = import(&site, "con", "as=defects&sheet=Tickets", book).await;
    assert_eq!(unknown.status, 404);
    assert!(unknown.detail().contains("there is Notes, Defects"), "{}", unknown.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_means_ill_or_is_none_is_refused_in_words() {
    let site = Site::new().await;
    let far = "<sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row></sheetData>";
    let zeros = vec![b' '; 210 << 20];
    let bomb = zipped(&[("xl/workbook.xml", b"<workbook/>"), ("xl/worksheets/sheet1.xml", &zeros)]);
    drop(zeros);
    assert!(bomb.len() < 1 << 20, "{}", bomb.len());
    let texts = "<si/>".repeat(9_000_000);
    let texts = zipped(&[("xl/workbook.xml", b"<workbook/>"), ("xl/sharedStrings.xml", texts.as_bytes())]);
    let good = workbook(&[("A", &sheet(&[row(1, &["Key", "Title"]), row(2, &["A-1", "x"])], ""))]);
    let broken = good[..good.len() / 2].to_vec();
    for (file, part) in [
        (bomb, "more than 200 MB"),
        (texts, "more than 200 MB"),
        (workbook(&[("A", far)]), "far to the right"),
        (broken, "damaged"),
        (zipped(&[("readme.txt", b"hello")]), "damaged"),
        (b"PK\x03\x04nonsense".to_vec(), "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), "old Excel file"),
        (b"\x7fELF\x02\x01\x01\0\0\0\0".to_vec(), "no spreadsheet"),
        (b"%PDF-1.7\n".to_vec(), "PDF"),
        (b"<html><table>".to_vec(), "HTML"),
        (Vec::new(), "empty"),
        ([b"Key,".repeat(1_000_000), b"x".to_vec()].concat(), "at most 200 columns"),
        (b"Key,Title\nA-1,\"never closed\n".to_vec(), "row 2"),
        (b"[{\"key\":".to_vec(), "cannot be read"),
        (vec![b'a'; 21 << 20], "at most 20 MB"),
    ] {
        let begin = String::from_utf8_lossy(&file[..file.len().min(20)]).into_owned();
        let answer = import(&site, "con", "as=defects&dry_run=true", file).await;
        assert_eq!(answer.status, 422, "{begin:?}: {}", answer.text);
        assert!(answer.detail().contains(part), "{begin:?}: {}", answer.text);
    }
}

/// A form with a file in it.
async fn form(site: &Site, who: &str, fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Answer {
    let mut body = Vec::new();
    for (name, value) in fields {
        let head = format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        body.extend([head.as_bytes(), value.as_bytes(), b"\r\n"].concat());
    }
    if let Some((name, content)) = file {
        let head =
            format!("--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
        body.extend([head.as_bytes(), content, b"\r\n"].concat());
    }
    body.extend(b"--edge--\r\n");
    let request = Request::post(format!("{RELEASE}/import"))
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge");
    site.send(who, request, body).await
}

/// Returns the value of a hidden field.
fn hidden(page: &str, name: &str) -> String {
    let after = page
        .split(&format!("name=\"{name}\" value=\""))
        .nth(1)
        .unwrap_or_else(|| panic!("no {name} in {page}"));
    after.split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_imported_in_three_steps_without_script() {
    let site = Site::new().await;
    let first = site.page("con", &format!("{RELEASE}/import?as=changes")).await;
    assert_eq!(first.status, 200);
    assert!(first.text.contains("value=\"changes\" required checked"), "{}", first.text);
    assert_eq!(site.page("vic", &format!("{RELEASE}/import")).await.status, 403);
    let nothing = form(&site, "con", &[("as", "defects")], None).await;
    assert_eq!(nothing.status, 422);
    assert!(nothing.text.contains("Choose a file."), "{}", nothing.text);
    let binary = form(&site, "con", &[("as", "defects")], Some(("x.bin", b"\x7fELF\0\0"))).await;
    assert!(binary.text.contains("This is no spreadsheet"), "{}", binary.text);

    // The file alone: a column is not known, and a word.
    let looked = form(&site, "con", &[("as", "defects")], Some(("list.csv", DEFECTS.as_bytes()))).await;
    assert_eq!(looked.status, 422, "{}", looked.text);
    assert!(looked.text.contains("No column is known to hold the title"), "{}", looked.text);
    assert!(!looked.text.contains("value=\"import\""), "there is nothing to confirm: {}", looked.text);
    let kept = hidden(&looked.text, "kept");
    let said = |fields: &[(&'static str, &'static str)]| {
        let mut all = vec![("as", "defects"), ("kept", kept.as_str()), ("name", "list.csv")];
        let columns =
            [("column-0", "Key"), ("field-0", "key"), ("column-1", "Kurztext"), ("field-1", "title")];
        let more =
            [("column-2", "Severity"), ("field-2", "severity"), ("column-3", "Status"), ("field-3", "state")];
        all.extend(columns.into_iter().chain(more));
        all.extend(fields.iter().copied());
        all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Vec<_>>()
    };
    let post = async |fields: Vec<(String, String)>| {
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        form(&site, "con", &fields, None).await
    };
    let looked = post(said(&[])).await;
    assert_eq!(looked.status, 200, "{}", looked.text);
    for part in
        ["Words that need a meaning", "“In Arbeit”", "row by row", "left out", "Import 1, leave out 1"]
    {
        assert!(looked.text.contains(part), "no {part} in {}", looked.text);
    }
    let word = [("in-0", "Status"), ("text-0", "In Arbeit"), ("means-0", "open")];
    let looked = post(said(&word)).await;
    assert!(looked.text.contains("Import 2 rows"), "{}", looked.text);
    assert!(looked.text.contains("value=\"open\" selected"), "what was said is kept: {}", looked.text);
    let twice = post(said(&[("column-4", "Platform"), ("field-4", "title")])).await;
    assert_eq!(twice.status, 422);
    assert!(twice.text.contains("Two columns are said to be the title"), "{}", twice.text);
    assert_eq!(count(&site, "defect_reported").await, 0);

    let all: Vec<(&'static str, &'static str)> =
        word.into_iter().chain([("go", "import"), ("whole", "yes")]).collect();
    let done = post(said(&all)).await;
    assert_eq!(done.status, 303, "{}", done.text);
    assert!(
        done.location().contains("/import?as=defects&new=2&changed=0&same=0&out=0"),
        "{}",
        done.location()
    );
    assert_eq!((count(&site, "defect_reported").await, count(&site, "list_whole").await), (2, 1));
    site.settled().await;
    let told = site.page("con", done.location()).await.text;
    assert!(told.contains("Imported: 2 new defects, 0 changed"), "{told}");
    let again = form(&site, "con", &[("as", "defects")], Some(("list.csv", DEFECTS.as_bytes()))).await;
    assert_eq!(again.status, 200, "what columns hold is remembered: {}", again.text);
    assert!(again.text.contains("All is on record as the file has it."), "{}", again.text);
    let lost = form(&site, "con", &[("as", "defects"), ("kept", &"0".repeat(64)), ("name", "x")], None).await;
    assert!(lost.text.contains("not kept any more"), "{}", lost.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_is_told_in_parts_and_imported_at_once() {
    let site = Site::new().await;
    let mut text = "Key,Title,Severity,Platform\n".to_owned();
    for number in 1..=3_000 {
        text.push_str(&format!("TW-{number},Defect {number},low,iOS\n"));
    }
    let begun = std::time::Instant::now();
    let done = import(&site, "con", "as=defects&name=long.csv", text.clone()).await.value();
    assert_eq!((&done["counts"]["new"], &done["next"]), (&json!(3_000), &json!(501)));
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
    let next = import(&site, "con", "as=defects&name=long.csv&dry_run=true&after=2900", text).await.value();
    assert_eq!(next["rows"].as_array().unwrap().len(), 101);
    assert_eq!((&next["next"], &next["counts"]["same"]), (&Value::Null, &json!(3_000)));
}
