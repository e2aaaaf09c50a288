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
