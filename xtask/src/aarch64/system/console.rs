//! The text on the serial console of the virtual machine: marked lines around the output of each command, with its exit
//! code.

use std::collections::BTreeMap;

/// The beginning of a marked line.
pub(super) const MARK: &str = "@@@ ";

/// The words of a marked line, each with a name behind it, and an exit code at the end of a command.
pub(super) const KERNEL: &str = "kernel";
pub(super) const BEGIN: &str = "begin";
pub(super) const END: &str = "end";

/// The number of lines that an error repeats.
const LAST_LINES: usize = 20;

/// The outcome of a command in the virtual machine.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) code: i32,
    /// Both outputs.
    pub(super) text: String,
    /// The seconds that it took, on the clock of the machine.
    pub(super) seconds: f64,
}

/// A finished run of the machine.
#[derive(Debug)]
pub(super) struct Record {
    /// The version of the kernel.
    pub(super) kernel: String,
    outcomes: BTreeMap<String, Outcome>,
}

impl Record {
    /// Reads the console.
    ///
    /// # Errors
    ///
    /// If the machine did not start the first command, or stopped inside of one.
    pub(super) fn parse(console: &str) -> Result<Self, String> {
        let mut record = Self { kernel: String::new(), outcomes: BTreeMap::new() };
        let mut open: Option<(&str, f64, String)> = None;
        // The terminal ends its lines with a carriage return, too, which `lines` removes.
        for line in console.lines() {
            match marked(line) {
                Some([KERNEL, release, _, _]) => record.kernel = release.to_owned(),
                Some([BEGIN, name, time, _]) => open = Some((name, seconds(time)?, String::new())),
                Some([END, name, time, code]) => {
                    let (_, begun, text) = open
                        .take()
                        .filter(|(begun, ..)| *begun == name)
                        .ok_or_else(|| format!("on the console, `{name}` ends without having begun"))?;
                    let code = code.parse().map_err(|_| format!("`{code}` is no exit code"))?;
                    record.outcomes.insert(name.to_owned(), Outcome { code, text, seconds: seconds(time)? - begun });
                }
                _ => {
                    if let Some((.., text)) = &mut open {
                        text.push_str(line);
                        text.push('\n');
                    }
                }
            }
        }
        match open {
            Some((name, ..)) => Err(format!("the machine stopped inside of `{name}`:\n{}", last_lines(console))),
            None if record.kernel.is_empty() => Err(format!("the machine did not start:\n{}", last_lines(console))),
            None => Ok(record),
        }
    }

    /// Returns the outcome of a command.
    ///
    /// # Errors
    ///
    /// If it was not run.
    pub(super) fn outcome(&self, name: &str) -> Result<&Outcome, String> {
        self.outcomes.get(name).ok_or_else(|| format!("the machine did not run `{name}`"))
    }
}

/// Returns the four words of a marked line. The last ones are empty where there are fewer.
fn marked(line: &str) -> Option<[&str; 4]> {
    let mut words = line.strip_prefix(MARK)?.split(' ');
    Some([(); 4].map(|()| words.next().unwrap_or_default()))
}

fn seconds(time: &str) -> Result<f64, String> {
    time.parse().map_err(|_| format!("`{time}` is no time on the console"))
}

fn last_lines(console: &str) -> String {
    let lines: Vec<_> = console.lines().collect();
    lines[lines.len().saturating_sub(LAST_LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::Record;

    #[test]
    fn the_outcome_of_each_command_is_between_two_marked_lines() {
        let console = "noise\r\n@@@ kernel 6.1.0\r\n@@@ begin one 2.50\r\nfirst\r\n@ second\r\n@@@ end one 4.00 0\r\n\
                       between\r\n@@@ begin two 4.00\r\n@@@ end two 4.25 143\r\n[ 9.9] reboot: Power down\r\n";
        let record = Record::parse(console).unwrap();
        let one = record.outcome("one").unwrap();
        assert_eq!((record.kernel.as_str(), one.code, one.text.as_str()), ("6.1.0", 0, "first\n@ second\n"));
        assert!((one.seconds - 1.5).abs() < 1e-9, "{one:?}");
        let two = record.outcome("two").unwrap();
        assert_eq!((two.code, two.text.as_str()), (143, ""));
        assert!(record.outcome("three").is_err());
    }

    #[test]
    fn a_machine_that_stops_inside_of_a_command_is_an_error_with_its_last_lines() {
        let error = Record::parse("@@@ kernel 6.1.0\n@@@ begin one 1.0\nKernel panic\n").unwrap_err();
        assert!(error.contains("inside of `one`") && error.contains("Kernel panic"), "{error}");
        let error = Record::parse("no such kernel\n").unwrap_err();
        assert!(error.contains("did not start") && error.contains("no such kernel"), "{error}");
        assert!(Record::parse("@@@ kernel 6.1.0\n@@@ end one 1.0 0\n").is_err());
    }
}
