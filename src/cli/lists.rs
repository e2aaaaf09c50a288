//! `tidewaiter signatures ...` and `tidewaiter policies ...`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::args::{PoliciesArgs, PoliciesCommand, SignaturesArgs, SignaturesCommand};
use super::{Failure, print};
use crate::model::{Platform, Timestamp};
use crate::signature::{App, Existence, Indicator, Policy, Resolution, SignatureSet, check};

fn load(extra: &[PathBuf]) -> Result<SignatureSet, Failure> {
    SignatureSet::load(extra).map_err(Failure::cannot_run)
}

pub(super) fn signatures(args: &SignaturesArgs) -> Result<u8, Failure> {
    match &args.command {
        SignaturesCommand::List { signatures } => print(list_apps(&load(signatures)?).as_bytes()),
        SignaturesCommand::Show { app, signatures } => {
            let set = load(signatures)?;
            let found = set.app(app).ok_or_else(|| {
                Failure::usage(anyhow::anyhow!(
                    "there is no signature `{app}`; `tidewaiter signatures list` shows those there are"
                ))
            })?;
            print(show_app(found, &set).as_bytes())
        }
        SignaturesCommand::Check { dir } => check_folder(dir),
    }
}

/// 0 where everything is in order, 1 where something is wrong, 4 where there is nothing to check.
fn check_folder(dir: &Path) -> Result<u8, Failure> {
    if !dir.is_dir() {
        return Err(Failure::cannot_run(anyhow::anyhow!("{} is no folder", dir.display())));
    }
    let problems = check::check_dir(dir);
    let mut out = String::new();
    for problem in &problems {
        let _ = writeln!(out, "{}:{}: {}", problem.file, problem.line, problem.message);
    }
    if problems.is_empty() {
        let _ = writeln!(out, "{}: in order", dir.display());
    }
    print(out.as_bytes())?;
    Ok(u8::from(!problems.is_empty()))
}

const PLATFORMS: [Platform; 3] = [Platform::Ios, Platform::Android, Platform::HarmonyOs];

fn list_apps(set: &SignatureSet) -> String {
    let mut out = String::new();
    for app in set.apps() {
        let on = PLATFORMS.iter().filter(|p| set.exists_on(&app.id, **p) == Existence::Known(true));
        let on: Vec<&str> = on.map(|p| p.as_str()).collect();
        let enabled = app.indicators.iter().filter(|i| i.ship.is_enabled()).count();
        let host = app.hosted_by.as_ref().map(|h| format!("  function of {}", h.app)).unwrap_or_default();
        let _ = writeln!(out, "{:12}  {:12}  {enabled:3} indicators  {}{host}", app.id, app.name, on.join(", "));
    }
    out
}

fn show_app(app: &App, set: &SignatureSet) -> String {
    let mut out = format!("{} ({})\n", app.name, app.id);
    if let Some(vendor) = &app.vendor {
        let _ = writeln!(out, "vendor: {vendor}");
    }
    if let Some(host) = &app.hosted_by {
        let _ = writeln!(out, "hosted by: {} ({})", host.app, host.function);
    }
    for platform in PLATFORMS {
        if let Existence::NoneKnown(statement) = set.exists_on(&app.id, platform) {
            let _ = writeln!(out, "{platform}: no edition known (checked {})", statement.checked);
        }
    }
    if let Some(note) = &app.note {
        let _ = writeln!(out, "note: {note}");
    }
    for indicator in &app.indicators {
        out.push_str(&show_indicator(indicator));
    }
    for signer in &app.signers {
        let _ = writeln!(out, "signer {} for {} [{}]", signer.key, signer.packages.join(", "), signer.ship.as_str());
        for digest in &signer.digests {
            let _ = writeln!(out, "    {:?} {} [{}]", digest.kind, digest.value, digest.ship.as_str());
        }
    }
    for not in &app.not {
        let platform = not.platform.map(|p| format!(" {p}")).unwrap_or_default();
        let values: Vec<&str> = not.ids.iter().chain(&not.names).map(String::as_str).collect();
        let _ = writeln!(out, "not{platform}: {}", values.join(", "));
    }
    out
}

fn show_indicator(i: &Indicator) -> String {
    let platform = i.platform.map(|p| format!(" {p}")).unwrap_or_default();
    let distinctive = if i.distinctive { " distinctive" } else { "" };
    format!(
        "{}{platform}: {} [{}, {}, {}{distinctive}; {}]\n",
        i.kind.as_str(),
        i.value,
        i.relation.as_str(),
        i.confidence.as_str(),
        i.ship.as_str(),
        i.sources.join(", ")
    )
}

pub(super) fn policies(args: &PoliciesArgs) -> Result<u8, Failure> {
    let now = Timestamp::now();
    match &args.command {
        PoliciesCommand::List { signatures } => {
            let mut out = String::new();
            for policy in load(signatures)?.policies() {
                let status = standing(policy, now);
                let _ = writeln!(out, "{:24}  {status:22}  {}", policy.id, policy.title);
            }
            print(out.as_bytes())
        }
        PoliciesCommand::Show { id, signatures } => {
            let set = load(signatures)?;
            let policy = set.policy(id).ok_or_else(|| {
                Failure::usage(anyhow::anyhow!(
                    "there is no policy `{id}`; `tidewaiter policies list` shows those there are"
                ))
            })?;
            print(show_policy(policy, &set, now).as_bytes())
        }
    }
}

fn standing(policy: &Policy, now: Timestamp) -> String {
    let ended = policy.effective_to.as_ref().map(|d| format!(" {d}")).unwrap_or_default();
    format!("{}{ended}", policy.status_on(now).as_str())
}

fn show_policy(policy: &Policy, set: &SignatureSet, now: Timestamp) -> String {
    let mut out = format!("{} ({})\n", policy.title, policy.id);
    let _ = writeln!(out, "{} · {} · {}", policy.instrument, policy.jurisdiction, standing(policy, now));
    for (name, date) in [
        ("issued", &policy.issued),
        ("effective", &policy.effective_from),
        ("ended", &policy.effective_to),
        ("checked", &policy.checked),
    ] {
        if let Some(date) = date {
            let _ = writeln!(out, "{name}: {date}");
        }
    }
    for (name, text) in [
        ("citation", &policy.citation),
        ("ended by", &policy.ended_by),
        ("effect", &policy.effect),
        ("note", &policy.note),
    ] {
        if let Some(text) = text {
            let _ = writeln!(out, "{name}: {text}");
        }
    }
    for entry in &policy.entries {
        let app = entry.app.as_deref().map(|a| format!(" -> {a}")).unwrap_or_default();
        let function = entry.function_of.as_deref().map(|h| format!(", a function of {h}")).unwrap_or_default();
        let listed = if entry.is_listed_on(now) { "" } else { " (not on the list now)" };
        let undecided: Vec<String> = PLATFORMS
            .iter()
            .filter_map(|p| match set.resolution(entry, *p) {
                Resolution::Unresolved(why) => Some(format!("{p} {}", why.as_str())),
                _ => None,
            })
            .collect();
        let undecided =
            if undecided.is_empty() { String::new() } else { format!(" [undecided: {}]", undecided.join(", ")) };
        let _ = writeln!(out, "  “{}”{app}{function}{listed}{undecided}", entry.named);
    }
    out
}
