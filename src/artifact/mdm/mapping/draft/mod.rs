//! Drafts a mapping file from a sample. What the usual names of columns tell is
//! filled in; what they leave open is a question, and the draft is refused by
//! `--map` until somebody has answered it.

mod roles;
mod sample;
mod write;

use super::super::survey::{Survey, describe, header};
use super::super::values::normal;
use crate::artifact::parser_for;
use crate::evidence::Probe;
use crate::format::text::Encoding;
use roles::{Context, Line, assign};
use sample::{Field, Keys};

/// What comes of a sample.
#[derive(Debug)]
pub enum Draft {
    /// A layout of this program reads it; its title.
    Known(&'static str),
    /// A mapping file, and how many questions are open in it.
    Mapping {
        /// TOML with comments.
        text: String,
        /// Lines that begin with `# QUESTION`.
        questions: usize,
    },
    /// No export that a mapping could describe; why.
    Nothing(String),
}

/// How the parts of a draft fit together.
enum Form {
    /// Rows, with their place in a document.
    Rows { at: Option<String>, columns: Vec<Line> },
    /// Records, with their place, the path of their apps, and keys to know them by.
    Records { at: Option<String>, apps: String, keys: Vec<Line>, app_keys: Vec<Line>, known_by: Vec<String> },
}

/// A file as it will be written.
struct Plan {
    name: String,
    format: &'static str,
    form: Form,
    /// Usual names leave no doubt: it is read without a mapping too.
    generic: bool,
}

/// Drafts a mapping from the head of a file with this name.
pub fn draft(probe: &Probe<'_>) -> Draft {
    let known = parser_for(probe).map(|(_, parser, role)| (parser, role));
    let mut generic = false;
    match known {
        Some((_, "generic-export")) => generic = true,
        None | Some((_, "unclear-export" | "mdm-answer")) => {}
        Some((parser, role)) => {
            let title = parser.spec().artifacts.iter().find(|a| a.id == role).map_or(parser.spec().title, |a| a.title);
            return Draft::Known(title);
        }
    }
    let head = Encoding::decode_head(probe.head);
    let whole = probe.is_whole();
    if let Some(said) = describe(&head, whole) {
        return Draft::Nothing(said);
    }
    let found = match header(&head) {
        Some(header) => Some(("csv", table(&head, &header, whole))),
        None => Survey::of(&head, whole).and_then(|survey| document(&head, survey.lines)),
    };
    let Some((format, form)) = found else {
        let why = "no table (CSV) and no JSON with keys that could be read; docs/mapping.md says how to write a mapping by hand";
        return Draft::Nothing(why.to_owned());
    };
    let name = String::from_utf8_lossy(probe.name).into_owned();
    let (text, questions) = write::write(&Plan { name, format, form, generic });
    Draft::Mapping { text, questions }
}

/// Columns of a draft; a mapping file holds no more.
const MOST_COLUMNS: usize = 500;

fn table(head: &[u8], header: &[String], whole: bool) -> Form {
    let names: Vec<String> = header.iter().map(|name| normal(name)).collect();
    let fields = sample::columns(head, header.get(..MOST_COLUMNS).unwrap_or(header), whole);
    // A name that stands twice is asked about once, where it is assigned.
    let once = fields.into_iter().zip(0..).filter(|(field, n)| !names[..*n].contains(&normal(&field.name)));
    let fields: Vec<Field> = once.map(|(field, _)| field).collect();
    let twice = |name: &str| names.iter().filter(|n| **n == normal(name)).count() > 1;
    Form::Rows { at: None, columns: assign(&fields, Context::Row, &twice) }
}

/// Names of lists that hold apps.
const APP_LISTS: &[&str] = &[
    "apps",
    "applications",
    "applist",
    "installedapps",
    "installedapplications",
    "installedapplist",
    "installedsoftware",
    "mobileapps",
    "packages",
    "softwares",
    "software",
    "softwareinventories",
];

fn document(head: &[u8], lines: bool) -> Option<(&'static str, Form)> {
    let keys = Keys::of(head);
    let format = if lines { "ndjson" } else { "json" };
    let at = |path: &str| (!lines).then(|| path.to_owned());
    let once = |_: &str| false;
    // Lists of apps inside the object of a device.
    for list in &keys.lists {
        let Some((record, path)) = inside(list) else { continue };
        if lines && !record.is_empty() {
            continue;
        }
        let name =
            normal(path.rsplit(['.', ']']).find(|part| !part.is_empty()).unwrap_or_default().trim_end_matches('['));
        let app_keys = assign(&keys.below(list), Context::App(APP_LISTS.contains(&name.as_str())), &once);
        let device_keys = assign(&keys.below(record), Context::Device, &once);
        if app_keys.iter().any(Line::names_app) && device_keys.iter().any(Line::names_device) {
            let seen = keys.objects.get(record).copied().unwrap_or_default();
            let certain = device_keys.iter().filter(|line| line.is_certain() && line.seen == seen);
            let mut known_by: Vec<String> = certain.map(|line| line.name.clone()).collect();
            known_by.push(path.trim_end_matches("[]").to_owned());
            let apps = path.to_owned();
            return Some((format, Form::Records { at: at(record), apps, keys: device_keys, app_keys, known_by }));
        }
    }
    // Rows; the one with the most names that are usual.
    let places = keys.objects.keys().filter(|path| if lines { path.is_empty() } else { is_place(path) });
    let rows = places.map(|path| {
        (path, assign(&keys.below(path).into_iter().filter(flat).collect::<Vec<_>>(), Context::Row, &once))
    });
    let (path, columns) = rows.max_by_key(|(_, lines)| (lines.iter().filter(|l| l.is_told()).count(), lines.len()))?;
    (!columns.is_empty()).then(|| (format, Form::Rows { at: at(path), columns }))
}

/// Keys of rows are no paths.
fn flat(field: &Field) -> bool {
    !field.name.contains('.')
}

/// Where rows of a document may be.
fn is_place(path: &str) -> bool {
    let key = path.strip_suffix("[]").unwrap_or(path);
    path.is_empty() || (path.ends_with("[]") && !key.contains(['.', '[']))
}

/// The object around a list, and the path of the list from there.
fn inside(list: &str) -> Option<(&str, &str)> {
    let bare = list.strip_suffix("[]")?;
    match bare.rfind("[].") {
        Some(at) => Some((list.get(..at + 2)?, list.get(at + 3..)?)),
        // A list at the top is no part of a device.
        None if bare.is_empty() || bare.ends_with("[]") => None,
        None => Some(("", list)),
    }
}
