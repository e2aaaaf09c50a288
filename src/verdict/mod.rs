//! Findings and one verdict per device.
//!
//! [`decide`] is one pure function over what the report holds; every command
//! uses it. `Clear` carries a [`CompleteCoverage`], which only [`prove`] makes.
//! Imports `matching`, `inventory`, `signature`, `artifact` (sources), `model`.

mod contradiction;
mod decide;
mod finding;
mod gather;
mod scope;
mod waiver;
mod word;

pub use contradiction::contradictions;
pub use decide::{Case, CompleteCoverage, Coverage, DecideOptions, Decision, Heard, Verdict, decide, disproved, prove};
pub use finding::{Finding, FindingCode, Provenance, SignerFact};
pub use gather::{Gathered, best_states, gather, speaks_for};
pub use scope::Scope;
pub use waiver::{AppliedWaiver, Waiver, WaiverError, Waivers, expired_message};
pub use word::Word;

#[cfg(test)]
mod tests;
