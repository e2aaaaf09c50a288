//! Every dependency has a licence that `deny.toml` allows.
//!
//! The same list serves `cargo deny check licenses`; this needs nothing but cargo.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;

#[derive(Deserialize)]
struct Deny {
    licenses: Licences,
}

#[derive(Deserialize)]
struct Licences {
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
}

/// Reads the dependencies and holds them against the list.
pub(crate) fn run(root: &Path) -> Result<()> {
    let deny: Deny = toml::from_str(&std::fs::read_to_string(root.join("deny.toml"))?).context("deny.toml")?;
    let metadata: Metadata = serde_json::from_slice(&metadata(root)?).context("cargo metadata")?;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut refused = 0;
    for package in &metadata.packages {
        let licence = package.license.as_deref().unwrap_or("");
        *counts.entry(licence).or_default() += 1;
        if !allowed(licence, &deny.licenses.allow).with_context(|| format!("{} {licence:?}", package.name))? {
            eprintln!("{} {}: {licence:?} is not allowed", package.name, package.version);
            refused += 1;
        }
    }
    ensure!(refused == 0, "{refused} packages with licences that deny.toml does not allow");
    ensure!(metadata.packages.len() > 1, "cargo metadata names no dependencies");
    println!("{} packages, {} spellings of licences, all allowed", metadata.packages.len(), counts.len());
    Ok(())
}

/// What cargo knows without the network: of every platform if it was fetched,
/// else of this one.
fn metadata(root: &Path) -> Result<Vec<u8>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let run = |more: &[&str]| {
        let mut command = Command::new(&cargo);
        command.args(["metadata", "--format-version", "1", "--locked", "--offline"]).args(more).current_dir(root);
        command.output().context("cargo metadata")
    };
    let all = run(&[])?;
    if all.status.success() {
        return Ok(all.stdout);
    }
    let version = Command::new(&cargo).arg("-vV").output()?;
    let version = String::from_utf8(version.stdout)?;
    let host = version.lines().find_map(|l| l.strip_prefix("host: ")).context("cargo -vV names no host")?;
    println!("packages of other platforms are not fetched; only those of {host} are checked");
    let here = run(&["--filter-platform", host])?;
    ensure!(here.status.success(), "{}", String::from_utf8_lossy(&here.stderr));
    Ok(here.stdout)
}

/// Whether an SPDX expression can be met with the allowed licences.
fn allowed(expression: &str, allow: &[String]) -> Result<bool> {
    // Old manifests write "MIT/Apache-2.0".
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words = spaced.split_whitespace().peekable();
    let met = either(&mut words, allow)?;
    ensure!(words.next().is_none(), "not an SPDX expression");
    Ok(met)
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn either(words: &mut Words<'_>, allow: &[String]) -> Result<bool> {
    let mut met = both(words, allow)?;
    while words.next_if_eq(&"OR").is_some() {
        met |= both(words, allow)?;
    }
    Ok(met)
}

fn both(words: &mut Words<'_>, allow: &[String]) -> Result<bool> {
    let mut met = one(words, allow)?;
    while words.next_if_eq(&"AND").is_some() {
        met &= one(words, allow)?;
    }
    Ok(met)
}

fn one(words: &mut Words<'_>, allow: &[String]) -> Result<bool> {
    let Some(word) = words.next() else {
        bail!("no licence");
    };
    if word == "(" {
        let met = either(words, allow)?;
        ensure!(words.next() == Some(")"), "a parenthesis is not closed");
        return Ok(met);
    }
    let mut licence = word.to_owned();
    if words.next_if_eq(&"WITH").is_some() {
        licence = format!("{word} WITH {}", words.next().context("WITH what?")?);
    }
    Ok(allow.contains(&licence))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn met(expression: &str) -> bool {
        allowed(expression, &["MIT".to_owned(), "Unicode-3.0".to_owned(), "Apache-2.0 WITH LLVM-exception".to_owned()])
            .unwrap()
    }

    #[test]
    fn an_expression_is_met_if_one_choice_is_allowed_whole() {
        assert!(met("MIT") && met("GPL-3.0 OR MIT") && met("Zlib/MIT"));
        assert!(met("(MIT OR Apache-2.0) AND Unicode-3.0"));
        assert!(met("GPL-3.0 OR Apache-2.0 WITH LLVM-exception"));
        assert!(!met("MIT AND GPL-3.0") && !met("Apache-2.0") && !met("GPL-3.0 OR (MIT AND MPL-2.0)"));
    }

    #[test]
    fn a_missing_or_broken_expression_is_an_error() {
        for broken in ["", "MIT OR", "(MIT", "MIT Apache-2.0"] {
            assert!(allowed(broken, &["MIT".to_owned()]).is_err(), "{broken}");
        }
    }
}
