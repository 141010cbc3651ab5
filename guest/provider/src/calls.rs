//! `authority`: the front says which function of the guest it calls, and the provider permits the commands that this call
//! can need. `ftp-authority` has the table. The guest cannot reach this: it imports only `capabilities`.

use alloc::rc::Rc;

use ftp_authority::{Call as Permitted, Change as PermittedChange, Placement, Protection};

use crate::bindings::exports::ftp_uploader::wasi::grants::{Call, Change, Destination, GuestAuthority, Login, NewTime};
use crate::session_state::SessionState;

/// The handle with which the front announces its calls.
pub(crate) struct Calls(pub(crate) Rc<SessionState>);

impl GuestAuthority for Calls {
    fn begin(&self, call: Call) {
        if matches!(call, Call::Store(_)) {
            self.0.delivered.begin();
        }
        self.0.begin(permitted(call));
    }
}

/// Returns the call as the table knows it.
fn permitted(call: Call) -> Permitted {
    match call {
        Call::None => Permitted::None,
        // There is no TLS, see `control.rs`.
        Call::Open(Login { user, account }) => Permitted::Open { user, account, protection: Protection::Clear },
        Call::Enter(Destination { directory, create }) => Permitted::Enter { directory, create },
        Call::MakeDirectories(paths) => Permitted::MakeDirectories(paths),
        Call::Store(name) => Permitted::Store { name, placement: Placement::Replace },
        Call::Look(name) => Permitted::Look(name),
        Call::Modified(name) => Permitted::Modified(name),
        Call::Compare(name) => Permitted::Compare(name),
        Call::CanRename(name) => Permitted::CanRename(name),
        Call::RenameAll(changes) => Permitted::Rename(changes.into_iter().map(change).collect()),
        Call::RemoveAll(names) => Permitted::Remove(names),
        Call::RemoveDirectories(paths) => Permitted::RemoveDirectories(paths),
        Call::SetTime(NewTime { name, time }) => Permitted::SetTime { name, time },
        Call::List(path) => Permitted::List(path),
        Call::Ask(names) => Permitted::Ask(names),
        Call::Quit => Permitted::Quit,
    }
}

fn change(Change { name, to, time }: Change) -> PermittedChange {
    PermittedChange { name, to, time }
}
