//! Servers whose key is pinned, in each form of a pin, and the messages about other keys.

use sha2::{Digest, Sha256};
use test_servers::certificates::{Authority, Identity};

use crate::support::tls_run::{certified, pin_in, refused, stored};
use crate::support::tls_server::Tls;
use crate::support::upload::Upload;

#[test]
fn a_pin_is_accepted_instead_of_chain_name_and_date() {
    let authority = Authority::new();
    for identity in [authority.issue_expired(&["ftp.example"]), authority.issue_for_later(&[])] {
        for tls in [Tls::of(&identity), Tls::of(&identity).old()] {
            stored(&tls, Upload::of_hello().pinning(identity.pin()));
        }
    }
}

#[test]
fn a_pin_may_be_hexadecimal_and_one_of_several() {
    let (_, identity) = certified();
    let (_, other) = certified();
    let digest =
        <base64ct::Base64 as base64ct::Encoding>::decode_vec(&identity.pin()["sha256:".len()..]).expect("a pin");
    let hexadecimal: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let tls = Tls::of(&identity);
    for pin in [format!("sha256:{hexadecimal}"), format!("sha256:{}", hexadecimal.to_uppercase())] {
        stored(&tls, Upload::of_hello().pinning(pin));
    }
    stored(&tls, Upload::of_hello().pinning(other.pin()).pinning(identity.pin()));
    stored(&tls, Upload::of_hello().pinning(identity.pin()).pinning(other.pin()));
}

#[test]
fn a_pin_may_be_as_curl_writes_it_and_several_in_one_option() {
    let (_, identity) = certified();
    let (_, other) = certified();
    let tls = Tls::of(&identity);
    let [right, wrong] = [&identity, &other].map(|identity| identity.pin().replace("sha256:", "sha256//"));
    for pin in [right.clone(), format!("{wrong};{right}"), format!("{right};{wrong}")] {
        stored(&tls, Upload::of_hello().pinning(pin));
    }
    refused(&tls, Upload::of_hello().pinning(format!("{wrong};{wrong}"))).outcome.says("not the pinned one");
}

#[test]
fn the_fingerprint_of_a_certificate_is_not_taken_for_an_attack_and_the_pin_that_is_said_can_be_used() {
    let (_, identity) = certified();
    let (_, other) = certified();
    for tls in [Tls::of(&identity), Tls::of(&identity).old()] {
        for pin in fingerprint_forms(&identity) {
            let run = refused(&tls, Upload::of_hello().pinning(other.pin()).pinning(pin));
            run.outcome.says("fingerprint of the certificate").never_says("attacker").never_says("administrator");
            let pin = pin_in(&run.outcome.stderr);
            run.outcome.claim(pin == identity.pin(), &format!("the pin {}", identity.pin()));
            stored(&tls, Upload::of_hello().pinning(pin));
        }
    }
    let of_other = fingerprint_forms(&other).map(|pin| refused(&Tls::of(&identity), Upload::of_hello().pinning(pin)));
    for run in of_other {
        run.outcome.says("not the pinned one").says("attacker").never_says("fingerprint");
    }
}

/// Returns the SHA-256 fingerprint of the certificate, as openssl and as other programs write it.
fn fingerprint_forms(identity: &Identity) -> [String; 3] {
    let digest = Sha256::digest(&identity.chain()[0]);
    let pairs: Vec<_> = digest.iter().map(|byte| format!("{byte:02X}")).collect();
    let openssl = format!("sha256 Fingerprint={}", pairs.join(":"));
    [openssl, pairs.join(":"), format!("sha256:{}", pairs.concat().to_lowercase())]
}

#[test]
fn another_key_than_the_pinned_one_is_exit_5_and_its_pin_is_said() {
    let (_, identity) = certified();
    let (_, other) = certified();
    for tls in [Tls::of(&identity), Tls::of(&identity).old()] {
        let run = refused(&tls, Upload::of_hello().pinning(other.pin()));
        run.outcome.says(&identity.pin()).mentions(&["--pin", "pinned"]);
    }
}
