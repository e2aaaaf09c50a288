//! Whether the signers an artifact names are those of the app it claims to be.

use crate::model::{DigestKind, SignerSet};
use crate::signature::SignerExpectation;

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
    if seen.digests.is_empty() || expected.known.is_empty() {
        return SignerStatus::Unknown;
    }
    let fit = seen.digests.iter().filter(|d| expected.known.iter().any(|s| s.digest(d.kind) == Some(&*d.value)));
    if let Some(best) = fit.map(|d| d.kind).min_by_key(|k| is_weak(*k)) {
        return if seen.recorded && !is_weak(best) { SignerStatus::Recorded } else { SignerStatus::Unverified };
    }
    let comparable = |kind: DigestKind| seen.digests.iter().any(|d| d.kind == kind);
    const KINDS: [DigestKind; 4] =
        [DigestKind::Sha256, DigestKind::Sha1, DigestKind::Md5, DigestKind::JavaHash32];
    let all_compared = !expected.more_are_possible
        && expected.known.iter().all(|s| KINDS.iter().any(|k| s.digest(*k).is_some() && comparable(*k)));
    if all_compared { SignerStatus::Mismatch } else { SignerStatus::Unknown }
}

/// Digests that collide, by chance or by intent.
fn is_weak(kind: DigestKind) -> bool {
    matches!(kind, DigestKind::Md5 | DigestKind::JavaHash32)
}
