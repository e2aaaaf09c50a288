//! Artifacts of Android devices: the package manager's own files, what its
//! shell commands print, and what collectors make of both.

mod androidqf;
mod dumpsys;
mod identity;
mod lines;
mod look;
mod names;
mod packages;
mod pm_list;
mod qf_rows;
mod shell;
mod signers;
#[cfg(test)]
mod testing;

pub use androidqf::AndroidQf;
pub use dumpsys::AndroidDumpsys;
pub use look::parser_behind;
pub use packages::AndroidPackages;
pub use pm_list::PmList;
