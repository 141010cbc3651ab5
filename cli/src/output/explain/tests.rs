//! Snapshots of `--explain` in both formats, for grants of requests to addresses that need no resolver.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ftp_uploader::{Confined, Delivery, Network, Put, Request, Security, Target, Tls, Trust, Uploader};

use super::{json, text};

const PIN: &str = "sha256:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// Both texts for a request about a file of 6 bytes and standard input. The folder of the file is shown as `FOLDER`.
fn explained(server: &str, change: impl FnOnce(Request) -> Request, fence: [Confined; 5]) -> String {
    explained_put(server, |put| put, change, fence)
}

/// The same, with a change of the job.
fn explained_put(
    server: &str,
    add: impl FnOnce(Put) -> Put,
    change: impl FnOnce(Request) -> Request,
    fence: [Confined; 5],
) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.csv");
    std::fs::write(&file, "hello\n").unwrap();
    let request = change(request(server, &file, add));
    let uploader = Uploader::new().unwrap();
    let prepared = uploader.prepare(&request, Arc::new(())).unwrap();
    let names = ["files", "ports", "processes", "system_calls", "memory"];
    let fence: Vec<_> = names.into_iter().zip(&fence).collect();
    let (grants, path) = (prepared.grants(), folder.path().to_str().unwrap());
    (text(&grants, &fence) + "\n" + &json::text(&grants, &fence)).replace(path, "FOLDER")
}

fn request(server: &str, file: &Path, add: impl FnOnce(Put) -> Put) -> Request {
    let target = Target::new(server.parse().unwrap(), "alice").unwrap();
    let put = Put::into_directory("inbox").unwrap().file(file).unwrap();
    Request::of(target, add(put.stream(File::open("/dev/null").unwrap(), "stream").unwrap()))
}

#[test]
fn a_directory_is_shown_by_its_numbers_and_the_first_of_the_skipped_files() {
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("site");
    std::fs::create_dir_all(site.join("css/empty")).unwrap();
    std::fs::write(site.join("index.html"), "hello\n").unwrap();
    (1..=7).for_each(|number| std::os::unix::fs::symlink("index.html", site.join(format!("link{number}"))).unwrap());
    let add = |put: Put| put.tree(&site).unwrap().tree(site.join("css/..")).unwrap();
    let fence = [const { Confined::Active }; 5];
    let shown = explained_put("127.0.0.1:2121", add, |request| request, fence);
    insta::assert_snapshot!(shown.replace(folder.path().to_str().unwrap(), "FOLDER"));
}

fn network(change: impl FnOnce(&mut Network)) -> impl FnOnce(Request) -> Request {
    let mut network = Network::default();
    change(&mut network);
    |request| request.network(network).unwrap()
}

#[test]
fn in_clear_to_this_machine() {
    insta::assert_snapshot!(explained("127.0.0.1:2121", |request| request, [const { Confined::Active }; 5]));
}

#[test]
fn through_a_proxy_to_a_pinned_key() {
    let change = |request: Request| {
        let mut security = Security::default();
        security.trust = Trust::Pins(vec![PIN.parse().unwrap()]);
        let mut delivery = Delivery::default();
        delivery.retry.limit = 0;
        let proxied = network(|network| {
            network.proxy = Some("socks5h://127.0.0.1:1080".parse().unwrap());
            network.max_time = Some(Duration::from_secs(600));
            network.limit_rate = 2048.try_into().ok();
        });
        proxied(request.security(security).delivery(delivery))
    };
    let missing = || Confined::Missing("this kernel has no Landlock".to_owned());
    let fence = [missing(), missing(), missing(), Confined::Active, Confined::Active];
    insta::assert_snapshot!(explained("ftp.example.org", change, fence));
}

#[test]
fn with_data_connections_from_the_server_and_any_certificate() {
    let change = |request: Request| {
        let mut security = Security::default();
        (security.tls, security.trust) = (Some(Tls::Implicit), Trust::Anything);
        let active = network(|network| {
            network.active = true;
            network.source_address = Some("127.0.0.1".parse().unwrap());
        });
        active(request.security(security))
    };
    insta::assert_snapshot!(explained("127.0.0.1:990", change, [const { Confined::Active }; 5]));
}
