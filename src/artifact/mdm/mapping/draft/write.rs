//! The draft as TOML. Names are evidence and may hold anything: they are written
//! as TOML strings, escaped, also in comments.

use std::fmt::Write as _;

use super::super::super::generic::{PLATFORMS, STATES, meaning};
use super::super::super::layout::Role;
use super::super::Mapping;
use super::super::words::{IGNORE, OPEN, word};
use super::roles::{Line, Said};
use super::{Form, Plan};

/// Letters of a name beyond which a column cannot be mapped.
const LONGEST: usize = 200;

/// The text, and how many questions are open in it.
pub(super) fn write(plan: &Plan) -> (String, usize) {
    let body = body(plan);
    let asked = body.lines().filter(|line| line.starts_with("# QUESTION")).count();
    let mut head = String::from("# A mapping file for tidewaiter: tidewaiter scan --map THIS.toml EXPORT\n");
    head.push_str("# It holds names of columns and no values of the sample. docs/mapping.md explains every line.\n");
    if plan.generic {
        head.push_str(
            "#\n# tidewaiter reads this export without a mapping too, and then never calls a device clear.\n",
        );
    }
    let mut questions = asked;
    if asked == 0 {
        // What the reader of mapping files would refuse is asked here.
        let problems = Mapping::read("", &body).err().map(|error| error.0).unwrap_or_default();
        for problem in &problems {
            let _ = writeln!(head, "#\n# QUESTION: {}", comment(&problem.message));
        }
        questions = problems.len();
    }
    if questions > 0 {
        head.push_str("#\n# Answer every QUESTION below: until then --map refuses this file.\n");
    }
    (format!("{head}\n{body}"), questions)
}

fn body(plan: &Plan) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "title = {}    # how reports call it", quoted(&title(&plan.name)));
    let _ = writeln!(out, "# Exports of one system share this word: devices with the same id in them are joined.");
    let _ = writeln!(out, "system = {}", quoted(&slug(&plan.name)));
    let _ = writeln!(out, "format = {}", quoted(plan.format));
    let lines: Vec<&Line> = match &plan.form {
        Form::Rows { at, columns } => {
            if let Some(at) = at {
                let _ = writeln!(out, "records = {}    # where the rows are", quoted(at));
            }
            columns.iter().collect()
        }
        Form::Records { at, apps, keys, app_keys, known_by } => {
            if let Some(at) = at {
                let _ = writeln!(out, "records = {}    # where the devices are", quoted(at));
            }
            let _ = writeln!(out, "apps = {}    # where the apps of a device are", quoted(apps));
            if known_by.len() > 1 {
                let names: Vec<String> = known_by.iter().map(|name| quoted(name)).collect();
                let _ = writeln!(out, "known-by = [{}]    # a file with all of these is this export", names.join(", "));
            }
            keys.iter().chain(app_keys).collect()
        }
    };
    let has = |role: Role| lines.iter().any(|line| line.said == Said::Role(role));
    let may = |role: Role| lines.iter().any(|line| matches!(&line.said, Said::Open(roles, _) if roles.contains(&role)));
    if !has(Role::Platform) && !has(Role::PlatformHint) {
        out.push_str("# If every device of the export is of one platform, say so: ios, android or harmonyos.\n# platform = \"ios\"\n");
    }
    if !has(Role::Ownership) {
        out.push_str(
            "# If every device of the export is owned by your organisation, say so.\n# ownership = \"corporate\"\n",
        );
    }
    match &plan.form {
        Form::Rows { columns, .. } => section(&mut out, "columns", columns),
        Form::Records { keys, app_keys, .. } => {
            section(&mut out, "keys", keys);
            section(&mut out, "app-keys", app_keys);
        }
    }
    tables(&mut out, &has, &may);
    out.push_str(COVERAGE);
    out
}

fn section(out: &mut String, name: &str, lines: &[Line]) {
    let _ = writeln!(out, "\n[{name}]");
    for line in lines {
        let name = quoted(&line.name);
        if line.name.trim().is_empty() || line.name.chars().count() > LONGEST {
            let _ = writeln!(out, "# a column without a name, or with one that is too long");
            continue;
        }
        match &line.said {
            Said::Role(role) => {
                let _ = writeln!(out, "{name} = {}    # {}", quoted(word(*role)), line.shape);
            }
            Said::Open(roles, question) => {
                let words: Vec<String> = roles.iter().map(|r| format!("\"{}\" ({})", word(*r), meaning(*r))).collect();
                let answers = words.iter().map(String::as_str).chain([IGNORE]).collect::<Vec<_>>().join(", ");
                let _ = writeln!(out, "# QUESTION: {name}: {}", comment(question));
                let _ = writeln!(out, "# Put one of these for the question mark: {answers}");
                let _ = writeln!(out, "{name} = {}    # {}", quoted(OPEN), line.shape);
            }
            Said::Nothing => {
                let _ = writeln!(out, "# {name} = {}    # {}", quoted(IGNORE), line.shape);
            }
        }
    }
}

fn tables(out: &mut String, has: &dyn Fn(Role) -> bool, may: &dyn Fn(Role) -> bool) {
    if has(Role::Platform) || has(Role::PlatformHint) {
        out.push_str(
            "\n# What the values of the platform mean; \"*\" stands for any rest. Others are unknown.\n[platforms]\n",
        );
        for (value, platform, _) in PLATFORMS {
            let _ = writeln!(out, "{} = {}", quoted(value), quoted(platform.as_str()));
        }
    }
    if has(Role::Ownership) {
        out.push_str("\n# Who owns the device. Others are unknown.\n[ownerships]\n\"corporate*\" = \"corporate\"\n\"company*\" = \"corporate\"\n\"personal*\" = \"personal\"\n\"byod*\" = \"personal\"\n");
    }
    let states = match () {
        () if has(Role::State) => "",
        () if may(Role::State) => "# ",
        () => return,
    };
    let _ =
        writeln!(out, "\n# Whether the app is there. Others are unknown, which makes a device suspect, never clear.");
    let _ = writeln!(out, "{states}[states]");
    for (value, state) in STATES {
        let _ = writeln!(out, "{states}{} = {}", quoted(value), quoted(state.as_str()));
    }
}

const COVERAGE: &str = r#"
# What the lists prove is for you to say; without it the export yields findings and never
# makes a device clear. Take the signs away from ONE scope and ONE answer:
# [[coverage]]
# scope = "all-apps"            # preinstalled apps too: needed for Android devices to be clear
# scope = "third-party-apps"    # apps that somebody installed: enough for iPhones and iPads
# scope = "managed-apps"        # apps that the management system installed; answer: managed-only
# scope = "work-profile"        # apps inside the work profile; answer: managed-only
# answer = "full"               # every app of the scope is listed. Your word: the report calls it
#                               # an assumption, it needs --assume-full-lists on every run, and it
#                               # holds for devices whose ownership is told to be corporate
# answer = "partial"            # some apps are missing: never clear
# answer = "managed-only"       # shows nothing of the other apps: never clear
# users = [0]                   # Android users the list speaks for; without it: all of them
"#;

/// A TOML string. Control characters, and such as change how a line is shown,
/// are escaped.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if is_hidden(c) => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Text of a comment: one line of it.
fn comment(text: &str) -> String {
    text.chars().map(|c| if is_hidden(c) { '\u{fffd}' } else { c }).collect()
}

fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

fn stem(name: &str) -> &str {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    name.split_once('.').map_or(name, |(stem, _)| stem)
}

fn title(name: &str) -> String {
    let title: String = stem(name).chars().filter(|c| !is_hidden(*c)).take(100).collect();
    if title.trim().is_empty() || title == "-" { "Export".to_owned() } else { format!("Export {}", title.trim()) }
}

/// The name of the file as a word.
fn slug(name: &str) -> String {
    let mut out = String::new();
    for c in stem(name).chars() {
        match c.to_ascii_lowercase() {
            c if c.is_ascii_lowercase() || c.is_ascii_digit() => out.push(c),
            _ if out.is_empty() || out.ends_with('-') => {}
            _ => out.push('-'),
        }
    }
    out.truncate(40);
    let out = out.trim_end_matches('-');
    if out.is_empty() { "export".to_owned() } else { out.to_owned() }
}
