#![allow(clippy::print_stderr)] // tests say when the corpus is not there

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::limits::Limits;

const SCHEMA: &str =
    "CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, flags INTEGER, file BLOB);
    CREATE INDEX FilesDomainIdx ON Files(domain); CREATE INDEX FilesRelativePathIdx ON Files(relativePath);";

fn insert(connection: &Connection, domains: &[&str]) {
    for (n, domain) in domains.iter().enumerate() {
        for k in 0..3 {
            let id = format!("{:040x}", fnv(domain) ^ (n as u64) << 8 ^ k);
            connection
                .execute(
                    "INSERT OR REPLACE INTO Files VALUES (?1, ?2, ?3, 1, zeroblob(300))",
                    (id, domain, format!("Library/{k}")),
                )
                .unwrap();
        }
    }
}

fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}

/// Bytes as `&dyn ReadAt`, which `[u8]` is too unsized to be. Tests may leak.
fn leak(bytes: &[u8]) -> &'static dyn ReadAt {
    struct Held(Vec<u8>);
    impl ReadAt for Held {
        fn len(&self) -> u64 {
            self.0.len() as u64
        }
        fn read_at(&self, buf: &mut [u8], at: u64) -> io::Result<usize> {
            self.0.as_slice().read_at(buf, at)
        }
    }
    Box::leak(Box::new(Held(bytes.to_vec())))
}

fn memory(bytes: &[u8]) -> Bytes<'static> {
    Bytes { main: leak(bytes), path: None, wal: None }
}

fn domains(bytes: Bytes<'_>) -> Result<Vec<String>, SqliteError> {
    let leash = Leash::unbounded();
    let database = Database::open(bytes, &leash)?;
    let mut out = Vec::new();
    database.distinct_text("Files", "domain", "AppDomain", &leash, &mut |d, _| out.push(d.to_owned()))?;
    Ok(out)
}

struct Pair {
    _folder: tempfile::TempDir,
    path: PathBuf,
    main: Vec<u8>,
    wal: Vec<u8>,
}

/// A database whose log holds two more transactions: rows deleted and rows added.
fn with_log() -> Pair {
    let folder = tempfile::tempdir().unwrap();
    let live = folder.path().join("live.db");
    let writer = Connection::open(&live).unwrap();
    writer.execute_batch("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;").unwrap();
    writer.execute_batch(SCHEMA).unwrap();
    insert(&writer, &["HomeDomain", "AppDomain-com.old.app", "AppDomain-org.kept.app"]);
    writer.execute_batch("PRAGMA wal_checkpoint(TRUNCATE);").unwrap();
    writer.execute("DELETE FROM Files WHERE domain = 'AppDomain-com.old.app'", []).unwrap();
    insert(&writer, &["AppDomain-com.tencent.xin"]);
    // A copy beside nothing else, as an interrupted backup leaves it.
    let copy = folder.path().join("copy 100%#?");
    fs::create_dir(&copy).unwrap();
    let path = copy.join("Manifest.db");
    fs::copy(&live, &path).unwrap();
    let (main, wal) = (fs::read(&live).unwrap(), fs::read(folder.path().join("live.db-wal")).unwrap());
    Pair { _folder: folder, path, main, wal }
}

#[test]
fn a_log_beside_the_database_is_honoured_and_nothing_is_written() {
    let pair = with_log();
    let on_disk = Bytes { path: Some(&pair.path), ..memory(&pair.main) };
    assert_eq!(domains(on_disk).unwrap(), ["AppDomain-com.old.app", "AppDomain-org.kept.app"]);
    for path in [None, Some(pair.path.as_path())] {
        let with_wal = Bytes { wal: Some(leak(&pair.wal)), path, ..memory(&pair.main) };
        assert_eq!(domains(with_wal).unwrap(), ["AppDomain-com.tencent.xin", "AppDomain-org.kept.app"]);
        assert!(
            matches!(Database::open(with_wal, &Leash::unbounded()).unwrap().wal, WalUse::Applied { pages } if pages > 1)
        );
    }
    let beside: Vec<_> = fs::read_dir(pair.path.parent().unwrap()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(beside, ["Manifest.db"]);
    assert_eq!(fs::read(&pair.path).unwrap(), pair.main);
}

#[test]
fn a_cut_or_damaged_log_gives_the_state_of_a_commit_never_a_mixture() {
    let pair = with_log();
    let allowed: BTreeSet<Vec<String>> = [
        vec!["AppDomain-com.old.app", "AppDomain-org.kept.app"],
        vec!["AppDomain-org.kept.app"],
        vec!["AppDomain-com.tencent.xin", "AppDomain-org.kept.app"],
    ]
    .into_iter()
    .map(|v| v.into_iter().map(str::to_owned).collect())
    .collect();
    let mut met = BTreeSet::new();
    for cut in (0..pair.wal.len()).step_by(997) {
        let said = domains(Bytes { wal: Some(leak(&pair.wal[..cut])), ..memory(&pair.main) }).unwrap();
        assert!(allowed.contains(&said), "cut at {cut}: {said:?}");
        met.insert(said);
    }
    assert_eq!(met, allowed);
    let torn = Bytes { wal: Some(leak(&pair.wal[..pair.wal.len() - 1])), ..memory(&pair.main) };
    assert!(Database::open(torn, &Leash::unbounded()).unwrap().wal_flaw.is_some());
    let mut bad = pair.wal.clone();
    bad[40] ^= 1;
    let database = Database::open(Bytes { wal: Some(leak(&bad)), ..memory(&pair.main) }, &Leash::unbounded()).unwrap();
    assert!(matches!(database.wal, WalUse::Ignored(_)));
}

#[test]
fn what_is_no_database_is_told_apart() {
    let open = |bytes: &[u8]| Database::open(memory(bytes), &Leash::unbounded()).unwrap_err();
    assert!(matches!(open(b""), SqliteError::Empty));
    assert!(matches!(open(&[0; 4096]), SqliteError::NotADatabase(head) if head == [0; 16]));
    assert!(matches!(open(b"bplist00"), SqliteError::NotADatabase(head) if head == b"bplist00"));
    let mut header = MAGIC.to_vec();
    header.resize(100, 0xFF);
    assert!(matches!(domains(memory(&header)), Err(SqliteError::Damaged(_))));
    let leash = Leash::new(Limits { file_in_memory: 1000, ..Limits::default() }, Arc::default());
    let pair = with_log();
    assert!(matches!(Database::open(memory(&pair.main), &leash), Err(SqliteError::TooLarge(_))));
}

fn plain(schema: &str, names: &[String]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    let writer = Connection::open(&path).unwrap();
    writer.execute_batch(schema).unwrap();
    writer.execute_batch("BEGIN").unwrap();
    insert(&writer, &names.iter().map(String::as_str).collect::<Vec<_>>());
    writer.execute_batch("COMMIT").unwrap();
    drop(writer);
    fs::read(path).unwrap()
}

fn many() -> Vec<String> {
    (0..400).map(|n| format!("AppDomain-com.example.app{n:03}{}", "x".repeat(n % 90))).collect()
}

#[test]
fn a_missing_index_changes_the_speed_and_not_the_answer() {
    let names = many();
    let with_index = domains(memory(&plain(SCHEMA, &names))).unwrap();
    let without = SCHEMA.lines().next().unwrap();
    let mut found = domains(memory(&plain(without, &names))).unwrap();
    found.sort();
    assert!(with_index == names.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>());
    assert!(found == with_index);
}

#[test]
fn a_view_in_the_place_of_the_table_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    let writer = Connection::open(&path).unwrap();
    writer
        .execute_batch("CREATE VIEW Files AS WITH RECURSIVE r(domain) AS (SELECT 'AppDomain-a' UNION ALL SELECT domain || 'a' FROM r) SELECT domain FROM r;")
        .unwrap();
    drop(writer);
    assert!(matches!(domains(memory(&fs::read(path).unwrap())), Err(SqliteError::Damaged(_))));
}

#[test]
fn an_endless_query_ends_with_the_leash() {
    let cancel = Arc::new(AtomicBool::new(false));
    let leash = Leash::new(Limits::default(), cancel.clone());
    let database = Database::open(memory(&plain(SCHEMA, &[])), &leash).unwrap();
    cancel.store(true, Ordering::Relaxed);
    let endless = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r";
    let error = database.connection().query_row(endless, [], |r| r.get::<_, i64>(0)).unwrap_err();
    assert!(matches!(said(error, &leash), SqliteError::Stop(Stop::Cancelled)));
}

#[test]
fn the_evidence_cannot_be_written_through_the_connection() {
    let pair = with_log();
    let database = Database::open(Bytes { path: Some(&pair.path), ..memory(&pair.main) }, &Leash::unbounded()).unwrap();
    assert!(database.connection().execute("DELETE FROM Files", []).is_err());
    let database = Database::open(memory(&pair.main), &Leash::unbounded()).unwrap();
    assert!(database.connection().execute("DELETE FROM Files", []).is_err());
}

#[test]
fn texts_of_a_cut_database_are_carved_whole_or_not_at_all() {
    let names = many();
    let bytes = plain(SCHEMA, &names);
    let leash = Leash::unbounded();
    let carve = |bytes: &[u8]| {
        let mut found = BTreeSet::new();
        carve_text(leak(bytes), b"AppDomain-", &leash, &mut |t, _| {
            found.insert(t.to_owned());
        })
        .unwrap();
        found
    };
    let all: BTreeSet<String> = names.into_iter().collect();
    assert!(carve(&bytes) == all, "{:?}", carve(&bytes).symmetric_difference(&all).next());
    let cut = &bytes[..bytes.len() * 99 / 100];
    assert!(domains(memory(cut)).is_err());
    assert!(carve(cut).is_subset(&all) && carve(cut).len() > 350, "{}", carve(cut).len());
    assert!(carve(&bytes[..bytes.len() / 2]).is_subset(&all));
}

#[test]
fn flipped_bytes_never_panic_and_never_hang() {
    let mut bytes = plain(SCHEMA, &many()[..20]);
    for at in (0..bytes.len()).step_by(61) {
        bytes[at] ^= 0xFF;
        let _ = domains(memory(&bytes));
        bytes[at] ^= 0xFF;
    }
}

#[test]
fn the_real_manifest_gives_its_domains_whole_and_cut() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/corpus/ios/mvt-project+mvt/tests/artifacts/ios_backup/Manifest.db");
    let Ok(bytes) = fs::read(&path) else {
        eprintln!("skipped: no corpus beside the checkout");
        return;
    };
    let whole: BTreeSet<String> = domains(Bytes { path: Some(&path), ..memory(&bytes) }).unwrap().into_iter().collect();
    assert_eq!(domains(memory(&bytes)).unwrap().into_iter().collect::<BTreeSet<_>>(), whole);
    assert!(whole.contains("AppDomain-net.whatsapp.WhatsApp"));
    for percent in [99, 75, 50, 10] {
        let mut found = BTreeSet::new();
        carve_text(leak(&bytes[..bytes.len() * percent / 100]), b"AppDomain", &Leash::unbounded(), &mut |t, _| {
            found.insert(t.to_owned());
        })
        .unwrap();
        eprintln!("{percent} %: {} of {} domains carved", found.len(), whole.len());
        assert!(found.is_subset(&whole), "{:?}", found.difference(&whole).next());
    }
}
