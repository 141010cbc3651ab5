//! Components that use forged, dropped or too many handles.

use super::attack::Attack;
use crate::support::script::Script;

const ROOM: &str = "32 handles";
const TABLE: &str = "the table of handles that it has";

#[test]
fn a_component_with_sessions_without_number_is_stopped() {
    let result = Attack::new("sessions without number", ROOM).run(Script::greeted().silence());
    result.fails(1, "handle").server_heard(&[]);
}

#[test]
fn a_handle_that_is_gone_or_never_was_is_the_end_of_the_component() {
    let names = ["use after drop", "dropping twice", "a forged handle", "a handle of another kind"];
    for name in names.into_iter().chain(["a data connection that never was"]) {
        Attack::new(name, TABLE).run(Script::greeted().silence()).fails(1, "handle").server_heard(&[]);
    }
}

#[test]
fn the_password_is_lent_for_the_login_only() {
    let result = Attack::new("the password after the login", TABLE).run(Script::greeted().silence());
    result.fails(1, "handle").server_heard(&[]);
}
