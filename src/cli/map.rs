//! `tidewaiter map`: a draft of a mapping file, from a sample.

use std::fs::File;
use std::io::{self, Read, Write as _};

use anyhow::{Context as _, anyhow};

use super::Failure;
use super::args::MapArgs;
use crate::artifact::mdm::mapping::{Draft, draft};
use crate::evidence::Probe;

/// The draft has questions that somebody must answer.
const EXIT_OPEN: u8 = 3;

pub(super) fn run(args: &MapArgs) -> Result<u8, Failure> {
    let name = args.file.display().to_string();
    let (head, size) = head(args).with_context(|| format!("cannot read {name}")).map_err(Failure::cannot_run)?;
    if head.is_empty() {
        return Err(Failure::cannot_run(anyhow!("{name} is empty")));
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"\x1f\x8b") {
        return Err(Failure::cannot_run(anyhow!("{name} is compressed: give a file that is in it")));
    }
    let file = args.file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    match draft(&Probe { head: &head, size, name: file.as_bytes() }) {
        Draft::Known(title) => {
            let _ = writeln!(io::stderr(), "tidewaiter: {name} needs no mapping: it is read as “{title}”");
            Ok(0)
        }
        Draft::Nothing(why) => Err(Failure::cannot_run(anyhow!("{name}: {why}"))),
        Draft::Mapping { text, questions } => {
            super::print(text.as_bytes())?;
            if questions > 0 {
                let _ = writeln!(
                    io::stderr(),
                    "tidewaiter: {questions} question(s) are open in the draft; answer them before you use it with --map"
                );
            }
            Ok(if questions > 0 { EXIT_OPEN } else { 0 })
        }
    }
}

/// The first bytes, and the size as far as it matters.
fn head(args: &MapArgs) -> io::Result<(Vec<u8>, u64)> {
    let mut head = Vec::new();
    let most = Probe::HEAD as u64;
    if args.file.as_os_str() == "-" {
        io::stdin().take(most + 1).read_to_end(&mut head)?;
    } else {
        File::open(&args.file)?.take(most + 1).read_to_end(&mut head)?;
    }
    let size = head.len() as u64;
    head.truncate(Probe::HEAD);
    Ok((head, size))
}
