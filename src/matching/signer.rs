//! Whether the signers an artifact names are those of the app it claims to be.

use crate::model::{DigestKind, SignerSet};
use crate::signature::{Ship, SignerExpectation, SignerFit};

/// How the signers of an observation compare with the known ones. A mismatch
/// keeps the identifier's strength: it never acquits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum SignerStatus {
    /// Nothing to compare.
    #[default]
    Unknown,
    /// Fits, read without a full check, or by a weak digest.
    Unverified,
    /// Fits, recorded by the operating system at installation.
    Recorded,
    /// Fits, signature and content digest checked.
    Verified,
    /// A comparable digest of every known signer exists and none fits.
    Mismatch,
}

impl SignerStatus {
    /// The value of the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Unverified => "unverified",
            Self::Recorded => "recorded",
            Self::Verified => "verified",
            Self::Mismatch => "mismatch",
        }
    }
}

/// Compares the signers an artifact names with those the signature expects.
pub fn compare_signers(seen: &SignerSet, expected: &SignerExpectation<'_>) -> SignerStatus {
    match expected.judge(&seen.digests) {
        SignerFit::Fits { by, ship, probable, .. } => {
            let sound = seen.recorded && !probable && ship == Ship::Exact && !is_weak(by);
            if sound { SignerStatus::Recorded } else { SignerStatus::Unverified }
        }
        SignerFit::Differs { .. } => SignerStatus::Mismatch,
        SignerFit::Unknown { .. } => SignerStatus::Unknown,
    }
}

/// Digests that collide, by chance or by intent.
fn is_weak(kind: DigestKind) -> bool {
    matches!(kind, DigestKind::Md5 | DigestKind::JavaHash32)
}
