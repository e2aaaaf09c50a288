//! Folders, and folders against archives.

use std::path::Path;

use proptest::prelude::*;

use crate::evidence::testing::*;
use crate::evidence::*;

/// The same tree as a folder and as an archive; they must agree.
fn both(paths: &[&str]) -> Heard {
    let files = tree(paths);
    let top = tempfile::tempdir().unwrap();
    write_tree(top.path(), &files);
    let (folder, _) = walk_folder(top.path());
    let (zip, _) = walk_zip(zip_tree(&files));
    assert_eq!(folder.summary(), zip.summary());
    assert!(folder.trouble.is_empty() && zip.trouble.is_empty(), "{:?} {:?}", folder.trouble, zip.trouble);
    for heard in [&folder, &zip] {
        let files = heard.roots.iter().flat_map(|r| r.files.iter().map(|(_, f)| f)).chain(&heard.loose);
        for file in files.filter(|f| !f.path.ends_with(b"/")) {
            assert_eq!(text(&read(file).unwrap()), text(&file.path));
        }
    }
    folder
}

#[test]
fn devices_are_found_at_any_depth_with_what_is_claimed() {
    let heard = both(&[
        "2024/Office 12/UDID1/Info.plist",
        "2024/Office 12/UDID1/Manifest.db",
        "2024/Office 12/UDID1/Manifest.db-wal",
        "2024/Office 12/UDID1/0a/0a0000000000000000000000000000000000beef",
        "2024/Office 12/UDID1/Snapshot/Manifest.plist",
        "2024/Office 12/UDID1/Snapshot/Status.plist",
        "2024/pixel/data/system/packages.xml",
        "2024/pixel/data/system/users/0/package-restrictions.xml",
        "2024/pixel/data/system/users/10/package-restrictions.xml",
        "2024/pixel/data/app/x/base.apk",
        "2024/intune.csv",
    ]);
    assert_eq!(
        heard.summary(),
        [
            "android-file-system [2024/pixel/data] 6=2024/pixel/data/system/packages.xml \
             15=2024/pixel/data/system/users/0/ 8=2024/pixel/data/system/users/0/package-restrictions.xml \
             15=2024/pixel/data/system/users/10/ 8=2024/pixel/data/system/users/10/package-restrictions.xml",
            "ios-backup [2024/Office 12/UDID1] 0=2024/Office 12/UDID1/Info.plist 1=2024/Office 12/UDID1/Manifest.db \
             2=2024/Office 12/UDID1/Snapshot/Manifest.plist",
            "loose 2024/intune.csv",
        ]
    );
}

#[test]
fn what_the_user_put_into_a_root_is_not_hidden_by_it() {
    let heard = both(&[
        "Info.plist",
        "Status.plist",
        "ff/ff00000000000000000000000000000000000000",
        "ff00000000000000000000000000000000000001",
        "older/Info.plist",
        "older/Manifest.mbdb",
        "older/export.json",
        "phone2.zip",
        "fg/rows.csv",
    ]);
    assert_eq!(heard.roots.len(), 2);
    assert_eq!(heard.loose_paths(), ["fg/rows.csv", "older/export.json", "phone2.zip"]);
}

#[test]
fn a_lone_system_folder_does_not_make_the_whole_evidence_a_device() {
    let heard =
        both(&["system/packages.xml", "phone2.zip", "backup/UDID/Info.plist", "backup/UDID/Manifest.db", "x/a.csv"]);
    assert_eq!(heard.roots.len(), 2);
    assert_eq!(heard.loose_paths(), ["phone2.zip", "x/a.csv"]);
}

#[test]
fn in_a_whole_data_partition_unlisted_folders_are_the_devices_own() {
    let heard = both(&[
        "data/system/packages.xml",
        "data/app/",
        "data/misc/",
        "data/vendor_thing/config.xml",
        "data/stray.json",
        "data/bak/UDID/Info.plist",
        "data/bak/UDID/Manifest.plist",
        "data/bak/UDID/rows.csv",
        "vendor/etc/a.xml",
        "apex/b.json",
        "export.csv",
    ]);
    assert_eq!(heard.roots.len(), 2, "{:?}", heard.summary());
    assert_eq!(heard.loose_paths(), ["export.csv"]);
}

#[test]
fn the_other_partitions_of_a_phone_are_no_loose_files_in_any_order() {
    let heard = both(&[
        "ffs/Applications/Maps.app/Info.plist",
        "ffs/System/Library/x.plist",
        "ffs/private/etc/hosts",
        "ffs/private/var/containers/Bundle/Application/U-1/A.app/Info.plist",
        "ffs/private/var/containers/Bundle/Application/U-1/iTunesMetadata.plist",
        "ffs/private/var/mobile/Library/FrontBoard/applicationState.db",
        "ffs/private/var/mobile/Media/x.csv",
        "cellebrite/filesystem1/System/a.plist",
        "cellebrite/filesystem2/containers/Bundle/Application/U-2/B.app/Info.plist",
        "cellebrite/notes.csv",
    ]);
    assert_eq!(heard.roots.len(), 2);
    assert_eq!(heard.roots.iter().map(|r| r.files.len()).sum::<usize>(), 4);
    assert_eq!(heard.loose_paths(), ["cellebrite/notes.csv"]);
}

#[test]
fn partition_names_hide_nothing_where_no_partition_is() {
    let heard = both(&["phones/pixel/system/packages.xml", "phones/storage/a.csv", "phones/vendor/b.csv"]);
    assert_eq!(heard.loose_paths(), ["phones/storage/a.csv", "phones/vendor/b.csv"]);
}

#[test]
fn a_user_may_point_inside_a_root() {
    let heard =
        both(&["packages.xml", "packages.list", "users/userlist.xml", "users/0/package-restrictions.xml", "a.csv"]);
    assert_eq!(
        heard.summary(),
        [
            "android-file-system [] 7=packages.list 6=packages.xml 15=users/0/ 8=users/0/package-restrictions.xml 9=users/userlist.xml",
            "loose a.csv",
        ]
    );
    let heard = both(&["Bundle/Application/U/A.app/Info.plist", "Data/Application/V/x.plist"]);
    assert_eq!(heard.summary(), ["ios-file-system [] 3=Bundle/Application/U/A.app/Info.plist"]);
}

#[test]
fn an_acquisition_hands_on_the_containers_in_it() {
    let heard = both(&[
        "aqf/acquisition.json",
        "aqf/packages.json",
        "aqf/dumpsys.txt",
        "aqf/settings_global.txt",
        "aqf/files.json",
        "aqf/hashes.csv",
        "aqf/apks/com.x.apk",
        "aqf/logs/data/anr/a.txt",
        "aqf/bugreport.zip",
        "aqf/backup.ab",
    ]);
    assert_eq!(
        heard.summary(),
        ["androidqf [aqf] 11=aqf/dumpsys.txt 10=aqf/packages.json", "loose aqf/backup.ab", "loose aqf/bugreport.zip"]
    );
}

#[test]
fn one_folder_may_be_two_roots() {
    let heard = both(&["packages.json", "getprop.txt", "main_entry.txt", "bugreport-x.txt", "FS/data/x", "rows.csv"]);
    assert_eq!(heard.roots.len(), 2);
    assert_eq!(heard.loose_paths(), ["rows.csv"]);
}

#[test]
fn a_claimed_folder_is_told_by_its_path_and_has_no_bytes() {
    let heard = both(&[
        "d/system/packages.xml",
        "d/system/users/11/photo.png",
        "d/user/10/com.example/files/a",
        "d/user/10/com.example/files/b",
        "d/user/12/",
        "d/user/file",
        "e/user/13/x/y",
    ]);
    let root = &heard.roots[0];
    let folders: Vec<_> = root.files.iter().map(|(_, f)| text(&f.path)).filter(|p| p.ends_with('/')).collect();
    assert_eq!(folders, ["d/system/users/11/", "d/user/10/", "d/user/12/"]);
    let folder = root.files.iter().find(|(_, f)| f.path.ends_with(b"/")).unwrap();
    assert!(matches!(read(&folder.1), Err(EvidenceError::Unsupported(_))));
}

#[test]
fn litter_of_macos_is_passed_over() {
    let heard = both(&["a.csv", "._a.csv", "__MACOSX/._a.csv", "__MACOSX/d/Info.plist", "__MACOSX/d/Manifest.db"]);
    assert_eq!(heard.summary(), ["loose a.csv"]);
}

#[test]
fn a_folder_of_a_user_that_holds_nothing_but_litter_is_seen() {
    let heard = both(&["packages.xml", "packages.list", "users/10/._x/Info.plist"]);
    assert!(heard.roots[0].files.iter().any(|(_, f)| f.path.ends_with(b"users/10/")));
}

const NAMES: &[&str] = &[
    "Info.plist",
    "Manifest.db",
    "Status.plist",
    "system",
    "data",
    "app",
    "misc",
    "packages.xml",
    "packages.list",
    "users",
    "0",
    "userlist.xml",
    "package-restrictions.xml",
    "private",
    "var",
    "containers",
    "Bundle",
    "Application",
    "mobile",
    "A.app",
    "packages.json",
    "getprop.txt",
    "bugreport-a.txt",
    "main_entry.txt",
    "FS",
    "ab",
    "vendor",
    "x.csv",
    "Snapshot",
    "Manifest.plist",
    "._x",
    "System",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn folders_and_archives_agree_on_any_tree(paths in prop::collection::vec(prop::collection::vec(0..NAMES.len(), 1..6), 1..40)) {
        // A name cannot be a file and a folder at once.
        let mut taken: std::collections::BTreeMap<String, bool> = Default::default();
        let mut files = Vec::new();
        for path in &paths {
            let parts: Vec<&str> = path.iter().map(|n| NAMES[*n]).collect();
            let whole = parts.join("/");
            let folders: Vec<String> = (1..parts.len()).map(|n| parts[..n].join("/")).collect();
            if taken.contains_key(&whole) || folders.iter().any(|f| taken.get(f) == Some(&false)) {
                continue;
            }
            taken.insert(whole.clone(), false);
            taken.extend(folders.into_iter().map(|f| (f, true)));
            files.push(whole);
        }
        files.retain(|f| taken.get(f) == Some(&false));
        let refs: Vec<&str> = files.iter().map(String::as_str).collect();
        both(&refs);
    }
}

#[cfg(unix)]
#[test]
fn links_pipes_and_odd_names_are_handled_and_nothing_is_written() {
    use std::os::unix::ffi::OsStrExt as _;
    let top = tempfile::tempdir().unwrap();
    write_tree(top.path(), &tree(&["UDID/Info.plist", "UDID/Manifest.db", "a.csv"]));
    std::os::unix::fs::symlink("..", top.path().join("loop")).unwrap();
    std::os::unix::fs::symlink("nowhere", top.path().join("broken")).unwrap();
    std::os::unix::fs::symlink("UDID", top.path().join("again")).unwrap();
    let pipe = top.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    std::fs::write(top.path().join(std::ffi::OsStr::from_bytes(b"\xff\n!.csv")), b"odd").unwrap();
    let before = snapshot(top.path());

    let (heard, walked) = walk_folder(top.path());
    assert_eq!(heard.roots.len(), 1);
    assert_eq!(heard.loose_paths(), ["a.csv", "\u{fffd}\n!.csv"]);
    assert_eq!(walked, Walked { entries: 9, pruned: 0, skipped: 4 });
    let odd = heard.loose.iter().find(|f| f.path.starts_with(b"\xff")).unwrap();
    assert_eq!(read(odd).unwrap(), b"odd");
    assert_eq!(Place::folder(Path::new("e")).of(odd).as_str(), "e/%FF%0A%21.csv");
    for (_, file) in heard.roots.iter().flat_map(|r| &r.files) {
        read(file).unwrap();
    }
    assert_eq!(snapshot(top.path()), before);

    assert!(matches!(open_path(&pipe), Err(EvidenceError::Unsupported(_))));
    assert!(matches!(open_path(&top.path().join("broken")), Err(EvidenceError::Io(_))));
    assert!(matches!(open_path(&top.path().join("again")), Ok(Given::Folder(_))));
}

#[cfg(unix)]
fn snapshot(top: &Path) -> Vec<(std::path::PathBuf, i64, i64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    let mut out = Vec::new();
    let mut open = vec![top.to_owned()];
    while let Some(folder) = open.pop() {
        let meta = std::fs::metadata(&folder).unwrap();
        out.push((folder.clone(), meta.mtime(), meta.mtime_nsec(), meta.len()));
        for entry in std::fs::read_dir(folder).unwrap() {
            let meta = std::fs::symlink_metadata(entry.as_ref().unwrap().path()).unwrap();
            out.push((entry.as_ref().unwrap().path(), meta.mtime(), meta.mtime_nsec(), meta.len()));
            if meta.is_dir() {
                open.push(entry.unwrap().path());
            }
        }
    }
    out.sort();
    out
}

#[cfg(unix)]
#[test]
fn an_unreadable_folder_is_trouble_and_the_walk_goes_on() {
    use std::os::unix::fs::PermissionsExt as _;
    let top = tempfile::tempdir().unwrap();
    write_tree(top.path(), &tree(&["closed/a.csv", "open/b.csv"]));
    let closed = top.path().join("closed");
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read_dir(&closed).is_ok() {
        // Nothing to see for a user who may read everything.
        let _ = "skipped";
        return;
    }
    let (heard, _) = walk_folder(top.path());
    assert_eq!(heard.loose_paths(), ["open/b.csv"]);
    assert_eq!(heard.trouble.len(), 1);
    assert_eq!(heard.trouble[0].0, "closed");
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn limits_on_entries_and_paths_hold() {
    let top = tempfile::tempdir().unwrap();
    write_tree(top.path(), &tree(&["a/b/c/d/e.csv", "f.csv"]));
    let Ok(Given::Folder(folder)) = open_path(top.path()) else { panic!("a folder") };
    let limits = crate::limits::Limits { path: 6, ..Default::default() };
    let mut heard = Heard::default();
    folder.walk(&Claims::new(CLAIMS), &mut heard, &Leash::new(limits, Arc::default())).unwrap();
    assert_eq!(heard.loose_paths(), ["f.csv"]);
    assert!(matches!(heard.trouble[..], [(_, EvidenceError::Path(7))]), "{:?}", heard.trouble);
    let limits = crate::limits::Limits { entries: 3, ..Default::default() };
    let stopped = folder.walk(&Claims::new(CLAIMS), &mut Heard::default(), &Leash::new(limits, Arc::default()));
    assert!(matches!(stopped, Err(EvidenceError::Stop(Stop::Entries))));
}

#[test]
fn a_single_file_is_given_with_its_name_and_size() {
    let top = tempfile::tempdir().unwrap();
    write_tree(top.path(), &tree(&["d/Manifest.db"]));
    let Ok(Given::File(file)) = open_path(&top.path().join("d/Manifest.db")) else { panic!("a file") };
    assert_eq!((&*file.path, file.name(), file.size), (b"Manifest.db".as_slice(), b"Manifest.db".as_slice(), Some(13)));
    assert!(file.mtime.is_some_and(|t| t > 1_600_000_000));
    assert!(file.member.open(&Leash::unbounded()).unwrap().on_disk().is_some());
    assert!(open_path(&top.path().join("nothing")).is_err());
}
