//! A delivery in the small world, step by step, and the invariants that must hold at every moment of it.

use ftp_delivery::{Action, Failure, FileDelivery, Found, Left, Name, Next, Rules, Verify, Why};

use super::deeds::{events, outcomes};
use super::world::{Content, LENGTH, Server, World};

/// A moment: the delivery's knowledge, the state of the world, and the next step.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Moment {
    pub delivery: FileDelivery,
    pub world: World,
    pub next: Next,
    pub rules: Rules,
    /// The number of tries that may still follow.
    pub tries: u8,
    /// The number of events by others that may still happen.
    pub events: u8,
    /// The number of times that the program may still be killed and run again.
    pub kills: u8,
}

/// A moment that breaks an invariant.
#[derive(Debug)]
pub struct Violation(pub String);

impl Moment {
    /// Returns the first moment.
    pub fn first(rules: Rules, server: Server, before: Option<Content>, tries: u8, events: u8, kills: u8) -> Self {
        let mut delivery = FileDelivery::new(rules, LENGTH);
        let next = delivery.begin();
        Self { delivery, world: World::new(server, before), next, rules, tries, events, kills }
    }

    /// Returns every moment that can follow.
    pub fn followers(&self) -> Result<Vec<Self>, Violation> {
        let mut after = Vec::new();
        match self.next {
            Next::Do(action) => {
                self.act(action, &mut after)?;
                if self.events > 0 {
                    for world in events(&self.world) {
                        after.push(Self { world, events: self.events - 1, ..self.clone() });
                    }
                }
                after.extend(self.killed(self.world.clone()));
            }
            Next::Again => {
                if self.tries > 0 {
                    let mut again = Self { tries: self.tries - 1, ..self.clone() };
                    (again.world.session, again.world.told) = (true, false);
                    again.next = again.delivery.begin();
                    after.push(again);
                }
                let mut over = self.clone();
                over.next = over.delivery.give_up();
                after.push(over);
            }
            Next::Stored { .. } | Next::GaveUp { .. } => {}
        }
        for moment in &after {
            moment.check()?;
        }
        Ok(after)
    }

    fn act(&self, action: Action, after: &mut Vec<Self>) -> Result<(), Violation> {
        for (world, answer) in outcomes(&self.world, action) {
            let taken = !matches!(answer, ftp_delivery::Answer::Failed(Failure::Session | Failure::NotTaken(_)));
            if let Action::Store { name: Name::Own, from } = action
                && taken
                && self.world.may_be_whole
                && from < LENGTH
            {
                return Err(self.violates("a file that may be complete is overwritten"));
            }
            if action == (Action::Store { name: Name::Own, from: LENGTH }) {
                return Err(self.violates("an empty STOR behind the last byte"));
            }
            let mut moment = Self { world, ..self.clone() };
            after.extend(moment.killed(moment.world.clone()));
            moment.next = moment.delivery.answer(answer);
            after.push(moment);
        }
        Ok(())
    }

    /// The program is killed and run again: it has lost its state, and the user repeats the same command.
    fn killed(&self, mut world: World) -> Option<Self> {
        // Without a hash, the next run cannot distinguish the first bytes of our file from converted ones, if a server
        // converts line ends in spite of TYPE I.
        let converted = world.temporary.or(world.plain).is_some_and(|file| matches!(file.content, Content::Wrong(_)));
        if self.kills == 0 || converted && self.rules.resume && !world.server.hashes {
            return None;
        }
        (world.session, world.told, world.accepted, world.last_told) = (true, false, false, None);
        world.may_be_whole = false;
        // An old file that was moved aside stays under that name.
        world.orphaned |= world.aside.is_some();
        world.aside = None;
        if !self.rules.resume {
            // The next run generates other names.
            (world.temporary, world.plain) = (None, None);
        }
        let mut delivery = FileDelivery::new(self.rules, LENGTH);
        let next = delivery.begin();
        Some(Self { delivery, world, next, kills: self.kills - 1, ..self.clone() })
    }

    fn violates(&self, what: &str) -> Violation {
        Violation(format!("{what}: {self:?}"))
    }

    fn check(&self) -> Result<(), Violation> {
        self.own_name_is_whole()?;
        match self.next {
            Next::Stored { proof, aside } => self.success(proof, aside),
            Next::GaveUp { why, temporary, aside } => self.failure(why, temporary, aside),
            Next::Do(_) | Next::Again => Ok(()),
        }
    }

    /// With `atomic`, the final name has either the complete old file or the complete new one; and the old file exists
    /// somewhere until ours has its name.
    fn own_name_is_whole(&self) -> Result<(), Violation> {
        if !self.rules.atomic {
            return Ok(());
        }
        match self.world.own.map(|own| own.content) {
            Some(Content::Part(_) | Content::Wrong(_)) => Err(self.violates("an incomplete file has the final name")),
            None if self.world.first.is_some() && !self.world.taken && !self.world.placed => {
                let aside = self.world.aside.map(|file| file.content);
                let kept = self.world.orphaned || matches!(aside, Some(Content::Old(_) | Content::Other(_)));
                if kept && self.rules.replace { Ok(()) } else { Err(self.violates("the old file is lost")) }
            }
            Some(Content::Old(_) | Content::New | Content::Other(_)) | None => Ok(()),
        }
    }

    /// A success only if the server has the bytes that were sent, or if it replied that it has and nothing contradicts
    /// that.
    fn success(&self, proof: ftp_delivery::Proof, aside: Left) -> Result<(), Violation> {
        let world = &self.world;
        let uncontradicted = matches!(world.last_told, None | Some(Found::Bytes(LENGTH) | Found::Untold))
            || world.last_told == Some(Found::Refused) && !self.delivery.has_seen_sizes();
        if world.source_changed && world.placed && self.rules.atomic {
            // The local file may have changed between the check and the last answer.
            return Ok(());
        }
        // The limit of the proof by size: another client has stored a different file with our name and length in the
        // meantime, and no hash distinguishes them.
        let neighbour = world.neighbour && proof != ftp_delivery::Proof::Hash;
        if !(world.placed || world.accepted && uncontradicted || neighbour) {
            return Err(self.violates("success without the bytes"));
        }
        if !self.rules.verify.eq(&Verify::Best) && proof == ftp_delivery::Proof::Reply {
            return Err(self.violates("success without the proof"));
        }
        if aside == Left::Nothing && world.aside.is_some() {
            return Err(self.violates("an old file remains, and is not reported"));
        }
        Ok(())
    }

    /// Each report about the files on the server is the result of a query, and it is true.
    fn failure(&self, why: Why, temporary: Left, aside: Left) -> Result<(), Violation> {
        if why == Why::Fault {
            return Err(self.violates("an answer did not belong to the action"));
        }
        let work = self.delivery.work_name();
        for (name, left) in [(work, temporary), (Name::Aside, aside)] {
            let there = self.world.at(name).filter(|_| name != Name::Own);
            let visible = there.filter(|file| file.hidden == 0 && file.lag.is_none());
            let is_true = match left {
                // Nothing is reported about a name that this run has not used.
                Left::Nothing if name == work && !self.delivery.has_begun() => true,
                Left::Nothing | Left::Removed => visible.is_none(),
                Left::Seen(Found::Bytes(bytes)) => visible.is_none_or(|file| file.content.length() == bytes),
                Left::Seen(Found::Refused | Found::Untold) => false,
                Left::Unseen => true,
            };
            if !is_true {
                return Err(self.violates("a report about a file on the server is false"));
            }
        }
        Ok(())
    }
}
