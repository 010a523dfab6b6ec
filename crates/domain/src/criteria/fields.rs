//! The named parts of a fact, in the order of their names.
//!
//! A track may have thousands of defects, each with a dozen parts under the same names: the parts lie in one piece of
//! memory, and a name that is known beforehand is not copied.
//!
//! Invariant: names are in order, each once.

use std::borrow::Cow;

use super::fact::Fact;

/// A name, borrowed where it is known beforehand.
pub type Name = Cow<'static, str>;

/// Named facts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields(Vec<(Name, Fact)>);

/// Where a part was found, and the very name that it had there.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Near {
    index: usize,
    name: &'static str,
}

impl Fields {
    /// Takes parts whose names are in order already.
    pub(crate) fn in_order<const PARTS: usize>(parts: [(&'static str, Fact); PARTS]) -> Self {
        debug_assert!(parts.is_sorted_by(|(one, _), (other, _)| one < other));
        Self(parts.into_iter().map(|(name, fact)| (Name::Borrowed(name), fact)).collect())
    }

    pub fn get(&self, name: &str) -> Option<&Fact> {
        let index = self.0.binary_search_by(|(of, _)| of.as_ref().cmp(name)).ok()?;
        self.0.get(index).map(|(_, fact)| fact)
    }

    /// Returns a part by its name, looked for first where one of that name was found last. Items of a list mostly take
    /// their names from one place, so that comparing where a name lies mostly does.
    #[inline]
    pub(super) fn get_near(&self, name: &str, last: &mut Near) -> Option<&Fact> {
        if let Some((Name::Borrowed(of), fact)) = self.0.get(last.index)
            && std::ptr::eq(*of, last.name)
        {
            return Some(fact);
        }
        let index = self.0.binary_search_by(|(of, _)| of.as_ref().cmp(name)).ok()?;
        let (of, fact) = self.0.get(index)?;
        if let Name::Borrowed(of) = of {
            *last = Near { index, name: of };
        }
        Some(fact)
    }

    pub fn contains_key(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub fn insert(&mut self, name: impl Into<Name>, fact: Fact) {
        let name = name.into();
        match self.0.binary_search_by(|(of, _)| of.cmp(&name)) {
            Ok(index) => self.0[index].1 = fact,
            Err(index) => self.0.insert(index, (name, fact)),
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &Fact)> {
        self.0.iter().map(|(name, fact)| (name.as_ref(), fact))
    }

    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_ref())
    }

    pub fn values(&self) -> impl Iterator<Item = &Fact> {
        self.0.iter().map(|(_, fact)| fact)
    }
}

impl<N: Into<Name>> FromIterator<(N, Fact)> for Fields {
    fn from_iter<I: IntoIterator<Item = (N, Fact)>>(parts: I) -> Self {
        let mut fields = Self::default();
        fields.extend(parts);
        fields
    }
}

impl<N: Into<Name>> Extend<(N, Fact)> for Fields {
    fn extend<I: IntoIterator<Item = (N, Fact)>>(&mut self, parts: I) {
        for (name, fact) in parts {
            self.insert(name, fact);
        }
    }
}
