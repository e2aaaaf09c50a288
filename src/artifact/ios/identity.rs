//! Who a device is, as its property lists tell: the first statement of a
//! property speaks, further ones that differ are kept as other ids.

use std::collections::BTreeMap;

use crate::artifact::{DeviceId, Sink};
use crate::model::FactKind;

/// What has been told of one device.
#[derive(Debug, Default)]
pub(in crate::artifact) struct Identity {
    told: BTreeMap<FactKind, String>,
}

impl Identity {
    /// States a property, unless another value of it was told before; a second
    /// serial or UDID of one device root is an other id.
    pub(in crate::artifact) fn tell(&mut self, sink: &mut Sink<'_>, device: DeviceId, kind: FactKind, value: &str) {
        let value = value.trim();
        if value.is_empty() {
            return;
        }
        // One device in either spelling: Finder writes the same UDID in both.
        let value = if kind == FactKind::Udid { value.to_ascii_lowercase() } else { value.to_owned() };
        match self.told.get(&kind) {
            None => {
                sink.fact(device, kind, &value);
                self.told.insert(kind, value);
            }
            Some(first) if *first == value => {}
            Some(_) if matches!(kind, FactKind::Serial | FactKind::Udid) => {
                sink.fact(device, FactKind::OtherId, &value);
            }
            Some(_) => {}
        }
    }

    /// States an IMEI; a device may have two. What is none by its check digit
    /// is an other id.
    pub(in crate::artifact) fn tell_imei(&self, sink: &mut Sink<'_>, device: DeviceId, text: &str) {
        match imei(text) {
            Some(imei) => sink.fact(device, FactKind::Imei, &imei),
            None => sink.fact(device, FactKind::OtherId, text),
        }
    }
}

/// 15 digits with a valid Luhn digit and not all alike; blanks and dashes are
/// how people print them.
pub(in crate::artifact) fn imei(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    if digits.len() != 15 || !digits.bytes().all(|b| b.is_ascii_digit()) || digits.bytes().all(|b| b == b'0') {
        return None;
    }
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(n, b)| match (n % 2, u32::from(b - b'0')) {
            (0, d) => d,
            (_, d) if d > 4 => d * 2 - 9,
            (_, d) => d * 2,
        })
        .sum();
    sum.is_multiple_of(10).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::imei;

    #[test]
    fn only_a_valid_check_digit_makes_an_imei() {
        assert_eq!(imei("35 693803 564380 9").as_deref(), Some("356938035643809"));
        assert_eq!(imei("356938035643800"), None);
        assert_eq!(imei("42"), None);
        assert_eq!(imei("000000000000000"), None);
    }
}
