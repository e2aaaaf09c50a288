//! Artifacts of Android devices: the package manager's own files, what its
//! shell commands print, and what collectors make of both.

mod dumpsys;
mod identity;
mod lines;
mod packages;
mod signers;
#[cfg(test)]
mod testing;

pub use dumpsys::AndroidDumpsys;
pub use packages::AndroidPackages;
