//! The README does what it says.

use std::fs;

use crate::support::project;

#[test]
fn the_readme_names_the_two_commands() {
    let readme = fs::read_to_string(project().join("README.md")).unwrap();
    for command in ["cargo run --release -- scan fixtures/sample-evidence", "cargo test --workspace"] {
        assert!(readme.contains(command), "{command}");
    }
}

/// The sample of the README is what its command prints. `UPDATE=1` writes it anew.
#[test]
fn the_readme_shows_what_the_command_prints() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_tidewaiter"))
        .args(["scan", "fixtures/sample-evidence"])
        .current_dir(project())
        .env("SOURCE_DATE_EPOCH", "1795262400")
        .env("COLUMNS", "80")
        .output()
        .unwrap();
    let table = String::from_utf8(output.stdout).unwrap();
    let path = project().join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once("```text\n").unwrap();
    let (shown, after) = rest.split_once("```").unwrap();
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, format!("{before}```text\n{table}```{after}")).unwrap();
    } else {
        assert_eq!(shown, table);
    }
}

#[test]
fn links_between_pages_lead_somewhere() {
    let mut broken = Vec::new();
    let pages = crate::support::files(&project().join("docs"))
        .into_iter()
        .chain(["README.md", "CONTRIBUTING.md"].map(|f| project().join(f)));
    for page in pages.filter(|p| p.extension().is_some_and(|e| e == "md")) {
        let text = fs::read_to_string(&page).unwrap();
        for (at, _) in text.match_indices("](") {
            let target = text[at + 2..].split(')').next().unwrap();
            let path = target.split('#').next().unwrap();
            if path.is_empty() || path.contains("://") || path.contains(' ') {
                continue;
            }
            if !page.parent().unwrap().join(path).exists() {
                broken.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
