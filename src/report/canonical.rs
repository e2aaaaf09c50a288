//! JSON in the one form of RFC 8785, so that a digest of it does not depend on
//! who wrote the report: members sorted, no spaces, numbers as ECMAScript
//! prints them.

use std::io::{self, Read, Seek, SeekFrom, Write};

use serde::Serialize;
use serde_json::{Number, Value};
use sha2::{Digest as _, Sha256};

use super::v1;
use crate::format::hex;

/// Numbers beyond this are not exact in ECMAScript, which RFC 8785 follows.
const EXACT: u64 = 1 << 53;

/// Appends a value in canonical form.
pub(super) fn append(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(n) => out.extend_from_slice(number(n).as_bytes()),
        Value::String(text) => string(text, out),
        Value::Array(values) => {
            out.push(b'[');
            for (n, value) in values.iter().enumerate() {
                if n > 0 {
                    out.push(b',');
                }
                append(value, out);
            }
            out.push(b']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<(&String, &Value)> = members.iter().collect();
            sorted.sort_by(|a, b| a.0.encode_utf16().cmp(b.0.encode_utf16()));
            out.push(b'{');
            for (n, (name, value)) in sorted.into_iter().enumerate() {
                if n > 0 {
                    out.push(b',');
                }
                string(name, out);
                out.push(b':');
                append(value, out);
            }
            out.push(b'}');
        }
    }
}

/// A value in canonical form.
pub(super) fn bytes(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    append(&serde_json::to_value(value)?, &mut out);
    Ok(out)
}

fn string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for b in text.bytes() {
        match b {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            8 => out.extend_from_slice(b"\\b"),
            9 => out.extend_from_slice(b"\\t"),
            10 => out.extend_from_slice(b"\\n"),
            12 => out.extend_from_slice(b"\\f"),
            13 => out.extend_from_slice(b"\\r"),
            0..=31 => out.extend_from_slice(format!("\\u{b:04x}").as_bytes()),
            _ => out.push(b),
        }
    }
    out.push(b'"');
}

fn number(n: &Number) -> String {
    match (n.as_u64(), n.as_i64()) {
        (Some(u), _) if u <= EXACT => u.to_string(),
        (None, Some(i)) if i.unsigned_abs() <= EXACT => i.to_string(),
        _ => float(n.as_f64().unwrap_or_default()),
    }
}

/// `Number::toString` of ECMAScript: Rust's shortest digits, its own layout.
fn float(f: f64) -> String {
    if f == 0.0 {
        return "0".to_owned();
    }
    let text = format!("{:e}", f.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let point = exponent.parse::<i32>().unwrap_or_default() + 1;
    let len = digits.len() as i32;
    let zeros = |n: i32| "0".repeat(n.max(0) as usize);
    let body = if (len..=21).contains(&point) {
        format!("{digits}{}", zeros(point - len))
    } else if (1..=21).contains(&point) {
        let (whole, rest) = digits.split_at(point as usize);
        format!("{whole}.{rest}")
    } else if (-5..=0).contains(&point) {
        format!("0.{}{digits}", zeros(-point))
    } else {
        let (first, rest) = digits.split_at(1);
        let dot = if rest.is_empty() { "" } else { "." };
        format!("{first}{dot}{rest}e{}{}", if point > 0 { "+" } else { "-" }, (point - 1).abs())
    };
    if f < 0.0 { format!("-{body}") } else { body }
}

/// Bytes kept in memory before they go to an unlinked file.
const IN_MEMORY: usize = 8 << 20;

/// Which array of the document an element belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Array {
    Devices,
    Evidence,
    Diagnostics,
}

/// The digest of a whole document, taken while its parts are written in the
/// order devices, evidence, diagnostics. In canonical order the diagnostics
/// come before the evidence, so the evidence waits.
pub(super) struct DocumentDigest {
    hash: Sha256,
    counts: [u64; 3],
    evidence: tempfile::SpooledTempFile,
}

impl Default for DocumentDigest {
    fn default() -> Self {
        let mut hash = Sha256::new();
        hash.update(b"{\"devices\":[");
        Self { hash, counts: [0; 3], evidence: tempfile::spooled_tempfile(IN_MEMORY) }
    }
}

impl DocumentDigest {
    /// Takes in one element.
    pub(super) fn element(&mut self, array: Array, value: &impl Serialize) -> io::Result<()> {
        let mut bytes = bytes(value)?;
        let count = &mut self.counts[array as usize];
        *count += 1;
        if *count > 1 {
            bytes.insert(0, b',');
        }
        match array {
            Array::Evidence => self.evidence.write_all(&bytes)?,
            Array::Devices => self.hash.update(&bytes),
            Array::Diagnostics => {
                if *count == 1 {
                    self.hash.update(b"],\"diagnostics\":[");
                }
                self.hash.update(&bytes);
            }
        }
        Ok(())
    }

    /// The digest of the document with this run, whose own digest does not count.
    pub(super) fn finish(mut self, run: &v1::Run, summary: &v1::Summary) -> io::Result<v1::Digest> {
        if self.counts[Array::Diagnostics as usize] == 0 {
            self.hash.update(b"],\"diagnostics\":[");
        }
        self.hash.update(b"],\"evidence\":[");
        self.evidence.seek(SeekFrom::Start(0))?;
        hash_all(&mut self.evidence, &mut self.hash)?;
        self.hash.update(b"],\"run\":");
        self.hash.update(bytes(&v1::Run { digest: None, ..run.clone() })?);
        let tail = [("schema", v1::SCHEMA), ("schema_version", v1::SCHEMA_VERSION)];
        for (name, value) in tail {
            self.hash.update(format!(",\"{name}\":\"{value}\""));
        }
        self.hash.update(b",\"summary\":");
        self.hash.update(bytes(summary)?);
        self.hash.update(b"}");
        Ok(v1::Digest { over: OVER_DOCUMENT.to_owned(), sha256: hex(&self.hash.finalize()) })
    }
}

/// `digest.over` of a JSON document.
pub(super) const OVER_DOCUMENT: &str = "rfc8785";
/// `digest.over` of NDJSON.
pub(super) const OVER_LINES: &str = "lines";

fn hash_all(from: &mut impl Read, hash: &mut Sha256) -> io::Result<()> {
    let mut buf = vec![0; 1 << 16];
    loop {
        match from.read(&mut buf)? {
            0 => return Ok(()),
            n => hash.update(buf.get(..n).unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> String {
        let value: Value = serde_json::from_str(text).unwrap();
        String::from_utf8(bytes(&value).unwrap()).unwrap()
    }

    #[test]
    fn the_examples_of_rfc_8785_come_out() {
        let input = r#"{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
            "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}"#;
        let want = "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\
                    \"string\":\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}";
        assert_eq!(canonical(input), want);
    }

    #[test]
    fn numbers_print_as_in_ecmascript() {
        for (text, want) in [
            ("-0.0", "0"),
            ("1e21", "1e+21"),
            ("1e20", "100000000000000000000"),
            ("0.000001", "0.000001"),
            ("0.0000001", "1e-7"),
            ("-1.5e-9", "-1.5e-9"),
            ("9007199254740992", "9007199254740992"),
            ("18446744073709551615", "18446744073709552000"),
            ("-42", "-42"),
        ] {
            assert_eq!(canonical(text), want, "{text}");
        }
    }

    #[test]
    fn members_are_sorted_by_utf_16_code_units() {
        // U+1F600 is D83D DE00 in UTF-16 and comes before U+FB33; in UTF-8 it comes after.
        assert_eq!(canonical("{\"\u{fb33}\":1,\"\u{1f600}\":2,\"a\":3}"), "{\"a\":3,\"\u{1f600}\":2,\"\u{fb33}\":1}");
    }
}
