//! Certificates that are accepted, certificates that are refused, and the messages about the refused ones.
//!
//! Each test server would store the file. A server whose certificate is refused must receive neither the user name nor
//! the password. `hostile.rs` tests servers that do not complete the TLS handshake.

use test_servers::certificates::{Authority, Identity};

use crate::support::run::IdleServer;
use crate::support::script::{Move, Script};
use crate::support::tls_run::{certified, pin_in, refused, stored};
use crate::support::tls_server::Tls;
use crate::support::upload::Upload;

#[test]
fn a_wrong_name_is_exit_5_and_the_names_it_has_are_said() {
    let authority = Authority::new();
    let identity = authority.issue(&["ftp.example", "files.example", "192.0.2.7"]);
    for tls in [Tls::of(&identity), Tls::of(&identity).old()] {
        let run = refused(&tls, Upload::of_hello().trusting(&authority));
        run.outcome.says("localhost").says("ftp.example").says("files.example").says("192.0.2.7").says(&identity.pin());
    }
}

#[test]
fn an_address_must_be_certified_as_an_address() {
    let authority = Authority::new();
    let named = Tls::of(&authority.issue(&["localhost"]));
    let in_vain = Script::agreed().then(Move::FailToSecure(named));
    let run = in_vain.run_with_tls("explicit", "127.0.0.1", Upload::of_hello().trusting(&authority));
    run.outcome.fails(5).says("localhost").says("127.0.0.1");
    run.server_log.said_nothing();
}

#[test]
fn a_name_in_the_subject_alone_is_exit_5() {
    let authority = Authority::new();
    let identity = authority.issue_by_common_name("localhost");
    let run = refused(&Tls::of(&identity), Upload::of_hello().trusting(&authority));
    run.outcome.says(&identity.pin()).says("the server's name only as common name (CN)").never_says("has no name");
    let other = authority.issue_by_common_name("ftp.example\u{1b}[2J");
    let run = refused(&Tls::of(&other), Upload::of_hello().trusting(&authority));
    run.outcome.says("is for ftp.example\\u{1b}[2J, as common name (CN)");
}

#[test]
fn a_certificate_out_of_its_time_is_exit_5() {
    let authority = Authority::new();
    let expired = authority.issue_expired(&["localhost"]);
    let early = authority.issue_for_later(&["localhost"]);
    for (identity, word) in [(expired, "expired"), (early, "not valid yet")] {
        for tls in [Tls::of(&identity), Tls::of(&identity).old()] {
            let run = refused(&tls, Upload::of_hello().trusting(&authority));
            run.outcome.says(word).says(&identity.pin());
        }
    }
}

#[test]
fn an_unknown_issuer_is_exit_5_and_the_pin_that_is_said_can_be_used() {
    let (_, identity) = certified();
    let (other, _) = certified();
    for tls in [Tls::of(&identity), Tls::of(&identity).old()] {
        for upload in [Upload::of_hello(), Upload::of_hello().trusting(&other)] {
            let run = refused(&tls, upload);
            run.outcome.mentions(&["issuer", "authority", "issued"]).says("--pin");
            let pin = pin_in(&run.outcome.stderr);
            run.outcome.claim(pin == identity.pin(), &format!("the pin {}", identity.pin()));
            stored(&tls, Upload::of_hello().pinning(pin));
        }
    }
}

#[test]
fn the_authorities_of_the_platform_are_trusted_unless_others_are_named() {
    let (authority, identity) = certified();
    let (other, _) = certified();
    let platform = || {
        let upload = Upload::of_hello().with_local("platform.pem", authority.pem());
        upload.program(|program| program.environment("SSL_CERT_FILE", "platform.pem"))
    };
    let tls = Tls::of(&identity);
    stored(&tls, platform());
    refused(&tls, platform().trusting(&other));
    let misnamed = authority.issue(&["ftp.example"]);
    refused(&Tls::of(&misnamed), platform()).outcome.says("ftp.example").says(&misnamed.pin());
}

#[test]
fn a_platform_without_authorities_is_exit_5_before_anything_is_sent() {
    let upload = Upload::of_hello().with_local("none.pem", "").options(["--tls", "explicit"]);
    let upload = upload.program(|program| program.environment("SSL_CERT_FILE", "none.pem"));
    IdleServer::listen().refuses(5, upload).says("--ca-file");
}

#[test]
fn an_authority_in_between_is_trusted_if_the_server_shows_it() {
    let authority = Authority::new();
    let between = authority.issue_authority("Authority in between");
    let identity = between.issue(&["localhost"]);
    stored(&Tls::of(&identity.followed_by(&between)), Upload::of_hello().trusting(&authority));
    refused(&Tls::of(&identity), Upload::of_hello().trusting(&authority)).outcome.says(&identity.pin());
}

#[test]
fn an_authority_of_the_same_name_is_another_authority() {
    let (mine, namesake) = (Authority::named("Our authority"), Authority::named("Our authority"));
    let identity = namesake.issue(&["localhost"]);
    refused(&Tls::of(&identity), Upload::of_hello().trusting(&mine)).outcome.says(&identity.pin());
}

#[test]
fn a_certificate_that_vouches_for_itself_is_exit_5_unless_it_is_pinned_or_trusted() {
    let identity = Identity::self_signed(&["localhost"]);
    for tls in [Tls::of(&identity), Tls::of(&identity).old()] {
        let run = refused(&tls, Upload::of_hello());
        run.outcome.says("self-signed").says("--ca-file").says(&identity.pin()).says("--pin");
        stored(&tls, Upload::of_hello().pinning(identity.pin()));
        stored(&tls, trusting_itself(&identity));
    }
}

/// `openssl req -x509` makes such certificates by default. webpki refuses the certificate of an authority as that of a
/// server.
#[test]
fn a_certificate_of_an_authority_that_a_server_uses_itself_is_trusted_like_any_that_vouches_for_itself() {
    let identity = Identity::self_signed_authority(&["localhost"]);
    for tls in [Tls::of(&identity), Tls::of(&identity).old()] {
        let run = refused(&tls, Upload::of_hello());
        run.outcome.says("self-signed").says("--ca-file").says(&identity.pin()).never_says("end entity");
        stored(&tls, trusting_itself(&identity));
        stored(&tls, Upload::of_hello().pinning(identity.pin()));
    }
}

#[test]
fn a_certificate_that_is_trusted_by_itself_has_to_be_the_same_for_the_name_and_valid() {
    let identity = Identity::self_signed_authority(&["localhost"]);
    let other = Identity::self_signed_authority(&["localhost"]);
    refused(&Tls::of(&other), trusting_itself(&identity)).outcome.says("self-signed");
    refused(&Tls::of(&identity.with_key_of(&other)), trusting_itself(&identity)).outcome.never_says("--pin");
    let elsewhere = Identity::self_signed_authority(&["ftp.example"]);
    refused(&Tls::of(&elsewhere), trusting_itself(&elsewhere)).outcome.says("is for ftp.example");
    let expired = Identity::self_signed_authority_until_an_hour_ago(&["localhost"]);
    refused(&Tls::of(&expired), trusting_itself(&expired)).outcome.says("expired");
}

/// curl does the same: it accepts a chain that ends at any of the given certificates.
#[test]
fn a_certificate_that_somebody_else_has_issued_is_trusted_by_itself_too() {
    let (_, identity) = certified();
    stored(&Tls::of(&identity), trusting_itself(&identity));
    let expired = Authority::new().issue_expired(&["localhost"]);
    refused(&Tls::of(&expired), trusting_itself(&expired)).outcome.says("expired");
}

#[test]
fn a_certificate_without_its_key_is_exit_5_whatever_is_trusted() {
    let (authority, identity) = certified();
    let (_, thief) = certified();
    let stolen = identity.with_key_of(&thief);
    for tls in [Tls::of(&stolen), Tls::of(&stolen).old()] {
        for upload in [Upload::of_hello().pinning(identity.pin()), Upload::of_hello().trusting(&authority)] {
            refused(&tls, upload).outcome.says("does not have the private key").never_says("--pin");
        }
        refused(&tls, Upload::of_hello().options(["--insecure"]));
    }
}

#[test]
fn insecure_takes_any_certificate_and_says_what_it_gives_up() {
    let authority = Authority::new();
    let identities = [Identity::self_signed(&["ftp.example"]), authority.issue_expired(&["localhost"]), certified().1];
    for identity in identities {
        for options in [&["--insecure"][..], &["--insecure", "--quiet"]] {
            let run = stored(&Tls::of(&identity), Upload::of_hello().options(options));
            run.outcome.says("--insecure").mentions(&["certificate", "who the server is", "anyone"]);
        }
    }
}

#[test]
fn insecure_says_so_also_when_the_upload_fails() {
    let (_, identity) = certified();
    let script = Script::secured(&Tls::of(&identity)).expect("USER alice").reply("530 Nobody may");
    let run = script.run_protected(Upload::of_hello().options(["--insecure"]));
    run.outcome.fails(6).says("--insecure");
}

#[test]
fn a_file_of_authorities_may_hold_several_and_other_text() {
    let (authority, identity) = certified();
    let (other, _) = certified();
    let several = format!("# Ours\r\n\r\n{}\nand\n{}\n", other.pem(), authority.pem());
    let crlf = authority.pem().replace('\n', "\r\n");
    for text in [several, crlf] {
        let upload = Upload::of_hello().with_local("ca.pem", text).options(["--ca-file", "ca.pem"]);
        stored(&Tls::of(&identity), upload);
    }
}

#[test]
fn a_certificate_for_clients_is_exit_5_for_a_server() {
    let authority = Authority::new();
    let identity = authority.issue_client("localhost");
    refused(&Tls::of(&identity), Upload::of_hello().trusting(&authority)).outcome.says(&identity.pin());
}

#[test]
fn something_that_is_no_certificate_is_exit_5() {
    let (authority, identity) = certified();
    let garbled = identity.garbled();
    for tls in [Tls::of(&garbled), Tls::of(&garbled).old()] {
        refused(&tls, Upload::of_hello().trusting(&authority));
        refused(&tls, Upload::of_hello().pinning(identity.pin()));
    }
}

#[test]
fn names_that_drive_terminals_are_not_printed_raw() {
    let authority = Authority::new();
    let identity = authority.issue(&["\u{1b}[2Jevil.example", "a\r\nftp-uploader: Stored.example", "real.example"]);
    refused(&Tls::of(&identity), Upload::of_hello().trusting(&authority)).outcome.never_says("\nftp-uploader: Stored");
}

#[test]
fn only_some_of_a_thousand_names_are_said() {
    let authority = Authority::new();
    let names: Vec<String> = (0..1000).map(|number| format!("number{number}.ftp.example")).collect();
    let identity = authority.issue(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let run = refused(&Tls::of(&identity), Upload::of_hello().trusting(&authority));
    run.outcome.says("number0.ftp.example").claim(run.outcome.stderr.len() < 2000, "a short line");
}

/// An upload that trusts the server's own certificate, by `--ca-file`.
fn trusting_itself(identity: &Identity) -> Upload {
    Upload::of_hello().with_local("ca.pem", &identity.certificate_pem).options(["--ca-file", "ca.pem"])
}
