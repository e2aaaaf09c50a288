//! The words a signature is written in.

use crate::model::{IdentifierKind, Platform};
use serde::Deserialize;

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $text)] $variant,)* }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word as files and reports spell it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// How what was found relates to the named app.
    Relation {
        /// The app itself.
        App = "app",
        /// The same product under another identifier: regional, lite, OEM, licence key, rebrand.
        Variant = "variant",
        /// An app that contains the named function.
        Host = "host",
        /// Another app of the same developer. Information, never decides.
        Affiliate = "affiliate",
        /// The vendor's code inside somebody else's app. Information, never decides.
        Sdk = "sdk",
    }
}

words! {
    /// How well a fact is sourced.
    Confidence {
        /// Two or more independent sources, or a verified cryptographic chain.
        Confirmed = "confirmed",
        /// One source.
        SingleSource = "single-source",
        /// Remembered, unverified. Never enabled.
        Memory = "memory",
        /// Listed without a source of its own (names and publishers only).
        Unstated = "unstated",
    }
}

words! {
    /// Whether and how an indicator is used.
    Ship {
        /// Used at its full strength.
        Exact = "exact",
        /// Used, but never more than circumstantial.
        Review = "review",
        /// Not used; kept so that nobody has to find it again.
        Off = "off",
    }
}

impl Ship {
    /// Takes part in matching.
    pub fn is_enabled(self) -> bool {
        self != Self::Off
    }
}

words! {
    /// What kind of value an indicator tests.
    IndicatorKind {
        /// Android package name or HarmonyOS bundle name.
        PackageName = "package-name",
        /// iOS bundle identifier.
        BundleId = "bundle-id",
        /// App Store id, digits.
        StoreId = "store-id",
        /// A name people see, compared whole after folding.
        DisplayName = "display-name",
        /// Apple Team ID of a code signature.
        TeamId = "team-id",
        /// Apple app-id prefix; not always the Team ID.
        AppIdPrefix = "app-id-prefix",
        /// A file or folder that the app leaves in shared storage and that outlives it.
        TracePath = "trace-path",
        /// An iCloud container.
        IcloudContainer = "icloud-container",
        /// A keychain access group; outlives the app.
        KeychainGroup = "keychain-group",
        /// A URL scheme the app itself registers. Never counts alone.
        UrlScheme = "url-scheme",
    }
}

impl IndicatorKind {
    /// The kind of identifier it is, if it is one: what a list of apps names an app by.
    pub fn identifier(self) -> Option<IdentifierKind> {
        match self {
            Self::PackageName => Some(IdentifierKind::PackageName),
            Self::BundleId => Some(IdentifierKind::BundleId),
            Self::StoreId => Some(IdentifierKind::StoreId),
            _ => None,
        }
    }
}

words! {
    /// What a signer is listed for.
    SignerRole {
        /// Signs packages of the app.
        Signer = "signer",
        /// A key anyone has: a known identifier under it is a repackaged copy.
        RepackagingMarker = "repackaging-marker",
        /// Signs related apps only, or was mistaken for a signer of the app.
        NegativeControl = "negative-control",
        /// Seen in an allow-list; what it signs is not known.
        Unexplained = "unexplained",
    }
}

words! {
    /// Why an app is listed as not being the named one.
    NotKind {
        /// Same developer or same code family.
        Related = "related",
        /// A wrong or foreign identifier that resembles it.
        LookAlike = "look-alike",
    }
}

words! {
    /// What a signature states about a platform for which it has no identifier.
    PlatformStatus {
        /// A source states that the app does not exist there.
        Absent = "absent",
        /// Searched for, and no edition was found. Not a proof of absence.
        NoneKnown = "none-known",
    }
}

words! {
    /// What a policy entry names.
    EntryKind {
        /// An app or service by name.
        App = "app",
        /// A function inside an app.
        Function = "function",
        /// Everything of a vendor: needs a person's determination.
        Vendor = "vendor",
        /// A class of apps by criteria, or a list that was not read.
        Criteria = "criteria",
    }
}

words! {
    /// Standing of a policy.
    PolicyStatus {
        /// Dated in the future of the date asked for.
        NotIssued = "not-issued",
        /// Issued, not yet in effect.
        Issued = "issued",
        /// Proposed, never enacted.
        Proposed = "proposed",
        /// In force as far as the sources read say.
        InForce = "in-force",
        /// Replaced by another one.
        Superseded = "superseded",
        /// Revoked.
        Revoked = "revoked",
        /// Ended by its own terms.
        Expired = "expired",
        /// Stopped by a court.
        Enjoined = "enjoined",
        /// Its present standing was not checked.
        Unverified = "unverified",
    }
}

/// The platform a file names; macOS and others are kept but never matched.
pub(super) fn platform(word: &str) -> Option<Platform> {
    match word {
        "ios" => Some(Platform::Ios),
        "android" => Some(Platform::Android),
        "harmonyos" => Some(Platform::HarmonyOs),
        "macos" | "windows" | "tvos" => Some(Platform::OutOfScope),
        _ => None,
    }
}
