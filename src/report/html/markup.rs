//! Text from evidence in markup, and the bars of the charts. Imports `text`.

use crate::report::text::{number, safe};

/// Escapes text for element content and quoted attributes; what cannot be seen
/// becomes a visible escape first. At most `most` characters.
pub(in crate::report) fn esc(text: &str, most: usize) -> String {
    let shown = safe(text, most);
    let mut out = String::with_capacity(shown.len() + 8);
    for c in shown.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

/// Escaped, and kept from turning the direction of what stands around it.
pub(in crate::report) fn bdi(text: &str, most: usize) -> String {
    format!("<bdi>{}</bdi>", esc(text, most))
}

/// One row of a chart.
pub(super) struct Bar {
    /// Words of the row, already escaped.
    pub label: String,
    /// Its number.
    pub value: u64,
    /// What the row filters by in the page, as `key=value`, already escaped.
    pub filter: Option<String>,
    /// Colour class.
    pub class: &'static str,
}

/// A chart that is a table: the numbers are there for everybody, the bars are
/// for those who see them.
pub(super) fn chart(caption: &str, head: (&str, &str), bars: &[Bar]) -> String {
    let most = bars.iter().map(|b| b.value).max().unwrap_or(0).max(1);
    let mut out = format!(
        "<table class=\"chart\"><caption>{caption}</caption>\n<thead><tr><th scope=\"col\">{}</th>\
         <th scope=\"col\" class=\"num\">{}</th><td></td></tr></thead>\n<tbody>\n",
        head.0, head.1
    );
    for bar in bars {
        let filter = bar.filter.as_deref().map(|f| format!(" data-filter=\"{f}\"")).unwrap_or_default();
        // Tenths of a per cent; whatever is there can be seen.
        let width = (bar.value.saturating_mul(1000) / most).max(u64::from(bar.value > 0) * 8);
        out.push_str(&format!(
            "<tr><th scope=\"row\"{filter}>{}</th><td class=\"num\">{}</td><td class=\"bar\">\
             <svg class=\"{}\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\" focusable=\"false\">\
             <rect width=\"{width}\" height=\"10\"></rect></svg></td></tr>\n",
            bar.label,
            number(bar.value),
            bar.class,
        ));
    }
    if bars.is_empty() {
        out.push_str("<tr><td colspan=\"3\">None.</td></tr>\n");
    }
    out.push_str("</tbody></table>\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_a_name_is_text() {
        assert_eq!(
            esc("<img src=x onerror=alert(1)> & \"q\" 'a'", 99),
            "&lt;img src=x onerror=alert(1)&gt; &amp; &quot;q&quot; &#39;a&#39;"
        );
        assert_eq!(bdi("a\u{202e}b\x1b", 99), "<bdi>a\\u{202e}b\\u{1b}</bdi>");
        assert_eq!(esc(&"x".repeat(10_000), 200).chars().count(), 201);
    }

    #[test]
    fn a_small_number_beside_a_large_one_can_be_seen() {
        let bar = |value| Bar { label: "x".to_owned(), value, filter: None, class: "plain" };
        let chart = chart("c", ("a", "b"), &[bar(1_000_000), bar(1), bar(0)]);
        assert!(chart.contains("width=\"1000\"") && chart.contains("width=\"8\"") && chart.contains("width=\"0\""));
        assert!(chart.contains("1,000,000"));
    }
}
