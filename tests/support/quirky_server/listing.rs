//! The lines of MLSD and LIST, and the transfers that send bytes to the client.

use std::io::Write;

use crate::support::quirky_server::clock;
use crate::support::quirky_server::quirk::{FactForm, Hidden, Quirk};
use crate::support::quirky_server::session::Session;
use crate::support::quirky_server::storage::Entry;

/// The seconds of an hour.
const HOUR: i64 = 3600;

impl Session {
    /// Carries out MLSD.
    pub(super) fn list_facts(&mut self, argument: &str) -> Option<()> {
        let directory = self.path(argument);
        if !self.shared.storage().is_directory(&directory) {
            return self.control.reply("501 Not a directory");
        }
        let offset = self.offset();
        let line = |name: &str, kind: &str, size: Option<usize>, time: i64| self.facts(name, kind, size, time + offset);
        let storage = self.shared.storage();
        let now = storage.now();
        let mut lines = vec![line(".", "cdir", None, now), line("..", "pdir", None, now)];
        lines.extend(storage.children(&directory).map(|(name, entry, time)| match entry {
            Entry::Directory => line(name, "dir", None, time),
            Entry::File(bytes) => line(name, "file", Some(bytes.len()), time),
            Entry::Link(target) => line(name, "OS.unix=slink", Some(target.len()), time),
        }));
        drop(storage);
        let hidden = self.shared.quirks().find_map(|quirk| match quirk {
            Quirk::ListsWithout(hidden) => Some(*hidden),
            _ => None,
        });
        match hidden {
            Some(Hidden::All) => lines.clear(),
            Some(Hidden::Dots) => lines.retain(|line| !line.contains("; .")),
            None => {}
        }
        self.send_lines(argument, lines)
    }

    fn facts(&self, name: &str, kind: &str, size: Option<usize>, time: i64) -> String {
        let form = self.shared.quirks().find_map(|quirk| {
            let Quirk::Facts(form) = quirk else { return None };
            Some(*form)
        });
        let size = size.map(|size| format!("size={size};")).unwrap_or_default();
        let time = clock::digits(time);
        match form {
            None => format!("type={kind};{size}modify={time}; {name}"),
            Some(FactForm::NoSize) => format!("type={kind};modify={time}; {name}"),
            Some(FactForm::NoModify) => format!("type={kind};{size} {name}"),
            Some(FactForm::CapitalLetters) => {
                let capital = |text: &str| {
                    text.get(..1).map(str::to_uppercase).unwrap_or_default() + text.get(1..).unwrap_or_default()
                };
                format!("Modify={time};{}Type={}; {name}", capital(&size), capital(kind))
            }
        }
    }

    /// Carries out LIST. Names that begin with a dot are listed with `-a` only.
    pub(super) fn list(&mut self, argument: &str) -> Option<()> {
        let (options, name) = match argument.strip_prefix('-') {
            Some(rest) => rest.split_once(' ').unwrap_or((rest, "")),
            None => ("", argument),
        };
        let (offset, shows_all, directory) =
            (self.offset(), options.contains('a') && !self.has(&Quirk::IgnoresListOptions), self.path(name));
        let storage = self.shared.storage();
        let now = storage.now();
        let line = |mode: &str, size: usize, time: i64, name: &str| {
            let time = clock::in_a_list(time + offset, now + offset);
            format!("{mode}   1 alice    ftp      {size:>8} {time} {name}")
        };
        let mut lines = Vec::new();
        if shows_all {
            lines.extend([".", ".."].map(|name| line("drwxr-xr-x", 4096, now, name)));
        }
        let shown = storage.children(&directory).filter(|(name, _, _)| shows_all || !name.starts_with('.'));
        lines.extend(shown.map(|(name, entry, time)| match entry {
            Entry::Directory => line("drwxr-xr-x", 4096, time, name),
            Entry::File(bytes) => line("-rw-r--r--", bytes.len(), time, name),
            Entry::Link(target) => line("lrwxrwxrwx", target.len(), time, &format!("{name} -> {target}")),
        }));
        drop(storage);
        self.send_lines(name, lines)
    }

    /// Returns the difference of the times in listings from UTC, in seconds.
    fn offset(&self) -> i64 {
        let hours = self.shared.quirks().filter_map(|quirk| {
            let Quirk::LocalTime(hours) = quirk else { return None };
            Some(hours)
        });
        hours.sum::<i64>() * HOUR
    }

    fn send_lines(&mut self, argument: &str, mut lines: Vec<String>) -> Option<()> {
        if self.has(&Quirk::ListPatterns) && argument.contains(['[', '*', '?']) {
            lines.clear();
        }
        let mut reply = "226 Listed".to_owned();
        for quirk in self.shared.quirks() {
            if let Quirk::AddsLines(more) = quirk {
                lines.extend(more.iter().map(|line| (*line).to_owned()));
            }
            if let Quirk::TruncatesListings(most) = quirk
                && lines.len() > *most
            {
                lines.truncate(*most);
                reply = format!("226 Output truncated to {most} matches");
            }
        }
        let text: String = lines.into_iter().map(|line| line + "\r\n").collect();
        self.send_data(text.as_bytes(), &reply)
    }

    /// Carries out RETR.
    pub(super) fn retrieve(&mut self, argument: &str) -> Option<()> {
        let path = self.path(argument);
        let from = std::mem::take(&mut self.rest);
        let bytes = self.shared.storage().file(&path).map(|(bytes, _)| bytes.get(from..).unwrap_or_default().to_vec());
        match bytes {
            Some(bytes) => self.send_data(&bytes, "226 Sent"),
            None => self.control.reply(&format!("550 {argument}: No such file")),
        }
    }

    /// Sends bytes over the data connection, and then the reply.
    fn send_data(&mut self, bytes: &[u8], reply: &str) -> Option<()> {
        let Some(mut data) = self.begin_sending()? else { return Some(()) };
        let sent = data.write_all(bytes);
        drop(data);
        // Only to learn if something was sent during the transfer.
        self.control.has_early_command();
        self.control.reply(if sent.is_ok() { reply } else { "426 Data connection lost" })?;
        self.end_transfer()
    }
}
