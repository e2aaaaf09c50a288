//! The TOML of a mapping file, to a layout. What is not understood is refused
//! with its line: a mapping that is half understood would read exports wrongly
//! and say nothing.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::super::generic::{names_app, names_device};
use super::super::layout::{Cover, Layout, Records, Role, Rows, RowsOf, Shape};
use super::super::values::normal;
use super::words::{self, ENROLLMENTS, IGNORE, OPEN, OWNERSHIPS, Of, PLATFORMS, STATES, value};
use super::{Format, SPEC_ARTIFACT, coverage, keep};
use crate::artifact::ArtifactSpec;
use crate::model::{Enrollment, Platform, State};
use crate::signature::Problem;

/// Bounds on one mapping file: it lives as long as the run.
const MOST_BYTES: usize = 256 << 10;
const MOST_ROWS: usize = 500;
const MOST_LETTERS: usize = 200;
/// Parts of a path: heads of files are looked at no deeper.
const MOST_PARTS: usize = 8;

type Table = BTreeMap<Spanned<String>, Spanned<String>>;
type Word = Option<Spanned<String>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    title: Word,
    system: Word,
    format: Word,
    rows: Word,
    records: Word,
    apps: Word,
    known_by: Option<Spanned<Vec<String>>>,
    platform: Word,
    ownership: Word,
    state: Word,
    #[serde(default)]
    columns: Table,
    #[serde(default)]
    keys: Table,
    #[serde(default)]
    app_keys: Table,
    #[serde(default)]
    platforms: Table,
    #[serde(default)]
    ownerships: Table,
    #[serde(default)]
    enrollments: Table,
    #[serde(default)]
    states: Table,
    coverage: Option<Spanned<toml::Value>>,
}

/// A mapping, understood.
pub(super) struct Understood {
    pub(super) title: String,
    pub(super) format: Format,
    pub(super) layout: Layout,
}

/// Columns or keys with their roles, and where the file says so.
type Given = Vec<(String, Role, usize)>;

struct Reader<'a> {
    name: &'a str,
    text: &'a str,
    problems: Vec<Problem>,
}

pub(super) fn read(name: &str, text: &str) -> Result<Understood, Vec<Problem>> {
    let mut reader = Reader { name, text, problems: Vec::new() };
    if text.len() > MOST_BYTES {
        reader.say(None, format!("a mapping file has at most {MOST_BYTES} bytes"));
        return Err(reader.problems);
    }
    let file: File = match toml::from_str(text) {
        Ok(file) => file,
        Err(error) => {
            reader.say(error.span().map(|s| s.start), error.message());
            return Err(reader.problems);
        }
    };
    let understood = reader.file(file);
    match understood {
        Some(understood) if reader.problems.is_empty() => Ok(understood),
        _ => Err(reader.problems),
    }
}

impl Reader<'_> {
    fn say(&mut self, at: Option<usize>, message: impl Into<String>) {
        let line = at.map_or(0, |at| 1 + self.text.bytes().take(at).filter(|b| *b == b'\n').count());
        self.problems.push(Problem { file: self.name.to_owned(), line, message: message.into() });
    }

    /// The value of a word of this file.
    fn word<T: Copy>(&mut self, what: &str, table: &[(&str, T)], word: &Word) -> Option<T> {
        let word = word.as_ref()?;
        match value(what, table, word.as_ref()) {
            Ok(value) => Some(value),
            Err(message) => {
                self.say(Some(word.span().start), message);
                None
            }
        }
    }

    fn needed(&mut self, key: &str, word: Word) -> Option<Spanned<String>> {
        if word.is_none() {
            self.say(None, format!("`{key}` is missing"));
        }
        word
    }

    fn file(&mut self, file: File) -> Option<Understood> {
        let (title, system) = (self.title(file.title.clone()), self.system(file.system.clone()));
        let format = self.needed("format", file.format.clone());
        let format = self.word("format", Format::WORDS, &format)?;
        let shape = self.shape(&file, format)?;
        let roles: Vec<Role> = match &shape {
            Shape::Rows(rows) => rows.columns.iter().map(|c| c.0).collect(),
            Shape::Records(r) | Shape::Xml(r) => r.keys.iter().chain(r.app_keys).map(|k| k.1).collect(),
        };
        let layout = self.layout(&file, shape, &roles)?;
        let (title, system) = (title?, system?);
        let note = format!("Read by the mapping file “{title}”, which says what its columns are.");
        let spec = ArtifactSpec { title: keep(&title), ..SPEC_ARTIFACT };
        Some(Understood { format, layout: Layout { spec, system: keep(&system), note: keep(&note), ..layout }, title })
    }

    fn title(&mut self, word: Word) -> Option<String> {
        let word = self.needed("title", word)?;
        let at = word.span().start;
        let title = word.into_inner().trim().to_owned();
        if title.is_empty() || title.chars().count() > MOST_LETTERS || title.chars().any(char::is_control) {
            self.say(Some(at), format!("`title` is a line of 1 to {MOST_LETTERS} letters"));
            return None;
        }
        Some(title)
    }

    fn system(&mut self, word: Word) -> Option<String> {
        let word = self.needed("system", word)?;
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !(1..=40).contains(&word.as_ref().len()) || !word.as_ref().bytes().all(fits) {
            self.say(Some(word.span().start), "`system` is a word of lower-case letters, digits and hyphens");
            return None;
        }
        Some(word.into_inner())
    }

    /// Columns or keys with their roles. What is ignored is left out; a question
    /// that is not answered is a problem.
    fn roles(&mut self, table: &Table, fits: fn(Of) -> bool) -> Given {
        let mut out: Given = Vec::new();
        if table.len() > MOST_ROWS {
            self.say(None, format!("at most {MOST_ROWS} columns or keys"));
            return out;
        }
        for (key, given) in table {
            let at = Some(given.span().start);
            let (key, word) = (key.as_ref(), given.as_ref().as_str());
            let found = words::ROLES.iter().find(|(name, ..)| *name == word);
            match found {
                _ if key.trim().is_empty() || key.chars().count() > MOST_LETTERS => {
                    self.say(at, format!("a column or key has 1 to {MOST_LETTERS} letters"));
                }
                _ if word == IGNORE => {}
                _ if word == OPEN => {
                    let key = key.escape_debug();
                    self.say(at, format!("what “{key}” holds is not decided: put its role, or `{IGNORE}`, for `?`"));
                }
                None => {
                    let roles: Vec<&str> = words::ROLES.iter().map(|r| r.0).collect();
                    let word = word.escape_debug();
                    self.say(at, format!("there is no role `{word}`; there are {}, {IGNORE}", roles.join(", ")));
                }
                Some((name, _, of)) if !fits(*of) => {
                    self.say(at, format!("`{name}` does not belong here: columns are of devices and their apps, `keys` of devices, `app-keys` of apps"));
                }
                Some((name, role, _)) if out.iter().any(|(_, r, _)| r == role) => {
                    self.say(at, format!("two columns or keys are `{name}`: which of them holds?"));
                }
                Some((_, role, _)) => out.push((key.to_owned(), *role, given.span().start)),
            }
        }
        out
    }

    fn shape(&mut self, file: &File, format: Format) -> Option<Shape> {
        let records = file.apps.is_some() || !file.keys.is_empty() || !file.app_keys.is_empty();
        if records && (!file.columns.is_empty() || file.rows.is_some()) {
            let at = file.rows.as_ref().map(|r| r.span().start);
            let message = "rows have `rows` and `columns`, records have `apps`, `keys` and `app-keys`; one mapping has one of both";
            self.say(at, message);
            return None;
        }
        match (records, format) {
            (true, Format::Csv) => {
                self.say(None, "delimited text has rows: use `columns`");
                None
            }
            (true, _) => self.records(file, format),
            (false, Format::Xml) => {
                self.say(None, "XML has records: use `apps`, `keys` and `app-keys`");
                None
            }
            (false, _) => self.rows(file, format),
        }
    }

    fn rows(&mut self, file: &File, format: Format) -> Option<Shape> {
        let of = match &file.rows {
            None => RowsOf::Apps,
            word => {
                let table = [("apps", RowsOf::Apps), ("devices", RowsOf::Devices), ("aggregate", RowsOf::Aggregate)];
                self.word("kind of rows", &table, word)?
            }
        };
        let fits: fn(Of) -> bool = match of {
            RowsOf::Apps => |of| of != Of::Aggregate,
            RowsOf::Devices => |of| of == Of::Device,
            // They tell the platform, which is a role of devices.
            RowsOf::Aggregate => |_| true,
        };
        let columns = self.roles(&file.columns, fits);
        for (n, (name, _, at)) in columns.iter().enumerate() {
            if columns.iter().take(n).any(|(other, ..)| normal(other) == normal(name)) || normal(name).is_empty() {
                self.say(Some(*at), format!("“{}” is the name of two columns, or of none", name.escape_debug()));
            }
        }
        let has = |fits: fn(Role) -> bool| columns.iter().any(|(_, role, _)| fits(*role));
        self.is_told(of, &has);
        let place = self.place(file, format, "[]")?;
        let key = place.strip_suffix("[]").unwrap_or(&place);
        if key.contains(['.', '[']) || (!place.is_empty() && !place.ends_with("[]")) {
            let at = file.records.as_ref().map(|r| r.span().start);
            self.say(at, "rows of a document are at `[]`, at `KEY[]`, or at `` (objects of their own)");
        }
        let known = self.known_by(file, columns.iter().map(|(name, ..)| normal(name)).collect());
        let known = known.iter().map(|name| keep(&normal(name))).collect();
        let columns: Vec<(Role, &'static [&'static str])> =
            columns.iter().map(|(name, role, _)| (*role, list(vec![keep(&normal(name))]))).collect();
        Some(Shape::Rows(Rows {
            of,
            at: list(vec![keep(&place)]),
            key: &[Role::DeviceId, Role::Serial, Role::Udid, Role::Imei, Role::EnrollmentId],
            columns: list(columns),
            known_by: list(vec![list(known)]),
            ..Rows::BASE
        }))
    }

    /// What rows must tell to be of use.
    fn is_told(&mut self, of: RowsOf, has: &dyn Fn(fn(Role) -> bool) -> bool) {
        if !has(names_device) && of != RowsOf::Aggregate {
            self.say(
                None,
                "no column tells the devices apart: one must be device-id, serial, udid, imei or device-name",
            );
        }
        if !has(names_app) && of != RowsOf::Devices {
            self.say(None, "no column tells the apps apart: one must be app-id, app-id-maybe or app-name");
        }
    }

    fn records(&mut self, file: &File, format: Format) -> Option<Shape> {
        let keys = self.roles(&file.keys, |of| of == Of::Device);
        let app_keys = self.roles(&file.app_keys, |of| of == Of::App);
        let at = self.place(file, format, "")?;
        let apps = file.apps.as_ref().map_or("", |a| a.as_ref().as_str());
        if let Some(word) = &file.apps
            && !(apps.ends_with("[]") && is_path(apps))
        {
            self.say(Some(word.span().start), "`apps` is the path of an array: keys with dots between, `[]` behind");
        }
        for (path, _, at) in keys.iter().chain(&app_keys).filter(|(path, ..)| !is_path(path)) {
            self.say(Some(*at), format!("“{}” is no path: keys with dots between", path.escape_debug()));
        }
        if !keys.iter().any(|(_, role, _)| names_device(*role)) {
            self.say(None, "no key tells the devices apart: one must be device-id, serial, udid, imei or device-name");
        }
        if apps.is_empty() != app_keys.is_empty() {
            self.say(None, "`apps` is the path of the apps, and `app-keys` what their keys are: give both, or neither");
        } else if !apps.is_empty() && !app_keys.iter().any(|(_, role, _)| names_app(*role)) {
            self.say(None, "no key tells the apps apart: one must be app-id, app-id-maybe or app-name");
        }
        let mut all: Vec<String> = keys.iter().map(|k| k.0.clone()).collect();
        all.extend(app_keys.iter().map(|(path, ..)| format!("{apps}.{path}")));
        let known = self.known_by(file, all).into_iter();
        // Repeated elements are no more than elements.
        let known = known.map(|path| if format == Format::Xml { path.replace("[]", "") } else { path });
        let kept = |given: &Given| list(given.iter().map(|(path, role, _)| (keep(path), *role)).collect());
        let records = Records {
            at: list(vec![keep(&at)]),
            keys: kept(&keys),
            apps: keep(apps),
            app_keys: kept(&app_keys),
            hears: true,
            known_by: list(vec![list(known.map(|path| keep(&path)).collect())]),
            ..Records::BASE
        };
        Some(if format == Format::Xml { Shape::Xml(records) } else { Shape::Records(records) })
    }

    /// Where the rows or records are.
    fn place(&mut self, file: &File, format: Format, usual: &str) -> Option<String> {
        let Some(word) = &file.records else {
            if format == Format::Xml {
                self.say(None, "`records` is missing: the path of the devices from the root element");
                return None;
            }
            return Some(if format == Format::Json { usual.to_owned() } else { String::new() });
        };
        let at = Some(word.span().start);
        let path = word.as_ref().as_str();
        let message = match format {
            Format::Csv => "delimited text has no `records`",
            Format::NdJson if !path.is_empty() => "lines have no `records`: each line is one",
            Format::Xml if path.is_empty() => "the path of the devices begins with the root element",
            _ if !path.is_empty() && !is_path(path) => {
                "`records` is a path: keys with dots between, `[]` behind arrays"
            }
            _ => return Some(path.to_owned()),
        };
        self.say(at, message);
        None
    }

    /// What must be there for a file to be taken for this export.
    fn known_by(&mut self, file: &File, all: Vec<String>) -> Vec<String> {
        let Some(given) = &file.known_by else { return all };
        let names = given.as_ref();
        let long = |name: &String| name.trim().is_empty() || name.chars().count() > MOST_LETTERS;
        if names.is_empty() || names.len() > MOST_ROWS || names.iter().any(long) {
            self.say(Some(given.span().start), "`known-by` names the columns or keys that must be there");
        }
        // Anything with a column `name` would be taken for this export.
        if names.len() < 2 && all.len() > 1 {
            self.say(Some(given.span().start), "`known-by` names at least two columns or keys");
        }
        names.clone()
    }

    fn layout(&mut self, file: &File, shape: Shape, roles: &[Role]) -> Option<Layout> {
        let platforms = self.table(&file.platforms, "platform", PLATFORMS);
        let ownerships = self.table(&file.ownerships, "ownership", OWNERSHIPS);
        let enrollments = self.table(&file.enrollments, "enrollment", ENROLLMENTS);
        let states = self.table(&file.states, "state", STATES);
        for (name, of, empty) in [
            ("platforms", &[Role::Platform, Role::PlatformHint][..], platforms.is_empty()),
            ("ownerships", &[Role::Ownership], ownerships.is_empty()),
            ("enrollments", &[Role::Enrollment], enrollments.is_empty()),
            ("states", &[Role::State], states.is_empty()),
        ] {
            let mapped = of.iter().any(|role| roles.contains(role));
            if mapped && empty {
                let role = words::word(of[0]);
                self.say(None, format!("a column or key is `{role}`, but no table [{name}] says what its values mean"));
            } else if !mapped && !empty {
                self.say(None, format!("there is a table [{name}], but no column or key that it speaks of"));
            }
        }
        let platform = self.word("platform", PLATFORMS, &file.platform).unwrap_or(Platform::Unknown);
        let ownership = self.word("ownership", OWNERSHIPS, &file.ownership).unwrap_or_default();
        if let Some(word) = file.ownership.as_ref().filter(|_| roles.contains(&Role::Ownership)) {
            self.say(Some(word.span().start), "`ownership` is of every device: a column tells it too");
        }
        let state = self.word("state", STATES, &file.state).unwrap_or(State::Installed);
        let coverage = self.coverage(file);
        let platforms: Vec<_> = platforms.into_iter().map(|(v, p)| (v, p, Enrollment::Unknown)).collect();
        Some(Layout {
            shape,
            doubts_ids: roles.contains(&Role::AppId),
            platform,
            ownership,
            state,
            platforms: list(platforms),
            ownerships: list(ownerships),
            enrollments: list(enrollments),
            states: list(states),
            coverage: list(coverage),
            ..Layout::BASE
        })
    }

    /// What values mean. The longest spelling comes first.
    fn table<T: Copy>(&mut self, table: &Table, what: &str, words: &[(&str, T)]) -> Vec<(&'static str, T)> {
        let mut out: Vec<(String, T)> = Vec::new();
        if table.len() > MOST_ROWS {
            self.say(None, format!("a table has at most {MOST_ROWS} values"));
            return Vec::new();
        }
        for (text, word) in table {
            let at = Some(word.span().start);
            let open = text.as_ref().ends_with('*');
            let spelt = normal(text.as_ref().trim_end_matches('*'));
            match value(what, words, word.as_ref()) {
                Err(message) => self.say(at, message),
                Ok(_) if spelt.is_empty() || spelt.contains('*') || spelt.len() > 4 * MOST_LETTERS => {
                    self.say(at, "a value has letters; a `*` may stand at its end, for any rest");
                }
                Ok(value) => {
                    let spelt = if open { spelt + "*" } else { spelt };
                    if out.iter().any(|(known, _)| *known == spelt) {
                        self.say(at, format!("“{}” stands twice in its table", text.as_ref().escape_debug()));
                    }
                    out.push((spelt, value));
                }
            }
        }
        out.sort_by_key(|(spelt, _)| (spelt.ends_with('*'), usize::MAX - spelt.len()));
        out.into_iter().map(|(spelt, value)| (keep(&spelt), value)).collect()
    }

    fn coverage(&mut self, file: &File) -> Vec<Cover> {
        let Some(given) = &file.coverage else { return coverage::silent() };
        let (rules, problems) = coverage::rules(given.as_ref());
        problems.into_iter().for_each(|message| self.say(Some(given.span().start), message));
        rules
    }
}

/// Keys with dots between, `[]` behind some.
fn is_path(path: &str) -> bool {
    let part = |part: &str| {
        let key = part.strip_suffix("[]").unwrap_or(part);
        !key.contains(['[', ']', '*']) && !key.trim().is_empty()
    };
    // The document may be the array.
    let rest = path.strip_prefix("[]").map_or(path, |rest| rest.strip_prefix('.').unwrap_or(rest));
    let parts = || rest.split('.');
    path.chars().count() <= MOST_LETTERS && (rest.is_empty() || (parts().count() <= MOST_PARTS && parts().all(part)))
}

/// Lives as long as the run: see [`super::Mappings::new`].
pub(super) fn list<T>(values: Vec<T>) -> &'static [T] {
    Box::leak(values.into_boxed_slice())
}
