//! Where signature files come from: embedded in the program, or a folder.

use super::error::SignatureError;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

include!(concat!(env!("OUT_DIR"), "/signatures.rs"));

/// A signature file is a few kilobytes; this is far above any.
const MOST_BYTES: u64 = 4 << 20;
/// Files in one folder.
const MOST_FILES: usize = 10_000;

/// What a file describes, told by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// `apps/ID.toml`
    App,
    /// `policies/ID.toml`
    Policy,
    /// `signers.toml`
    Signers,
    /// `sources.toml`
    Sources,
}

/// One file, unparsed.
#[derive(Debug, Clone)]
pub(super) struct SignatureFile {
    pub(super) role: Role,
    /// As messages name it.
    pub(super) name: String,
    /// File name without `.toml`.
    pub(super) stem: String,
    pub(super) text: String,
}

fn role(relative: &str) -> Option<(Role, &str)> {
    let stem = relative.strip_suffix(".toml")?;
    match stem.split_once('/') {
        Some(("apps", id)) => Some((Role::App, id)),
        Some(("policies", id)) => Some((Role::Policy, id)),
        Some(_) => None,
        None if stem == "signers" => Some((Role::Signers, stem)),
        None if stem == "sources" => Some((Role::Sources, stem)),
        None => None,
    }
}

/// The files of `signatures/`, as they were when the program was built.
pub(super) fn embedded() -> Vec<SignatureFile> {
    let file = |(relative, text): &(&str, &str)| {
        let (role, stem) = role(relative)?;
        let name = format!("signatures/{relative}");
        Some(SignatureFile { role, name, stem: stem.to_owned(), text: (*text).to_owned() })
    };
    EMBEDDED.iter().filter_map(file).collect()
}

/// The files of a folder that is laid out like `signatures/`.
pub(super) fn folder(root: &Path) -> Result<Vec<SignatureFile>, SignatureError> {
    let mut files = Vec::new();
    fs::read_dir(root).map_err(|source| SignatureError::Unreadable { path: root.to_owned(), source })?;
    for below in ["apps", "policies"] {
        let folder = root.join(below);
        if !folder.is_dir() {
            continue;
        }
        for name in toml_files(&folder)? {
            push(root, &format!("{below}/{name}"), &mut files)?;
        }
    }
    if files.is_empty() {
        return Err(SignatureError::NothingIn(root.to_owned()));
    }
    for name in ["signers.toml", "sources.toml"] {
        if root.join(name).is_file() {
            push(root, name, &mut files)?;
        }
    }
    Ok(files)
}

/// Names of the `.toml` files of one folder, sorted.
fn toml_files(folder: &Path) -> Result<Vec<String>, SignatureError> {
    let unreadable = |source| SignatureError::Unreadable { path: folder.to_owned(), source };
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)?.take(MOST_FILES) {
        let name = entry.map_err(unreadable)?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".toml") && !name.starts_with('.') {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn push(root: &Path, relative: &str, files: &mut Vec<SignatureFile>) -> Result<(), SignatureError> {
    let Some((role, stem)) = role(relative) else { return Ok(()) };
    let path = root.join(relative);
    let unreadable = |source| SignatureError::Unreadable { path: path.clone(), source };
    let mut text = String::new();
    let file = File::open(&path).map_err(unreadable)?;
    file.take(MOST_BYTES + 1).read_to_string(&mut text).map_err(unreadable)?;
    if text.len() as u64 > MOST_BYTES {
        return Err(SignatureError::TooLarge { path, limit: MOST_BYTES });
    }
    files.push(SignatureFile { role, name: path.display().to_string(), stem: stem.to_owned(), text });
    Ok(())
}
