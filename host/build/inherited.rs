//! Settings of cargo in the environment that may change the bytes of a build. A build whose bytes are compared with those of
//! other machines must not inherit them.

use std::ffi::OsString;
use std::process::Command;

/// The variables with flags of rustc, with programs that run in place of rustc, and of incremental builds.
const NAMES: [&str; 9] = [
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_BUILD_RUSTFLAGS",
    "RUSTC_WRAPPER",
    "CARGO_BUILD_RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER",
    "CARGO_INCREMENTAL",
    "CARGO_BUILD_INCREMENTAL",
];

/// The beginning of the variables that change a profile, such as `CARGO_PROFILE_RELEASE_LTO`.
const PROFILES: &str = "CARGO_PROFILE_";

/// Removes those variables among `names`, which are the ones of this process, from the environment of a command.
pub(crate) fn remove(command: &mut Command, names: impl Iterator<Item = OsString>) {
    for name in names.filter(|name| name.to_str().is_some_and(changes_a_build)) {
        command.env_remove(name);
    }
}

fn changes_a_build(name: &str) -> bool {
    name.starts_with(PROFILES) || NAMES.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::remove;
    use std::ffi::OsString;
    use std::process::Command;

    #[test]
    fn a_build_inherits_no_flags_no_wrappers_and_no_changed_profile_but_its_other_variables() {
        let mut command = Command::new("cargo");
        let removed =
            ["CARGO_BUILD_RUSTFLAGS", "CARGO_PROFILE_GUEST_OPT_LEVEL", "CARGO_PROFILE_RELEASE_LTO", "RUSTC_WRAPPER"];
        let kept = ["CARGO_HOME", "CARGO_TARGET_DIR", "PATH", "RUSTC", "RUSTUP_TOOLCHAIN"];
        remove(&mut command, removed.into_iter().chain(kept).map(OsString::from));
        assert!(command.get_envs().eq(removed.map(|name| (name.as_ref(), None))), "{command:?}");
    }
}
