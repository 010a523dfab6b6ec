//! The arguments of the outbox.

use clap::Subcommand;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use server::app::outbox::OutboxState;

use super::defect::one_of;
use super::examples;

#[derive(Debug, Subcommand)]
pub(crate) enum Outbox {
    /// List what people are told, the latest first
    #[command(after_help = examples::OUTBOX_LIST)]
    List {
        /// In one state alone
        #[arg(long, value_parser = one_of!(OutboxState))]
        state: Option<OutboxState>,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Have a message tried again that failed or was dropped
    #[command(after_help = examples::OUTBOX_RETRY)]
    Retry {
        /// Answer in JSON
        #[arg(long)]
        json: bool,
        /// The message's id, as the list has it
        id: String,
    },
    /// Give up a message that has not gone out
    #[command(after_help = examples::OUTBOX_DROP)]
    Drop {
        /// Why nobody need be told
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
        /// The message's id, as the list has it
        id: String,
    },
}
