//! demo
use super::Outcome;
use crate::arguments::Demo;
use crate::exit::Exit;
pub(super) async fn run(_: &Demo) -> Outcome { Ok(Exit::Ready) }
