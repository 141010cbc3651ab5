//! The package for npm (`embedding/node/`): `npm pack`, `npm install`, and TypeScript's compiler.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use xtask::time_limit;

use crate::{Lab, Outcome, Problem, javascript};

/// TypeScript's compiler, and the types of Node that it needs: about 35 MB.
const COMPILER: [&str; 2] = ["typescript@7.0.2", "@types/node@20.19.0"];

/// The user's program.
const PROGRAM: &str = "\
import { upload } from 'ftp-uploader';
const [host, port, user, file, directory] = process.argv.slice(2);
const password = process.env.FTP_PASSWORD ?? '';
const stored = await upload({ host, port: Number(port), user, password, file, directory });
console.log(`${stored.size} bytes, ${stored.proof}`);
";

/// If the package had no types, no line of this would be wrong, and the compiler reports that.
const WRONG: &str = "\
import { upload } from 'ftp-uploader';
const given = { host: 'h', user: 'u', password: 'p', file: 'f', directory: 'd' };
// @ts-expect-error
await upload({ ...given, port: '21' });
// @ts-expect-error
await upload({ ...given, tls: 'on' });
// @ts-expect-error
(await upload(given)).sent;
";

pub(crate) fn run(lab: &Lab) -> Outcome {
    let example = javascript::install(lab)?;
    fs::copy(&lab.components.guest, example.join("ftp-uploader.wasm"))?;
    let folder = tempfile::tempdir_in(lab.install_folder("packages")?)?;
    let mut pack = Command::new("npm");
    pack.args(["pack", "--loglevel=error", "--pack-destination"]).arg(folder.path()).current_dir(&example);
    let packed = super::succeed(lab, &mut pack)?;
    let file = packed.stdout.lines().last().unwrap_or_default().to_owned();
    fs::write(folder.path().join("package.json"), "{\"private\": true, \"type\": \"module\"}\n")?;
    let mut install = javascript::npm_install(folder.path());
    super::succeed(lab, install.arg("--offline").arg(format!("./{file}")))?;
    let compiler = compiler(lab)?;
    let program = folder.path().join("program.mjs");
    fs::write(&program, PROGRAM)?;
    fs::write(folder.path().join("wrong.mjs"), WRONG)?;
    check_types(lab, &compiler, folder.path(), &["program.mjs", "wrong.mjs"])?;
    // The package itself must be what its types say; index.mjs asks for the check by a comment.
    check_types(lab, &compiler, &example, &["index.mjs"])?;
    super::upload(lab, "npm package", Command::new("node").arg(&program))
}

/// Fetches the compiler, if it is missing. Returns the folder with its packages.
fn compiler(lab: &Lab) -> Result<PathBuf, Problem> {
    let folder = lab.install_folder("typescript")?;
    let ready = folder.join("ready");
    let wanted = COMPILER.join(" ");
    if fs::read_to_string(&ready).is_ok_and(|installed| installed == wanted) {
        return Ok(folder.join("node_modules"));
    }
    fs::write(folder.join("package.json"), "{\"private\": true}\n")?;
    let mut npm = javascript::npm_install(&folder);
    time_limit::fetch(npm.args(COMPILER), super::LIMIT)
        .map_err(|why| Problem::Missing(format!("TypeScript could not be installed: npm {why}")))?;
    fs::write(ready, wanted)?;
    Ok(folder.join("node_modules"))
}

fn check_types(lab: &Lab, compiler: &Path, folder: &Path, files: &[&str]) -> Result<(), Problem> {
    let settings = format!(
        r#"{{
  "compilerOptions": {{
    "strict": true, "noImplicitAny": false, "noEmit": true, "allowJs": true, "checkJs": {}, "module": "nodenext",
    "target": "es2022", "types": ["node"], "typeRoots": [{:?}]
  }},
  "files": {files:?}
}}
"#,
        files.len() > 1,
        compiler.join("@types")
    );
    let project = folder.join("tsconfig.json");
    fs::write(&project, settings)?;
    let mut tsc = Command::new("node");
    tsc.arg(compiler.join("typescript/bin/tsc")).arg("--project").arg(project);
    super::succeed(lab, &mut tsc).map(drop)
}
