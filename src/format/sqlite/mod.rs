//! SQLite databases of evidence, opened without touching them.
//!
//! On disk and without a write-ahead log a database is opened in place,
//! `immutable`: no lock, no journal, no `-shm`. Everything else (members of
//! archives, a log beside it) is read into memory, the log laid over it by
//! `wal`, and deserialised: SQLite then cannot write anywhere. The engine is
//! told to trust nothing: no triggers, no views, no functions out of the schema,
//! small limits, and a progress call that obeys the leash.
//!
//! Formats: sqlite.org/fileformat2.html. Imports `limits`.

mod carve;
mod wal;

use std::collections::HashSet;
use std::io::{self, Read};
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::ReadAt;
use crate::limits::{Leash, Stop};
pub use carve::carve_text;
use wal::{Log, Overlaid};

/// The first bytes of every database that is not encrypted.
pub const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// Steps of SQLite's machine between two looks at the leash.
const STEPS: i32 = 20_000;
/// The longest text, blob or row anybody asks for, in bytes.
const LONGEST: i32 = 16 << 20;
/// Distinct values of one column that are told apart.
const MOST_VALUES: usize = 1_000_000;

/// Why a database could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SqliteError {
    /// No byte.
    #[error("the file is empty")]
    Empty,
    /// Other bytes than a database begins with: zeros, ciphertext, something
    /// else. Holds the first 16.
    #[error("not a database")]
    NotADatabase(Vec<u8>),
    /// Too large to be read into memory, and it cannot be opened in place.
    #[error("a database of {0} bytes is too large to be read from an archive or with its log")]
    TooLarge(u64),
    /// SQLite's own words.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// The leash was reached.
    #[error("{0}")]
    Stop(#[from] Stop),
    /// The bytes could not be had.
    #[error("{0}")]
    Io(io::Error),
}

impl From<io::Error> for SqliteError {
    fn from(error: io::Error) -> Self {
        match error.downcast::<Stop>() {
            Ok(stop) => Self::Stop(stop),
            Err(error) => Self::Io(error),
        }
    }
}

/// What became of a write-ahead log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WalUse {
    /// There is none, or it holds nothing.
    None,
    /// It lies over the database.
    Applied {
        /// So many pages of it.
        pages: usize,
    },
    /// It has bytes but no committed page that fits; why.
    Ignored(&'static str),
}

/// An open database.
#[derive(Debug)]
pub struct Database {
    connection: Connection,
    /// What became of the write-ahead log.
    pub wal: WalUse,
    /// What is wrong with a log even though it was applied: its last frames
    /// may be missing.
    pub wal_flaw: Option<&'static str>,
    /// Bytes that its header says there are more of. SQLite itself reads a last
    /// page that is cut off as if zeros followed.
    pub missing: u64,
}

/// The bytes of a database.
#[derive(Clone, Copy)]
pub struct Bytes<'a> {
    /// The main file.
    pub main: &'a dyn ReadAt,
    /// Where the main file lies, if it is a plain file.
    pub path: Option<&'a Path>,
    /// The `-wal` beside it, if there is one.
    pub wal: Option<&'a dyn ReadAt>,
}

impl Database {
    /// Opens for reading, in place or in memory.
    pub fn open(bytes: Bytes<'_>, leash: &Leash) -> Result<Self, SqliteError> {
        let log = bytes.wal.filter(|wal| !wal.is_empty()).map(|wal| Log::read(wal, bytes.main, leash)).transpose()?;
        let overlay = log.as_ref().filter(|log| log.pages > 0);
        let wal = match &log {
            None => WalUse::None,
            Some(log) if log.pages > 0 => WalUse::Applied { pages: log.frames.len() },
            Some(log) => WalUse::Ignored(log.flaw.unwrap_or("it holds no committed transaction")),
        };
        let connection = match (bytes.path, overlay) {
            (Some(path), None) => {
                check_head(&mut Overlaid::new(bytes.main, None, None))?;
                match in_place(path) {
                    // SQLite opens no path of more than 512 bytes.
                    Err(e) if e.sqlite_error_code() == Some(ErrorCode::CannotOpen) => in_memory(bytes, None, leash)?,
                    opened => opened.map_err(damaged)?,
                }
            }
            _ => in_memory(bytes, overlay, leash)?,
        };
        // Pages that a log brings are not missing from the file.
        let missing = if overlay.is_none() { missing(bytes.main)? } else { 0 };
        let mut this = Self { connection, wal, wal_flaw: log.and_then(|log| log.flaw), missing };
        this.harden(leash)?;
        Ok(this)
    }

    /// The connection, for queries of one's own. They end when the leash says so.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    fn harden(&mut self, leash: &Leash) -> Result<(), SqliteError> {
        let c = &mut self.connection;
        let watch = leash.watch();
        c.progress_handler(STEPS, Some(move || watch.must_stop())).map_err(damaged)?;
        for (option, on) in [
            (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
            (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
            (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
            (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        ] {
            c.set_db_config(option, on).map_err(damaged)?;
        }
        for (limit, value) in [
            (Limit::SQLITE_LIMIT_LENGTH, LONGEST),
            (Limit::SQLITE_LIMIT_SQL_LENGTH, 64 << 10),
            (Limit::SQLITE_LIMIT_ATTACHED, 0),
            (Limit::SQLITE_LIMIT_EXPR_DEPTH, 100),
            (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
        ] {
            c.set_limit(limit, value).map_err(damaged)?;
        }
        // Temporary tables stay in memory: nothing is written anywhere.
        c.execute_batch(
            "PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON; PRAGMA mmap_size=0; PRAGMA query_only=ON;",
        )
        .map_err(|e| said(e, leash))
    }

    /// Every distinct text of a column that begins with `prefix`, in order,
    /// by jumping from value to value in an index: rows and blobs are not
    /// read. Without an index the column is read through. `each` is told the
    /// text and the number of a row that holds it. Returns how many.
    pub fn distinct_text(
        &self,
        table: &str,
        column: &str,
        prefix: &str,
        leash: &Leash,
        each: &mut dyn FnMut(&str, i64),
    ) -> Result<u64, SqliteError> {
        let (table, column) = (quoted(table), quoted(column));
        let jump = format!(
            "SELECT {column}, rowid FROM {table} WHERE {column} > ?1 AND {column} < ?2 ORDER BY {column} LIMIT 1"
        );
        let mut above = prefix.as_bytes().to_vec();
        if let Some(last) = above.last_mut() {
            *last += 1;
        }
        if !self.has_index(&jump, leash)? {
            return self.read_through(&format!("SELECT {column}, rowid FROM {table}"), prefix, leash, each);
        }
        let failed = |e| said(e, leash);
        let mut statement = self.connection.prepare(&jump).map_err(failed)?;
        let (mut last, mut count) = (prefix.as_bytes().to_vec(), 0);
        loop {
            let text = |bytes| ToSqlOutput::Borrowed(ValueRef::Text(bytes));
            let mut rows = statement.query([text(&last), text(&above)]).map_err(failed)?;
            let Some(row) = rows.next().map_err(failed)? else {
                return Ok(count);
            };
            let ValueRef::Text(next) = row.get_ref(0).map_err(failed)? else {
                return Ok(count);
            };
            if next <= last.as_slice() {
                // Only a damaged index leads backwards; following it would not end.
                return Err(SqliteError::Damaged("an index is out of order".into()));
            }
            each(&String::from_utf8_lossy(next), row.get(1).map_err(failed)?);
            let next = next.to_vec();
            drop(rows);
            last = next;
            count += 1;
            leash.tick(0, 1)?;
        }
    }

    fn has_index(&self, sql: &str, leash: &Leash) -> Result<bool, SqliteError> {
        let failed = |e| said(e, leash);
        let mut statement = self.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).map_err(failed)?;
        let mut rows = statement.query(["", ""]).map_err(failed)?;
        let mut searched = false;
        while let Some(row) = rows.next().map_err(failed)? {
            let step: String = row.get(3).map_err(failed)?;
            if step.contains("SCAN") || step.contains("TEMP B-TREE") {
                return Ok(false);
            }
            searched |= step.starts_with("SEARCH");
        }
        Ok(searched)
    }

    fn read_through(
        &self,
        sql: &str,
        prefix: &str,
        leash: &Leash,
        each: &mut dyn FnMut(&str, i64),
    ) -> Result<u64, SqliteError> {
        let failed = |e| said(e, leash);
        let mut statement = self.connection.prepare(sql).map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        let mut seen: HashSet<Box<[u8]>> = HashSet::new();
        while let Some(row) = rows.next().map_err(failed)? {
            let ValueRef::Text(text) = row.get_ref(0).map_err(failed)? else { continue };
            if !text.starts_with(prefix.as_bytes()) || seen.contains(text) {
                continue;
            }
            if seen.len() >= MOST_VALUES {
                return Err(Stop::Entries.into());
            }
            each(&String::from_utf8_lossy(text), row.get(1).map_err(failed)?);
            seen.insert(text.into());
            leash.tick(0, 1)?;
        }
        Ok(seen.len() as u64)
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn damaged(error: rusqlite::Error) -> SqliteError {
    SqliteError::Damaged(error.to_string())
}

/// An error of SQLite; an interruption is the leash's.
fn said(error: rusqlite::Error, leash: &Leash) -> SqliteError {
    match error.sqlite_error_code() {
        Some(ErrorCode::OperationInterrupted) => {
            leash.tick(0, 0).map_or_else(SqliteError::Stop, |()| SqliteError::Stop(Stop::Time))
        }
        _ => damaged(error),
    }
}

fn check_head(reader: &mut Overlaid<'_>) -> Result<(), SqliteError> {
    let mut head = Vec::new();
    reader.take(MAGIC.len() as u64).read_to_end(&mut head)?;
    match head.as_slice() {
        [] => Err(SqliteError::Empty),
        head if head == MAGIC => Ok(()),
        _ => Err(SqliteError::NotADatabase(head)),
    }
}

fn in_place(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(format!("{}?mode=ro&immutable=1", uri(path)), flags)
}

/// How many bytes the file is short of its header's page count, which holds
/// only where the header says so (`version-valid-for`).
fn missing(main: &dyn ReadAt) -> io::Result<u64> {
    let mut head = [0; 100];
    if main.read_full_at(&mut head, 0)? < head.len() {
        return Ok(0);
    }
    let word = |at: usize| u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    let size = match u16::from_be_bytes([head[16], head[17]]) {
        1 => 65_536,
        n => u64::from(n),
    };
    let pages = if word(24) == word(92) { u64::from(word(28)) } else { 0 };
    // Without a count at least the last page must be whole.
    let wanted = if pages > 0 { pages.saturating_mul(size) } else { main.len().next_multiple_of(size.max(1)) };
    Ok(wanted.saturating_sub(main.len()))
}

fn in_memory(bytes: Bytes<'_>, log: Option<&Log>, leash: &Leash) -> Result<Connection, SqliteError> {
    let wal = bytes.wal.filter(|_| log.is_some());
    check_head(&mut Overlaid::new(bytes.main, wal, log))?;
    let mut reader = Overlaid::new(bytes.main, wal, log);
    let len = reader.len();
    if len > leash.limits.file_in_memory {
        return Err(SqliteError::TooLarge(len));
    }
    leash.tick(len, 0)?;
    let size = usize::try_from(len).map_err(|_| SqliteError::TooLarge(len))?;
    let mut connection = Connection::open_in_memory().map_err(damaged)?;
    let loaded = connection.deserialize_read_exact("main", &mut reader, size, true);
    match (loaded, reader.error) {
        (Err(_), Some(error)) => Err(error.into()),
        (Err(error), None) => Err(damaged(error)),
        (Ok(()), _) => Ok(connection),
    }
}

/// A `file:` URI, every byte of the path but the plainest percent-encoded.
fn uri(path: &Path) -> String {
    use std::fmt::Write as _;
    #[cfg(unix)]
    let raw = std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()).to_vec();
    #[cfg(not(unix))]
    let raw = path.to_string_lossy().replace('\\', "/").into_bytes();
    let mut out = String::from("file:");
    if raw.first() == Some(&b'/') {
        out.push_str("//");
    } else if raw.get(1) == Some(&b':') {
        out.push_str("///");
    }
    for byte in raw {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'-' | b'_' | b':') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests;
