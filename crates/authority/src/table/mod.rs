//! The table: for each verb, the calls that can need it, and the names for which they do. The rest is denied.

use alloc::string::ToString;
use alloc::vec::Vec;

use ftp_protocol::argument::Argument;
use ftp_protocol::command::Command;
use ftp_protocol::digest::Algorithm;
use ftp_protocol::timestamp::Timestamp;

use crate::authority::{Authority, Order};
use crate::call::{Call, Change, Placement, Protection, contains};
use crate::line::{Line, Verb};
use crate::working_directory::Leads;

/// The options of LIST with which servers list names that begin with a dot.
const LIST_OPTIONS: [&[u8]; 3] = [b"-a", b"-al", b"-la"];

/// Returns the order after `line` if it may be sent in this `order`. `bytes` are the whole line.
pub(crate) fn permits(authority: &Authority, line: &Line<'_>, bytes: &[u8], order: Order) -> Option<Order> {
    let call = &authority.call;
    let is_root = !order.moves && authority.directory.is_root();
    let is_bare = line.argument.is_none();
    let permitted = match line.verb {
        Verb::User | Verb::Acct => logs_in(call, line),
        Verb::Auth | Verb::Pbsz | Verb::Prot => protects(call, line),
        // Nothing changes by these.
        Verb::Noop => *call != Call::None && is_bare,
        Verb::Feat | Verb::Pwd => call.is_in_session() && is_bare,
        Verb::Clnt | Verb::Opts | Verb::Type => call.is_in_session() && prepares(line),
        // `store` with STOU asks about a name that the server has chosen.
        Verb::Size | Verb::Hash => call.is_in_session() && !is_bare,
        Verb::Cwd => line.argument.is_some_and(|path| enters(authority, path, is_root)),
        Verb::Mkd => line.argument.is_some_and(|path| makes(authority, path, is_root)),
        Verb::Epsv | Verb::Pasv => call.transfers() && is_bare,
        Verb::Eprt | Verb::Port => call.transfers() && authority.endpoints.iter().any(|ours| ours == bytes),
        Verb::Rest | Verb::Stor | Verb::Appe | Verb::Stou => {
            is_root && order.may_store && stores(call, line, order.rest)
        }
        Verb::Mlsd | Verb::List => matches!(call, Call::List(path) if lists(line, path, is_root)),
        Verb::Retr => matches!(call, Call::Fetch(name) if is_root && line.is_for(name) && order.rest.is_none()),
        Verb::Rnfr => is_root && next_change(call, line, order).is_some(),
        Verb::Rnto => is_root && is_new_name(call, line, order),
        Verb::Dele => matches!(call, Call::Remove(names) if is_root && is_one_of(line, names)),
        Verb::Rmd => matches!(call, Call::RemoveDirectories(paths) if is_root && is_one_of(line, paths)),
        // With a time before the name, servers set it. So the name must be exactly the one that the call asks about.
        Verb::Mdtm => {
            line.argument.is_some_and(|name| call.asks_for_time_of(name)) || is_root && sets_time(call, bytes)
        }
        Verb::Mfmt => is_root && sets_time(call, bytes),
        Verb::Site => is_users_own(call, line) || is_root && (sets_time(call, bytes) || sets_mode(call, bytes)),
        Verb::Quit => *call == Call::Quit && is_bare,
    };
    permitted.then(|| order_after(call, line, order))
}

/// Returns the order after `line`, which is permitted.
fn order_after(call: &Call, line: &Line<'_>, mut order: Order) -> Order {
    let renaming = order.renaming.take();
    order.moves |= line.verb == Verb::Cwd;
    if let (Verb::Rest, Call::Store { placement: Placement::Rest(offset), .. }) = (line.verb, call) {
        order.rest = Some(*offset);
    }
    if matches!(line.verb, Verb::Stor | Verb::Appe | Verb::Stou) {
        (order.rest, order.may_store) = (None, false);
    }
    if line.verb == Verb::Rnfr {
        order.renaming = next_change(call, line, order);
        order.next_change = order.renaming.unwrap_or(order.next_change);
    }
    if line.verb == Verb::Rnto {
        order.next_change = renaming.map_or(order.next_change, |change| change + 1);
    }
    order
}

/// USER and ACCT (RFC 959 §4.1.1): with the user's own names.
fn logs_in(call: &Call, line: &Line<'_>) -> bool {
    let Call::Open { user, account, .. } = call else { return false };
    let own = if line.verb == Verb::User { Some(user) } else { account.as_ref() };
    own.is_some_and(|own| line.is_for(own))
}

/// AUTH, PBSZ and PROT (RFC 4217): full protection, as the session must have it.
fn protects(call: &Call, line: &Line<'_>) -> bool {
    let Call::Open { protection, .. } = call else { return false };
    let (explicit, implicit) = (*protection == Protection::Explicit, *protection == Protection::Implicit);
    (explicit && line.verb == Verb::Auth && line.is_for(b"TLS"))
        || (explicit || implicit) && line.verb == Verb::Pbsz && line.is_for(b"0")
        || (explicit || implicit) && line.verb == Verb::Prot && line.is_for(b"P")
}

/// CLNT, TYPE and OPTS: the options of names, of hashes, and of the facts of a listing (RFC 3659 §7.9). TYPE A would
/// change the bytes of files.
fn prepares(line: &Line<'_>) -> bool {
    let option = |name: &[u8]| line.argument.filter(|_| line.verb == Verb::Opts)?.strip_prefix(name);
    let is_fact = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b';');
    (line.verb == Verb::Clnt && line.is_for(b"ftp-uploader"))
        || (line.verb == Verb::Type && line.is_for(b"I"))
        || option(b"UTF8 ON").is_some_and(<[u8]>::is_empty)
        || option(b"HASH ").is_some_and(|name| Algorithm::named(name).is_some())
        || option(b"MLST ").is_some_and(|facts| facts.iter().all(is_fact))
}

/// CWD: into the directory of `enter`, back to it, or into one that the call is about.
fn enters(authority: &Authority, path: &[u8], is_root: bool) -> bool {
    let Authority { call, directory, .. } = authority;
    let is_there = |below: &[u8]| directory.is_absolute_of(path, below);
    let is_below = |below: &[u8]| is_root && path == below || is_there(below);
    call.is_in_session() && directory.leads(path) == Leads::Back
        || matches!(call, Call::Enter { directory, .. } if path == directory && path != b".")
        || matches!(call, Call::MakeDirectories(paths) if paths.iter().any(|below| is_there(below)))
        || matches!(call, Call::List(below) if is_below(below))
}

/// MKD: the parts of the directory of `enter`, before it is entered; or directories beneath it.
fn makes(authority: &Authority, path: &[u8], is_root: bool) -> bool {
    let is_login = authority.directory.is_login();
    let whole = if let Call::Enter { directory, create: true } = &authority.call { Some(directory) } else { None };
    whole.is_some_and(|whole| is_login && is_beginning(path, whole))
        || matches!(&authority.call, Call::MakeDirectories(paths) if is_root && contains(paths, path))
}

/// Returns true if `path` is the first part, or some of the first parts, of `directory`.
fn is_beginning(path: &[u8], directory: &[u8]) -> bool {
    let rest = directory.strip_prefix(path);
    !path.is_empty() && !path.ends_with(b"/") && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

/// REST, STOR, APPE and STOU: the command of the placement. An offset from a REST before it is for this file, or there is
/// none (RFC 3659 §5.2).
fn stores(call: &Call, line: &Line<'_>, rest: Option<u64>) -> bool {
    if let Call::Announce { name, .. } = call {
        return line.verb == Verb::Stor && line.is_for(name) && rest.is_none();
    }
    let Call::Store { name, placement } = call else { return false };
    let (is_stor, is_named) = (line.verb == Verb::Stor, line.is_for(name));
    match *placement {
        Placement::Replace => is_stor && is_named && rest.is_none(),
        Placement::Unique => line.verb == Verb::Stou && line.argument.is_none() && rest.is_none(),
        Placement::Rest(offset) => {
            let is_rest = line.verb == Verb::Rest && line.is_for(offset.to_string().as_bytes());
            is_rest || is_named && (line.verb == Verb::Appe || is_stor && rest == Some(offset))
        }
    }
}

/// MLSD and LIST: the directory, which is the working directory or the argument.
fn lists(line: &Line<'_>, path: &[u8], is_root: bool) -> bool {
    match line.argument {
        None => true,
        Some(options) if line.verb == Verb::List && LIST_OPTIONS.contains(&options) => true,
        Some(argument) => is_root && argument == path,
    }
}

/// Returns the change that RNFR begins: changes are made in their order, and some may be left out. In `can-rename` RNFR
/// only asks, and no RNTO follows.
fn next_change(call: &Call, line: &Line<'_>, order: Order) -> Option<usize> {
    if matches!(call, Call::CanRename(name) if line.is_for(name)) {
        return Some(0);
    }
    let mut rest = changes(call).iter().enumerate().skip(order.next_change);
    rest.find(|(_, change)| line.is_for(&change.name)).map(|(at, _)| at)
}

fn changes(call: &Call) -> &[Change] {
    if let Call::Rename(changes) = call { changes } else { &[] }
}

/// RNTO: directly after its own RNFR.
fn is_new_name(call: &Call, line: &Line<'_>, order: Order) -> bool {
    order.renaming.and_then(|at| changes(call).get(at)).is_some_and(|change| line.is_for(&change.to))
}

fn is_one_of(line: &Line<'_>, names: &[Vec<u8>]) -> bool {
    line.argument.is_some_and(|argument| contains(names, argument))
}

/// MFMT and its alternatives, with the name and the time of the call.
fn sets_time(call: &Call, bytes: &[u8]) -> bool {
    let forms = |time: Timestamp, name| {
        [Command::Mfmt(time, name), Command::MdtmSet(time, name), Command::SiteUtime(time, name)]
    };
    let times = call.times();
    let mut named = times.iter().filter_map(|&(name, time)| Some((Argument::new(name).ok()?, time)));
    named.any(|(name, time)| forms(time, name).into_iter().any(|command| command.to_bytes() == bytes))
}

fn sets_mode(call: &Call, bytes: &[u8]) -> bool {
    let Call::SetMode { name, mode } = call else { return false };
    Argument::new(name).is_ok_and(|name| Command::SiteChmod(*mode, name).to_bytes() == bytes)
}

/// SITE with parameters that the user gave.
fn is_users_own(call: &Call, line: &Line<'_>) -> bool {
    matches!(call, Call::Site(parameters) if line.is_for(parameters))
}

#[cfg(test)]
mod tests;
