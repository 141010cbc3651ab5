//! The first program of the virtual machine: a script for busybox, which prepares the system, runs the commands, prints
//! marked lines around them (`console.rs`), and switches the machine off.

use std::time::{SystemTime, UNIX_EPOCH};

use super::console::{BEGIN, END, KERNEL, MARK};

/// The address of this machine, and of the machine that runs qemu, in qemu's network for users.
const OWN_ADDRESS: &str = "10.0.2.15/24";
pub(super) const HOST: &str = "10.0.2.2";

/// The folder of the drivers.
pub(super) const MODULES: &str = "modules";

/// A command in the virtual machine.
pub(super) struct Job {
    pub(super) name: String,
    pub(super) words: Vec<String>,
    pub(super) environment: Vec<(&'static str, String)>,
    /// It is ended after this time.
    pub(super) limit: u32,
}

/// Returns the script.
pub(super) fn script<'a>(jobs: impl Iterator<Item = &'a Job>) -> String {
    // Certificates have dates, and not every machine of qemu has a clock.
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let mut script = format!(
        "#!/bin/busybox sh\n\
         /bin/busybox --install -s /bin\n\
         export PATH=/bin TMPDIR=/tmp HOME=/tmp\n\
         mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev\n\
         mount -t tmpfs tmp /tmp; mkdir -p /dev/shm /dev/pts; mount -t tmpfs shm /dev/shm; mount -t devpts pts /dev/pts\n\
         for module in /{MODULES}/*; do insmod $module; done\n\
         ip link set lo up; ip addr add {OWN_ADDRESS} dev eth0; ip link set eth0 up; ip route add default via {HOST}\n\
         date -s @{now} > /dev/null\n\
         now() {{ cut -d ' ' -f 1 /proc/uptime; }}\n\
         echo \"{MARK}{KERNEL} $(uname -r)\"\n"
    );
    jobs.for_each(|job| script.push_str(&lines(job)));
    script + "poweroff -f\n"
}

/// Returns the lines of one command. Its output is a pipe, so that it shows no progress; the mark of its end begins a line
/// even if the output does not end with one.
fn lines(job: &Job) -> String {
    let environment: String =
        job.environment.iter().map(|(name, value)| format!("{name}={} ", quoted(value))).collect();
    let words: Vec<_> = job.words.iter().map(|word| quoted(word)).collect();
    let (name, limit, words) = (&job.name, job.limit, words.join(" "));
    format!(
        "echo \"{MARK}{BEGIN} {name} $(now)\"\n\
         {{ {environment}timeout {limit} {words} < /dev/null 2>&1; code=$?\n\
         printf '\\n{MARK}{END} {name} %s %s\\n' \"$(now)\" $code; }} | cat\n"
    )
}

/// Returns a word as the shell takes it unchanged.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::{Job, lines, quoted, script};
    use std::process::Command;

    fn job(script: &str, secret: &str) -> Job {
        let words = ["sh", "-c", script].map(str::to_owned).into();
        Job { name: "one".to_owned(), words, environment: vec![("SECRET", secret.to_owned())], limit: 5 }
    }

    #[test]
    fn a_command_stands_between_marks_with_its_exit_code() {
        let secret = r#"a"b' $c \ "#;
        let shell = format!("now() {{ echo 1.5; }}\n{}", lines(&job("printf %s \"$SECRET\"; exit 3", secret)));
        let output = Command::new("sh").args(["-c", &shell]).output().unwrap();
        let expected = format!("@@@ begin one 1.5\n{secret}\n@@@ end one 1.5 3\n");
        assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
    }

    #[test]
    fn the_machine_is_switched_off_after_the_last_command() {
        let script = script([job("true", "")].iter());
        assert!(script.starts_with("#!/bin/busybox sh\n") && script.ends_with("poweroff -f\n"), "{script}");
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }
}
