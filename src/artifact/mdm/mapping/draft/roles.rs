//! Which column or key has which role, by its usual names; and what is asked.

use super::super::super::generic::{meaning, names_app, names_device, question, unclear, usual};
use super::super::super::layout::Role;
use super::super::super::values::normal;
use super::super::words::{IGNORE, Of, ROLES, word};
use super::sample::Field;

/// Where a name stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Context {
    /// In a row that speaks of a device and an app.
    Row,
    /// In the object of a device.
    Device,
    /// In an object of a list; `true`: the name of the list says that it holds apps.
    App(bool),
}

/// What is said of a column or key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    Role(Role),
    /// Which roles it could have, and the question.
    Open(Vec<Role>, String),
    Nothing,
}

/// A column or key of the draft.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) name: String,
    pub(super) said: Said,
    /// What its values look like.
    pub(super) shape: String,
    /// How often it was in the sample.
    pub(super) seen: usize,
}

impl Line {
    fn may(&self, fits: fn(Role) -> bool) -> bool {
        match &self.said {
            Said::Role(role) => fits(*role),
            Said::Open(roles, _) => roles.iter().any(|r| fits(*r)),
            Said::Nothing => false,
        }
    }

    pub(super) fn names_device(&self) -> bool {
        self.may(names_device)
    }

    pub(super) fn names_app(&self) -> bool {
        self.may(names_app)
    }

    /// Its role is known.
    pub(super) fn is_certain(&self) -> bool {
        matches!(self.said, Said::Role(_))
    }

    /// Its role is known, or there is a question.
    pub(super) fn is_told(&self) -> bool {
        self.said != Said::Nothing
    }
}

/// Gives every column or key its role, or its question. `twice`: the name stands
/// twice.
pub(super) fn assign(fields: &[Field], context: Context, twice: &dyn Fn(&str) -> bool) -> Vec<Line> {
    let mut lines: Vec<Line> = fields
        .iter()
        .map(|field| Line {
            said: first(field, context, twice(&field.name)),
            name: field.name.clone(),
            shape: field.shape.describe(),
            seen: field.shape.seen,
        })
        .collect();
    for (_, role, _) in ROLES {
        settle(&mut lines, *role);
    }
    lines
}

/// What a name says on its own.
fn first(field: &Field, context: Context, twice: bool) -> Said {
    let whole = normal(&field.name);
    let last = field.name.rsplit('.').next().map(normal).unwrap_or_default();
    if twice {
        let question = format!("the header has this name twice; keep one of the columns, or `{IGNORE}` both");
        return if usual(&whole).is_some() { Said::Open(Vec::new(), question) } else { Said::Nothing };
    }
    let fits = |role: &Role| {
        let of = ROLES.iter().find(|(_, r, _)| r == role).map(|r| r.2);
        match context {
            Context::Row => of != Some(Of::Aggregate),
            Context::Device => of == Some(Of::Device),
            Context::App(_) => of == Some(Of::App),
        }
    };
    if let Some(role) = usual(&whole).or_else(|| usual(&last)).filter(fits) {
        return Said::Role(role);
    }
    match (context, whole.as_str()) {
        // In an object of a list of apps these are the app's.
        (Context::App(true), "name" | "displayname" | "title") => return Said::Role(Role::AppName),
        (Context::App(true), "identifier") => return Said::Role(Role::AppId),
        (Context::Device, "id" | "uuid" | "guid") => {
            return Said::Open(vec![Role::DeviceId], question(&[Role::DeviceId]));
        }
        _ => {}
    }
    let roles: Vec<Role> = unclear(&whole).unwrap_or_default().iter().copied().filter(fits).collect();
    if roles.is_empty() { Said::Nothing } else { Said::Open(roles.clone(), question(&roles)) }
}

/// One column or key for each role. Of several, the user decides where it
/// matters; else the first is taken.
fn settle(lines: &mut [Line], role: Role) {
    let same: Vec<usize> = (0..lines.len()).filter(|n| lines[*n].said == Said::Role(role)).collect();
    if same.len() < 2 {
        return;
    }
    let decides = names_device(role)
        || names_app(role)
        || matches!(role, Role::State | Role::Platform | Role::Ownership | Role::LastSeen);
    for (n, at) in same.into_iter().enumerate() {
        match (decides, n) {
            (true, _) => {
                let text = format!(
                    "several could be {}: make one of them `{}`, the others `{IGNORE}`",
                    if role == Role::LastSeen { "the last contact" } else { meaning(role) },
                    word(role)
                );
                lines[at].said = Said::Open(vec![role], text);
            }
            (false, 0) => {}
            (false, _) => lines[at].said = Said::Nothing,
        }
    }
}
