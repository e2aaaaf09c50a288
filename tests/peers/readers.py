"""Readers of app lists that share no code with tidewaiter: Python's standard library only.

Each returns {identifier: {"version", "name", "users", "installer", "signers"}}, with those members
that its source holds. They are short and trust their input: a second opinion, no product.
"""
import csv, glob, hashlib, io, json, os, plistlib, re, shutil, sqlite3, tempfile, zipfile
import xml.etree.ElementTree as xml


def backup_info(folder):
    """`Installed Applications` of a backup's Info.plist, with what the store says of each."""
    info = plistlib.load(open(os.path.join(folder, "Info.plist"), "rb"))
    store = info.get("Applications", {})
    out = {}
    for app in info.get("Installed Applications", []):
        out[app] = {}
        meta = store.get(app, {}).get("iTunesMetadata")
        if meta:
            meta = plistlib.loads(meta)
            out[app] = {"version": meta.get("bundleShortVersionString"), "name": meta.get("itemName")}
    return out


def backup_domains(folder):
    """`AppDomain-` identifiers of Manifest.db that are not Apple's; SQLite reads a copy, its log included."""
    path = os.path.join(folder, "Manifest.db")
    if not os.path.exists(path) or open(path, "rb").read(6) != b"SQLite":
        return None
    with tempfile.TemporaryDirectory() as room:
        for end in ("", "-wal"):
            if os.path.exists(path + end):
                shutil.copy(path + end, os.path.join(room, "Manifest.db" + end))
        db = sqlite3.connect(os.path.join(room, "Manifest.db"))
        rows = [d for (d,) in db.execute("SELECT DISTINCT domain FROM Files WHERE domain LIKE 'AppDomain-%'")]
        db.close()
    return {d[len("AppDomain-"):]: {} for d in rows if not d.startswith("AppDomain-com.apple.")}


def bundles(names, read):
    """Apps of an iOS file system: Info.plist of every bundle in a container."""
    out = {}
    for name in names:
        if re.search(r"containers/Bundle/Application/[0-9A-Fa-f-]{36}/[^/]+\.app/Info\.plist$", name):
            info = plistlib.loads(read(name))
            title = info.get("CFBundleDisplayName") or info.get("CFBundleName")
            out[info["CFBundleIdentifier"]] = {"version": info.get("CFBundleShortVersionString"), "name": title}
    return out


def ios_folder(folder):
    names = glob.glob(os.path.join(folder, "**/containers/Bundle/Application/*/*.app/Info.plist"), recursive=True)
    return bundles(names, lambda n: open(n, "rb").read())


def ios_zip(path):
    with zipfile.ZipFile(path) as archive:
        return bundles(archive.namelist(), archive.read)


def packages_xml(text):
    """Text form only; certificates are told once and pointed at from then on."""
    certs, out = {}, {}
    for package in xml.fromstring(text).findall("package"):
        signers = set()
        for cert in package.findall("sigs/cert"):
            if cert.get("key"):
                certs[cert.get("index")] = hashlib.sha256(bytes.fromhex(cert.get("key"))).hexdigest()
            signers.add(certs[cert.get("index")])
        out[package.get("name")] = {
            "version": package.get("version"), "installer": package.get("installer"), "signers": signers}
    return out


def android_folder(folder, text=None):
    """packages.xml, and for whom each package is installed; `text` turns other forms of XML into text."""
    system = os.path.join(folder, "data/system")
    text = text or (lambda path: open(path, "rb").read())
    out = packages_xml(text(os.path.join(system, "packages.xml")))
    for path in glob.glob(os.path.join(system, "users/*/package-restrictions.xml")):
        user = int(path.split("/")[-2])
        rows = {p.get("name"): p for p in xml.fromstring(text(path)).findall("pkg")}
        for name, row in out.items():
            # A package without a row, and a row without `inst`, are installed.
            if name not in rows or rows[name].get("inst") != "false":
                row.setdefault("users", set()).add(user)
    return out


def android_zip_folders(path):
    """Package names of `data/app/~~X==/NAME-Y==/base.apk`, for a list that is not text."""
    with zipfile.ZipFile(path) as archive:
        found = (re.search(r"data/app/~~[^/]+/([^/]+)-[^/]{24}/base\.apk$", n) for n in archive.namelist())
        return {m.group(1): {} for m in found if m}


def dumpsys(text):
    """`Packages:` of the package service, by indentation."""
    begin = text.find("DUMP OF SERVICE package:")
    text = text[max(begin, 0):]
    text = text[text.index("\nPackages:\n") + 11:]
    text = re.split(r"^(?:\S.*:$|-----)", text, maxsplit=1, flags=re.M)[0]
    out = {}
    for block in re.split(r"^  Package \[", text, flags=re.M)[1:]:
        field = lambda key: (re.search(rf"^    {key}=(.*)$", block, re.M) or [None, None])[1]
        users = {int(u) for u, yes in re.findall(r"^    User (\d+):.*?installed=(\w+)", block, re.M) if yes == "true"}
        out[block.split("]")[0]] = {
            "version": field("versionName"), "installer": field("installerPackageName"), "users": users}
    return out


def bugreport_zip(path):
    with zipfile.ZipFile(path) as archive:
        entry = archive.read("main_entry.txt").decode().strip()
        return dumpsys(archive.read(entry).decode("utf-8", "replace"))


def bugreport_folder(folder):
    return dumpsys(open(os.path.join(folder, "dumpstate.txt"), encoding="utf-8", errors="replace").read())


def androidqf(folder):
    out = {}
    for row in json.load(open(os.path.join(folder, "packages.json"))):
        installer = row["installer"] if row["installer"] not in ("null", "") else None
        signers = {f["certificate"]["Sha256"].lower() for f in row["files"] if f.get("certificate", {}).get("Sha256")}
        out[row["name"]] = {"installer": installer, "signers": signers}
    return out


def intune(path):
    """{device: {name: version}} of AppInvRawData, whole file read by the csv module."""
    out = {}
    for row in csv.DictReader(open(path, encoding="utf-8-sig", newline="")):
        app = {"version": row["ApplicationShortVersion"] or row["ApplicationVersion"]}
        out.setdefault(row["DeviceId"], {})[row["ApplicationName"]] = app
    return out


def android_management(path):
    """The same of Android Management API devices, one a line."""
    out = {}
    for device in map(json.loads, open(path, encoding="utf-8")):
        out[device["name"].split("/")[-1]] = {
            r["packageName"]: {"version": r.get("versionName"), "name": r.get("displayName"),
                               "installer": r.get("installerPackageName")}
            for r in device["applicationReports"] if r.get("state") != "REMOVED"}
    return out


def jamf(path):
    """The same of a Jamf Pro answer."""
    return {device["hardware"]["serialNumber"]: {
        a["identifier"]: {"version": a["shortVersion"], "name": a["name"]} for a in device["applications"]}
        for device in json.load(open(path, encoding="utf-8"))["results"]}


def table(path, identifier, version=None):
    """A tab-separated export of another tool."""
    lines = io.StringIO(open(path, encoding="utf-8-sig").read().replace("\0", ""))
    head = next(lines).rstrip("\n").split("\t")
    out = {}
    for line in lines:
        row = dict(zip(head, line.rstrip("\n").split("\t")))
        if row.get(identifier):
            out[row[identifier]] = {"version": row[version]} if version else {}
    return out
