//! The server's reaction to each command, and the way in which its reply arrives.

use ftp_delivery::Found;

use crate::simulation::{Simulation, reply};
use crate::world::{NAMES, UNUSED};

/// Negative replies.
pub(crate) const REFUSALS: &[(u16, &str)] = &[
    (450, "Busy"),
    (451, "Virus found"),
    (452, "Full"),
    (500, "What?"),
    (501, "No"),
    (504, "No"),
    (530, "Not logged in"),
    (550, "No such file"),
    (552, "Quota"),
    (553, "Not allowed"),
];

/// Replies of a server that has lost a connection, or one of its processes.
pub(crate) const BREAKDOWNS: &[(u16, &str)] =
    &[(425, "No connection"), (426, "Aborted"), (421, "Closing"), (500, "OOPS: child died")];

/// Replies that are neither the usual positive reply nor a negative one.
const ODD: &[(u16, &str)] = &[
    (226, "Done"),
    (331, "Password"),
    (350, "Go on"),
    (120, "Wait"),
    (502, "Unknown"),
    (299, "Why not"),
    (250, "Fine"),
];

/// A received command.
struct Command<'a> {
    verb: &'a str,
    at: Option<usize>,
    argument: &'a str,
}

impl<'a> Command<'a> {
    fn parse(line: &'a str) -> Self {
        let (verb, argument) = line.trim_end().split_once(' ').unwrap_or((line.trim_end(), ""));
        let at = NAMES.iter().position(|(name, _)| *name == argument.as_bytes());
        Self { verb, at, argument }
    }

    /// Returns true if a false 2xx would be a lie about a file. No client can detect that.
    fn is_a_deed(&self) -> bool {
        matches!(self.verb, "RNTO" | "DELE")
    }
}

impl Simulation {
    pub(crate) fn says(&self, code: u16, text: &str) {
        self.note(|| format!("S {code} {text}"));
        let mut facts = self.facts.borrow_mut();
        facts.said_stored |= facts.storing && code / 100 == 2;
        drop(facts);
        self.line.borrow_mut().says(code, text);
    }

    pub(crate) fn says_one_of(&self, replies: &[(u16, &str)]) {
        let (code, text) = replies[self.script.choice(replies.len())];
        self.says(code, text);
        if code == 421 {
            self.cut();
        }
    }

    /// A command arrives, or it or its reply gets lost or changed.
    pub(crate) fn hears(&self, line: &str) {
        let command = Command::parse(line);
        match self.script.odd(16) {
            0 => drop(self.obeys(&command)),
            1 => self.cut(),
            3 => drop(self.does(&command)),
            4 => {}
            6 => self.says_another(&command),
            8 => self.says_in_pieces(&command),
            14 => self.is_stopped(),
            oddity => self.is_odd(oddity, &command),
        }
    }

    /// Obeys, and adds something to the reply, or replaces it.
    fn is_odd(&self, oddity: usize, command: &Command) {
        match oddity {
            2 => {
                self.does(command);
                self.cut();
            }
            5 => {
                self.does(command);
                self.says_another(command);
            }
            7 => {
                let (code, text) = self.obeys(command);
                self.says(code, &text);
            }
            9 => {
                self.says(150, "Not yet");
                self.obeys(command);
            }
            10 => {
                self.says_another(command);
                self.obeys(command);
            }
            11 => {
                self.line.borrow_mut().outbox.push_back(b"What is FTP?\r\n".to_vec());
            }
            12 => {
                self.obeys(command);
                self.says(421, "Closing");
                self.cut();
            }
            13 => {
                self.obeys(command);
                self.says_another(command);
            }
            _ => {
                self.obeys(command);
                self.is_stopped();
            }
        }
    }

    fn obeys(&self, command: &Command) -> (u16, String) {
        let (code, text) = self.does(command);
        self.says(code, &text);
        (code, text)
    }

    fn says_another(&self, command: &Command) {
        match self.script.choice(4) {
            // A 550 to SIZE would mean that there is no such file.
            0 | 1 if command.verb == "SIZE" => self.says_one_of(&REFUSALS[..7]),
            0 | 1 => self.says_one_of(REFUSALS),
            2 => self.says_one_of(BREAKDOWNS),
            _ if command.is_a_deed() => self.says_one_of(&ODD[..5]),
            _ => self.says_one_of(ODD),
        }
    }

    fn says_in_pieces(&self, command: &Command) {
        let (code, text) = self.does(command);
        let reply = reply(code, &format!("Yes\n {code} {text}\n{text}"));
        let cut = self.script.choice(reply.len());
        let mut line = self.line.borrow_mut();
        let whole = if matches!(command.verb, "SIZE" | "MDTM" | "XCRC") {
            crate::simulation::reply(code, &text)
        } else {
            reply
        };
        let (one, other) = whole.split_at(cut.clamp(1, whole.len() - 1));
        line.outbox.extend([one.to_vec(), other.to_vec()]);
    }

    /// Carries the command out, and returns the reply.
    fn does(&self, command: &Command) -> (u16, String) {
        let no = |code: u16| (code, "No".to_owned());
        let yes = |code: u16| (code, "Yes".to_owned());
        match (command.verb, command.at) {
            ("USER", _) => yes(230),
            ("TYPE" | "NOOP" | "OPTS", _) => yes(200),
            ("QUIT", _) => yes(221),
            ("FEAT", _) if self.world.borrow().kind.hashes => (211, "Features\n XCRC\nEnd".to_owned()),
            ("FEAT", _) => no(502),
            ("EPSV", _) => (229, "(|||50000|)".to_owned()),
            ("PASV", _) => (227, "(127,0,0,1,195,80)".to_owned()),
            ("REST", _) => self.rests(command.argument),
            ("STOR" | "APPE", Some(at)) => self.agrees_to_store(at, command.verb == "APPE"),
            ("SIZE", Some(at)) => self.tells_size(at),
            ("MDTM", Some(at)) => self.tells_time(at),
            ("XCRC", Some(at)) => self.tells_hash(at),
            ("RNFR", at) => self.renames_from(at, command.argument),
            ("RNTO", Some(at)) => self.renames_to(at),
            ("DELE", Some(at)) => self.removes(at),
            _ => no(503),
        }
    }

    fn rests(&self, offset: &str) -> (u16, String) {
        let kind = self.world.borrow().kind;
        if kind.rest == 1 {
            return (502, "No".to_owned());
        }
        self.line.borrow_mut().rest = offset.parse().ok().filter(|_| kind.rest == 0);
        (350, "Yes".to_owned())
    }

    fn agrees_to_store(&self, at: usize, appends: bool) -> (u16, String) {
        let (kind, there) = {
            let world = self.world.borrow();
            (world.kind, world.files[at].is_some())
        };
        if at == 1 && !kind.dots || there && !kind.overwrites && !appends && self.line.borrow().rest.is_none() {
            return (553, "No".to_owned());
        }
        self.open_file(at, appends)
    }

    fn tells_size(&self, at: usize) -> (u16, String) {
        match self.world.borrow().size(at) {
            Found::Bytes(size) => {
                self.facts.borrow_mut().said_size = Some(size);
                (213, size.to_string())
            }
            Found::Refused => (550, "No such file".to_owned()),
            Found::Untold => (502, "No".to_owned()),
        }
    }

    fn tells_time(&self, at: usize) -> (u16, String) {
        let world = self.world.borrow();
        let file = world.files[at].as_ref().filter(|file| file.hidden == 0 && world.kind.times);
        let Some(file) = file else { return (550, "No".to_owned()) };
        self.facts.borrow_mut().said_time = Some(file.time);
        (213, format!("1970010100{:02}{:02}", file.time / 60 % 60, file.time % 60))
    }

    fn tells_hash(&self, at: usize) -> (u16, String) {
        let world = self.world.borrow();
        match world.files[at].as_ref().filter(|file| file.hidden == 0 && world.kind.hashes) {
            Some(file) => {
                let hash = hash(&file.bytes);
                self.facts.borrow_mut().said_hash = Some(hash);
                (250, format!("{hash:08X}"))
            }
            None => (550, "No".to_owned()),
        }
    }

    fn renames_from(&self, at: Option<usize>, name: &str) -> (u16, String) {
        let world = self.world.borrow();
        let there = at.filter(|&at| world.files[at].as_ref().is_some_and(|file| file.hidden == 0));
        if !world.kind.renames || there.is_none() {
            self.demand(at.is_some() || name.as_bytes() == UNUSED, "a name that does not belong to the delivery");
            return (if world.kind.renames { 550 } else { 502 }, "No".to_owned());
        }
        self.line.borrow_mut().renaming = there;
        let mut facts = self.facts.borrow_mut();
        if there == Some(facts.stored_at) && facts.last_told == Some(Found::Refused) {
            // The file exists, in spite of the last answer to SIZE.
            facts.last_told = None;
        }
        (350, "Yes".to_owned())
    }

    fn renames_to(&self, to: usize) -> (u16, String) {
        let Some(from) = self.line.borrow_mut().renaming.take() else { return (503, "RNFR first".to_owned()) };
        let mut world = self.world.borrow_mut();
        let replaces = world.kind.replaces;
        if world.files[from].is_none() || world.files[to].is_some() && !replaces {
            return (553, "No".to_owned());
        }
        let file = world.files[from].take();
        world.put(to, file);
        world.placed &= from != 0;
        drop(world);
        {
            let mut facts = self.facts.borrow_mut();
            facts.said_yes = true;
            facts.renamed |= to == 0 && from < 3;
            if facts.stored_at == from {
                facts.stored_at = to;
            }
        }
        self.check_new_name();
        if to == 0 {
            let mut world = self.world.borrow_mut();
            world.old = world.files[0].as_ref().map(|own| own.bytes.clone());
        }
        (250, "Yes".to_owned())
    }

    fn removes(&self, at: usize) -> (u16, String) {
        let mut world = self.world.borrow_mut();
        if world.files[at].is_none() {
            return (550, "No such file".to_owned());
        }
        world.put(at, None);
        self.facts.borrow_mut().said_yes = true;
        (250, "Yes".to_owned())
    }
}

/// FNV-1a instead of CRC-32, because the server and the client only have to compute the same function.
pub(crate) fn hash(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
