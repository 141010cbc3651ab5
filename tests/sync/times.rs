//! Times: they are equal or different, never newer or older.

use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::quirk::{FactForm, Quirk};
use crate::support::sync::LocalTree;

/// TREES D12.
#[test]
fn listings_in_local_time_send_nothing_again_with_a_manifest() {
    for quirks in [
        vec![Quirk::LocalTime(5)],
        vec![Quirk::LocalTime(-5), Quirk::NoMfmt],
        vec![Quirk::NoMlsd],
        vec![Quirk::NoMlsd, Quirk::LocalTime(5)],
        vec![Quirk::NoMlsd, Quirk::LocalTime(5), Quirk::NoMfmt],
    ] {
        let (server, local) = (QuirkyServer::start(quirks), LocalTree::numbered(20, 4, 100));
        local.sync().options(["--manifest"]).run(&server).succeeded().mirrored(&local, &server);
        local.sync().options(["--manifest"]).run(&server).found_all_unchanged(20);
    }
}

/// TREES D12.
#[test]
fn a_truncated_upload_that_looks_newer_is_sent_again() {
    for (quirks, options) in [
        (vec![], &[][..]),
        (vec![Quirk::NoMlsd], &[]),
        (vec![Quirk::LocalTime(5)], &["--manifest"]),
        (vec![Quirk::NoMlsd, Quirk::LocalTime(5)], &["--manifest"]),
        (vec![Quirk::Facts(FactForm::NoSize)], &[]),
    ] {
        let server = QuirkyServer::start(quirks);
        let local = LocalTree::new(&[("a", "all of it"), ("b", "unchanged")]);
        local.sync().options(options).run(&server).succeeded();
        server.place_file("/inbox/a", b"all");
        server.set_age("/inbox/a", 24 * 3600);
        local.sync().options(options).run(&server).succeeded().stored(&["a"]).mirrored(&local, &server);
    }
}

/// TREES D12.
#[test]
fn times_are_those_of_the_local_files_where_the_server_can_set_them() {
    for quirks in [vec![], vec![Quirk::NoMfmt]] {
        let (server, local) = (QuirkyServer::start(quirks), LocalTree::new(&[("a", "1"), ("b", "2")]));
        local.sync().run(&server).succeeded().mirrored(&local, &server);
        // The second of the two files that the test writes has this time.
        assert_eq!(server.time("/inbox/b"), Some(1_600_000_060));
        local.sync().options(["--compare", "time"]).run(&server).found_all_unchanged(2);
    }
}

/// TREES D12.
#[test]
fn a_file_with_the_same_size_and_another_time_is_sent_and_not_if_sizes_decide() {
    let (server, local) = (QuirkyServer::start([]), LocalTree::new(&[("a", "1"), ("b", "2")]));
    local.sync().run(&server).succeeded();
    local.set_time("a", 1_500_000_000);
    local.sync().options(["--compare", "size"]).run(&server).found_all_unchanged(2);
    local.sync().options(["--compare", "time"]).run(&server).succeeded().stored(&["a"]).mirrored(&local, &server);
}

#[test]
fn without_a_comparison_all_files_are_sent() {
    let (server, local) = (QuirkyServer::start([]), LocalTree::new(&[("a", "1"), ("css/b", "2")]));
    for _ in 0..2 {
        let run = local.sync().options(["--compare", "none"]).run(&server);
        run.succeeded().stored(&["a", "css/b"]).mirrored(&local, &server);
    }
}

#[test]
fn times_are_left_alone_where_the_user_says_so() {
    let (server, local) = (QuirkyServer::start([]), LocalTree::new(&[("a", "1")]));
    let run = local.sync().options(["--no-preserve-time"]).run(&server);
    run.succeeded().mirrored(&local, &server);
    run.claim(run.record.count("MFMT") == 0, "no MFMT");
    run.claim(server.time("/inbox/a").is_some_and(|time| time > 1_700_000_000), "the time of the transfer");
}
