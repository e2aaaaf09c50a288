//! Which phones the command lines of a transcript speak to.
//!
//! Imports nothing. Specified by the help of `adb` (`-s SERIAL`, `-t ID`, `-d`,
//! `-e`, `connect HOST[:PORT]`, `ANDROID_SERIAL`) and by AOSP `mkshrc`, whose
//! prompt begins with the name of the product. Nothing here is believed beyond
//! the question whether there is more than one.

use std::collections::BTreeSet;

/// What names phones, by kind: names of one kind are comparable.
#[derive(Default)]
pub(super) struct Phones {
    chosen: BTreeSet<String>,
    connected: BTreeSet<String>,
    prompts: BTreeSet<String>,
    /// A list was asked of whatever phone was there.
    unnamed: bool,
    /// A variable names the phone from here on.
    exported: bool,
}

impl Phones {
    /// Takes a line that a person typed. `lists`: it asks for packages.
    pub(super) fn line(&mut self, line: &str, lists: bool) {
        let exported = variable(line).map(|name| insert(&mut self.chosen, name)).is_some();
        self.exported |= exported;
        let mut words = line.split_whitespace().map(|w| w.trim_matches(['"', '\'', '`', ';']));
        if !words.any(is_adb) {
            if let Some(name) = prompt(line).filter(|_| lists) {
                insert(&mut self.prompts, name);
            }
            return;
        }
        let mut name = None;
        while let Some(word) = words.next() {
            match word {
                "-s" | "-t" | "--one-device" => name = words.next(),
                "-d" | "-e" => name = Some(word),
                "-H" | "-P" | "-L" => drop(words.next()),
                "connect" => {
                    if let Some(host) = words.next() {
                        insert(&mut self.connected, host.strip_suffix(":5555").unwrap_or(host));
                    }
                    break;
                }
                _ if word.len() > 2 && (word.starts_with("-s") || word.starts_with("-t")) => name = word.get(2..),
                _ if word.starts_with('-') => {}
                // A shell without a command is one whose prompts follow.
                "shell" => {
                    self.unnamed |= name.is_none() && !self.exported && (lists || words.next().is_none());
                    break;
                }
                _ => break,
            }
        }
        if let Some(name) = name {
            insert(&mut self.chosen, name);
        }
    }

    /// More than one phone is named, or one beside an unnamed one.
    pub(super) fn are_several(&self) -> bool {
        let chosen = self.chosen.len() + usize::from(self.unnamed);
        chosen > 1 || self.connected.len() > 1 || self.prompts.len() > 1
    }
}

fn is_adb(word: &str) -> bool {
    let name = word.rsplit(['/', '\\', '>', '$', '#']).next().unwrap_or(word);
    name.eq_ignore_ascii_case("adb") || name.eq_ignore_ascii_case("adb.exe")
}

/// Two are as good as any number.
fn insert(names: &mut BTreeSet<String>, name: &str) {
    if names.len() < 2 && !name.is_empty() {
        names.insert(name.to_owned());
    }
}

/// The value in `ANDROID_SERIAL=R58M`.
fn variable(line: &str) -> Option<&str> {
    let (_, value) = line.split_once("ANDROID_SERIAL")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    value.split_whitespace().next().map(|v| v.trim_matches(['"', '\'', ';']))
}

/// The name in `panther:/ $`, `1|shell@panther:/sdcard #`.
fn prompt(line: &str) -> Option<&str> {
    let before = line.split(['$', '#']).next()?.trim();
    let (name, path) = before.split_once(':')?;
    let name = name.rsplit(['|', '@']).next()?.trim();
    (path.starts_with('/') && !name.is_empty() && !name.contains(char::is_whitespace)).then_some(name)
}
