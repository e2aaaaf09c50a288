//! Formats by their magic numbers.

use super::{Foreign, Probe};

/// Compound files of older office programs, and of Thumbs.db.
pub(super) const OLE: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

const UNPACK: &str = "unpack it and scan the folder";
const IMAGE: &str = "mount it read-only, or copy its files out, and scan the folder";
const DECRYPT: &str = "decrypt it and scan the result; until then the device it belongs to stays inconclusive";
const SHEET: &str = "save the sheet as CSV (UTF-8) and scan that";
const PACKAGE: &str = "a package by itself says nothing about a device; ask `tidewaiter identify` what it is";

/// Offset, bytes, what they mean. The first hit counts.
const TABLE: &[(usize, &[u8], Foreign)] = &[
    (257, b"ustar", Foreign::unsupported("tar", "a tar archive", UNPACK)),
    (
        0,
        b"ANDROID BACKUP\n",
        Foreign::unsupported(
            "android-backup",
            "an adb backup (.ab)",
            "use another kind of evidence of this device: this version does not read adb backups",
        ),
    ),
    (
        0,
        b"MIUI BACKUP\n",
        Foreign::unsupported(
            "miui-backup",
            "a Xiaomi backup",
            "use another kind of evidence of this device: this version does not read it",
        ),
    ),
    (0, b"7z\xbc\xaf\x27\x1c", Foreign::unsupported("7z", "a 7-Zip archive", UNPACK)),
    (0, b"Rar!\x1a\x07", Foreign::unsupported("rar", "a RAR archive", UNPACK)),
    (0, b"\xfd7zXZ\0", Foreign::unsupported("xz", "an xz file", UNPACK)),
    (0, b"\x28\xb5\x2f\xfd", Foreign::unsupported("zstd", "a Zstandard file", UNPACK)),
    (0, b"BZh", Foreign::unsupported("bzip2", "a bzip2 file", UNPACK)),
    (0, b"\x04\x22\x4d\x18", Foreign::unsupported("lz4", "an LZ4 file", UNPACK)),
    (0, b"MSCF\0\0\0\0", Foreign::unsupported("cab", "a Windows cabinet", UNPACK)),
    (0, b"age-encryption.org/v1", Foreign::unsupported("age", "a file encrypted with age", DECRYPT)),
    (0, b"-----BEGIN AGE ENCRYPTED FILE", Foreign::unsupported("age", "a file encrypted with age", DECRYPT)),
    (0, b"-----BEGIN PGP MESSAGE", Foreign::unsupported("pgp", "a file encrypted with PGP", DECRYPT)),
    (0, b"LUKS\xba\xbe", Foreign::unsupported("luks", "an encrypted disk image (LUKS)", DECRYPT)),
    (0, b"encrcdsa", Foreign::unsupported("dmg", "an encrypted disk image (dmg)", DECRYPT)),
    (0, b"EVF\x09\x0d\x0a\xff\0", Foreign::unsupported("ewf", "an EnCase image (E01)", IMAGE)),
    (0, b"EVF2\x0d\x0a\x81\0", Foreign::unsupported("ewf", "an EnCase image (Ex01)", IMAGE)),
    (0, b"\x3a\xff\x26\xed", Foreign::unsupported("sparse-image", "an Android sparse image", IMAGE)),
    (1_024, b"\xe2\xe1\xf5\xe0", Foreign::unsupported("erofs", "an EROFS image", IMAGE)),
    (1_024, b"\x10\x20\xf5\xf2", Foreign::unsupported("f2fs", "an F2FS image", IMAGE)),
    (1_080, b"\x53\xef", Foreign::unsupported("ext4", "an ext4 image", IMAGE)),
    (4_096, b"\x67\x44\x6c\x61", Foreign::unsupported("super-image", "an Android super image", IMAGE)),
    (32, b"NXSB", Foreign::unsupported("apfs", "an APFS image", IMAGE)),
    (0, b"QFI\xfb", Foreign::unsupported("qcow", "a virtual disk (qcow2)", IMAGE)),
    (0, OLE, Foreign::unsupported("spreadsheet", "an old Office file (xls, doc)", SHEET)),
    (0, b"PAR1", Foreign::unsupported("parquet", "a Parquet file", "export it as CSV or NDJSON and scan that")),
    (0, b"SQLite format 3\0", Foreign::structured("sqlite", "a database")),
    (0, b"bplist0", Foreign::structured("plist", "a binary property list")),
    (0, b"ABX\0", Foreign::structured("abx", "an Android binary XML file")),
    (0, b"mbdb", Foreign::structured("mbdb", "the index of an old iOS backup")),
    (
        0,
        b"\x37\x7f\x06\x82",
        Foreign::structured("sqlite-wal", "the write-ahead log of a database without its database"),
    ),
    (
        0,
        b"\x37\x7f\x06\x83",
        Foreign::structured("sqlite-wal", "the write-ahead log of a database without its database"),
    ),
    (0, b"%PDF-", Foreign::note("document", "a PDF document")),
    (0, b"{\\rtf", Foreign::note("document", "an RTF document")),
    (0, b"\x89PNG\r\n\x1a\n", Foreign::note("media", "an image")),
    (0, b"\xff\xd8\xff", Foreign::note("media", "an image")),
    (0, b"GIF8", Foreign::note("media", "an image")),
    (8, b"WEBP", Foreign::note("media", "an image")),
    (0, b"II*\0", Foreign::note("media", "an image")),
    (0, b"MM\0*", Foreign::note("media", "an image")),
    (4, b"ftyp", Foreign::note("media", "an image or video")),
    (0, b"ID3", Foreign::note("media", "a sound recording")),
    (0, b"OggS", Foreign::note("media", "a sound recording")),
    (8, b"WAVE", Foreign::note("media", "a sound recording")),
    (0, b"MZ\x90\0", Foreign::note("program", "a program")),
    (0, b"\x7fELF", Foreign::note("program", "a program")),
    (0, b"\xcf\xfa\xed\xfe", Foreign::note("program", "a program")),
    (0, b"\xca\xfe\xba\xbe", Foreign::note("program", "a program")),
];

pub(super) fn magic(probe: &Probe<'_>) -> Option<Foreign> {
    let hit = |(at, bytes, _): &&(usize, &[u8], Foreign)| probe.head.get(*at..).is_some_and(|h| h.starts_with(bytes));
    TABLE.iter().find(hit).map(|(_, _, foreign)| *foreign)
}

/// Zip archives that are something else: packages, spreadsheets, reader reports.
pub(super) fn package(probe: &Probe<'_>) -> Option<Foreign> {
    const APK: Foreign = Foreign::unsupported("android-package", "an Android package", PACKAGE).first();
    const IPA: Foreign = Foreign::unsupported("ios-package", "an iOS package", PACKAGE).first();
    const UFDR: Foreign =
        Foreign::unsupported("ufdr", "a Cellebrite report (UFDR)", "scan the extraction it was made from").first();
    const OFFICE: Foreign = Foreign::unsupported("spreadsheet", "an Office file (xlsx, ods, docx)", SHEET).first();
    if !probe.head.starts_with(b"PK\x03\x04") {
        return None;
    }
    let ends = |endings: &[&str]| endings.iter().any(|e| probe.has_extension(e));
    if ends(&["apk", "apks", "apkm", "xapk", "aab"]) {
        return Some(APK);
    }
    if ends(&["ipa"]) {
        return Some(IPA);
    }
    if ends(&["ufdr"]) {
        return Some(UFDR);
    }
    members(probe.head).find_map(|name| match name {
        b"AndroidManifest.xml" | b"META-INF/com/android/build/gradle/app-metadata.properties" => Some(APK),
        b"[Content_Types].xml" => Some(OFFICE),
        // The first member of an OpenDocument file is named so and stored.
        b"mimetype" => Some(OFFICE),
        _ if name.starts_with(b"Payload/") && name.windows(5).any(|w| w == b".app/") => Some(IPA),
        _ => None,
    })
}

/// Names of the members at the front of an archive, as far as their headers
/// tell where the next one is.
fn members(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    let u16_at = |b: &[u8], at: usize| b.get(at..at + 2).map_or(0, |b| usize::from(b[0]) | usize::from(b[1]) << 8);
    let mut at = Some(0usize);
    std::iter::from_fn(move || {
        let header = head.get(at?..)?;
        if !header.starts_with(b"PK\x03\x04") || header.len() < 30 {
            return None;
        }
        let (flags, names, extras) = (u16_at(header, 6), u16_at(header, 26), u16_at(header, 28));
        let packed = u16_at(header, 18) | u16_at(header, 20) << 16;
        let known = flags & 8 == 0 || packed > 0;
        at = at?.checked_add(30 + names + extras)?.checked_add(packed).filter(|_| known);
        header.get(30..30 + names)
    })
}
