//! `docs/pipelines.md` as written, against a server that answers as the systems
//! do; and every export through a pipe.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::support::project;

/// The first script of the page.
fn script() -> String {
    let page = fs::read_to_string(project().join("docs/pipelines.md")).unwrap();
    let from = page.find("```sh\n").unwrap() + 6;
    page[from..][..page[from..].find("```").unwrap()].to_owned()
}

fn is_there(program: &str) -> bool {
    let found = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    found.is_ok_and(|s| s.success())
}

fn fixture(path: &str) -> Vec<u8> {
    fs::read(project().join("fixtures/mdm").join(path)).unwrap()
}

fn zipped(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(bytes).unwrap();
    zip.finish().unwrap().into_inner()
}

/// What the server plays.
struct Server {
    /// Its own address.
    url: String,
    /// Apps of Intune: the name of the fixture.
    apps: String,
    /// Asked so often whether the export is ready.
    asked: BTreeMap<String, u32>,
    /// What was asked for.
    log: Vec<String>,
    /// Answers the second page of devices with a part of it.
    cut: bool,
}

impl Server {
    fn answer(&mut self, method: &str, path: &str, token: &str, body: &str) -> (u16, Vec<u8>) {
        self.log.push(format!("{method} {path}"));
        let json = |value: Value| (200, value.to_string().into_bytes());
        if let Some(rest) = path.strip_prefix("/graph/deviceManagement/reports/exportJobs") {
            if token != "Bearer graph" {
                return (401, Vec::new());
            }
            if method == "POST" {
                let asked: Value = serde_json::from_str(body).unwrap();
                return json(serde_json::json!({"id": format!("{}_1", asked["reportName"].as_str().unwrap()),
                    "format": asked["format"], "status": "notStarted"}));
            }
            let id = rest.trim_start_matches("('").trim_end_matches("')").to_owned();
            let times = self.asked.entry(id.clone()).or_default();
            *times += 1;
            let url = format!("{}/signed/{id}.zip?sig=x", self.url);
            return match *times % 2 {
                1 => json(serde_json::json!({"id": id, "status": "inProgress"})),
                _ => json(serde_json::json!({"id": id, "status": "completed", "url": url})),
            };
        }
        let devices = [
            "/android/enterprises/LC0example/devices?pageToken=&",
            "/android/enterprises/LC0example/devices?pageToken=CAIQ&",
        ];
        match path {
            "/signed/AppInvRawData_1.zip?sig=x" => (200, zipped("AppInvRawData_1.json", &fixture(&self.apps))),
            "/signed/DevicesWithInventory_1.zip?sig=x" => (
                200,
                zipped("DevicesWithInventory_1.csv", &fixture("intune-json-corporate/input/DevicesWithInventory.csv")),
            ),
            _ if path.starts_with("/android") && token != "Bearer android" => (401, Vec::new()),
            _ if path.starts_with(devices[0]) => (200, fixture("android-management-pages/input/whole/page-1.json")),
            _ if path.starts_with(devices[1]) => {
                let page = fixture("android-management-pages/input/whole/page-2.json");
                let len = if self.cut { page.len() / 2 } else { page.len() };
                (200, page[..len].to_vec())
            }
            _ => (404, Vec::new()),
        }
    }
}

/// One request; the connection is closed behind it.
fn serve(mut stream: TcpStream, server: &Mutex<Server>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.replace("%27", "'"));
    let (mut token, mut length) = (String::new(), 0);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        match header.trim_end().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("authorization") => value.clone_into(&mut token),
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let (status, answer) = server.lock().unwrap().answer(&method, &path, &token, &String::from_utf8_lossy(&body));
    let head = format!("HTTP/1.1 {status} x\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", answer.len());
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(&answer).ok()
}

/// Runs the script once; its exit status and what it said.
fn night(server: &Arc<Mutex<Server>>, store: &Path, android_token: &str) -> (i32, String) {
    let url = server.lock().unwrap().url.clone();
    let tool = Path::new(env!("CARGO_BIN_EXE_tidewaiter")).parent().unwrap();
    let path = format!("{}:{}", tool.display(), std::env::var("PATH").unwrap());
    let output = Command::new("sh")
        .args(["-c", &script()])
        .env("PATH", path)
        .env("GRAPH", format!("{url}/graph"))
        .env("ANDROID", format!("{url}/android"))
        .env("ENTERPRISE", "enterprises/LC0example")
        .envs([("GRAPH_TOKEN", "graph"), ("ANDROID_TOKEN", android_token), ("POLL", "0")])
        .env("STORE", store)
        .env("SOURCE_DATE_EPOCH", "1795262400")
        .env("no_proxy", "127.0.0.1")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    (output.status.code().unwrap(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn runs(store: &Path) -> Vec<std::path::PathBuf> {
    let mut out: Vec<_> = fs::read_dir(store).unwrap().map(|e| e.unwrap().path()).collect();
    out.retain(|p| p.extension().is_none_or(|e| e != "part"));
    out.sort();
    out
}

#[test]
fn the_nightly_script_runs_as_written() {
    if cfg!(windows) || !["curl", "jq"].into_iter().all(is_there) {
        assert!(std::env::var_os("CI").is_none(), "curl and jq are missing");
        eprintln!("skipped: curl or jq is missing");
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = Arc::new(Mutex::new(Server {
        url: format!("http://{}", listener.local_addr().unwrap()),
        apps: "intune-json-corporate/input/AppInvRawData.json".to_owned(),
        asked: BTreeMap::new(),
        log: Vec::new(),
        cut: false,
    }));
    let own = server.clone();
    std::thread::spawn(move || {
        listener.incoming().flatten().for_each(|stream| {
            serve(stream, &own);
        })
    });
    let store = tempfile::tempdir().unwrap();

    let (status, said) = night(&server, store.path(), "android");
    assert_eq!((status, &*said), (1, ""), "two phones carry prohibited apps");
    let first = runs(store.path()).remove(0);
    let report = fs::read_to_string(first.join("report.ndjson")).unwrap();
    let verdicts: BTreeMap<String, String> = report
        .lines()
        .map(|l| serde_json::from_str::<Value>(l).unwrap())
        .filter(|l| l["kind"] == "device")
        .map(|l| (l["key"].as_str().unwrap().to_owned(), l["verdict"].as_str().unwrap().to_owned()))
        .collect();
    let expected = [
        ("android:serial:39FX000001AB", "clear"),
        ("android:serial:39FX000002AB", "prohibited"),
        ("android:serial:39FX000003AB", "clear"),
        ("ios:serial:F2LXK000001", "clear"),
        ("ios:serial:F2LXK000002", "prohibited"),
    ];
    assert_eq!(verdicts, expected.map(|(k, v)| (k.to_owned(), v.to_owned())).into());
    assert!(fs::read_to_string(first.join("report.html")).unwrap().contains("F2LXK000002"));
    assert!(fs::read_to_string(first.join("report.csv")).unwrap().contains("39FX000002AB"));
    let pages = server.lock().unwrap().log.iter().filter(|l| l.starts_with("GET /android")).count();
    assert_eq!(pages, 2, "every page is fetched");

    // The next night half a page arrives: no device of the list is clear any more.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    server.lock().unwrap().cut = true;
    let (status, said) = night(&server, store.path(), "android");
    assert_eq!((status, &*said), (1, ""));
    let second = runs(store.path()).remove(1);
    let changes = fs::read_to_string(second.join("changes.txt")).unwrap();
    assert!(changes.contains("39FX000003AB") && changes.contains("vanished"), "{changes}");
    let report = fs::read_to_string(second.join("report.ndjson")).unwrap();
    let clear = report.lines().filter(|l| l.contains("39FX") && l.contains("\"verdict\":\"clear\"")).count();
    assert_eq!(clear, 0, "{report}");

    // A token that has run out: no report, and the one of the night before stays.
    let (status, said) = night(&server, store.path(), "expired");
    assert!(!matches!(status, 0 | 1 | 3), "{status}: {said}");
    assert!(said.contains("401"), "{said}");
    assert_eq!(runs(store.path()).len(), 2);
}

fn scan(argument: &Path, stdin: Stdio) -> (i32, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_tidewaiter"))
        .args(["scan", "--quiet", "--format", "json", "--run-time", "2026-11-21T12:00:00Z"])
        .arg(argument)
        .current_dir(project())
        .env_remove("TIDEWAITER_CONFIG")
        .env("XDG_CONFIG_HOME", project().join("no/such/folder"))
        .stdin(stdin)
        .output()
        .unwrap();
    (output.status.code().unwrap(), serde_json::from_slice(&output.stdout).unwrap_or_default())
}

/// Keys and verdicts of the devices.
fn verdicts(report: &Value) -> Vec<(String, String)> {
    let devices = report["devices"].as_array().map(Vec::as_slice).unwrap_or_default();
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    devices.iter().map(|d| (text(&d["key"]), text(&d["verdict"]))).collect()
}

#[test]
fn every_export_says_the_same_through_a_pipe() {
    let mut same = 0;
    for case in fs::read_dir(project().join("fixtures/mdm")).unwrap() {
        let input = case.unwrap().path().join("input");
        for file in crate::support::files(&input) {
            let name = file.display().to_string();
            let (file_status, by_file) = scan(&file, Stdio::null());
            let (pipe_status, by_pipe) = scan(Path::new("-"), fs::File::open(&file).unwrap().into());
            if fs::read(&file).unwrap().starts_with(b"PK") {
                let said = by_pipe["diagnostics"].to_string();
                assert_eq!((pipe_status, verdicts(&by_pipe).len()), (4, 0), "{name}");
                assert!(said.contains("zip") && said.contains("save"), "{name}: {said}");
                continue;
            }
            // Where the name of the file is the name of the device, a pipe lacks it.
            let keyed = verdicts(&by_file) == verdicts(&by_pipe);
            let only = |v: Vec<(String, String)>| v.into_iter().map(|v| v.1).collect::<Vec<_>>();
            assert_eq!(only(verdicts(&by_file)), only(verdicts(&by_pipe)), "{name}");
            assert_eq!(file_status, pipe_status, "{name}");
            same += usize::from(keyed && !verdicts(&by_file).is_empty());
        }
    }
    assert!(same > 60, "only {same} exports name the same devices through a pipe");
}
