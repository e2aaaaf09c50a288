//! Reports that may leave the agency: everything that could name a person, a
//! device or a place becomes a pseudonym that only the holder of a key can make
//! again (HMAC-SHA-256, RFC 2104). Equal values have equal pseudonyms under one
//! key, so that redacted reports still compare and join.
//!
//! It is an allow list: each field of the report is built anew and by name, so
//! that a field nobody thought of does not compile, and a value that is not
//! known to be harmless does not pass. Plain digests are no redaction; digests
//! of evidence are made into pseudonyms too.

mod device;
mod rest;
mod words;

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::Arc;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::spill::Sorter;
use super::v1::Word;
use super::{Renderer, v1};
use crate::format::hex;

/// Fewer bytes of key can be tried out.
const LEAST_KEY: usize = 16;

/// Makes pseudonyms.
#[derive(Clone)]
pub struct Redactor {
    mac: Hmac<Sha256>,
    key_id: String,
    published: Arc<BTreeSet<String>>,
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The key is nobody's business.
        f.debug_struct("Redactor").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

/// A key that protects nothing.
#[derive(Debug, thiserror::Error)]
#[error("a key of {0} bytes can be guessed; give at least {LEAST_KEY}, for example from `head -c 32 /dev/urandom`")]
pub struct WeakKey(pub usize);

impl Redactor {
    /// Takes a key: the bytes of the file, without line ends after them.
    pub fn new(key: &[u8]) -> Result<Self, WeakKey> {
        let mut key = key;
        while let [rest @ .., b'\n' | b'\r'] = key {
            key = rest;
        }
        let same = key.windows(2).all(|pair| pair[0] == pair[1]);
        let mac = Hmac::<Sha256>::new_from_slice(key).ok();
        let mac = mac.filter(|_| key.len() >= LEAST_KEY && !same).ok_or(WeakKey(key.len()))?;
        let mut redactor = Self { mac, key_id: String::new(), published: Arc::new(words::published()) };
        redactor.key_id = redactor.digest("key id", b"tidewaiter")[..16].to_owned();
        Ok(redactor)
    }

    /// 64 hex digits of a value of one kind.
    fn digest(&self, kind: &str, value: &[u8]) -> String {
        let mut mac = self.mac.clone();
        mac.update(kind.as_bytes());
        mac.update(&[0]);
        mac.update(value);
        hex(&mac.finalize().into_bytes())
    }

    /// The pseudonym of a value: `r-` and 24 hex digits. Empty stays empty.
    fn name(&self, value: &str) -> String {
        if value.is_empty() { String::new() } else { format!("r-{}", &self.digest("value", value.as_bytes())[..24]) }
    }

    /// A text that the program ships, else a pseudonym.
    fn public(&self, text: &str) -> String {
        if self.published.contains(text) { text.to_owned() } else { self.name(text) }
    }

    /// A sentence of the program, unless it names what `identity` does.
    fn sentence(&self, text: &Word, identity: &[&str]) -> Word {
        let names = |value: &&str| value.len() >= 3 && text.contains(*value);
        if self.published.contains(text.as_str()) || (words::is_sentence(text) && !identity.iter().any(names)) {
            text.clone()
        } else {
            self.name(text).into()
        }
    }

    fn optional(&self, value: &Option<String>) -> Option<String> {
        value.as_deref().map(|v| self.name(v))
    }

    fn all(&self, values: &[String]) -> Vec<String> {
        values.iter().map(|v| self.name(v)).collect()
    }

    /// A digest of evidence: of a short record it could be found by trying.
    fn hash(&self, value: &Option<String>) -> Option<String> {
        value.as_deref().map(|v| self.digest("hash", v.as_bytes()))
    }

    /// A locator or path: every segment on its own, so that what lies together
    /// still lies together.
    fn place(&self, locator: &str) -> String {
        let (file, fragment) = match locator.split_once('#') {
            Some((file, fragment)) => (file, Some(fragment)),
            None => (locator, None),
        };
        let segments = |text: &str| text.split('/').map(|s| self.name(s)).collect::<Vec<_>>().join("/");
        let file: Vec<String> = file.split("!/").map(segments).collect();
        let mut out = file.join("!/");
        if let Some(fragment) = fragment {
            out.push('#');
            if words::is_byte_range(fragment) {
                out.push_str(fragment);
            } else {
                out.push_str(&segments(fragment));
            }
        }
        out
    }

    /// The key of a device: platform and kind stay, what names it does not.
    fn key(&self, key: &str) -> String {
        let mut parts = key.splitn(3, ':');
        let platform = parts.next().unwrap_or_default();
        let (Some(kind), Some(rest)) = (parts.next(), parts.next()) else { return self.name(key) };
        let kinds = ["serial", "udid", "mdm", "enrollment", "imei", "at", "item"];
        if !words::PLATFORMS.contains(&platform) || !kinds.contains(&kind) {
            return self.name(key);
        }
        format!("{platform}:{kind}:{}", self.place(rest))
    }

    /// `system/tenant/id`, its parts on their own.
    fn scoped(&self, id: &Option<String>) -> Option<String> {
        id.as_deref().map(|id| id.split('/').map(|part| self.name(part)).collect::<Vec<_>>().join("/"))
    }
}

/// Redacts what it hands on. Devices and messages are put into the order of
/// their new names: the old order would tell something of the old names.
pub struct Redacting {
    redactor: Redactor,
    inner: Box<dyn Renderer>,
    devices: Option<Sorter>,
    messages: Option<Sorter>,
}

impl Redacting {
    /// In front of a renderer.
    pub fn new(redactor: Redactor, inner: Box<dyn Renderer>) -> Self {
        Self { redactor, inner, devices: Some(Sorter::default()), messages: Some(Sorter::default()) }
    }

    /// Hands on the devices, once no more can come.
    fn flush_devices(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let Some(sorter) = self.devices.take() else { return Ok(()) };
        let mut sorted = sorter.finish()?;
        while let Some((_, json)) = sorted.next()? {
            let device: v1::Device = serde_json::from_slice(&json)?;
            self.inner.device(&device, out)?;
        }
        Ok(())
    }

    fn flush_messages(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let Some(sorter) = self.messages.take() else { return Ok(()) };
        let mut sorted = sorter.finish()?;
        while let Some((_, json)) = sorted.next()? {
            let message: v1::Diagnostic = serde_json::from_slice(&json)?;
            self.inner.diagnostic(&message, out)?;
        }
        Ok(())
    }
}

impl Renderer for Redacting {
    fn begin(&mut self, run: &v1::Run, out: &mut dyn Write) -> io::Result<()> {
        self.inner.begin(&self.redactor.run(run), out)
    }

    fn device(&mut self, device: &v1::Device, _: &mut dyn Write) -> io::Result<()> {
        let device = self.redactor.device(device);
        let Some(sorter) = &mut self.devices else { return Err(io::Error::other("a device after evidence")) };
        sorter.push(device.key.as_bytes(), &serde_json::to_vec(&device)?)
    }

    fn evidence(&mut self, evidence: &v1::Evidence, out: &mut dyn Write) -> io::Result<()> {
        self.flush_devices(out)?;
        self.inner.evidence(&self.redactor.evidence(evidence), out)
    }

    fn diagnostic(&mut self, diagnostic: &v1::Diagnostic, out: &mut dyn Write) -> io::Result<()> {
        self.flush_devices(out)?;
        let message = self.redactor.diagnostic(diagnostic);
        let rank = match message.severity.as_str() {
            "error" => "0",
            "warning" => "1",
            _ => "2",
        };
        let place = [rank, &message.code, message.locator.as_deref().unwrap_or_default(), &message.message].join("\0");
        let Some(sorter) = &mut self.messages else { return Err(io::Error::other("a message after the end")) };
        sorter.push(place.as_bytes(), &serde_json::to_vec(&message)?)
    }

    fn end(&mut self, run: &v1::Run, summary: &v1::Summary, out: &mut dyn Write) -> io::Result<()> {
        self.flush_devices(out)?;
        self.flush_messages(out)?;
        // Counts name nobody.
        self.inner.end(&self.redactor.run(run), summary, out)
    }
}

#[cfg(test)]
mod tests;
