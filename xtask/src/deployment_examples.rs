//! Checks the examples of unattended runs: the workflows in `examples/ci/`, the systemd units, the container, and the
//! commands in docs/guide.md.
//!
//! No service runs the workflows here, and no container is built. The checks are of their form: they are YAML with the keys that a deployment needs,
//! secrets are only in the environment of the one step that needs them, and the guide shows them as they are. Every option
//! that the guide or a workflow names is an option of the program.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use saphyr::{LoadableYamlNode, Yaml};
use test_servers::skips::skipped;

const GUIDE: &str = include_str!("../../docs/guide.md");
const README: &str = include_str!("../../README.md");
const GITHUB: &str = include_str!("../../examples/ci/github-deploy.yml");
const GITLAB: &str = include_str!("../../examples/ci/gitlab-deploy.yml");

/// The name of the units, without their endings.
const UNIT: &str = "ftp-uploader-report";
const TIMER: &str = include_str!("../../examples/systemd/ftp-uploader-report.timer");
const SERVICE: &str = include_str!("../../examples/systemd/ftp-uploader-report.service");
const CONTAINER: &str = include_str!("../../examples/container/Containerfile");

/// The help text of an upload, and the options of `sync`.
const HELP: &str = include_str!("../../cli/src/args/help/snapshots/ftp_uploader__args__help__tests__upload_long.snap");
const SYNC: &str = include_str!("../../cli/src/args/sync.rs");

/// The command of a deployment with its options.
const DEPLOY: &str = "ftp-uploader sync --manifest --compare manifest --delete own";

const SECRETS: [&str; 3] = ["FTP_HOST", "FTP_USERNAME", "FTP_PASSWORD"];

#[test]
fn the_guide_shows_the_workflows_as_they_are() {
    for file in [GITHUB, GITLAB] {
        assert!(GUIDE.contains(&format!("```yaml\n{file}```\n")), "docs/guide.md differs from {file}");
    }
}

#[test]
fn the_github_workflow_deploys_once_at_a_time_and_gives_secrets_to_one_step_alone() {
    let workflow = parse(GITHUB);
    assert_eq!(workflow["permissions"]["contents"].as_str(), Some("read"));
    assert_eq!(workflow["concurrency"]["cancel-in-progress"].as_bool(), Some(false));
    assert!(workflow["concurrency"]["group"].as_str().is_some());
    let job = &workflow["jobs"]["deploy"];
    assert!(job["runs-on"].as_str().is_some() && job["timeout-minutes"].as_integer().is_some());
    let steps = job["steps"].as_sequence().unwrap();
    for step in steps {
        assert!(step.contains_mapping_key("uses") != step.contains_mapping_key("run"), "{step:?}");
        let has_version = |uses: &str| uses.contains('@');
        assert!(step.as_mapping_get("uses").is_none_or(|uses| uses.as_str().is_some_and(has_version)), "{step:?}");
        let run = step.as_mapping_get("run").and_then(Yaml::as_str).unwrap_or_default();
        assert!(!run.contains("${{"), "an expression becomes part of a script: {run}");
    }
    let with_secrets: Vec<_> = steps.iter().filter(|step| step.contains_mapping_key("env")).collect();
    let [deploy] = with_secrets[..] else { panic!("{with_secrets:?}") };
    for secret in SECRETS {
        assert_eq!(deploy["env"][secret].as_str(), Some(&*format!("${{{{ secrets.{secret} }}}}")));
    }
    assert_eq!(GITHUB.matches("secrets.").count(), SECRETS.len());
    assert_deploys(deploy["run"].as_str().unwrap());
}

#[test]
fn the_gitlab_job_deploys_once_at_a_time_and_names_no_secret() {
    let pipeline = parse(GITLAB);
    let job = &pipeline["deploy"];
    assert!(job["resource_group"].as_str().is_some() && job["image"].as_str().is_some());
    assert_eq!(job["interruptible"].as_bool(), Some(false));
    assert_eq!(job["stage"].as_str(), pipeline["stages"][0].as_str());
    assert!(job["rules"][0]["if"].as_str().is_some());
    let script: Vec<_> = job["script"].as_sequence().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    assert!(script.iter().all(|line| !line.contains("FTP_PASSWORD")));
    assert!(SECRETS.iter().all(|name| !pipeline["variables"].contains_mapping_key(name)));
    assert_deploys(script.last().unwrap());
}

#[test]
fn systemd_takes_the_units() {
    let Ok(version) = Command::new("systemd-analyze").arg("--version").output() else {
        // Not counted as skipped: a machine without systemd is no incomplete one, and the next test looks at the units, too.
        eprintln!("no `systemd-analyze` to check the units in examples/systemd");
        return;
    };
    assert!(version.status.success());
    // In a container, the command may fail before it looks at a unit.
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(format!("{UNIT}.service")), SERVICE.replace("DynamicUser=yes", "DynamicUser=x"))
        .unwrap();
    fs::write(folder.path().join(format!("{UNIT}.timer")), TIMER).unwrap();
    if complaints(folder.path()).is_empty() {
        return skipped("`systemd-analyze verify` finds no fault in a broken unit");
    }
    assert_eq!(complaints(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/systemd")), [""; 0]);
}

/// Returns the complaints of systemd about our units in a folder.
fn complaints(folder: &Path) -> Vec<String> {
    let timer = folder.join(format!("{UNIT}.timer"));
    let checked = Command::new("systemd-analyze").arg("verify").arg(timer).output().unwrap();
    let complaints = String::from_utf8_lossy(&checked.stderr);
    // Complaints about other units of this machine, and about the program, which is not installed, are none about ours.
    let ours = complaints.lines().filter(|line| line.contains(UNIT));
    ours.filter(|line| !line.contains("not executable")).map(str::to_owned).collect()
}

#[test]
fn the_service_has_its_password_from_systemd_and_repeats_only_what_may_pass() {
    let values = |key: &str| SERVICE.lines().filter_map(|line| line.strip_prefix(key)).collect::<Vec<_>>();
    let [password] = values("LoadCredential=")[..] else { panic!("no password") };
    let name = password.split(':').next().unwrap();
    let [command] = values("ExecStart=")[..] else { panic!("no command") };
    assert!(command.contains(&format!("--password-file %d/{name}")), "{command}");
    assert!(GUIDE.contains(&format!("ExecStart={command}\n")), "docs/guide.md shows another command");
    // A refused login and an unknown outcome are not repeated.
    let [never] = values("RestartPreventExitStatus=")[..] else { panic!("every failure is repeated") };
    assert!(["1", "2", "6", "10"].iter().all(|code| never.split(' ').any(|listed| listed == *code)), "{never}");
    assert_eq!(values("DynamicUser="), ["yes"]);
}

#[test]
fn the_container_holds_only_the_static_program_and_certificates_without_root_and_without_a_secret() {
    let (build, image) = CONTAINER.split_once("\nFROM scratch\n").unwrap();
    assert!(
        build.contains("--locked") && build.contains("-unknown-linux-musl") && build.contains("ca-certificates.crt")
    );
    assert!(image.contains("USER 65534") && !image.contains("RUN "), "{image}");
    let entry = image.lines().find_map(|line| line.strip_prefix("ENTRYPOINT ")).unwrap();
    assert!(build.contains(&format!(" /image{} ", entry.trim_matches(['[', ']', '"']))), "{entry}");
    assert!(!CONTAINER.contains("PASSWORD"), "an image keeps its variables and arguments");
}

#[test]
fn broken_workflows_are_noticed() {
    assert!(Yaml::load_from_str(&GITHUB.replace("  deploy:\n", "  deploy\n")).is_err());
    assert!(Yaml::load_from_str(&GITLAB.replace("[deploy]", "[deploy")).is_err());
}

#[test]
fn every_option_in_the_examples_and_in_the_guide_exists() {
    let known = options_of_the_program();
    assert!(known.len() > 40 && known.contains("--max-delete"), "{known:?}");
    let commands = [GUIDE, README, GITHUB, GITLAB, SERVICE].into_iter().flat_map(commands).collect::<Vec<_>>();
    assert!(commands.len() > 10, "{commands:?}");
    let rows = GUIDE.lines().filter(|line| line.starts_with('|')).filter_map(|row| row.rsplit(" | ").nth(1));
    let named = commands.iter().map(String::as_str).chain(rows).flat_map(options_in);
    assert_eq!(named.filter(|option| !known.contains(*option)).collect::<Vec<_>>(), [""; 0]);
    assert_eq!(options_in("x `--no-such` --a=b -q").collect::<Vec<_>>(), ["--no-such", "--a"]);
}

fn parse(text: &str) -> Yaml<'_> {
    let documents = Yaml::load_from_str(text).unwrap();
    assert_eq!(documents.len(), 1);
    documents.into_iter().next().unwrap()
}

/// Checks that a script runs the deployment, with the user and the server from the environment.
fn assert_deploys(script: &str) {
    let line = script.replace("\\\n", " ").split_whitespace().collect::<Vec<_>>().join(" ").replace('"', "");
    assert!(line.contains(DEPLOY) && line.ends_with("$FTP_HOST $FTP_USERNAME public public_html"), "{line}");
}

/// Returns the arguments of the program in the commands of a text, each without its line breaks.
fn commands(text: &str) -> Vec<String> {
    let joined = text.replace("\\\n", " ");
    joined
        .lines()
        // The package has the name of the program.
        .filter(|line| !line.contains("cargo build"))
        .filter_map(|line| line.rsplit_once("ftp-uploader "))
        // The options behind the name of the package are those of cargo.
        .filter(|(before, _)| !before.contains("cargo "))
        .map(|(_, arguments)| arguments.to_owned())
        .collect()
}

/// Returns the long options in a text, without their values.
fn options_in(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
    words.filter(|word| {
        word.strip_prefix("--").is_some_and(|name| name.starts_with(|first: char| first.is_alphabetic()))
    })
}

/// Returns the long options of the program: those of an upload by its help text, and those of `sync` by their declaration.
fn options_of_the_program() -> BTreeSet<String> {
    options_in(HELP).map(str::to_owned).chain(declared(SYNC)).collect()
}

/// Returns the options of the fields with `#[arg(… long …)]`: the name that is given there, or that of the field.
fn declared(source: &str) -> Vec<String> {
    let fields = source.split("#[arg(").skip(1).filter_map(|rest| rest.split_once("pub "));
    let with_names = fields.filter_map(|(attribute, rest)| Some((attribute, rest.split_once(':')?.0)));
    let long = with_names.filter(|(attribute, _)| attribute.contains("long"));
    long.map(|(attribute, field)| {
        let given = attribute.split_once("long = \"").and_then(|(_, rest)| rest.split('"').next());
        format!("--{}", given.unwrap_or(field).replace('_', "-"))
    })
    .collect()
}
