//! Takes a line apart into its verb and its argument. Lines in any other form than the one that the component sends have
//! no verb, and so are denied: servers differ in the forms that they accept.

/// A command with its argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    pub(crate) verb: Verb,
    /// The bytes after the space; `None` if there is no space.
    pub(crate) argument: Option<&'a [u8]>,
}

/// The verbs that some call can need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Acct,
    Appe,
    Auth,
    Clnt,
    Cwd,
    Dele,
    Eprt,
    Epsv,
    Feat,
    /// One of the commands that ask for a hash.
    Hash,
    List,
    Mdtm,
    Mfmt,
    Mkd,
    Mlsd,
    Noop,
    Opts,
    Pasv,
    Pbsz,
    Port,
    Prot,
    Pwd,
    Quit,
    Rest,
    Retr,
    Rmd,
    Rnfr,
    Rnto,
    Site,
    Size,
    Stor,
    Stou,
    Type,
    User,
}

impl<'a> Line<'a> {
    /// Takes apart a line with its line end. Returns `None` if no call can need it.
    pub(crate) fn parse(line: &'a [u8]) -> Option<Self> {
        let line = line.strip_suffix(b"\r\n")?;
        let (verb, argument) = match line.iter().position(|&byte| byte == b' ') {
            Some(space) => (&line[..space], Some(&line[space + 1..])),
            None => (line, None),
        };
        Some(Self { verb: Verb::named(verb)?, argument })
    }

    /// Returns true if the argument is `wanted`.
    pub(crate) fn is_for(&self, wanted: &[u8]) -> bool {
        self.argument == Some(wanted)
    }
}

impl Verb {
    /// Returns the verb with this name, in capitals: RFC 959 §5.3 lets servers accept others, and the component sends none.
    fn named(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"ACCT" => Self::Acct,
            b"APPE" => Self::Appe,
            b"AUTH" => Self::Auth,
            b"CLNT" => Self::Clnt,
            b"CWD" => Self::Cwd,
            b"DELE" => Self::Dele,
            b"EPRT" => Self::Eprt,
            b"EPSV" => Self::Epsv,
            b"FEAT" => Self::Feat,
            b"HASH" | b"XSHA256" | b"XSHA1" | b"XMD5" | b"XCRC" | b"MD5" => Self::Hash,
            b"LIST" => Self::List,
            b"MDTM" => Self::Mdtm,
            b"MFMT" => Self::Mfmt,
            b"MKD" => Self::Mkd,
            b"MLSD" => Self::Mlsd,
            b"NOOP" => Self::Noop,
            b"OPTS" => Self::Opts,
            b"PASV" => Self::Pasv,
            b"PBSZ" => Self::Pbsz,
            b"PORT" => Self::Port,
            b"PROT" => Self::Prot,
            b"PWD" => Self::Pwd,
            b"QUIT" => Self::Quit,
            b"REST" => Self::Rest,
            b"RETR" => Self::Retr,
            b"RMD" => Self::Rmd,
            b"RNFR" => Self::Rnfr,
            b"RNTO" => Self::Rnto,
            b"SITE" => Self::Site,
            b"SIZE" => Self::Size,
            b"STOR" => Self::Stor,
            b"STOU" => Self::Stou,
            b"TYPE" => Self::Type,
            b"USER" => Self::User,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_argument_begins_after_one_space_and_is_not_changed() {
        let line = Line::parse(b"DELE  a b \r\n").unwrap();
        assert_eq!((line.verb, line.argument), (Verb::Dele, Some(&b" a b "[..])));
        assert_eq!(Line::parse(b"PWD\r\n").unwrap().argument, None);
        assert_eq!(Line::parse(b"PWD \r\n").unwrap().argument, Some(&b""[..]));
    }

    #[test]
    fn other_forms_and_other_verbs_are_no_lines() {
        for line in ["DELE a", "dele a\r\n", "Dele a\r\n", " DELE a\r\n", "DELE\ta\r\n", "DELE-a\r\n", "\r\n", " \r\n"]
        {
            assert_eq!(Line::parse(line.as_bytes()), None, "{line:?}");
        }
        for verb in
            ["CDUP", "XCUP", "XCWD", "XRMD", "XMKD", "REIN", "SMNT", "NLST", "STAT", "ABOR", "ALLO", "AVBL", "RMDA"]
        {
            let line = [verb.as_bytes(), b" a\r\n"].concat();
            assert_eq!(Line::parse(&line), None, "{verb}");
        }
    }
}
