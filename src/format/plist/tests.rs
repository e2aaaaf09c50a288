#![allow(clippy::print_stderr)] // tests say when the corpus is not there

use super::*;
use crate::limits::Limits;

/// Everything a list says, as one line a value; the error at the end if there is one.
fn dump(bytes: &[u8]) -> (Vec<String>, Result<(), PlistError>) {
    let leash = Leash::unbounded();
    let mut out = Vec::new();
    let result = Plist::open(bytes, &leash).and_then(|mut p| {
        let root = p.value()?;
        walk(&mut p, root, "", &mut out)?;
        p.finish()
    });
    (out, result)
}

fn walk(p: &mut Plist<'_>, value: Option<Value>, at: &str, out: &mut Vec<String>) -> Result<(), PlistError> {
    match value {
        Some(Value::Dict) => {
            while let Some(key) = p.key()? {
                let value = p.value()?;
                walk(p, value, &format!("{at}/{key}"), out)?;
            }
            out.push(format!("{at} end"));
        }
        Some(Value::Array) => {
            let mut n = 0;
            while let Some(value) = p.value()? {
                walk(p, Some(value), &format!("{at}/{n}"), out)?;
                n += 1;
            }
            out.push(format!("{at} end"));
        }
        Some(Value::Data) => out.push(format!("{at} {:?}", p.data(1 << 20)?)),
        Some(other) => out.push(format!("{at} {other:?}")),
        None => out.push(format!("{at} none")),
    }
    Ok(())
}

fn oracle(value: &plist::Value, at: &str, out: &mut Vec<String>) {
    use plist::Value as V;
    let line = match value {
        V::Dictionary(dict) => {
            for (key, value) in dict {
                oracle(value, &format!("{at}/{key}"), out);
            }
            "end".into()
        }
        V::Array(array) => {
            for (n, value) in array.iter().enumerate() {
                oracle(value, &format!("{at}/{n}"), out);
            }
            "end".into()
        }
        V::Boolean(b) => format!("{:?}", Value::Bool(*b)),
        V::Data(bytes) => format!("{:?}", Some(bytes)),
        V::Date(date) => format!("{:?}", Timestamp::parse(&date.to_xml_format()).map_or(Value::Other, Value::Date)),
        V::Real(r) => format!("{:?}", Value::Real(*r)),
        V::Integer(n) => {
            let n = n.as_signed().map_or_else(|| n.as_unsigned().map(i128::from), |n| Some(i128::from(n)));
            format!("{:?}", Value::Integer(n.unwrap()))
        }
        V::String(s) => format!("{:?}", Value::String(s.clone())),
        _ => "Other".into(),
    };
    out.push(format!("{at} {line}"));
}

const DOC: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>Device Name</key>
	<string>Tom &amp; Jerry&#39;s &lt;iPhone&gt;</string>
	<!-- a comment --><key>IMEI</key><integer>356938035643809</integer>
	<key>Big</key><integer>18446744073709551615</integer>
	<key>When</key><date>2021-12-03T19:33:13Z</date>
	<key>Icon</key>
	<data>
	iVBORw0K
	Ggo=
	</data>
	<key>Empty</key><array/>
	<key>List</key>
	<array><string>a</string><true/><false/><real>1.5</real><dict><key>x</key><string/></dict></array>
</dict>
</plist>
"#;

fn binary(xml: &str) -> Vec<u8> {
    let mut out = Vec::new();
    plist::Value::from_reader_xml(xml.as_bytes()).unwrap().to_writer_binary(&mut out).unwrap();
    out
}

#[test]
fn xml_and_binary_say_the_same_as_another_reader() {
    let mut expected = Vec::new();
    oracle(&plist::Value::from_reader_xml(DOC.as_bytes()).unwrap(), "", &mut expected);
    assert!(expected.contains(&"/Device Name String(\"Tom & Jerry's <iPhone>\")".to_owned()), "{expected:?}");
    for bytes in [DOC.as_bytes().to_vec(), binary(DOC)] {
        let (said, result) = dump(&bytes);
        assert!(result.is_ok(), "{result:?}");
        assert_eq!(said, expected);
    }
}

#[test]
fn other_encodings_and_white_space_change_nothing() {
    let (expected, _) = dump(DOC.as_bytes());
    let utf16: Vec<u8> = std::iter::once(0xFEFF).chain(DOC.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let mut variants = vec![utf16];
    for (before, after) in [("\n\n  ", ""), ("\u{FEFF}", ""), ("", " \n\0"), ("", "<!-- by hand -->\n")] {
        variants.push(format!("{before}{DOC}{after}").into_bytes());
    }
    for variant in variants {
        let (said, result) = dump(&variant);
        assert!(result.is_ok(), "{result:?} {}", String::from_utf8_lossy(&variant));
        assert_eq!(said, expected);
    }
}

#[test]
fn what_follows_a_list_is_told_and_changes_nothing_before() {
    let (expected, _) = dump(DOC.as_bytes());
    let binary = binary(DOC);
    for list in [DOC.as_bytes(), &binary] {
        for rest in [
            DOC.as_bytes(),
            &binary,
            b"garbage < & >",
            b"</plist>",
            b"<dict/>",
            b"\0\0\0\0",
            b"<?xml version=\"1.0\"?>",
        ] {
            let (said, result) = dump(&[list, rest].concat());
            assert!(matches!(result, Err(PlistError::Damaged(_))), "{result:?} {}", String::from_utf8_lossy(rest));
            assert_eq!(said, expected);
        }
    }
    assert!(dump(&[&binary[..], b"\n"].concat()).1.is_err(), "Apple would not find its trailer");
}

#[test]
fn no_prefix_closes_and_none_says_more_than_the_whole() {
    let whole = dump(DOC.as_bytes()).0;
    let closing = DOC.find("</plist>").unwrap() + "</plist>".len();
    for cut in 0..closing {
        let (said, result) = dump(&DOC.as_bytes()[..cut]);
        assert!(result.is_err(), "cut at {cut}");
        assert!(whole.starts_with(&said), "cut at {cut}: {said:?}");
    }
    let binary = binary(DOC);
    for cut in 0..binary.len() {
        let (said, result) = dump(&binary[..cut]);
        assert!(result.is_err() && said.is_empty(), "cut at {cut}: {said:?}");
    }
}

#[test]
fn character_data_sections_are_text() {
    let (said, result) = dump(b"<plist><string>a<![CDATA[<&b>]]><!-- no -->c</string></plist>");
    assert!(result.is_ok());
    assert_eq!(said, [" String(\"a<&b>c\")"]);
}

#[test]
fn flipped_bytes_never_panic() {
    for mut bytes in [DOC.as_bytes().to_vec(), binary(DOC)] {
        for at in 0..bytes.len() {
            for flip in [0x01, 0x20, 0x80, 0xFF] {
                bytes[at] ^= flip;
                let _ = dump(&bytes);
                bytes[at] ^= flip;
            }
        }
    }
}

#[test]
fn what_is_no_property_list_is_told_from_what_is_cut() {
    let kind = |bytes: &[u8]| dump(bytes).1.unwrap_err().to_string();
    assert_eq!(kind(b""), "the file is empty");
    assert_eq!(kind(b" \n\0\0"), "the file is empty");
    assert_eq!(kind(&[0; 64]), "the file is empty");
    assert_eq!(
        kind(b"<!DOCTYPE html><html><body>Sign in</body></html>"),
        "not a property list: another kind of XML or HTML"
    );
    assert_eq!(kind(b"name,serial\nx,y\n"), "not a property list: no <plist> element");
    assert_eq!(kind(b"<plist><dict><key>a</key><string>b"), "the property list is cut off");
    assert_eq!(kind(b"<plist><dict><key>a</key></dict></plist>"), "the property list is damaged: a value is missing");
    assert_eq!(
        kind(b"<plist><dict><string>a</string></dict></plist>"),
        "the property list is damaged: a value without a key"
    );
    assert_eq!(kind(b"bplist00"), "the property list is cut off");
    assert!(kind(b"<plist><array><string>a</array></plist>").contains("damaged"));
}

#[test]
fn the_rest_of_a_container_can_be_left_and_unread_data_costs_no_memory() {
    let leash = Leash::new(Limits { record: 70_000, ..Limits::default() }, std::sync::Arc::default());
    let icon = "QUJD".repeat(100_000);
    let doc = format!(
        "<plist><dict><key>a</key><dict><key>i</key><data>{icon}</data></dict><key>b</key><data>{icon}</data><key>c</key><array><string>x</string><array/></array><key>d</key><string>end</string></dict></plist>"
    );
    let mut p = Plist::open(doc.as_bytes(), &leash).unwrap();
    p.root().unwrap();
    assert_eq!(p.key().unwrap().as_deref(), Some("a"));
    p.skip().unwrap();
    assert_eq!(p.key().unwrap().as_deref(), Some("b"));
    assert_eq!(p.value().unwrap(), Some(Value::Data));
    assert_eq!(p.key().unwrap().as_deref(), Some("c"));
    assert_eq!(p.value().unwrap(), Some(Value::Array));
    assert_eq!(p.value().unwrap(), Some(Value::String("x".into())));
    p.leave().unwrap();
    assert_eq!(p.key().unwrap().as_deref(), Some("d"));
    assert_eq!(p.text().unwrap().as_deref(), Some("end"));
    assert_eq!(p.key().unwrap(), None);
    p.finish().unwrap();
    let text = format!("<plist><string>{icon}</string></plist>");
    assert!(matches!(Plist::open(text.as_bytes(), &leash).unwrap().value(), Err(PlistError::Stop(Stop::Bytes))));
}

#[test]
fn concatenated_lists_are_read_one_after_the_other() {
    let leash = Leash::unbounded();
    let one = "<?xml version=\"1.0\"?><plist><string>1</string></plist>\n";
    let text = format!("{one}{one}\0 {one}<plist><string>4");
    let mut p = Plist::open(text.as_bytes(), &leash).unwrap();
    for _ in 0..3 {
        assert_eq!(p.value().unwrap(), Some(Value::String("1".into())));
        p.close().unwrap();
        assert!(p.next_document().unwrap());
    }
    assert!(matches!(p.value(), Err(PlistError::Cut)));
}

#[test]
fn what_stands_between_lists_is_told_at_the_end() {
    let leash = Leash::unbounded();
    let one = "<?xml version=\"1.0\"?><plist><string>1</string></plist>\n";
    let said = |text: String| {
        let mut p = Plist::open(text.as_bytes(), &leash).unwrap();
        let mut lists = 0;
        loop {
            assert_eq!(p.value().unwrap(), Some(Value::String("1".into())));
            p.close().unwrap();
            lists += 1;
            match p.next_document() {
                Ok(true) => {}
                Ok(false) => return (lists, String::new()),
                Err(error) => return (lists, error.to_string()),
            }
        }
    };
    assert_eq!(said(format!("{one}\0{one}<!-- end -->")), (2, String::new()));
    for between in ["received at noon", "\0\0\0", "bplist00"] {
        let (lists, error) = said(format!("{one}{between}{one}"));
        assert_eq!(lists, 2, "{between:?}");
        assert!(error.contains("no list"), "{between:?}: {error}");
    }
    assert_eq!(said(format!("{one}<dict/>{one}")).0, 1);
    assert_eq!(said(format!("{one}<?xml version=\"1.0\"?>")), (1, "the property list is cut off".into()));
    let binary = binary(&xml_of("<string>1</string>"));
    let twice = [binary.clone(), binary].concat();
    let mut p = Plist::open(&twice[..], &leash).unwrap();
    p.value().unwrap();
    p.close().unwrap();
    assert!(matches!(p.next_document(), Err(PlistError::Damaged(_))));
}

fn xml_of(root: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><plist version=\"1.0\">{root}</plist>")
}

/// A binary list of these objects, one byte a reference; the first is the root.
fn objects(list: &[&[u8]]) -> Vec<u8> {
    let mut out = b"bplist00".to_vec();
    let mut offsets = Vec::new();
    for object in list {
        offsets.push(out.len() as u16);
        out.extend(*object);
    }
    let table = out.len() as u64;
    out.extend(offsets.iter().flat_map(|o| o.to_be_bytes()));
    out.extend([0, 0, 0, 0, 0, 0, 2, 1]);
    out.extend((list.len() as u64).to_be_bytes());
    out.extend(0_u64.to_be_bytes());
    out.extend(table.to_be_bytes());
    out
}

#[test]
fn hostile_references_end_in_an_error_soon() {
    // An array that holds itself.
    assert!(matches!(dump(&objects(&[&[0xA1, 0]])).1, Err(PlistError::Nesting(_))));
    // Each of 60 arrays holds the next one four times: 4^60 values.
    let arrays: Vec<[u8; 5]> = (0..60).map(|n| [0xA4, n + 1, n + 1, n + 1, n + 1]).collect();
    let mut list: Vec<&[u8]> = arrays.iter().map(|a| a.as_slice()).collect();
    list.push(&[0x51, b'x']);
    let started = std::time::Instant::now();
    let (_, result) = dump(&objects(&list));
    assert!(matches!(&result, Err(PlistError::Damaged(why)) if why.contains("expands")), "{result:?}");
    assert!(started.elapsed().as_secs() < 20);
    // Lengths and references beyond the file.
    for object in
        [&[0x5F, 0x13, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF][..], &[0xDE], &[0xA1, 9], &[0x6F, 0x10, 0xFF]]
    {
        assert!(matches!(dump(&objects(&[object])).1, Err(PlistError::Damaged(_))), "{object:?}");
    }
}

#[test]
fn a_text_that_was_left_aside_or_cut_is_told() {
    let list = objects(&[&[0xA2, 1, 2], &[0x51, b'x'], &[0x51, b'y']]);
    assert!(dump(&list).1.is_ok());
    let shorter = objects(&[&[0xA1, 1, 2], &[0x51, b'x'], &[0x51, b'y']]);
    let (said, result) = dump(&shorter);
    assert_eq!(said.len(), 2);
    assert!(matches!(&result, Err(PlistError::Damaged(why)) if why.contains("no reference")), "{result:?}");
    let other = objects(&[&[0xA2, 1, 1], &[0x51, b'x'], &[0x51, b'y']]);
    assert!(dump(&other).1.is_err());
    let cut = objects(&[&[0xA1, 1], &[0x51, b'x', b'y']]);
    assert!(matches!(dump(&cut).1, Err(PlistError::Damaged(_))));
    assert!(dump(&objects(&[&[0xA2, 1, 1], &[0x51, b'x']])).1.is_ok(), "shared objects are as they should be");
}

#[test]
fn keys_are_seen_in_the_head_of_either_kind() {
    for head in [DOC.as_bytes().to_vec(), binary(DOC)] {
        let head = Head::of(&head).unwrap();
        assert!(head.has("Device Name") && !head.has("Serial Number"));
    }
    assert!(Head::of(b"{\"key\": 1}").is_none());
}

#[test]
fn real_lists_of_the_corpus_agree_with_another_reader() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/ios");
    if !folder.exists() {
        eprintln!("skipped: no corpus beside the checkout");
        return;
    }
    let mut folders =
        vec![folder.join("log2timeline+plaso/test_data/plist"), folder.join("facebook+idb"), folder.join("derived")];
    let (mut agreed, mut refused) = (0, 0);
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            if Head::of(&bytes[..bytes.len().min(4096)]).is_none() {
                continue;
            }
            let (said, result) = dump(&bytes);
            let start = bytes.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(0);
            match plist::Value::from_reader(std::io::Cursor::new(&bytes[start..])) {
                Ok(value) => {
                    let mut expected = Vec::new();
                    oracle(&value, "", &mut expected);
                    assert!(result.is_ok(), "{}: {result:?}", path.display());
                    assert_eq!(said, expected, "{}", path.display());
                    agreed += 1;
                }
                Err(_) => {
                    // An empty list is well-formed, but has no root.
                    assert!(result.is_err(), "{}", path.display());
                    refused += 1;
                }
            }
        }
    }
    eprintln!("{agreed} lists agree, {refused} refused by both");
    assert!(agreed > 20 && refused >= 2);
}
