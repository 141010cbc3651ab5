//! Arguments without their relations to others, for texts about a part of a command: relations may name an argument
//! that is not in that part.

use clap::{Arg, ArgAction};

/// The names, the values and the help texts of `argument`.
pub(super) fn plain(argument: &Arg) -> Arg {
    // Without a value it is a switch: the actions of `--help` and `--version` would need a text in the command.
    let action = Some(argument.get_action()).filter(|action| action.takes_values()).unwrap_or(&ArgAction::SetTrue);
    let plain = Arg::new(argument.get_id().clone()).action(action.clone());
    let plain = argument.get_help().cloned().into_iter().fold(plain, Arg::help);
    let plain = argument.get_long_help().cloned().into_iter().fold(plain, Arg::long_help);
    let plain = argument.get_short().into_iter().fold(plain, Arg::short);
    let plain = argument.get_long().map(str::to_owned).into_iter().fold(plain, Arg::long);
    if argument.get_action().takes_values() { with_values(plain, argument) } else { plain }
}

fn with_values(plain: Arg, argument: &Arg) -> Arg {
    let names = argument.get_value_names().unwrap_or_default().to_vec();
    let parser = argument.get_value_parser().clone();
    let plain = plain.value_parser(parser).value_hint(argument.get_value_hint()).value_names(names);
    let plain = argument.get_num_args().into_iter().fold(plain, Arg::num_args);
    plain.require_equals(argument.is_require_equals_set())
}
