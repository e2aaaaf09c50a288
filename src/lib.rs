//! tidewaiter: which of our phones carry software we may not have, and how do you know?
//!
//! One datum walks through the house once, from the ground floor up: evidence
//! is opened ([`evidence`]), its artifacts are parsed ([`artifact`]), what they
//! say is merged into devices ([`inventory`]), held against signatures
//! ([`signature`], [`matching`]), judged ([`verdict`]) and reported
//! ([`report`]). [`scan`] conducts. A module imports only from floors below its
//! own; `tests/architecture.rs` holds that.

pub mod artifact;
#[cfg(feature = "cli")]
pub mod cli;
pub mod evidence;
pub mod format;
pub mod inventory;
pub mod limits;
pub mod matching;
pub mod model;
pub mod report;
pub mod scan;
pub mod signature;
pub mod verdict;
