//! Files of the project that are drawn from its source.

mod artifacts;
mod diagnostics;

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

/// A file that is generated.
struct Output {
    /// Below the project's root.
    path: &'static str,
    /// What it must hold.
    bytes: Vec<u8>,
}

/// Everything that is generated, fixtures apart. Adding a file is one row.
fn outputs() -> Vec<Output> {
    vec![
        Output { path: "docs/artifacts.md", bytes: artifacts::page(tidewaiter::artifact::PARSERS).into_bytes() },
        Output { path: "docs/diagnostics.md", bytes: diagnostics::page(tidewaiter::model::Code::ALL).into_bytes() },
    ]
}

/// Writes every file whose content differs.
pub(crate) fn write_all(root: &Path) -> Result<()> {
    for output in outputs() {
        let path = root.join(output.path);
        if fs::read(&path).is_ok_and(|found| found == output.bytes) {
            continue;
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, &output.bytes).with_context(|| output.path.to_owned())?;
        println!("{}: written", output.path);
    }
    Ok(())
}

/// What differs between the committed files and the source.
pub(crate) fn drift(root: &Path) -> Result<Vec<String>> {
    let differs = |output: &Output| fs::read(root.join(output.path)).is_ok_and(|found| found == output.bytes);
    let stale = outputs().into_iter().filter(|output| !differs(output));
    Ok(stale.map(|output| format!("{}: differs from the source it is drawn from", output.path)).collect())
}

/// Text for a cell of a table.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}
