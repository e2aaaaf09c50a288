//! One integration binary: the floors, the fixtures, the corpus, the command
//! line, hostile input.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, missing_docs, unreachable_pub)]

mod architecture;
mod command_line;
mod commands;
mod conformance;
mod corpus;
mod csv_report;
mod documentation;
mod hostile;
mod hostile_reports;
mod html_report;
#[cfg(unix)]
mod interrupt;
mod mapping;
mod matrix;
mod phone_texts;
mod pipelines;
mod support;
