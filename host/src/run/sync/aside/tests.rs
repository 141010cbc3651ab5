//! The search: all ways in which a server can obey, refuse or be lost at each step, with up to three faults.

use std::path::PathBuf;
use std::time::Duration;

use ftp_delivery::Found;

use super::*;
use crate::report::server_text::ServerText;
use crate::report::step::{Cause, Connection, Step as Stage};
use crate::report::summary::{StoredFile, Verification};
use crate::run::sync::switch::Sign;

const OWN: &[u8] = b"a.css";
const TEMPORARY: &[u8] = b".a.css.00.part";
const ASIDE: &[u8] = b".a.css.00.old";

/// The most faults in one course.
const FAULTS: usize = 3;

/// The most sessions of one course.
const SESSIONS: usize = 4;

/// The content of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    Old,
    New,
    Foreign,
}

/// The files under the three names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Files {
    own: Option<Content>,
    temporary: Option<Content>,
    aside: Option<Content>,
}

impl Files {
    fn at(&mut self, name: &[u8]) -> &mut Option<Content> {
        match name {
            OWN => &mut self.own,
            TEMPORARY => &mut self.temporary,
            ASIDE => &mut self.aside,
            other => panic!("{other:?} is no name of this file"),
        }
    }
}

/// The world: a server, and the choices that it takes.
struct World {
    files: Files,
    old_size: u64,
    renames_over: bool,
    /// The choices, each with the number of possible ones. 0 is the orderly one.
    choices: Vec<(usize, usize)>,
    taken: usize,
    /// True if a file was overwritten.
    has_overwritten: bool,
}

impl World {
    /// Returns the next choice out of `count`.
    fn choose(&mut self, count: usize) -> usize {
        if self.taken == self.choices.len() {
            self.choices.push((0, count));
        }
        self.taken += 1;
        self.choices[self.taken - 1].0
    }

    fn change(&mut self, name: &[u8], to: &[u8]) -> bool {
        let Some(content) = *self.files.at(name) else { return false };
        if self.files.at(to).is_some() && !self.renames_over {
            return false;
        }
        self.has_overwritten |= self.files.at(to).is_some();
        *self.files.at(name) = None;
        *self.files.at(to) = Some(content);
        true
    }
}

fn lost() -> UploadError {
    UploadError::Broken { step: Stage::Renaming, connection: Connection::Control, cause: Cause::Closed }
}

fn refusal() -> Refusal {
    Refusal { step: Stage::Renaming, code: 553, text: ServerText(Vec::new()) }
}

impl Server for World {
    fn sizes(&mut self, names: &[Vec<u8>]) -> Result<Vec<Found>, UploadError> {
        let choice = self.choose(4);
        let old_size = self.old_size;
        let told = |content: Option<Content>| match content {
            Some(Content::Old) => Found::Bytes(old_size),
            Some(Content::New) => Found::Bytes(5),
            Some(Content::Foreign) => Found::Bytes(7),
            None => Found::Refused,
        };
        match choice {
            0 => Ok(names.iter().map(|name| told(*self.files.at(name))).collect()),
            1 => Ok(names.iter().map(|_| Found::Untold).collect()),
            // A server that hides names with a dot.
            2 => Ok(names.iter().map(|name| if name == OWN { told(self.files.own) } else { Found::Refused }).collect()),
            _ => Err(lost()),
        }
    }

    fn rename(&mut self, name: &[u8], to: &[u8]) -> Result<Renaming, UploadError> {
        let choice = self.choose(5);
        let exists = self.files.at(name).is_some();
        match choice {
            0 if self.change(name, to) => Ok(Renaming::Done),
            0 if exists => Ok(Renaming::NotTo(refusal())),
            0 => Ok(Renaming::NotFrom(refusal())),
            1 => Ok(Renaming::NotTo(refusal())),
            2 => {
                self.change(name, to);
                Ok(Renaming::NotTo(refusal()))
            }
            3 => {
                self.change(name, to);
                Err(lost())
            }
            _ => Err(lost()),
        }
    }

    fn remove(&mut self, name: &[u8]) -> Result<(), UploadError> {
        let refused = UploadError::Refused { step: Stage::Renaming, code: 550, text: ServerText(Vec::new()) };
        match self.choose(4) {
            0 => {
                assert_ne!(*self.files.at(name), Some(Content::Foreign), "the file of another run was removed");
                self.files.at(name).take().map(drop).ok_or(refused)
            }
            1 => Err(refused),
            2 => {
                *self.files.at(name) = None;
                Err(lost())
            }
            _ => Err(lost()),
        }
    }
}

fn staged(sign: Sign) -> Staged {
    let stored = StoredFile {
        file: PathBuf::from("a.css"),
        remote: OWN.to_vec(),
        size: 5,
        time: Duration::ZERO,
        sent: 5,
        resumed_at: 0,
        staged_as: None,
        stored_as: None,
        verified: Verification::Size,
    };
    Staged { stored, temporary: TEMPORARY.to_vec(), time: None, sign }
}

/// Carries out one course, and returns its result.
fn course(world: &mut World) -> Switched {
    let sign = if world.old_size == 5 { Sign::None } else { Sign::Size };
    let (file, refusal, mut moving) = (staged(sign), refusal(), Moving::NotBegun);
    let replacement = Replacement { file: &file, refusal: &refusal, time_set: false };
    for _ in 0..SESSIONS {
        if let Ok(switched) = replacement.carry_out(world, &mut moving) {
            return switched;
        }
    }
    replacement.lost(moving)
}

/// Checks that the result says what the server has.
fn check(before: Files, world: &World, result: &Switched) {
    let now = world.files;
    let shown = format!("{before:?} became {now:?}, told as {result:?}, by the choices {:?}", world.choices);
    assert!(!world.has_overwritten, "a file was overwritten: {shown}");
    assert!([now.own, now.temporary].contains(&Some(Content::New)), "the new file is lost: {shown}");
    let has_old = |files: Files| [files.own, files.aside].contains(&Some(Content::Old));
    assert!(has_old(now) || !has_old(before) || now.own == Some(Content::New), "the old file is lost: {shown}");
    match result {
        Switched::Done { .. } => assert_eq!(now.own, Some(Content::New), "{shown}"),
        Switched::Refused(_) => assert_eq!((now, now.temporary), (before, Some(Content::New)), "{shown}"),
        Switched::Failed { remains, .. } => {
            let names = |name: &[u8]| remains.iter().any(|remains| remains.name == name);
            assert!(now.temporary.is_none() || names(TEMPORARY), "{shown}");
            assert!(now.aside != Some(Content::Old) || names(ASIDE), "{shown}");
        }
        Switched::Untouched => panic!("{shown}"),
    }
}

/// Changes the last choice that has another possibility. Returns false after the last course.
fn next(choices: &mut Vec<(usize, usize)>) -> bool {
    while let Some((choice, count)) = choices.pop() {
        let faults = choices.iter().filter(|(choice, _)| *choice > 0).count();
        if choice + 1 < count && faults < FAULTS {
            choices.push((choice + 1, count));
            return true;
        }
    }
    false
}

/// Carries out all courses from `before`, and returns their number and the number of those that ended well.
fn search(before: Files, old_size: u64, renames_over: bool) -> (usize, usize) {
    let (mut choices, mut courses, mut done) = (Vec::new(), 0, 0);
    loop {
        let mut world = World { files: before, old_size, renames_over, choices, taken: 0, has_overwritten: false };
        let result = course(&mut world);
        check(before, &world, &result);
        courses += 1;
        done += usize::from(matches!(result, Switched::Done { .. }));
        choices = world.choices;
        if !next(&mut choices) {
            return (courses, done);
        }
    }
}

#[test]
fn no_fault_of_a_server_loses_a_file_or_makes_the_report_wrong() {
    let (mut courses, mut done) = (0, 0);
    for own in [Some(Content::Old), None] {
        for aside in [None, Some(Content::Foreign)] {
            for (old_size, renames_over) in [(3, false), (5, false), (3, true), (5, true)] {
                // The change of the name was refused, and perhaps carried out.
                let waiting = Files { own, temporary: Some(Content::New), aside };
                let renamed = Files { own: Some(Content::New), temporary: None, aside };
                for before in [waiting, renamed] {
                    let (more, well) = search(before, old_size, renames_over);
                    (courses, done) = (courses + more, done + well);
                }
            }
        }
    }
    assert!(courses > 3_000 && done > 1_000, "{courses} courses, {done} ended well");
}

#[test]
fn without_a_fault_the_new_file_takes_the_name_and_the_old_one_is_removed() {
    let files = Files { own: Some(Content::Old), temporary: Some(Content::New), aside: None };
    let mut world =
        World { files, old_size: 3, renames_over: false, choices: Vec::new(), taken: 0, has_overwritten: false };
    assert!(matches!(course(&mut world), Switched::Done { .. }));
    assert_eq!(world.files, Files { own: Some(Content::New), temporary: None, aside: None });
}

#[test]
fn the_old_file_has_a_name_beside_the_temporary_one() {
    assert_eq!(name_aside(b"css/.a.0123456789abcdef.part"), b"css/.a.0123456789abcdef.old");
}
