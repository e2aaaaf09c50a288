//! What the apps look like, and policies: load, validate, index.
use crate::model::Platform;

/// A validated, non-empty set of signatures.
#[derive(Debug)]
pub struct SignatureSet {}

impl SignatureSet {
    /// x
    pub fn is_relevant_name(&self, _name: &str) -> bool {
        true
    }
    /// x
    pub fn is_relevant_identifier(&self, _platform: Platform, _identifier: &str) -> bool {
        true
    }
}
