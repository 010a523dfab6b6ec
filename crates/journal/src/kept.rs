//! What a backup keeps of a person: who they are, their account, identities and tokens.
//!
//! Invariant: all of it is of one moment, so that an account never comes back without its person, nor anything of a
//! person who was erased meanwhile. Sessions and tickets are not kept: who restores a backup signs in anew.

use std::collections::HashMap;

use domain::digest::Digest;
use domain::envelope::ActorId;
use domain::time::Time;
use serde::{Deserialize, Serialize};

use crate::account::{self, Account};
use crate::database::on_read;
use crate::dialect::BEGIN_TO_READ;
use crate::error::Error;
use crate::hours;
use crate::identity::{self, Identity};
use crate::journal::Journal;
use crate::mail;
use crate::outbox;
use crate::person::{self, Person};
use crate::session::{Session, on};
use crate::token::{self, Token};

/// A person as the archive keeps them. What came with later forms of it may be absent.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct KeptPerson {
    id: ActorId,
    login: Option<String>,
    name: Option<String>,
    address: Option<String>,
    created_at: Time,
    erased_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<KeptAccount>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    identities: Vec<KeptIdentity>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tokens: Vec<KeptToken>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    zone: Option<String>,
}

/// What a backup keeps of the outbox.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct KeptOutbox {
    mail: Vec<mail::Row>,
    messages: Vec<outbox::Row>,
}

#[derive(Debug, Serialize, Deserialize)]
struct KeptAccount {
    role: String,
    functions: Vec<String>,
    password: Option<String>,
    created_at: Time,
    disabled_at: Option<Time>,
}

#[derive(Debug, Serialize, Deserialize)]
struct KeptIdentity {
    issuer: String,
    subject: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct KeptToken {
    id: String,
    digest: Digest,
    name: String,
    scopes: Vec<String>,
    created_at: Time,
    expires_at: Option<Time>,
    used_at: Option<Time>,
    revoked_at: Option<Time>,
}

impl Journal {
    /// Reads what a backup keeps of people and of what they are to be told, as it is at one moment.
    pub(crate) async fn kept(&self) -> Result<(Vec<KeptPerson>, KeptOutbox), Error> {
        let begin = self.store.text(BEGIN_TO_READ);
        let (people, accounts, identities, tokens, zones, outbox) = on_read!(&self.store, pool => {
            let mut moment = pool.begin_with(begin).await?;
            let people: Vec<person::Row> = sqlx::query_as(person::ALL).fetch_all(&mut *moment).await?;
            let accounts: Vec<account::Row> = sqlx::query_as(account::ALL).fetch_all(&mut *moment).await?;
            let identities: Vec<identity::Row> = sqlx::query_as(identity::ALL).fetch_all(&mut *moment).await?;
            let tokens: Vec<token::Row> = sqlx::query_as(token::ALL).fetch_all(&mut *moment).await?;
            let zones: Vec<(String, String)> = sqlx::query_as(hours::ALL).fetch_all(&mut *moment).await?;
            let mail: Vec<mail::Row> = sqlx::query_as(mail::ALL).fetch_all(&mut *moment).await?;
            let messages: Vec<outbox::Row> = sqlx::query_as(outbox::ALL).fetch_all(&mut *moment).await?;
            moment.commit().await?;
            (people, accounts, identities, tokens, zones, KeptOutbox { mail, messages })
        });
        let mut kept: Vec<KeptPerson> = people.into_iter().map(|row| Person::from(row).into()).collect();
        let places: HashMap<String, usize> =
            kept.iter().enumerate().map(|(place, person)| (person.id.as_str().to_owned(), place)).collect();
        let place = |person: &str| places.get(person).copied();
        for account in accounts.into_iter().map(Account::try_from) {
            let account = account?;
            if let Some(place) = place(account.person.as_str()) {
                kept[place].account = Some(account.into());
            }
        }
        for identity::Row { issuer, subject, person } in identities {
            if let Some(place) = place(&person) {
                kept[place].identities.push(KeptIdentity { issuer, subject });
            }
        }
        for token in tokens.into_iter().map(Token::try_from) {
            let token = token?;
            if let Some(place) = place(token.person.as_str()) {
                kept[place].tokens.push(token.into());
            }
        }
        for (person, zone) in zones {
            if let Some(place) = place(&person) {
                kept[place].zone = Some(zone);
            }
        }
        Ok((kept, outbox))
    }
}

/// The statements that bring mails and messages back, for either database.
macro_rules! put_mail {
    ($mail:expr) => {
        sqlx::query(
            "INSERT INTO mail (id, person, slot, state, attempts, next_try, error, created_at, ended_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(&$mail.id)
        .bind(&$mail.person)
        .bind(&$mail.slot)
        .bind(&$mail.state)
        .bind($mail.attempts)
        .bind($mail.next_try)
        .bind(&$mail.error)
        .bind($mail.created_at)
        .bind($mail.ended_at)
    };
}

macro_rules! put_message {
    ($message:expr) => {
        sqlx::query(
            "INSERT INTO outbox (id, cause, stream, person, kind, urgency, payload, not_before, created_at, state, \
               mail, ended_at, decided_by, reason) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        )
        .bind(&$message.id)
        .bind($message.cause)
        .bind(&$message.stream)
        .bind(&$message.person)
        .bind(&$message.kind)
        .bind(&$message.urgency)
        .bind(&$message.payload)
        .bind($message.not_before)
        .bind($message.created_at)
        .bind(&$message.state)
        .bind(&$message.mail)
        .bind($message.ended_at)
        .bind(&$message.decided_by)
        .bind(&$message.reason)
    };
}

impl Session {
    /// Puts a person with all that was kept of them in the transaction that is open.
    pub(crate) async fn kept_put(&mut self, kept: KeptPerson) -> sqlx::Result<()> {
        let KeptPerson { id, login, name, address, created_at, erased_at, account, identities, tokens, zone } =
            kept;
        let person = Person { id, login, name, address, created_at, erased_at };
        self.person_put(&person).await?;
        if let Some(account) = account {
            self.account_put(&account.of(&person.id)).await?;
        }
        for KeptIdentity { issuer, subject } in identities {
            self.identity_put(&Identity { issuer, subject }, &person.id).await?;
        }
        for token in tokens {
            self.token_put(&token.of(&person.id)).await?;
        }
        if let Some(zone) = zone {
            self.zone_put(&person.id, &zone).await?;
        }
        Ok(())
    }

    /// Puts the outbox as it was kept in the transaction that is open, once the people are there.
    pub(crate) async fn outbox_put(&mut self, kept: &KeptOutbox) -> sqlx::Result<()> {
        for mail in &kept.mail {
            on!(self, connection => put_mail!(mail).execute(&mut **connection).await.map(drop))?;
        }
        for message in &kept.messages {
            on!(self, connection => put_message!(message).execute(&mut **connection).await.map(drop))?;
        }
        Ok(())
    }
}

impl From<Person> for KeptPerson {
    fn from(Person { id, login, name, address, created_at, erased_at }: Person) -> Self {
        let (account, identities, tokens, zone) = (None, Vec::new(), Vec::new(), None);
        Self { id, login, name, address, created_at, erased_at, account, identities, tokens, zone }
    }
}

impl From<Account> for KeptAccount {
    fn from(account: Account) -> Self {
        let Account { person: _, role, functions, password, created_at, disabled_at } = account;
        Self { role, functions, password, created_at, disabled_at }
    }
}

impl KeptAccount {
    fn of(self, person: &ActorId) -> Account {
        let Self { role, functions, password, created_at, disabled_at } = self;
        Account { person: person.clone(), role, functions, password, created_at, disabled_at }
    }
}

impl From<Token> for KeptToken {
    fn from(token: Token) -> Self {
        let Token { id, digest, person: _, name, scopes, created_at, expires_at, used_at, revoked_at } =
            token;
        Self { id, digest, name, scopes, created_at, expires_at, used_at, revoked_at }
    }
}

impl KeptToken {
    fn of(self, person: &ActorId) -> Token {
        let Self { id, digest, name, scopes, created_at, expires_at, used_at, revoked_at } = self;
        let person = person.clone();
        Token { id, digest, person, name, scopes, created_at, expires_at, used_at, revoked_at }
    }
}
