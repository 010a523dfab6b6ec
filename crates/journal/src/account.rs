//! Who may sign in, and as what.
//!
//! Invariant: an account belongs to a person who has not been erased, and no two accounts have logins that differ
//! only in the case of ASCII letters. What a role may do is not known here.

use domain::envelope::ActorId;
use domain::time::Time;

use crate::database::on_read;
use crate::dialect::{Texts, for_the_living};
use crate::error::Error;
use crate::journal::{Journal, write_beside};
use crate::person::{self, Person};
use crate::session::{Session, on};
use crate::texts::{list_json, read_list};

/// What a person signs in with, and as what. The login is the person's.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    pub person: ActorId,
    pub role: String,
    /// The hats that the person speaks for.
    pub functions: Vec<String>,
    /// The hash of the password in PHC form; `None` for whoever signs in otherwise.
    pub password: Option<String>,
    pub created_at: Time,
    pub disabled_at: Option<Time>,
}

/// Hashes of passwords do not belong into logs.
impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account")
            .field("person", &self.person)
            .field("role", &self.role)
            .field("functions", &self.functions)
            .field("password", &self.password.as_ref().map(|_| "…"))
            .field("created_at", &self.created_at)
            .field("disabled_at", &self.disabled_at)
            .finish()
    }
}

#[derive(sqlx::FromRow)]
pub(crate) struct Row {
    person: String,
    role: String,
    functions: String,
    password: Option<String>,
    opened_at: i64,
    disabled_at: Option<i64>,
}

impl TryFrom<Row> for Account {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            person: ActorId::new(row.person),
            role: row.role,
            functions: read_list(&row.functions)?,
            password: row.password,
            created_at: Time::from_micros(row.opened_at),
            disabled_at: row.disabled_at.map(Time::from_micros),
        })
    }
}

/// A person with their account. Their columns share no name.
#[derive(sqlx::FromRow)]
struct Both {
    #[sqlx(flatten)]
    person: person::Row,
    #[sqlx(flatten)]
    account: Row,
}

impl TryFrom<Both> for (Person, Account) {
    type Error = Error;

    fn try_from(both: Both) -> Result<Self, Error> {
        Ok((both.person.into(), both.account.try_into()?))
    }
}

const PUT: Texts = for_the_living!(
    "INSERT INTO accounts (person, login, role, functions, password, created_at, disabled_at) \
     SELECT people.id, lower(people.login), $2, $3, $4, $5, $6",
    "ON CONFLICT (person) DO UPDATE SET login = excluded.login, role = excluded.role, \
       functions = excluded.functions, password = excluded.password, created_at = excluded.created_at, \
       disabled_at = excluded.disabled_at"
);

pub(crate) const ALL: &str =
    "SELECT person, role, functions, password, created_at AS opened_at, disabled_at FROM accounts";

/// The statement that puts an account, for either database.
macro_rules! put {
    ($text:expr, $account:expr) => {
        sqlx::query($text)
            .bind($account.person.as_str())
            .bind(&$account.role)
            .bind(list_json(&$account.functions))
            .bind(&$account.password)
            .bind($account.created_at.micros())
            .bind($account.disabled_at.map(Time::micros))
    };
}

impl Session {
    /// Puts an account in the transaction that is open.
    pub(crate) async fn account_put(&mut self, account: &Account) -> sqlx::Result<()> {
        let text = self.text(PUT);
        on!(self, connection => put!(text, account).execute(&mut **connection).await.map(drop))
    }
}

impl Journal {
    /// Adds an account or replaces it. Returns false, and changes nothing, if the person is not known or has been
    /// erased. Fails with [`Error::LoginTaken`] if another account has the person's login in any case of letters.
    pub async fn account_put(&self, account: &Account) -> Result<bool, Error> {
        let text = self.store.text(PUT);
        let changed = write_beside!(self, pool => {
            put!(text, account).execute(pool).await.map_err(Error::of_login)?.rows_affected()
        });
        Ok(changed > 0)
    }

    /// Sets a password's hash and nothing else. Returns false if there is no such account, or it is disabled.
    pub async fn account_set_password(&self, person: &ActorId, hash: &str) -> Result<bool, Error> {
        const SET: &str = "UPDATE accounts SET password = $2 WHERE person = $1 AND disabled_at IS NULL";
        let changed = write_beside!(self, pool => {
            sqlx::query(SET).bind(person.as_str()).bind(hash).execute(pool).await?.rows_affected()
        });
        Ok(changed > 0)
    }

    /// Sets what somebody may do and whether they may sign in, and never a password. Returns false if there is no
    /// such account.
    pub async fn account_set_role(
        &self,
        person: &ActorId,
        role: &str,
        functions: &[String],
        disabled_at: Option<Time>,
    ) -> Result<bool, Error> {
        const SET: &str = "UPDATE accounts SET role = $2, functions = $3, disabled_at = $4 WHERE person = $1";
        let changed = write_beside!(self, pool => {
            let query = sqlx::query(SET).bind(person.as_str()).bind(role).bind(list_json(functions));
            query.bind(disabled_at.map(Time::micros)).execute(pool).await?.rows_affected()
        });
        Ok(changed > 0)
    }

    pub async fn account_get(&self, person: &ActorId) -> Result<Option<Account>, Error> {
        const GET: &str = "SELECT person, role, functions, password, created_at AS opened_at, disabled_at \
             FROM accounts WHERE person = $1";
        let row: Option<Row> = on_read!(&self.store, pool => {
            sqlx::query_as(GET).bind(person.as_str()).fetch_optional(pool).await?
        });
        row.map(Account::try_from).transpose()
    }

    /// Returns whose login this is, if they have an account, be it a disabled one. `Ada` finds `ada`.
    pub async fn account_by_login(&self, login: &str) -> Result<Option<(Person, Account)>, Error> {
        const GET: &str = "SELECT people.id, people.login, people.name, people.address, people.created_at, people.erased_at, \
               accounts.person, accounts.role, accounts.functions, accounts.password, \
               accounts.created_at AS opened_at, accounts.disabled_at \
             FROM accounts JOIN people ON people.id = accounts.person WHERE accounts.login = $1";
        let row: Option<Both> = on_read!(&self.store, pool => {
            sqlx::query_as(GET).bind(login.to_ascii_lowercase()).fetch_optional(pool).await?
        });
        row.map(TryInto::try_into).transpose()
    }

    /// Returns every account, the disabled too, in the order of the names; whoever has none comes first.
    pub async fn accounts(&self) -> Result<Vec<(Person, Account)>, Error> {
        const ALL: &str = "SELECT people.id, people.login, people.name, people.address, people.created_at, people.erased_at, \
               accounts.person, accounts.role, accounts.functions, accounts.password, \
               accounts.created_at AS opened_at, accounts.disabled_at \
             FROM accounts JOIN people ON people.id = accounts.person";
        let rows: Vec<Both> = on_read!(&self.store, pool => sqlx::query_as(ALL).fetch_all(pool).await?);
        let mut accounts: Vec<(Person, Account)> =
            rows.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?;
        // The databases do not agree on the order of letters.
        accounts.sort_by_cached_key(|(person, _)| {
            (person.name.as_ref().map(|name| name.to_lowercase()), person.id.as_str().to_owned())
        });
        Ok(accounts)
    }

    /// Returns how many accounts of a role somebody can sign in to: they are not disabled, and have a password or a
    /// provider that knows them.
    pub async fn account_count(&self, role: &str) -> Result<u64, Error> {
        const COUNT: &str = "SELECT COUNT(*) FROM accounts WHERE role = $1 AND disabled_at IS NULL \
             AND (password IS NOT NULL OR EXISTS (SELECT 1 FROM identities WHERE identities.person = accounts.person))";
        let count: i64 =
            on_read!(&self.store, pool => sqlx::query_scalar(COUNT).bind(role).fetch_one(pool).await?);
        Ok(count.unsigned_abs())
    }
}
