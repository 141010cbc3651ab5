//! Tests with half of a surrogate pair: texts of Windows that have no form in UTF-8.

use test_servers::DemoServer;

use super::cases::{expect, local, one_line};
use super::lab::{DIRECTORY, Lab};
use super::wine::Wine;

/// The character that becomes half of a pair (`surrogate.c`).
const HALF: &str = "x\u{2603}y";

pub(super) fn refused_on_the_command_line(lab: &Lab, wine: &Wine) -> Result<(), String> {
    let (host, file) = (lab.host(), local(lab, "small.txt"));
    let missing = local(lab, HALF);
    for line in [
        &[&host, HALF, &file, DIRECTORY][..],
        &[&host, DemoServer::USER, &missing, DIRECTORY],
        &[&host, DemoServer::USER, &file, HALF],
        &["sync", &host, DemoServer::USER, &missing, DIRECTORY],
        &["--as", HALF, &host, DemoServer::USER, &file, DIRECTORY],
        &["--password-file", HALF, &host, DemoServer::USER, &file, DIRECTORY],
        &["--account", HALF, &host, DemoServer::USER, &file, DIRECTORY],
    ] {
        let ended = expect(2, wine.run_with_halves(&[("FTP_PASSWORD", &lab.clear.password)], line))?;
        one_line(&ended, &["not valid Unicode", "nothing was sent"])?;
    }
    Ok(())
}

pub(super) fn refused_in_variables(lab: &Lab, wine: &Wine) -> Result<(), String> {
    let (host, file) = (lab.host(), local(lab, "small.txt"));
    let line = [&host, DemoServer::USER, &file, DIRECTORY];
    for name in ["FTP_PASSWORD", "FTP_ACCOUNT"] {
        let variables = [("FTP_PASSWORD", lab.clear.password.as_str()), (name, HALF)];
        let ended = expect(2, wine.run_with_halves(&variables, &line))?;
        one_line(&ended, &[name, "not valid Unicode", "nothing was sent"])?;
    }
    // The same way, with texts that are whole.
    expect(0, wine.run_with_halves(&[("FTP_PASSWORD", &lab.clear.password)], &line))?;
    lab.arrived("small.txt", "small.txt")
}
