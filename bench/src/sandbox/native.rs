//! The conversation without a sandbox: the guest's own code, built for this machine, with the handles as trait objects.
//! The counterpart is `confined/`.

use std::rc::Rc;

use ftp_uploader_component::Conversation;
use ftp_uploader_component::contract::{DataMode, Login, Placement, Plan, Protection, Verification, Verify};
use ftp_uploader_component::native::{
    Algorithm, Control, Data, DataConnection, DataListener, IoError, ListingConnection, Moved, Notice, Secret, Source,
    SourceError, SourceFile, SpliceError, Step, Witness,
};

use super::server::Server;
use super::{DIRECTORY, NAME, USER, Work};

/// Does `work`, and returns the number of calls of handles.
pub(crate) fn run(work: &Work) -> Result<u64, String> {
    (0..work.sessions).map(|_| session(work).map_err(|error| format!("natively: {error}"))).sum()
}

fn session(work: &Work) -> Result<u64, String> {
    let server = Rc::new(Server::new(work.size, work.piece));
    let login = Login {
        user: USER.to_vec(),
        account: None,
        protection: Protection::Clear,
        data_mode: DataMode::Passive,
        flight: false,
    };
    let failed = |error| format!("{error:?}");
    let control = Box::new(Handles(Rc::clone(&server)));
    let progress = Box::new(Handles(Rc::clone(&server)));
    let mut conversation = Conversation::open(control, &Secret, &login, progress).map_err(failed)?;
    conversation.enter(DIRECTORY, false, false).map_err(failed)?;
    for _ in 0..work.files {
        let file: SourceFile = Box::new(Handles(Rc::clone(&server)));
        let plan = Plan { placement: Placement::Replace, verify: Verify::Best, defer: false };
        let receipt = conversation.store(&file, NAME, plan).map_err(failed)?;
        if receipt.sent != work.size || !matches!(receipt.verified, Verification::Size) {
            return Err(format!("{receipt:?}"));
        }
    }
    conversation.quit();
    Ok(server.calls())
}

/// Each of the handles; the trait says which.
struct Handles(Rc<Server>);

impl Control for Handles {
    fn receive(&self, limit: u32) -> Result<Vec<u8>, IoError> {
        self.0.receive(limit).map_err(|_| IoError::TimedOut)
    }

    fn pending(&self) -> bool {
        self.0.pending()
    }

    fn secure(&self) -> Result<(), IoError> {
        Err(IoError::Insecure)
    }

    fn send(&self, bytes: &[u8]) -> Result<(), IoError> {
        self.0.send(bytes);
        Ok(())
    }

    fn send_password(&self, _: &Secret) -> Result<(), IoError> {
        self.0.send_password();
        Ok(())
    }

    fn open_data(&self, _: u16) -> Result<DataConnection, IoError> {
        self.0.open_data();
        Ok(Box::new(Connection(Rc::clone(&self.0))))
    }

    fn listen_data(&self) -> Result<DataListener, IoError> {
        Err(IoError::Denied)
    }

    fn open_listing(&self, _port: u16) -> Result<ListingConnection, IoError> {
        Err(IoError::Denied)
    }
}

/// A data connection, the handle whose drop is a call, too.
struct Connection(Rc<Server>);

impl Data for Connection {
    fn secure(&self) -> Result<(), IoError> {
        Err(IoError::Insecure)
    }

    fn splice(&self, _: &SourceFile, offset: u64, length: u64) -> Result<Moved, SpliceError> {
        match self.0.splice(offset, length) {
            0 => Ok(Moved::End),
            bytes => Ok(Moved::Bytes(bytes)),
        }
    }

    fn shutdown(&self) -> Result<(), IoError> {
        self.0.shutdown();
        Ok(())
    }

    fn finish(&self) -> Result<(), IoError> {
        self.0.finish();
        Ok(())
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.drop_data();
    }
}

impl Source for Handles {
    fn size(&self) -> Option<u64> {
        Some(self.0.file_size())
    }

    fn prepare_digest(&self, _: Algorithm) {}

    fn digest(&self, _: Algorithm, _: u64) -> Result<Vec<u8>, SourceError> {
        Err(SourceError::Unreadable)
    }
}

impl Witness for Handles {
    fn entered(&self, _: Step) {
        self.0.entered();
    }

    fn noticed(&self, _: Notice) {}
}

#[cfg(test)]
mod tests {
    use super::{Work, run};

    const WORK: Work = Work { sessions: 1, files: 1, size: 1 << 20, piece: 1 << 18 };

    #[test]
    fn each_splice_and_each_file_and_each_session_is_counted() {
        let [once, more_splices, more_files, more_sessions] =
            [WORK, Work { piece: 1 << 17, ..WORK }, Work { files: 3, ..WORK }, Work { sessions: 2, ..WORK }]
                .map(|work| run(&work).unwrap());
        assert_eq!(more_splices, once + 4);
        // Eight splices of two more files, and the other calls for a file.
        assert!(more_files > once + 8 && (more_files - once).is_multiple_of(2));
        assert_eq!(more_sessions, 2 * once);
    }
}
