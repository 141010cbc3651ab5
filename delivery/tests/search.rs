//! An exhaustive search through every order of events in small worlds.

mod model;

use rustc_hash::FxBuildHasher;
use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::BuildHasher;

use ftp_delivery::{Rules, Verify};
use model::run::Moment;
use model::world::{Content, Server, Sizes};

#[test]
fn plain() {
    search(rules(false, false, false));
}

#[test]
fn atomic() {
    search(rules(true, false, false));
}

#[test]
fn atomic_and_replace() {
    search(rules(true, true, false));
}

#[test]
fn resume() {
    search(rules(false, false, true));
}

#[test]
fn atomic_replace_and_resume() {
    search(rules(true, true, true));
}

fn rules(atomic: bool, replace: bool, resume: bool) -> Rules {
    Rules {
        atomic,
        replace,
        resume,
        unique: false,
        stream: false,
        retried: true,
        odd_name: false,
        verify: Verify::Best,
    }
}

/// Searches every order of answers of every server, with a limited number of further tries, events by other clients,
/// and deaths of the program. A deeper search takes an hour: `DELIVERY_SEARCH=deep cargo test --release -p ftp-delivery
/// --test search`.
fn search(rules: Rules) {
    let deep = std::env::var("DELIVERY_SEARCH").is_ok_and(|depth| depth == "deep");
    // With `replace` and `resume` together, either other clients act or the program is killed, to keep the search
    // small.
    let (tries, events, kills) = match (rules.replace, rules.resume) {
        _ if deep => (2, 2, 1),
        (true, false) => (1, 1, 0),
        (true, true) => (1, 0, 1),
        (false, _) => (1, 1, 1),
    };
    let befores = [Some(Content::Old(2)), None, Some(Content::Old(1))];
    let count = match (rules.atomic, rules.replace && rules.resume) {
        _ if deep => 3,
        (false, _) => 3,
        (true, false) => 2,
        (true, true) => 1,
    };
    let mut seen = 0;
    for server in servers(rules, deep) {
        for before in &befores[..count] {
            seen += from(Moment::first(rules, server, *before, tries, events, kills));
        }
    }
    println!("{seen} moments");
}

/// The kinds of servers: (hashes, times, renames, replaces, dots).
fn servers(rules: Rules, deep: bool) -> Vec<Server> {
    let renaming = [(false, true, true, true, true), (true, false, true, true, true), (false, false, true, true, true)];
    let refusing =
        [(false, true, true, false, true), (true, true, true, false, false), (false, false, false, false, true)];
    let kinds = match (rules.atomic, rules.replace) {
        _ if deep => [renaming, refusing].concat(),
        (false, _) => renaming.to_vec(),
        (true, false) => [&renaming[..2], &refusing].concat(),
        (true, true) => refusing[..if rules.resume { 1 } else { 2 }].to_vec(),
    };
    let of = |sizes| {
        kinds.iter().map(move |&(hashes, times, renames, replaces, dots)| Server {
            sizes,
            hashes,
            times,
            coarse: false,
            renames,
            replaces,
            dots,
        })
    };
    [Sizes::Told, Sizes::Refused, Sizes::Untold].into_iter().flat_map(of).collect()
}

/// Visits every moment that can follow from `first`, and returns their number.
fn from(first: Moment) -> usize {
    let mut seen: HashSet<u64, FxBuildHasher> = HashSet::default();
    let mut stack = vec![first.clone()];
    while let Some(moment) = stack.pop() {
        match moment.followers() {
            Ok(followers) => {
                stack.extend(followers.into_iter().filter(|follower| seen.insert(FxBuildHasher.hash_one(follower))))
            }
            Err(violation) => panic!("{}\n{}", story(first), violation.0),
        }
    }
    seen.len()
}

/// Returns the shortest path from `first` to a violation: the same search, breadth first, with all paths kept.
fn story(first: Moment) -> String {
    let mut earlier: HashMap<Moment, Option<Moment>> = HashMap::from([(first.clone(), None)]);
    let mut queue = VecDeque::from([first]);
    while let Some(moment) = queue.pop_front() {
        let Ok(followers) = moment.followers() else { return way(&earlier, moment) };
        for follower in followers {
            if !earlier.contains_key(&follower) {
                earlier.insert(follower.clone(), Some(moment.clone()));
                queue.push_back(follower);
            }
        }
    }
    String::new()
}

fn way(earlier: &HashMap<Moment, Option<Moment>>, last: Moment) -> String {
    let mut lines = Vec::new();
    let mut at = Some(last);
    while let Some(moment) = at {
        let world = &moment.world;
        let [own, temporary, aside] =
            [world.own, world.temporary, world.aside].map(|file| file.map(|file| file.content));
        let session = if world.session { "" } else { " (no session)" };
        lines.push(format!("own {own:?} temporary {temporary:?} aside {aside:?}{session} -> {:?}", moment.next));
        at = earlier[&moment].clone();
    }
    lines.reverse();
    lines.join("\n")
}
