//! The evil component (`tests/guests/`) in the place of the real one: what every embedder has to deny, tried on each; and
//! the real one with a server that repeats the password, or says more than it was asked.
//!
//! The walls of our own host are tested in `tests/sandbox/`, with more attacks. What the servers do is in
//! `attacked_server.rs`.

use std::process::Command;
use std::time::Duration;

use crate::attacked_server::{AttackedServer, Manner};
use crate::lab::Ended;
use crate::{Lab, Trouble};

/// On the file of nine bytes.
const ATTACKS: [Attack; 14] = [
    alone("forged lines", "17 of 17 denied"),
    alone("a line too long", "denied"),
    Attack { commands: "PASS open sesame\r\n", ..alone("the password twice", "done, denied") },
    alone("low ports", "1024 of 1024 denied"),
    alone("a hash of each piece", "unreadable"),
    alone("a file that was not sent", "sent"),
    alone("a file that was not sent and is seen", "sent"),
    Attack { manner: Manner::Floods, ..alone("listening without end", "2097152 bytes, then denied") },
    sending("thousands of connections", "8 open, 4992 denied", ""),
    sending("absurd splices", "end, end, denied, end, end, denied; 9, denied", "123456789"),
    sending("bytes twice and out of order", "denied, 3, denied, denied, denied, 1, denied, 2", "123456"),
    sending("the same bytes without end", "9 bytes, then no more", "123456789"),
    sending("bytes after the end", "3, done; denied, denied, denied", "123"),
    sending("one file over two connections", "3, denied, denied, denied, denied", "123"),
];

/// No attack takes longer than an upload, compiling included.
const RUN_LIMIT: Duration = Duration::from_secs(60);

/// What the password is. No server here checks it.
const PASSWORD: &str = "open sesame";

/// One attack, and what must come of it.
struct Attack {
    /// As `tests/guests/` has it.
    name: &'static str,
    manner: Manner,
    /// What the component says that it was answered.
    told: &'static str,
    /// What the server got on both connections.
    commands: &'static str,
    data: &'static str,
}

const fn alone(name: &'static str, told: &'static str) -> Attack {
    Attack { name, manner: Manner::Greets, told, commands: "", data: "" }
}

/// With a data connection.
const fn sending(name: &'static str, told: &'static str, data: &'static str) -> Attack {
    Attack { name, manner: Manner::TakesData, told, commands: "", data }
}

impl Attack {
    fn sends_a_piece(&self) -> bool {
        (1..9).contains(&self.data.len())
    }
}

/// How one platform is tried.
pub(crate) struct Attacks<'a> {
    pub(crate) lab: &'a Lab,
    /// For messages.
    pub(crate) platform: &'a str,
    /// The program with the real component, and with the evil one, and what comes before the four arguments.
    pub(crate) command: &'a dyn Fn() -> Command,
    pub(crate) evil: &'a dyn Fn() -> Command,
    /// The file of nine bytes, as the program sees it.
    pub(crate) file: &'a str,
    /// Whether it computes hashes.
    pub(crate) hashes: bool,
    /// Whether it can move a piece of the file, and not more.
    pub(crate) pieces: bool,
}

impl Attacks<'_> {
    /// All of them.
    pub(crate) fn are_repelled(&self) -> Result<(), Trouble> {
        let mut possible = ATTACKS.iter().filter(|attack| self.pieces || !attack.sends_a_piece());
        possible.try_for_each(|attack| self.come_to(attack, attack.commands))?;
        // Too long for the table.
        let lines = "NOOP\r\n".repeat(512);
        self.come_to(&alone("lines without end", "512 sent, then denied"), &lines)?;
        if self.hashes {
            self.come_to(&alone("hashes without end", "599 4"), "")?;
        }
        self.password_is_masked()?;
        self.stray_reply_is_noticed()
    }

    fn come_to(&self, attack: &Attack, commands: &str) -> Result<(), Trouble> {
        let server = self.server(attack.manner)?;
        let user = match attack.manner {
            Manner::TakesData => format!("{} {}", attack.name, server.data_port),
            _ => attack.name.to_owned(),
        };
        let ended = self.upload((self.evil)(), &server, &user, PASSWORD)?;
        let got = server.end();
        let told = ended.stderr.replace('"', "").contains(attack.told) && ended.status.code() == Some(1);
        self.expect(told, &ended, attack.name, attack.told)?;
        let as_expected = got.commands == commands && got.data == attack.data;
        self.expect(as_expected, &ended, attack.name, &format!("the server got {commands:?} and {:?}", attack.data))
    }

    /// What the program says is what the component was told.
    fn password_is_masked(&self) -> Result<(), Trouble> {
        for (password, shown) in [(PASSWORD, "No, **** and ****, come!"), ("come", "Welcome, ****!")] {
            let server = self.server(Manner::Repeats)?;
            let ended = self.upload((self.command)(), &server, "alice", password)?;
            server.end();
            let masked = ended.stderr.replace('"', "").contains(shown);
            self.expect(masked, &ended, "a password repeated", shown)?;
        }
        Ok(())
    }

    /// By the component, for which the embedder has to look whether something waits.
    fn stray_reply_is_noticed(&self) -> Result<(), Trouble> {
        let server = self.server(Manner::SpeaksTwice)?;
        let ended = self.upload((self.command)(), &server, "alice", PASSWORD)?;
        let got = server.end();
        let noticed = ["out-of-step", "nobody asked for"].iter().any(|words| ended.stderr.contains(words));
        self.expect(noticed && got.commands.is_empty(), &ended, "a second greeting", "noticed before USER is sent")
    }

    fn server(&self, manner: Manner) -> Result<AttackedServer, Trouble> {
        AttackedServer::start(manner).map_err(|error| Trouble::Failed(format!("cannot start a server: {error}")))
    }

    fn upload(&self, mut command: Command, server: &AttackedServer, user: &str, word: &str) -> Result<Ended, Trouble> {
        command.args([&server.host, user, self.file, self.lab.directory]).env("FTP_PASSWORD", word);
        self.lab.run(&mut command, RUN_LIMIT)
    }

    fn expect(&self, holds: bool, ended: &Ended, name: &str, what: &str) -> Result<(), Trouble> {
        if holds {
            return Ok(());
        }
        let (platform, status, said) = (self.platform, ended.status, &ended.stderr);
        Err(Trouble::Failed(format!("{platform}: {name}: not so: {what}; {status}, and on stderr:\n{said}")))
    }
}
