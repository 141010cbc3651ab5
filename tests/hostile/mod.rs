//! Scripted servers and networks that misbehave.

mod broken_pipe;
mod data_connection;
mod interruptions;
mod link_local;
mod names;
mod network;
mod odd_replies;
mod out_of_step;
mod replies;
mod site;
mod transfers;
