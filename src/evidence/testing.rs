//! What the tests of this floor share: a walk that remembers everything, and
//! one tree as a folder and as an archive.

use std::io::{Cursor, Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;

use super::*;

/// Everything a walk reported.
#[derive(Default)]
pub(super) struct Heard {
    pub(super) roots: Vec<Root>,
    pub(super) loose: Vec<File>,
    pub(super) trouble: Vec<(String, EvidenceError)>,
}

impl Found for Heard {
    fn root(&mut self, root: Root) -> Result<(), Stop> {
        self.roots.push(root);
        Ok(())
    }

    fn loose(&mut self, file: File) -> Result<(), Stop> {
        self.loose.push(file);
        Ok(())
    }

    fn trouble(&mut self, path: &[u8], error: EvidenceError) {
        self.trouble.push((text(path), error));
    }
}

pub(super) fn text(path: &[u8]) -> String {
    String::from_utf8_lossy(path).into_owned()
}

impl Heard {
    /// `kind at: role path, ...` of every root, then every loose path; sorted.
    pub(super) fn summary(&self) -> Vec<String> {
        let mut out = Vec::new();
        for root in &self.roots {
            let files: Vec<_> = root.files.iter().map(|(id, f)| format!("{}={}", id.0, text(&f.path))).collect();
            out.push(format!("{} [{}] {}", root.kind.as_str(), text(&root.at), files.join(" ")));
        }
        out.extend(self.loose.iter().map(|f| format!("loose {}", text(&f.path))));
        out.sort();
        out
    }

    pub(super) fn loose_paths(&self) -> Vec<String> {
        let mut out: Vec<_> = self.loose.iter().map(|f| text(&f.path)).collect();
        out.sort();
        out
    }

    pub(super) fn bytes(&self, path: &str) -> Result<Vec<u8>, EvidenceError> {
        let claimed = self.roots.iter().flat_map(|r| r.files.iter().map(|(_, f)| f));
        let file = claimed.chain(&self.loose).find(|f| text(&f.path) == path).expect("such a file");
        read(file)
    }
}

pub(super) fn read(file: &File) -> Result<Vec<u8>, EvidenceError> {
    let leash = Leash::unbounded();
    let mut out = Vec::new();
    BlobReader::new(file.member.open(&leash)?, &leash).read_to_end(&mut out)?;
    Ok(out)
}

/// Claims of the shapes that parsers declare.
pub(super) const CLAIMS: &[Claim] = &[
    claim(RootKind::IosBackup, "Info.plist"),
    claim(RootKind::IosBackup, "Manifest.db"),
    claim(RootKind::IosBackup, "Snapshot/Manifest.plist"),
    claim(RootKind::IosData, "containers/Bundle/Application/*/*.app/Info.plist"),
    claim(RootKind::IosData, "containers/Bundle/Application/*/iTunesMetadata.plist"),
    claim(RootKind::IosData, "mobile/Library/FrontBoard/applicationState.db"),
    claim(RootKind::AndroidData, "system/packages.xml"),
    claim(RootKind::AndroidData, "system/packages.list"),
    claim(RootKind::AndroidData, "system/users/*/package-restrictions.xml"),
    claim(RootKind::AndroidData, "system/users/userlist.xml"),
    claim(RootKind::AndroidQf, "packages.json"),
    claim(RootKind::AndroidQf, "dumpsys.txt"),
    claim(RootKind::BugReport, "bugreport-*.txt"),
    claim(RootKind::BugReport, "main_entry.txt"),
    claim(RootKind::AndroidData, "user/*/"),
    claim(RootKind::AndroidData, "system/users/*/"),
];

const fn claim(at: RootKind, path: &'static str) -> Claim {
    Claim { role: "r", at, path }
}

pub(super) fn walk(tree: &dyn Tree) -> (Heard, Walked) {
    let mut heard = Heard::default();
    let walked = tree.walk(&Claims::new(CLAIMS), &mut heard, &Leash::unbounded()).expect("walks");
    (heard, walked)
}

pub(super) fn walk_folder(top: &Path) -> (Heard, Walked) {
    let Ok(Given::Folder(tree)) = open_path(top) else { panic!("a folder") };
    walk(tree.as_ref())
}

pub(super) fn open_zip(bytes: Vec<u8>) -> Result<Box<dyn Tree>, EvidenceError> {
    match super::zip::Zip.open(Arc::new(MemoryBlob(bytes)), &Leash::unbounded())? {
        Opened::Tree(tree) => Ok(tree),
        Opened::Bytes(_) => panic!("a zip is a tree"),
    }
}

pub(super) fn walk_zip(bytes: Vec<u8>) -> (Heard, Walked) {
    walk(open_zip(bytes).expect("opens").as_ref())
}

/// Writes files below a folder; a path that ends in `/` is an empty folder.
pub(super) fn write_tree(top: &Path, files: &[(String, Vec<u8>)]) {
    for (path, bytes) in files {
        let path_on_disk = top.join(path);
        if path.ends_with('/') {
            std::fs::create_dir_all(path_on_disk).unwrap();
            continue;
        }
        std::fs::create_dir_all(path_on_disk.parent().unwrap()).unwrap();
        std::fs::write(path_on_disk, bytes).unwrap();
    }
}

/// The same files as an archive, by another implementation.
pub(super) fn zip_tree(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (n, (path, bytes)) in files.iter().enumerate() {
        let method = if n % 2 == 0 { ::zip::CompressionMethod::Deflated } else { ::zip::CompressionMethod::Stored };
        let options = ::zip::write::SimpleFileOptions::default().compression_method(method);
        if path.ends_with('/') {
            zip.add_directory(path.as_str(), options).unwrap();
        } else {
            zip.start_file(path.as_str(), options).unwrap();
            zip.write_all(bytes).unwrap();
        }
    }
    zip.finish().unwrap().into_inner()
}

/// Files with their paths as contents.
pub(super) fn tree(paths: &[&str]) -> Vec<(String, Vec<u8>)> {
    paths.iter().map(|p| ((*p).to_owned(), p.as_bytes().to_vec())).collect()
}
