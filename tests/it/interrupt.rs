//! Ctrl-C, for real: whatever a command was writing, no half of it is left.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::project;

fn start(args: &[&str], stdin: Stdio) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tidewaiter"));
    command.args(args).current_dir(project()).stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// Waits until something is so; it never is on a machine that stands still.
fn until(what: &str, mut so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !so() {
        assert!(start.elapsed() < Duration::from_secs(60), "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let mut out: Vec<String> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().to_str().unwrap().to_owned()).collect();
    out.sort();
    out
}

/// A report of so many devices, as lines: more than a pipe holds.
fn fleet(devices: usize) -> String {
    let file = tempfile::NamedTempFile::with_suffix(".ndjson").unwrap();
    let format = format!("ndjson={}", file.path().display());
    let scanned = Command::new(env!("CARGO_BIN_EXE_tidewaiter"))
        .args(["scan", "fixtures/sample-evidence", "--quiet", "--exit-zero", "--format", &format])
        .current_dir(project())
        .status()
        .unwrap();
    assert!(scanned.success());
    let text = fs::read_to_string(file.path()).unwrap();
    let (mut out, mut many) = (String::new(), false);
    for line in text.lines() {
        let serial = line.split("\"serial\":\"").nth(1).and_then(|rest| rest.split('"').next());
        match serial.filter(|_| !many && line.starts_with("{\"kind\":\"device\"")) {
            Some(serial) => {
                many = true;
                (0..devices).for_each(|n| {
                    out.push_str(&line.replace(serial, &format!("SERIAL{n:07}")));
                    out.push('\n');
                });
            }
            None => {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    assert!(many && out.len() > 200 * devices);
    out
}

#[test]
fn a_signal_while_results_are_written_leaves_no_part_of_them() {
    let room = tempfile::tempdir().unwrap();
    let path = |name: &str| room.path().join(name).display().to_string();
    fs::write(room.path().join("few"), fleet(1)).unwrap();
    fs::write(room.path().join("many"), fleet(2000)).unwrap();
    let (few, many, file) = (path("few"), path("many"), format!("json={}", path("out.json")));
    for (args, by) in [
        (&["report", &many, "--format", "json", "--format", &file][..], "-INT"),
        (&["merge", &many, &few, "--format", "json", "--format", &file], "-TERM"),
        (&["diff", &few, &many, "--format", "json", "--format", &file], "-INT"),
    ] {
        // Nobody reads the pipe: it fills, and the command stands in the middle of its work.
        let mut child = start(args, Stdio::null());
        until("a file written aside", || names(room.path()).len() == 3);
        std::thread::sleep(Duration::from_millis(300));
        assert!(child.try_wait().unwrap().is_none(), "{args:?} must be waiting");
        signal(&child, by);
        let status = child.wait().unwrap();
        assert_eq!(status.code(), Some(3), "{args:?}");
        assert_eq!(names(room.path()), ["few", "many"], "{args:?}");
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert!(said.contains("interrupted"), "{said}");
    }
}

#[test]
fn a_signal_while_a_slow_pipe_is_read_ends_the_command_and_leaves_nothing() {
    let room = tempfile::tempdir().unwrap();
    let pipe = room.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().is_ok_and(|s| s.success()), "mkfifo");
    let (from, file) = (pipe.display().to_string(), format!("json={}", room.path().join("out.json").display()));
    for args in [
        &["report", &from, "--format", &file][..],
        &["merge", &from, "--format", &file],
        &["diff", &from, &from, "--format", &file],
    ] {
        let mut child = start(args, Stdio::null());
        // Opens when the command has opened it too.
        let mut writer = fs::File::options().write(true).open(&pipe).unwrap();
        writer.write_all(&fleet(1).as_bytes()[..500]).unwrap();
        std::thread::sleep(Duration::from_millis(200));
        signal(&child, "-INT");
        assert_eq!(child.wait().unwrap().code(), Some(3), "{args:?}");
        assert_eq!(names(room.path()), ["pipe"], "{args:?}");
    }
    // The same pipe, read to its end, is a report like any other.
    let child = start(&["report", &from, "--format", "json", "--exit-zero"], Stdio::null());
    fs::write(&pipe, fleet(1)).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(serde_json::from_slice::<tidewaiter::report::v1::Report>(&output.stdout).is_ok());
}

#[test]
fn the_second_signal_ends_a_scan_that_waits_for_input_and_leaves_nothing() {
    for command in ["scan", "inventory"] {
        let room = tempfile::tempdir().unwrap();
        let file = format!("json={}", room.path().join("out.json").display());
        let mut child = start(&[command, "-", "--format", &file], Stdio::piped());
        // Kept open: waiting for the child would close it.
        let input = child.stdin.take();
        until("a file written aside", || names(room.path()).len() == 1);
        std::thread::sleep(Duration::from_millis(300));
        signal(&child, "-INT");
        std::thread::sleep(Duration::from_millis(300));
        assert!(child.try_wait().unwrap().is_none(), "the first waits for what was begun");
        signal(&child, "-TERM");
        assert_eq!(child.wait().unwrap().code(), Some(130), "{command}");
        assert!(names(room.path()).is_empty(), "{command}: {:?}", names(room.path()));
        drop(input);
    }
}
