//! Signing certificates as Android records them: the certificate table of
//! `packages.xml` and the digests everything else is compared by.
//!
//! Specified by AOSP `PackageSignatures.readXml`/`writeXml`: `cert@key` holds
//! the certificate's DER as hex where an index occurs first in the document,
//! later `cert`s name the index only. `dumpsys` prints Java's
//! `Arrays.hashCode(byte[])` of the same bytes.

use std::collections::HashMap;

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use crate::format::{hex, unhex};
use crate::model::{DigestKind, SignerDigest, SignerSet};

/// Every digest of one certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Certificate {
    sha256: [u8; 32],
    sha1: [u8; 20],
    md5: [u8; 16],
    java: u32,
}

impl Certificate {
    /// Digests of a certificate's DER bytes; of any bytes, in truth.
    pub(super) fn of(der: &[u8]) -> Self {
        Self {
            sha256: Sha256::digest(der).into(),
            sha1: Sha1::digest(der).into(),
            md5: Md5::digest(der).into(),
            java: java_hash(der),
        }
    }

    fn push(&self, past: bool, out: &mut Vec<SignerDigest>) {
        let digests = [
            (DigestKind::Sha256, hex(&self.sha256)),
            (DigestKind::Sha1, hex(&self.sha1)),
            (DigestKind::Md5, hex(&self.md5)),
            (DigestKind::JavaHash32, format!("{:x}", self.java)),
        ];
        out.extend(digests.map(|(kind, value)| SignerDigest { kind, value, past }));
    }
}

/// Java's `Arrays.hashCode` of signed bytes.
pub(super) fn java_hash(bytes: &[u8]) -> u32 {
    bytes.iter().fold(1u32, |h, &b| h.wrapping_mul(31).wrapping_add(b.cast_signed() as u32))
}

/// The certificates of one document by index.
#[derive(Debug, Default)]
pub(super) struct CertificateTable {
    by_index: HashMap<u32, Certificate>,
}

impl CertificateTable {
    /// What a `cert` element stands for; `None` where index and key are of no
    /// use. A key under a bad index still names a certificate, but defines none.
    pub(super) fn resolve(&mut self, index: Option<&str>, key: Option<&str>) -> Option<Certificate> {
        let index = index.and_then(|i| i.parse::<u32>().ok());
        let Some(key) = key else {
            return index.and_then(|i| self.by_index.get(&i)).copied();
        };
        let der = unhex(key.trim().as_bytes()).filter(|der| !der.is_empty())?;
        let certificate = Certificate::of(&der);
        if let Some(index) = index {
            self.by_index.insert(index, certificate);
        }
        Some(certificate)
    }
}

/// What the `sigs` element of one package names.
#[derive(Debug, Clone, Default)]
pub(super) struct Signatures {
    pub(super) current: Vec<Certificate>,
    /// The lineage; AOSP lists the current signer here once more.
    pub(super) past: Vec<Certificate>,
    /// `cert` elements that could not be resolved.
    pub(super) unknown: u32,
}

impl Signatures {
    /// As the signer set of an app; `None` where nothing could be resolved.
    pub(super) fn set(&self) -> Option<SignerSet> {
        let mut digests = Vec::new();
        let mut seen: Vec<&Certificate> = Vec::new();
        let all = self.current.iter().map(|c| (c, false)).chain(self.past.iter().map(|c| (c, true)));
        for (certificate, past) in all {
            if !seen.contains(&certificate) {
                seen.push(certificate);
                certificate.push(past, &mut digests);
            }
        }
        (!digests.is_empty()).then_some(SignerSet { digests, recorded: true, team_id: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_java_hash_treats_bytes_as_signed() {
        // Arrays.hashCode(new byte[] {1, -1, 127}) in Java.
        assert_eq!(java_hash(&[1, 0xff, 127]), 30848);
        assert_eq!(java_hash(&[]), 1);
    }

    #[test]
    fn a_later_index_finds_the_certificate_that_was_spelled_out_before() {
        let mut table = CertificateTable::default();
        let first = table.resolve(Some("3"), Some("00ff")).unwrap();
        assert_eq!(table.resolve(Some("3"), None), Some(first));
        assert_eq!(table.resolve(Some("4"), None), None);
        assert_eq!(table.resolve(Some("5"), Some("0f0")), None);
        assert_eq!(table.resolve(Some("x"), Some("00ff")), Some(first));
        assert_eq!(table.resolve(None, Some("")), None);
    }

    #[test]
    fn the_current_signer_is_not_repeated_as_a_past_one() {
        let (a, b) = (Certificate::of(b"a"), Certificate::of(b"b"));
        let set = Signatures { current: vec![b], past: vec![a, b], unknown: 0 }.set().unwrap();
        let sha: Vec<_> = set.digests.iter().filter(|d| d.kind == DigestKind::Sha256).map(|d| d.past).collect();
        assert_eq!(sha, [false, true]);
        assert!(set.recorded);
        assert_eq!(Signatures::default().set(), None);
    }
}
