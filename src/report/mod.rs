//! The frozen report and its renderers.
//!
//! A renderer is handed the run, then devices one at a time, then the rest: it
//! never holds the whole report. Imports `verdict`, `matching`, `inventory`,
//! `model`.

mod apps;
mod assemble;
mod canonical;
mod csv;
pub mod diff;
mod html;
mod json;
mod lift;
pub mod merge;
mod ndjson;
pub mod reading;
pub mod redact;
#[cfg(test)]
pub(crate) mod sample;
mod spill;
mod summary;
mod table;
mod text;
pub mod v1;
pub mod verify;
mod writing;

use std::io::{self, Write};

pub use apps::{AppRow, DeviceApps, apps_table, device_apps};
pub use assemble::{CLEAR_SPEAKS_FOR_ITS_TIME, consulted, coverage_of, device, diagnostic};
pub(crate) use text::safe;

pub use summary::{Tally, exit_status};
pub use writing::{Output, Writer};

/// What the reader wants a renderer to look like; never changes what it says.
#[derive(Debug, Clone, Copy, Default)]
pub struct Style {
    /// Columns; 80 where unknown.
    pub width: usize,
    /// Colours.
    pub color: bool,
    /// What the table is ordered by.
    pub group_by: GroupBy,
    /// CSV for programs: values as they are, not guarded against spreadsheets.
    pub csv_raw: bool,
    /// CSV with a byte order mark, which some spreadsheets need to see UTF-8.
    pub csv_bom: bool,
}

/// What the table is ordered by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum GroupBy {
    /// One block for each device.
    #[default]
    Device,
    /// One block for each app, with the devices that carry it.
    App,
    /// Devices under the account of their main user.
    Owner,
}

/// Turns a report into bytes, piece by piece.
pub trait Renderer {
    /// Before the first device. The run has no end yet.
    fn begin(&mut self, run: &v1::Run, out: &mut dyn Write) -> io::Result<()>;

    /// One device, in the order of the keys.
    fn device(&mut self, device: &v1::Device, out: &mut dyn Write) -> io::Result<()>;

    /// One item of evidence, after all devices.
    fn evidence(&mut self, evidence: &v1::Evidence, out: &mut dyn Write) -> io::Result<()>;

    /// One message, after all evidence.
    fn diagnostic(&mut self, diagnostic: &v1::Diagnostic, out: &mut dyn Write) -> io::Result<()>;

    /// After everything; the run has its end now.
    fn end(&mut self, run: &v1::Run, summary: &v1::Summary, out: &mut dyn Write) -> io::Result<()>;
}

/// A report format.
pub struct Format {
    /// The word of `--format`.
    pub id: &'static str,
    /// One line for `--help`.
    pub title: &'static str,
    /// Makes a renderer.
    pub make: fn(Style) -> Box<dyn Renderer>,
}

/// Every report format. Adding one is one file and one line.
pub const RENDERERS: &[Format] = &[
    Format { id: "table", title: "for people, in a terminal", make: |style| Box::new(table::Table::new(style)) },
    Format { id: "json", title: "one document, version 1", make: |_| Box::new(json::Json::default()) },
    Format { id: "ndjson", title: "one object a line, streamed", make: |_| Box::new(ndjson::Ndjson::default()) },
    Format { id: "csv", title: "one row a finding, for spreadsheets", make: |style| Box::new(csv::Csv::new(style)) },
    Format { id: "html", title: "one page for a browser, without network", make: |_| Box::new(html::Html::new()) },
];

/// The JSON Schema of a whole report.
pub fn schema_json() -> String {
    let mut schema = schemars::schema_for!(v1::Report);
    schema.insert("title".to_owned(), "tidewaiter report, version 1".into());
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}
