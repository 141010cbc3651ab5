//! Checks `action.yml`: its form, and the command lines that its scripts make of the inputs. The script runs with a program
//! that prints its arguments; no service runs the action here.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};

use saphyr::{LoadableYamlNode, Yaml};

const ACTION: &str = include_str!("../../action.yml");
const GUIDE: &str = include_str!("../../docs/guide.md");

/// The script of the last step with its environment, as the service sets it from the inputs.
struct Deployment {
    script: String,
    /// The variable, and the input that it holds.
    variables: Vec<(String, String)>,
    defaults: Vec<(String, String)>,
}

impl Deployment {
    fn new() -> Self {
        let action = parse();
        let text = |value: &Yaml<'_>| value.as_str().unwrap_or_default().to_owned();
        let step = action["runs"]["steps"].as_sequence().unwrap().last().unwrap();
        let variables = step["env"].as_mapping().unwrap().iter().map(|(key, value)| (text(key), text(value)));
        let input = |value: String| {
            let name = value.strip_prefix("${{ inputs.").and_then(|rest| rest.strip_suffix(" }}"));
            name.unwrap_or_else(|| panic!("{value} is no input")).to_owned()
        };
        let defaults = action["inputs"].as_mapping().unwrap().iter();
        Self {
            script: text(&step["run"]),
            variables: variables.map(|(key, value)| (key, input(value))).collect(),
            defaults: defaults
                .map(|(name, input)| (text(name), input.as_mapping_get("default").map(text).unwrap_or_default()))
                .collect(),
        }
    }

    /// Runs the script with these inputs and the defaults of the others.
    fn run(&self, inputs: &[(&str, &str)]) -> Output {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("ftp-uploader");
        fs::write(&program, "#!/bin/sh\nfor word; do echo \"<$word>\"; done\necho \"[$FTP_PASSWORD]\"\n").unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let program = program.to_str().unwrap();
        let usual =
            [("server", "ftp.example.org"), ("username", "alice"), ("password", "se cret"), ("program", program)];
        let mut command = Command::new("bash");
        // The options with which GitHub runs `shell: bash`.
        command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", &self.script]).current_dir(&folder);
        for (variable, name) in &self.variables {
            let given = inputs.iter().chain(&usual).find(|(input, _)| input == name).map(|(_, value)| *value);
            let default = self.defaults.iter().find(|(input, _)| input == name).map(|(_, value)| value.as_str());
            command.env(variable, given.or(default).unwrap_or_else(|| panic!("{name} is no input")));
        }
        command.output().unwrap()
    }

    /// Returns the arguments in one line, each in angle brackets, and the password in square ones.
    fn arguments(&self, inputs: &[(&str, &str)]) -> String {
        let output = self.run(inputs);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().lines().collect()
    }
}

fn parse() -> Yaml<'static> {
    let documents = Yaml::load_from_str(ACTION).unwrap();
    assert_eq!(documents.len(), 1);
    documents.into_iter().next().unwrap()
}

#[test]
fn the_action_has_the_inputs_that_its_users_know_and_no_expression_in_a_script() {
    let action = parse();
    for name in ["server", "username", "password", "port", "protocol", "local-dir", "server-dir", "state-name"] {
        assert!(action["inputs"].contains_mapping_key(name), "no {name}");
    }
    for name in ["dry-run", "exclude", "dangerous-clean-slate", "security", "timeout", "log-level"] {
        assert!(action["inputs"].contains_mapping_key(name), "no {name}");
    }
    assert_eq!(action["runs"]["using"].as_str(), Some("composite"));
    let steps = action["runs"]["steps"].as_sequence().unwrap();
    for step in steps {
        assert!(step.contains_mapping_key("uses") != step.contains_mapping_key("run"), "{step:?}");
        let run = step.as_mapping_get("run").and_then(Yaml::as_str).unwrap_or_default();
        assert!(!run.contains("${{"), "an expression becomes part of a script: {run}");
        assert!(run.is_empty() || step["shell"].as_str() == Some("bash"), "a composite action names its shell");
    }
    assert_eq!(ACTION.matches("inputs.password").count(), 1);
    assert!(action["inputs"]["password"]["required"].as_bool().unwrap());
}

#[test]
fn by_default_the_action_synchronises_by_tls_and_gives_the_password_by_the_environment() {
    assert_eq!(
        Deployment::new().arguments(&[]),
        "<sync><--tls><explicit><--exclude=.git*><--exclude=node_modules/><--manifest=.ftp-uploader.manifest>\
         <--compare><manifest><--delete><own><--create-dirs><--><ftp.example.org><alice><./><./>[se cret]"
    );
}

#[test]
fn each_input_becomes_its_option() {
    let inputs = [
        ("port", "2121"),
        ("protocol", "ftps-legacy"),
        ("pin", "sha256:abc="),
        ("local-dir", "my site/"),
        ("server-dir", "-odd/"),
        ("state-name", ".state"),
        ("timeout", "030001"),
        ("log-level", "verbose"),
        ("dry-run", "true"),
        ("exclude", "*.bak\n\n-x y\n"),
    ];
    assert_eq!(
        Deployment::new().arguments(&inputs),
        "<sync><--tls><implicit><--verbose><--timeout><31><--pin><sha256:abc=><--exclude=*.bak><--exclude=-x y><--manifest=.state><--compare>\
         <manifest><--delete><own><--create-dirs><--dry-run><--><ftp.example.org:2121><alice><my site/><-odd/>[se cret]"
    );
    let ipv6 = Deployment::new().arguments(&[("server", "2001:db8::1"), ("port", "21"), ("exclude", "")]);
    assert!(ipv6.contains("<--><[2001:db8::1]:21><alice>") && !ipv6.contains("exclude"), "{ipv6}");
}

#[test]
fn an_upload_sends_the_contents_of_the_directory_and_removes_nothing() {
    let inputs =
        [("mode", "upload"), ("local-dir", "."), ("server-dir", "incoming"), ("protocol", "ftp"), ("exclude", "")];
    assert_eq!(
        Deployment::new().arguments(&inputs),
        "<--tls><off><--recursive><--create-dirs><--atomic><--replace><--><ftp.example.org><alice><.><incoming>[se cret]"
    );
}

#[test]
fn a_clean_slate_and_values_that_mean_nothing_are_refused_before_anything_runs() {
    for (input, value) in [
        ("dangerous-clean-slate", "true"),
        ("dangerous-clean-slate", "yes"),
        ("dry-run", "ture"),
        ("dry-run", ""),
        ("protocol", "sftp"),
        ("mode", "mirror"),
        ("security", "loose"),
        ("timeout", "1s"),
        ("timeout", "123456789"),
        ("log-level", "debug"),
    ] {
        let output = Deployment::new().run(&[(input, value)]);
        assert_eq!(output.status.code(), Some(2), "{input}: {value}: {output:?}");
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.starts_with("::error::") && said.contains(input), "{said}");
    }
}

#[test]
fn text_in_an_input_is_never_run() {
    let evil = [("server", "x$(touch /tmp/no);`id`"), ("exclude", "a\"; id; $(id)")];
    let arguments = Deployment::new().arguments(&evil);
    assert!(arguments.contains("<x$(touch /tmp/no);`id`>") && arguments.contains("<--exclude=a\"; id; $(id)>"));
}

#[test]
fn the_guide_names_every_input_of_the_action() {
    let (_, recipe) = GUIDE.split_once("### The action\n").unwrap();
    let recipe = recipe.split("\n### ").next().unwrap();
    for (name, _) in Deployment::new().defaults {
        assert!(recipe.contains(&format!("`{name}")) || recipe.contains(&format!("          {name}: ")), "no {name}");
    }
}
