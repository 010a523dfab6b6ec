//! Purpose and one invariant.
