//! Gzip archives.
use super::*;
pub(super) struct Gzip;
impl Container for Gzip {
    fn id(&self) -> &'static str {
        "gzip"
    }
    fn affinity(&self, _: &Probe<'_>) -> Affinity {
        Affinity::No
    }
    fn open(&self, _: Arc<dyn Blob>, _: &Leash) -> Result<Opened, EvidenceError> {
        Err(EvidenceError::Unsupported(String::new()))
    }
}
