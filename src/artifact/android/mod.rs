//! Artifacts of Android devices: the package manager's own files, what its
//! shell commands print, and what collectors make of both.

mod identity;
mod lines;
mod packages;
mod signers;
#[cfg(test)]
mod testing;

pub use packages::AndroidPackages;
