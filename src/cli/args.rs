//! What the user may type.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Which of our phones carry software we may not have, and how do you know?
#[derive(Debug, Parser)]
#[command(name = "tidewaiter", version, propagate_version = true, after_help = EXIT_STATUS)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
}

const EXIT_STATUS: &str = "\
Exit status:
  0  at least one device, and every device is clear
  1  at least one device is prohibited
  3  a device is suspect or inconclusive, or something given could not be read
  2  wrong usage
  4  could not run: no readable evidence, no valid signatures, no output";

const DIFF_STATUS: &str = "\
Exit status:
  0  nothing got worse
  1  something got worse: a new prohibited app, a worse verdict
  3  the reports do not compare: other policies or options, an interrupted run,
     a prohibited or suspect device that vanished
  2  wrong usage
  4  a report could not be read";

const VERIFY_STATUS: &str = "\
Exit status:
  0  the report and every hashed file are what they were
  1  the report or a file was changed, or a file is gone
  3  something could not be checked
  2  wrong usage";

const MAP_STATUS: &str = "\
Exit status:
  0  a draft without open questions, or a system that is read without a mapping
  3  a draft with questions: answer them, then use it with --map
  2  wrong usage
  4  no sample could be read, or it is no table and no JSON";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Scan evidence: one verdict per device
    #[command(after_help = EXIT_STATUS)]
    Scan(ScanArgs),
    /// List every app seen, not only prohibited ones; no verdict
    Inventory(InventoryArgs),
    /// Render a saved report (JSON or NDJSON) in any format
    #[command(after_help = EXIT_STATUS)]
    Report(ReportArgs),
    /// Join saved reports: shards, days, agencies
    #[command(after_help = EXIT_STATUS)]
    Merge(MergeArgs),
    /// Compare two reports, device by device
    #[command(after_help = DIFF_STATUS)]
    Diff(DiffArgs),
    /// Check that a report, and the files it rests on, are what they were
    #[command(after_help = VERIFY_STATUS)]
    Verify(VerifyArgs),
    /// Tell what a package name, bundle identifier or App Store id is
    Identify(IdentifyArgs),
    /// Draft a mapping file for an export of a system that is not known
    #[command(after_help = MAP_STATUS)]
    Map(MapArgs),
    /// Show or check signatures
    Signatures(SignaturesArgs),
    /// Show policies
    Policies(PoliciesArgs),
    /// Show the configuration in force
    Config(ConfigArgs),
    /// Print completions for a shell
    Completions {
        /// Shell
        shell: clap_complete::Shell,
    },
    /// Print the man page
    Man,
}

/// What every command that reads evidence takes.
#[derive(Debug, Args)]
pub(super) struct ReadArgs {
    /// Files or folders; `-` for one inventory on standard input
    #[arg(required_unless_present = "paths_from", value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// Read further paths from a file (`-`: standard input), one a line
    #[arg(long, value_name = "FILE")]
    pub(super) paths_from: Option<PathBuf>,
    /// Paths of --paths-from end with a NUL byte instead of a line end
    #[arg(short = '0', long = "null", requires = "paths_from")]
    pub(super) null: bool,
    /// Threads that parse
    #[arg(long, short = 'j', value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(super) jobs: Option<u16>,
    /// Use the signatures of this folder too
    #[arg(long, value_name = "DIR")]
    pub(super) signatures: Vec<PathBuf>,
    /// Read exports of another system as this mapping file says; may be repeated
    #[arg(long, value_name = "FILE")]
    pub(super) map: Vec<PathBuf>,
    /// Read settings from this file (default: tidewaiter.toml here, then the user's)
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// No progress, no log lines
    #[arg(long, short)]
    pub(super) quiet: bool,
    /// Say more on standard error
    #[arg(long, short, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
    #[command(flatten)]
    pub(super) limits: LimitArgs,
}

/// Ceilings.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub(super) struct LimitArgs {
    /// Seconds for one item of evidence
    #[arg(long, value_name = "SECONDS")]
    pub(super) max_time: Option<u64>,
    /// Bytes of one streamed file, after decompression
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    pub(super) max_file_bytes: Option<u64>,
    /// Bytes of one file that is read into memory
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    pub(super) max_memory_file: Option<u64>,
    /// Entries of one container or folder
    #[arg(long, value_name = "N")]
    pub(super) max_entries: Option<u64>,
    /// Containers within containers
    #[arg(long, value_name = "N")]
    pub(super) max_depth: Option<u32>,
    /// Expansion of a compressed member
    #[arg(long, value_name = "N")]
    pub(super) max_ratio: Option<u64>,
    /// Findings of one device
    #[arg(long, value_name = "N")]
    pub(super) max_findings: Option<usize>,
}

/// `4096`, `64M`, `2G`.
pub(super) fn bytes(text: &str) -> Result<u64, String> {
    let (digits, unit) = match text.find(|c: char| !c.is_ascii_digit()) {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let shift = match unit.to_ascii_uppercase().trim_end_matches("IB").trim_end_matches('B') {
        "" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        "T" => 40,
        _ => return Err(format!("`{unit}` is no unit; use K, M, G or T")),
    };
    let number: u64 = digits.parse().map_err(|_| format!("`{text}` is no number of bytes"))?;
    number.checked_mul(1 << shift).ok_or_else(|| "too large".to_owned())
}

/// Where lists go that are no report.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(super) struct ListOutputArgs {
    /// table, json or ndjson; with =FILE into a file. May be repeated
    #[arg(long, short, value_name = "FORMAT[=FILE]")]
    pub(super) format: Vec<String>,
    /// Colours (default: auto)
    #[arg(long, value_enum, value_name = "WHEN")]
    pub(super) color: Option<Color>,
}

/// Where a report goes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(super) struct OutputArgs {
    /// table, json, ndjson, csv or html; with =FILE into a file. May be repeated
    #[arg(long, short, value_name = "FORMAT[=FILE]")]
    pub(super) format: Vec<String>,
    /// Colours (default: auto)
    #[arg(long, value_enum, value_name = "WHEN")]
    pub(super) color: Option<Color>,
    /// What the table is ordered by
    #[arg(long, value_enum, default_value_t = GroupArg::Device, value_name = "WHAT")]
    pub(super) group_by: GroupArg,
    /// CSV for programs: values as they are, not guarded against spreadsheets
    #[arg(long)]
    pub(super) csv_raw: bool,
    /// CSV with a byte order mark, for spreadsheets that need one to see UTF-8
    #[arg(long)]
    pub(super) csv_bom: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum GroupArg {
    Device,
    App,
    Owner,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum MinStrength {
    Probable,
    Strong,
    Definitive,
}

#[derive(Debug, Args)]
pub(super) struct ScanArgs {
    #[command(flatten)]
    pub(super) read: ReadArgs,
    /// Policy to apply, in force or not; may be repeated (default: us-eo-13971)
    #[arg(long, value_name = "ID")]
    pub(super) policy: Vec<String>,
    /// Date at which policies and ages are judged (default: now)
    #[arg(long, value_name = "DATE", value_parser = timestamp)]
    pub(super) as_of: Option<crate::model::Timestamp>,
    /// Weaker findings make suspect, not prohibited (default: probable)
    #[arg(long, value_enum, value_name = "STRENGTH")]
    pub(super) min_strength: Option<MinStrength>,
    /// Vouch that lists which may be filtered are full; the report says so
    #[arg(long)]
    pub(super) assume_full_lists: bool,
    /// Days after which a list of a management system proves nothing (default: 30)
    #[arg(long, value_name = "DAYS")]
    pub(super) stale_after: Option<u32>,
    /// Days after which any list proves nothing
    #[arg(long, value_name = "DAYS")]
    pub(super) max_age: Option<u32>,
    /// Approved exceptions (TOML): findings stay, their devices cause no exit 1 or 3
    #[arg(long, value_name = "FILE")]
    pub(super) waivers: Option<PathBuf>,
    /// Replace what names people, devices and places by pseudonyms made with this key
    #[arg(long, value_name = "KEYFILE")]
    pub(super) redact: Option<PathBuf>,
    /// Exit 0 where it would be 1 or 3; the report keeps the true status
    #[arg(long)]
    pub(super) exit_zero: bool,
    /// The time the report bears (default: now, or SOURCE_DATE_EPOCH)
    #[arg(long, value_name = "TIME", value_parser = timestamp)]
    pub(super) run_time: Option<crate::model::Timestamp>,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

fn timestamp(text: &str) -> Result<crate::model::Timestamp, String> {
    crate::model::Timestamp::parse(text).ok_or_else(|| "give a date (2026-11-21) or RFC 3339 time".to_owned())
}

#[derive(Debug, Args)]
pub(super) struct InventoryArgs {
    #[command(flatten)]
    pub(super) read: ReadArgs,
    #[command(flatten)]
    pub(super) output: ListOutputArgs,
}

#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// The report; `-` for standard input
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    /// Replace what names people, devices and places by pseudonyms made with this key
    #[arg(long, value_name = "KEYFILE")]
    pub(super) redact: Option<PathBuf>,
    /// Exit 0 where it would be 1 or 3
    #[arg(long)]
    pub(super) exit_zero: bool,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

#[derive(Debug, Args)]
pub(super) struct MergeArgs {
    /// Reports (JSON or NDJSON); one of them may be `-`, standard input
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Join reports made with different signatures, policies or options
    #[arg(long)]
    pub(super) allow_mixed: bool,
    /// Approved exceptions (TOML), in place of those the reports bear
    #[arg(long, value_name = "FILE")]
    pub(super) waivers: Option<PathBuf>,
    /// Replace what names people, devices and places by pseudonyms made with this key
    #[arg(long, value_name = "KEYFILE")]
    pub(super) redact: Option<PathBuf>,
    /// Exit 0 where it would be 1 or 3; the report keeps the true status
    #[arg(long)]
    pub(super) exit_zero: bool,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

#[derive(Debug, Args)]
pub(super) struct DiffArgs {
    /// The older report
    #[arg(value_name = "OLD")]
    pub(super) old: PathBuf,
    /// The newer report
    #[arg(value_name = "NEW")]
    pub(super) new: PathBuf,
    /// table, json or html; with =FILE into a file. May be repeated
    #[arg(long, short, value_name = "FORMAT[=FILE]")]
    pub(super) format: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// The report
    #[arg(value_name = "REPORT")]
    pub(super) report: PathBuf,
    /// Where the evidence lies now (default: where the report says)
    #[arg(long, value_name = "DIR")]
    pub(super) evidence: Option<PathBuf>,
    /// The mapping files of the scan: members of containers are found by them
    #[arg(long, value_name = "FILE")]
    pub(super) map: Vec<PathBuf>,
    /// Check the report's own digest only
    #[arg(long, conflicts_with = "evidence")]
    pub(super) report_only: bool,
    /// Print the hashes of whole files for `sha256sum -c`, and check nothing
    #[arg(long, conflicts_with_all = ["evidence", "report_only"])]
    pub(super) export_hashes: bool,
    /// Print nothing but the last line
    #[arg(long, short)]
    pub(super) quiet: bool,
}

#[derive(Debug, Args)]
pub(super) struct ConfigArgs {
    #[command(subcommand)]
    pub(super) command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Print every setting with its value
    Show {
        /// And where it came from
        #[arg(long)]
        origin: bool,
        /// Read this file, not the usual ones
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub(super) struct IdentifyArgs {
    /// Package names, bundle identifiers or App Store ids
    #[arg(required = true, value_name = "ID")]
    pub(super) ids: Vec<String>,
    /// Use the signatures of this folder too
    #[arg(long, value_name = "DIR")]
    pub(super) signatures: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) output: ListOutputArgs,
}

#[derive(Debug, Args)]
pub(super) struct MapArgs {
    /// A sample of the export: CSV, JSON or lines of JSON; `-` for standard input
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct SignaturesArgs {
    #[command(subcommand)]
    pub(super) command: SignaturesCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum SignaturesCommand {
    /// List the apps that have a signature
    List {
        /// Use the signatures of this folder too
        #[arg(long, value_name = "DIR")]
        signatures: Vec<PathBuf>,
    },
    /// Show the indicators of an app
    Show {
        /// Slug of the app
        app: String,
        /// Use the signatures of this folder too
        #[arg(long, value_name = "DIR")]
        signatures: Vec<PathBuf>,
    },
    /// Check a folder of signatures and policies
    Check {
        /// The folder
        dir: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(super) struct PoliciesArgs {
    #[command(subcommand)]
    pub(super) command: PoliciesCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum PoliciesCommand {
    /// List policies
    List {
        /// Use the signatures of this folder too
        #[arg(long, value_name = "DIR")]
        signatures: Vec<PathBuf>,
    },
    /// Show what a policy names, by which instrument
    Show {
        /// Id of the policy
        id: String,
        /// Use the signatures of this folder too
        #[arg(long, value_name = "DIR")]
        signatures: Vec<PathBuf>,
    },
}
