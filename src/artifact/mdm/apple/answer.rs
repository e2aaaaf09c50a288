//! One answer or check-in, read key by key; identity and status may come last.

use crate::artifact::At;
use crate::artifact::ios::{LONGEST_ID, is_apple, is_bundle_id};
use crate::format::plist::{Plist, PlistError, Value};
use crate::model::{App, FactKind, State, Timestamp};

const OF_DOWNLOAD: &str = "The app is being installed or updated; the answer does not tell which.";
const OF_TWO: &str = "A key of this entry stands twice, with two values; which one holds is not known.";
const OF_CLIP: &str = "An App Clip: a part of the app that runs without the app being installed.";

/// What a list of the answer came to.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// Entries that name an app as present.
    pub(super) present: u64,
    /// Entries without an identifier that can be one, or with two.
    pub(super) errors: u64,
}

/// What is known of an answer from outside of it.
#[derive(Debug, Default, Clone)]
pub(super) struct Context {
    /// Where it lies, if it is inside of something else.
    pub(super) place: Option<At>,
    /// When it came.
    pub(super) as_of: Option<Timestamp>,
    /// It was given for one user, not for the device.
    pub(super) user_channel: bool,
    /// What it lies in says two things of it.
    pub(super) doubtful: bool,
    /// What it lies in says that a user enrolled the device.
    pub(super) user_enrollment: bool,
}

/// What one property list says, apps aside.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// Answers of the file before this one.
    pub(super) number: u64,
    pub(super) context: Context,
    pub(super) udid: Option<String>,
    pub(super) enrollment_id: Option<String>,
    pub(super) status: Option<String>,
    pub(super) error: Option<String>,
    pub(super) supervised: Option<bool>,
    pub(super) facts: Vec<(FactKind, String)>,
    pub(super) imeis: Vec<String>,
    pub(super) installed: Option<Listed>,
    pub(super) managed: Option<Listed>,
    /// A key that must be there once said two things.
    pub(super) contradicts: bool,
    /// What stands behind it is no answer; readers differ in which they believe.
    pub(super) followed: bool,
}

/// Called with every app and its place.
type Each<'a> = &'a mut dyn FnMut(App<'_>, At);

/// Further lists of one answer than this are not read.
const MOST_IMEIS: usize = 16;
/// More identifiers of one entry than this are not told.
const MOST_IDENTIFIERS: usize = 16;

/// Sets what is told once; returns whether it was told before as something else.
pub(super) fn once<T: PartialEq>(slot: &mut Option<T>, told: Option<T>) -> bool {
    match (&*slot, told) {
        (Some(old), Some(told)) => *old != told,
        (None, told) => {
            *slot = told;
            false
        }
        (Some(_), None) => false,
    }
}

impl Answer {
    /// The answer's place: the file, or its number in a file of many.
    pub(super) fn at(&self) -> At {
        if let Some(place) = &self.context.place {
            return place.clone();
        }
        match self.number {
            0 => At::Whole,
            n => At::pointer([n.to_string().as_str()]),
        }
    }

    fn place(&self, parts: &[&str]) -> At {
        if let Some(place) = &self.context.place {
            return place.clone();
        }
        let number = self.number.to_string();
        let first = (self.number > 0).then_some(number.as_str());
        At::pointer(first.into_iter().chain(parts.iter().copied()))
    }

    pub(super) fn read(&mut self, plist: &mut Plist<'_>, each: Each<'_>) -> Result<(), PlistError> {
        plist.root()?;
        while let Some(key) = plist.key()? {
            match key.as_str() {
                "InstalledApplicationList" => self.installed_list(plist, each)?,
                "ManagedApplicationList" => self.managed_list(plist, each)?,
                "QueryResponses" => self.query_responses(plist)?,
                "ErrorChain" => self.error_chain(plist)?,
                "Status" => self.contradicts |= once(&mut self.status, plist.text()?),
                "EnrollmentID" => {
                    let id = plist.text()?.filter(|id| !id.is_empty());
                    self.contradicts |= once(&mut self.enrollment_id, id);
                }
                _ => self.property(&key, plist)?,
            }
        }
        Ok(())
    }

    /// Keys that a check-in has at its top and DeviceInformation in its responses.
    fn property(&mut self, key: &str, plist: &mut Plist<'_>) -> Result<(), PlistError> {
        let kind = match key {
            "UDID" => {
                let udid = plist.text()?.filter(|id| !id.is_empty());
                self.contradicts |= once(&mut self.udid, udid.map(|id| id.to_ascii_lowercase()));
                return Ok(());
            }
            "IMEI" => {
                let imei = plist.text()?;
                self.imeis.extend(imei.filter(|_| self.imeis.len() < MOST_IMEIS));
                return Ok(());
            }
            "IsSupervised" => {
                self.supervised = plist.boolean()?;
                return Ok(());
            }
            "SerialNumber" => FactKind::Serial,
            "DeviceName" => FactKind::Name,
            "ProductName" => FactKind::Model,
            "OSVersion" => FactKind::OsVersion,
            _ => return plist.skip(),
        };
        if let Some(text) = plist.text()? {
            self.facts.push((kind, text));
        }
        Ok(())
    }

    fn query_responses(&mut self, plist: &mut Plist<'_>) -> Result<(), PlistError> {
        if !plist.dict()? {
            return Ok(());
        }
        while let Some(key) = plist.key()? {
            if key != "ServiceSubscriptions" {
                self.property(&key, plist)?;
                continue;
            }
            if !plist.array()? {
                continue;
            }
            while let Some(value) = plist.value()? {
                match value {
                    Value::Dict => {
                        while let Some(key) = plist.key()? {
                            if key == "IMEI" { self.property(&key, plist)? } else { plist.skip()? }
                        }
                    }
                    Value::Array => plist.leave()?,
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn error_chain(&mut self, plist: &mut Plist<'_>) -> Result<(), PlistError> {
        if !plist.array()? {
            return Ok(());
        }
        while let Some(value) = plist.value()? {
            match value {
                Value::Dict => {
                    while let Some(key) = plist.key()? {
                        let text =
                            if key.ends_with("Description") { plist.text()? } else { plist.skip().map(|()| None)? };
                        let text = text.map(|t| t.chars().take(200).collect());
                        self.error = self.error.take().or(text);
                    }
                }
                Value::Array => plist.leave()?,
                _ => {}
            }
        }
        Ok(())
    }

    fn installed_list(&mut self, plist: &mut Plist<'_>, each: Each<'_>) -> Result<(), PlistError> {
        if !plist.array()? {
            self.contradicts = true;
            return Ok(());
        }
        let mut listed = self.installed.take().unwrap_or_default();
        let mut at = 0_u64;
        while let Some(value) = plist.value()? {
            let place = self.place(&["InstalledApplicationList", &at.to_string()]);
            at += 1;
            match value {
                Value::Dict => Item::read(plist)?.state(&mut listed, place, each),
                Value::Array => {
                    plist.leave()?;
                    listed.errors += 1;
                }
                _ => listed.errors += 1,
            }
        }
        self.installed = Some(listed);
        Ok(())
    }

    fn managed_list(&mut self, plist: &mut Plist<'_>, each: Each<'_>) -> Result<(), PlistError> {
        if !plist.dict()? {
            self.contradicts = true;
            return Ok(());
        }
        let mut listed = self.managed.take().unwrap_or_default();
        while let Some(identifier) = plist.key()? {
            let (mut status, mut contradicts) = (None, false);
            if plist.dict()? {
                while let Some(key) = plist.key()? {
                    if key == "Status" { contradicts |= once(&mut status, plist.text()?) } else { plist.skip()? }
                }
            }
            listed.errors += u64::from(contradicts || !is_bundle_id(&identifier));
            if identifier.is_empty() || identifier.len() > LONGEST_ID {
                continue;
            }
            let state = status.as_deref().filter(|_| !contradicts).map_or(State::Unknown, managed_state);
            listed.present += u64::from(state.is_present());
            let place = self.place(&["ManagedApplicationList", &identifier]);
            each(App { identifier: identifier.into(), state, ..App::default() }, place);
        }
        self.managed = Some(listed);
        Ok(())
    }

    /// A Mac, by its own words: a model no phone or tablet has.
    pub(super) fn is_computer(&self) -> bool {
        let model = self.facts.iter().find(|(kind, _)| *kind == FactKind::Model);
        let other = ["Mac", "iMac", "VirtualMac", "Xserve", "AppleTV", "Watch", "RealityDevice", "AudioAccessory"];
        model.is_some_and(|(_, model)| other.iter().any(|name| model.starts_with(name)))
    }
}

/// What the status of a managed app says of its presence.
fn managed_state(status: &str) -> State {
    match status {
        "Managed"
        | "UserInstalledApp"
        | "Updating"
        | "ValidatingUpdate"
        | "PromptingForUpdate"
        | "PromptingForUpdateLogin"
        | "PromptingForManagement"
        | "ManagementRejected"
        | "UpdateRejected" => State::Installed,
        "ManagedButUninstalled" => State::Removed,
        "Queued" | "NeedsRedemption" | "Redeeming" | "Prompting" | "PromptingForLogin" | "ValidatingPurchase"
        | "Installing" | "UserRejected" | "Failed" => State::Offered,
        _ => State::Unknown,
    }
}

/// One entry of an `InstalledApplicationList`.
#[derive(Default)]
struct Item {
    identifier: Option<String>,
    /// Other identifiers of the same entry.
    others: Vec<String>,
    /// It says two things of who it is or whether it is there.
    contradicts: bool,
    /// Its identifier is no text, or one of them is none.
    odd: bool,
    name: Option<String>,
    short_version: Option<String>,
    version: Option<String>,
    installing: Option<bool>,
    download: bool,
    clip: bool,
    /// Bytes on the device, where the server asked for them.
    size: Option<u64>,
}

impl Item {
    fn read(plist: &mut Plist<'_>) -> Result<Self, PlistError> {
        let mut this = Self::default();
        while let Some(key) = plist.key()? {
            match key.as_str() {
                "Identifier" => {
                    let told = plist.text()?;
                    this.odd |= told.is_none();
                    if once(&mut this.identifier, told.clone()) {
                        this.contradicts = true;
                        this.others.extend(told.filter(|_| this.others.len() < MOST_IDENTIFIERS));
                    }
                }
                "Name" => this.name = plist.text()?,
                "ShortVersion" => this.short_version = plist.text()?,
                "Version" => this.version = plist.text()?,
                "Installing" => this.contradicts |= once(&mut this.installing, plist.boolean()?),
                "DownloadFailed" | "DownloadWaiting" | "DownloadPaused" | "DownloadCancelled" => {
                    this.download |= plist.boolean()? == Some(true);
                }
                "IsAppClip" => this.clip = plist.boolean()? == Some(true),
                "BundleSize" | "DynamicSize" => {
                    if let Some(Value::Integer(size)) = plist.scalar()? {
                        let more = u64::try_from(size).unwrap_or(0);
                        this.size = Some(this.size.unwrap_or(0).saturating_add(more));
                    }
                }
                _ => plist.skip()?,
            }
        }
        Ok(this)
    }

    /// "Installing: if true, the app is downloading; if false, it is already
    /// installed." An app that is being updated has bytes on the device; where the
    /// server did not ask how many, nobody knows.
    fn presence(&self) -> State {
        match (self.installing, self.download) {
            _ if self.contradicts => State::Unknown,
            (Some(false), _) | (None, false) => State::Installed,
            _ if self.size == Some(0) => State::Offered,
            _ => State::Unknown,
        }
    }

    fn state(self, listed: &mut Listed, place: At, each: Each<'_>) {
        let state = self.presence();
        let text = |t: Option<String>| t.filter(|t| !t.trim().is_empty());
        let identifier = text(self.identifier).filter(|id| id.len() <= LONGEST_ID);
        // What bears no identifier, or two, cannot be told from any app.
        let readable = identifier.as_deref().is_some_and(is_bundle_id);
        listed.errors += u64::from(!readable || self.contradicts || self.odd);
        listed.present += u64::from(state.is_present());
        let caveat = match state {
            _ if self.contradicts => Some(OF_TWO),
            State::Unknown => Some(OF_DOWNLOAD),
            _ if self.clip => Some(OF_CLIP),
            _ => None,
        };
        let (name, version) = (text(self.name), text(self.short_version).or(text(self.version)));
        let others = self.others.into_iter().filter(|id| !id.trim().is_empty() && id.len() <= LONGEST_ID);
        for identifier in std::iter::once(identifier.unwrap_or_default()).chain(others) {
            let app = App {
                system: is_apple(&identifier).then_some(true),
                identifier: identifier.into(),
                name: name.as_deref().map(Into::into),
                version: version.as_deref().map(Into::into),
                state,
                caveat,
                ..App::default()
            };
            each(app, place.clone());
        }
    }
}
