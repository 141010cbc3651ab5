//! `check`: the findings about real servers and about quirky ones, and that nothing is left on the server, whatever
//! happens.

mod certificates;
mod command_line;
mod cuts;
mod quirky_servers;
mod real_servers;
mod schema;
