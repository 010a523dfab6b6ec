//! The use cases, and what they share: journal, blobs, evaluator, releases in memory.
//!
//! Invariant: what is in memory is only ever a fold of the journal; it can be dropped at any time.

pub mod account;
pub mod apply;
pub mod ask;
pub mod attachment;
pub mod backup;
pub mod blockers;
pub mod calendar;
pub mod candidate;
pub mod cases;
pub mod changes;
pub mod check;
pub mod contents;
pub mod correction;
pub mod criterion;
pub mod defects;
pub mod definition;
mod error;
pub mod evaluator;
pub mod events;
pub mod evidence;
pub mod facts;
pub mod follow;
pub mod import;
pub mod ingest;
pub mod judgement;
pub mod knowledge;
pub mod ledger;
mod limit;
pub(crate) mod load;
mod merges;
pub mod moved;
pub mod once;
pub mod outbox;
mod pace;
pub mod page;
pub mod person;
mod record;
pub mod report;
pub mod risks;
mod said;
pub mod settle;
pub mod shipping;
pub mod timeline;
pub mod view;
pub mod waiver;
pub mod who;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use connectors::mail::MailServer;
use domain::digest::Digest;
use domain::envelope::ActorId;
use domain::id::ReleaseId;
use domain::release::Release;
use domain::time::Time;
use journal::{Blobs, Journal, Person};

pub use error::AppError;
use evaluator::Evaluator;
pub use who::Who;

use crate::config::{LocalActor, Settings};
use crate::front::Front;

/// The application: cheap to clone, shared by every request.
#[derive(Clone, Debug)]
pub struct App {
    pub(crate) inner: Arc<Inner>,
    /// Who acts through this handle.
    pub(crate) who: Arc<Who>,
    /// How people reach the server that this handle is in.
    pub(crate) front: Arc<Front>,
    /// The provider that people sign in with, if there is one.
    pub(crate) sign_on: Option<Arc<account::oidc::SignOn>>,
    /// What takes mail, if there is anything.
    pub(crate) mail: Option<Arc<MailServer>>,
    /// Where people reach this server, for links in mails: `https://ship.example`.
    pub(crate) origin: Arc<str>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) settings: Settings,
    pub(crate) journal: Journal,
    pub(crate) blobs: Blobs,
    pub(crate) evaluator: Evaluator,
    pub(crate) releases: Mutex<HashMap<ReleaseId, Arc<Release>>>,
    /// Blobs of case records that this process wrote, or read whole and found to be what their name says.
    pub(crate) sound: Mutex<HashSet<Digest>>,
    pub(crate) following: follow::Following,
    /// The newest view of each release.
    pub(crate) views: Mutex<HashMap<ReleaseId, Arc<view::View>>>,
    pub(crate) past: Mutex<view::Past>,
    pub(crate) judging: tokio::sync::Mutex<()>,
    pub(crate) managing: tokio::sync::Mutex<()>,
    /// Tries by what anybody can name, such as an address or a login.
    pub(crate) tries: limit::Limit,
    /// Tries by what was found here, such as a browser that is known or a link: strangers cannot fill it.
    pub(crate) proven: limit::Limit,
    /// What each person has changed in this minute.
    pub(crate) pace: pace::Pace,
    pub(crate) remembered: account::Remembered,
    pub(crate) tasks: tokio_util::task::TaskTracker,
}

impl App {
    /// Opens journal and blobs, making them where there are none.
    ///
    /// # Errors
    /// A database or a folder that cannot be opened.
    pub async fn open(settings: Settings) -> Result<Self, AppError> {
        std::fs::create_dir_all(&settings.data)
            .map_err(|source| AppError::Folder { path: settings.data.clone(), source })?;
        let journal = Journal::open(&settings.database).await?;
        let blobs = Blobs::open(&settings.blobs)?;
        let inner = Inner {
            settings,
            journal,
            blobs,
            evaluator: Evaluator::start(),
            releases: Mutex::default(),
            sound: Mutex::default(),
            following: follow::Following::default(),
            views: Mutex::default(),
            past: Mutex::default(),
            judging: tokio::sync::Mutex::default(),
            managing: tokio::sync::Mutex::default(),
            tries: limit::Limit::default(),
            proven: limit::Limit::default(),
            pace: pace::Pace::default(),
            remembered: account::Remembered::default(),
            tasks: tokio_util::task::TaskTracker::new(),
        };
        let who = Arc::new(Who::Machine(inner.settings.actor.clone()));
        let (front, origin) = (Arc::default(), Arc::from("http://localhost"));
        Ok(Self { inner: Arc::new(inner), who, front, sign_on: None, mail: None, origin })
    }

    /// Returns a handle through which somebody else acts.
    #[must_use]
    pub fn acting_as(&self, who: Who) -> Self {
        Self { who: Arc::new(who), ..self.clone() }
    }

    /// Returns a handle in a server that people reach in some way.
    #[must_use]
    pub fn behind(&self, front: Front) -> Self {
        Self { front: Arc::new(front), ..self.clone() }
    }

    /// Returns a handle in a server that sends mails.
    #[must_use]
    pub fn mailing(&self, mail: MailServer) -> Self {
        Self { mail: Some(Arc::new(mail)), ..self.clone() }
    }

    /// Returns a handle in a server that people reach at an address.
    #[must_use]
    pub fn reached_at(&self, origin: &str) -> Self {
        Self { origin: Arc::from(origin), ..self.clone() }
    }

    /// Waits for what still goes on behind answers already given.
    pub async fn finish(&self) {
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
    }

    /// Drops what is kept of releases; it is folded again when it is wanted.
    pub(crate) fn forget(&self) {
        if let Ok(mut releases) = self.inner.releases.lock() {
            releases.clear();
        }
        if let Ok(mut past) = self.inner.past.lock() {
            past.clear();
        }
    }

    pub(crate) fn now(&self) -> Time {
        self.inner.settings.clock.now()
    }

    pub(crate) fn journal(&self) -> &Journal {
        &self.inner.journal
    }

    pub(crate) fn blobs(&self) -> &Blobs {
        &self.inner.blobs
    }

    /// Returns the id of the user of this machine, making one at the first act.
    pub(crate) async fn local_actor(&self, actor: &LocalActor) -> Result<ActorId, AppError> {
        let LocalActor { login, name } = actor;
        if let Some(person) = self.journal().person_by_login(login).await? {
            return Ok(person.id);
        }
        let person = Person {
            id: new_id()?,
            login: Some(login.clone()),
            name: Some(name.clone()),
            address: None,
            created_at: self.now(),
            erased_at: None,
        };
        // Another process may have been quicker; then its row is the one.
        let put = self.journal().person_put(&person).await;
        match self.journal().person_by_login(login).await? {
            Some(person) => Ok(person.id),
            None => put.map(|_| person.id).map_err(AppError::from),
        }
    }
}

/// Returns an id that has never been given out.
pub(crate) fn new_id() -> Result<ActorId, AppError> {
    Ok(ActorId::new(hex::encode(random::<16>()?)))
}

pub(crate) fn random<const LENGTH: usize>() -> Result<[u8; LENGTH], AppError> {
    let mut random = [0; LENGTH];
    getrandom::fill(&mut random).map_err(|error| AppError::Internal(error.to_string()))?;
    Ok(random)
}
