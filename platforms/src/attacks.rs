//! Tests an embedder with the hostile component of `tests/guests/`, whose attacks every embedder must deny, and with a
//! server that repeats the password or sends a second greeting (`attacked_server.rs`).
//!
//! The walls of our own host are tested in `tests/sandbox/`, with more attacks.

use std::process::Command;
use std::time::Duration;

use crate::attacked_server::{AttackedServer, Manner, PASSWORD};
use crate::lab::Ended;
use crate::{Lab, Problem};

/// The attacks, with a file of nine bytes.
const ATTACKS: [Attack; 21] = [
    alone("forged lines", "20 of 20 denied"),
    alone("a line too long", "denied"),
    Attack { commands: "PASS open sesame\r\n", ..alone("the password twice", "done, denied") },
    Attack {
        commands: "PASS open sesame\r\nNOOP\r\nNOOP\r\n",
        manner: Manner::RepeatsBehind,
        ..alone("the password behind a command", "done, done: ;;**** 002;;**** 032;;olleH-032")
    },
    Attack {
        commands: "PASS open sesame\r\nNOOP\r\nNOOP\r\n",
        manner: Manner::RepeatsInParts,
        ..alone(
            "a command within the reply to the password",
            "done, done: ;;**** 002;;**** 032;;**** 032 ;;olleH-032;;tiaW 051",
        )
    },
    alone("low ports", "1024 of 1024 denied"),
    alone("a hash of each piece", "unreadable"),
    alone("a file that was not sent", "sent"),
    alone("a file that was not sent and is seen", "sent"),
    Attack { manner: Manner::Floods, ..alone("listening without end", "2097152 bytes, then denied") },
    sending("thousands of connections", "8 open, 4992 denied", ""),
    sending("absurd splices", "end, end, denied, end, end, denied; 9, denied", "123456789"),
    sending("bytes twice and out of order", "denied, 3, denied, denied, denied, 1, denied, 2", "123456"),
    sending("the same bytes without end", "9 bytes, then no more", "123456789"),
    Attack { has_end: true, ..sending("bytes after the end", "3, done; denied, denied, denied", "123") },
    Attack {
        has_end: true,
        ..sending("bytes after the shutdown", "3, done; denied, denied; done, denied, denied", "123")
    },
    Attack {
        has_end: true,
        manner: Manner::RepliesLate,
        ..sending("a late preliminary reply", "9, done, 150 Here, done, replied", "123456789")
    },
    sending("one file over two connections", "3, denied, denied, denied, denied", "123"),
    // STOR of other names, APPE, STOU and DELE; then STOR of the own name, twice.
    reaching("stores another name", "denied, denied, denied, denied, denied, denied, denied, done, denied"),
    // RETR, MLSD, LIST, NLST, STAT, and a connection that receives; then STOR.
    reaching("fetches", "denied, denied, denied, denied, denied, denied, done"),
    // CWD to several places, CDUP and others; then STOR.
    reaching("walks", "denied, denied, denied, denied, denied, denied, done"),
];

/// The directory that the hostile component enters.
const DIRECTORY: &str = "inbox";

/// The time limit of one attack, which includes compiling the component.
const RUN_LIMIT: Duration = Duration::from_secs(60);

/// One attack, and its required result.
struct Attack {
    /// The name of the attack in `tests/guests/`.
    name: &'static str,
    manner: Manner,
    /// The answers of the embedder, as the component reports them.
    told: &'static str,
    /// The bytes that the server receives on the control connection.
    commands: &'static str,
    /// The bytes that the server receives on the data connection.
    data: &'static str,
    /// True if the data connection must be closed, and not reset.
    has_end: bool,
}

const fn alone(name: &'static str, told: &'static str) -> Attack {
    Attack { name, manner: Manner::Greets, told, commands: "", data: "", has_end: false }
}

/// An attack with a data connection.
const fn sending(name: &'static str, told: &'static str, data: &'static str) -> Attack {
    Attack { name, manner: Manner::TakesData, told, commands: "", data, has_end: false }
}

/// An attack that begins with CWD, and ends with the only command that the call needs.
const fn reaching(name: &'static str, told: &'static str) -> Attack {
    Attack { manner: Manner::Enters, commands: "CWD inbox\r\nSTOR nine-bytes\r\n", ..alone(name, told) }
}

impl Attack {
    fn sends_a_piece(&self) -> bool {
        (1..9).contains(&self.data.len())
    }
}

/// The tests of one platform.
pub(crate) struct Attacks<'a> {
    pub(crate) lab: &'a Lab,
    /// The name in messages.
    pub(crate) platform: &'a str,
    /// Returns the program with the real component, and the arguments before the usual four.
    pub(crate) command: &'a dyn Fn() -> Command,
    /// Returns the same with the hostile component.
    pub(crate) evil: &'a dyn Fn() -> Command,
    /// The path of the file of nine bytes, as the program sees it.
    pub(crate) file: &'a str,
    /// True if the platform computes hashes.
    pub(crate) hashes: bool,
    /// True if the platform can send exactly the requested part of the file.
    pub(crate) pieces: bool,
}

impl Attacks<'_> {
    /// Runs all attacks.
    pub(crate) fn are_repelled(&self) -> Result<(), Problem> {
        let mut possible = ATTACKS.iter().filter(|attack| self.pieces || !attack.sends_a_piece());
        possible.try_for_each(|attack| self.attack(attack, attack.commands))?;
        // The commands are too long for the table.
        let lines = |count| "NOOP\r\n".repeat(count);
        let chatted = Attack { manner: Manner::Chats, ..alone("lines without end", "512 sent, then denied") };
        self.attack(&chatted, &lines(512))?;
        self.attack(&alone("lines without listening", "16 sent, then denied"), &lines(16))?;
        // Nine lines; twice eight; and one.
        self.attack(&alone("many lines at once", "denied, done, done, denied"), &lines(16))?;
        if self.hashes {
            self.attack(&alone("hashes without end", "599 4"), "")?;
        }
        self.password_is_masked()?;
        self.stray_reply_is_noticed()
    }

    fn attack(&self, attack: &Attack, commands: &str) -> Result<(), Problem> {
        let server = self.server(attack.manner)?;
        let user = match attack.manner {
            Manner::TakesData | Manner::RepliesLate => format!("{} {}", attack.name, server.data_port),
            Manner::Greets
            | Manner::Enters
            | Manner::FloodsListing
            | Manner::Floods
            | Manner::Chats
            | Manner::Repeats
            | Manner::RepeatsBehind
            | Manner::RepeatsInParts
            | Manner::SpeaksTwice => attack.name.to_owned(),
        };
        let ended = self.upload((self.evil)(), &server, &user, PASSWORD)?;
        let got = server.end();
        let told = ended.stderr.replace('"', "").contains(attack.told) && ended.status.code() == Some(1);
        self.expect(told, &ended, attack.name, attack.told)?;
        let as_expected = got.commands == commands && got.data == attack.data;
        self.expect(as_expected, &ended, attack.name, &format!("the server got {commands:?} and {:?}", attack.data))?;
        self.expect(got.has_end || !attack.has_end, &ended, attack.name, "an end of the data without a reset")
    }

    /// The program prints the reply as the component has received it.
    fn password_is_masked(&self) -> Result<(), Problem> {
        for (password, shown) in [(PASSWORD, "No, **** and ****, come!"), ("come", "Welcome, ****!")] {
            let server = self.server(Manner::Repeats)?;
            let ended = self.upload((self.command)(), &server, "alice", password)?;
            server.end();
            let masked = ended.stderr.replace('"', "").contains(shown);
            self.expect(masked, &ended, "a password repeated", shown)?;
        }
        Ok(())
    }

    /// The component detects a second greeting, if the embedder tells it that there are unread bytes.
    fn stray_reply_is_noticed(&self) -> Result<(), Problem> {
        let server = self.server(Manner::SpeaksTwice)?;
        let ended = self.upload((self.command)(), &server, "alice", PASSWORD)?;
        let got = server.end();
        let noticed = ["out-of-step", "nobody asked for"].iter().any(|words| ended.stderr.contains(words));
        self.expect(noticed && got.commands.is_empty(), &ended, "a second greeting", "noticed before USER is sent")
    }

    fn server(&self, manner: Manner) -> Result<AttackedServer, Problem> {
        AttackedServer::start(manner).map_err(|error| Problem::Failed(format!("cannot start a server: {error}")))
    }

    fn upload(&self, mut command: Command, server: &AttackedServer, user: &str, word: &str) -> Result<Ended, Problem> {
        command.args([&server.host, user, self.file, DIRECTORY]).env("FTP_PASSWORD", word);
        self.lab.run(&mut command, RUN_LIMIT)
    }

    fn expect(&self, holds: bool, ended: &Ended, name: &str, expected: &str) -> Result<(), Problem> {
        if holds {
            return Ok(());
        }
        let (platform, status, said) = (self.platform, ended.status, &ended.stderr);
        Err(Problem::Failed(format!("{platform}: {name}: expected: {expected}; {status}, and on stderr:\n{said}")))
    }
}
