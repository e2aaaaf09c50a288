//! `tidewaiter inventory`: every app seen, no verdict.

use std::io::Write;

use serde_json::json;

use super::args::InventoryArgs;
use super::interrupt::Parts;
use super::output::{self, Sink};
use super::{Failure, scan};
use crate::artifact::Retain;
use crate::inventory::CoverageOptions;
use crate::model::Timestamp;
use crate::report::{DeviceApps, apps_table, device_apps, diagnostic};
use crate::scan::counted;

pub(super) fn run(mut args: InventoryArgs) -> Result<u8, Failure> {
    let (inputs, config) = scan::configured(&args.read)?;
    config.fill_read(&mut args.read, &mut args.output.color)?;
    let mappings = super::files::mappings(&args.read.map)?;
    let wanted = output::formats(&args.output.format, &["table", "json", "ndjson"], "table")?;
    let parts = Parts::default();
    let mut sinks = Vec::new();
    for want in &wanted {
        sinks.push((want.format.as_str(), Sink::open(want.file.as_deref(), &parts).map_err(Failure::cannot_run)?));
    }
    let gathered = scan::gather(&args.read, &inputs, mappings, Retain::All, &parts)?;
    let complete = !gathered.interrupted;
    let items = gathered.items;
    let options = CoverageOptions {
        assume_full_lists: false,
        as_of: Timestamp::now(),
        now: Timestamp::now(),
        stale_after_days: u32::MAX,
        max_age_days: None,
    };
    let devices = gathered.inventory.into_devices(options);
    let mut trouble = !complete;
    let mut read = 0;
    for item in &items {
        match item.status {
            crate::scan::ItemStatus::Read => read += 1,
            crate::scan::ItemStatus::PartlyRead => (read, trouble) = (read + 1, true),
            crate::scan::ItemStatus::Skipped => {}
            _ => trouble = true,
        }
    }
    let id = |item: u32| format!("e{}", item + 1).into();
    let more = gathered.more.iter().map(|(code, count)| diagnostic(&counted(*code, *count), None));
    let said = gathered.diagnostics.iter().chain(&devices.diagnostics).map(|(_, d)| diagnostic(d, None));
    let messages: Vec<_> = said.chain(more).collect();
    for (format, sink) in &mut sinks {
        let rows = devices.iter().map(|d| device_apps(d, &devices, &id));
        write(format, rows, &messages, complete, sink).map_err(Failure::cannot_run)?;
    }
    for (_, sink) in sinks {
        sink.commit().map_err(Failure::cannot_run)?;
    }
    Ok(match (read, devices.is_empty() || trouble) {
        (0, _) => super::EXIT_CANNOT_RUN,
        (_, true) => 3,
        _ => 0,
    })
}

const SCHEMA: &str = "tidewaiter.inventory";

fn write(
    format: &str,
    rows: impl Iterator<Item = DeviceApps>,
    messages: &[crate::report::v1::Diagnostic],
    complete: bool,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    match format {
        "json" => {
            write!(
                out,
                "{{\"schema\":\"{SCHEMA}\",\"schema_version\":\"1.0.0\",\"complete\":{complete},\n\"devices\":["
            )?;
            for (n, row) in rows.enumerate() {
                out.write_all(if n == 0 { b"\n" } else { b",\n" })?;
                serde_json::to_writer(&mut *out, &row)?;
            }
            write!(out, "\n],\n\"diagnostics\":{}\n}}\n", serde_json::to_string(messages)?)?;
        }
        "ndjson" => {
            writeln!(out, "{}", json!({"kind": "run", "schema": SCHEMA, "schema_version": "1.0.0"}))?;
            let mut devices = 0_u64;
            for row in rows {
                let mut value = serde_json::to_value(&row)?;
                value["kind"] = "device".into();
                writeln!(out, "{value}")?;
                devices += 1;
            }
            for message in messages {
                let mut value = serde_json::to_value(message)?;
                value["kind"] = "diagnostic".into();
                writeln!(out, "{value}")?;
            }
            writeln!(out, "{}", json!({"kind": "summary", "devices": devices, "complete": complete}))?;
        }
        _ => {
            for row in rows {
                apps_table(&row, out)?;
            }
            for message in messages.iter().filter(|m| m.severity != "note") {
                let place = message.locator.as_deref().map(|l| format!("{l}: ")).unwrap_or_default();
                writeln!(out, "{}: {place}{} [{}]", message.severity, message.message, message.code)?;
            }
        }
    }
    Ok(())
}
