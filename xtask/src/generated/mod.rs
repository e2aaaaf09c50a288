//! Files of the project that are drawn from its source.

mod artifacts;
mod commands;
mod diagnostics;
mod sample;

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

/// A file that is generated.
struct Output {
    /// Below the project's root.
    path: String,
    /// What it must hold.
    bytes: Vec<u8>,
}

/// Everything that is generated, fixtures apart. Adding a file is one row.
fn outputs(root: &Path) -> Result<Vec<Output>> {
    let text = |path: &str, text: String| Output { path: path.to_owned(), bytes: text.into_bytes() };
    let mut outputs = vec![
        text("docs/artifacts.md", artifacts::page(tidewaiter::artifact::PARSERS)),
        text("docs/diagnostics.md", diagnostics::page(tidewaiter::model::Code::ALL)),
        text("docs/command-line.md", commands::page()),
        text("schemas/report-v1.schema.json", tidewaiter::report::schema_json()),
        Output { path: "docs/man/tidewaiter.1".to_owned(), bytes: tidewaiter::cli::man_page() },
    ];
    outputs.extend(commands::completions());
    outputs.push(Output { path: "docs/sample-report.html".to_owned(), bytes: sample::page(root)? });
    Ok(outputs)
}

/// Writes every file whose content differs.
pub(crate) fn write_all(root: &Path) -> Result<()> {
    for output in outputs(root)? {
        let path = root.join(&output.path);
        if fs::read(&path).is_ok_and(|found| found == output.bytes) {
            continue;
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, &output.bytes).with_context(|| output.path.clone())?;
        println!("{}: written", output.path);
    }
    Ok(())
}

/// What differs between the committed files and the source.
pub(crate) fn drift(root: &Path) -> Result<Vec<String>> {
    let differs = |output: &Output| fs::read(root.join(&output.path)).is_ok_and(|found| found == output.bytes);
    let stale = outputs(root)?.into_iter().filter(|output| !differs(output));
    Ok(stale.map(|output| format!("{}: differs from the source it is drawn from", output.path)).collect())
}

/// Text for a cell of a table.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}
