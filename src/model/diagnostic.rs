//! What the reader must know about the run itself.

use super::Locator;

/// How much a diagnostic matters. Errors and warnings keep a run from exit 0
/// where the contract says so; notes never do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Something given could not be read or was read in part.
    Error,
    /// Read, with a reservation.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// The value of the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

macro_rules! codes {
    ($($(#[$meta:meta])* $variant:ident, $text:literal, $severity:ident, $help:literal;)*) => {
        /// A stable kebab-case name of a kind of diagnostic.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = $help] $variant,)* }

        impl Code {
            /// Every code, for the documentation and its check.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable name.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// How much it matters.
            pub fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }

            /// What it means and what to do, one or two sentences.
            pub fn help(self) -> &'static str {
                match self { $(Self::$variant => $help,)* }
            }
        }
    };
}

codes! {
    UnreadableFile, "unreadable-file", Error, "A file or folder could not be opened or read. Check permissions and the medium, then scan again.";
    DamagedFile, "damaged-file", Error, "A file of a known kind is damaged or truncated. What could be read was used; obtain an intact copy.";
    EmptyFile, "empty-file", Error, "A given file is empty. The export or copy failed; repeat it.";
    UnknownEvidence, "unknown-evidence", Error, "A structured file is no evidence this version knows. Check that it is the file you meant; an export of another system needs a mapping file (docs/mapping.md).";
    UnsupportedEvidence, "unsupported-evidence", Error, "A recognised kind of evidence that this version cannot read. The device it belongs to stays inconclusive.";
    ErrorAnswer, "error-answer", Error, "The file holds an error message or a login page where an export was expected. Repeat the export.";
    EncryptedFile, "encrypted-file", Warning, "A file is encrypted and was not opened. What the coverage needs was taken from plain files where there are any.";
    LimitBytes, "limit-bytes", Error, "A limit on bytes was reached; the rest of the item was not read. Raise the limit to read it.";
    LimitEntries, "limit-entries", Error, "A limit on entries was reached; the rest of the item was not read. Raise the limit to read it.";
    LimitDepth, "limit-depth", Error, "Containers are nested deeper than the limit; the inner ones were not opened.";
    LimitRatio, "limit-ratio", Error, "A member expands far beyond its compressed size (a decompression bomb); it was not read further.";
    LimitTime, "limit-time", Error, "The time limit for one item was reached; the rest of it was not read.";
    LimitPath, "limit-path", Error, "A path is longer than the limit; the file was not read.";
    LimitFindings, "limit-findings", Error, "An item yields more findings than the limit; the rest was counted only.";
    NotADatabase, "not-a-database", Error, "A database file is not one, or is encrypted. Other files of the backup were used where they suffice.";
    PartialBackup, "partial-backup", Warning, "The backup did not finish. Lists that were written before it failed still count.";
    PartialExport, "partial-export", Error, "The export says that there is more than this file holds. Add the missing pages to the run.";
    PackagesBackupUsed, "packages-backup-used", Warning, "packages-backup.xml exists: Android was interrupted while writing packages.xml and would read the backup first. So did the scan.";
    FallbackUsed, "fallback-used", Warning, "The main file could not be read; its reserve copy was used.";
    SourcesConflict, "sources-conflict", Warning, "A complete list does not name an app that a secondary source shows. The state is unknown; look at both sources.";
    ListsContradict, "lists-contradict", Warning, "Two complete lists of one device do not agree on an app: it came or went between them, or one of the two is wrong. The verdict goes by the one that names it; look at both.";
    IdentityConflict, "identity-conflict", Warning, "Records that share one identifier differ in another of the same kind. They were kept apart.";
    ValuesConflict, "values-conflict", Note, "Artifacts of one device state different values for one property. All are listed, none was preferred silently.";
    SignerMismatch, "signer-mismatch", Warning, "An app bears a known identifier but none of its known signers: a modified or impostor copy.";
    MalformedRecord, "malformed-record", Warning, "A record could not be read and was counted. The list it belongs to is not complete, and its item counts as read in part.";
    SeveralDevices, "several-devices", Warning, "A text holds the lists of more than one phone and does not tell which rows are whose. No list in it is complete; give each phone a file of its own.";
    ImplausibleList, "implausible-list", Warning, "A list that reads as complete names fewer packages than any Android system has on its own. It may have been cut out of a larger one; look at its source.";
    SuspiciousLine, "suspicious-line", Warning, "A line looks injected: its fields contradict each other. It proves nothing and hides nothing.";
    UserWithoutList, "user-without-list", Note, "A user or profile exists for which no app list was found.";
    StaleData, "stale-data", Note, "The data is older than the chosen limit; it cannot prove absence today.";
    FutureTime, "future-time", Warning, "A list bears a time after that of the run: the clock of the device or of its management system was wrong. The time was not used, so that the age of the list is unknown.";
    PolicyEntryUnresolved, "policy-entry-unresolved", Warning, "A chosen policy names something no signature can decide. No device can be clear under it.";
    NotEvidence, "not-evidence", Note, "A file that is no evidence and needs none of your attention (operating-system litter, plain text, checksums, our own reports).";
    OutOfScope, "out-of-scope", Note, "Records of computers or television boxes in a mixed export were counted, not judged.";
    AggregateOnly, "aggregate-only", Warning, "The export counts devices for an app and names none. Export the list of one row for each app and device.";
    ManagedAppsOnly, "managed-apps-only", Note, "The list holds managed apps only; it cannot show that an app is absent.";
    NotCollected, "apps-not-collected", Warning, "The record holds no app list: the system did not collect or did not export it.";
    AssumptionUsed, "assumption-used", Note, "A list counts as complete because you vouched for it with --assume-full-lists.";
    WaiverExpired, "waiver-expired", Note, "A waiver has ended; the findings it covered count again. Renew it or remove the app.";
    MixedReports, "mixed-reports", Warning, "Reports made with different signatures, policies or options were joined because --allow-mixed said so. Their verdicts do not mean quite the same.";
    UnknownValue, "unknown-value", Error, "A saved report holds a word this version does not know; it was read as the most cautious one. Use a newer version.";
    ReportChanged, "report-changed", Error, "A saved report was changed after it was written: the digest it bears is not that of its content. Take the original, or look with `tidewaiter verify` at what it rests on.";
    ReportInconsistent, "report-inconsistent", Error, "A saved report says something that its own findings, lists or counts do not bear out. The more cautious reading was taken.";
    Interrupted, "interrupted", Error, "The run was interrupted before it was done.";
}

/// One message about the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Kind.
    pub code: Code,
    /// How much it matters; the code's own unless the place makes it matter less.
    pub severity: Severity,
    /// Where.
    pub locator: Option<Locator>,
    /// What happened and what to do, for people; already escaped.
    pub message: String,
    /// How many times, when repetitions were folded.
    pub count: u64,
}

impl Diagnostic {
    /// With the severity of its code.
    pub fn new(code: Code, locator: Option<Locator>, message: impl Into<String>) -> Self {
        Self { code, severity: code.severity(), locator, message: message.into(), count: 1 }
    }

    /// The same, as a note.
    pub fn note(code: Code, locator: Option<Locator>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Note, ..Self::new(code, locator, message) }
    }
}
