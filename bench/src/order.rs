//! The options of the command line, which are the same for every mode.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use test_servers::Kind;

const USAGE: &str = "usage: bench [many|sync|systems|sink|sandbox|report] [--program FILE] [--beside FILE] [--target DIR] [--component FILE] [--out DIR] [--only ROW]... [--rounds N] [--server vsftpd|proftpd|pure-ftpd]";

/// The options of the command line.
pub(crate) struct Order {
    /// The program to measure.
    pub(crate) ours: PathBuf,
    /// Another program, which `bench systems` measures beside it.
    pub(crate) beside: Option<PathBuf>,
    pub(crate) target: PathBuf,
    /// The component that the program contains, precompiled by `host/build.rs`.
    pub(crate) component: Option<PathBuf>,
    /// The folder for table, plot and raw figures.
    pub(crate) out: PathBuf,
    /// The rows to measure; all rows, if this is empty.
    pub(crate) only: Vec<String>,
    /// The maximum number of rounds.
    pub(crate) rounds: usize,
    /// The server of `bench many` and `bench sync`.
    pub(crate) server: Kind,
}

impl Order {
    /// Parses the options.
    ///
    /// # Errors
    /// If an option is unknown or has a wrong value, or there is no program to measure.
    pub(crate) fn parse(arguments: &[OsString]) -> Result<Self, String> {
        let mut order = Self {
            ours: "target/release/ftp-uploader".into(),
            beside: None,
            target: "target".into(),
            component: None,
            out: "target/bench".into(),
            only: Vec::new(),
            rounds: usize::MAX,
            server: Kind::Vsftpd,
        };
        let mut arguments = arguments.iter();
        while let (Some(name), value) = (arguments.next(), arguments.next()) {
            let value = value.ok_or_else(|| format!("{} needs a value", name.to_string_lossy()))?;
            order.set(name.to_str().unwrap_or_default(), value)?;
        }
        order.ours = fs::canonicalize(&order.ours).map_err(|error| format!("{}: {error}", order.ours.display()))?;
        Ok(order)
    }

    fn set(&mut self, name: &str, value: &OsString) -> Result<(), String> {
        let text = value.to_string_lossy();
        match name {
            "--program" => self.ours = value.into(),
            "--beside" => self.beside = Some(value.into()),
            "--target" => self.target = value.into(),
            "--component" => self.component = Some(value.into()),
            "--out" => self.out = value.into(),
            "--only" => self.only.push(text.into_owned()),
            "--rounds" => self.rounds = text.parse().map_err(|_| format!("{text} is not a number of rounds"))?,
            "--server" => self.server = server(&text)?,
            _ => return Err(USAGE.to_owned()),
        }
        Ok(())
    }

    /// Returns the path of the intermediate file with one network's figures.
    pub(crate) fn part(&self) -> PathBuf {
        self.out.join("part.json")
    }
}

fn server(name: &str) -> Result<Kind, String> {
    match name {
        "vsftpd" => Ok(Kind::Vsftpd),
        "proftpd" => Ok(Kind::Proftpd),
        "pure-ftpd" => Ok(Kind::PureFtpd),
        _ => Err(format!("there is no server {name}; there are vsftpd, proftpd and pure-ftpd")),
    }
}
