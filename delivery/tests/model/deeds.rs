//! The ends of an action in the small model: the expected one, and those seen with real servers, networks and clients.

use ftp_delivery::{Action, Answer, Compared, Failure, Found, Name, Proof, Refusal};

use super::world::{Content, File, LENGTH, Sizes, World};

const SESSION: Answer = Answer::Failed(Failure::Session);

/// Returns every result of `action`, each with the world after it.
pub fn outcomes(world: &World, action: Action) -> Vec<(World, Answer)> {
    if !world.session {
        return match action {
            Action::CheckSource => vec![(world.clone(), check(world))],
            Action::Settle
            | Action::Size(_)
            | Action::Modified(_)
            | Action::Compare { .. }
            | Action::ProbeRename
            | Action::Store { .. }
            | Action::Rename { .. }
            | Action::Remove(_) => vec![(world.clone(), SESSION)],
        };
    }
    match action {
        Action::Size(name) => size(world, name),
        Action::Modified(name) => modified(world, name),
        Action::Compare { name, length } => compare(world, name, length),
        Action::ProbeRename => answered(world, Answer::CanRename(true)),
        Action::Store { name, from } => store(world, name, from),
        Action::CheckSource => vec![(world.clone(), check(world))],
        Action::Rename { from, to } => rename(world, from, to),
        Action::Remove(name) => remove(world, name),
        Action::Settle => {
            let mut after = world.clone();
            after.settle();
            vec![(after, Answer::Settled), (world.clone(), Answer::Failed(Failure::Final { begun: false, all: false }))]
        }
    }
}

/// Returns the worlds after each change that other clients, scanners and editors can make between two actions.
pub fn events(world: &World) -> Vec<World> {
    let mut after = Vec::new();
    let mut event = |change: &dyn Fn(&mut World)| {
        let mut changed = world.clone();
        change(&mut changed);
        if changed != *world {
            after.push(changed);
        }
    };
    for length in [1, LENGTH] {
        let other = File { content: Content::Other(length), time: 2, hidden: 0, lag: None };
        event(&|world| world.put(Name::Own, Some(other)));
    }
    event(&|world| {
        world.taken |= world.own.is_some();
        world.put(Name::Own, None);
    });
    // Another client that removes a partial file between SIZE and REST causes a hole, and no size distinguishes it from
    // the complete file.
    if world.temporary.is_some_and(|file| file.content == Content::New && file.lag.is_none()) {
        event(&|world| world.put(Name::Temporary, None));
    }
    event(&|world| world.source_changed = true);
    after
}

fn check(world: &World) -> Answer {
    if world.source_changed { Answer::Failed(Failure::Source { begun: true }) } else { Answer::Unchanged }
}

fn lost(world: &World) -> World {
    World { session: false, told: false, ..world.clone() }
}

/// The answer arrives, or the connection breaks.
fn answered(world: &World, answer: Answer) -> Vec<(World, Answer)> {
    vec![(world.clone(), answer), (lost(world), SESSION)]
}

fn size(world: &World, name: Name) -> Vec<(World, Answer)> {
    let found = world.size(name);
    let mut told = world.clone();
    told.told |= matches!(found, Found::Bytes(_));
    if world.accepted && name != Name::Aside {
        told.last_told = Some(found);
    }
    // The answer, a lost connection, an unusual reply.
    vec![(told, Answer::Size(found)), (lost(world), SESSION), (world.clone(), Answer::Size(Found::Untold))]
}

fn modified(world: &World, name: Name) -> Vec<(World, Answer)> {
    let time = world.at(name).filter(|file| world.server.times && file.hidden == 0).map(|file| file.time);
    answered(world, Answer::Modified(time))
}

fn compare(world: &World, name: Name, length: u64) -> Vec<(World, Answer)> {
    let compared = match world.at(name) {
        Some(file) if world.server.hashes && file.hidden == 0 => match file.content {
            Content::New if length == LENGTH => Compared::Same,
            Content::Part(part) if part == length => Compared::Same,
            Content::New | Content::Part(_) | Content::Old(_) | Content::Wrong(_) | Content::Other(_) => {
                Compared::Different
            }
        },
        _ => Compared::Unavailable,
    };
    answered(world, Answer::Compared(compared))
}

fn remove(world: &World, name: Name) -> Vec<(World, Answer)> {
    let mut gone = world.clone();
    gone.put(name, None);
    let done = world.at(name).is_some();
    vec![
        (if done { gone.clone() } else { world.clone() }, Answer::Removed(done)),
        (world.clone(), Answer::Removed(false)),
        (lost(&gone), SESSION),
        (lost(world), SESSION),
    ]
}

fn rename(world: &World, from: Name, to: Name) -> Vec<(World, Answer)> {
    let mut all = vec![
        (lost(world), SESSION),
        (world.clone(), Answer::NotFrom(Refusal::Transient)),
        (world.clone(), Answer::NotFrom(Refusal::Permanent)),
    ];
    let Some(file) = world.at(from).filter(|file| world.server.renames && file.hidden == 0) else { return all };
    all.push((world.clone(), Answer::NotTo(Refusal::Transient)));
    all.push((world.clone(), Answer::NotTo(Refusal::Permanent)));
    if world.at(to).is_some() && !world.server.replaces {
        return all;
    }
    let mut done = world.clone();
    done.put(from, None);
    done.put(to, Some(file));
    all.push((done.clone(), Answer::Renamed));
    // Some servers refuse RNTO and rename the file anyway.
    all.push((done.clone(), Answer::NotTo(Refusal::Permanent)));
    all.push((lost(&done), SESSION));
    all
}

/// STOR, its data, its final reply, and the questions after it.
fn store(world: &World, name: Name, from: u64) -> Vec<(World, Answer)> {
    let mut all = vec![
        (lost(world), SESSION),
        (world.clone(), Answer::Failed(Failure::NotTaken(Refusal::Transient))),
        (world.clone(), Answer::Failed(Failure::NotTaken(Refusal::Permanent))),
    ];
    if name == Name::Temporary && !world.server.dots {
        return all;
    }
    let mut open = world.clone();
    (open.accepted, open.last_told) = (false, None);
    broken(&open, name, from, &mut all);
    denied(&open, name, from, &mut all);
    unconfirmed(&open, name, from, &mut all);
    confirmed(&open, name, from, &mut all);
    all
}

/// Returns each state that `name` may have after the units from `from` to `sent` were sent.
fn results(world: &World, name: Name, from: u64, sent: u64) -> Vec<World> {
    let before = world.at(name);
    let begins = from == 0
        || before.is_some_and(|file| match file.content {
            Content::New => true,
            Content::Part(part) => part >= from,
            Content::Old(_) | Content::Wrong(_) | Content::Other(_) => false,
        });
    let content = match sent {
        _ if !begins => Content::Wrong(sent),
        LENGTH => Content::New,
        sent => Content::Part(sent),
    };
    // The sent data is there; or the server discards it; or it keeps the old file until a new one is complete.
    let kept = [Some(world.stored(content)), None, before];
    kept.into_iter().map(|file| with(world, name, file)).collect()
}

fn with(world: &World, name: Name, file: Option<File>) -> World {
    let mut after = world.clone();
    after.put(name, file);
    after
}

fn broken(world: &World, name: Name, from: u64, all: &mut Vec<(World, Answer)>) {
    for sent in from..LENGTH {
        for after in results(world, name, from, sent) {
            for failure in [
                Failure::Cut { sent, all: false },
                Failure::Source { begun: true },
                Failure::Final { begun: true, all: false },
            ] {
                all.push((lost(&after), Answer::Failed(failure)));
            }
            all.push((after.clone(), Answer::Failed(Failure::GivenUp { sent, all: false })));
            all.push((after, Answer::Failed(Failure::BrokeDown { sent, all: false })));
        }
    }
}

fn denied(world: &World, name: Name, from: u64, all: &mut Vec<(World, Answer)>) {
    for after in results(world, name, from, LENGTH).into_iter().chain(results(world, name, from, 1)) {
        let denied = World { may_be_whole: false, ..after.clone() };
        all.push((denied.clone(), Answer::Failed(Failure::GivenUp { sent: LENGTH, all: true })));
        all.push((denied, Answer::Failed(Failure::EarlySuccess)));
        let doubtful = whole(&after);
        all.push((doubtful, Answer::Failed(Failure::BrokeDown { sent: LENGTH, all: true })));
    }
}

/// Marks the file with our own name as one that may be complete.
fn whole(world: &World) -> World {
    let ours = world.own.is_some_and(|own| own.content == Content::New);
    World { may_be_whole: ours, ..world.clone() }
}

fn unconfirmed(world: &World, name: Name, from: u64, all: &mut Vec<(World, Answer)>) {
    let late = (1..=3).flat_map(|hidden| {
        let mut after = results(world, name, from, LENGTH).swap_remove(0);
        let file = after.at(name).map(|file| File { hidden, ..file });
        after.put(name, file);
        [after]
    });
    let worlds = results(world, name, from, LENGTH).into_iter().chain(results(world, name, from, 1)).chain(late);
    for after in worlds {
        let lost = lost(&whole(&after));
        let failure = |completed, hash_late| Failure::Unconfirmed { sent: LENGTH, completed, hash_late };
        all.push((lost.clone(), Answer::Failed(failure(false, false))));
        all.push((lost.clone(), Answer::Failed(Failure::Final { begun: true, all: true })));
        // A false success can be detected only if the server returns sizes.
        let is_whole = after.at(name).is_some_and(|file| file.content == Content::New);
        if is_whole || world.server.sizes == Sizes::Told {
            let accepted = World { accepted: true, ..lost };
            all.push((accepted.clone(), Answer::Failed(failure(true, false))));
            all.push((accepted, Answer::Failed(failure(true, true))));
        }
    }
}

/// The server replies that the file is stored.
fn confirmed(world: &World, name: Name, from: u64, all: &mut Vec<(World, Answer)>) {
    let before = world.at(name);
    let good = whole(&results(world, name, from, LENGTH).swap_remove(0));
    all.push(backed_up(&good, name));
    let Some(file) = good.at(name) else { return };
    if world.server.sizes == Sizes::Told {
        // The cases: not visible yet; the old size, or 0, for a moment; a forged end; converted line ends; removed at
        // once.
        for hidden in 1..=3 {
            all.push(backed_up(&with(&good, name, Some(File { hidden, ..file })), name));
        }
        for lag in [0, before.map_or(1, |before| before.content.length())] {
            all.push(backed_up(&with(&good, name, Some(File { lag: Some(lag), ..file })), name));
        }
        for content in [Content::Part(1), Content::Wrong(1), Content::Wrong(3)] {
            all.push(backed_up(&with(world, name, Some(world.stored(content))), name));
        }
        all.push(backed_up(&with(&good, name, None), name));
    }
    if world.server.hashes {
        all.push(backed_up(&with(world, name, Some(world.stored(Content::Wrong(LENGTH)))), name));
    }
    // Stored under another name; the file that had this name keeps it. If that is an old file, nothing distinguishes
    // this from a success.
    if name == Name::Own {
        all.push(backed_up(world, name));
    }
}

/// Returns the answer that the guest's questions after a success lead to.
fn backed_up(world: &World, name: Name) -> (World, Answer) {
    let mut after = World { accepted: true, ..world.clone() };
    let sent = LENGTH;
    if world.server.hashes
        && let Some(file) = world.at(name).filter(|file| file.hidden == 0)
    {
        let size = world.size(name);
        let answer = match (file.content, size) {
            (Content::New, _) => Answer::Stored { length: LENGTH, proof: Proof::Hash, hidden: false },
            (_, Found::Bytes(stored)) if stored != LENGTH => Answer::Failed(Failure::Mismatch { sent, stored }),
            (_, _) => Answer::Failed(Failure::Corrupt { sent }),
        };
        return (after, answer);
    }
    let found = world.size(name);
    after.last_told = Some(found);
    let answer = match found {
        Found::Bytes(LENGTH) => Answer::Stored { length: LENGTH, proof: Proof::Size, hidden: false },
        Found::Bytes(stored) => Answer::Failed(Failure::Mismatch { sent, stored }),
        Found::Refused if world.told => Answer::Failed(Failure::Missing { sent }),
        Found::Refused => Answer::Stored { length: LENGTH, proof: Proof::Reply, hidden: true },
        Found::Untold => Answer::Stored { length: LENGTH, proof: Proof::Reply, hidden: false },
    };
    after.told |= matches!(found, Found::Bytes(_));
    (after, answer)
}
