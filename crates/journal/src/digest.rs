//! The digest that the chain is made of, by the name this crate uses it under.

pub use domain::digest::{Digest, NotADigest};
