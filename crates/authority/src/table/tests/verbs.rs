//! For each command that the component can make there is a call that permits it, and each command that changes something is
//! denied everywhere else.

use alloc::format;
use alloc::vec::Vec;

use ftp_protocol::argument::Argument;
use ftp_protocol::command::{Command, Retrieval};
use ftp_protocol::digest::{Algorithm, Inquiry};
use ftp_protocol::endpoint::Endpoint;
use ftp_protocol::timestamp::Timestamp;

use super::{change, in_call, names, open, sends, store};
use crate::{Call, Placement, Protection};

/// Lines that no call of [`calls`] permits, separated by semicolons.
const DENIED: [&str; 7] = [
    "DELE;DELE ;DELE N;DELE  n;DELE n ;DELE ./n;DELE ../n;DELE *;dele n;DELE\tn;RMD m;RNFR m;",
    "RNTO n;MKD m;STOR m;STOR;APPE m;STOU n;REST 8;REST 07;RETR m;RETR;MLSD m;LIST -R;LIST m;NLST;",
    "MFMT 19700101235958 n;MFMT 19700101235959 m;MDTM 19700101235958 n;MDTM 20200101000000 m;",
    "SITE CHMOD 777 n;SITE CHMOD 644 m;SITE RMDIR n;SITE EXEC n;SITE;USER m;ACCT m;AUTH SSL;",
    "PROT C;PBSZ 1;TYPE A;MODE B;STRU R;CDUP;XCUP;CWD ..;CWD m;CWD;REIN;SMNT n;STAT;STAT n;ABOR;",
    "ALLO 1;PORT 192,0,2,1,24,132;EPRT |1|192.0.2.2|6275|;OPTS UTF8 OFF;OPTS MLST a b;PASS n;",
    "XRMD n;XMKD n;",
];

/// Calls of all kinds, for the name `n`.
fn calls() -> Vec<Call> {
    let n = || b"n".to_vec();
    Vec::from([
        Call::None,
        open(Protection::Clear),
        open(Protection::Explicit),
        open(Protection::Implicit),
        Call::Site(n()),
        Call::Enter { directory: n(), create: true },
        Call::MakeDirectories(names(&["n"])),
        Call::Announce { name: n(), flight: false },
        Call::Announce { name: n(), flight: true },
        Call::Check,
        store(Placement::Replace),
        store(Placement::Rest(7)),
        store(Placement::Unique),
        Call::Features,
        Call::Look(n()),
        Call::Modified(n()),
        Call::Compare(n()),
        Call::CanRename(n()),
        Call::Rename(Vec::from([change("n", "m")])),
        Call::Remove(names(&["n"])),
        Call::RemoveDirectories(names(&["n"])),
        Call::SetTime { name: n(), time: 86_399 },
        Call::SetMode { name: n(), mode: 0o644 },
        Call::List(n()),
        Call::Fetch(n()),
        Call::Ask(names(&["n"])),
        Call::Quit,
    ])
}

/// One command of each kind, about the name `n`. A new kind must be added to both lists.
fn commands<'a>(n: Argument<'a>, m: Argument<'a>, endpoint: Endpoint<'a>) -> Vec<Command<'a>> {
    let time = Timestamp::from_unix(86_399).unwrap();
    let algorithms = [Algorithm::Sha256, Algorithm::Sha1, Algorithm::Md5, Algorithm::Crc32];
    let mut commands = Vec::from([Command::AuthTls, Command::Pbsz, Command::ProtPrivate, Command::User(n)]);
    commands.extend([Command::Acct(n), Command::Clnt, Command::Site(n), Command::OptsUtf8, Command::Feat]);
    commands.extend([Command::Cwd(n), Command::Mkd(n), Command::Pwd, Command::TypeImage, Command::Epsv]);
    commands.extend([Command::Pasv, Command::Eprt(endpoint), Command::Port(endpoint), Command::Rest(7)]);
    commands.extend([Command::Stor(n), Command::Appe(n), Command::Stou, Command::Size(n), Command::Mdtm(n)]);
    commands.extend(algorithms.map(Command::OptsHash));
    commands.extend(algorithms.map(|by| Command::Hash(Inquiry::Extended(by), n)));
    commands.extend(algorithms.map(|algorithm| Command::Hash(Inquiry::Hash { algorithm, in_force: true }, n)));
    commands.extend([Command::Hash(Inquiry::Md5, n), Command::Noop, Command::Rnfr(n), Command::Rnto(m)]);
    commands.extend([Some(n), None].map(|path| Command::Retrieve(Retrieval::Mlsd(path))));
    commands.extend([Some(n), None].map(|path| Command::Retrieve(Retrieval::List(path))));
    commands.extend([Retrieval::ListAll, Retrieval::Retr(n)].map(Command::Retrieve));
    commands.extend([Command::Dele(n), Command::Rmd(n), Command::Mfmt(time, n), Command::MdtmSet(time, n)]);
    commands.extend([Command::SiteUtime(time, n), Command::SiteChmod(0o644, n), Command::Quit]);
    commands.extend([Command::Rmd(n), Command::Retrieve(Retrieval::Mlsd(None))]);
    commands.extend([Command::Retrieve(Retrieval::Mlsd(Some(n))), Command::Retrieve(Retrieval::List(None))]);
    commands.extend([Command::Retrieve(Retrieval::ListAll), Command::Retrieve(Retrieval::Retr(n))]);
    assert!(commands.iter().all(is_listed));
    commands
}

/// Fails to compile if `Command` gets a kind that is not in the list above.
fn is_listed(command: &Command<'_>) -> bool {
    match command {
        Command::AuthTls | Command::Pbsz | Command::ProtPrivate | Command::User(_) | Command::Acct(_) => true,
        Command::Clnt | Command::Site(_) | Command::OptsUtf8 | Command::Feat | Command::Cwd(_) | Command::Mkd(_) => {
            true
        }
        Command::Pwd | Command::TypeImage | Command::Epsv | Command::Pasv | Command::Eprt(_) => true,
        Command::Port(_) | Command::Rest(_) | Command::Stor(_) | Command::Appe(_) | Command::Stou => true,
        Command::Size(_) | Command::Mdtm(_) | Command::OptsHash(_) | Command::Hash(..) | Command::Noop => true,
        Command::Rnfr(_) | Command::Rnto(_) | Command::Dele(_) | Command::Mfmt(..) | Command::MdtmSet(..) => true,
        Command::SiteUtime(..) | Command::SiteChmod(..) | Command::Quit => true,
        Command::Rmd(_) | Command::Retrieve(_) => true,
    }
}

/// Returns the calls that permit `line`, alone or after the line that must come before it.
fn calls_that_permit(line: &[u8]) -> Vec<Call> {
    let permits = |call: &Call| {
        let mut authority = in_call(call.clone());
        authority.listens("192.0.2.1", 6275);
        if line.starts_with(b"RNTO") {
            sends(&mut authority, "RNFR n");
        }
        authority.permits(&[line]).is_some()
    };
    calls().into_iter().filter(permits).collect()
}

#[test]
fn for_each_command_of_the_component_there_is_a_call_that_permits_it() {
    let (n, m) = (Argument::new(b"n").unwrap(), Argument::new(b"m").unwrap());
    for command in commands(n, m, Endpoint::new("192.0.2.1", 6275).unwrap()) {
        // MKD makes the directory of `enter` only before it was entered; `make-directories` permits it.
        assert!(!calls_that_permit(&command.to_bytes()).is_empty(), "{command:?}");
    }
}

/// Claims that exactly these of [`calls`] permit `line`.
#[track_caller]
fn only(expected: &[Call], line: &str) {
    assert_eq!(calls_that_permit(format!("{line}\r\n").as_bytes()), expected, "{line}");
}

#[test]
fn commands_that_change_files_are_permitted_in_their_own_calls_only() {
    let n = || b"n".to_vec();
    let rename = || Call::Rename(Vec::from([change("n", "m")]));
    let set_time = || Call::SetTime { name: n(), time: 86_399 };
    only(&[Call::Remove(names(&["n"]))], "DELE n");
    only(&[Call::RemoveDirectories(names(&["n"]))], "RMD n");
    only(&[Call::CanRename(n()), rename()], "RNFR n");
    only(&[rename()], "RNTO m");
    only(&[Call::MakeDirectories(names(&["n"]))], "MKD n");
    only(&[rename(), set_time()], "MFMT 19700101235959 n");
    only(&[rename(), set_time()], "MDTM 19700101235959 n");
    only(&[rename(), set_time()], "SITE UTIME n 19700101235959 19700101235959 19700101235959 UTC");
    only(&[Call::SetMode { name: n(), mode: 0o644 }], "SITE CHMOD 644 n");
}

#[test]
fn commands_that_transfer_or_log_in_are_permitted_in_their_own_calls_only() {
    let n = || b"n".to_vec();
    let [clear, explicit, implicit] = [Protection::Clear, Protection::Explicit, Protection::Implicit].map(open);
    only(&[Call::Announce { name: n(), flight: true }, store(Placement::Replace)], "STOR n");
    only(&[store(Placement::Rest(7))], "APPE n");
    only(&[store(Placement::Rest(7))], "REST 7");
    only(&[store(Placement::Unique)], "STOU");
    only(&[Call::Fetch(n())], "RETR n");
    only(&[Call::List(n())], "MLSD n");
    only(&[Call::List(n())], "LIST");
    only(&[Call::Site(n())], "SITE n");
    only(&[clear, explicit.clone(), implicit.clone()], "USER n");
    only(core::slice::from_ref(&explicit), "AUTH TLS");
    only(&[explicit, implicit], "PROT P");
    only(&[Call::Quit], "QUIT");
}

#[test]
fn no_call_permits_another_name_or_another_form() {
    let lines: Vec<&str> = DENIED.iter().flat_map(|row| row.split_terminator(';')).collect();
    assert!(lines.len() > 60);
    lines.into_iter().for_each(|line| only(&[], line));
}
