//! Links between pages of the documentation lead somewhere.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

/// Looks up every relative link of the pages at the root, in `docs/` and in
/// `fixtures/`. Sections within a page and the web are not looked up.
pub(crate) fn run(root: &Path) -> Result<()> {
    let mut pages = Vec::new();
    collect(root, 0, &mut pages)?;
    for folder in ["docs", "fixtures"] {
        collect(&root.join(folder), 3, &mut pages)?;
    }
    let (mut links, mut dead) = (0, 0);
    for page in &pages {
        let folder = page.parent().unwrap_or(root);
        for target in targets(&fs::read_to_string(page)?) {
            links += 1;
            if !folder.join(&target).exists() {
                eprintln!("{}: {target} is not there", page.strip_prefix(root).unwrap_or(page).display());
                dead += 1;
            }
        }
    }
    ensure!(dead == 0, "{dead} of {links} links lead nowhere");
    println!("{links} links in {} pages lead somewhere", pages.len());
    Ok(())
}

fn collect(folder: &Path, depth: u32, pages: &mut Vec<PathBuf>) -> Result<()> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Ok(());
    };
    let mut paths = entries.map(|e| Ok(e?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    for path in paths {
        if path.is_dir() && depth > 0 {
            collect(&path, depth - 1, pages)?;
        } else if path.is_file() && path.extension().is_some_and(|e| e == "md") {
            pages.push(path);
        }
    }
    Ok(())
}

/// Targets of inline links to files, without the section.
fn targets(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    for (at, _) in text.match_indices("](") {
        let Some((target, _)) = text[at + 2..].split_once(')') else {
            continue;
        };
        let file = target.split('#').next().unwrap_or_default();
        if !file.is_empty() && !target.contains("://") && !target.contains(char::is_whitespace) {
            out.push(file.to_owned());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_links_to_files_are_looked_up() {
        let text = "[a](b.md#c) [d](#e) [f](https://example.org/) `x](y z)` [g](../h/)";
        assert_eq!(super::targets(text), ["b.md", "../h/"]);
    }
}
