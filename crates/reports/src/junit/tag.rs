//! The attributes of a `<testcase>`, unread.
//!
//! Invariant: nothing is copied here, so that a case which passes and needs no unescaping goes from the file to
//! its reader as it stands.

use super::attributes::{Attribute, Attributes};
use super::words::Status;
use crate::duration::milliseconds;
use crate::error::{Fault, Problem};
use crate::limits;
use crate::text::push_attribute;
use crate::{Case, Outcome};

/// An attribute's value as it is written, and its byte in the tag.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Value<'a> {
    raw: &'a str,
    at: usize,
}

impl Value<'_> {
    /// Replaces what is in `out` by this value, unescaped.
    pub(super) fn put(self, out: &mut String) -> Result<(), Fault> {
        out.clear();
        push_attribute(out, self.raw, limits::NAME).map_err(|fault| fault.after(self.at))
    }
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CaseTag<'a> {
    pub(super) name: Value<'a>,
    pub(super) class: Value<'a>,
    pub(super) file: Value<'a>,
    pub(super) duration_ms: Option<f64>,
    pub(super) status: Status,
    /// Firebase Test Lab and Flank write `flaky="true"` on a case that passed in the end, and keep its failures.
    pub(super) flaky: bool,
}

impl<'a> CaseTag<'a> {
    #[inline]
    pub(super) fn read(mut attributes: Attributes<'a>) -> Result<Self, Fault> {
        let mut tag = Self::default();
        let mut seen = 0;
        while let Some(attribute) = attributes.next()? {
            let bit = tag.take(&attribute);
            if seen & bit != 0 {
                let name = attribute.name.to_owned();
                return Err(Problem::DuplicateAttribute { name }.within(attribute.at));
            }
            seen |= bit;
        }
        Ok(tag)
    }

    /// Takes an attribute; returns a bit of its own, or none for one that does not matter.
    #[inline]
    fn take(&mut self, attribute: &Attribute<'a>) -> u16 {
        let value = Value { raw: attribute.value, at: attribute.at };
        match attribute.name {
            "name" => {
                self.name = value;
                1
            }
            "classname" => {
                self.class = value;
                1 << 1
            }
            "time" => {
                self.duration_ms = milliseconds(value.raw).or(self.duration_ms);
                1 << 2
            }
            "file" => {
                self.file = value;
                1 << 3
            }
            // PHPUnit writes both, and `classname` is the one that others know.
            "class" => {
                if self.class.raw.is_empty() {
                    self.class = value;
                }
                1 << 4
            }
            // Bazel writes both.
            "duration" => {
                self.duration_ms = self.duration_ms.or_else(|| milliseconds(value.raw));
                1 << 5
            }
            "filepath" => {
                if self.file.raw.is_empty() {
                    self.file = value;
                }
                1 << 6
            }
            "status" => {
                self.status = Status::of(value.raw);
                1 << 7
            }
            // GoogleTest writes both, and of a disabled test each says so.
            "result" => {
                if self.status == Status::Silent {
                    self.status = Status::of(value.raw);
                }
                1 << 8
            }
            "flaky" => {
                self.flaky = value.raw.eq_ignore_ascii_case("true");
                1 << 9
            }
            _ => 0,
        }
    }

    /// Returns the case that an empty element with these attributes is, if it passed. The values must be plain.
    #[inline]
    pub(super) fn passed(
        &self,
        suite: &'a str,
        suite_file: Option<&'a str>,
        position: u64,
    ) -> Option<Case<'a>> {
        if self.flaky || self.status != Status::Silent {
            return None;
        }
        Some(Case {
            suite,
            class: self.class.raw,
            name: self.name.raw,
            file: Some(self.file.raw).filter(|file| !file.is_empty()).or(suite_file),
            outcome: Outcome::Passed,
            flaky: false,
            attempts: 1,
            duration_ms: self.duration_ms,
            message: None,
            kind: None,
            trace: None,
            position,
        })
    }
}
