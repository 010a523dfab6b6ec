//! The address of a server, as somebody gives it.
//!
//! Invariant: a token goes in the clear to this machine alone, unless its owner said otherwise.

use std::fmt;

use reqwest::Url;

use super::Failed;

/// Where a server is: scheme, host, port and perhaps a path, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address(String);

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// A sentence about what is wrong with it.
    pub(crate) fn parse(text: &str, insecure: bool) -> Result<Self, Failed> {
        let refused = |sentence: String| Err(Failed::Usage(sentence));
        let example = "Give it as https://seaworthy.example.com.";
        let Ok(url) = Url::parse(text.trim()) else {
            return refused(format!("`{text}` is no address of a server. {example}"));
        };
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return refused(format!("`{text}` is no address of a server. {example}"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refused(
                "An address with a password in it shows up in logs. Put a token into SEAWORTHY_TOKEN."
                    .to_owned(),
            );
        }
        if url.query().is_some() || url.fragment().is_some() {
            return refused(format!("`{text}` is a page, not the address of a server. {example}"));
        }
        if url.scheme() == "http" && !insecure && !is_this_machine(&url) {
            return refused(format!(
                "{text} has no TLS: the token would go in the clear. Use https://, or --insecure-http on a network \
                 where nobody listens."
            ));
        }
        Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn is_clear(&self) -> bool {
        self.0.starts_with("http:")
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_or_refused_with_a_reason() {
        for (text, insecure, expect) in [
            ("https://sea.example.com/", false, Ok("https://sea.example.com")),
            ("https://sea.example.com:8443/at/", false, Ok("https://sea.example.com:8443/at")),
            ("http://127.0.0.1:8420", false, Ok("http://127.0.0.1:8420")),
            ("http://localhost:8420", false, Ok("http://localhost:8420")),
            ("http://[::1]:8420", false, Ok("http://[::1]:8420")),
            ("http://sea.example.com", true, Ok("http://sea.example.com")),
            ("http://sea.example.com", false, Err("in the clear")),
            ("http://localhost.example.com", false, Err("in the clear")),
            ("sea.example.com", false, Err("no address")),
            ("ftp://sea.example.com", false, Err("no address")),
            ("https://ada:secret@sea.example.com", false, Err("SEAWORTHY_TOKEN")),
            ("https://sea.example.com/?page=1", false, Err("is a page")),
        ] {
            let told = Address::parse(text, insecure);
            match (&told, expect) {
                (Ok(address), Ok(expect)) => assert_eq!(address.as_str(), expect),
                (Err(failed), Err(part)) => assert!(failed.to_string().contains(part), "{text}: {failed}"),
                _ => panic!("{text}: {told:?}"),
            }
        }
    }
}
