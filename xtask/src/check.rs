//! Nothing that is generated may differ from what is committed.

use std::path::Path;

use anyhow::{Result, ensure};

use crate::{fixtures, generated};

/// Builds everything in memory and compares.
pub(crate) fn run(root: &Path) -> Result<()> {
    let mut drift = fixtures::drift(root)?;
    let fixtures = drift.len();
    drift.extend(generated::drift(root)?);
    for line in &drift {
        eprintln!("{line}");
    }
    ensure!(
        drift.is_empty(),
        "{} files are out of date ({fixtures} fixtures, {} others); run `cargo run -p xtask -- fixtures` and `... docs`",
        drift.len(),
        drift.len() - fixtures
    );
    println!("fixtures and generated files are up to date");
    Ok(())
}
