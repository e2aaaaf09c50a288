//! `tidewaiter.toml` and the environment: flag before environment before file.
//!
//! A key is a long flag without its dashes. What must be somebody's decision in
//! each run (exceptions, vouching, a softened exit status) is taken from flags
//! alone. A file inside a given PATH is evidence, never configuration.

use std::collections::BTreeMap;
use std::env;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use sha2::{Digest as _, Sha256};
use toml::Spanned;

use super::args::{Color, ConfigArgs, ConfigCommand, MinStrength, ReadArgs, ScanArgs};
use super::{Failure, files};
use crate::format::hex;
use crate::report::v1;

/// Keys, and their values where nothing sets them.
const KEYS: &[(&str, &str)] = &[
    ("policy", "us-eo-13971"),
    ("min-strength", "probable"),
    ("stale-after", "30"),
    ("max-age", ""),
    ("signatures", ""),
    ("map", ""),
    ("jobs", ""),
    ("color", "auto"),
    ("max-time", ""),
    ("max-file-bytes", ""),
    ("max-memory-file", ""),
    ("max-entries", ""),
    ("max-depth", ""),
    ("max-ratio", ""),
    ("max-findings", ""),
];

/// Flags that are never taken from anywhere else.
const BY_FLAG_ALONE: [&str; 6] = ["exit-zero", "waivers", "assume-full-lists", "as-of", "run-time", "redact"];

/// The name of the file, wherever it is looked for.
const NAME: &str = "tidewaiter.toml";

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Origin {
    Environment(String),
    File(String, usize),
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Environment(name) => f.write_str(name),
            Self::File(file, line) => write!(f, "{file}:{line}"),
        }
    }
}

/// Values of a file and of the environment.
#[derive(Debug, Default)]
pub(super) struct Config {
    file: Option<v1::Config>,
    values: BTreeMap<String, (Vec<String>, Origin)>,
}

impl Config {
    /// Reads the one file that applies, and the environment. `given` are the
    /// paths of evidence.
    pub(super) fn find(explicit: Option<&Path>, given: &[&Path]) -> Result<Self, Failure> {
        let mut config = Self::default();
        let named = explicit.map(Path::to_owned).or_else(|| env::var_os("TIDEWAITER_CONFIG").map(PathBuf::from));
        let found = match named.filter(|p| !p.as_os_str().is_empty()) {
            Some(path) if is_inside(&path, given) => {
                let message = anyhow!("{} lies inside a given PATH: it is evidence, not configuration", path.display());
                return Err(Failure::usage(message));
            }
            Some(path) => Some(path),
            None => usual_places().into_iter().find(|path| path.is_file() && !is_inside(path, given)),
        };
        if let Some(path) = found {
            config.read(&path)?;
        }
        config.environment()?;
        Ok(config)
    }

    /// The file as the report names it.
    pub(super) fn in_report(&self) -> Option<v1::Config> {
        self.file.clone()
    }

    fn read(&mut self, path: &Path) -> Result<(), Failure> {
        let name = path.display().to_string();
        let text = files::text(path, "configuration")?;
        let line = |at: usize| 1 + text.bytes().take(at).filter(|b| *b == b'\n').count();
        let wrong = |line: usize, message: &str| Failure::usage(anyhow!("{name}:{line}: {message}"));
        let table: BTreeMap<Spanned<String>, Spanned<toml::Value>> =
            toml::from_str(&text).map_err(|error| wrong(error.span().map_or(0, |s| line(s.start)), error.message()))?;
        for (key, value) in table {
            let at = line(key.span().start);
            let key = key.into_inner();
            if BY_FLAG_ALONE.contains(&key.as_str()) {
                return Err(wrong(at, &format!("`{key}` is taken from the command line only")));
            }
            if !KEYS.iter().any(|(known, _)| *known == key) {
                let known: Vec<&str> = KEYS.iter().map(|(known, _)| *known).collect();
                return Err(wrong(at, &format!("there is no key `{key}`; there are {}", known.join(", "))));
            }
            let mut values =
                texts(value.into_inner()).ok_or_else(|| wrong(at, &format!("`{key}` has no such value")))?;
            if matches!(key.as_str(), "signatures" | "map") {
                // Below the folder of the file, wherever the program runs.
                let folder = path.parent().unwrap_or(Path::new(""));
                values = values.iter().map(|v| folder.join(v).display().to_string()).collect();
            }
            self.values.insert(key, (values, Origin::File(name.clone(), at)));
        }
        self.file = Some(v1::Config { file: name, sha256: hex(&Sha256::digest(text.as_bytes())) });
        Ok(())
    }

    fn environment(&mut self) -> Result<(), Failure> {
        for key in BY_FLAG_ALONE {
            let name = variable(key);
            if env::var_os(&name).is_some() {
                return Err(Failure::usage(anyhow!("{name} is set; --{key} is taken from the command line only")));
            }
        }
        for (key, _) in KEYS {
            let name = variable(key);
            let Some(value) = env::var_os(&name).filter(|v| !v.is_empty()) else { continue };
            let Ok(value) = value.into_string() else {
                return Err(Failure::usage(anyhow!("{name} is not UTF-8")));
            };
            let values = match *key {
                "policy" => value.split(',').map(|v| v.trim().to_owned()).collect(),
                "signatures" | "map" => env::split_paths(&value).map(|p| p.display().to_string()).collect(),
                _ => vec![value],
            };
            self.values.insert((*key).to_owned(), (values, Origin::Environment(name)));
        }
        Ok(())
    }

    /// Sets what no flag set.
    fn one<T>(&self, key: &str, slot: &mut Option<T>, parse: fn(&str) -> Result<T, String>) -> Result<(), Failure> {
        if let (None, Some((values, origin))) = (&slot, self.values.get(key)) {
            let parsed = match values.as_slice() {
                [one] => parse(one),
                _ => Err("give one value".to_owned()),
            };
            *slot = Some(parsed.map_err(|error| Failure::usage(anyhow!("{origin}: {key}: {error}")))?);
        }
        Ok(())
    }

    fn many<T: From<String>>(&self, key: &str, slot: &mut Vec<T>) {
        if let (true, Some((values, _))) = (slot.is_empty(), self.values.get(key)) {
            *slot = values.iter().cloned().map(T::from).collect();
        }
    }

    /// Fills in what a command that reads evidence takes.
    pub(super) fn fill_read(&self, args: &mut ReadArgs, color: &mut Option<Color>) -> Result<(), Failure> {
        self.many("signatures", &mut args.signatures);
        self.many("map", &mut args.map);
        self.one("jobs", &mut args.jobs, |text| match text.parse() {
            Ok(n @ 1..=256) => Ok(n),
            _ => Err(format!("`{text}` is no number from 1 to 256")),
        })?;
        self.one("color", color, word::<Color>)?;
        let limits = &mut args.limits;
        self.one("max-time", &mut limits.max_time, number)?;
        self.one("max-file-bytes", &mut limits.max_file_bytes, super::args::bytes)?;
        self.one("max-memory-file", &mut limits.max_memory_file, super::args::bytes)?;
        self.one("max-entries", &mut limits.max_entries, number)?;
        self.one("max-depth", &mut limits.max_depth, number)?;
        self.one("max-ratio", &mut limits.max_ratio, number)?;
        self.one("max-findings", &mut limits.max_findings, number)
    }

    /// Fills in what a scan takes.
    pub(super) fn fill_scan(&self, args: &mut ScanArgs) -> Result<(), Failure> {
        self.fill_read(&mut args.read, &mut args.output.color)?;
        self.many("policy", &mut args.policy);
        self.one("min-strength", &mut args.min_strength, word::<MinStrength>)?;
        self.one("stale-after", &mut args.stale_after, number)?;
        self.one("max-age", &mut args.max_age, number)
    }
}

fn word<T: clap::ValueEnum>(text: &str) -> Result<T, String> {
    T::from_str(text, false)
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("`{text}` is no such number"))
}

fn variable(key: &str) -> String {
    format!("TIDEWAITER_{}", key.replace('-', "_").to_uppercase())
}

/// A value as texts; `None` for what no key has.
fn texts(value: toml::Value) -> Option<Vec<String>> {
    match value {
        toml::Value::String(text) => Some(vec![text]),
        toml::Value::Integer(n) => Some(vec![n.to_string()]),
        toml::Value::Array(values) => {
            let one = |v: toml::Value| texts(v).and_then(|mut t| t.pop().filter(|_| t.is_empty()));
            values.into_iter().map(one).collect()
        }
        _ => None,
    }
}

/// The folder the program runs in, then the user's folder of configuration.
fn usual_places() -> Vec<PathBuf> {
    let folder = |name: &str| env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let user = if cfg!(windows) {
        folder("APPDATA")
    } else {
        folder("XDG_CONFIG_HOME").or_else(|| folder("HOME").map(|home| home.join(".config")))
    };
    let user = user.map(|u| u.join("tidewaiter").join(NAME));
    std::iter::once(PathBuf::from(NAME)).chain(user).collect()
}

/// The file is one of the paths, or below one, however they are spelt.
fn is_inside(file: &Path, given: &[&Path]) -> bool {
    let Ok(file) = file.canonicalize() else { return false };
    given.iter().filter_map(|path| path.canonicalize().ok()).any(|path| file.starts_with(path))
}

/// `tidewaiter config show`.
pub(super) fn run(args: &ConfigArgs) -> Result<u8, Failure> {
    let ConfigCommand::Show { origin, config } = &args.command;
    let found = Config::find(config.as_deref(), &[])?;
    let mut out = String::new();
    for (key, default) in KEYS {
        let (values, from) = match found.values.get(*key) {
            Some((values, origin)) => (values.join(", "), origin.to_string()),
            None => ((*default).to_owned(), "default".to_owned()),
        };
        let line = if *origin { format!("{key:16}  {values:24}  {from}") } else { format!("{key:16}  {values}") };
        out.push_str(line.trim_end());
        out.push('\n');
    }
    match std::io::stdout().write_all(out.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::cannot_run(error)),
        _ => Ok(0),
    }
}
