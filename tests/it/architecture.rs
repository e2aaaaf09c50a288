//! The floors of the house: a module imports only from floors below its own.

use std::fs;
use std::path::{Path, PathBuf};

/// Module to floor. A new top-level module needs a row here, and a reason.
const FLOORS: &[(&str, u8)] = &[
    ("model", 0),
    ("limits", 0),
    ("format", 1),
    ("signature", 1),
    ("evidence", 2),
    ("artifact", 3),
    ("inventory", 4),
    ("matching", 5),
    ("verdict", 6),
    ("report", 7),
    ("scan", 8),
    ("cli", 9),
];

fn floor(module: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == module).map(|(_, floor)| *floor)
}

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
}

/// Top-level modules named by `crate::` paths in one line, grouped imports included.
fn imports(line: &str) -> Vec<String> {
    let mut out = Vec::new();
    for (at, _) in line.match_indices("crate::") {
        let rest = &line[at + "crate::".len()..];
        let names: Vec<&str> = match rest.strip_prefix('{') {
            Some(group) => group.split([',', '}']).collect(),
            None => vec![rest],
        };
        for name in names {
            let word: String = name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if !word.is_empty() {
                out.push(word);
            }
        }
    }
    out
}

#[test]
fn modules_import_only_from_floors_below() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    assert!(files.len() > 20, "the walk found {} files", files.len());
    let mut wrong = Vec::new();
    for file in files {
        let below = file.strip_prefix(&src).unwrap();
        let first = below.components().next().unwrap().as_os_str().to_string_lossy();
        let module = first.trim_end_matches(".rs").to_owned();
        if matches!(module.as_str(), "lib" | "main") {
            continue;
        }
        let Some(own) = floor(&module) else {
            wrong.push(format!("{}: `{module}` is on no floor", below.display()));
            continue;
        };
        let text = fs::read_to_string(&file).unwrap();
        for (n, line) in text.lines().enumerate() {
            if line.trim_start().starts_with("//") {
                continue;
            }
            for target in imports(line) {
                let upward = floor(&target).is_some_and(|f| f > own || (f == own && target != module));
                if upward {
                    wrong.push(format!("{}:{} {module} -> {target}", below.display(), n + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "imports against the floors:\n{}", wrong.join("\n"));
}

#[test]
fn the_check_sees_an_upward_import() {
    assert_eq!(imports("use crate::{model::App, report};"), ["model", "report"]);
    assert_eq!(imports("    crate::scan::run();"), ["scan"]);
}
