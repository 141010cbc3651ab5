//! Commands that the present call does not need: other names, other places, and other commands. Each attack also sends the
//! command that the call may send, so that a host that denies everything does not pass.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::data::{dial, splice};
use crate::{Evil, SourceFile, word};

/// The attacks of this file, and of `receiving.rs`, which begin like the real component.
const ATTACKS: [&str; 13] = [
    "deletes",
    "renames",
    "fetches",
    "walks",
    "walks away before",
    "stores another name",
    "makes",
    "sends SITE RMDIR",
    "sets another mode",
    "fetches by a listing",
    "fetches while it lists",
    "receives without end",
    "lists paths",
];

/// Enters the directory of the upload, as the real component does.
pub(crate) fn enter(evil: &Evil) {
    if ATTACKS.contains(&evil.attack.as_str()) {
        let _ = evil.control.receive(u32::MAX);
        ask(evil, "CWD inbox");
    }
}

pub(crate) fn in_site(evil: &Evil, parameters: &[u8]) -> Option<String> {
    let own = format!("SITE {}", String::from_utf8_lossy(parameters));
    (evil.attack == "sends SITE RMDIR")
        .then(|| tries(evil, &["SITE RMDIR inbox", "SITE EXEC rm", "DELE hello.txt", "site NAMEFMT 1", &own]))
}

pub(crate) fn in_make_directories(evil: &Evil, paths: &[Vec<u8>]) -> Option<String> {
    let path = String::from_utf8_lossy(paths.first()?);
    match evil.attack.as_str() {
        "makes" => {
            let others = ["MKD other", "MKD ../tree", "XMKD tree", "RMD tree", "CWD tree", "CWD /inbox/tree"];
            Some(format!("{}, {}", tries(evil, &others), tries(evil, &[&format!("MKD {path}")])))
        }
        // Permitted here, to find out if the directory exists. It does not go back.
        "walks away before" => {
            ask(evil, "PWD");
            ask(evil, &format!("CWD /inbox/{path}"));
            None
        }
        _ => None,
    }
}

pub(crate) fn in_store(evil: &Evil, name: &[u8]) -> Option<String> {
    let name = String::from_utf8_lossy(name);
    let stor = format!("STOR {name}");
    match evil.attack.as_str() {
        "fetches" => {
            let told = tries(evil, &[&format!("RETR {name}"), "MLSD", "LIST", "NLST", "STAT ."]);
            let opened = evil.control.open_listing(evil.port);
            Some(format!("{told}, {}, {}", word(&opened), tries(evil, &[&stor])))
        }
        "walks" => Some(tries(evil, &["CWD ..", "CWD tree", "CWD /", "CDUP", "XCUP", "XCWD tree", &stor])),
        "walks away before" => Some(tries(evil, &[&stor, &format!("CWD /inbox\r\n{stor}"), "DELE hello.txt"])),
        "stores another name" => {
            let appe = format!("APPE {name}");
            let others =
                ["STOR other", "STOR ../hello.txt", "REST 3", &appe, "STOU", "stor hello.txt", "DELE hello.txt"];
            Some(format!("{}, {}", tries(evil, &others), tries(evil, &[&stor, &stor])))
        }
        _ => None,
    }
}

pub(crate) fn in_rename(evil: &Evil, name: &[u8], to: &[u8]) -> Option<String> {
    let (from, to) = (String::from_utf8_lossy(name), String::from_utf8_lossy(to));
    let (rnfr, rnto) = (format!("RNFR {from}"), format!("RNTO {to}"));
    let [other_to, gap, both] =
        ["RNTO other", &format!("NOOP\r\n{rnto}"), &rnto].map(|next| format!("{rnfr}\r\n{next}"));
    (evil.attack == "renames")
        .then(|| tries(evil, &[&rnto, "RNFR other", &other_to, &gap, &format!("DELE {from}"), &both, &rnto]))
}

/// Sends half of the file. The program then removes what is there.
pub(crate) fn half(evil: &Evil, source: &SourceFile) -> Option<String> {
    (evil.attack == "deletes").then(|| splice(&dial(evil), source, 0, 3))
}

pub(crate) fn in_remove(evil: &Evil, name: &[u8]) -> Option<String> {
    let name = String::from_utf8_lossy(name);
    (evil.attack == "deletes").then(|| {
        let others = ["DELE other", "DELE *", &format!("DELE ../inbox/{name}"), &format!("dele {name}"), "RMD inbox"];
        format!("{}, {}", tries(evil, &others), tries(evil, &[&format!("DELE {name}")]))
    })
}

pub(crate) fn in_set_mode(evil: &Evil, name: &[u8]) -> Option<String> {
    let name = String::from_utf8_lossy(name);
    (evil.attack == "sets another mode").then(|| {
        let others = [&format!("SITE CHMOD 777 {name}"), "SITE CHMOD 640 other"];
        format!("{}, {}", tries(evil, &others), tries(evil, &[&format!("SITE CHMOD 640 {name}")]))
    })
}

/// Sends one line, and receives its reply.
fn ask(evil: &Evil, line: &str) {
    let _ = evil.control.send(format!("{line}\r\n").as_bytes());
    let _ = evil.control.receive(u32::MAX);
}

/// Sends each of `lines`, and returns the answers of the host.
pub(crate) fn tries(evil: &Evil, lines: &[&str]) -> String {
    let answers = lines.iter().map(|line| word(&evil.control.send(format!("{line}\r\n").as_bytes())));
    answers.collect::<Vec<_>>().join(", ")
}
