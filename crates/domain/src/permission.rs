//! Who may do what: one table, read by every route, every page and every test.
//!
//! Invariant: what is not in the table nobody may do; a higher role may whatever a lower one may.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::refusal::Refusal;

/// What a person may do at all. Which function they speak for is another question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Sees everything, changes nothing.
    Viewer,
    /// Brings evidence.
    Contributor,
    /// Holds a release together: criteria, candidates, what others brought.
    Coordinator,
    /// Looks after accounts and the journal itself.
    Admin,
}

impl Role {
    pub const ALL: [(&'static str, Self); 4] = [
        ("viewer", Self::Viewer),
        ("contributor", Self::Contributor),
        ("coordinator", Self::Coordinator),
        ("admin", Self::Admin),
    ];

    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, role)| *role == self).map_or("", |(name, _)| name)
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, role)| *role)
    }

    /// Returns the role with its article: "an admin".
    pub fn with_article(self) -> String {
        let article = if self == Self::Admin { "an" } else { "a" };
        format!("{article} {}", self.as_str())
    }
}

/// Something that a person does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Act {
    /// See fleet, releases, evidence, the journal.
    Read,
    /// Ingest runs, record checks by hand, write summaries.
    BringEvidence,
    WithdrawEvidence,
    /// Ask somebody for evidence by a link, make the link anew, withdraw the ask.
    Ask,
    /// Draft a definition of ready, drop a draft.
    Define,
    /// Agree, sign off, approve a waiver or refuse it: whoever speaks for the function, or who records their word.
    GiveWord,
    /// Nominate a candidate, carry evidence forward.
    Nominate,
    /// Report defects, changes, risks and blockers, tell what they are for users, ask for a waiver.
    Report,
    /// Decide what the release carries: take a change out, defer a defect, close a risk, settle a blocker.
    Scope,
    /// Sign the assessment of a track.
    Assess,
    /// Hand the candidate over to be submitted, accept it, return it.
    HandOver,
    /// Send a build to its store.
    Submit,
    /// Tell what the store says, and what is done about it.
    TellStore,
    /// Hold a track, let it go on, withdraw it, take it back, call it stable.
    Steer,
    /// Set targets, plan milestones, add and drop them, import holidays.
    Schedule,
    /// Say that a milestone is reached, or that it was not after all.
    Reach,
    /// Apply a product's file: products, releases, tracks, builds, candidates, criteria.
    Apply,
    /// Walk the whole journal.
    VerifyJournal,
    /// See and revoke sessions and tokens, change a password.
    KeepAccount,
    /// See what people are told and what does not get out, have it tried again, drop it.
    KeepOutbox,
    /// Invite people, set roles, disable accounts, erase people.
    ManageAccounts,
}

/// A line of the table: the least role for one's own things, and for those of others.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub act: Act,
    /// What it is, after "to": "withdraw evidence".
    pub says: &'static str,
    pub own: Role,
    pub others: Role,
}

const fn rule(act: Act, says: &'static str, own: Role, others: Role) -> Rule {
    Rule { act, says, own, others }
}

/// The table.
pub const TABLE: [Rule; 21] = [
    rule(Act::Read, "see this", Role::Viewer, Role::Viewer),
    rule(Act::BringEvidence, "bring evidence", Role::Contributor, Role::Contributor),
    rule(Act::WithdrawEvidence, "withdraw evidence", Role::Contributor, Role::Coordinator),
    rule(Act::Ask, "ask somebody for evidence", Role::Coordinator, Role::Coordinator),
    rule(Act::Define, "draft a definition of ready", Role::Coordinator, Role::Coordinator),
    rule(Act::GiveWord, "give a function’s word", Role::Contributor, Role::Coordinator),
    rule(Act::Nominate, "nominate a candidate", Role::Coordinator, Role::Coordinator),
    rule(Act::Report, "report defects, changes, risks and blockers", Role::Contributor, Role::Contributor),
    rule(Act::Scope, "decide what the release carries", Role::Contributor, Role::Coordinator),
    rule(Act::Assess, "assess a track", Role::Coordinator, Role::Coordinator),
    rule(Act::HandOver, "hand a build over", Role::Contributor, Role::Coordinator),
    rule(Act::Submit, "submit a build", Role::Coordinator, Role::Coordinator),
    rule(Act::TellStore, "tell what a store says", Role::Contributor, Role::Coordinator),
    rule(Act::Steer, "hold a track or withdraw it", Role::Coordinator, Role::Coordinator),
    rule(Act::Schedule, "plan dates and milestones", Role::Coordinator, Role::Coordinator),
    rule(Act::Reach, "say what milestone is reached", Role::Contributor, Role::Coordinator),
    rule(Act::Apply, "apply a product’s file", Role::Coordinator, Role::Coordinator),
    rule(Act::VerifyJournal, "verify the journal", Role::Coordinator, Role::Coordinator),
    rule(Act::KeepAccount, "look after an account", Role::Viewer, Role::Admin),
    rule(Act::KeepOutbox, "look after the outbox", Role::Coordinator, Role::Coordinator),
    rule(Act::ManageAccounts, "manage accounts", Role::Admin, Role::Admin),
];

/// Whose thing an act is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    Own,
    Others,
}

/// Says whether a role may do something to its own things or to those of others.
///
/// # Errors
/// The refusal, which says whom to ask.
pub fn may(role: Role, act: Act, whose: Whose) -> Result<(), Refusal> {
    let Some(rule) = TABLE.iter().find(|rule| rule.act == act) else {
        return Err(Refusal::forbidden("Nobody may do this."));
    };
    let least = match whose {
        Whose::Own => rule.own,
        Whose::Others => rule.others,
    };
    if role >= least {
        return Ok(());
    }
    let of_others = match act {
        _ if rule.own == rule.others || whose == Whose::Own => "",
        Act::GiveWord => " for somebody else",
        _ => " of others",
    };
    Err(Refusal::forbidden(format!(
        "To {}{of_others} takes {}; you are {}. Ask {} to do it, or to change your role.",
        rule.says,
        least.with_article(),
        role.with_article(),
        if least == Role::Admin { "an admin" } else { "a coordinator or an admin" },
    )))
}

/// Says whether an account may become what is wanted. `None` is an account that nobody signs in to any more, being
/// disabled or erased; `has_way_in` says whether anybody can, by a password or a provider; `admins` counts the admins
/// who can.
///
/// # Errors
/// An admin who could never come in, and the end of the last who can.
pub fn may_become(
    was: Option<Role>,
    becomes: Option<Role>,
    has_way_in: bool,
    admins: u64,
) -> Result<(), Refusal> {
    let (was, becomes) = (was == Some(Role::Admin), becomes == Some(Role::Admin));
    if becomes && !was && !has_way_in {
        return Err(Refusal::contradiction(
            "Nobody can sign in to this account, and an admin does so in person. Make a new link for it first.",
        ));
    }
    if was && !becomes && has_way_in && admins <= 1 {
        return Err(Refusal::contradiction(
            "This is the last admin. Make somebody else an admin first; otherwise nobody could manage accounts.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(role: Role, act: Act, whose: Whose, expect: bool) {
        assert_eq!(may(role, act, whose).is_ok(), expect, "{role:?} {act:?} {whose:?}");
    }

    #[test]
    fn a_role_may_what_the_table_says() {
        check(Role::Viewer, Act::Read, Whose::Others, true);
        check(Role::Viewer, Act::BringEvidence, Whose::Own, false);
        check(Role::Contributor, Act::WithdrawEvidence, Whose::Own, true);
        check(Role::Contributor, Act::WithdrawEvidence, Whose::Others, false);
        check(Role::Coordinator, Act::WithdrawEvidence, Whose::Others, true);
        check(Role::Contributor, Act::GiveWord, Whose::Own, true);
        check(Role::Contributor, Act::GiveWord, Whose::Others, false);
        check(Role::Coordinator, Act::GiveWord, Whose::Others, true);
        check(Role::Coordinator, Act::ManageAccounts, Whose::Others, false);
        check(Role::Viewer, Act::KeepAccount, Whose::Own, true);
        check(Role::Coordinator, Act::KeepAccount, Whose::Others, false);
    }

    #[test]
    fn every_act_has_one_line_and_more_is_never_less() {
        for (index, rule) in TABLE.iter().enumerate() {
            assert!(!TABLE[..index].iter().any(|other| other.act == rule.act), "{:?} twice", rule.act);
            assert!(rule.own <= rule.others, "{:?}", rule.act);
            for whose in [Whose::Own, Whose::Others] {
                check(Role::Admin, rule.act, whose, true);
                let allowed = Role::ALL.map(|(_, role)| may(role, rule.act, whose).is_ok());
                assert!(allowed.is_sorted(), "{:?}: a higher role may less", rule.act);
            }
        }
    }

    #[test]
    fn there_is_always_an_admin_who_can_sign_in() {
        let (admin, viewer) = (Some(Role::Admin), Some(Role::Viewer));
        for (was, becomes, has_way_in, admins, may) in [
            (admin, viewer, true, 1, false),
            (admin, None, true, 1, false),
            (admin, admin, true, 1, true),
            (admin, viewer, true, 2, true),
            (admin, None, true, 2, true),
            // A machine is no admin; one that was made so counts for none.
            (viewer, admin, false, 1, false),
            (None, admin, false, 1, false),
            (admin, viewer, false, 1, true),
            (viewer, admin, true, 1, true),
            (None, admin, true, 1, true),
            (viewer, None, true, 1, true),
        ] {
            let said = may_become(was, becomes, has_way_in, admins);
            assert_eq!(said.is_ok(), may, "{was:?} {becomes:?} {has_way_in} {admins}");
        }
    }

    #[test]
    fn a_refusal_says_whom_to_ask() {
        let refusal = may(Role::Contributor, Act::WithdrawEvidence, Whose::Others).unwrap_err();
        assert_eq!(
            refusal.sentence,
            "To withdraw evidence of others takes a coordinator; you are a contributor. Ask a coordinator or an admin \
             to do it, or to change your role."
        );
    }
}
