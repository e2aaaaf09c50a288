//! The words of the house: plain data, no I/O, no parsing of evidence.
//!
//! Every other floor speaks in these types; this one imports nothing but the
//! standard library and `time`.

mod app;
mod coverage;
mod device;
mod diagnostic;
mod locator;
mod timestamp;

pub use app::{App, AppIdentifier, DigestKind, IdentifierKind, Platform, SignerDigest, SignerSet, State};
pub use coverage::{Answer, Basis, ByEnrollment, ByOwnership, End, ListScope, ListStatement, Reason, UserSet};
pub use device::{
    DeviceFact, Enrollment, FactKind, Facts, Ownership, Telling, UserFact, UserKind, is_placeholder,
    is_strong_in_namespace,
};
pub use diagnostic::{Code, Diagnostic, Severity};
pub use locator::{Locator, escape_component};
pub use timestamp::Timestamp;
