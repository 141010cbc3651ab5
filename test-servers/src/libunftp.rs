//! libunftp, in this process: a server in Rust that shares no code with ours. It has a thread of its own.
//!
//! Peculiar: it answers STOR with 150 before it tries to make the file, so that a refusal (550) comes in mid-transfer.
//! With TLS, it resumes sessions, but does not ask for that. A data connection that is cut without close_notify is
//! broken to it.

use std::net::TcpListener;

use libunftp::options::TlsFlags;

use super::{
    Running, USER,
    home::Home,
    in_process::{Account, ServerThread, Settings, Tls},
    ports::Ports,
    tls::{ServerTls, Versions},
};

/// Starts the server. It listens when this returns.
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
    // Read anew for each session, by when the thread is not root any more.
    home.give_to_owner(&key);
    home.give_to_owner(&certificate);
    Tls { certificate, key, flags: flags(tls.versions) }
}

/// Version 1.3 is not on by default.
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
        unimplemented!("it has no process that could be killed")
    }

    /// Its log is ours.
    fn log(&self) -> String {
        String::new()
    }
}
