//! Zip archives.
use super::*;
pub(super) struct Zip;
impl Container for Zip {
    fn id(&self) -> &'static str {
        "zip"
    }
    fn affinity(&self, _: &Probe<'_>) -> Affinity {
        Affinity::No
    }
    fn open(&self, _: Arc<dyn Blob>, _: &Leash) -> Result<Opened, EvidenceError> {
        Err(EvidenceError::Unsupported(String::new()))
    }
}
