#!/usr/bin/env python3
"""Times tidewaiter and its peers on the same question in the same run.

    python3 tests/peers/speed.py [--devices 20000] [--runs 3] [--tool target/release/tidewaiter] [--shuffle] [--distinct]

Makes an inventory (delimited text, JSON lines, one JSON document) of 900 apps in
four versions each, 90 on a device, asks every program there is which devices carry
one of the apps, checks that the answers
agree, and prints CPU time (user and system), peak memory and the ratio to
tidewaiter's CPU time. Peers that are not installed are named and left out:
polars, duckdb (pip), jq. Peers answer with a number; tidewaiter writes its whole
report.
"""

import argparse
import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

NAMES = ["WeChat", "CamScanner", "SHAREit"]
IDS = ["com.tencent.mm", "com.intsig.camscanner", "com.lenovo.anyshare.gps"]
APPLE_IDS = ["com.tencent.xin", "com.intsig.CamScannerLite", "com.lenovo.anyshare"]

CSV_POLARS = """
import polars as pl, sys
q = pl.scan_csv(sys.argv[1], infer_schema=False).filter(pl.col("ApplicationName").is_in({names}))
print(q.select(pl.col("DeviceId").n_unique()).collect(engine="streaming").item())
"""
CSV_DUCKDB = """
import duckdb, sys
rows = duckdb.sql("select ApplicationName, DeviceId from read_csv('" + sys.argv[1] + "', header = true, all_varchar = true)")
print(rows.filter("ApplicationName in {names}").aggregate("count(distinct DeviceId)").fetchall()[0][0])
"""
LINES_DUCKDB = """
import duckdb, sys
kinds = "{{name: 'VARCHAR', applicationReports: 'STRUCT(packageName VARCHAR)[]'}}"
rows = duckdb.sql("select applicationReports r from read_json('" + sys.argv[1] + "', format = 'newline_delimited', columns = " + kinds + ")")
print(rows.filter("len(list_filter(r, lambda a: a.packageName in {ids})) > 0").aggregate("count(*)").fetchall()[0][0])
"""
LINES_JQ = "jq -c 'select(any(.applicationReports[].packageName; . == ({ids})))|.name' {path} | wc -l"
DOCUMENT_PYTHON = """
import json, sys
ids = set({ids})
print(sum(any(a["identifier"] in ids for a in d["applications"]) for d in json.load(open(sys.argv[1]))["results"]))
"""


APPLE = dict(zip(IDS, APPLE_IDS))


def guid(n):
    return f"{n:08x}-5a1e-4c0d-9b7e-{n:012x}"


def make(folder, devices, shuffle, distinct):
    """The three files, and how many devices carry an app."""
    dice = random.Random(1)
    pool = [(f"App {n}", f"org.example.app{n}") for n in range(900)]
    rows, planted = [], 0
    head = "ApplicationKey,ApplicationName,ApplicationPublisher,ApplicationShortVersion,ApplicationVersion,DeviceId,DeviceName,EmailAddress,OSDescription,OSVersion,Platform,UserId,UserName"
    paths = {k: os.path.join(folder, n) for k, n in {"csv": "apps.csv", "lines": "devices.ndjson", "document": "jamf.json"}.items()}
    with open(paths["lines"], "w") as lines, open(paths["document"], "w") as document, open(paths["csv"], "w") as table:
        table.write(head + "\r\n")
        document.write('{"totalCount": %d, "results": [\n' % devices)
        for n in range(devices):
            apps = dice.sample(pool, 90)
            if dice.random() < 0.003:
                planted += 1
                apps.append(dice.choice(list(zip(NAMES, IDS))))
            # A version of an app is the same on every device that has it, or never.
            apps = [(t, p, f"{dice.randrange(4)}.{n if distinct else 0}") for t, p in apps]
            for name, _, version in apps:
                key = hashlib.sha256((name + version).encode()).hexdigest()
                row = (f'{key},{name},"Example, Inc.",{version},{version}.0,{guid(n)},Phone {n},u{n}@agency.example,iOS,26.0,IOS,{guid(n + 7)},User {n}\r\n')
                rows.append(row) if shuffle else table.write(row)
            lines.write(json.dumps({"name": f"enterprises/L/devices/{n}", "managementMode": "DEVICE_OWNER", "applicationReports": [
                {"packageName": p, "displayName": t, "versionName": v, "state": "INSTALLED"} for t, p, v in apps]}) + "\n")
            document.write((",\n" if n else "") + json.dumps({"mobileDeviceId": str(n), "deviceType": "iOS", "hardware": {"serialNumber": f"F2L{n:09d}"},
                "applications": [{"identifier": APPLE.get(p, p), "name": t, "version": v} for t, p, v in apps]}))
        document.write("\n]}\n")
        # Held only to be mixed: without that, any number of devices can be made.
        dice.shuffle(rows)
        table.writelines(rows)
    return paths, planted


def measure(command, shell):
    """CPU seconds, peak in MB, the first number of the last line."""
    log = tempfile.TemporaryFile()
    pid = subprocess.Popen(command, shell=shell, stdout=log, stderr=subprocess.DEVNULL).pid
    _, status, use = os.wait4(pid, 0)
    # The end of it: what this process reads would count as memory of the next child.
    log.seek(max(0, log.seek(0, os.SEEK_END) - 4096))
    lines = [line for line in log.read().decode(errors="replace").splitlines() if line.strip()]
    last = lines[-1] if lines else ""
    found = re.search(r'"prohibited": ?(\d+)', last) or re.search(r"(\d+)", last)
    return use.ru_utime + use.ru_stime, use.ru_maxrss / 1024, int(found[1]) if found else None


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--devices", type=int, default=20000)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--tool", default="target/release/tidewaiter")
    options.add_argument("--shuffle", action="store_true", help="rows of a device do not follow each other")
    options.add_argument("--distinct", action="store_true", help="no two devices have the same version of an app")
    options.add_argument("--make", help=argparse.SUPPRESS)
    args = options.parse_args()
    if args.make:
        return print(json.dumps(make(args.make, args.devices, args.shuffle, args.distinct)))
    names, ids = "('" + "','".join(NAMES) + "')", "('" + "','".join(IDS) + "')"
    there = {m: subprocess.run([sys.executable, "-c", f"import {m}"], capture_output=True).returncode == 0 for m in ("polars", "duckdb")}
    there["jq"] = shutil.which("jq") is not None
    with tempfile.TemporaryDirectory() as folder:
        # Apart: the memory of this process would count as that of its children.
        own = [sys.executable, __file__, "--make", folder, "--devices", str(args.devices)]
        made = subprocess.run(own + ["--shuffle"] * args.shuffle + ["--distinct"] * args.distinct, check=True, capture_output=True, text=True)
        paths, planted = json.loads(made.stdout)
        python = lambda code, path: [sys.executable, "-c", code, path]
        jq_ids = ",".join(f'"{i}"' for i in IDS)
        peers = {
            "csv": [("polars", "polars", python(CSV_POLARS.format(names=NAMES), paths["csv"])),
                    ("duckdb", "duckdb", python(CSV_DUCKDB.format(names=names), paths["csv"]))],
            "lines": [("duckdb", "duckdb", python(LINES_DUCKDB.format(ids=ids), paths["lines"])),
                      ("jq", "jq", LINES_JQ.format(ids=jq_ids, path=paths["lines"]))],
            "document": [("python json", None, python(DOCUMENT_PYTHON.format(ids=APPLE_IDS), paths["document"]))],
        }
        wrong = False
        for kind, path in paths.items():
            size = os.path.getsize(path) / 1e6
            print(f"\n{kind}: {args.devices} devices, {size:.0f} MB, {planted} with one of the apps")
            own = [args.tool, "scan", "--exit-zero", "--quiet", "--format", "ndjson", path]
            commands = [("tidewaiter", own)] + [(n, c) for n, needs, c in peers[kind] if needs is None or there[needs]]
            for name, needs, _ in peers[kind]:
                if needs is not None and not there[needs]:
                    print(f"  {name}: not installed, left out")
            seen = {name: [] for name, _ in commands}
            for _ in range(args.runs):
                for name, command in commands:
                    seen[name].append(measure(command, isinstance(command, str)))
            middle = lambda name: sorted(seen[name])[len(seen[name]) // 2]
            base = middle("tidewaiter")[0]
            for name, _ in commands:
                cpu, peak, answer = middle(name)
                wrong |= answer != planted
                print(f"  {name:12} {cpu:8.2f} s CPU  {peak:7.0f} MB  {cpu / base:6.1f} x  {'' if answer == planted else f'WRONG: {answer}'}")
    sys.exit(wrong)


if __name__ == "__main__":
    main()
