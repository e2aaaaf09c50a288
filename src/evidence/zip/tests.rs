//! Archives as tools write them, and as nobody should.

use std::io::{Cursor, Write as _};
use std::sync::Arc;

use ::zip::CompressionMethod;
use ::zip::write::{SimpleFileOptions, ZipWriter};

use crate::evidence::testing::*;
use crate::evidence::*;
use crate::limits::Limits;

fn noise(len: usize) -> Vec<u8> {
    let mut x = 7u32;
    std::iter::repeat_with(|| {
        x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (x >> 24) as u8 & 63
    })
    .take(len)
    .collect()
}

/// An archive byte by byte, for what no writer writes.
#[derive(Default)]
struct Raw {
    bytes: Vec<u8>,
    directory: Vec<u8>,
    count: u16,
    host: u8,
    mode: u32,
    flags: u16,
    method: u16,
}

impl Raw {
    fn add(&mut self, name: &[u8], data: &[u8]) -> &mut Self {
        let mut crc = flate2::Crc::new();
        crc.update(data);
        let offset = self.bytes.len() as u32;
        let mut fields = Vec::new();
        fields.extend_from_slice(&self.flags.to_le_bytes());
        fields.extend_from_slice(&self.method.to_le_bytes());
        fields.extend_from_slice(&[0; 4]);
        fields.extend_from_slice(&crc.sum().to_le_bytes());
        fields.extend_from_slice(&(data.len() as u32).to_le_bytes());
        fields.extend_from_slice(&(data.len() as u32).to_le_bytes());
        fields.extend_from_slice(&(name.len() as u16).to_le_bytes());
        fields.extend_from_slice(&[0; 2]);
        self.bytes.extend_from_slice(b"PK\x03\x04\x14\0");
        self.bytes.extend_from_slice(&fields);
        self.bytes.extend_from_slice(name);
        self.bytes.extend_from_slice(data);
        self.directory.extend_from_slice(&[b'P', b'K', 1, 2, 20, self.host, 20, 0]);
        self.directory.extend_from_slice(&fields);
        self.directory.extend_from_slice(&[0; 6]);
        self.directory.extend_from_slice(&self.mode.to_le_bytes());
        self.directory.extend_from_slice(&offset.to_le_bytes());
        self.directory.extend_from_slice(name);
        self.count += 1;
        self
    }

    fn end(&self, comment: &[u8]) -> Vec<u8> {
        let mut out = [self.bytes.as_slice(), &self.directory].concat();
        out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
        out.extend_from_slice(&self.count.to_le_bytes());
        out.extend_from_slice(&self.count.to_le_bytes());
        out.extend_from_slice(&(self.directory.len() as u32).to_le_bytes());
        out.extend_from_slice(&(self.bytes.len() as u32).to_le_bytes());
        out.extend_from_slice(&(comment.len() as u16).to_le_bytes());
        out.extend_from_slice(comment);
        out
    }
}

fn raw(members: &[(&str, &[u8])]) -> Raw {
    let mut raw = Raw::default();
    members.iter().for_each(|(name, data)| {
        raw.add(name.as_bytes(), data);
    });
    raw
}

fn loose(bytes: Vec<u8>) -> Vec<String> {
    let (heard, _) = walk_zip(bytes);
    assert!(heard.trouble.is_empty(), "{:?}", heard.trouble);
    heard.loose_paths()
}

#[test]
fn names_of_every_habit_become_paths() {
    let names = ["/private/a.csv", "./b.csv", "d\\e\\f.csv", "../up.csv", "x//y/./z.csv", "dir/", "win\\dir\\"];
    let mut archive = Raw::default();
    for name in names {
        archive.add(name.as_bytes(), b"");
    }
    archive.add(b"caf\x82/\xff.csv", b"");
    let (heard, walked) = walk_zip(archive.end(b""));
    assert_eq!(walked.entries, 8);
    assert_eq!(
        heard.loose_paths(),
        ["../up.csv", "b.csv", "caf\u{fffd}/\u{fffd}.csv", "d/e/f.csv", "private/a.csv", "x/y/z.csv"]
    );
    assert!(heard.loose.iter().any(|f| &*f.path == b"caf\x82/\xff.csv"));
}

#[test]
fn a_root_is_found_through_backslashes_and_leading_slashes() {
    let archive = raw(&[("\\case\\UDID\\Info.plist", b"i"), ("/case/UDID/Manifest.db", b"m")]);
    let (heard, _) = walk_zip(archive.end(b""));
    assert_eq!(heard.summary(), ["ios-backup [case/UDID] 0=case/UDID/Info.plist 1=case/UDID/Manifest.db"]);
}

#[test]
fn links_in_an_archive_are_not_files() {
    let mut archive = raw(&[("a.csv", b"rows")]);
    (archive.host, archive.mode) = (3, 0o120_777 << 16);
    archive.add(b"packages.csv", b"../../etc/passwd");
    let (heard, walked) = walk_zip(archive.end(b""));
    assert_eq!((heard.loose_paths(), walked.skipped), (vec!["a.csv".to_owned()], 1));
}

#[test]
fn zip64_descriptors_comments_and_many_entries_read_like_the_rest() {
    let mut zip = ZipWriter::new_stream(Vec::new());
    let deflated = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    zip.start_file("streamed.csv", deflated).unwrap();
    zip.write_all(&noise(3_000_000)).unwrap();
    zip.start_file("wide.csv", deflated.large_file(true)).unwrap();
    zip.write_all(b"wide").unwrap();
    for n in 0..70_000 {
        zip.add_directory(format!("d{n}/"), SimpleFileOptions::default()).unwrap();
    }
    zip.set_comment("a comment with PK\x05\x06 in it, which is no end record at all").unwrap();
    let bytes = zip.finish().unwrap().into_inner();
    let (heard, walked) = walk_zip(bytes);
    assert!(heard.trouble.is_empty(), "{:?}", heard.trouble);
    assert_eq!(walked.entries, 70_002);
    assert!(heard.bytes("streamed.csv").unwrap() == noise(3_000_000));
    assert_eq!(heard.bytes("wide.csv").unwrap(), b"wide");
}

#[test]
fn stored_members_are_windows_and_large_ones_stream() {
    let files: Vec<(String, Vec<u8>)> =
        vec![("deflated.bin".into(), noise(5_000_000)), ("stored.bin".into(), noise(2_000_000))];
    let (heard, _) = walk_zip(zip_tree(&files));
    let leash = Leash::unbounded();
    for file in &heard.loose {
        let want = &files.iter().find(|(p, _)| p.as_bytes() == &*file.path).unwrap().1;
        let blob = file.member.open(&leash).unwrap();
        assert_eq!(blob.exact_len(), Some(want.len() as u64));
        assert!(blob.bytes().is_none(), "no copy in memory");
        assert!(read(file).unwrap() == *want);
        // By position, forwards and backwards, as a database or a nested archive is read.
        let mut buf = [0; 100];
        for at in [1_900_000, 70_000, 0, 1_999_950] {
            let n = blob.read_full_at(&mut buf, at as u64).unwrap();
            assert_eq!(buf[..n], want[at..(at + 100).min(want.len())]);
        }
    }
}

#[test]
fn an_archive_in_an_archive_opens_stored_or_deflated() {
    let inner = zip_tree(&tree(&["UDID/Info.plist", "UDID/Manifest.db"]));
    let large = [inner.clone(), Vec::new()].concat();
    let padding = ("pad.bin".to_owned(), noise(2_000_000));
    let outer = zip_tree(&[("deflated.zip".into(), inner), padding, ("d2.zip".into(), large)]);
    let (heard, _) = walk_zip(outer);
    for name in ["deflated.zip", "d2.zip"] {
        let file = heard.loose.iter().find(|f| f.name() == name.as_bytes()).unwrap();
        let leash = Leash::unbounded();
        let blob = file.member.open(&leash).unwrap();
        let head = head_of(blob.as_ref()).unwrap();
        let container = container_for(&Probe { head: &head, size: blob.len(), name: b"x" }).unwrap();
        assert_eq!(container.id(), "zip");
        let Ok(Opened::Tree(tree)) = container.open(blob, &leash) else { panic!("a tree") };
        assert_eq!(walk(tree.as_ref()).0.summary(), ["ios-backup [UDID] 0=UDID/Info.plist 1=UDID/Manifest.db"]);
    }
}

/// The first promise of this floor: what is not whole never looks whole.
#[test]
fn no_prefix_of_an_archive_looks_whole() {
    let files = tree(&["UDID/Info.plist", "UDID/Manifest.db", "a/rows.csv", "b.json", "c/d/e.csv"]);
    let mut streamed = ZipWriter::new_stream(Vec::new());
    for (n, (path, bytes)) in files.iter().enumerate() {
        let method = if n % 2 == 0 { CompressionMethod::Deflated } else { CompressionMethod::Stored };
        streamed.start_file(path.as_str(), SimpleFileOptions::default().compression_method(method)).unwrap();
        streamed.write_all(bytes).unwrap();
    }
    streamed.set_comment("the end").unwrap();
    for whole in [zip_tree(&files), streamed.finish().unwrap().into_inner()] {
        let full = walk_zip(whole.clone()).0.summary();
        let mut most = 0;
        for cut in 0..whole.len() {
            let Ok(tree) = open_zip(whole[..cut].to_vec()) else { continue };
            let (heard, _) = walk(tree.as_ref());
            assert!(!heard.trouble.is_empty(), "{cut} of {} looks whole", whole.len());
            assert!(heard.trouble[0].1.to_string().contains("cut off"), "{}", heard.trouble[0].1);
            let files = heard.roots.iter().flat_map(|r| r.files.iter().map(|(_, f)| f)).chain(&heard.loose);
            for file in files {
                let path = text(&file.path);
                assert!(full.iter().any(|line| line.contains(&path)), "{path} is not in the whole");
                if let Ok(bytes) = read(file) {
                    assert_eq!(text(&bytes), path, "at {cut}");
                    most += 1;
                }
            }
        }
        assert!(most > 100, "recovery found next to nothing");
    }
}

#[test]
fn a_member_that_is_cut_off_gives_its_rows_and_then_an_error() {
    let rows = noise(400_000);
    for method in [CompressionMethod::Deflated, CompressionMethod::Stored] {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("rows.csv", SimpleFileOptions::default().compression_method(method)).unwrap();
        zip.write_all(&rows).unwrap();
        let whole = zip.finish().unwrap().into_inner();
        let (heard, _) = walk_zip(whole[..whole.len() / 2].to_vec());
        let leash = Leash::unbounded();
        let mut reader = BlobReader::new(heard.loose[0].member.open(&leash).unwrap(), &leash);
        let mut got = Vec::new();
        let error = std::io::Read::read_to_end(&mut reader, &mut got).unwrap_err();
        assert!(matches!(EvidenceError::from(error), EvidenceError::Damaged(_)));
        assert!(got.len() > 100_000 && rows.starts_with(&got), "{}", got.len());
    }
}

#[test]
fn a_broken_directory_is_replaced_by_the_headers() {
    let mut bytes = zip_tree(&tree(&["a.csv", "b.csv", "c.csv"]));
    let record = bytes.windows(6).rposition(|w| w == b"PK\x01\x02\x2e\x03" || w.starts_with(b"PK\x01\x02")).unwrap();
    bytes[record] = b'X';
    let (heard, walked) = walk_zip(bytes);
    assert_eq!((heard.loose_paths().len(), walked.entries), (3, 3));
    assert!(heard.trouble[0].1.to_string().contains("damaged after 2 entries"), "{}", heard.trouble[0].1);
}

#[test]
fn what_stands_before_an_archive_is_allowed_unless_it_is_an_archive() {
    let archive = raw(&[("a.csv", b"rows")]).end(b"");
    let program = [b"MZ program".as_slice(), &archive].concat();
    let (heard, _) = walk_zip(program.clone());
    assert!(heard.trouble.is_empty());
    assert_eq!(heard.bytes("a.csv").unwrap(), b"rows");
    let probe = Probe { head: &program, size: program.len() as u64, name: b"setup.exe" };
    assert_eq!(container_for(&probe).unwrap().id(), "zip");

    let (heard, _) = walk_zip([raw(&[("hidden.csv", b"x")]).end(b""), archive.clone()].concat());
    assert_eq!(heard.loose_paths(), ["a.csv"]);
    assert!(heard.trouble[0].1.to_string().contains("another archive"), "{}", heard.trouble[0].1);
    let (heard, _) = walk_zip([archive.clone(), Raw::default().end(b"")].concat());
    assert!(heard.trouble[0].1.to_string().contains("another archive"), "{}", heard.trouble[0].1);
    let (heard, _) = walk_zip([archive.clone(), vec![0; 512]].concat());
    assert!(heard.trouble.is_empty() && heard.loose.len() == 1);
    let (heard, _) = walk_zip([archive, b"rest".to_vec()].concat());
    assert!(heard.trouble[0].1.to_string().contains("after the end"), "{}", heard.trouble[0].1);
}

#[test]
fn an_end_record_hidden_in_the_comment_of_another_is_noticed() {
    let shown = raw(&[("shown.csv", b"x")]);
    let inner = raw(&[("other.csv", b"y")]).end(b"");
    let (heard, _) = walk_zip(shown.end(&inner));
    assert!(!heard.trouble.is_empty());
    assert!(loose(Raw::default().end(b"")).is_empty());
}

/// Where the directory of a raw archive does not list its members any more.
fn without(archive: &mut Raw, from: usize, to: usize) {
    archive.directory.drain(from..to);
    archive.count -= 1;
}

#[test]
fn a_member_that_the_directory_leaves_out_is_noticed_wherever_it_lies() {
    let names = ["d/system/packages.xml", "d/system/packages.list", "d/x/c.csv"];
    let len = |name: &str| 46 + name.len();
    for gone in 0..names.len() {
        let mut archive = raw(&[(names[0], b"1"), (names[1], b""), (names[2], b"33")]);
        let from: usize = names[..gone].iter().map(|n| len(n)).sum();
        without(&mut archive, from, from + len(names[gone]));
        let (heard, walked) = walk_zip(archive.end(b""));
        assert_eq!(walked.entries, 2);
        assert_eq!(heard.trouble.len(), 1, "{}: {:?}", names[gone], heard.trouble);
        assert!(heard.trouble[0].1.to_string().contains("does not list"), "{}", heard.trouble[0].1);
        assert!(heard.roots.iter().all(|r| r.incomplete));
    }
    // The same where the directory has an order of its own.
    let mut archive = raw(&[("a", b"1"), ("b", b"2"), ("c", b"3"), ("d", b"4")]);
    let [a, b, c, d] = [0, 1, 2, 3].map(|n| archive.directory[n * 47..][..47].to_vec());
    archive.directory = [d.clone(), b.clone(), a.clone(), c].concat();
    assert_eq!(loose(archive.end(b"")), ["a", "b", "c", "d"]);
    (archive.directory, archive.count) = ([d, b, a].concat(), 3);
    assert_eq!(walk_zip(archive.end(b"")).0.trouble.len(), 1);
}

#[test]
fn members_behind_the_directory_or_in_the_comment_are_noticed() {
    let hidden = raw(&[("hidden.csv", b"x")]).bytes;
    let shown = raw(&[("a.csv", b"rows")]);
    let whole = shown.end(b"");
    let end = whole.len() - 22;
    let (heard, _) = walk_zip([&whole[..end], &hidden, &whole[end..]].concat());
    assert!(heard.trouble[0].1.to_string().contains("behind the directory"), "{:?}", heard.trouble);
    let (heard, _) = walk_zip(shown.end(&hidden));
    assert!(heard.trouble[0].1.to_string().contains("comment"), "{:?}", heard.trouble);
    assert!(loose([&whole[..end], b"PK\x05\x05\x02\0ab", &whole[end..]].concat()) == ["a.csv"], "a signature");
}

#[test]
fn padding_descriptors_and_package_signatures_hide_nothing() {
    let gap = |bytes: &[u8]| {
        let mut archive = raw(&[("a.csv", b"1")]);
        archive.bytes.extend_from_slice(bytes);
        archive.add(b"b.csv", b"2");
        archive
    };
    assert_eq!(loose(gap(&[0; 5000]).end(b"")), ["a.csv", "b.csv"]);
    for rest in [[vec![0; 5000], b"PK\x03\x04".to_vec()].concat(), vec![7; 31]] {
        assert_eq!(walk_zip(gap(&rest).end(b"")).0.trouble.len(), 1);
    }
    // An extra field of the local header alone, as alignment makes it.
    let mut archive = raw(&[("a.csv", b"1")]);
    archive.bytes[28..30].copy_from_slice(&4000_u16.to_le_bytes());
    let at = archive.bytes.len() - 1;
    archive.bytes.splice(at..at, std::iter::repeat_n(0, 4000));
    archive.add(b"b.csv", b"2");
    assert_eq!(loose(archive.end(b"")), ["a.csv", "b.csv"]);
    // The block of signatures before the directory.
    let mut archive = raw(&[("a.csv", b"1")]);
    let mut block = 4_088_u64.to_le_bytes().to_vec();
    block.extend(noise(4_088 - 24));
    block.extend(4_088_u64.to_le_bytes());
    block.extend(b"APK Sig Block 42");
    archive.bytes.extend([vec![0; 100], block].concat());
    assert_eq!(loose(archive.end(b"")), ["a.csv"]);
    let at = archive.bytes.len() - 1;
    archive.bytes[at] = b'3';
    assert_eq!(walk_zip(archive.end(b"")).0.trouble.len(), 1);
}

#[test]
fn encrypted_and_unknown_members_say_what_they_are() {
    let mut archive = Raw { flags: 1, ..Raw::default() };
    archive.add(b"a.csv", b"secret");
    (archive.flags, archive.method) = (1, 99);
    archive.add(b"b.csv", b"secret");
    (archive.flags, archive.method) = (0, 9);
    archive.add(b"c.csv", b"data");
    let (heard, _) = walk_zip(archive.end(b""));
    assert!(matches!(heard.bytes("a.csv"), Err(EvidenceError::Encrypted("zip, traditional PKWARE encryption"))));
    assert!(matches!(heard.bytes("b.csv"), Err(EvidenceError::Encrypted("zip, AES"))));
    assert!(matches!(heard.bytes("c.csv"), Err(EvidenceError::Unsupported(m)) if m.contains("Deflate64")));
}

#[test]
fn a_changed_byte_is_damage_in_stored_and_deflated_members_of_any_size() {
    for (size, method) in [(5_000, 8), (3_000_000, 8), (5_000, 0), (3_000_000, 0)] {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let method = if method == 8 { CompressionMethod::Deflated } else { CompressionMethod::Stored };
        zip.start_file("x", SimpleFileOptions::default().compression_method(method)).unwrap();
        zip.write_all(&noise(size)).unwrap();
        let mut bytes = zip.finish().unwrap().into_inner();
        let (heard, _) = walk_zip(bytes.clone());
        assert!(heard.bytes("x").unwrap() == noise(size));
        let middle = bytes.len() / 2;
        bytes[middle] ^= 4;
        let (heard, _) = walk_zip(bytes);
        assert!(matches!(heard.bytes("x"), Err(EvidenceError::Damaged(_))), "{size} {method:?}");
    }
}

#[test]
fn doubles_are_read_once_if_equal_and_prove_nothing_if_not() {
    let archive = raw(&[
        ("d/system/packages.xml", b"clean"),
        ("d/system/packages.xml", b"other"),
        ("d/system/packages.list", b"same"),
        ("d/system/packages.list", b"same"),
        ("a.csv", b"one"),
        ("a.csv", b"two"),
        ("b.csv", b"one"),
        ("b.csv", b"one"),
    ]);
    let (heard, _) = walk_zip(archive.end(b""));
    assert_eq!(
        heard.summary(),
        ["android-file-system [d] 7=d/system/packages.list", "loose a.csv", "loose a.csv", "loose b.csv"]
    );
    assert!(heard.roots[0].trouble[0].1.to_string().contains("two different members"));
    assert_eq!(heard.trouble[0].0, "a.csv");
}

#[test]
fn a_bomb_stops_at_the_ratio() {
    let archive = zip_tree(&[("zeros.csv".into(), vec![0; 40 << 20])]);
    let (heard, _) = walk_zip(archive);
    let limits = Limits { ratio: 100, ..Limits::default() };
    let leash = Leash::new(limits, Arc::default());
    let blob = heard.loose[0].member.open(&leash).unwrap();
    let error = std::io::copy(&mut BlobReader::new(blob, &leash), &mut std::io::sink()).unwrap_err();
    assert!(matches!(EvidenceError::from(error), EvidenceError::Ratio(100)));
    // Overlapping members cost bytes like others: the item's limit holds.
    let limits = Limits { item_bytes: 8 << 20, ..Limits::default() };
    let leash = Leash::new(limits, Arc::default());
    let blob = heard.loose[0].member.open(&leash).unwrap();
    let error = std::io::copy(&mut BlobReader::new(blob, &leash), &mut std::io::sink()).unwrap_err();
    assert!(matches!(EvidenceError::from(error), EvidenceError::Stop(Stop::Bytes)));
}

#[test]
fn an_archive_of_half_a_million_names_stops_at_the_limit_on_entries() {
    let (archive, limits) =
        (raw(&[("a", b""), ("b", b""), ("c", b"")]).end(b""), Limits { entries: 2, ..Limits::default() });
    let tree = open_zip(archive).unwrap();
    let stopped = tree.walk(&Claims::new(CLAIMS), &mut Heard::default(), &Leash::new(limits, Arc::default()));
    assert!(matches!(stopped, Err(EvidenceError::Stop(Stop::Entries))));
}

#[test]
fn a_split_archive_asks_for_its_parts() {
    let mut bytes = raw(&[("a", b"")]).end(b"");
    let end = bytes.len() - 22;
    bytes[end + 4] = 2;
    assert!(matches!(open_zip(bytes), Err(EvidenceError::Unsupported(m)) if m.contains("join the parts")));
}

#[test]
fn damage_anywhere_never_panics_and_never_invents_a_checksum() {
    let whole = zip_tree(&tree(&["UDID/Info.plist", "UDID/Manifest.db", "rows.csv"]));
    let mut x = 1u64;
    let mut next = || {
        x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (x >> 33) as usize
    };
    for _ in 0..3_000 {
        let mut bytes = whole.clone();
        for _ in 0..1 + next() % 4 {
            let at = next() % bytes.len();
            bytes[at] = [0, 0xff, 1, 0x50, next() as u8][next() % 5];
        }
        let Ok(tree) = open_zip(bytes) else { continue };
        let mut heard = Heard::default();
        if tree.walk(&Claims::new(CLAIMS), &mut heard, &Leash::unbounded()).is_err() {
            continue;
        }
        for file in heard.roots.iter().flat_map(|r| r.files.iter().map(|(_, f)| f)).chain(&heard.loose) {
            if let Ok(bytes) = read(file) {
                assert!(["UDID/Info.plist", "UDID/Manifest.db", "rows.csv", ""].contains(&text(&bytes).as_str()));
            }
        }
    }
}

#[test]
fn the_modification_time_needs_a_zone() {
    let extra = [b"UT\x05\x00\x01".as_slice(), &1_700_000_000u32.to_le_bytes()].concat();
    let mut archive = raw(&[("a", b"")]);
    let at = archive.directory.len() - 1 - 46;
    archive.directory[at + 30] = extra.len() as u8;
    archive.directory.extend_from_slice(&extra);
    archive.add(b"b", b"");
    let (heard, _) = walk_zip(archive.end(b""));
    let mtime = |name: &str| heard.loose.iter().find(|f| f.name() == name.as_bytes()).unwrap().mtime;
    assert_eq!((mtime("a"), mtime("b")), (Some(1_700_000_000), None));
}

/// Opens everything in everything, as a scan does.
fn dive(tree: &dyn Tree, depth: u32, leash: &Leash, errors: &mut Vec<EvidenceError>) -> u32 {
    let mut heard = Heard::default();
    if let Err(e) = tree.walk(&Claims::new(CLAIMS), &mut heard, leash) {
        errors.push(e);
    }
    let mut deepest = depth;
    for file in &heard.loose {
        let Ok(blob) = file.member.open(leash) else { continue };
        let head = head_of(blob.as_ref()).unwrap_or_default();
        let probe = Probe { head: &head, size: blob.len(), name: file.name() };
        let Some(container) = container_for(&probe) else { continue };
        match open_nested(container, blob, depth, leash) {
            Ok(Opened::Tree(tree)) => deepest = deepest.max(dive(tree.as_ref(), depth + 1, leash, errors)),
            Ok(Opened::Bytes(_)) => {}
            Err(e) => errors.push(e),
        }
    }
    deepest
}

#[test]
fn nesting_ends_at_the_limit_however_an_archive_is_folded() {
    let mut nested = zip_tree(&tree(&["bottom.csv"]));
    for _ in 0..12 {
        nested = zip_tree(&[("again.zip".into(), nested)]);
    }
    let (leash, mut errors) = (Leash::unbounded(), Vec::new());
    assert_eq!(dive(open_zip(nested).unwrap().as_ref(), 1, &leash, &mut errors), 8);
    assert!(matches!(errors[..], [EvidenceError::Depth(8)]), "{errors:?}");

    // An archive that holds itself: the member points back at the whole file.
    let mut quine = raw(&[("self.zip", b"")]);
    let whole = quine.end(b"").len() as u32;
    for field in [20, 24] {
        quine.directory[field..field + 4].copy_from_slice(&whole.to_le_bytes());
    }
    let mut errors = Vec::new();
    assert!(dive(open_zip(quine.end(b"")).unwrap().as_ref(), 1, &leash, &mut errors) <= 8);

    // Ten of ten of ten: entries are counted over the whole item.
    let mut wide = zip_tree(&tree(&["x"]));
    for _ in 0..6 {
        wide = zip_tree(&(0..10).map(|n| (format!("{n}.zip"), wide.clone())).collect::<Vec<_>>());
    }
    let leash = Leash::new(Limits { entries: 5_000, ..Limits::default() }, Arc::default());
    let mut errors = Vec::new();
    dive(open_zip(wide).unwrap().as_ref(), 1, &leash, &mut errors);
    assert!(errors.iter().any(|e| matches!(e, EvidenceError::Stop(Stop::Entries))));
}
