//! One session of a quirky server: reads a command, carries it out, and replies, one after the other.

use std::sync::Arc;

use crate::support::quirky_server::Shared;
use crate::support::quirky_server::clock;
use crate::support::quirky_server::control::Control;
use crate::support::quirky_server::names::is_time;
use crate::support::quirky_server::quirk::{Cut, Quirk, Refusal};
use crate::support::quirky_server::transfer::Passive;
use crate::support::upload::PASSWORD;

/// One session.
pub(super) struct Session {
    pub(super) control: Control,
    pub(super) shared: Arc<Shared>,
    pub(super) passive: Option<Passive>,
    pub(super) directory: String,
    /// The offset of the last REST.
    pub(super) rest: usize,
    renamed: Option<String>,
    pub(super) transfers: usize,
    is_logged_in: bool,
}

impl Session {
    pub(super) fn new(control: Control, shared: Arc<Shared>) -> Self {
        let directory = "/".to_owned();
        Self { control, shared, passive: None, directory, rest: 0, renamed: None, transfers: 0, is_logged_in: false }
    }

    /// Serves the client to its end.
    pub(super) fn serve(&mut self) -> Option<()> {
        self.control.send("220 Ready")?;
        while let Some(line) = self.control.next() {
            let (verb, argument) = line.split_once(' ').unwrap_or((&line, ""));
            let verb = verb.to_ascii_uppercase();
            let count = self.shared.count(&verb);
            let swallows = |quirk: &Quirk| matches!(quirk, Quirk::OneReplyTooFew(turn) if turn.is_at(&verb, count));
            let cut = self.cut(&verb, count);
            self.control.swallows = self.shared.has(swallows) || cut == Some(Cut::After);
            if cut == Some(Cut::Before) {
                break;
            }
            self.carry_out(&verb, argument)?;
            self.send_another(&verb, count)?;
            if verb == "QUIT" || cut.is_some() {
                break;
            }
        }
        Some(())
    }

    /// Counts a command of the server's life, and returns the way in which the connection ends at it.
    fn cut(&self, verb: &str, count: usize) -> Option<Cut> {
        let number = self.shared.count("a command");
        self.shared.quirks().find_map(|quirk| match quirk {
            Quirk::CutsAtCommand(at, cut) if *at == number => Some(*cut),
            Quirk::CutsAt(turn, cut) if turn.is_at(verb, count) => Some(*cut),
            _ => None,
        })
    }

    fn send_another(&mut self, verb: &str, count: usize) -> Option<()> {
        let shared = Arc::clone(&self.shared);
        for quirk in shared.quirks() {
            if let Quirk::OneReplyTooMany(turn, reply, late) = quirk
                && turn.is_at(verb, count)
            {
                self.control.flush()?;
                std::thread::sleep(*late);
                self.control.send(reply)?;
                self.control.flush()?;
            }
        }
        Some(())
    }

    /// Carries out one command. Returns `None` if the connection ends.
    fn carry_out(&mut self, verb: &str, argument: &str) -> Option<()> {
        if let Some(reply) = self.refusal_of(verb) {
            return self.control.reply(reply);
        }
        match verb {
            "USER" => self.control.reply("331 Password, please"),
            "PASS" => self.log_in(argument),
            "QUIT" => self.control.reply("221 Goodbye"),
            "FEAT" => {
                let features = self.features();
                self.control.reply(&features)
            }
            _ if !self.is_logged_in => self.control.reply("530 Log in first"),
            "TYPE" | "OPTS" | "NOOP" => self.control.reply("200 Fine"),
            "ABOR" => self.control.reply("226 Nothing to abort"),
            "EPSV" => self.open_port(true),
            "PASV" => self.open_port(false),
            "STOR" => self.store(argument, false),
            "APPE" => self.store(argument, true),
            "REST" => {
                self.rest = argument.parse().unwrap_or_default();
                self.control.reply("350 Restarting")
            }
            "RETR" => self.retrieve(argument),
            "LIST" | "MLSD" if self.has(&Quirk::RefusesListings) => {
                self.control.reply(&format!("550 {argument}: Permission denied"))
            }
            "LIST" => self.list(argument),
            "MLSD" if !self.has(&Quirk::NoMlsd) => self.list_facts(argument),
            "CWD" | "PWD" | "MKD" | "RMD" => self.about_directory(verb, argument),
            "MFMT" if self.has(&Quirk::NoMfmt) => self.control.reply("500 Unknown command"),
            "SIZE" | "MDTM" if self.has(&Quirk::RefusesQuestions) || self.hides(argument) => {
                self.control.reply(&format!("550 {argument}: Permission denied"))
            }
            "SIZE" | "MDTM" | "MFMT" | "RNFR" | "RNTO" | "DELE" => self.about_file(verb, argument),
            _ => self.control.reply("502 Not implemented"),
        }
    }

    fn refusal_of(&self, verb: &str) -> Option<&'static str> {
        self.shared.quirks().find_map(|quirk| match quirk {
            Quirk::Refuses(refused, reply) if *refused == verb => Some(*reply),
            _ => None,
        })
    }

    fn log_in(&mut self, password: &str) -> Option<()> {
        self.control.password_known = true;
        if password != PASSWORD {
            self.shared.refused_password();
            return self.control.reply("530 Login incorrect");
        }
        if self.shared.limit_of(Refusal::Login).is_some_and(|most| self.shared.logged_in() >= most) {
            self.shared.refused_session();
            return self.control.reply("530 Sorry, too many clients are logged in already");
        }
        self.is_logged_in = true;
        self.shared.add_session(1);
        self.control.reply("230 Come in")
    }

    /// Returns the reply to FEAT.
    fn features(&self) -> String {
        let mut features = vec!["EPSV", "MDTM", "REST STREAM", "SIZE", "UTF8"];
        if !self.has(&Quirk::NoMfmt) {
            features.push("MFMT");
        }
        if !self.has(&Quirk::NoMlsd) {
            features.push("MLST type*;size*;modify*;");
        }
        format!("211-Features:\r\n {}\r\n211 End", features.join("\r\n "))
    }

    /// Returns true if the server has this quirk, which has no parameters.
    pub(super) fn has(&self, wanted: &Quirk) -> bool {
        self.shared.has(|quirk| std::mem::discriminant(quirk) == std::mem::discriminant(wanted))
    }

    fn about_directory(&mut self, verb: &str, argument: &str) -> Option<()> {
        let stays = verb == "CWD" && argument == ".." && self.has(&Quirk::ParentIsIgnored);
        let path = self.path(argument);
        let with_contents = self.has(&Quirk::RemovesFullDirectories);
        let makes_again = self.has(&Quirk::MakesExistingDirectories);
        let mut storage = self.shared.storage();
        let named = storage.locate(&self.directory, argument);
        let reply = match verb {
            "PWD" => format!("257 \"{}\" is the directory", self.directory),
            "CWD" if stays => "250 Changed".to_owned(),
            "CWD" if storage.is_directory(&path) => {
                self.directory = path;
                "250 Changed".to_owned()
            }
            "CWD" => format!("550 {argument}: No such directory"),
            "RMD" => match storage.remove_directory(&named, with_contents) {
                Ok(()) => "250 Removed".to_owned(),
                Err(why) => format!("550 {argument}: {why}"),
            },
            // As mkdir(2), which does not follow a link.
            _ if storage.make_directory(&named) => format!("257 \"{named}\" created"),
            _ if storage.is_directory(&path) && makes_again => format!("257 \"{named}\" created"),
            _ if storage.exists(&named) => format!("550 {argument}: File exists"),
            _ => format!("550 {argument}: No such directory"),
        };
        drop(storage);
        self.control.reply(&reply)
    }

    fn about_file(&mut self, verb: &str, argument: &str) -> Option<()> {
        let reply = match verb {
            "RNFR" => self.begin_rename(argument),
            "RNTO" => self.rename(argument),
            "DELE" => self.delete(argument),
            "MFMT" => self.set_time(argument),
            "MDTM" if is_time(argument) && self.size_and_time(argument).is_none() => self.set_time(argument),
            "MDTM" => self.size_and_time(argument).map(|(_, time)| format!("213 {}", clock::digits(time))),
            _ => self.size_and_time(argument).map(|(size, _)| format!("213 {size}")),
        };
        self.control.reply(&reply.unwrap_or_else(|| format!("550 {argument}: No such file")))
    }

    fn size_and_time(&self, argument: &str) -> Option<(usize, i64)> {
        let path = self.path(argument);
        self.shared.storage().file(&path).map(|(bytes, time)| (bytes.len(), time))
    }

    fn delete(&self, argument: &str) -> Option<String> {
        let mut storage = self.shared.storage();
        let path = storage.locate(&self.directory, argument);
        storage.remove(&path).then(|| "250 Deleted".to_owned())
    }

    fn set_time(&self, argument: &str) -> Option<String> {
        let (digits, name) = argument.split_once(' ')?;
        let (path, time) = (self.path(name), clock::parse(digits)?);
        self.shared.storage().set_time(&path, time).then(|| format!("213 Modify={digits}; {name}"))
    }

    fn begin_rename(&mut self, argument: &str) -> Option<String> {
        let storage = self.shared.storage();
        let path = storage.locate(&self.directory, argument);
        let exists = storage.exists(&path);
        drop(storage);
        self.renamed = exists.then_some(path);
        exists.then(|| "350 Ready for RNTO".to_owned())
    }

    fn rename(&mut self, argument: &str) -> Option<String> {
        let Some(from) = self.renamed.take() else { return Some("503 RNFR first".to_owned()) };
        let mut storage = self.shared.storage();
        let to = storage.locate(&self.directory, argument);
        if self.has(&Quirk::RenameKeepsExisting) && storage.exists(&to) {
            return Some(format!("550 {argument}: File exists"));
        }
        if self.shared.has(|quirk| matches!(quirk, Quirk::RefusesRenameTo(ending) if to.ends_with(ending))) {
            return Some(format!("553 {argument}: Not this name"));
        }
        let renamed = storage.rename(&from, &to);
        let refused = self.shared.quirks().find_map(|quirk| match quirk {
            Quirk::RefusesWhatItRenames(ending, reply) if to.ends_with(ending) => Some((*reply).to_owned()),
            _ => None,
        });
        refused.or_else(|| renamed.then(|| "250 Renamed".to_owned()))
    }

    /// Returns true if the server tells nothing about this file.
    fn hides(&self, path: &str) -> bool {
        self.has(&Quirk::HidesDotNames) && path.rsplit('/').next().is_some_and(|name| name.starts_with('.'))
    }

    /// Returns the absolute path that `argument` means.
    pub(super) fn path(&self, argument: &str) -> String {
        self.shared.storage().resolve(&self.directory, argument)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if self.is_logged_in {
            self.shared.add_session(-1);
        }
    }
}
