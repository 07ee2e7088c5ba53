//! `cargo xtask cjk --python PATH`: writes the tables of the Chinese, Japanese and Korean codecs of `crates/text`, by what
//! the reference decodes and encodes (`cjk_facts.py`).

use std::path::Path;
use std::process::{Command, ExitCode};

/// Runs the command with the arguments after `cjk`.
pub fn run(args: &[String]) -> ExitCode {
    let [flag, python] = args else { return usage() };
    if flag != "--python" {
        return usage();
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let status =
        Command::new(python).arg(root.join("src/cjk_facts.py")).arg(root.join("../text/src/cjk")).status();
    match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{python}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    eprintln!("usage: cargo xtask cjk --python PATH");
    ExitCode::FAILURE
}
