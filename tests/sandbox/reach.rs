//! Components that send commands that the present call does not need: other names, other directories, other commands. The
//! server's log shows that none of them was sent. Each component also sends the command that its call may send.

use std::fs;

use super::attack::{Attack, AttackResult, port};
use crate::support::script::Script;
use crate::support::upload::{HELLO, Upload};

const WALL: &str = "the commands that the call needs";
const NAMES: &str = "the names of the call";
const PLACE: &str = "the directory of the upload";

impl Script {
    /// A server that lets the component into the directory.
    pub(super) fn entered() -> Self {
        Self::greeted().expect("CWD inbox").reply("250 In inbox")
    }
}

#[test]
fn a_component_that_stores_another_file_than_it_was_told_to_is_stopped() {
    let result = Attack::new("stores another name", NAMES).run(Script::entered().silence());
    result.fails(7, &denied(7, "done, denied")).server_heard(&["CWD inbox", "STOR hello.txt"]);
}

#[test]
fn a_component_that_fetches_or_lists_while_it_stores_is_stopped() {
    let open = port();
    let result = Attack::on("fetches", WALL, &open).run(Script::entered().silence());
    result.fails(7, &denied(6, "done")).server_heard(&["CWD inbox", "STOR hello.txt"]);
    open.set_nonblocking(true).expect("a listener can be polled");
    result.run.server_log.claim(open.accept().is_err(), "no connection for a listing");
}

#[test]
fn a_component_that_renames_other_files_is_stopped() {
    let data = port();
    let attack = Attack::on("renames", NAMES, &data).with(|upload| upload.options(["--atomic"]));
    let renamed = |script: Script| script.expect("RNFR {temp:hello.txt}").expect("RNTO hello.txt");
    // The program tries once more.
    let result = attack.run(renamed(renamed(Script::entered().take_on(data))).silence());
    result.fails(7, &denied(5, "done, denied")).server_stored(&[HELLO]);
    result.has_heard(5);
}

#[test]
fn a_component_that_deletes_other_files_is_stopped() {
    let data = port();
    let attack = Attack::on("deletes", NAMES, &data).with(|upload| upload.options(["--atomic"]));
    let result = attack.run(Script::entered().take_on(data).expect("DELE {temp:hello.txt}").silence());
    result.fails(8, "\"3\"").server_stored(&[&HELLO[..3]]);
    result.has_heard(2);
}

#[test]
fn a_component_that_makes_other_directories_is_stopped() {
    let attack = on_a_tree("makes", NAMES);
    let result = attack.run(Script::entered().silence());
    result.fails(7, &denied(6, "done")).server_heard(&["CWD inbox", "MKD tree"]);
}

#[test]
fn a_component_that_walks_into_another_directory_is_stopped() {
    let result = Attack::new("walks", PLACE).run(Script::entered().silence());
    result.fails(7, &denied(6, "done")).server_heard(&["CWD inbox", "STOR hello.txt"]);
}

/// The name would be permitted, and is another file there.
#[test]
fn a_component_that_has_not_come_back_from_another_directory_is_stopped() {
    let script = Script::entered().expect("PWD").reply("257 \"/inbox\"").expect("CWD /inbox/tree").reply("250 There");
    let result = on_a_tree("walks away before", PLACE).run(script.silence());
    result.fails(7, &denied(3, "")).server_heard(&["CWD inbox", "PWD", "CWD /inbox/tree"]);
}

#[test]
fn a_component_that_sends_another_site_command_than_the_users_is_stopped() {
    let attack = Attack::new("sends SITE RMDIR", WALL).with(|upload| upload.options(["--site", "NAMEFMT 1"]));
    let result = attack.run(Script::greeted().silence());
    result.fails(7, &denied(4, "done")).server_heard(&["SITE NAMEFMT 1"]);
}

#[test]
fn a_component_that_sets_another_mode_is_stopped() {
    let data = port();
    let attack = Attack::on("sets another mode", NAMES, &data).with(|upload| upload.options(["--chmod", "640"]));
    let result = attack.run(Script::entered().take_on(data).silence());
    result.succeeds(&denied(2, "done")).server_heard(&["CWD inbox", "SITE CHMOD 640 hello.txt"]);
}

impl AttackResult {
    /// Claims that the server received so many lines. The script has checked each of them.
    #[track_caller]
    fn has_heard(&self, lines: usize) {
        let heard = self.run.server_log.commands.len();
        self.run.server_log.claim(heard == lines, &format!("{lines} lines"));
    }
}

/// An attack on the upload of a directory.
fn on_a_tree(name: &'static str, wall: &'static str) -> Attack {
    let upload = Upload::of_nothing().options(["--recursive"]).argument_file("tree").user(name);
    fs::create_dir(upload.path("tree")).expect("a local directory");
    Attack::new(name, wall).with(|_| upload.program(|program| program.with_file("tree/hello.txt", HELLO)))
}

/// Returns the report of a component of which the first so many lines were denied, with these answers behind.
fn denied(count: usize, behind: &str) -> String {
    let answers = ["denied"].repeat(count).into_iter().chain(Some(behind).filter(|words| !words.is_empty()));
    format!("\"{}\"", answers.collect::<Vec<_>>().join(", "))
}
