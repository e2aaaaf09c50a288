//! One JSON document, written as the devices come, with the digest of itself.

use std::io::{self, Write};

use serde::Serialize;

use super::canonical::{Array, DocumentDigest};
use super::{Renderer, v1};

/// See the module.
#[derive(Default)]
pub(super) struct Json {
    /// Name of the array that is open.
    open: Option<&'static str>,
    digest: DocumentDigest,
}

impl Json {
    /// Writes one element of the array `name`, opening it first where needed.
    fn element(&mut self, name: &'static str, value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
        if self.open == Some(name) {
            out.write_all(b",\n")?;
        } else {
            self.reach(name, out)?;
            out.write_all(b"\n")?;
        }
        serde_json::to_writer(&mut *out, value)?;
        Ok(())
    }

    /// Closes arrays and opens the following ones, so that each stands in the
    /// document once, maybe empty.
    fn reach(&mut self, name: &'static str, out: &mut dyn Write) -> io::Result<()> {
        const ARRAYS: [&str; 3] = ["devices", "evidence", "diagnostics"];
        let at = self.open.and_then(|open| ARRAYS.iter().position(|a| *a == open));
        let to = ARRAYS.iter().position(|a| *a == name).unwrap_or_default();
        for (i, array) in ARRAYS.iter().enumerate() {
            if at.is_some_and(|at| i <= at) || i > to {
                continue;
            }
            if i > 0 {
                out.write_all(b"\n],\n")?;
            }
            write!(out, "\"{array}\":[")?;
        }
        self.open = Some(name);
        Ok(())
    }
}

impl Renderer for Json {
    fn begin(&mut self, _: &v1::Run, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{{\"schema\":\"{}\",\"schema_version\":\"{}\",", v1::SCHEMA, v1::SCHEMA_VERSION)
    }

    fn device(&mut self, device: &v1::Device, out: &mut dyn Write) -> io::Result<()> {
        self.digest.element(Array::Devices, device)?;
        self.element("devices", device, out)
    }

    fn evidence(&mut self, evidence: &v1::Evidence, out: &mut dyn Write) -> io::Result<()> {
        self.digest.element(Array::Evidence, evidence)?;
        self.element("evidence", evidence, out)
    }

    fn diagnostic(&mut self, diagnostic: &v1::Diagnostic, out: &mut dyn Write) -> io::Result<()> {
        self.digest.element(Array::Diagnostics, diagnostic)?;
        self.element("diagnostics", diagnostic, out)
    }

    fn end(&mut self, run: &v1::Run, summary: &v1::Summary, out: &mut dyn Write) -> io::Result<()> {
        if self.open != Some("diagnostics") {
            self.reach("diagnostics", out)?;
        }
        out.write_all(b"\n],\n\"run\":")?;
        let digest = std::mem::take(&mut self.digest).finish(run, summary)?;
        serde_json::to_writer(&mut *out, &v1::Run { digest: Some(digest), ..run.clone() })?;
        out.write_all(b",\n\"summary\":")?;
        serde_json::to_writer(&mut *out, summary)?;
        out.write_all(b"\n}\n")
    }
}
