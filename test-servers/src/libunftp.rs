//! libunftp, a server in Rust, run in a thread of this process. It shares no FTP code with the uploader.
//!
//! Peculiarities: it answers STOR with 150 before it creates the file, so that a refusal (550) arrives in mid-transfer.
//! With TLS it resumes sessions, but does not require it. It takes a data connection that ends without close_notify for
//! broken.

use std::net::TcpListener;

use libunftp::options::TlsFlags;

use super::{
    Running, USER,
    home::Home,
    in_process::{Account, ServerThread, Settings, Tls},
    ports::Ports,
    tls::{ServerTls, Versions},
};

/// Starts the server, which listens when this function returns.
pub(super) fn serve(home: &Home, ports: &Ports, tls: Option<&ServerTls>, password: &str) -> ServerThread {
    let listener = TcpListener::bind(ports.control()).expect("listen on a port of ours");
    let settings = Settings {
        root: home.root().to_owned(),
        passive: ports.passive(),
        tls: tls.map(|tls| protection(tls, home)),
        account: Account { user: USER, password: password.to_owned() },
        run_as: home.owner.by_root.then_some((home.owner.uid, home.owner.gid)),
        ignore_interrupts: false,
    };
    ServerThread::start(listener, settings).expect("a thread for the server")
}

fn protection(tls: &ServerTls, home: &Home) -> Tls {
    assert!(!tls.implicit, "libunftp has no implicit TLS");
    let [certificate, key] = [tls.certificate(home), tls.key(home)];
    // libunftp reads these files again for each session, when the thread no longer runs as root.
    home.give_to_owner(&key);
    home.give_to_owner(&certificate);
    Tls { certificate, key, flags: flags(tls.versions) }
}

/// Returns the flags for these versions. libunftp does not enable TLS 1.3 by default.
fn flags(versions: Versions) -> TlsFlags {
    let resumption = TlsFlags::RESUMPTION_SESS_ID | TlsFlags::RESUMPTION_TICKETS;
    match versions {
        Versions::Tls12Only => TlsFlags::V1_2 | resumption,
        Versions::Tls13Only => TlsFlags::V1_3 | resumption,
        Versions::Any => TlsFlags::LATEST_VERSIONS | resumption,
    }
}

impl Running for ServerThread {
    fn ended(&mut self) -> bool {
        Self::ended(self)
    }

    fn restart(&mut self) {
        unimplemented!("libunftp runs in this process and cannot be killed")
    }

    /// Returns an empty text, because the server writes to the standard error of this process.
    fn log(&self) -> String {
        String::new()
    }
}
