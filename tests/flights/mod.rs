//! Flights: several commands that are sent before the reply to the first one, their form, and the servers that cannot take
//! them.

mod devices;
mod directories;
mod extra_replies;
mod mixtures;
mod secrets;
mod servers;
mod shape;
mod sizes;
mod slow_servers;
