//! `sync`: directories that are deployed to quirky and real servers. The cases of TREES.md are named as `D1` to `D26`.

mod connections;
mod counts;
mod deletions;
mod directories;
mod doubts;
mod dry_runs;
mod killed;
mod listings;
mod local_trees;
mod locks;
mod manifests;
mod names;
mod order;
mod ownership;
mod real_servers;
mod selections;
mod times;
