//! What somebody may do by the groups that an identity provider says they are in.
//!
//! Invariant: whoever is in no group that gives a role has none, unless a role for everybody was named.

use crate::criterion::Function;
use crate::permission::Role;

/// Which group of the provider's gives what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Groups {
    pub roles: Vec<(String, Role)>,
    pub functions: Vec<(String, Function)>,
    /// The role of whoever the provider knows, in whatever group they are.
    pub everybody: Option<Role>,
}

/// What somebody is by their groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub role: Role,
    /// In the order of [`Function::ALL`].
    pub functions: Vec<Function>,
}

impl Groups {
    /// Returns what the groups somebody is in come to: the highest role and every function of any of them.
    pub fn standing(&self, of: &[String]) -> Option<Standing> {
        let is_in = |group: &String| of.contains(group);
        let given = self.roles.iter().filter(|(group, _)| is_in(group)).map(|(_, role)| *role);
        let role = given.chain(self.everybody).max()?;
        let speaks_for = |function: Function| {
            self.functions.iter().any(|(group, given)| *given == function && is_in(group))
        };
        let functions = Function::ALL.into_iter().map(|(_, function)| function);
        Some(Standing { role, functions: functions.filter(|function| speaks_for(*function)).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(everybody: Option<Role>, of: &[&str], expect: Option<(Role, &[Function])>) {
        let named = |group: &str| group.to_owned();
        let groups = Groups {
            roles: vec![(named("admins"), Role::Admin), (named("mobile"), Role::Contributor)],
            functions: vec![
                (named("mobile-qa"), Function::Qa),
                (named("mobile"), Function::Engineering),
                (named("testers"), Function::Qa),
            ],
            everybody,
        };
        let of: Vec<String> = of.iter().map(|group| named(group)).collect();
        let expect = expect.map(|(role, functions)| Standing { role, functions: functions.to_vec() });
        assert_eq!(groups.standing(&of), expect, "{of:?}");
    }

    #[test]
    fn the_highest_role_and_every_function_of_somebodys_groups_are_theirs() {
        check(None, &["mobile"], Some((Role::Contributor, &[Function::Engineering])));
        check(None, &["mobile", "admins", "lunch"], Some((Role::Admin, &[Function::Engineering])));
        let both: &[Function] = &[Function::Engineering, Function::Qa];
        check(None, &["testers", "mobile-qa", "mobile"], Some((Role::Contributor, both)));
    }

    #[test]
    fn whoever_is_in_no_group_that_gives_a_role_has_none_unless_everybody_has_one() {
        check(None, &[], None);
        check(None, &["mobile-qa"], None);
        check(None, &["Admins", "admin"], None);
        check(Some(Role::Viewer), &[], Some((Role::Viewer, &[])));
        check(Some(Role::Viewer), &["mobile-qa"], Some((Role::Viewer, &[Function::Qa])));
        check(Some(Role::Viewer), &["admins"], Some((Role::Admin, &[])));
        check(Some(Role::Coordinator), &["mobile"], Some((Role::Coordinator, &[Function::Engineering])));
    }
}
