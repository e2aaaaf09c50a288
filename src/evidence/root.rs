//! Device roots: folders that hold one device, known by the names in them.
//!
//! A root is found by layout, not by the level the user happened to point at.
//! Adding a layout is one row of [`ROOTS`].

/// What kind of device tree a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RootKind {
    /// iTunes or Finder backup: `Info.plist`, `Manifest.*`, `Status.plist`.
    IosBackup,
    /// The `/private/var` of an iOS full file system.
    IosData,
    /// The `/data` of an Android file system.
    AndroidData,
    /// An AndroidQF acquisition.
    AndroidQf,
    /// An unpacked bug report.
    BugReport,
}

impl RootKind {
    /// The `kind` of the item in the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::IosBackup => "ios-backup",
            Self::IosData => "ios-file-system",
            Self::AndroidData => "android-file-system",
            Self::AndroidQf => "androidqf",
            Self::BugReport => "android-bugreport",
        }
    }
}

/// How a root kind is recognised.
#[derive(Debug)]
pub struct RootRule {
    /// Kind.
    pub kind: RootKind,
    /// Alternatives; each is a set of paths below the root that must all be
    /// there. `*` stands for any run of characters inside one component; a
    /// trailing `/` means a folder.
    pub landmarks: &'static [&'static [&'static str]],
    /// Folders beside the root (in its parent) that belong to the same device,
    /// so that their files are not taken for loose ones.
    pub siblings: &'static [&'static str],
}

/// Every layout.
pub const ROOTS: &[RootRule] = &[
    RootRule {
        kind: RootKind::IosBackup,
        landmarks: &[
            &["Info.plist", "Manifest.db"],
            &["Info.plist", "Manifest.plist"],
            &["Info.plist", "Manifest.mbdb"],
            &["Info.plist", "Status.plist"],
            &["Manifest.plist", "Manifest.db"],
            &["Manifest.plist", "Manifest.mbdb"],
            &["Manifest.plist", "Status.plist"],
            &["Manifest.db", "Status.plist"],
        ],
        siblings: &[],
    },
    RootRule {
        kind: RootKind::IosData,
        landmarks: &[
            &["containers/Bundle/Application/"],
            &["mobile/Library/FrontBoard/applicationState.db"],
            &["mobile/Containers/Data/Application/"],
        ],
        siblings: &[],
    },
    RootRule {
        kind: RootKind::AndroidData,
        landmarks: &[
            &["system/packages.xml"],
            &["system/packages-backup.xml"],
            &["system/packages.xml.reservecopy"],
            &["system/packages.list"],
            &["system/users/userlist.xml"],
        ],
        siblings: &[
            "system",
            "system_ext",
            "product",
            "vendor",
            "odm",
            "apex",
            "cache",
            "metadata",
            "mnt",
            "storage",
            "sdcard",
            "oem",
            "dev",
            "proc",
            "sys",
            "acct",
            "config",
            "linkerconfig",
            "data_mirror",
        ],
    },
    RootRule {
        kind: RootKind::AndroidQf,
        landmarks: &[
            &["acquisition.json", "packages.json"],
            &["acquisition.json", "getprop.txt"],
            &["acquisition.json", "command.log"],
            &["packages.json", "getprop.txt"],
            &["packages.json", "dumpsys.txt"],
        ],
        siblings: &[],
    },
    RootRule {
        kind: RootKind::BugReport,
        landmarks: &[
            &["main_entry.txt"],
            &["version.txt", "bugreport-*.txt"],
            &["FS/", "bugreport-*.txt"],
            &["FS/", "dumpstate*.txt"],
        ],
        siblings: &[],
    },
];
