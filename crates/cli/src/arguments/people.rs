//! People, their tokens, and one's own way in.
//!
//! Invariant: a person is named by their login, and no secret is an argument: others on a machine see those.

use clap::{Args, Subcommand, ValueEnum};
use domain::criterion::Function;
use domain::permission::Role;

use super::examples;

#[derive(Debug, Args)]
pub(crate) struct Login {
    /// The server's address; the one that is configured unless given
    #[arg(value_name = "URL")]
    pub(crate) url: Option<String>,
    /// Read a token from standard input instead of asking in the browser
    #[arg(long)]
    pub(crate) token_stdin: bool,
    /// Print the address, and leave the browser alone
    #[arg(long)]
    pub(crate) no_browser: bool,
    /// What to call this machine; its own name unless given
    #[arg(long, value_name = "NAME")]
    pub(crate) device: Option<String>,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Logout {
    /// The server's address; the one that is configured unless given
    #[arg(value_name = "URL")]
    pub(crate) url: Option<String>,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Whoami {
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// A role, as the command line spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleName {
    Viewer,
    Contributor,
    Coordinator,
    Admin,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Viewer => Self::Viewer,
            RoleName::Contributor => Self::Contributor,
            RoleName::Coordinator => Self::Coordinator,
            RoleName::Admin => Self::Admin,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum People {
    /// List everybody with an account
    #[command(after_help = examples::PEOPLE_LIST)]
    List {
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Invite somebody: prints a link that works once, for a week
    #[command(after_help = examples::PEOPLE_INVITE)]
    Invite {
        /// What they will sign in with; an e-mail address does well
        login: String,
        /// Their name; they may change it
        #[arg(long, default_value = "")]
        name: String,
        /// What they may do
        #[arg(long, default_value = "contributor")]
        role: RoleName,
        /// The function they speak for, as qa
        #[arg(long, value_name = "FUNCTION", value_parser = function)]
        speaks_for: Option<Function>,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// List invitations that nobody has accepted yet
    #[command(after_help = examples::PEOPLE_INVITATIONS)]
    Invitations {
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Withdraw the open invitations of somebody
    #[command(after_help = examples::PEOPLE_WITHDRAW)]
    Withdraw {
        /// Whom they were for
        login: String,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Make an account for a machine, such as continuous integration
    #[command(after_help = examples::PEOPLE_ADD)]
    AddMachine {
        /// What to call it, as ci
        login: String,
        /// How it is named beside what it does; its login unless given
        #[arg(long)]
        name: Option<String>,
        /// The most that its tokens may do
        #[arg(long, default_value = "contributor")]
        role: RoleName,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Change what somebody may do, or for which function they speak
    #[command(after_help = examples::PEOPLE_CHANGE)]
    Change {
        login: String,
        /// What they may do from now on
        #[arg(long, required_unless_present = "speaks_for")]
        role: Option<RoleName>,
        /// The function they speak for from now on, as qa; `none` for no function
        #[arg(long, value_name = "FUNCTION", value_parser = function_or_none)]
        speaks_for: Option<FunctionOrNone>,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Let somebody in no more
    #[command(after_help = examples::PEOPLE_DISABLE)]
    Disable {
        login: String,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Let somebody in again
    #[command(after_help = examples::PEOPLE_ENABLE)]
    Enable {
        login: String,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// List those without an account: asked by a link, quoted by others, or acting here
    #[command(after_help = examples::PEOPLE_OTHERS)]
    Others {
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Erase somebody's name, login and address for good; what they did stays, by somebody erased
    #[command(after_help = examples::PEOPLE_ERASE)]
    Erase {
        /// Their login or, without an account, their id as `people others` has it
        person: String,
        /// Their name as it stands, so that it is not done to the wrong person
        #[arg(long)]
        name: String,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Print a link with which somebody sets a new password, once, for two hours
    #[command(after_help = examples::PEOPLE_RESET)]
    ResetLink {
        login: String,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
}

/// A function to speak for, or none at all.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FunctionOrNone(pub(crate) Option<Function>);

#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// List tokens, with those that have ended
    #[command(after_help = examples::TOKEN_LIST)]
    List {
        #[command(flatten)]
        whose: Whose,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Make a token
    #[command(after_help = examples::TOKEN_CREATE)]
    Create {
        #[command(flatten)]
        whose: Whose,
        /// What it is for
        #[arg(long)]
        name: String,
        /// The most that it may do
        #[arg(long, default_value = "contributor")]
        role: RoleName,
        /// How many days it lasts
        #[arg(long, default_value_t = 90)]
        days: i64,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Revoke a token for good
    #[command(after_help = examples::TOKEN_REVOKE)]
    Revoke {
        #[command(flatten)]
        whose: Whose,
        /// The token's id, as the list has it
        id: String,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
}

/// Whose tokens.
#[derive(Clone, Debug, Args)]
pub(crate) struct Whose {
    /// Whose tokens; what is done with one is recorded under their name
    #[arg(long = "for", value_name = "LOGIN")]
    pub(crate) login: Option<String>,
}

pub(super) fn function(text: &str) -> Result<Function, String> {
    Function::parse(text).ok_or_else(|| {
        let names: Vec<&str> = Function::ALL.iter().map(|(name, _)| *name).collect();
        format!("it is one of {}", names.join(", "))
    })
}

fn function_or_none(text: &str) -> Result<FunctionOrNone, String> {
    if text == "none" {
        return Ok(FunctionOrNone(None));
    }
    function(text).map(|function| FunctionOrNone(Some(function)))
}
