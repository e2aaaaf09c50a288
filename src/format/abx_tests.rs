use super::super::xml::{Event, Reader};
use super::*;
use crate::limits::Limits;

/// Builds ABX from tokens.
#[derive(Default)]
struct Abx(Vec<u8>);

impl Abx {
    fn new() -> Self {
        Self(b"ABX\0\x10".to_vec())
    }

    fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    fn text(self, s: &[u8]) -> Self {
        self.raw(&(s.len() as u16).to_be_bytes()).raw(s)
    }

    fn start(self, name: &str) -> Self {
        self.raw(b"\x32\xff\xff").text(name.as_bytes())
    }

    fn end(self, reference: u16) -> Self {
        self.raw(b"\x33").raw(&reference.to_be_bytes())
    }

    fn attribute(self, kind: u8, name: &str, value: &[u8]) -> Self {
        self.raw(&[kind << 4 | 15, 0xff, 0xff]).text(name.as_bytes()).raw(value)
    }
}

fn events(bytes: &[u8]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut reader = match Reader::open(bytes, &Limits::default()) {
        Ok(reader) => reader,
        Err(e) => return vec![format!("error {e}")],
    };
    loop {
        match reader.next_event() {
            Ok(Event::Start(e)) => {
                let attributes: Vec<_> = e.attributes().map(|(n, v)| format!(" {n}={v}")).collect();
                out.push(format!("<{}{}", e.name(), attributes.concat()));
            }
            Ok(Event::End(name)) => out.push(format!(">{name}")),
            Ok(Event::Text(t)) => match out.last_mut().filter(|l| l.starts_with('"')) {
                Some(last) => last.push_str(t),
                None => out.push(format!("\"{t}")),
            },
            Ok(Event::Eof { closed }) => {
                out.push(format!("eof closed={closed} damage={}", reader.damage()));
                return out;
            }
            Err(e) => {
                out.push(format!("error {e}"));
                return out;
            }
        }
    }
}

#[test]
fn typed_attributes_are_printed_as_aosp_prints_them() {
    let bytes = Abx::new()
        .start("a")
        .attribute(STRING, "s", b"\0\x02hi")
        .attribute(BYTES_HEX, "h", b"\0\x02\x0a\xff")
        .attribute(BYTES_BASE64, "b", b"\0\x04\x01\x02\x03\x04")
        .attribute(INT, "i", &(-5i32).to_be_bytes())
        .attribute(INT_HEX, "ih", &(-31i32).to_be_bytes())
        .attribute(LONG, "l", &i64::MIN.to_be_bytes())
        .attribute(LONG_HEX, "lh", &0x18f0_1234_5678_i64.to_be_bytes())
        .attribute(FLOAT, "f", &0.3f32.to_be_bytes())
        .attribute(DOUBLE, "d", &1.0e10f64.to_be_bytes())
        .attribute(TRUE, "t", b"")
        .attribute(FALSE, "n", b"")
        .end(0)
        .raw(b"\x11");
    let want =
        "<a s=hi h=0aff b=AQIDBA== i=-5 ih=-1f l=-9223372036854775808 lh=18f012345678 f=0.3 d=1.0E10 t=true n=false";
    assert_eq!(events(&bytes.0), [want, ">a", "eof closed=true damage=0"]);
}

#[test]
fn emoji_written_as_surrogates_and_plain_utf_8_both_read() {
    let cesu = b"\xed\xa0\xbd\xed\xb8\x80 \xc0\x80 \xf0\x9f\x98\x80";
    let bytes = Abx::new().start("a").raw(b"\x24").text(cesu).end(0);
    assert_eq!(events(&bytes.0)[1], "\"\u{1f600} \0 \u{1f600}");
    let broken = Abx::new().start("a").raw(b"\x24").text(b"x\xed\xa0\xbdy\xffz").end(0);
    assert_eq!(events(&broken.0), ["<a", "\"x\u{fffd}y\u{fffd}z", ">a", "eof closed=true damage=2"]);
}

#[test]
fn the_end_of_the_document_is_optional_but_not_the_end_of_the_root() {
    let open = Abx::new().start("a");
    assert_eq!(events(&open.0), ["<a", "eof closed=false damage=1"]);
    let closed = open.end(0);
    assert_eq!(events(&closed.0), ["<a", ">a", "eof closed=true damage=1"], "no writer leaves it so");
    let whole = closed.raw(b"\x11");
    assert_eq!(events(&whole.0), ["<a", ">a", "eof closed=true damage=0"]);
    let twice = [&whole.0[..], &whole.0].concat();
    assert_eq!(events(&twice), ["<a", ">a", "eof closed=true damage=1"], "readers stop before the second");
}

#[test]
fn several_roots_and_tokens_without_payload_are_read() {
    let bytes = Abx::new().start("a").raw(b"\x14").end(0).raw(b"\x19").start("b").end(1).raw(b"\x11");
    assert_eq!(events(&bytes.0), ["<a", "\"", ">a", "<b", ">b", "eof closed=false damage=0"]);
}

#[test]
fn a_reference_beyond_the_pool_and_unknown_tokens_are_errors() {
    let beyond = Abx::new().start("a").end(7);
    assert!(events(&beyond.0).last().unwrap().starts_with("error reference 7"));
    let token = Abx::new().start("a").raw(b"\x0b");
    assert!(events(&token.0).last().unwrap().starts_with("error unknown token 0x0b"));
    let kind = Abx::new().start("a").attribute(14, "x", b"");
    assert!(events(&kind.0).last().unwrap().starts_with("error unknown type 14"));
}

#[test]
fn a_pool_beyond_the_limit_ends_the_reading() {
    let mut bytes = Abx::new().start("root");
    for i in 0..40 {
        bytes = bytes.start(&format!("{i}{}", "x".repeat(100))).end(i + 1);
    }
    let limits = Limits { record: 1000, ..Limits::default() };
    let mut reader = Reader::open(&bytes.0[..], &limits).unwrap();
    let error = loop {
        match reader.next_event() {
            Ok(Event::Eof { .. }) => panic!("the limit was not seen"),
            Ok(_) => {}
            Err(e) => break e,
        }
    };
    assert!(matches!(error, XmlError::Limit(_)), "{error}");
}

#[test]
fn no_prefix_counts_as_closed() {
    let whole =
        Abx::new().start("a").attribute(STRING, "s", b"\0\x02hi").raw(b"\x24").text(b"t").start("b").end(2).end(0);
    for n in 0..whole.0.len() {
        let last = events(&whole.0[..n]).pop().unwrap();
        assert!(!last.contains("closed=true"), "{n}: {last}");
    }
    assert!(events(&whole.0).pop().unwrap().contains("closed=true"));
}

#[test]
fn published_pairs_of_abx_and_text_give_equal_events() {
    let folder = std::path::Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../shared/corpus/android/cclgroupltd+android-bits/ccl_abx/TEST FILES"
    ));
    if !folder.is_dir() {
        #[allow(clippy::print_stderr)]
        {
            eprintln!("skipped: {} is not there", folder.display());
        }
        return;
    }
    let mut pairs = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "xml") {
            let mut text = events(&std::fs::read(&path).unwrap());
            let abx = events(&std::fs::read(path.with_extension("xml.abx")).unwrap());
            // White space behind the root is not part of the document in ABX.
            let last = text.len() - 2;
            if text[last].trim() == "\"" {
                text.remove(last);
            }
            assert_eq!(abx, text, "{}", path.display());
            assert!(abx.last().unwrap().contains("closed=true"));
            pairs += 1;
        }
    }
    assert_eq!(pairs, 3);
}
