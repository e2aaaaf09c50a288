//! A layout: what one export of one system looks like and what it can prove,
//! as data. `docs/contributing/new-mdm-layout.md` walks through adding one.

use crate::artifact::ArtifactSpec;
use crate::model::{Basis, Enrollment, ListScope, Ownership, Platform, State};

/// What a column or key says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Role {
    /// The system's own id of the device; becomes `system/tenant/id`.
    DeviceId,
    /// Name of the device for people.
    DeviceName,
    /// Serial number.
    Serial,
    /// Apple's unique device identifier.
    Udid,
    /// Apple's id of a user enrollment.
    EnrollmentId,
    /// IMEI, or several separated by commas.
    Imei,
    /// Another identifier, for people.
    OtherId,
    /// Account of the main user.
    User,
    /// Account to use where [`Role::User`] is empty.
    UserMore,
    /// Model.
    Model,
    /// Model to use where [`Role::Model`] is empty.
    ModelMore,
    /// Version of the operating system.
    OsVersion,
    /// Platform, by the table of the layout.
    Platform,
    /// Platform where [`Role::Platform`] says nothing, by the same table.
    PlatformHint,
    /// Ownership, by the table of the layout.
    Ownership,
    /// Enrollment, by the table of the layout.
    Enrollment,
    /// `true`: supervised by its organisation (Apple).
    Supervised,
    /// When the device last spoke to its system.
    LastSeen,
    /// When the app list was collected.
    InventoryTime,
    /// Package name or bundle identifier.
    AppId,
    /// An id that may or may not be one; used only where it looks like one.
    AppIdMaybe,
    /// Display name of the app.
    AppName,
    /// Publisher of the app.
    Publisher,
    /// Version for people.
    Version,
    /// Version to use where [`Role::Version`] is empty.
    VersionMore,
    /// Presence, by the table of the layout.
    State,
    /// Which app installed it.
    Installer,
    /// Where it came from: part of the system image, by the table of the layout.
    Source,
    /// SHA-256 of a signing certificate, base64 of the bytes.
    SignerSha256,
    /// SHA-1 of a signing certificate, hex.
    SignerSha1,
    /// When the app was installed.
    InstallTime,
    /// On how many devices (aggregates).
    DeviceCount,
}

impl Role {
    /// How many there are.
    pub const COUNT: usize = Self::DeviceCount as usize + 1;

    /// Its number, below [`Self::COUNT`].
    pub fn index(self) -> usize {
        self as usize
    }
}

/// What the name of a file says where the export itself names no device: the
/// name without its extension, if it is nothing but an id of this form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileName {
    /// Nothing.
    Nothing,
    /// `8-4-4-4-12` hex digits.
    Guid,
    /// Digits.
    Number,
}

/// What one row of a flat export stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowsOf {
    /// One app on one device.
    Apps,
    /// One device, without apps: facts that join the lists of other files.
    Devices,
    /// One app on a number of devices that are not named.
    Aggregate,
}

/// Normalised names of each role.
pub type Columns = &'static [(Role, &'static [&'static str])];

/// Rows with a header: CSV, or JSON objects whose keys are the header.
#[derive(Debug)]
pub struct Rows {
    /// What a row is.
    pub of: RowsOf,
    /// Where the rows of a JSON document are: `[]` for an array, `value[]` for
    /// one below a key, empty for objects of their own.
    pub at: &'static [&'static str],
    /// Rows of an app hold an array of devices below this key; its columns.
    pub devices: Option<(&'static str, Columns)>,
    /// What tells the devices apart: the first of these roles that has a value.
    pub key: &'static [Role],
    /// Column names of each role, normalised ([`super::values::normal`]); the
    /// first that occurs is used. Order and subset of columns are free.
    pub columns: Columns,
    /// Sets of normalised names, one of which must all be there.
    pub known_by: &'static [&'static [&'static str]],
    /// Normalised names none of which may be there.
    pub not: &'static [&'static str],
}

/// JSON objects, one a device, with a list of apps inside.
///
/// Paths are keys with dots between; `[]` stands for the elements of an array.
#[derive(Debug)]
pub struct Records {
    /// Where the objects are: `devices[]` in a page, `[]` in an array, empty
    /// for an object of its own (a file, or a line of NDJSON).
    pub at: &'static [&'static str],
    /// Paths below the object that say something of the device.
    pub keys: &'static [(&'static str, Role)],
    /// Path of the apps below the object, ending in `[]`. Empty: the object
    /// tells who the device is and lists nothing.
    pub apps: &'static str,
    /// Path of another list of the same kind; empty: there is none.
    pub apps_too: &'static str,
    /// Paths below an app.
    pub app_keys: &'static [(&'static str, Role)],
    /// Objects of a key and a value below an app: path ending in `[]`, name of
    /// the key, name of the value, and what normalised keys say.
    pub pairs: Option<Pairs>,
    /// Below an app: apps inside of it, in an array of this key.
    pub nested: Option<&'static str>,
    /// Path below the object of a string that is a JSON object itself.
    pub embedded: Option<&'static str>,
    /// The object is one page of the list of one device: `more` and `total`
    /// speak of its apps.
    pub page: bool,
    /// Beside the apps the object may say that there are more of them: of a
    /// layout whose keys nobody documents.
    pub hears: bool,
    /// Top-level paths that say there is more: a token, a link, or `true`.
    pub more: &'static [&'static str],
    /// Top-level path of the number of devices there are.
    pub total: Option<&'static str>,
    /// Sets of paths below the object, one of which must all be in the head.
    pub known_by: &'static [&'static [&'static str]],
}

/// Values named by a key beside them.
#[derive(Debug)]
pub struct Pairs {
    /// Path of the array below the app, ending in `[]`.
    pub at: &'static str,
    /// Name of the key.
    pub key: &'static str,
    /// Name of the value.
    pub value: &'static str,
    /// What normalised keys say.
    pub roles: &'static [(&'static str, Role)],
}

impl Records {
    /// Nothing special.
    pub(super) const BASE: Self = Self {
        at: &[""],
        keys: &[],
        apps: "",
        apps_too: "",
        app_keys: &[],
        pairs: None,
        nested: None,
        embedded: None,
        page: false,
        hears: false,
        more: &[],
        total: None,
        known_by: &[],
    };
}

impl Rows {
    /// Nothing special.
    pub(super) const BASE: Self = Self {
        of: RowsOf::Apps,
        at: &["[]", "value[]", ""],
        devices: None,
        key: &[Role::DeviceId],
        columns: &[],
        known_by: &[],
        not: &[],
    };
}

/// How an export is built.
#[derive(Debug)]
pub enum Shape {
    /// Flat rows.
    Rows(Rows),
    /// An object a device.
    Records(Records),
    /// An XML element a device. Paths are names of elements from the root;
    /// `[]` stands behind one that is repeated.
    Xml(Records),
}

/// What the list of a device can prove; the first that fits its platform and
/// enrollment is used.
#[derive(Debug)]
pub struct Cover {
    /// Platforms; empty: any.
    pub platforms: &'static [Platform],
    /// Enrollments; empty: any.
    pub enrollments: &'static [Enrollment],
    /// Which apps are listed.
    pub scope: ListScope,
    /// Android users it speaks for; empty: all.
    pub users: &'static [u32],
    /// What it proves, by the vendor's documents.
    pub basis: Basis,
    /// What the vendor documents, a sentence; printed with the coverage.
    pub note: &'static str,
    /// Where the vendor does.
    pub source: &'static str,
}

impl Cover {
    /// A rule that fits every device.
    pub(super) const fn any(scope: ListScope, basis: Basis, note: &'static str, source: &'static str) -> Self {
        Self { platforms: &[], enrollments: &[], scope, users: &[], basis, note, source }
    }
}

/// One export of one system.
#[derive(Debug)]
pub struct Layout {
    /// Id (`artifact` in the report), title, what it proves and does not prove.
    pub spec: ArtifactSpec,
    /// Namespace of its device ids; layouts of one system join by them.
    pub system: &'static str,
    /// Written from memory, not from documents or samples: never complete.
    pub experimental: bool,
    /// Nobody but the user says that [`Role::AppId`] holds identifiers: an app
    /// without one, or with something else there, is an error.
    pub doubts_ids: bool,
    /// A sentence that is printed with every list of it; empty: none.
    pub note: &'static str,
    /// How it is built.
    pub shape: Shape,
    /// Platform of every device in it; `Unknown` where records tell.
    pub platform: Platform,
    /// Normalised values of [`Role::Platform`]; a trailing `*` stands for any
    /// rest. Some tell the enrollment too.
    pub platforms: &'static [(&'static str, Platform, Enrollment)],
    /// Who owns the devices of which no [`Role::Ownership`] tells.
    pub ownership: Ownership,
    /// Normalised values of [`Role::Ownership`].
    pub ownerships: &'static [(&'static str, Ownership)],
    /// Normalised values of [`Role::Enrollment`].
    pub enrollments: &'static [(&'static str, Enrollment)],
    /// Presence where no [`Role::State`] is given.
    pub state: State,
    /// Normalised values of [`Role::State`]; another value is `Unknown`.
    pub states: &'static [(&'static str, State)],
    /// Normalised values of [`Role::Source`]: part of the system image?
    pub system_apps: &'static [(&'static str, bool)],
    /// What lists prove. The last one should fit everything.
    pub coverage: &'static [Cover],
    /// Where the shape is odd: changes the collected values of a device before
    /// they are told.
    pub adjust: Option<fn(&mut super::device::Draft)>,
    /// The same for the values of an app; `false`: it is none.
    pub adjust_app: Option<fn(&mut super::app::Values) -> bool>,
    /// What the name of the file says of a device that the export does not name.
    pub file_name: FileName,
    /// Where the export is described.
    pub sources: &'static [&'static str],
}

impl Layout {
    /// Nothing known.
    pub(super) const BASE: Self = Self {
        spec: ArtifactSpec { id: "", title: "", proves: "", does_not_prove: "", since: "" },
        system: "",
        experimental: false,
        doubts_ids: false,
        note: "",
        shape: Shape::Records(Records::BASE),
        platform: Platform::Unknown,
        platforms: &[],
        ownership: Ownership::Unknown,
        ownerships: &[],
        enrollments: &[],
        state: State::Installed,
        states: &[],
        system_apps: &[],
        coverage: &[],
        adjust: None,
        adjust_app: None,
        file_name: FileName::Nothing,
        sources: &[],
    };

    /// The rows, if it has that shape.
    pub fn rows(&self) -> Option<&Rows> {
        match &self.shape {
            Shape::Rows(rows) => Some(rows),
            Shape::Records(_) | Shape::Xml(_) => None,
        }
    }

    /// Devices of their own, without apps.
    pub fn is_identity_only(&self) -> bool {
        match &self.shape {
            Shape::Rows(rows) => rows.of == RowsOf::Devices,
            Shape::Records(records) | Shape::Xml(records) => records.apps.is_empty(),
        }
    }

    /// The rule of coverage for a device.
    pub fn cover(&self, platform: Platform, enrollment: Enrollment) -> Option<u8> {
        let fits = |c: &Cover| {
            (c.platforms.is_empty() || c.platforms.contains(&platform))
                && (c.enrollments.is_empty() || c.enrollments.contains(&enrollment))
        };
        self.coverage.iter().position(fits).and_then(|n| u8::try_from(n).ok())
    }
}
