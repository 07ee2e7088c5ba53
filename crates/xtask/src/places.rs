//! Where things are: the workspace, the built interpreter, the reference.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The workspace's folder.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// The folder into which cargo builds.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The interpreter: what was asked for, or the newest of what cargo has built.
pub fn taipan(asked: Option<&str>) -> Option<PathBuf> {
    if let Some(asked) = asked {
        return Some(absolute(asked));
    }
    let built = ["release", "quick", "debug"].map(|profile| target().join(profile).join("taipan"));
    let dated = |path: &PathBuf| path.metadata().and_then(|data| data.modified()).ok();
    built.into_iter().filter(|path| path.is_file()).max_by_key(dated)
}

/// CPython 3.14: what was asked for or `TAIPAN_REFERENCE` names; else `python3.14` on the path, or the one that `.ci/reference`
/// has fetched. Only if it runs.
pub fn python(asked: Option<&str>) -> Option<PathBuf> {
    let variable = std::env::var("TAIPAN_REFERENCE").ok();
    let named = asked
        .or(variable.as_deref())
        .map(|name| if name.contains('/') { absolute(name) } else { name.into() });
    let fetched = root().join("target/reference/usr/bin/python3.14");
    let candidates = named.map_or_else(|| vec!["python3.14".into(), fetched], |path| vec![path]);
    candidates.into_iter().find(|path| is_reference(path))
}

fn is_reference(python: &Path) -> bool {
    let check =
        "import sys; sys.exit(sys.version_info[:2] != (3, 14) or sys.implementation.name != 'cpython')";
    let status = Command::new(python).args(["-I", "-c", check]).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// What a run of the reference prints for an expression, without the last newline.
pub fn ask(python: &Path, expression: &str) -> Option<String> {
    let program = format!("import sys, os, sysconfig; print({expression})");
    let output = Command::new(python).args(["-I", "-c", &program]).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}

fn absolute(path: &str) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| PathBuf::from(path))
}
