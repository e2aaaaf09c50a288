//! `Manifest.db` and `Manifest.mbdb`: the list of backed-up files, read for its
//! domains only. Encrypted as a whole from iOS 10.2 on if the backup is; then,
//! or where it is damaged, `Info.plist` has to do.

use std::collections::BTreeMap;
use std::io::BufReader;
use std::sync::Arc;

use super::{Reading, domains, status};
use crate::artifact::ios::{LONGEST_ID, MOST_APPS, code_of_io, is_apple};
use crate::artifact::{ArtifactFile, At, Sink, SourceId};
use crate::evidence::stop_code;
use crate::evidence::{Blob, BlobReader};
use crate::format::mbdb::{self, MbdbError};
use crate::format::sqlite::{Bytes, Database, SqliteError, WalUse, carve_text};
use crate::limits::Stop;
use crate::model::{Answer, Basis, Code, Diagnostic, End, ListScope, ListStatement, Reason, UserSet};

/// Bytes of one block of AES.
const CIPHER_BLOCK: u64 = 16;
/// Every page size of SQLite is a multiple of this.
const SMALLEST_PAGE: u64 = 512;

/// Domains and where each was seen.
#[derive(Default)]
struct Domains {
    seen: BTreeMap<String, At>,
    lost: u64,
}

impl Domains {
    fn add(&mut self, domain: &str, at: At) {
        if self.seen.contains_key(domain) || domains::split(domain).is_none() {
            return;
        }
        if domain.len() > LONGEST_ID || self.seen.len() >= MOST_APPS {
            self.lost += 1;
            return;
        }
        self.seen.insert(domain.into(), at);
    }
}

pub(super) fn read(reading: &mut Reading<'_>, file: &ArtifactFile, log: Option<&ArtifactFile>, sink: &mut Sink<'_>) {
    let (source, blob) = match sink.blob(file, reading.leash) {
        Ok(opened) => opened,
        Err(error) => return status::unopened(reading, file, &error, sink, Code::UnreadableFile),
    };
    let mut head = [0; 6];
    let mut domains = Domains::default();
    let end = if blob.read_full_at(&mut head, 0).is_ok() && head == *mbdb::MAGIC {
        read_mbdb(reading, blob, source, &mut domains, sink)
    } else {
        let log = log.and_then(|log| sink.blob(log, reading.leash).ok());
        read_database(reading, &blob, log, source, &mut domains, sink)
    };
    let Some(end) = end else {
        // Encrypted: nothing is missing that the coverage would need.
        let basis = Basis::Always(Answer::NotCollected(Reason("encrypted")));
        let list = ListStatement::new(ListScope::ThirdPartyApps, UserSet::All, basis, End::Unreadable, 0);
        return sink.list(reading.device, source, ListStatement { end: End::Proven, ..list });
    };
    state(reading, &domains, end, source, sink);
}

fn state(reading: &mut Reading<'_>, domains: &Domains, end: End, source: SourceId, sink: &mut Sink<'_>) {
    let split = || domains.seen.iter().filter_map(|(d, at)| Some((domains::split(d)?, at)));
    let apps = || split().filter(|((kind, _), _)| *kind == domains::Kind::App).map(|((_, id), _)| id);
    reading.known.extend(apps().map(str::to_owned));
    for ((kind, name), at) in split() {
        domains::state(reading, kind, name, source, at.clone(), sink);
    }
    let entries = apps().filter(|id| !is_apple(id)).count() as u64;
    let basis = Basis::Always(Answer::Partial(Reason("backup-domains")));
    let list = ListStatement::new(ListScope::ThirdPartyApps, UserSet::All, basis, end, entries);
    sink.list(reading.device, source, ListStatement { errors: domains.lost, ..list });
}

fn read_mbdb(
    reading: &Reading<'_>,
    blob: Arc<dyn Blob>,
    source: SourceId,
    domains: &mut Domains,
    sink: &mut Sink<'_>,
) -> Option<End> {
    let reader = BufReader::new(BlobReader::new(blob, reading.leash));
    let Err(error) = mbdb::domains(reader, reading.leash, &mut |domain| domains.add(domain, At::Whole)) else {
        return Some(End::Unmarked);
    };
    let code = match &error {
        MbdbError::Stop(stop) => stop_code(*stop),
        MbdbError::Io(error) => code_of_io(error),
        MbdbError::NotMbdb | MbdbError::Cut => Code::DamagedFile,
    };
    sink.note(code, Some(source), &At::Whole, format!("{error}; {}", reading.consequence()));
    Some(End::Cut)
}

/// `None`: encrypted.
fn read_database(
    reading: &Reading<'_>,
    blob: &Arc<dyn Blob>,
    log: Option<(SourceId, Arc<dyn Blob>)>,
    source: SourceId,
    domains: &mut Domains,
    sink: &mut Sink<'_>,
) -> Option<End> {
    let main: &dyn Blob = &**blob;
    let wal = log.as_ref().map(|(_, blob)| -> &dyn crate::format::ReadAt { &**blob });
    let bytes = Bytes { main, path: main.on_disk(), wal };
    let mut missing = 0;
    let result = Database::open(bytes, reading.leash).and_then(|database| {
        missing = database.missing;
        let flaw = match database.wal {
            WalUse::Ignored(why) => Some(why),
            WalUse::None | WalUse::Applied { .. } => database.wal_flaw,
        };
        if let (Some(why), Some((log, _))) = (flaw, &log) {
            let message = format!("{why}; what only this log holds was not read");
            sink.note(Code::DamagedFile, Some(*log), &At::Whole, message);
        }
        let mut each = |domain: &str, row: i64| domains.add(domain, At::Key(format!("Files/{row}/domain").into()));
        database.distinct_text("Files", "domain", domains::PREFIX, reading.leash, &mut each)
    });
    let error = match result {
        Ok(_) if missing == 0 => return Some(End::Proven),
        Ok(_) => {
            let message = format!("the database lacks its last {missing} bytes; {}", reading.consequence());
            sink.note(Code::DamagedFile, Some(source), &At::Whole, message);
            return Some(End::Cut);
        }
        Err(error) => error,
    };
    if let SqliteError::NotADatabase(_) = &error
        && (reading.encrypted || looks_encrypted(main))
    {
        encrypted(reading, main.len(), source, sink);
        return None;
    }
    let damaged = matches!(error, SqliteError::NotADatabase(_) | SqliteError::Damaged(_));
    complain(reading, &error, source, sink);
    if damaged {
        carve(reading, main, source, sink);
    }
    Some(if domains.seen.is_empty() { End::Unreadable } else { End::Cut })
}

fn encrypted(reading: &Reading<'_>, len: u64, source: SourceId, sink: &mut Sink<'_>) {
    // Whole pages, and a block of padding behind them.
    if ![0, CIPHER_BLOCK].contains(&(len % SMALLEST_PAGE)) {
        let message = format!("the encrypted list of backed-up files is cut off; {}", reading.consequence());
        return sink.note(Code::DamagedFile, Some(source), &At::Whole, message);
    }
    let at = sink.locator(source).cloned();
    let message = format!("the list of backed-up files is encrypted; {}", reading.consequence());
    sink.diagnostic(match reading.listed {
        Some(_) => Diagnostic::note(Code::EncryptedFile, at, message),
        None => Diagnostic::new(Code::EncryptedFile, at, message),
    });
}

fn complain(reading: &Reading<'_>, error: &SqliteError, source: SourceId, sink: &mut Sink<'_>) {
    let (code, what) = match error {
        SqliteError::Empty => (Code::EmptyFile, error.to_string()),
        SqliteError::NotADatabase(head) if head.iter().all(|b| *b == 0) => {
            (Code::NotADatabase, format!("not a database (first {} bytes are zero)", head.len()))
        }
        SqliteError::NotADatabase(head) => {
            (Code::NotADatabase, format!("not a database (begins with {})", crate::format::hex(head)))
        }
        SqliteError::TooLarge(_) => (Code::LimitBytes, error.to_string()),
        SqliteError::Stop(stop) => (stop_code(*stop), error.to_string()),
        SqliteError::Damaged(_) => (Code::DamagedFile, error.to_string()),
        SqliteError::Io(io) => (code_of_io(io), error.to_string()),
    };
    sink.note(code, Some(source), &At::Whole, format!("{what}; {}", reading.consequence()));
}

/// Traces of apps in the bytes of a database that cannot be opened.
fn carve(reading: &Reading<'_>, main: &dyn Blob, source: SourceId, sink: &mut Sink<'_>) {
    let mut carved = Domains::default();
    let mut each = |domain: &str, offset: u64| {
        carved.add(domain, At::Bytes { offset, len: domain.len() as u64 });
    };
    let result = carve_text(main, b"AppDomain-", reading.leash, &mut each);
    for (domain, at) in &carved.seen {
        if let Some((domains::Kind::App, name)) = domains::split(domain) {
            domains::state_carved(reading, name, source, at.clone(), sink);
        }
    }
    if let Err(SqliteError::Stop(stop @ (Stop::Time | Stop::Cancelled))) = result {
        sink.note(stop_code(stop), Some(source), &At::Whole, "the search in the damaged file list was stopped");
    }
}

/// Ciphertext: nearly every byte value within the first 4 KiB.
fn looks_encrypted(blob: &dyn Blob) -> bool {
    let mut head = [0; 4096];
    let Ok(4096) = blob.read_full_at(&mut head, 0) else {
        return false;
    };
    let mut seen = [false; 256];
    for byte in head {
        seen[usize::from(byte)] = true;
    }
    seen.iter().filter(|s| **s).count() >= 240
}
