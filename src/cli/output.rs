//! Where results go: standard output, or a file written aside and renamed at
//! the end, so that a failed run never leaves half a report.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::args::{Color, GroupArg, OutputArgs};
use super::interrupt::Parts;
use super::{EXIT_CANNOT_RUN, Failure};
use crate::report::redact::{Redacting, Redactor};
use crate::report::{GroupBy, Output, RENDERERS, Style};

/// One requested format.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) format: String,
    pub(super) file: Option<PathBuf>,
}

/// The formats asked for; `default` on standard output where none is.
pub(super) fn formats(asked: &[String], known: &[&str], default: &str) -> Result<Vec<Wanted>, Failure> {
    let mut out: Vec<Wanted> = Vec::new();
    for text in asked {
        let (format, file) = match text.split_once('=') {
            // Standard output by other names: opened as a file, one that was
            // redirected with `>>` would lose what it held.
            Some((format, "-" | "/dev/stdout")) => (format, None),
            Some((format, file)) if !file.is_empty() => (format, Some(PathBuf::from(file))),
            Some((format, _)) => {
                return Err(Failure::usage(anyhow::anyhow!("--format {format}= names no file")));
            }
            None => (text.as_str(), None),
        };
        if !known.contains(&format) {
            let message = anyhow::anyhow!("there is no format `{format}`; there are {}", known.join(", "));
            return Err(Failure::usage(message));
        }
        if out.iter().any(|w| w.file == file) {
            let place = file.map_or("standard output".to_owned(), |f| f.display().to_string());
            return Err(Failure::usage(anyhow::anyhow!("two formats for {place}; give one of them =FILE")));
        }
        out.push(Wanted { format: format.to_owned(), file });
    }
    if out.is_empty() {
        out.push(Wanted { format: default.to_owned(), file: None });
    }
    Ok(out)
}

/// A place to write to.
pub(super) struct Sink {
    writer: BufWriter<Box<dyn Write>>,
    parts: Parts,
    rename: Option<(PathBuf, PathBuf)>,
}

impl Sink {
    /// Opens standard output, a temporary file beside `file`, or `file` itself
    /// where it is a device or a pipe: those are written to and never replaced.
    pub(super) fn open(file: Option<&Path>, parts: &Parts) -> anyhow::Result<Self> {
        let parts = parts.clone();
        let Some(file) = file else {
            let writer = BufWriter::with_capacity(1 << 16, Box::new(io::stdout()) as Box<dyn Write>);
            return Ok(Self { writer, parts, rename: None });
        };
        let there = std::fs::metadata(file).ok();
        if there.as_ref().is_some_and(std::fs::Metadata::is_dir) {
            bail!("{} is a folder; name a file in it", file.display());
        }
        if there.as_ref().is_some_and(|m| !m.is_file()) {
            let device = File::options().write(true).open(file);
            let device = device.with_context(|| format!("cannot write to {}", file.display()))?;
            let writer = BufWriter::with_capacity(1 << 16, Box::new(device) as Box<dyn Write>);
            return Ok(Self { writer, parts, rename: None });
        }
        // A link stays one; what it names is renamed over.
        let file = &match there {
            Some(_) => file.canonicalize().with_context(|| format!("cannot write {}", file.display()))?,
            None => file.to_owned(),
        };
        let Some(name) = file.file_name() else { bail!("{} is no file name", file.display()) };
        let mut aside = std::ffi::OsString::from(".");
        aside.push(name);
        aside.push(format!(".{}.part", std::process::id()));
        let aside = file.with_file_name(aside);
        let handle = parts.create(&aside).with_context(|| format!("cannot write beside {}", file.display()))?;
        let writer: Box<dyn Write> = Box::new(handle);
        Ok(Self { writer: BufWriter::with_capacity(1 << 16, writer), parts, rename: Some((aside, file.to_owned())) })
    }

    /// Flushes and gives the file its name.
    pub(super) fn commit(mut self) -> anyhow::Result<()> {
        self.writer.flush()?;
        if let Some((aside, file)) = &self.rename {
            self.parts.rename(aside, file).with_context(|| format!("cannot write {}", file.display()))?;
            self.rename = None;
        }
        Ok(())
    }
}

impl Write for Sink {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.writer.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        if let Some((aside, _)) = &self.rename {
            self.parts.remove(aside);
        }
    }
}

/// Where a report goes, in every format asked for; opened before any evidence is
/// read: a run of hours must not end at a folder that does not exist.
pub(super) struct Targets {
    wanted: Vec<Wanted>,
    sinks: Vec<Sink>,
}

impl Targets {
    /// The table on standard output, or what the user asked for.
    pub(super) fn asked(args: &OutputArgs) -> Result<Vec<Wanted>, Failure> {
        let known: Vec<&str> = RENDERERS.iter().map(|f| f.id).collect();
        formats(&args.format, &known, "table")
    }

    /// Opens them.
    pub(super) fn open(wanted: Vec<Wanted>, parts: &Parts) -> Result<Self, Failure> {
        let open = |want: &Wanted| Sink::open(want.file.as_deref(), parts).map_err(Failure::cannot_run);
        let sinks = wanted.iter().map(open).collect::<Result<_, _>>()?;
        Ok(Self { wanted, sinks })
    }

    /// Lets `write` write a report and puts the files in place.
    pub(super) fn write(
        mut self,
        args: &OutputArgs,
        redactor: Option<&Redactor>,
        write: impl FnOnce(&mut [Output<'_>]) -> anyhow::Result<u8>,
    ) -> Result<u8, Failure> {
        let mut outputs: Vec<Output<'_>> = Vec::new();
        for (want, sink) in self.wanted.iter().zip(&mut self.sinks) {
            let color = want.file.is_none() && color(args.color);
            let style = style(args, color);
            let Some(format) = RENDERERS.iter().find(|f| f.id == want.format) else { continue };
            let renderer = (format.make)(style);
            let renderer = match redactor {
                Some(redactor) => Box::new(Redacting::new(redactor.clone(), renderer)),
                None => renderer,
            };
            outputs.push((renderer, Box::new(sink)));
        }
        let status = match write(&mut outputs) {
            Ok(status) => status,
            // The reader of a pipe had enough; that is no failure of ours.
            Err(error) if is_broken_pipe(&error) => return Ok(EXIT_CANNOT_RUN),
            Err(error) => return Err(Failure::cannot_run(error)),
        };
        drop(outputs);
        for sink in self.sinks {
            sink.commit().map_err(Failure::cannot_run)?;
        }
        Ok(status)
    }
}

/// What the arguments say about the look of a report.
fn style(args: &OutputArgs, color: bool) -> Style {
    let group_by = match args.group_by {
        GroupArg::Device => GroupBy::Device,
        GroupArg::App => GroupBy::App,
        GroupArg::Owner => GroupBy::Owner,
    };
    Style { width: width(), color, group_by, csv_raw: args.csv_raw, csv_bom: args.csv_bom }
}

/// The reader of a pipe had enough.
pub(super) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let kinds = error.chain().filter_map(|e| e.downcast_ref::<io::Error>()).map(io::Error::kind);
    kinds.into_iter().any(|kind| kind == io::ErrorKind::BrokenPipe)
}

/// Whether to colour what goes to standard output.
pub(super) fn color(choice: Option<Color>) -> bool {
    match choice.unwrap_or(Color::Auto) {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()),
    }
}

/// Columns of the terminal; 80 where there is none. `COLUMNS` decides.
pub(super) fn width() -> usize {
    let told = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    let width = told.or_else(|| terminal_size::terminal_size().map(|(w, _)| usize::from(w.0)));
    width.filter(|w| (40..=1000).contains(w)).unwrap_or(80)
}
