//! `progress`: the guest reports its steps and notices.

use wasmtime::component::Resource;

use crate::report::event::{Event, Note};
use crate::sandbox::bindings::ftp_uploader::upload::capabilities::{HostProgress, Notice, Step};
use crate::sandbox::state::GuestState;

/// The right to report progress.
pub struct ProgressHandle;

impl HostProgress for GuestState {
    fn entered(&mut self, _: Resource<ProgressHandle>, step: Step) -> wasmtime::Result<()> {
        self.progress.enter(step.into());
        Ok(())
    }

    fn noticed(&mut self, _: Resource<ProgressHandle>, notice: Notice) -> wasmtime::Result<()> {
        let note = match notice {
            Notice::Utf8Refused => Note::Utf8Refused,
        };
        self.progress.tell(&Event::Noted { file: None, note: &note });
        Ok(())
    }

    fn drop(&mut self, handle: Resource<ProgressHandle>) -> wasmtime::Result<()> {
        self.table.delete(handle)?;
        Ok(())
    }
}
