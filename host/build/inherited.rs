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

/// Removes these variables from the environment of a command. `present` are the names of all variables of this process.
pub(crate) fn remove(command: &mut Command, present: impl Iterator<Item = OsString>) {
    for name in NAMES {
        command.env_remove(name);
    }
    for name in present.filter(|name| name.to_str().is_some_and(|name| name.starts_with(PROFILES))) {
        command.env_remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::remove;
    use std::ffi::OsString;
    use std::process::Command;

    #[test]
    fn a_build_inherits_no_flags_no_wrappers_and_no_changed_profile_but_its_other_variables() {
        let mut command = Command::new("cargo");
        let profiles = ["CARGO_PROFILE_GUEST_OPT_LEVEL", "CARGO_PROFILE_RELEASE_LTO"];
        let others = ["CARGO_HOME", "CARGO_TARGET_DIR", "PATH", "RUSTC", "RUSTUP_TOOLCHAIN"];
        remove(&mut command, profiles.into_iter().chain(others).map(OsString::from));
        let mut removed = [&super::NAMES[..], &profiles].concat();
        removed.sort_unstable();
        assert!(command.get_envs().eq(removed.iter().map(|name| (name.as_ref(), None))), "{command:?}");
        assert!(["CARGO_BUILD_RUSTFLAGS", "RUSTC_WRAPPER"].iter().all(|name| removed.contains(name)));
    }
}
