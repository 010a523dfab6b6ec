//! Excel workbooks, made by hand.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Zips parts; they are packed, so that what repeats takes little.
pub(crate) fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, content) in parts {
        writer.start_file(*name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A workbook whose sheets hold what is given of `sheetData` and what is after it.
pub(crate) fn workbook(sheets: &[(&str, &str)]) -> Vec<u8> {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let mut listed = String::new();
    let mut related = String::new();
    let mut parts: Vec<(String, String)> = Vec::new();
    for (index, (name, rows)) in sheets.iter().enumerate() {
        let id = index + 1;
        listed.push_str(&format!("<sheet name=\"{name}\" sheetId=\"{id}\" r:id=\"rId{id}\"/>"));
        related.push_str(&format!(
            "<Relationship Id=\"rId{id}\" Type=\"{RELATIONS}/worksheet\" Target=\"worksheets/sheet{id}.xml\"/>"
        ));
        let sheet = format!("<?xml version=\"1.0\"?><worksheet xmlns=\"{MAIN}\">{rows}</worksheet>");
        parts.push((format!("xl/worksheets/sheet{id}.xml"), sheet));
    }
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    parts.push((
        "xl/workbook.xml".to_owned(),
        format!("<?xml version=\"1.0\"?><workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\"><sheets>{listed}</sheets></workbook>"),
    ));
    parts.push((
        "xl/_rels/workbook.xml.rels".to_owned(),
        format!("<?xml version=\"1.0\"?><Relationships xmlns=\"{package}\">{related}</Relationships>"),
    ));
    parts.push((
        "_rels/.rels".to_owned(),
        format!(
            "<?xml version=\"1.0\"?><Relationships xmlns=\"{package}\"><Relationship Id=\"rId1\" \
             Type=\"{RELATIONS}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
        ),
    ));
    let parts: Vec<(&str, &[u8])> =
        parts.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    zipped(&parts)
}

/// A row of cells that are texts; one that begins with "=" is a formula that came to what follows, and "#" is a number.
pub(crate) fn row(number: u32, cells: &[&str]) -> String {
    let cell = |(index, text): (usize, &&str)| {
        let at = format!("{}{number}", char::from(b'A' + index as u8));
        match text.strip_prefix('#') {
            Some(value) => format!("<c r=\"{at}\"><v>{value}</v></c>"),
            None => match text.strip_prefix('=') {
                Some(value) => format!("<c r=\"{at}\" t=\"str\"><f>LOWER(\"X\")</f><v>{value}</v></c>"),
                None => format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"),
            },
        }
    };
    let cells: String = cells.iter().enumerate().map(cell).collect();
    format!("<row r=\"{number}\">{cells}</row>")
}

/// A sheet of rows, with the cells that are merged.
pub(crate) fn sheet(rows: &[String], merged: &str) -> String {
    let merged = if merged.is_empty() {
        String::new()
    } else {
        format!("<mergeCells count=\"1\"><mergeCell ref=\"{merged}\"/></mergeCells>")
    };
    format!("<sheetData>{}</sheetData>{merged}", rows.concat())
}
