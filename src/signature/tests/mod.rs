//! Tests over the built-in set and over sets that say something wrong.

// A skipped comparison and a measurement say so.
#![allow(clippy::print_stdout)]

mod builtin;
mod facts;
mod policies;
mod rules;
mod signers;

use super::SignatureSet;

fn builtin() -> SignatureSet {
    SignatureSet::builtin().unwrap_or_else(|e| panic!("{e}"))
}
