//! `packages.xml` and its copies: which packages the package manager knows.
//!
//! Specified by AOSP `com.android.server.pm.Settings.writeLPr`/`readPackageLPw`
//! and `PackageSignatures`. An entry outlives its app (`DELETE_KEEP_DATA`,
//! archiving), so that it alone is no proof of presence.

use std::io::Read;
use std::ops::Range;

use super::super::names::{is_made_of, is_package_name, package_of_code};
use super::super::signers::{CertificateTable, Signatures};
use crate::format::xml::{Element, Event, Reader, XmlError};
use crate::limits::{Leash, Stop};

/// Packages of one document; a device has some hundreds.
const MOST_PACKAGES: usize = 200_000;

/// Certificates of one package.
const MOST_CERTIFICATES: usize = 64;

/// One `package` element.
#[derive(Debug, Clone, Default)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) code_path: Option<String>,
    /// The package that its code path was made for, where that is another one.
    pub(super) code_of: Option<String>,
    /// The version code; the document knows no version name.
    pub(super) version: Option<String>,
    pub(super) installer: Option<String>,
    pub(super) system: Option<bool>,
    /// Milliseconds since 1970; since Android 13 told per user instead.
    pub(super) first_ms: Option<i64>,
    /// Milliseconds since 1970.
    pub(super) updated_ms: Option<i64>,
    pub(super) signatures: Signatures,
    /// Android wrote down split versions, which it does only where the code is gone.
    pub(super) code_gone: bool,
    /// Bytes of the element in the file.
    pub(super) span: Option<Range<u64>>,
}

/// One reading of one document.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub(super) packages: Vec<Package>,
    /// Factory copies of system apps that were updated; the update is a package.
    pub(super) factory: Vec<Package>,
    /// Build fingerprint of the system that wrote it.
    pub(super) fingerprint: Option<String>,
    /// Packages that could not be read.
    pub(super) errors: u64,
    /// The root is the right one and was closed, and nothing was repaired.
    pub(super) whole: bool,
    /// The root is the right one.
    pub(super) recognised: bool,
    /// What is wrong, for people.
    pub(super) trouble: Option<String>,
    /// The leash ended the reading.
    pub(super) stop: Option<Stop>,
}

impl Document {
    /// Reads as far as it goes; trouble is part of the answer.
    pub(super) fn read(input: impl Read, leash: &Leash) -> Self {
        let mut builder = Builder::default();
        let trouble = match builder.run(input, leash) {
            Ok(true) => None,
            Ok(false) => Some("the document does not end as it should".to_owned()),
            Err(error) => {
                builder.document.stop = error.stop();
                Some(error.to_string())
            }
        };
        let mut document = builder.document;
        document.whole = trouble.is_none() && document.recognised;
        document.trouble = trouble;
        document
    }
}

#[derive(Default)]
struct Builder {
    document: Document,
    table: CertificateTable,
    package: Option<Package>,
    start: u64,
    in_sigs: bool,
    in_past: usize,
}

impl Builder {
    /// `Ok(true)`: the document is whole.
    fn run(&mut self, input: impl Read, leash: &Leash) -> Result<bool, XmlError> {
        let mut reader = Reader::open(input, &leash.limits)?;
        loop {
            let depth = reader.depth() + 1;
            let start = match reader.next_event()? {
                Event::Start(element) => {
                    if depth == 1 {
                        if element.name() != "packages" {
                            let what = format!("the root element is <{}>, not <packages>", printable(element.name()));
                            return Err(XmlError::Syntax { at: 0, what });
                        }
                        self.document.recognised = true;
                    }
                    self.start_of(element, depth)?;
                    depth == 2 && self.package.is_some()
                }
                Event::End(name) => {
                    let closes = self.end_of(name, depth - 2);
                    if closes {
                        self.finish(reader.span());
                    }
                    false
                }
                Event::Text(_) => false,
                Event::Eof { closed } => return Ok(closed && reader.damage() == 0),
            };
            if start {
                self.start = reader.span().map_or(0, |s| s.start);
            }
        }
    }

    fn start_of(&mut self, element: &Element, depth: usize) -> Result<(), XmlError> {
        match (depth, element.name()) {
            (2, "package") => {
                if self.document.packages.len() >= MOST_PACKAGES {
                    return Err(XmlError::Limit("the document names more packages than the limit"));
                }
                let package = package_of(element);
                if element.is_damaged() || !is_package_name(&package.name) || package.code_of.is_some() {
                    self.document.errors += 1;
                }
                self.package = Some(package);
            }
            (2, "updated-package") => {
                if self.document.factory.len() >= MOST_PACKAGES {
                    return Err(XmlError::Limit("the document names more packages than the limit"));
                }
                self.document.factory.push(package_of(element));
                if element.is_damaged() || !element.get("name").is_some_and(is_package_name) {
                    self.document.errors += 1;
                }
            }
            (2, "version" | "last-platform-version") if element.get("volumeUuid").is_none() => {
                let fingerprint = element.get("buildFingerprint").or_else(|| element.get("fingerprint"));
                if let Some(f) = fingerprint.filter(|f| !f.is_empty()) {
                    self.document.fingerprint.get_or_insert_with(|| f.to_owned());
                }
            }
            (3, "sigs") => self.in_sigs = true,
            (3, "split-version") => {
                if let Some(p) = &mut self.package {
                    p.code_gone = true;
                }
            }
            (_, "pastSigs") => self.in_past += 1,
            (_, "cert") => self.certificate(element),
            _ => {}
        }
        Ok(())
    }

    /// The table counts every certificate of the document; only those below
    /// `package/sigs` sign the package.
    fn certificate(&mut self, element: &Element) {
        let certificate = self.table.resolve(element.get("index"), element.get("key"));
        let Some(package) = self.package.as_mut().filter(|_| self.in_sigs) else {
            return;
        };
        let signatures = &mut package.signatures;
        match certificate {
            None => signatures.unknown = signatures.unknown.saturating_add(1),
            Some(_) if signatures.current.len() + signatures.past.len() >= MOST_CERTIFICATES => {}
            Some(c) if self.in_past > 0 => signatures.past.push(c),
            Some(c) => signatures.current.push(c),
        }
    }

    /// `depth` is that of the parent. `true`: a package ended.
    fn end_of(&mut self, name: &str, depth: usize) -> bool {
        match (depth, name) {
            (2, "sigs") => (self.in_sigs, self.in_past) = (false, 0),
            (_, "pastSigs") => self.in_past = self.in_past.saturating_sub(1),
            (1, "package") => return self.package.is_some(),
            _ => {}
        }
        false
    }

    fn finish(&mut self, end: Option<Range<u64>>) {
        self.in_sigs = false;
        if let Some(mut package) = self.package.take().filter(|p| !p.name.is_empty()) {
            package.span = end.map(|e| self.start..e.end);
            self.document.packages.push(package);
        }
    }
}

fn package_of(element: &Element) -> Package {
    let own = |name: &str| element.get(name).filter(|v| !v.is_empty()).map(str::to_owned);
    // A renamed system package is updated under the name of its code.
    let names = [element.get("name").unwrap_or(""), element.get("realName").unwrap_or("")];
    let code_path = own("codePath");
    let code_of = code_path.as_deref().and_then(|p| p.strip_prefix("/data/app/")).and_then(package_of_code);
    let code_of = code_of.filter(|c| !names.iter().any(|n| is_made_of(n, c))).map(str::to_owned);
    Package {
        name: names[0].to_owned(),
        code_path,
        code_of,
        version: own("version"),
        installer: own("installer").filter(|i| i != "null"),
        system: Some(is_system(element)),
        first_ms: element.get("it").and_then(hex_ms),
        updated_ms: element.get("ut").and_then(hex_ms),
        ..Package::default()
    }
}

/// `ApplicationInfo.FLAG_SYSTEM` is bit 0. Documents before Android 6 have one
/// `flags`, the oldest `system`; without any of them the package is the system's.
fn is_system(element: &Element) -> bool {
    if let Some(flags) = element.get("publicFlags").or_else(|| element.get("flags")) {
        return flags.parse::<i64>().is_ok_and(|f| f & 1 != 0);
    }
    element.get("system").is_none_or(|s| s == "true")
}

/// Hexadecimal milliseconds since 1970, zero being none.
pub(super) fn hex_ms(text: &str) -> Option<i64> {
    i64::from_str_radix(text, 16).ok().filter(|ms| *ms > 0)
}

/// At most some characters of a name in evidence, fit for a message.
pub(super) fn printable(name: &str) -> String {
    name.chars().take(80).map(|c| if c.is_control() { '?' } else { c }).collect()
}
