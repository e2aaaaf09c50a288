//! An app as evidence names it: platform, identifier, state, signers.

use std::borrow::Cow;
use std::fmt;

/// The operating system whose app identifiers are meant. Part of every key:
/// `com.lenovo.anyshare` is one app on iOS and another on Android.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Platform {
    /// iPhone, iPad, iPod touch.
    Ios,
    /// Android of any vendor.
    Android,
    /// HarmonyOS NEXT.
    HarmonyOs,
    /// A phone or tablet whose platform the evidence does not tell.
    #[default]
    Unknown,
    /// Windows, macOS, tvOS ...: counted, never judged.
    OutOfScope,
}

impl Platform {
    /// The value of the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ios => "ios",
            Self::Android => "android",
            Self::HarmonyOs => "harmonyos",
            Self::Unknown => "unknown",
            Self::OutOfScope => "out-of-scope",
        }
    }

    /// Reads [`Self::as_str`] back; anything else is `Unknown`.
    pub fn parse(text: &str) -> Self {
        match text {
            "ios" => Self::Ios,
            "android" => Self::Android,
            "harmonyos" => Self::HarmonyOs,
            "out-of-scope" => Self::OutOfScope,
            _ => Self::Unknown,
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What kind of identifier a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdentifierKind {
    /// Android package name, HarmonyOS bundle name.
    PackageName,
    /// iOS bundle identifier.
    BundleId,
    /// App Store id (digits).
    StoreId,
    /// The display name stands in for an identifier that the source lacks.
    DisplayName,
    /// Nothing names the app but a side record, such as a folder.
    None,
}

impl IdentifierKind {
    /// The value of the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PackageName => "package-name",
            Self::BundleId => "bundle-id",
            Self::StoreId => "store-id",
            Self::DisplayName => "display-name",
            Self::None => "none",
        }
    }
}

/// An identifier with its kind, compared exactly.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AppIdentifier {
    /// Kind of the value.
    pub kind: IdentifierKind,
    /// The value as the source spells it.
    pub value: String,
}

/// What a source says of an app's presence, best known first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum State {
    /// Present and usable.
    Installed,
    /// Present, switched off, hidden or suspended.
    Disabled,
    /// Code gone, icon kept.
    Archived,
    /// Named, but presence is neither shown nor excluded.
    #[default]
    Unknown,
    /// Was here, is not any more.
    Removed,
    /// Only a side record names it.
    Trace,
    /// Assigned or pending; decides nothing.
    Offered,
}

impl State {
    /// The value of the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Installed => "installed",
            Self::Disabled => "disabled",
            Self::Archived => "archived",
            Self::Unknown => "unknown",
            Self::Removed => "removed",
            Self::Trace => "trace",
            Self::Offered => "offered",
        }
    }

    /// The code of the app is or was kept on the device at collection time.
    pub fn is_present(self) -> bool {
        matches!(self, Self::Installed | Self::Disabled | Self::Archived)
    }
}

/// Algorithm of a signer digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DigestKind {
    /// SHA-256 of the DER certificate, lower-case hex.
    Sha256,
    /// SHA-1 of the DER certificate, lower-case hex.
    Sha1,
    /// MD5 of the DER certificate, lower-case hex.
    Md5,
    /// Java's 32-bit `Arrays.hashCode` of the DER certificate as `dumpsys`
    /// prints it: hex without leading zeros. Collides easily.
    JavaHash32,
}

/// One digest of one signing certificate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SignerDigest {
    /// Algorithm.
    pub kind: DigestKind,
    /// Lower-case hex.
    pub value: String,
    /// A past signer of a rotation lineage, not the current one.
    pub past: bool,
}

/// The signers a source names for an app.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SignerSet {
    /// Every digest of every certificate, current and past.
    pub digests: Vec<SignerDigest>,
    /// The operating system recorded the certificate at installation
    /// (packages.xml, dumpsys, management reports), rather than a reader
    /// having taken it from a file without a full check.
    pub recorded: bool,
    /// An iOS Team ID or app-id prefix, where one is named.
    pub team_id: Option<String>,
}

/// What one record of an artifact says about one app, borrowed from the record.
///
/// `identifier` empty means the source has none. `users` empty means the source
/// does not tell users apart.
#[derive(Debug, Clone, Default)]
pub struct App<'a> {
    /// Package name or bundle identifier, empty where the source has none.
    pub identifier: Cow<'a, str>,
    /// App Store id, digits.
    pub store_id: Option<Cow<'a, str>>,
    /// Display name.
    pub name: Option<Cow<'a, str>>,
    /// Publisher, seller or developer as the source spells it.
    pub publisher: Option<Cow<'a, str>>,
    /// Version for people; a build number where nothing better is given.
    pub version: Option<Cow<'a, str>>,
    /// Which app installed it.
    pub installer: Option<Cow<'a, str>>,
    /// Presence.
    pub state: State,
    /// Android users the statement is about; empty: not told apart.
    pub users: Vec<u32>,
    /// Code signature as the source has it.
    pub signers: Option<SignerSet>,
    /// When the app was first installed.
    pub first_seen: Option<super::Timestamp>,
    /// When it was last updated, used or seen.
    pub last_seen: Option<super::Timestamp>,
    /// Part of the system image.
    pub system: Option<bool>,
    /// What this statement does not prove, beyond what the artifact's
    /// specification says; a sentence.
    pub caveat: Option<&'static str>,
}
