//! Damages a compiled program in many ways and runs each variant: any exception will do, a crash, an abort or a panic will not.
//!
//! The variants follow from their numbers alone, so that one that failed can be made again.

use crate::arguments::Arguments;
use crate::{places, process};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use std::{fs, io, thread};

const HELP: &str = "usage: cargo xtask robustness [--taipan BIN] [--variants N] [--from N] [--jobs N]

Compiles tests/robustness/sample.py, and runs N variants (default: 10000) of the .pyc, each truncated or with some bits changed.
A variant that ends by a signal or a panic, or takes more than a second, is kept in target/robustness/.";

/// Endings that no Python program brings about: a panic of Rust's, the status that the command gives one, an abort.
const FATAL: [i32; 2] = [101, 134];

/// Runs the command.
pub fn run(arguments: &[String]) -> ExitCode {
    let mut arguments = Arguments::new(arguments);
    if arguments.switch("--help") {
        println!("{HELP}");
        return ExitCode::SUCCESS;
    }
    let variants = arguments.number("--variants", 10_000) as usize;
    let from = arguments.number("--from", 0) as usize;
    let jobs = arguments.number("--jobs", 2) as usize;
    let taipan = places::taipan(arguments.value("--taipan").as_deref());
    if arguments.rest().is_none() {
        return ExitCode::from(2);
    }
    let Some(taipan) = taipan else {
        eprintln!("xtask robustness: no interpreter found (see --help)");
        return ExitCode::from(2);
    };
    match check(&taipan, from, variants, jobs) {
        Ok((passed, failed)) => {
            println!("robustness: {passed} passed, {failed} failed");
            ExitCode::from(u8::from(failed > 0))
        }
        Err(error) => {
            eprintln!("xtask robustness: {error}");
            ExitCode::from(2)
        }
    }
}

/// Runs the variants from a number on; how many ended well and badly.
pub fn check(taipan: &Path, from: usize, variants: usize, jobs: usize) -> io::Result<(usize, usize)> {
    let folder = places::target().join("robustness");
    fs::create_dir_all(&folder)?;
    let compiled = folder.join("sample.pyc");
    let source = places::root().join("tests/robustness/sample.py");
    let program = "import py_compile, sys; py_compile.compile(sys.argv[1], sys.argv[2], doraise=True)";
    let status = Command::new(taipan).args(["-I", "-c", program]).arg(&source).arg(&compiled).status()?;
    if !status.success() {
        return Err(io::Error::other("the sample does not compile"));
    }
    let good = fs::read(&compiled)?;
    let (next, failed) = (AtomicUsize::new(from), AtomicUsize::new(0));
    thread::scope(|scope| {
        for job in 0..jobs.max(1) {
            let (next, failed, good, folder) = (&next, &failed, &good, &folder);
            scope.spawn(move || {
                let file = folder.join(format!("variant-{job}.pyc"));
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= from + variants {
                        break;
                    }
                    if let Err(trouble) = one(taipan, &file, &variant(good, number)) {
                        failed.fetch_add(1, Ordering::Relaxed);
                        let kept = folder.join(format!("failed-{number}.pyc"));
                        let _ = fs::rename(&file, &kept);
                        println!("variant {number}: {trouble} ({})", kept.display());
                    }
                }
            });
        }
    });
    let failed = failed.into_inner();
    Ok((variants - failed, failed))
}

fn one(taipan: &Path, file: &Path, bytes: &[u8]) -> Result<(), String> {
    fs::write(file, bytes).map_err(|error| error.to_string())?;
    let mut command = Command::new(taipan);
    command.args(["-I", "-S"]).arg(file).env("PYTHONHASHSEED", "0");
    let outcome = process::run(&mut command, b"", Duration::from_secs(10)).map_err(|e| e.to_string())?;
    // A damaged jump may well make an endless loop.
    if outcome.timed_out {
        return Ok(());
    }
    if outcome.status < 0 || FATAL.contains(&outcome.status) {
        let error = String::from_utf8_lossy(&outcome.error).into_owned();
        return Err(format!("status {}: {:.300}", outcome.status, error));
    }
    Ok(())
}

/// The variant with a number: cut off, or with one to eight bits changed. The header stays, or nothing would be read.
fn variant(good: &[u8], number: usize) -> Vec<u8> {
    const HEADER: usize = 16;
    let mut state = (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as usize % below.max(1)
    };
    let mut bytes = good.to_vec();
    if number.is_multiple_of(5) {
        bytes.truncate(HEADER + random(good.len() - HEADER));
        return bytes;
    }
    for _ in 0..=random(8) {
        let at = HEADER + random(good.len() - HEADER);
        bytes[at] ^= 1 << random(8);
    }
    bytes
}

#[cfg(test)]
mod tests {
    #[test]
    fn variants_differ_and_can_be_made_again() {
        let good = vec![7; 200];
        assert_eq!(super::variant(&good, 3), super::variant(&good, 3));
        assert_ne!(super::variant(&good, 3), good);
        assert!(super::variant(&good, 5).len() < good.len());
    }
}
