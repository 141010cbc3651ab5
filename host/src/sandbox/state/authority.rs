//! The authority of each call, from the values that `run/` passes. `ftp-authority` has the table of the commands that a
//! call may send.

use ftp_authority::{Call, Protection as RequiredProtection};

use crate::request::target::Target;
use crate::sandbox::protection::Protection;
use crate::sandbox::values::{Change, Placement};

/// Returns the authority of the login.
pub(in crate::sandbox) fn login(target: &Target, protection: &Protection) -> Call {
    Call::Open {
        user: target.user.clone(),
        account: target.account.clone(),
        protection: match protection {
            Protection::Clear => RequiredProtection::Clear,
            Protection::Explicit(_) => RequiredProtection::Explicit,
            Protection::Implicit(_) => RequiredProtection::Implicit,
        },
    }
}

/// Returns the authority to change the name of one file.
pub(in crate::sandbox) fn renaming(name: &[u8], to: &[u8]) -> Call {
    Call::Rename(vec![ftp_authority::Change { name: name.to_vec(), to: to.to_vec(), time: None }])
}

/// Returns the authority for these changes, in this order.
pub(in crate::sandbox) fn renaming_all(changes: &[Change]) -> Call {
    let change = |change: &Change| {
        let Change { name, to, time } = change.clone();
        ftp_authority::Change { name, to, time }
    };
    Call::Rename(changes.iter().map(change).collect())
}

/// Returns the authority to store a file.
pub(in crate::sandbox) fn storing(name: &[u8], placement: Placement) -> Call {
    let placement = match placement {
        Placement::Replace => ftp_authority::Placement::Replace,
        Placement::Unique => ftp_authority::Placement::Unique,
        Placement::Rest(offset) => ftp_authority::Placement::Rest(offset),
    };
    Call::Store { name: name.to_vec(), placement }
}
