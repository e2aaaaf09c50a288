#!/usr/bin/env python3
"""Compare a scan with what was planted, device by device and app by app.

    truth.py [--tidewaiter PROGRAM] [--not-yet KIND ...] WORKLOAD ...

Beside each WORKLOAD lies WORKLOAD.truth.json with a `list`, in one of two shapes:

    {"device": id, "path": below the workload (optional), "kind": optional, "apps": count (optional),
     "banned": ["identifier" or {"id": identifier}]}      one row a device; devices that are not named carry nothing
    {"key": .., "id": identifier, "where": path}           one row an app of the only device

An export that has names only is compared by app: `identify` says which app a planted identifier is.
Asserted: the named devices are prohibited by exactly the planted identifiers, every other device of
the report has no finding at all, the numbers of devices and of apps agree. Rows of a `--not-yet`
kind are left out and counted. Exit status 1 on any difference. Standard library only.
"""
import argparse, json, os, re, subprocess, sys, tempfile

PRESENT = {"installed", "disabled", "archived"}
DECIDES = {"app", "variant", "host"}


def scan(program, path):
    """The device lines and the summary of a scan."""
    with tempfile.TemporaryFile() as out:
        status = subprocess.run([program, "scan", "--format", "ndjson", path], stdout=out).returncode
        out.seek(0)
        rows = [json.loads(line) for line in out]
    assert rows and rows[-1]["kind"] == "summary", f"{path}: the report has no end (exit {status})"
    assert rows[-1]["exit_status"] == status, f"{path}: exit {status}, the report says {rows[-1]['exit_status']}"
    return [r for r in rows if r["kind"] == "device"], rows[-1], [r for r in rows if r["kind"] == "evidence"]


def names(device, root):
    """What a truth row may call this device: its ids, the folders or files its facts come from."""
    ident = device["identity"]
    out = {ident[k] for k in ("serial", "udid", "mdm_id", "enrollment_id", "name") if ident.get(k)}
    out.update(ident.get("imei", []))
    if ident.get("mdm_id"):
        out.update(tail(ident["mdm_id"]))
    for c in device["coverage"]:
        locator = c["locator"].split("#")[0]
        if locator.startswith(root + "/"):
            out.update(heads(locator[len(root) + 1:]))
    return out


def tail(text):
    parts = text.split("/")
    return {"/".join(parts[i:]) for i in range(len(parts))}


def heads(path):
    parts = path.replace("!/", "/").split("/")
    return {"/".join(parts[:i]) for i in range(1, len(parts) + 1)}


def found(device, by_app=False):
    """Identifiers or apps that decide, and findings that say anything else."""
    decide, other = set(), []
    for f in device["findings"]:
        if f["relation"] in DECIDES and f["state"] in PRESENT and f["strength"] != "circumstantial":
            decide.add(f["app"] if by_app else f["identifier"]["value"])
        else:
            other.append(f"{f['code']} {f['identifier'].get('value')}")
    return decide, other


def planted(row):
    return {b if isinstance(b, str) else b["id"] for b in row["banned"]}


def apps_of(program, identifiers):
    """Apps that these identifiers stand for, as `identify` says, and the default policy names."""
    policy = subprocess.run([program, "policies", "show", "us-eo-13971"], stdout=subprocess.PIPE).stdout.decode()
    named = set(re.findall(r"^  \u201c.*\u201d -> ([a-z0-9-]+)", policy, re.M))
    answer = subprocess.run([program, "identify", "--format", "json", *sorted(identifiers)], stdout=subprocess.PIPE)
    return {m["app"] for item in json.loads(answer.stdout)["items"] for m in item["matches"]} & named


def compare(program, path, not_yet):
    path = path.rstrip("/")
    truth = json.load(open(path + ".truth.json"))
    devices, summary, evidence = scan(program, path)
    wrong, left, checked, apps, by_app = [], 0, 0, 0, 0
    rows = truth["list"]
    if rows and "banned" not in rows[0]:
        rows = [{"device": None, "apps": truth.get("apps"), "banned": [r["id"] for r in rows]}]
        total = 1
    else:
        total = truth["devices"]
    by_name = {}
    for d in devices:
        for n in names(d, path):
            by_name.setdefault(n, []).append(d)
    spoken = set()
    for row in rows:
        if row.get("kind") in not_yet:
            left += 1
            continue
        checked += 1
        want = planted(row)
        name = row["device"]
        hits = devices if name is None else by_name.get(name) or by_name.get(name.split("/")[-1], [])
        if len(hits) != 1:
            wrong.append(f"{row['device']}: {len(hits)} devices in the report bear this name")
            continue
        d = hits[0]
        spoken.add(d["key"])
        by_name_only = any(f["identifier"]["kind"] == "display-name" for f in d["findings"])
        decide, other = found(d, by_name_only)
        if by_name_only:
            by_app += 1
            want = apps_of(program, want)
        if decide != want or other:
            wrong.append(f"{d['key']}: planted {sorted(want)}, found {sorted(decide)}, besides {other}")
        if (d["verdict"] == "prohibited") != bool(want):
            wrong.append(f"{d['key']}: planted {sorted(want)}, verdict {d['verdict']}")
        if row.get("apps") is not None:
            apps += 1
            if d["apps_observed"] != row["apps"]:
                wrong.append(f"{d['key']}: {row['apps']} apps planted, {d['apps_observed']} in the list")
    silent = 0
    for d in devices:
        if d["key"] in spoken:
            continue
        silent += 1
        if d["findings"] or d["verdict"] in ("prohibited", "suspect"):
            wrong.append(f"{d['key']}: nothing was planted, verdict {d['verdict']}, {found(d)}")
    if len(devices) != total - left:
        wrong.append(f"{total - left} devices planted, {len(devices)} in the report")
    unread = [e["locator"] for e in evidence if e["status"] in ("unreadable", "unknown")]
    partly = sum(1 for e in evidence if e["status"] == "partly-read")
    if len(unread) != left:
        wrong.append(f"{len(unread)} items were not read, {left} were expected: {unread[:5]}")
    verdicts = {v: summary[v] for v in ("prohibited", "suspect", "inconclusive", "clear") if summary[v]}
    print(f"{os.path.basename(path)}: {len(devices)} devices ({verdicts}), {checked} rows of truth compared"
          f"{f' ({by_app} by app)' if by_app else ''}, "
          f"app counts of {apps}, {silent} devices not named by it, {left} of a kind not read yet, {partly} read in part; "
          f"{len(wrong)} differences")
    for line in wrong[:40]:
        print("  " + line)
    return not wrong


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--tidewaiter", default="target/release/tidewaiter")
    args.add_argument("--not-yet", nargs="*", default=[], help="kinds of truth rows that are not compared")
    args.add_argument("workload", nargs="+")
    given = args.parse_args()
    good = [compare(given.tidewaiter, w, given.not_yet) for w in given.workload]
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
