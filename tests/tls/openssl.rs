//! Servers that cannot be tested with rustls, which supports neither short keys nor old ciphers. OpenSSL's test server
//! (`openssl s_server`) supports them.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use test_servers::skips::skipped;

use crate::support::server_log::A_FEW_SECONDS;
use crate::support::upload::Upload;

#[test]
fn a_key_that_is_too_short_is_exit_5_and_no_pin_is_advised() {
    let Some(server) = OpenSsl::serve("rsa:1024", &[]) else { return skipped("no openssl") };
    let at = format!("ftps://localhost:{}", server.port);
    let advised = Upload::of_hello().options(["--pin", &server.pin()]).at(&at).run();
    advised.fails(5).says("too short").says("cannot be pinned").never_says("--pin").within(A_FEW_SECONDS);
    let given = Upload::of_hello().options(["--ca-file".as_ref(), server.folder.path().join("cert").as_os_str()]);
    given.at(&at).run().fails(5).says("too short").never_says("--pin");
}

#[test]
fn no_cipher_in_common_is_exit_5_and_said() {
    let Some(server) = OpenSsl::serve("rsa:2048", &["-tls1_2", "-cipher", "AES128-SHA"]) else {
        return skipped("no openssl");
    };
    let outcome = Upload::of_hello().options(["--insecure"]).at(format!("ftps://localhost:{}", server.port)).run();
    outcome.fails(5).says("no cipher").within(A_FEW_SECONDS);
}

#[test]
fn the_certificate_that_every_how_to_makes_is_trusted_by_ca_file() {
    let Some(server) = OpenSsl::serve("rsa:2048", &[]) else { return skipped("no openssl") };
    let upload = Upload::of_hello().options(["--ca-file".as_ref(), server.folder.path().join("cert").as_os_str()]);
    // The certificate is accepted. The run fails later, because `s_server` does not speak FTP.
    let outcome = upload.timeout("1").at(format!("ftps://localhost:{}", server.port)).run();
    outcome.fails(4).never_says("certificate");
}

#[test]
fn the_fingerprint_that_openssl_prints_leads_to_the_pin() {
    let Some(server) = OpenSsl::serve("rsa:2048", &[]) else { return skipped("no openssl") };
    let at = format!("ftps://localhost:{}", server.port);
    let run = |pin: &str| Upload::of_hello().options(["--pin", pin]).timeout("1").at(&at).run();
    let outcome = run(&server.fingerprint("-sha256"));
    outcome.fails(5).says("fingerprint of the certificate").never_says("attacker");
    let (_, advice) = outcome.stderr.rsplit_once("--pin ").expect("a pin");
    // The key is accepted. The run fails later, because `s_server` does not speak FTP.
    run(advice.trim_end().trim_end_matches('.')).fails(4).never_says("fingerprint");
    run(&server.fingerprint("-sha1")).fails(2).says("SHA-1").says("fingerprint");
}

/// `openssl s_server` with a certificate of its own.
struct OpenSsl {
    folder: TempDir,
    child: Child,
    port: u16,
}

impl OpenSsl {
    fn serve(key: &str, options: &[&str]) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let mut make = Command::new("openssl");
        make.args(["req", "-x509", "-newkey", key, "-nodes", "-days", "2", "-subj", "/CN=localhost"]);
        make.args(["-addext", "subjectAltName=DNS:localhost", "-keyout", "key", "-out", "cert"]);
        let made = make.current_dir(folder.path()).output().ok()?;
        assert!(made.status.success(), "{made:?}");
        let mut serve = Command::new("openssl");
        serve.args(["s_server", "-accept", "127.0.0.1:0", "-naccept", "9", "-cert", "cert", "-key", "key"]);
        serve.args(if options.is_empty() { &["-cipher", "DEFAULT:@SECLEVEL=0"] } else { options });
        let serve = serve.current_dir(folder.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = serve.spawn().ok()?;
        let mut lines = BufReader::new(child.stdout.take()?).lines();
        let port =
            lines.by_ref().map_while(Result::ok).find_map(|line| line.strip_prefix("ACCEPT 127.0.0.1:")?.parse().ok());
        // The rest of its output must be read. Otherwise it would block on a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Some(Self { folder, child, port: port? })
    }

    fn pin(&self) -> String {
        let words = "openssl x509 -in cert -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -r";
        let told = Command::new("sh").args(["-c", words]).current_dir(self.folder.path()).output().expect("a shell");
        format!("sha256:{}", String::from_utf8_lossy(&told.stdout).split(' ').next().unwrap_or_default())
    }

    fn fingerprint(&self, digest: &str) -> String {
        let mut ask = Command::new("openssl");
        let told = ask.args(["x509", "-in", "cert", "-noout", "-fingerprint", digest]).current_dir(self.folder.path());
        String::from_utf8_lossy(&told.output().expect("openssl").stdout).trim().to_owned()
    }
}

impl Drop for OpenSsl {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
