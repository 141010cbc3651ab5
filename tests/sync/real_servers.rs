//! Sites that are deployed to every real server, changed and deployed again, in clear and with TLS.

use test_servers::{Kind, ServerTls};

use crate::support::real_servers::{content, on_servers};
use crate::support::secure_server::SecureServer;
use crate::support::sync::LocalTree;
use crate::support::sync::destination::Destination;

on_servers!(vsftpd Vsftpd, proftpd Proftpd, pure_ftpd PureFtpd, pyftpdlib Pyftpdlib; [
    a_site_is_deployed_changed_and_deployed_again,
    a_site_is_deployed_again_without_a_manifest,
    a_site_is_deployed_over_connections_with_tls
]);

const OWN: [&str; 2] = ["--delete", "own"];

/// Returns a site with names that need care, and files of several sizes.
fn site() -> LocalTree {
    let local = LocalTree::new(&[("index.html", "app.1.js"), ("app.1.js", "code"), (".htaccess", "rules")]);
    local.write("css/a.css", content(70_000));
    local.write("css/deep/er/a b", "");
    local.write("img/gr\u{fc}n \u{65e5}.png", content(3000));
    local.write("a -> b", "a plain file");
    local.write("[d]/in*", "a pattern");
    for number in 0..20 {
        local.write(&format!("posts/{number}/index.html"), content(number * 100));
    }
    local.make_directory("empty/too");
    local
}

fn change(local: &LocalTree) {
    local.write("index.html", "app.2.js");
    local.write("app.2.js", "code");
    local.write("css/a.css", content(70_001));
    local.write("new/page.html", "new");
    for path in ["app.1.js", "posts/7", "css/deep"] {
        local.remove(path);
    }
}

/// Deploys, changes, and deploys again.
fn deploy_twice(server: &dyn Destination) {
    let local = site();
    local.sync().options(OWN).run(server).succeeded().mirrored(&local, server);
    local.sync().options(OWN).run(server).succeeded().stored(&[]).removed(&[]).mirrored(&local, server);
    change(&local);
    let third = local.sync().options(OWN).run(server);
    third.succeeded().mirrored(&local, server);
    third.stored(&["app.2.js", "css/a.css", "index.html", "new/page.html"]);
    third.removed(&["app.1.js", "css/deep/er/a b", "posts/7/index.html"]);
    local.sync().options(OWN).run(server).succeeded().stored(&[]).removed(&[]).mirrored(&local, server);
}

fn a_site_is_deployed_changed_and_deployed_again(kind: Kind) {
    let Some(server) = kind.start() else { return };
    deploy_twice(&server);
}

/// vsftpd has neither MLSD nor MFMT, but MDTM sets times.
fn a_site_is_deployed_again_without_a_manifest(kind: Kind) {
    let Some(server) = kind.start() else { return };
    let local = site();
    local.sync().run(&server).succeeded().mirrored(&local, &server);
    local.sync().run(&server).succeeded().stored(&[]).mirrored(&local, &server);
    change(&local);
    let third = local.sync().run(&server);
    third.succeeded().stored(&["app.2.js", "css/a.css", "index.html", "new/page.html"]).removed(&[]);
    let stay = ["app.1.js", "css/deep", "css/deep/er", "css/deep/er/a b", "posts/7", "posts/7/index.html"];
    third.mirrored_beside(&local, &server, &stay);
    let fourth = local.sync().options(["--delete", "extra", "--max-delete", "9"]).run(&server);
    fourth.succeeded().mirrored(&local, &server);
}

fn a_site_is_deployed_over_connections_with_tls(kind: Kind) {
    let Some(server) = SecureServer::start(kind, ServerTls::of) else { return };
    deploy_twice(&server);
}

/// Whatever the server lists, a file with the same size and other bytes is sent if its time is another.
#[test]
fn a_change_that_keeps_the_size_is_found_on_every_server() {
    for kind in [Kind::Vsftpd, Kind::Proftpd, Kind::PureFtpd, Kind::Pyftpdlib] {
        let Some(server) = kind.start() else { continue };
        let local = LocalTree::new(&[("a", "x=1"), ("b", "other")]);
        local.sync().run(&server).succeeded();
        local.write("a", "y=9");
        let second = local.sync().run(&server);
        second.succeeded().stored(&["a"]).mirrored(&local, &server);
    }
}
