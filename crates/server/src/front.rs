//! The front: by which address people reach the server, what ends TLS, and which hops are believed.
//!
//! Invariant: a password never crosses a network in the clear, and nobody says where a request comes from but a hop
//! that was named.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// How the server is reached. By default from its own machine alone.
#[derive(Clone, Debug, Default)]
pub struct Front {
    /// What people type; `None` on one's own machine.
    pub origin: Option<Origin>,
    /// What stands in front, if anything: whom to believe in `X-Forwarded-For`.
    pub hops: Vec<Hop>,
    pub tls: Option<Tls>,
}

/// Where the certificate and its key are, both in PEM. They are read again when they change.
#[derive(Clone, Debug)]
pub struct Tls {
    pub certificates: PathBuf,
    pub key: PathBuf,
}

/// An address or a network of something that stands in front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hop(IpNet);

impl FromStr for Hop {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let net = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        net.map(Self).map_err(|_| "expected an address or a network, as 10.0.0.7 or 10.0.0.0/8".to_owned())
    }
}

/// Scheme, host and port, as in `https://ship.example`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    url: String,
    /// Host and port as a browser names them: without the scheme's own port.
    authority: String,
}

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = || "expected https:// and a host, as https://ship.example".to_owned();
        let url = url::Url::parse(text).map_err(|_| wanted())?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let (Some(host), true) = (url.host_str(), bare && url.username().is_empty()) else {
            return Err(wanted());
        };
        if url.scheme() != "https" {
            return Err("passwords and sessions need https://; name the address that people use".to_owned());
        }
        let authority = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Ok(Self { url: format!("https://{authority}"), authority })
    }
}

impl Origin {
    pub fn as_str(&self) -> &str {
        &self.url
    }
}

impl Front {
    /// Completes a front for where the server is to listen.
    ///
    /// # Errors
    /// What would let passwords cross a network in the clear, or leave the server without a name.
    pub fn at(mut self, listen: SocketAddr) -> Result<Self, String> {
        let own = listen.ip().is_loopback();
        if self.tls.is_none() && !own && self.hops.is_empty() {
            return Err(
                "it would send passwords in the clear. Give it a certificate with --tls-certificate and \
                 --tls-key, or name what ends TLS in front of it with --behind, or listen on 127.0.0.1"
                    .to_owned(),
            );
        }
        if self.origin.is_none() && (!own || self.tls.is_some() || !self.hops.is_empty()) {
            return Err("it has to know by which address people reach it: --origin https://…".to_owned());
        }
        // What ends TLS on this machine is in front, where nothing else was named.
        if own && self.origin.is_some() && self.tls.is_none() && self.hops.is_empty() {
            let own = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
            self.hops = own.map(|address| Hop(address.into())).to_vec();
        }
        Ok(self)
    }

    /// Tells whether browsers come by TLS.
    pub fn is_secure(&self) -> bool {
        self.origin.is_some()
    }

    /// Returns the name of the session's cookie: one that only this host can have set, where browsers come by TLS.
    pub(crate) fn session_cookie(&self) -> &'static str {
        if self.is_secure() { "__Host-seaworthy_session" } else { "seaworthy_session" }
    }

    pub(crate) fn device_cookie(&self) -> &'static str {
        if self.is_secure() { "__Host-seaworthy_device" } else { "seaworthy_device" }
    }

    /// Returns the name of the cookie by which a browser is known that is on its way to an identity provider.
    pub(crate) fn provider_cookie(&self) -> &'static str {
        if self.is_secure() { "__Host-seaworthy_provider" } else { "seaworthy_provider" }
    }

    /// Returns what the names of a reader's choices begin with: no other host can have set them, where browsers come by
    /// TLS.
    pub(crate) fn choice_prefix(&self) -> &'static str {
        if self.is_secure() { "__Host-" } else { "" }
    }

    /// Returns what the cookie of a choice ends with that scripts may read.
    pub(crate) fn choice_end(&self) -> &'static str {
        if self.is_secure() { "; Secure" } else { "" }
    }

    /// Returns what every other cookie ends with.
    pub(crate) fn cookie_end(&self) -> &'static str {
        if self.is_secure() { "; HttpOnly; Secure" } else { "; HttpOnly" }
    }

    /// Tells whether the server answers to a host that a request names.
    pub(crate) fn answers_to(&self, host: &str) -> bool {
        match &self.origin {
            Some(origin) => origin.authority.eq_ignore_ascii_case(host),
            None => is_this_machine(host),
        }
    }

    /// Tells whether a peer may speak to the server at all: where TLS ends in front, only what ends it.
    pub(crate) fn admits(&self, peer: IpAddr) -> bool {
        self.tls.is_some() || self.hops.is_empty() || self.believes(peer)
    }

    /// Returns where a request comes from: the peer, or what the last hop that is believed says of it.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        // Each part is read by itself: what a client put before it must not hide what the hop added.
        let told = headers.get_all(FORWARDED_FOR).into_iter();
        let told: Vec<&[u8]> = told.flat_map(|value| value.as_bytes().split(|byte| *byte == b',')).collect();
        for next in told.iter().rev() {
            if !self.believes(client) {
                break;
            }
            let Some(next) = std::str::from_utf8(next).ok().and_then(|next| address(next.trim())) else {
                break;
            };
            client = next;
        }
        client
    }

    fn believes(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.hops.iter().any(|hop| hop.0.contains(&peer))
    }
}

/// Reads an address with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.parse::<IpAddr>().or_else(|_| text.parse::<SocketAddr>().map(|address| address.ip()));
    bare.ok().or_else(|| text.strip_prefix('[')?.strip_suffix(']')?.parse().ok()).map(|ip| ip.to_canonical())
}

/// Tells whether a host is one of the names that a machine has for itself.
fn is_this_machine(host: &str) -> bool {
    let name = host
        .rsplit_once(':')
        .map_or(host, |(name, port)| if port.bytes().all(|b| b.is_ascii_digit()) { name } else { host });
    ["localhost", "127.0.0.1", "[::1]"].iter().any(|known| name.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn front(origin: &str, hops: &[&str]) -> Front {
        Front {
            origin: (!origin.is_empty()).then(|| origin.parse().unwrap()),
            hops: hops.iter().map(|hop| hop.parse().unwrap()).collect(),
            tls: None,
        }
    }

    #[test]
    fn passwords_never_cross_a_network_in_the_clear() {
        let tls = Some(Tls { certificates: "a.pem".into(), key: "b.pem".into() });
        let named = "https://ship.example";
        for (listen, front, fits) in [
            ("127.0.0.1:8420", front("", &[]), true),
            ("127.0.0.1:8420", front(named, &[]), true),
            ("0.0.0.0:8420", front("", &[]), false),
            ("0.0.0.0:8420", front(named, &[]), false),
            ("0.0.0.0:8420", front("", &["10.0.0.7"]), false),
            ("0.0.0.0:8420", front(named, &["10.0.0.7"]), true),
            ("0.0.0.0:8420", Front { tls: tls.clone(), ..front("", &[]) }, false),
            ("0.0.0.0:8420", Front { tls: tls.clone(), ..front(named, &[]) }, true),
            ("127.0.0.1:8420", Front { tls, ..front("", &[]) }, false),
        ] {
            assert_eq!(front.clone().at(listen.parse().unwrap()).is_ok(), fits, "{listen} {front:?}");
        }
    }

    #[test]
    fn an_origin_is_https_and_nothing_but_an_origin() {
        for (text, expect) in [
            ("https://ship.example", Some("https://ship.example")),
            ("https://Ship.Example:443/", Some("https://ship.example")),
            ("https://ship.example:8443", Some("https://ship.example:8443")),
            ("http://ship.example", None),
            ("https://ship.example/path", None),
            ("https://user@ship.example", None),
            ("ship.example", None),
        ] {
            let origin = text.parse::<Origin>().ok();
            assert_eq!(origin.as_ref().map(Origin::as_str), expect, "{text}");
        }
    }

    #[test]
    fn only_a_named_hop_is_believed() {
        let check = |hops: &[&str], peer: &str, told: &[&str], expect: &str| {
            let mut headers = HeaderMap::new();
            for value in told {
                headers.append(FORWARDED_FOR, HeaderValue::from_bytes(value.as_bytes()).unwrap());
            }
            let client = front("https://ship.example", hops).client(peer.parse().unwrap(), &headers);
            assert_eq!(client, expect.parse::<IpAddr>().unwrap(), "{hops:?} {peer} {told:?}");
        };
        check(&[], "203.0.113.9", &["198.51.100.1"], "203.0.113.9");
        check(&["10.0.0.0/8"], "10.1.2.3", &["198.51.100.1"], "198.51.100.1");
        check(&["10.0.0.0/8"], "203.0.113.9", &["198.51.100.1"], "203.0.113.9");
        // What the client itself made up stands to the left of what the hop added.
        check(&["10.0.0.0/8"], "10.1.2.3", &["1.1.1.1, 198.51.100.1"], "198.51.100.1");
        check(&["10.0.0.0/8"], "10.1.2.3", &["1.1.1.1", "198.51.100.1, 10.9.9.9"], "198.51.100.1");
        check(&["10.0.0.0/8"], "10.1.2.3", &["nonsense"], "10.1.2.3");
        check(&["10.0.0.0/8"], "10.1.2.3", &["ÿ, 198.51.100.1"], "198.51.100.1");
        check(&["10.0.0.0/8"], "10.1.2.3", &["[2001:db8::1]:443"], "2001:db8::1");
        check(&["127.0.0.1"], "::ffff:127.0.0.1", &["198.51.100.1:80"], "198.51.100.1");
        check(&["10.0.0.0/8"], "10.1.2.3", &[], "10.1.2.3");
    }

    #[test]
    fn it_answers_to_its_own_name_alone() {
        for (origin, host, answers) in [
            ("", "localhost:8420", true),
            ("", "127.0.0.1", true),
            ("", "[::1]:80", true),
            ("", "ship.example", false),
            ("https://ship.example", "Ship.Example", true),
            ("https://ship.example", "ship.example:8443", false),
            ("https://ship.example", "localhost", false),
        ] {
            assert_eq!(front(origin, &[]).answers_to(host), answers, "{origin} {host}");
        }
    }
}
