//! A reportable conclusion on one device and one app.

use super::Word;
use super::waiver::AppliedWaiver;
use crate::matching::{MatchReason, SignerStatus, Strength};
use crate::model::{AppIdentifier, State, Timestamp};
use crate::signature::Relation;

/// What a finding says, in one word of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingCode {
    /// Present, by identifier.
    Present,
    /// Present, by name.
    PresentByName,
    /// Present, by another signer than any known one.
    SignerMismatch,
    /// A weak indicator.
    Possible,
    /// Named, presence neither shown nor excluded.
    PresenceUnknown,
    /// Only a side record names it.
    Trace,
    /// Was removed.
    Removed,
    /// Assigned or pending.
    Offered,
}

impl FindingCode {
    /// The value of the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Present => "prohibited-app-present",
            Self::PresentByName => "prohibited-app-present-by-name",
            Self::SignerMismatch => "prohibited-app-signer-mismatch",
            Self::Possible => "prohibited-app-possible",
            Self::PresenceUnknown => "prohibited-app-presence-unknown",
            Self::Trace => "prohibited-app-trace",
            Self::Removed => "prohibited-app-removed",
            Self::Offered => "prohibited-app-offered",
        }
    }

    /// The first that fits, in the contract's order.
    pub fn of(state: State, strength: Strength, signer: SignerStatus) -> Self {
        match state {
            State::Offered => Self::Offered,
            State::Removed => Self::Removed,
            State::Trace => Self::Trace,
            State::Unknown => Self::PresenceUnknown,
            _ if strength == Strength::Circumstantial => Self::Possible,
            _ if signer == SignerStatus::Mismatch => Self::SignerMismatch,
            _ if strength == Strength::Probable => Self::PresentByName,
            _ => Self::Present,
        }
    }
}

/// Who signed the app, as the evidence has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignerFact {
    /// How it compares with the known signers.
    pub status: SignerStatus,
    /// SHA-256 of the certificates named, current first.
    pub sha256: Vec<String>,
}

/// One statement a finding rests on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Provenance {
    /// File, and row or key in it.
    pub locator: String,
    /// Which artifact.
    pub artifact: Word,
    /// What it says.
    pub state: State,
    /// Of which users; empty: not told apart.
    pub users: Vec<u32>,
    /// As of when.
    pub as_of: Option<Timestamp>,
    /// What the digest covers: `file`, `record` or `none`.
    pub hash_scope: &'static str,
    /// Lower-case hex.
    pub sha256: Option<String>,
}

/// A conclusion on one device and one app, with its evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it says.
    pub code: FindingCode,
    /// Slug of the app.
    pub app: String,
    /// Name of the app for people.
    pub app_name: String,
    /// Where the function lives: name of the hosting app.
    pub hosted_by: Option<String>,
    /// Chosen policies that name the app.
    pub policies: Vec<String>,
    /// How the observed app relates to the named one.
    pub relation: Relation,
    /// Presence.
    pub state: State,
    /// How well the app is identified.
    pub strength: Strength,
    /// What identified it.
    pub identifier: AppIdentifier,
    /// Name the evidence shows.
    pub display_name: Option<String>,
    /// Version the evidence shows.
    pub version: Option<String>,
    /// Users; empty: not told apart.
    pub users: Vec<u32>,
    /// Which app installed it.
    pub installer: Option<String>,
    /// First installed.
    pub first_seen: Option<Timestamp>,
    /// Last updated, used or seen.
    pub last_seen: Option<Timestamp>,
    /// Code signature.
    pub signer: SignerFact,
    /// Which indicators fit, and how.
    pub reasons: Vec<MatchReason>,
    /// Every statement it rests on.
    pub provenance: Vec<Provenance>,
    /// What all this does not prove; sentences.
    pub does_not_prove: Vec<Word>,
    /// The exception that covers it.
    pub waiver: Option<AppliedWaiver>,
}
