//! TLS that cannot be set up.

use std::time::Duration;

use ftp_uploader::{CertificateProblem, Connection, Pin, TlsProblem, UploadError};

use super::{CONNECTIONS, Table, context, text, with};

fn pin() -> Pin {
    "sha256:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".parse().unwrap()
}

fn certificate_problems() -> Vec<CertificateProblem> {
    let names = |count: usize| (0..count).map(|n| format!("n{n}.example")).collect();
    vec![
        CertificateProblem::Expired(None),
        CertificateProblem::Expired(Some(Duration::from_secs(3600))),
        CertificateProblem::Expired(Some(Duration::from_secs(86_400))),
        CertificateProblem::Expired(Some(Duration::from_secs(86_400 * 30))),
        CertificateProblem::NotValidYet,
        CertificateProblem::WrongName(names(0)),
        CertificateProblem::WrongName(names(2)),
        CertificateProblem::WrongName(names(7)),
        CertificateProblem::NameInSubject("ftp.example.org".to_owned()),
        CertificateProblem::NameInSubject("other.example\u{1b}[2J".to_owned()),
        CertificateProblem::UnknownIssuer,
        CertificateProblem::SelfSigned,
        CertificateProblem::Authority,
        CertificateProblem::ShortKey,
        CertificateProblem::UnknownKey,
        CertificateProblem::NotItsKey,
        CertificateProblem::NotPinned,
        CertificateProblem::PinnedFingerprint,
        CertificateProblem::Changed,
        CertificateProblem::Unfit("it is not for servers.".to_owned()),
    ]
}

/// Returns true unless the library never gives a pin with the problem.
fn can_be_pinned(why: &CertificateProblem) -> bool {
    let never = [CertificateProblem::ShortKey, CertificateProblem::UnknownKey, CertificateProblem::NotItsKey];
    !never.contains(why)
}

fn problems() -> Vec<TlsProblem> {
    vec![
        TlsProblem::TooOld,
        TlsProblem::NothingInCommon,
        TlsProblem::ClientCertificate,
        TlsProblem::Alert("access denied".to_owned()),
        TlsProblem::NotTls,
        TlsProblem::NoName,
        TlsProblem::NoRoots,
        TlsProblem::Other("a record is too long.".to_owned()),
    ]
}

#[test]
fn certificates_that_are_refused() {
    let mut table = Table::default();
    for pin in [None, Some(pin())] {
        for why in certificate_problems().into_iter().filter(|why| pin.is_none() || can_be_pinned(why)) {
            let problem = TlsProblem::Certificate { why: why.clone(), pin };
            table.error(
                (pin.is_some(), why),
                &context(),
                UploadError::Tls { connection: Connection::Control, problem },
            );
        }
    }
    let problem = TlsProblem::Certificate { why: CertificateProblem::Changed, pin: Some(pin()) };
    table.error("changed", &context(), UploadError::Tls { connection: Connection::Data, problem });
    insta::assert_snapshot!(table.0);
}

#[test]
fn handshakes_that_fail() {
    let mut table = Table::default();
    for connection in CONNECTIONS {
        for problem in problems() {
            let label = (connection, problem.clone());
            table.error(label, &context(), UploadError::Tls { connection, problem });
        }
    }
    let shown = with(|context| context.client_certificate = true);
    let error = UploadError::Tls { connection: Connection::Control, problem: TlsProblem::ClientCertificate };
    table.error("--cert", &shown, error);
    insta::assert_snapshot!(table.0);
}

#[test]
fn servers_without_tls_or_without_resumption() {
    let mut table = Table::default();
    table.error("no TLS", &context(), UploadError::NoTls { code: 502, text: text("AUTH?") });
    let error = UploadError::NotResumed { code: 425, text: text("Session reuse required") };
    table.error("not resumed", &context(), error);
    insta::assert_snapshot!(table.0);
}
