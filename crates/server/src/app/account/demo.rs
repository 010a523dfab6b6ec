//! The accounts of a demo, each to be entered with a click.
//!
//! Invariant: none of them has a password, and none is made outside a demo.

use domain::criterion::Function;
use domain::permission::Role;
use journal::Account;

use super::{App, AppError, function_names, role_of};
use crate::config::LocalActor;

impl App {
    /// Lists the accounts of a demo, each to be entered with a click: id, name, role, functions.
    pub(crate) async fn demo_members(&self) -> Result<Vec<(String, String, &'static str, String)>, AppError> {
        let accounts = self.journal().accounts().await?;
        let mut members: Vec<_> = accounts
            .into_iter()
            .filter(|(_, account)| account.disabled_at.is_none())
            .map(|(person, account)| {
                let role = role_of(&account);
                (role, person.id.to_string(), person.name.unwrap_or_default(), account.functions.join(", "))
            })
            .collect();
        members.sort_by_key(|(role, _, name, _)| (std::cmp::Reverse(*role), name.clone()));
        Ok(members
            .into_iter()
            .map(|(role, id, name, functions)| (id, name, role.as_str(), functions))
            .collect())
    }

    /// Makes an account of a demo, without a password; the same login is the same person.
    pub async fn demo_member(
        &self,
        login: &str,
        name: &str,
        role: Role,
        functions: &[Function],
    ) -> Result<(), AppError> {
        let actor = LocalActor { login: login.to_owned(), name: name.to_owned() };
        let account = Account {
            person: self.local_actor(&actor).await?,
            role: role.as_str().to_owned(),
            functions: function_names(functions),
            password: None,
            created_at: self.now(),
            disabled_at: None,
        };
        self.journal().account_put(&account).await?;
        Ok(())
    }
}
