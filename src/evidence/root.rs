//! Device roots: folders that hold one device, known by the names in them.
//!
//! A root is found by layout, not by the level the user happened to point at.
//! Adding a layout is one row of [`ROOTS`].
//!
//! Names in the rules: `*` stands for any run of characters inside one
//! component; `<hex2>` and `<hex40>` for that many lower-case hexadecimal digits.

use super::Pattern;

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

/// Folders around a root that belong to the same device.
#[derive(Debug)]
pub struct Beside {
    /// How the path of the root must end for the rule to hold, so that a folder
    /// of evidence is not taken for a partition.
    pub tail: &'static [&'static str],
    /// Names in the folder above that end. They are searched for further roots,
    /// but their files are not handed on loose.
    pub folders: &'static [&'static str],
}

/// How a root kind is recognised, and what of it is the device's own.
#[derive(Debug)]
pub struct RootRule {
    /// Kind.
    pub kind: RootKind,
    /// What the user left out: the rule is for this folder *of* the root, and
    /// claims are matched without their first component. Empty for a whole root.
    pub inside: &'static str,
    /// Alternatives; each is a set of paths below the root that must all be
    /// there. A trailing `/` means a folder.
    pub landmarks: &'static [&'static [&'static str]],
    /// Folders of the root that are the device's own: never entered.
    pub own_folders: &'static [&'static str],
    /// Files directly in the root that are the device's own, claimed or not.
    pub own_files: &'static [&'static str],
    /// From how many own folders on the root is whole: then what lies beside
    /// them is the device's too. It is searched for roots, but nothing in it is
    /// handed on loose. Below that number the folder may be the user's own, and
    /// everything that is not the device's is evidence in its own right.
    pub whole_from: usize,
    /// Folders around the root that belong to the same device.
    pub beside: &'static [Beside],
}

/// One component of a path fits a name of a rule.
pub(super) fn fits(rule: &str, name: &[u8]) -> bool {
    let hex = |n: usize| name.len() == n && name.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    match rule {
        "<hex2>" => hex(2),
        "<hex40>" => hex(40),
        _ => Pattern::component_fits(rule, name),
    }
}

/// A rule that owns nothing and stands alone; rows name what differs.
const PLAIN: RootRule = RootRule {
    kind: RootKind::IosBackup,
    inside: "",
    landmarks: &[],
    own_folders: &[],
    own_files: &[],
    whole_from: usize::MAX,
    beside: &[],
};

/// The other partitions of an iOS file system.
const IOS_PARTITIONS: &[&str] = &[
    "Applications",
    "Developer",
    "Library",
    "System",
    "bin",
    "boot",
    "cores",
    "dev",
    "etc",
    "hardware",
    "lib",
    "mnt",
    "preboot",
    "sbin",
    "system_data",
    "tmp",
    "usr",
    "xarts",
];

/// The other partitions of an Android file system.
const ANDROID_PARTITIONS: &[&str] = &[
    "acct",
    "apex",
    "bin",
    "cache",
    "config",
    "cust",
    "data_mirror",
    "debug_ramdisk",
    "dev",
    "efs",
    "etc",
    "linkerconfig",
    "lost+found",
    "metadata",
    "mnt",
    "odm",
    "odm_dlkm",
    "oem",
    "persist",
    "postinstall",
    "prism",
    "proc",
    "product",
    "sdcard",
    "second_stage_resources",
    "storage",
    "sys",
    "system",
    "system_dlkm",
    "system_ext",
    "vendor",
    "vendor_dlkm",
];

/// Folders of `/private/var` whose names are used for nothing else.
const IOS_DATA: &[&str] = &[
    "Keychains",
    "MobileAsset",
    "MobileDevice",
    "MobileSoftwareUpdate",
    "containers",
    "db",
    "dirs_cleaner",
    "folders",
    "installd",
    "iomfb_bics_daemon",
    "keybags",
    "mobile",
    "msgs",
    "networkd",
    "protected",
    "root",
    "staged_system_apps",
    "wireless",
];

/// Folders of `/data` whose names are used for nothing else, and `media`, the
/// user's own storage.
const ANDROID_DATA: &[&str] = &[
    "adb",
    "anr",
    "apex",
    "app",
    "app-asec",
    "app-ephemeral",
    "app-lib",
    "app-private",
    "app-staging",
    "dalvik-cache",
    "data",
    "gsi",
    "incremental",
    "lost+found",
    "media",
    "mediadrm",
    "misc",
    "misc_ce",
    "misc_de",
    "ota_package",
    "property",
    "resource-cache",
    "rollback",
    "rollback-observer",
    "server_configurable_flags",
    "system",
    "system_ce",
    "system_de",
    "tombstones",
    "unencrypted",
    "user",
    "user_de",
    "vendor_ce",
    "vendor_de",
];

/// Every layout. A static, not a constant: rules are told apart by their address.
pub static ROOTS: &[RootRule] = &[
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
        own_folders: &["<hex2>", "Snapshot"],
        own_files: &["Info.plist", "Manifest.*", "Manifest.db-*", "Status.plist", "<hex40>", "*.mdinfo", "*.mddata"],
        ..PLAIN
    },
    RootRule {
        kind: RootKind::IosData,
        landmarks: &[
            &["containers/Bundle/Application/"],
            &["mobile/Library/FrontBoard/applicationState.db"],
            &["mobile/Containers/Data/Application/"],
            &["mobile/Containers/Bundle/Application/"],
        ],
        own_folders: IOS_DATA,
        whole_from: 3,
        beside: &[
            Beside { tail: &["private", "var"], folders: IOS_PARTITIONS },
            Beside { tail: &["var"], folders: IOS_PARTITIONS },
            Beside { tail: &["filesystem2"], folders: &["filesystem1"] },
        ],
        ..PLAIN
    },
    RootRule {
        kind: RootKind::IosData,
        inside: "containers",
        landmarks: &[&["Bundle/Application/"]],
        own_folders: &["Bundle", "Data", "Shared", "Temp"],
        ..PLAIN
    },
    RootRule {
        kind: RootKind::IosData,
        inside: "mobile",
        landmarks: &[&["Library/FrontBoard/applicationState.db"], &["Containers/Data/Application/"]],
        own_folders: &["Applications", "Containers", "Documents", "Library", "Media"],
        ..PLAIN
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
        own_folders: ANDROID_DATA,
        whole_from: 3,
        beside: &[
            Beside { tail: &["data"], folders: ANDROID_PARTITIONS },
            Beside { tail: &["userdata"], folders: ANDROID_PARTITIONS },
        ],
        ..PLAIN
    },
    RootRule {
        kind: RootKind::AndroidData,
        inside: "system",
        landmarks: &[
            &["packages.xml", "packages.list"],
            &["packages.xml", "users/userlist.xml"],
            &["packages.xml", "users/0/"],
            &["packages.list", "users/userlist.xml"],
            &["packages-backup.xml", "users/userlist.xml"],
            &["packages.xml.reservecopy", "users/userlist.xml"],
        ],
        own_folders: &[
            "appops",
            "dropbox",
            "graphicsstats",
            "ifw",
            "install_sessions",
            "job",
            "netstats",
            "package_cache",
            "procstats",
            "shared_prefs",
            "sync",
            "uiderrors",
            "usagestats",
            "users",
        ],
        own_files: &["packages.*", "packages-*", "package-*"],
        whole_from: 3,
        ..PLAIN
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
        own_folders: &["apks", "logs", "selinux", "tmp"],
        own_files: &["*.txt", "*.json", "*.log", "hashes.csv"],
        ..PLAIN
    },
    RootRule {
        kind: RootKind::BugReport,
        landmarks: &[
            &["main_entry.txt"],
            &["version.txt", "bugreport-*.txt"],
            &["FS/", "bugreport-*.txt"],
            &["FS/", "dumpstate*.txt"],
        ],
        own_folders: &["FS", "lshal-debug", "proto"],
        own_files: &[
            "main_entry.txt",
            "version.txt",
            "title.txt",
            "description.txt",
            "systrace.txt",
            "bugreport-*",
            "dumpstate*",
            "*.proto",
            "*.bin",
            "*.png",
        ],
        ..PLAIN
    },
];
