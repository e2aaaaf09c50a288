//! Signing certificates, and what an observed certificate says about a package.
//!
//! A signer alone never names an app: shared keys are proven. A known
//! identifier with another signer is a modified or impostor copy and still
//! counts as present.

use super::words::{Confidence, Ship, SignerRole};
use crate::model::{DigestKind, SignerDigest};

/// One signing certificate.
#[derive(Debug, Clone)]
pub struct Signer {
    /// Slug, unique in a set.
    pub key: String,
    /// Id of the app whose file lists it; `None` for keys that belong to no app.
    pub app: Option<String>,
    /// What it is listed for.
    pub role: SignerRole,
    /// Android packages it is proven to sign.
    pub packages: Vec<String>,
    /// Android packages it may sign: a fit counts, a difference says nothing.
    pub packages_probable: Vec<String>,
    /// Other apps seen with this certificate, in words.
    pub shared_with: Vec<String>,
    /// Digests of the DER certificate.
    pub digests: Vec<KnownDigest>,
    /// SHA-256 of the public key (SubjectPublicKeyInfo), lower-case hex.
    pub spki_sha256: Option<String>,
    /// Subject of the certificate, for people.
    pub subject: Option<String>,
    /// How well it is sourced.
    pub confidence: Confidence,
    /// Whether and how it is used.
    pub ship: Ship,
    /// Source keys.
    pub sources: Vec<String>,
    /// Note.
    pub note: Option<String>,
}

/// One digest of a certificate, with its own advice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownDigest {
    /// Algorithm.
    pub kind: DigestKind,
    /// Lower-case hex.
    pub value: String,
    /// Never more than the signer's own.
    pub ship: Ship,
}

/// What is known about the signers of one package.
#[derive(Debug, Clone, Default)]
pub struct SignerExpectation<'a> {
    /// Signers proven for this package and enabled.
    pub known: Vec<&'a Signer>,
    /// Signers that are likely for this package.
    pub probable: Vec<&'a Signer>,
    /// Keys that anyone has.
    pub markers: Vec<&'a Signer>,
}

/// How observed digests compare with what is expected.
#[derive(Debug, Clone, Copy)]
pub enum SignerFit<'a> {
    /// A digest is one of an expected signer.
    Fits {
        /// The signer.
        signer: &'a Signer,
        /// By which digest. [`DigestKind::JavaHash32`] is weak.
        by: DigestKind,
        /// Advice for that digest: `review` is weaker than `exact`.
        ship: Ship,
        /// The signer is only likely for this package.
        probable: bool,
        /// The fit is with a past signer of a rotation lineage.
        past: bool,
    },
    /// Every known signer could be compared, and none fits.
    Differs {
        /// The observed certificate is a key that anyone has.
        marker: Option<&'a Signer>,
    },
    /// No signer is known, the known one is for review only, or nothing comparable was observed.
    Unknown {
        /// The observed certificate is a key that anyone has.
        marker: Option<&'a Signer>,
    },
}

impl Signer {
    /// Enabled digests.
    fn enabled(&self) -> impl Iterator<Item = &KnownDigest> {
        self.digests.iter().filter(|d| self.ship.is_enabled() && d.ship.is_enabled())
    }

    /// The strongest enabled digest that was observed.
    fn fit<'o>(&self, observed: &'o [SignerDigest]) -> Option<(&KnownDigest, &'o SignerDigest)> {
        let fits = self.enabled().flat_map(|known| {
            observed
                .iter()
                .filter(move |o| o.kind == known.kind && o.value.eq_ignore_ascii_case(&known.value))
                .map(move |o| (known, o))
        });
        fits.min_by_key(|(known, o)| (known.ship, known.kind, o.past))
    }

    /// Whether a difference from the observed digests would mean something.
    fn is_comparable(&self, observed: &[SignerDigest]) -> bool {
        self.enabled().any(|known| known.ship == Ship::Exact && observed.iter().any(|o| o.kind == known.kind))
    }
}

impl<'a> SignerExpectation<'a> {
    /// Whether digests of this kind can be compared with every known signer.
    pub fn is_comparable(&self, kind: DigestKind) -> bool {
        !self.known.is_empty()
            && self.known.iter().all(|s| s.enabled().any(|d| d.kind == kind && d.ship == Ship::Exact))
    }

    /// Compares observed digests, current and past, with what is expected.
    pub fn judge(&self, observed: &[SignerDigest]) -> SignerFit<'a> {
        for (signers, probable) in [(&self.known, false), (&self.probable, true)] {
            let best = signers.iter().filter_map(|s| s.fit(observed).map(|f| (*s, f)));
            if let Some((signer, (known, seen))) = best.min_by_key(|(_, (k, o))| (k.ship, k.kind, o.past)) {
                return SignerFit::Fits { signer, by: known.kind, ship: known.ship, probable, past: seen.past };
            }
        }
        let marker = self.markers.iter().copied().find(|s| s.fit(observed).is_some());
        if !self.known.is_empty() && self.known.iter().all(|s| s.is_comparable(observed)) {
            SignerFit::Differs { marker }
        } else {
            SignerFit::Unknown { marker }
        }
    }
}
