//! Style, script and font, built into the binary.
//!
//! Invariant: an asset's name carries the digest of its bytes, so it can be kept for ever; what others wrote is
//! loaded only if it is what it was when it was taken in.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use sha2::{Digest as _, Sha256};

/// Version 4.0.1 of `htmx.org`, by its digest on npm.
pub(super) const HTMX_INTEGRITY: &str =
    "sha384-Qp9rdC8H7EqOoX+nR0P3RPG2Noji+qdwJlGpfzwQJsfOpp3sGwIdSP9xO3+UlEhn";
pub(super) const SSE_INTEGRITY: &str =
    "sha384-v8HvucQ+ohQhMg0arboXc5049yNR46QKMjphs7YDch+Wm7zpfK5XVS01f26mQDJV";

const HTMX: &[u8] = include_bytes!("../../assets/htmx.min.js");
const SSE: &[u8] = include_bytes!("../../assets/hx-sse.min.js");
const FONT: &[u8] = include_bytes!("../../assets/inter.woff2");
const SCRIPT: &[u8] = include_bytes!("../../assets/app.js");
const STYLE: &[&str] = &[
    include_str!("../../assets/tokens.css"),
    include_str!("../../assets/frame.css"),
    include_str!("../../assets/parts.css"),
    include_str!("../../assets/pages.css"),
];

/// Kept for a year: under this name there will never be other bytes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// One file that pages load.
#[derive(Debug)]
pub(super) struct Asset {
    pub(super) path: String,
    kind: &'static str,
    bytes: Bytes,
}

/// Everything that pages load.
#[derive(Debug)]
pub(super) struct Assets {
    pub(super) htmx: Asset,
    pub(super) sse: Asset,
    pub(super) script: Asset,
    pub(super) style: Asset,
    pub(super) font: Asset,
    pub(super) icon: Asset,
}

pub(super) static ASSETS: LazyLock<Assets> = LazyLock::new(|| {
    let font = Asset::new("inter", "woff2", "font/woff2", Bytes::from_static(FONT));
    // The style names the font, so it is digested with the name already in it.
    let style = STYLE.concat().replace("inter.woff2", &font.path);
    Assets {
        htmx: Asset::new("htmx", "js", "text/javascript; charset=utf-8", Bytes::from_static(HTMX)),
        sse: Asset::new("sse", "js", "text/javascript; charset=utf-8", Bytes::from_static(SSE)),
        script: Asset::new("app", "js", "text/javascript; charset=utf-8", Bytes::from_static(SCRIPT)),
        style: Asset::new("app", "css", "text/css; charset=utf-8", style.into()),
        icon: Asset::new(
            "icon",
            "svg",
            "image/svg+xml; charset=utf-8",
            Bytes::from_static(include_bytes!("../../assets/icon.svg")),
        ),
        font,
    }
});

impl Asset {
    fn new(name: &str, extension: &str, kind: &'static str, bytes: Bytes) -> Self {
        let digest = hex::encode(&Sha256::digest(&bytes)[..6]);
        Self { path: format!("/assets/{name}.{digest}.{extension}"), kind, bytes }
    }
}

impl Assets {
    fn all(&self) -> [&Asset; 6] {
        [&self.htmx, &self.sse, &self.script, &self.style, &self.font, &self.icon]
    }
}

pub(super) async fn asset(Path(file): Path<String>) -> Response {
    let found = ASSETS.all().into_iter().find(|asset| asset.path.strip_prefix("/assets/") == Some(&file));
    let Some(asset) = found else {
        return (StatusCode::NOT_FOUND, "There is no such file. Reload the page to get the present one.")
            .into_response();
    };
    let headers: [(HeaderName, HeaderValue); 2] = [
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static(FOR_EVER)),
    ];
    (headers, asset.bytes.clone()).into_response()
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use sha2::Sha384;

    use super::*;

    #[test]
    fn what_others_wrote_is_what_was_taken_in() {
        for (bytes, expect) in [(HTMX, HTMX_INTEGRITY), (SSE, SSE_INTEGRITY)] {
            let digest = base64::engine::general_purpose::STANDARD.encode(Sha384::digest(bytes));
            assert_eq!(format!("sha384-{digest}"), expect);
        }
    }

    #[test]
    fn the_style_names_the_font_by_its_digest() {
        let style = String::from_utf8(ASSETS.style.bytes.to_vec()).unwrap();
        assert!(style.contains(&ASSETS.font.path) && !style.contains("inter.woff2"), "{}", ASSETS.font.path);
    }
}
