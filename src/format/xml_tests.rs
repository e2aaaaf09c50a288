use super::*;
use crate::limits::Limits;

fn limits() -> Limits {
    Limits::default()
}

/// One line an event; adjacent texts joined.
fn events(bytes: &[u8]) -> Vec<String> {
    events_with(bytes, &limits())
}

fn events_with(bytes: &[u8], limits: &Limits) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut reader = match Reader::open(bytes, limits) {
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
fn starts_texts_and_ends_come_in_order() {
    let got = events(b"<?xml version='1.0'?>\n<a x='1' y=\"&lt;2&#x41;\"><b/>t &amp; u<![CDATA[<raw>]]></a>\n");
    let want = ["\"\n", "<a x=1 y=<2A", "<b", ">b", "\"t & u<raw>", ">a", "\"\n", "eof closed=true damage=0"];
    assert_eq!(got, want);
}

#[test]
fn bare_ampersands_undefined_entities_and_controls_are_kept() {
    let got = events(b"<a n='AT&T &nope; \x01'>x & y &nope; \x02</a>");
    assert_eq!(got, ["<a n=AT&T &nope; \u{1}", "\"x & y &nope; \u{2}", ">a", "eof closed=true damage=2"]);
}

#[test]
fn several_roots_are_read_one_after_the_other() {
    assert_eq!(events(b"<a/><b/>"), ["<a", ">a", "<b", ">b", "eof closed=false damage=0"]);
}

#[test]
fn a_document_without_its_last_end_tag_is_not_closed() {
    assert_eq!(events(b"<a><b/>").last().unwrap(), "eof closed=false damage=0");
    assert_eq!(events(b"<a><b x='").last().unwrap(), "error the file ends inside a tag, at byte 3");
    assert_eq!(events(b"<!-- nothing -->").last().unwrap(), "eof closed=false damage=0");
}

#[test]
fn stray_end_tags_are_dropped_and_missing_ones_supplied_but_the_document_is_damaged() {
    let got = events(b"<a><b><c></b></x></a>");
    assert_eq!(got, ["<a", "<b", "<c", ">c", ">b", ">a", "eof closed=false damage=2"]);
}

#[test]
fn bytes_of_no_character_are_counted_where_they_are_read() {
    let text = b"<r><a>x</a><b>\xff\xff</b><c y='\xc3'/></r>";
    let utf16 =
        [&[0xff, 0xfe][..], &"<r><a>x</a><b>".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()].concat();
    let utf16 =
        [&utf16[..], &[0, 0xdc], &"</b></r>".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()].concat();
    for (bytes, expected) in [(&text[..], &[0, 0, 2, 3, 3][..]), (&utf16, &[0, 0, 1, 1])] {
        let limits = limits();
        let mut reader = Reader::open(bytes, &limits).unwrap();
        let mut counts = vec![reader.damage()];
        loop {
            let end = match reader.next_event().unwrap() {
                Event::Eof { .. } => break,
                Event::End(_) => true,
                _ => false,
            };
            if end {
                counts.push(reader.damage());
            }
        }
        assert_eq!(counts, expected);
    }
}

#[test]
fn control_characters_are_damage() {
    assert_eq!(events(b"<r a='\t\n'>\r\n</r>").last().unwrap(), "eof closed=true damage=0");
    for text in [&b"<r>\0\0\0</r>"[..], b"<r a='\x01'/>", b"<r><![CDATA[\x08]]></r>"] {
        let last = events(text).pop().unwrap();
        assert!(last.starts_with("eof") && !last.ends_with("damage=0"), "{last} {}", String::from_utf8_lossy(text));
    }
}

#[test]
fn attributes_without_quotes_are_read_and_counted_as_damage() {
    let got = events(b"<a><b index=0 name='x' lone/></a>");
    assert_eq!(got, ["<a", "<b index=0 name=x lone=", ">b", ">a", "eof closed=true damage=1"]);
}

#[test]
fn entities_are_never_expanded() {
    let bomb = b"<!DOCTYPE a [<!ENTITY x 'yyyyyyyy'><!ENTITY z '&x;&x;&x;'>]><a>&z;</a>";
    assert_eq!(events(bomb), ["<a", "\"&z;", ">a", "eof closed=true damage=0"]);
}

#[test]
fn utf_16_with_and_without_mark_reads_like_utf_8() {
    let text = "<a n='微信 \u{1f600}'>x</a>";
    let want = events(text.as_bytes());
    for (mark, le) in [(true, true), (true, false), (false, true), (false, false)] {
        let mark = if mark { "\u{feff}" } else { "" };
        let bytes: Vec<u8> = format!("{mark}{text}")
            .encode_utf16()
            .flat_map(|u| if le { u.to_le_bytes() } else { u.to_be_bytes() })
            .collect();
        assert_eq!(events(&bytes), want, "mark {mark:?} le {le}");
    }
}

#[test]
fn bytes_of_no_character_become_question_marks_and_spans_stay_those_of_the_file() {
    let bytes = b"\xef\xbb\xbf<a>\xff\xc3<b n='\xe5\xbe'/></a>";
    let mut reader = Reader::open(&bytes[..], &limits()).unwrap();
    let mut spans = Vec::new();
    loop {
        match reader.next_event().unwrap() {
            Event::Eof { closed } => break assert!(closed),
            _ => spans.push(reader.span().unwrap()),
        }
    }
    assert_eq!(spans[2], 8..19, "{spans:?}");
    assert_eq!(reader.damage(), 4);
    assert_eq!(events(bytes)[2], "<b n=??");
}

#[test]
fn a_character_may_lie_across_two_reads() {
    struct One<'a>(&'a [u8]);
    impl Read for One<'_> {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            let n = self.0.len().min(buf.len()).min(1);
            buf[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }
    let mut reader = Reader::open(One("<a>微</a>".as_bytes()), &limits()).unwrap();
    let mut text = String::new();
    loop {
        match reader.next_event().unwrap() {
            Event::Text(t) => text.push_str(t),
            Event::Eof { closed } => break assert!(closed),
            _ => {}
        }
    }
    assert_eq!((text.as_str(), reader.damage()), ("微", 0));
}

#[test]
fn ceilings_end_the_reading_with_an_error() {
    let small = Limits { record: 1000, nesting: 8, ..limits() };
    let long = format!("<a><b n='{}'/></a>", "x".repeat(2000));
    assert_eq!(events_with(long.as_bytes(), &small).last().unwrap(), "error one tag or text is longer than the limit");
    let deep = "<a>".repeat(20);
    let got = events_with(deep.as_bytes(), &small);
    assert_eq!(got.len(), 9);
    assert_eq!(got.last().unwrap(), "error elements are nested deeper than the limit");
    let long_text = format!("<a>{}</a>", "y".repeat(2000));
    assert!(events_with(long_text.as_bytes(), &small).last().unwrap().starts_with("error one tag"));
}

#[test]
fn what_is_no_xml_is_refused() {
    for bytes in [&b""[..], b"PK\x03\x04", b"{\"a\":1}", b"\0\0\0\0", b"ABY\0"] {
        assert!(events(bytes)[0].starts_with("error neither"), "{bytes:?}");
    }
}

#[test]
fn skip_ends_behind_the_element() {
    let mut reader = Reader::open(&b"<a><b><c/><b/></b><d/></a>"[..], &limits()).unwrap();
    reader.next_event().unwrap();
    reader.next_event().unwrap();
    assert!(reader.skip().unwrap());
    assert!(matches!(reader.next_event().unwrap(), Event::Start(e) if e.name() == "d"));
}

#[test]
fn no_prefix_of_a_document_counts_as_closed() {
    let whole = b"<a x='1'>t<b>u</b>&amp;<c/></a>";
    for n in 0..whole.len() {
        let last = events(&whole[..n]).pop().unwrap();
        assert!(!last.contains("closed=true"), "{n}: {last}");
    }
    assert!(events(whole).pop().unwrap().contains("closed=true"));
}
