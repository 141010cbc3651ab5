//! The number of commands of a run.

use crate::support::quirky_server::QuirkyServer;
use crate::support::sync::LocalTree;

/// For rclone sync it takes 48, and for lftp mirror -R 93.
#[test]
fn five_hundred_unchanged_files_in_ten_directories_take_forty_five_commands() {
    let (server, local) = (QuirkyServer::start([]), LocalTree::numbered(500, 10, 20));
    local.sync().run(&server).succeeded().mirrored(&local, &server);
    let second = local.sync().jobs("1").run(&server);
    second.found_all_unchanged(500).sent_at_most(45);
    let listings = second.record.count("MLSD");
    second.claim(listings <= 11, &format!("one listing for each directory, not {listings}"));
}

#[test]
fn a_directory_is_listed_once_whatever_the_number_of_connections() {
    let (server, local) = (QuirkyServer::start([]), LocalTree::numbered(200, 40, 20));
    local.sync().run(&server).succeeded();
    let second = local.sync().jobs("4").run(&server);
    second.found_all_unchanged(200);
    let listings = second.record.count("MLSD");
    second.claim(listings <= 41, &format!("one listing for each directory, not {listings}"));
}

#[test]
fn files_that_are_unchanged_are_not_asked_for() {
    let (server, local) = (QuirkyServer::start([]), LocalTree::numbered(100, 5, 20));
    local.sync().run(&server).succeeded();
    let second = local.sync().run(&server);
    second.found_all_unchanged(100);
    let questions = second.record.count("SIZE ") + second.record.count("MDTM ");
    second.claim(questions <= 1, &format!("no question about single files, not {questions}"));
}
