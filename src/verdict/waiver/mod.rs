//! Waivers: exceptions that somebody approved, for one policy, one app and one
//! device, until a day. They change neither findings nor verdicts; a device all
//! of whose deciding findings are waived causes no exit status 1 or 3.

mod read;

use sha2::{Digest as _, Sha256};

use super::Finding;
use crate::format::hex;
use crate::inventory::StrongId;
use crate::model::{Code, Diagnostic, Platform, Timestamp};
use crate::signature::Problem;

/// One exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// Its id, unique in the file.
    pub id: String,
    /// Policy it excepts from.
    pub policy: String,
    /// Slug of the app.
    pub app: String,
    /// The device, by one strong id.
    pub device: StrongId,
    /// Platform of that device; always there for serials.
    pub platform: Option<Platform>,
    /// On what basis.
    pub basis: String,
    /// Who approved it.
    pub approver: String,
    /// The day as written.
    pub expires: String,
    /// The last second at which it holds.
    pub until: Timestamp,
}

/// The exception that covers a finding, as the report names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AppliedWaiver {
    /// Until when, as written. First, so that the first to expire is the least.
    pub expires: String,
    /// Its id.
    pub id: String,
    /// Who approved it.
    pub approver: String,
    /// On what basis.
    pub basis: String,
}

/// A file of exceptions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waivers {
    rows: Vec<Waiver>,
    sha256: String,
}

/// What was wrong with a file of exceptions; never empty.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n"))]
pub struct WaiverError(pub Vec<Problem>);

impl Waivers {
    /// Reads a file; `name` is how messages call it. One bad row refuses the file.
    pub fn read(name: &str, text: &str) -> Result<Self, WaiverError> {
        let rows = read::read(name, text).map_err(WaiverError)?;
        Ok(Self { rows, sha256: hex(&Sha256::digest(text.as_bytes())) })
    }

    /// Digest of the file.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Marks the findings of one device that are waived at `as_of`. A finding
    /// is waived when each policy that names it is. Waivers that would fit but
    /// have expired come back as messages.
    pub fn apply(
        &self,
        findings: &mut [Finding],
        (platform, ids): (Platform, &[StrongId]),
        as_of: Timestamp,
    ) -> Vec<Diagnostic> {
        let own: Vec<&Waiver> =
            self.rows.iter().filter(|w| ids.contains(&w.device) && w.platform.is_none_or(|p| p == platform)).collect();
        let mut messages: Vec<Diagnostic> = Vec::new();
        for finding in findings {
            finding.waiver = None;
            let mut applied: Option<&Waiver> = None;
            let mut all = !finding.policies.is_empty();
            for policy in &finding.policies {
                let fitting = own.iter().filter(|w| w.policy == *policy && w.app == finding.app);
                match fitting.clone().filter(|w| w.until >= as_of).max_by_key(|w| (w.until, &w.id)) {
                    Some(live) => {
                        applied = Some(applied.map_or(*live, |a| if live.until < a.until { live } else { a }));
                    }
                    None => {
                        all = false;
                        for past in fitting {
                            let message = expired(past);
                            if !messages.contains(&message) {
                                messages.push(message);
                            }
                        }
                    }
                }
            }
            finding.waiver = applied.filter(|_| all).map(AppliedWaiver::from);
        }
        messages
    }
}

impl From<&Waiver> for AppliedWaiver {
    fn from(waiver: &Waiver) -> Self {
        Self {
            expires: waiver.expires.clone(),
            id: waiver.id.clone(),
            approver: waiver.approver.clone(),
            basis: waiver.basis.clone(),
        }
    }
}

impl AppliedWaiver {
    /// Still holds at this time; one whose day cannot be read does not.
    pub fn holds_at(&self, as_of: Timestamp) -> bool {
        read::until(&self.expires).is_some_and(|until| until >= as_of)
    }
}

fn expired(waiver: &Waiver) -> Diagnostic {
    expired_message(&waiver.id, &waiver.app, &waiver.expires)
}

/// The message that an exception is over.
pub fn expired_message(id: &str, app: &str, expires: &str) -> Diagnostic {
    let message = format!("waiver {id} for {app} ended on {expires}; its findings count again");
    Diagnostic::new(Code::WaiverExpired, None, message)
}

#[cfg(test)]
mod tests;
