//! Packed JSON: what a page of 50,000 devices carries, and what its script opens
//! one piece at a time.
//!
//! A pack is `{"s": strings, "k": shapes, "v": values}`. A value is a position in
//! `s`; or a number n as -1-n; or `true`, `false`, `null`; or an array whose first
//! element is 0 for a list, or 1 + a position in `k`, which holds the keys of an
//! object as positions in `s`. So each string and each set of keys stands in a
//! pack once. A pack stays small: its strings are forgotten with it.
//!
//! Everything is ASCII and free of `<`, `>`, `&`: no value can end the element
//! that holds the pack or be read as markup. Imports nothing of the project.

use std::collections::HashMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

/// Values of a pack. A script opens a whole pack to show one of them.
const VALUES: usize = 500;
/// Bytes of a pack, about.
const BYTES: usize = 512 << 10;
/// Deepest nesting; the report's own types need five.
const DEPTH: u32 = 64;

/// See the module.
#[derive(Default)]
pub(super) struct Pack {
    strings: HashMap<String, usize>,
    table: String,
    shapes: HashMap<Vec<usize>, usize>,
    shape_table: String,
    values: String,
    count: usize,
}

impl Pack {
    /// Adds one value.
    pub(super) fn push(&mut self, value: &impl Serialize) -> io::Result<()> {
        let value = serde_json::to_value(value)?;
        if self.count > 0 {
            self.values.push(',');
        }
        self.count += 1;
        let mut encoded = String::new();
        self.encode(&value, &mut encoded, 0);
        self.values.push_str(&encoded);
        Ok(())
    }

    /// Time to write it out and begin another.
    pub(super) fn is_full(&self) -> bool {
        self.count >= VALUES || self.values.len() + self.table.len() >= BYTES
    }

    /// Nothing was added.
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Writes a data block of the page and begins another pack.
    pub(super) fn write(&mut self, part: &str, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "<script type=\"application/json\" data-part=\"{part}\" data-count=\"{}\">{{\"s\":[{}],\"k\":[{}],\"v\":[{}]}}</script>",
            self.count, self.table, self.shape_table, self.values
        )?;
        *self = Self::default();
        Ok(())
    }

    fn encode(&mut self, value: &Value, out: &mut String, depth: u32) {
        match value {
            Value::Null => out.push_str("null"),
            Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
            Value::Number(n) => match n.as_u64().and_then(|n| i64::try_from(n).ok()) {
                Some(n) => out.push_str(&(-1 - n).to_string()),
                None => self.encode(&Value::String(n.to_string()), out, depth),
            },
            Value::String(text) => out.push_str(&self.string(text).to_string()),
            Value::Array(_) | Value::Object(_) if depth >= DEPTH => out.push_str("null"),
            Value::Array(items) => {
                out.push_str("[0");
                for item in items {
                    out.push(',');
                    self.encode(item, out, depth + 1);
                }
                out.push(']');
            }
            Value::Object(members) => {
                let keys: Vec<usize> = members.keys().map(|k| self.string(k)).collect();
                let shape = self.shape(keys);
                out.push_str(&format!("[{}", shape + 1));
                for item in members.values() {
                    out.push(',');
                    self.encode(item, out, depth + 1);
                }
                out.push(']');
            }
        }
    }

    fn string(&mut self, text: &str) -> usize {
        if let Some(at) = self.strings.get(text) {
            return *at;
        }
        let at = self.strings.len();
        if at > 0 {
            self.table.push(',');
        }
        quote(text, &mut self.table);
        self.strings.insert(text.to_owned(), at);
        at
    }

    fn shape(&mut self, keys: Vec<usize>) -> usize {
        if let Some(at) = self.shapes.get(&keys) {
            return *at;
        }
        let at = self.shapes.len();
        if at > 0 {
            self.shape_table.push(',');
        }
        let list: Vec<String> = keys.iter().map(usize::to_string).collect();
        self.shape_table.push_str(&format!("[{}]", list.join(",")));
        self.shapes.insert(keys, at);
        at
    }
}

/// A JSON string in ASCII that means nothing to an HTML parser.
fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            ' '..='~' if !matches!(c, '<' | '>' | '&' | '\'') => out.push(c),
            _ => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// What the page's script does.
    fn open(pack: &Value, value: &Value) -> Value {
        let text = |at: &Value| pack["s"][at.as_u64().unwrap() as usize].clone();
        match value {
            Value::Number(n) if n.as_i64().unwrap() < 0 => json!(-1 - n.as_i64().unwrap()),
            Value::Number(_) => text(value),
            Value::Array(items) if items[0] == 0 => items[1..].iter().map(|v| open(pack, v)).collect(),
            Value::Array(items) => {
                let keys = pack["k"][items[0].as_u64().unwrap() as usize - 1].as_array().unwrap().clone();
                let pairs = keys.iter().zip(&items[1..]);
                Value::Object(pairs.map(|(k, v)| (text(k).as_str().unwrap().to_owned(), open(pack, v))).collect())
            }
            other => other.clone(),
        }
    }

    fn written(pack: &mut Pack) -> String {
        let mut out = Vec::new();
        pack.write("x", &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn json_of(block: &str) -> Value {
        let from = block.find('>').unwrap() + 1;
        serde_json::from_str(&block[from..block.rfind("</script>").unwrap()]).unwrap()
    }

    #[test]
    fn what_is_packed_comes_out_again() {
        let first =
            json!({"a": ["x", "y", []], "n": 0, "big": 1u64 << 40, "none": null, "yes": true, "in": {"a": "x"}});
        let second =
            json!({"a": [], "n": 7, "big": 1, "none": null, "yes": false, "in": {"a": "\u{1f4f1} é \u{2028}"}});
        let mut pack = Pack::default();
        pack.push(&first).unwrap();
        pack.push(&second).unwrap();
        let packed = json_of(&written(&mut pack));
        assert_eq!(open(&packed, &packed["v"][0]), first);
        assert_eq!(open(&packed, &packed["v"][1]), second);
        assert_eq!(packed["k"].as_array().unwrap().len(), 2, "two objects of one shape share it: {packed}");
        assert!(pack.is_empty());
    }

    #[test]
    fn no_value_can_end_the_block() {
        let mut pack = Pack::default();
        pack.push(&["</script><script>alert(1)</script>", "<!--", "]]>&amp;'\"\\", "\u{2028}\u{2029}\0\x7f"]).unwrap();
        let block = written(&mut pack);
        assert!(block.is_ascii());
        let inner = &block[block.find('>').unwrap() + 1..block.rfind("</script>").unwrap()];
        assert!(!inner.contains(['<', '>', '&', '\'']), "{inner}");
        assert_eq!(open(&json_of(&block), &json_of(&block)["v"][0])[1], "<!--");
    }

    #[test]
    fn a_pack_is_full_by_number_and_by_size() {
        let mut many = Pack::default();
        for n in 0..VALUES {
            assert!(!many.is_full());
            many.push(&n).unwrap();
        }
        assert!(many.is_full());
        let mut large = Pack::default();
        large.push(&"x".repeat(BYTES)).unwrap();
        assert!(large.is_full());
    }
}
