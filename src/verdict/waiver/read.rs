//! The TOML file of exceptions. Every field is required; whatever could except
//! more than one app on one device under one policy is refused.

use serde::Deserialize;
use toml::Spanned;

use super::Waiver;
use crate::inventory::{StrongId, strong_id};
use crate::model::{DeviceFact, FactKind, Platform, Timestamp};
use crate::signature::Problem;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    waiver: Vec<Spanned<Row>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: Option<Spanned<String>>,
    policy: Option<Spanned<String>>,
    app: Option<Spanned<String>>,
    device: Option<Spanned<Device>>,
    basis: Option<Spanned<String>>,
    approver: Option<Spanned<String>>,
    expires: Option<Spanned<toml::Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Device {
    kind: Option<String>,
    platform: Option<String>,
    id: Option<String>,
}

struct Reader<'a> {
    name: &'a str,
    text: &'a str,
    problems: Vec<Problem>,
}

pub(super) fn read(name: &str, text: &str) -> Result<Vec<Waiver>, Vec<Problem>> {
    let mut reader = Reader { name, text, problems: Vec::new() };
    let file: File = match toml::from_str(text) {
        Ok(file) => file,
        Err(error) => {
            reader.say(error.span().map(|s| s.start), error.message());
            return Err(reader.problems);
        }
    };
    if file.waiver.is_empty() {
        reader.say(None, "no [[waiver]] in this file");
    }
    let mut rows: Vec<Waiver> = Vec::new();
    for row in file.waiver {
        let at = row.span().start;
        if let Some(waiver) = reader.waiver(at, row.into_inner()) {
            if rows.iter().any(|w| w.id == waiver.id) {
                reader.say(Some(at), format!("there are two waivers `{}`", waiver.id));
            }
            rows.push(waiver);
        }
    }
    if reader.problems.is_empty() { Ok(rows) } else { Err(reader.problems) }
}

impl Reader<'_> {
    fn say(&mut self, at: Option<usize>, message: impl Into<String>) {
        let line = at.map_or(0, |at| 1 + self.text.bytes().take(at).filter(|b| *b == b'\n').count());
        self.problems.push(Problem { file: self.name.to_owned(), line, message: message.into() });
    }

    fn waiver(&mut self, at: usize, row: Row) -> Option<Waiver> {
        let id = self.words(at, "id", row.id);
        let policy = self.slug(at, "policy", row.policy);
        let app = self.slug(at, "app", row.app);
        let device = self.device(at, row.device);
        let basis = self.words(at, "basis", row.basis);
        let approver = self.words(at, "approver", row.approver);
        let expires = self.expires(at, row.expires);
        let (platform, device) = device?;
        let (expires, until) = expires?;
        Some(Waiver {
            id: id?,
            policy: policy?,
            app: app?,
            device,
            platform,
            basis: basis?,
            approver: approver?,
            expires,
            until,
        })
    }

    fn required<T>(&mut self, at: usize, name: &str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.say(Some(at), format!("the waiver has no `{name}`; every field is required"));
        }
        value
    }

    /// Text that says something.
    fn words(&mut self, at: usize, name: &str, value: Option<Spanned<String>>) -> Option<String> {
        let value = self.required(at, name, value)?;
        let at = value.span().start;
        let text = value.into_inner().trim().to_owned();
        let empty = ["", "-", "?", "*", "n/a", "none", "tbd", "todo", "any", "all"];
        if empty.contains(&text.to_lowercase().as_str()) {
            self.say(Some(at), format!("`{name}` says nothing"));
            return None;
        }
        Some(text)
    }

    /// One policy or app, exactly.
    fn slug(&mut self, at: usize, name: &str, value: Option<Spanned<String>>) -> Option<String> {
        let value = self.required(at, name, value)?;
        let at = value.span().start;
        let text = value.into_inner();
        let fits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !fits || matches!(text.as_str(), "any" | "all") {
            self.say(Some(at), format!("`{name}` must name one {name} by its id; blanket waivers are refused"));
            return None;
        }
        Some(text)
    }

    fn device(&mut self, at: usize, value: Option<Spanned<Device>>) -> Option<(Option<Platform>, StrongId)> {
        let value = self.required(at, "device", value)?;
        let at = value.span().start;
        let Device { kind, platform, id } = value.into_inner();
        let kind = match self.required(at, "device.kind", kind)?.as_str() {
            "serial" => FactKind::Serial,
            "udid" => FactKind::Udid,
            "imei" => FactKind::Imei,
            "mdm-id" => FactKind::MdmId,
            "enrollment-id" => FactKind::EnrollmentId,
            other => {
                let known = "serial, udid, imei, mdm-id, enrollment-id";
                self.say(Some(at), format!("`{other}` is no kind of strong id; there are {known}"));
                return None;
            }
        };
        let id = self.required(at, "device.id", id)?;
        let platform = match platform.as_deref() {
            None if kind == FactKind::Serial => {
                self.say(Some(at), "a serial number needs its `platform` (ios, android or harmonyos)");
                return None;
            }
            None => None,
            Some(name) => match Platform::parse(name) {
                Platform::Unknown => {
                    self.say(Some(at), format!("`{name}` is no platform; there are ios, android, harmonyos"));
                    return None;
                }
                platform => Some(platform),
            },
        };
        let whole = !id.chars().any(|c| matches!(c, '*' | '?' | '%') || c.is_whitespace());
        let strong = strong_id(&DeviceFact { kind, value: id.as_str() }).filter(|_| whole);
        if strong.is_none() {
            self.say(Some(at), format!("`{id}` is no exact id of that kind; a waiver is for one device"));
        }
        Some((platform, strong?))
    }

    fn expires(&mut self, at: usize, value: Option<Spanned<toml::Value>>) -> Option<(String, Timestamp)> {
        let value = self.required(at, "expires", value)?;
        let at = value.span().start;
        let text = match value.into_inner() {
            toml::Value::String(text) => text,
            toml::Value::Datetime(date) => date.to_string(),
            _ => String::new(),
        };
        let until = until(&text);
        if until.is_none() {
            self.say(Some(at), "`expires` must be a day (2027-01-31) or an RFC 3339 time");
        }
        Some((text, until?))
    }
}

/// The last second at which something holds that expires then: a day counts
/// whole, in UTC.
pub(super) fn until(text: &str) -> Option<Timestamp> {
    let at = Timestamp::parse(text)?;
    if text.trim().len() == "2027-01-31".len() { Timestamp::from_unix(at.unix() + 86_399) } else { Some(at) }
}
