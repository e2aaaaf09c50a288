#!/usr/bin/env python3
"""Run tidewaiter and its peers on the same evidence and print what differs, app by app.

    run.py [--tidewaiter PROGRAM] [--sample DIR] [--corpus DIR] [--bench DIR] [--tools DIR]
           [--ileapp FOLDER] [--aleapp FOLDER] [--ccl-abx FILE] [--each N]

Peers: MVT (installed into TOOLS/mvt with pip unless it is there), iLEAPP and ALEAPP (source folders
with their requirements installed into FOLDER.venv; left out without), plistutil where it is on the
path, and the readers beside this script. Not part of the test suite; they see copies, and
nothing is written outside TOOLS. `--each N`: of workloads with many devices the slow peers see the first N only.
Prints a Markdown table; exit status 1 where a reader and tidewaiter differ in a way that is not
named in EXPLAINED.
"""
import argparse, glob, json, os, shutil, subprocess, sys, tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import readers

MVT = "mvt==2026.10.26"
QUIET = ["--disable-update-check", "--disable-indicator-update-check"]
#: (evidence, reader) -> why the reader differs; docs/validation.md has the long form.
EXPLAINED = {
    ("real iOS 14.3 backup", "MVT Applications"): "MVT needs the `Applications` dictionary",
    ("real iOS 14.3 backup", "iLEAPP"): "iLEAPP needs the `Applications` dictionary",
    ("the same, encrypted, no password", "MVT Applications"): "MVT stops at an encrypted backup",
    ("the same, encrypted, no password", "iLEAPP"): "iLEAPP needs the password and the dictionary",
    ("5 encrypted backups, no password", "MVT Applications"): "MVT stops at an encrypted backup",
    ("5 encrypted backups, no password", "iLEAPP"): "iLEAPP needs the password",
    ("sample: encrypted, no password", "MVT Applications"): "MVT stops at an encrypted backup",
    ("sample: encrypted, no password", "iLEAPP"): "iLEAPP needs the password",
    ("sample: field-office-12", "MVT Applications"): "two apps, QQ among them, have no store record",
    ("sample: reception", "MVT Applications"): "one app has no store record",
    ("sample: loaner-7", "MVT Applications"): "no `Applications` dictionary",
    ("sample: loaner-7", "iLEAPP"): "no `Applications` dictionary",
    ("sample: recovered-laptop", "MVT Applications"): "MVT ends with an ExpatError at the cut Info.plist",
    ("sample: recovered-laptop", "iLEAPP"): "iLEAPP ends at the cut Info.plist",
    ("file system, ABX, zip", "folder names in zip"): "preinstalled apps have no folder below data/app",
}


class Tidewaiter:
    def __init__(self, program):
        self.program, self.seen = program, {}

    def apps(self, path, artifacts, within=None):
        """{identifier: fields} of present apps that these artifacts tell of."""
        if path not in self.seen:
            with tempfile.TemporaryFile() as out:
                subprocess.run([self.program, "inventory", "--format", "json", path], stdout=out,
                               stderr=subprocess.DEVNULL)
                out.seek(0)
                self.seen[path] = json.load(out)["devices"]
        found = {}
        for device in self.seen[path]:
            for app in device["apps"]:
                if app["artifact"] not in artifacts or app["state"] in ("removed", "trace", "offered"):
                    continue
                if within and not app["locator"].startswith(within):
                    continue
                row = found.setdefault(app["identifier"], {"users": set(), "signers": set()})
                row["users"] |= set(app["users"])
                row["signers"] |= set(app["signers"])
                for field in ("version", "name", "installer"):
                    row[field] = app.get(field)
        return found


    def devices(self, path):
        """{strong id: {identifier: fields}} of an export."""
        self.apps(path, ())
        out = {}
        for device in self.seen[path]:
            ident = device["identity"]
            rows = {a["identifier"]: a for a in device["apps"] if a["state"] not in ("removed", "offered")}
            for name in {ident.get("serial"), (ident.get("mdm_id") or "").split("/")[-1]} - {None, ""}:
                out[name] = rows
        return out


class Peers:
    def __init__(self, tools, ileapp, aleapp, ccl):
        self.tools, self.ileapp, self.aleapp, self.ccl = tools, ileapp, aleapp, ccl
        os.makedirs(tools, exist_ok=True)
        self.mvt = os.path.join(tools, "mvt", "bin")
        if not os.path.exists(os.path.join(self.mvt, "mvt-ios")):
            subprocess.run([sys.executable, "-m", "venv", os.path.join(tools, "mvt")], check=True)
            subprocess.run([os.path.join(self.mvt, "pip"), "install", "-q", MVT], check=True)

    def private(self, path):
        """A copy for tools that open databases in place: iLEAPP leaves `-wal` and `-shm` beside them."""
        if os.path.isfile(path):
            return path
        copy = os.path.join(tempfile.mkdtemp(dir=self.tools), os.path.basename(path))
        shutil.copytree(path, copy, symlinks=True)
        for folder, _, _ in os.walk(copy):
            os.chmod(folder, 0o700)
        return copy

    def run_mvt(self, tool, check, path):
        out = tempfile.mkdtemp(dir=self.tools)
        subprocess.run([os.path.join(self.mvt, tool), *QUIET, check, "-o", out, self.private(path)],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return out

    def mvt_backup(self, path):
        """The Applications module, and what backup_info.json says beside it."""
        out = self.run_mvt("mvt-ios", "check-backup", path)
        apps, info = {}, {}
        for row in self.load(out, "applications.json") or []:
            apps[row["name"]] = {"version": row.get("bundleShortVersionString"), "name": row.get("itemName")}
        for app in (self.load(out, "backup_info.json") or {}).get("Installed Applications") or []:
            info[app] = {}
        return apps, info

    def mvt_bugreport(self, path):
        rows = self.load(self.run_mvt("mvt-android", "check-bugreport", path), "dumpsys_packages.json") or []
        return {r["package_name"]: {"version": r["version_name"], "installer": r["installer"],
                                    "users": {u["user_id"] for u in r["users"] if u["installed"]}}
                for r in rows if r["package_type"] == "active"}

    def mvt_androidqf(self, path):
        rows = self.load(self.run_mvt("mvt-android", "check-androidqf", path), "aqf_packages.json") or []
        return {r["name"]: {"installer": None if r["installer"] == "null" else r["installer"],
                            "signers": {f["certificate"]["Sha256"].lower() for f in r["files"]
                                        if (f.get("certificate") or {}).get("Sha256")}} for r in rows}

    @staticmethod
    def load(folder, name):
        path = os.path.join(folder, name)
        return json.load(open(path)) if os.path.exists(path) else None

    def leapp(self, folder, program, profile, kind, path):
        """The folder of tab-separated exports of one run, or None."""
        if not folder:
            return None
        out = tempfile.mkdtemp(dir=self.tools)
        name = os.path.join(out, "p." + profile[0])
        json.dump({"leapp": program, "format_version": 1, "plugins": profile[1]}, open(name, "w"))
        report = os.path.join(out, "report")
        os.mkdir(report)
        subprocess.run([os.path.join(folder + ".venv", "bin/python"), program + ".py", "-t", kind, "-i",
                        self.private(path), "-o",
                        report, "-m", name], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return report

    def ileapp_backup(self, path):
        report = self.leapp(self.ileapp, "ileapp", ("ilprofile", ["itunes_backup_installed_applications"]),
                            "itunes", path)
        return self.first_table(report, "*Installed Applications.tsv", "Bundle ID", "Version")

    def aleapp_packages(self, kind, path):
        report = self.leapp(self.aleapp, "aleapp", ("alprofile", ["get_package_info"]), kind, path)
        return self.first_table(report, "package_info.tsv", "Name")

    @staticmethod
    def first_table(report, pattern, identifier, version=None):
        if report is None:
            return None
        found = glob.glob(os.path.join(report, "*", "_TSV Exports", pattern))
        return readers.table(found[0], identifier, version) if found else {}

    def ccl_abx(self, folder):
        """An Android folder whose binary XML the CCL tool has turned into text."""
        if not self.ccl:
            return None
        run = lambda path: subprocess.run([sys.executable, self.ccl, path], stdout=subprocess.PIPE, check=True).stdout
        return readers.android_folder(folder, run)

    @staticmethod
    def plistutil(path):
        """`Installed Applications` as libplist prints it, or None without libplist."""
        try:
            text = subprocess.run(["plistutil", "-f", "xml", "-i", path], stdout=subprocess.PIPE, check=True).stdout
        except (OSError, subprocess.CalledProcessError):
            return None
        import plistlib
        return {app: {} for app in plistlib.loads(text)["Installed Applications"]}


class Table:
    def __init__(self):
        self.bad = 0
        print("| evidence | reader | devices | its apps | tidewaiter | only reader | only tidewaiter | fields equal "
              "| fields differ | |\n|---|---|---|---|---|---|---|---|---|---|")

    def row(self, evidence, reader, pairs):
        """pairs: (the reader's list or None where it did not run, tidewaiter's list)."""
        pairs = [(theirs, ours) for theirs, ours in pairs if theirs is not None]
        if not pairs:
            return print(f"| {evidence} | {reader} | not run | | | | | | | |")
        counts = {"theirs": 0, "ours": 0, "only_theirs": 0, "only_ours": 0, "equal": 0, "differ": 0}
        examples = []
        for theirs, ours in pairs:
            counts["theirs"] += len(theirs)
            counts["ours"] += len(ours)
            for name in sorted(theirs.keys() ^ ours.keys()):
                counts["only_theirs" if name in theirs else "only_ours"] += 1
                examples.append(("+" if name in theirs else "-") + name)
            for name in theirs.keys() & ours.keys():
                for field, value in theirs[name].items():
                    same = (value or None) == (ours[name].get(field) or None)
                    counts["equal" if same else "differ"] += 1
                    if not same:
                        examples.append(f"{name} {field}: {value} / {ours[name].get(field)}")
        why = EXPLAINED.get((evidence, reader), "")
        if examples:
            self.bad += not why
            why = why or "; ".join(examples[:3])
        print(f"| {evidence} | {reader} | {len(pairs)} | {counts['theirs']} | {counts['ours']} | "
              f"{counts['only_theirs']} | {counts['only_ours']} | {counts['equal']} | {counts['differ']} | {why} |",
              flush=True)


def corpus(root, ours, peers, table):
    plain = os.path.join(root, "ios/mvt-project+mvt/tests/artifacts/ios_backup")
    locked = glob.glob(os.path.join(root, "ios/derived/mvt-ios14.3-encrypted-pw-test1234/*"))[0]
    for name, path in (("real iOS 14.3 backup", plain), ("the same, encrypted, no password", locked)):
        mine = ours.apps(path, {"ios-backup-info"})
        modules, info = peers.mvt_backup(path)
        table.row(name, "plistlib", [(readers.backup_info(path), mine)])
        table.row(name, "plistutil", [(peers.plistutil(os.path.join(path, "Info.plist")), mine)])
        table.row(name, "MVT Applications", [(modules, mine)])
        table.row(name, "MVT backup_info", [(info, mine)])
        table.row(name, "iLEAPP", [(peers.ileapp_backup(path), mine)])
    domains = {a: f for a, f in ours.apps(plain, {"ios-backup-files"}).items() if not a.startswith("com.apple.")}
    table.row("its Manifest.db", "sqlite3", [(readers.backup_domains(plain), domains)])
    android = os.path.join(root, "android/mvt-project+mvt")
    report = os.path.join(android, "android_data/bugreport")
    mine = ours.apps(report, {"bugreport-text"})
    table.row("real bug report, shortened", "own reader", [(readers.bugreport_folder(report), mine)])
    table.row("real bug report, shortened", "MVT", [(peers.mvt_bugreport(report), mine)])
    folder = os.path.join(android, "androidqf")
    mine = ours.apps(folder, {"androidqf-packages"})
    table.row("real AndroidQF folder", "json", [(readers.androidqf(folder), mine)])
    table.row("real AndroidQF folder", "MVT", [(peers.mvt_androidqf(folder), mine)])


def sample(root, ours, peers, table):
    for folder in sorted(glob.glob(os.path.join(root, "ios/*/*"))):
        name = "sample: " + folder.split("/")[-2].replace("legal-3-encrypted", "encrypted, no password")
        mine = ours.apps(folder, {"ios-backup-info"})
        try:
            table.row(name, "plistlib", [(readers.backup_info(folder), mine)])
        except Exception as error:  # a damaged file: what the reader makes of it is its answer
            print(f"| {name} | plistlib | {type(error).__name__} | 0 | {len(mine)} | | | | | |")
        table.row(name, "MVT Applications", [(peers.mvt_backup(folder)[0], mine)])
        table.row(name, "iLEAPP", [(peers.ileapp_backup(folder), mine)])
        files = {a: f for a, f in ours.apps(folder, {"ios-backup-files"}).items() if not a.startswith("com.apple.")}
        table.row(name + ", Manifest.db", "sqlite3", [(readers.backup_domains(folder), files)])
    for device in ("warehouse-4a", "pixel-7"):
        folder = os.path.join(root, "android", device)
        mine = ours.apps(folder, {"packages-xml"})
        if device == "warehouse-4a":
            table.row("sample: " + device, "ElementTree", [(readers.android_folder(folder), mine)])
        else:
            table.row("sample: " + device, "ccl_abx, ElementTree", [(peers.ccl_abx(folder), mine)])
        table.row("sample: " + device, "ALEAPP", [(peers.aleapp_packages("fs", folder), mine)])
    folder = glob.glob(os.path.join(root, "android/androidqf-*"))[0]
    mine = ours.apps(folder, {"androidqf-packages"})
    table.row("sample: AndroidQF", "json", [(readers.androidqf(folder), mine)])
    table.row("sample: AndroidQF", "MVT", [(peers.mvt_androidqf(folder), mine)])
    report = glob.glob(os.path.join(root, "android/bugreport-*.zip"))[0]
    mine = ours.apps(report, {"bugreport-text"})
    table.row("sample: bug report", "own reader", [(readers.bugreport_zip(report), mine)])
    table.row("sample: bug report", "MVT", [(peers.mvt_bugreport(report), mine)])


def workloads(root, each, ours, peers, table):
    at = lambda *parts: os.path.join(root, *parts)
    backups = sorted(glob.glob(at("ios-backups", "*")))
    info = lambda path: ours.apps(at("ios-backups"), {"ios-backup-info"}, path + "/")
    table.row("40 backups", "plistlib", [(readers.backup_info(b), info(b)) for b in backups])
    table.row("40 backups", "plistutil", [(peers.plistutil(os.path.join(b, "Info.plist")), info(b)) for b in backups])
    locked = [b for b in backups if readers.backup_domains(b) is None]
    plain = [b for b in backups if b not in locked]
    for name, some in (("35 plain backups", plain), ("5 encrypted backups, no password", locked)):
        table.row(name, "MVT Applications", [(peers.mvt_backup(b)[0], info(b)) for b in some[:each]])
        table.row(name, "iLEAPP", [(peers.ileapp_backup(b), info(b)) for b in some[:each]])
    files = lambda path: {a: f for a, f in ours.apps(at("ios-backups"), {"ios-backup-files"}, path + "/").items()
                          if not a.startswith("com.apple.")}
    table.row("their Manifest.db", "sqlite3", [(readers.backup_domains(b), files(b)) for b in backups])
    mine = ours.apps(at("ios-ffs-dir"), {"ios-app-bundle"})
    table.row("iOS file system, folder", "plistlib", [(readers.ios_folder(at("ios-ffs-dir")), mine)])
    mine = ours.apps(at("ios-ffs.zip"), {"ios-app-bundle"})
    table.row("iOS file system, zip", "zipfile, plistlib", [(readers.ios_zip(at("ios-ffs.zip")), mine)])
    mine = ours.apps(at("android-ffs-dir"), {"packages-xml"})
    table.row("file system, text, folder", "ElementTree", [(readers.android_folder(at("android-ffs-dir")), mine)])
    table.row("file system, text, folder", "ALEAPP", [(peers.aleapp_packages("fs", at("android-ffs-dir")), mine)])
    mine = ours.apps(at("android-ffs.zip"), {"packages-xml"})
    table.row("file system, ABX, zip", "ALEAPP", [(peers.aleapp_packages("zip", at("android-ffs.zip")), mine)])
    table.row("file system, ABX, zip", "folder names in zip", [(readers.android_zip_folders(at("android-ffs.zip")), mine)])
    misc = at("android-misc")
    folders = sorted(glob.glob(os.path.join(misc, "androidqf-*")))
    rows = lambda path: ours.apps(misc, {"androidqf-packages"}, path + "/")
    table.row("40 AndroidQF folders", "json", [(readers.androidqf(f), rows(f)) for f in folders])
    table.row("40 AndroidQF folders", "MVT", [(peers.mvt_androidqf(f), rows(f)) for f in folders[:each]])
    reports = sorted(glob.glob(os.path.join(misc, "bugreport-*.zip")))
    text = lambda path: ours.apps(misc, {"bugreport-text"}, path + "!/")
    table.row("5 bug report zips", "own reader", [(readers.bugreport_zip(r), text(r)) for r in reports])
    table.row("5 bug report zips", "MVT", [(peers.mvt_bugreport(r), text(r)) for r in reports[:each]])


def exports(root, tools, rows, ours, table):
    """The first records of the exports; what the workloads plant in all of them is compared by truth.py."""
    for name, reader in (("mdm.csv", readers.intune), ("amapi.ndjson", readers.android_management),
                         ("jamf.json", readers.jamf)):
        source, part = os.path.join(root, name), os.path.join(tools, "first-" + name)
        if name == "jamf.json":
            part = source  # one JSON value cannot be cut at a line
        else:
            with open(source, "rb") as whole, open(part, "wb") as some:
                some.writelines(line for _, line in zip(range(rows if name == "mdm.csv" else rows // 100), whole))
        theirs, mine = reader(part), ours.devices(part)
        pairs = [(theirs[d], mine.get(d, {})) for d in theirs]
        table.row(f"{name}, {os.path.getsize(part) >> 20} MiB of it", reader.__name__, pairs)


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--tidewaiter", default="target/release/tidewaiter")
    args.add_argument("--sample", help="the folder fixtures/sample-evidence")
    args.add_argument("--corpus")
    args.add_argument("--bench")
    args.add_argument("--tools", default=os.path.join(tempfile.gettempdir(), "tidewaiter-peers"))
    args.add_argument("--ileapp")
    args.add_argument("--aleapp")
    args.add_argument("--ccl-abx", help="the program ccl_abx.py")
    args.add_argument("--rows", type=int, default=60000, help="rows of the CSV export that are compared")
    args.add_argument("--each", type=int, default=2)
    given = args.parse_args()
    ours, table = Tidewaiter(given.tidewaiter), Table()
    full = lambda path: path and os.path.abspath(path)
    peers = Peers(os.path.abspath(given.tools), full(given.ileapp), full(given.aleapp), full(given.ccl_abx))
    if given.sample:
        sample(full(given.sample), ours, peers, table)
    if given.corpus:
        corpus(full(given.corpus), ours, peers, table)
    if given.bench:
        exports(full(given.bench), peers.tools, given.rows, ours, table)
        workloads(full(given.bench), given.each, ours, peers, table)
    sys.exit(1 if table.bad else 0)


if __name__ == "__main__":
    main()
