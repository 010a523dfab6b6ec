//! Mail, by SMTP: what one looks like, and whether a server has taken it.
//!
//! Invariant: a mail keeps its Message-ID however often it is sent, nothing that people wrote becomes a header, and a
//! password goes by TLS unless the server is on this machine or was named as one to be spoken to in the clear.

use std::time::{Duration, SystemTime};

use domain::time::Time;
use lettre::address::AddressError;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::response::{Category, Detail, Severity};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use url::{Host, Url};

/// How long each step of a conversation may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest subject, in characters; what is longer is cut.
const LONGEST_SUBJECT: usize = 160;

/// Why a mail server cannot be used as it was given. Completes "failed to …".
#[derive(Debug, thiserror::Error)]
pub enum MailSettingsError {
    #[error(
        "use the mail server: expected smtp://host, smtps://host, with user:password@ where it wants them"
    )]
    Url,
    #[error("use the mail server: {0}")]
    Tls(String),
    #[error(
        "send in the name of {0:?}: expected an address, as ship@example.org or Seaworthy <ship@example.org>"
    )]
    From(String),
}

/// Why a mail did not go. Completes "failed to …".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// The server does not answer: nothing goes to anybody. It may have arrived all the same.
    #[error("send the mail: {0}")]
    Away(String),
    /// The server is busy, or does not let us in: the same may go later.
    #[error("send the mail: {0}")]
    Again(String),
    /// The server will never take it for this address.
    #[error("send the mail: {0}")]
    Never(String),
}

impl MailError {
    /// Returns what happened, without what was to be done.
    pub fn told(&self) -> &str {
        match self {
            Self::Away(told) | Self::Again(told) | Self::Never(told) => told,
        }
    }
}

/// A mail to one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The local part of its Message-ID: letters, digits and dots.
    pub id: String,
    pub to_name: Option<String>,
    pub to_address: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// What it belongs to: mails of one thread are shown together. Letters, digits and dots.
    pub thread: String,
    pub date: Time,
}

/// A server that takes mails.
#[derive(Clone)]
pub struct MailServer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    host: String,
}

/// Passwords do not belong into logs.
impl std::fmt::Debug for MailServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MailServer").field("host", &self.host).field("from", &self.from).finish()
    }
}

impl MailServer {
    /// Puts down a server by its URL: `smtps://` speaks TLS from the start, `smtp://` turns to it before anything is
    /// said. A server on this machine, or one with `?tls=none`, is spoken to in the clear.
    ///
    /// # Errors
    /// A URL that is none, or a sender that is no address.
    pub fn new(url: &str, from: &str) -> Result<Self, MailSettingsError> {
        let url = Url::parse(url.trim()).map_err(|_| MailSettingsError::Url)?;
        let host = url.host_str().ok_or(MailSettingsError::Url)?.to_owned();
        let wrapped = match url.scheme() {
            "smtps" => true,
            "smtp" => false,
            _ => return Err(MailSettingsError::Url),
        };
        let wanted = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
        let clear = match wanted.as_deref() {
            None => !wrapped && is_this_machine(&url),
            Some("none") if !wrapped => true,
            Some("required") => false,
            Some(_) => return Err(MailSettingsError::Url),
        };
        let parameters = || {
            TlsParameters::new(host.trim_matches(['[', ']']).to_owned())
                .map_err(|error| MailSettingsError::Tls(error.to_string()))
        };
        let (tls, port) = match (clear, wrapped) {
            (true, _) => (Tls::None, 25),
            (false, true) => (Tls::Wrapper(parameters()?), 465),
            (false, false) => (Tls::Required(parameters()?), 587),
        };
        let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host.trim_matches(['[', ']']));
        let mut builder = builder.port(url.port().unwrap_or(port)).tls(tls).timeout(Some(PATIENCE));
        if !url.username().is_empty() {
            let secret = decoded(url.password().unwrap_or_default());
            builder = builder.credentials(Credentials::new(decoded(url.username()), secret));
        }
        let from = from.trim().parse().map_err(|_| MailSettingsError::From(from.to_owned()))?;
        Ok(Self { transport: builder.build(), from, host })
    }

    /// Returns the server's name, for whoever looks after it.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Sends a mail, and returns once the server has said that it has it.
    ///
    /// # Errors
    /// Whether it is worth another try.
    pub async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        let message = render(letter, &self.from)
            .map_err(|error| MailError::Never(format!("{:?} is no address: {error}", letter.to_address)))?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) => Err(sorted(&error)),
        }
    }
}

/// Makes the message: the text, and the same in HTML.
fn render(letter: &Letter, from: &Mailbox) -> Result<Message, AddressError> {
    let address: Address = letter.to_address.trim().parse()?;
    let name = letter.to_name.as_deref().map(one_line).filter(|name| !name.is_empty());
    let domain = from.email.domain();
    let id = format!("<{}@{domain}>", token(&letter.id));
    let thread = format!("<{}@{domain}>", token(&letter.thread));
    let micros = u64::try_from(letter.date.micros()).unwrap_or_default();
    let generated = HeaderName::new_from_ascii_str("Auto-Submitted");
    let body = MultiPart::alternative()
        .boundary(format!("seaworthy-{}", token(&letter.id)))
        .singlepart(part(ContentType::TEXT_PLAIN, &letter.text))
        .singlepart(part(ContentType::TEXT_HTML, &letter.html));
    let message = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(name, address.clone()))
        .subject(one_line(&letter.subject).chars().take(LONGEST_SUBJECT).collect::<String>())
        .date(SystemTime::UNIX_EPOCH + Duration::from_micros(micros))
        .message_id(Some(id))
        .in_reply_to(thread.clone())
        .references(thread)
        .raw_header(HeaderValue::new(generated, "auto-generated".to_owned()))
        .multipart(body);
    // It has a sender and a reader, which is all that could be missing.
    message.map_err(|_| AddressError::MissingParts)
}

fn part(kind: ContentType, text: &str) -> SinglePart {
    SinglePart::builder().header(kind).body(text.to_owned())
}

/// Returns a text without line ends and other control characters: what could begin a header of its own.
fn one_line(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns a text as the part of a Message-ID that it can be.
fn token(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')).collect()
}

/// Tells what is worth another try. Only what the server says of the mailbox or the mail itself is for good: 550 to 553
/// and 555 to 559. 554 is also what a server says that takes nothing from us at the moment.
fn sorted(error: &lettre::transport::smtp::Error) -> MailError {
    let told = causes(error);
    let Some(code) = error.status() else { return MailError::Away(told) };
    let of_mail = {
        code.severity == Severity::PermanentNegativeCompletion
            && code.category == Category::MailSystem
            && code.detail != Detail::Four
    };
    if of_mail { MailError::Never(told) } else { MailError::Again(told) }
}

fn causes(error: &dyn std::error::Error) -> String {
    let mut told = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_told = cause.to_string();
        if !told.contains(&cause_told) {
            told = format!("{told}: {cause_told}");
        }
        source = cause.source();
    }
    one_line(&told)
}

fn is_this_machine(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let parsed = Host::parse(host).ok();
    match parsed {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        _ => host == "localhost",
    }
}

fn decoded(text: &str) -> String {
    // A plus is a plus here.
    let pair = format!("x={}", text.replace('+', "%2B"));
    url::form_urlencoded::parse(pair.as_bytes())
        .map(|(_, value)| value.into_owned())
        .next()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> Letter {
        Letter {
            id: "0123abcd".to_owned(),
            to_name: Some("Ada Marsh".to_owned()),
            to_address: "ada@example.org".to_owned(),
            subject: "fitness/2026.12: sign off iOS 4.2.0 (514) for qa".to_owned(),
            text: "Émile asks.\n".to_owned(),
            html: "<p>Émile asks.</p>".to_owned(),
            thread: "t.99".to_owned(),
            date: Time::from_micros(1_764_000_000_000_000),
        }
    }

    fn rendered(letter: &Letter) -> String {
        let from: Mailbox = "Seaworthy <ship@example.org>".parse().unwrap();
        String::from_utf8(render(letter, &from).unwrap().formatted()).unwrap()
    }

    /// Returns the name of each header, and what follows the end of the head.
    fn headers(mail: &str) -> (Vec<String>, &str) {
        let (head, body) = mail.split_once("\r\n\r\n").unwrap();
        let lines = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
        let mut names: Vec<String> = lines.map(|line| line.split(':').next().unwrap().to_owned()).collect();
        names.sort();
        (names, body)
    }

    #[test]
    fn a_mail_has_what_readers_and_their_programs_go_by() {
        let mail = rendered(&letter());
        for part in [
            "From: Seaworthy <ship@example.org>\r\n",
            "To: \"Ada Marsh\" <ada@example.org>\r\n",
            "Subject: fitness/2026.12: sign off iOS 4.2.0 (514) for qa\r\n",
            "Message-ID: <0123abcd@example.org>\r\n",
            "In-Reply-To: <t.99@example.org>\r\n",
            "References: <t.99@example.org>\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "Date: Mon, 24 Nov 2025 16:00:00 +0000\r\n",
            "multipart/alternative",
            "text/plain; charset=utf-8",
            "text/html; charset=utf-8",
        ] {
            assert!(mail.contains(part), "{part} in\n{mail}");
        }
        assert_eq!(mail, rendered(&letter()), "the same mail is the same, byte for byte");
    }

    #[test]
    fn nothing_that_people_wrote_becomes_a_header() {
        let plain = headers(&rendered(&letter())).0;
        for hostile in [
            "x\r\nBcc: eve@example.org",
            "x\nBcc: eve@example.org",
            "x\r\n\r\n<p>",
            "x\rBcc: a@b",
            "\u{85}Bcc: a",
            "\0",
        ] {
            let mail = rendered(&Letter {
                to_name: Some(hostile.to_owned()),
                subject: hostile.to_owned(),
                id: format!("1{hostile}"),
                thread: hostile.to_owned(),
                ..letter()
            });
            let (names, _) = headers(&mail);
            assert_eq!(names, plain, "{hostile:?} made\n{mail}");
        }
        let from: Mailbox = "ship@example.org".parse().unwrap();
        for address in ["ada@example.org\r\nBcc: eve@example.org", "ada", "", "a b@example.org"] {
            assert!(
                render(&Letter { to_address: address.to_owned(), ..letter() }, &from).is_err(),
                "{address:?}"
            );
        }
    }

    #[test]
    fn a_server_elsewhere_is_spoken_to_by_tls() {
        let from = "ship@example.org";
        for url in [
            "smtp://127.0.0.1:1025",
            "smtp://[::1]:1025",
            "smtp://localhost",
            "smtps://user:p%40ss+word@mail.example.org",
            "smtp://mail.example.org",
            "smtp://mail.intern?tls=none",
        ] {
            let server = MailServer::new(url, from).unwrap();
            assert!(!format!("{server:?}").contains("ss+word"));
        }
        for url in [
            "mail.example.org",
            "https://mail.example.org",
            "smtp:",
            "smtps://a?tls=none",
            "smtp://a?tls=maybe",
        ] {
            assert!(MailServer::new(url, from).is_err(), "{url}");
        }
        assert!(MailServer::new("smtp://localhost", "nobody").is_err());
        assert_eq!(decoded("p%40ss+word"), "p@ss+word");
        let url = |text: &str| Url::parse(text).unwrap();
        assert!(is_this_machine(&url("smtp://127.0.0.9")) && is_this_machine(&url("smtp://localhost:25")));
        assert!(
            !is_this_machine(&url("smtp://mail.example.org")) && !is_this_machine(&url("smtp://10.0.0.1"))
        );
    }
}
