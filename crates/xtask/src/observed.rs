//! What a program printed and how it ended, made comparable: a fixed environment, an empty folder to run in, and places written
//! by name (`{work}`, `{dir}`, `{lib}`, `0x…`).

use crate::process;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{fs, io};

/// What a program did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Observed {
    pub output: String,
    pub error: String,
    pub status: i32,
}

impl Observed {
    /// What differs from what was recorded, if something does.
    pub fn trouble(&self, recorded: &Observed) -> Option<String> {
        if recorded == self {
            return None;
        }
        let mut trouble = String::new();
        if recorded.status != self.status {
            trouble += &format!("  status {} instead of {}\n", self.status, recorded.status);
        }
        trouble += &difference("output", &recorded.output, &self.output);
        trouble += &difference("error", &recorded.error, &self.error);
        Some(trouble)
    }
}

/// An empty folder that goes with the value.
pub struct Scratch(pub PathBuf);

impl Scratch {
    /// A folder of this name, below the system's temporary one.
    pub fn new(name: &str) -> io::Result<Scratch> {
        let folder = std::env::temp_dir().join(format!("taipan-program-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder)?;
        Ok(Scratch(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Where an interpreter has its standard library; something that is nowhere if it does not say.
pub fn library_of(interpreter: &Path) -> String {
    let program = "import os; print(os.path.dirname(os.__file__))";
    let output = Command::new(interpreter).args(["-I", "-c", program]).output();
    let text =
        output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
    if text.starts_with('/') { text } else { "\0".to_owned() }
}

/// Runs the interpreter with these arguments in a folder. `names` says what else is written how.
pub fn observe(
    interpreter: &Path,
    arguments: &[OsString],
    folder: &Scratch,
    input: &[u8],
    names: &[(&str, &str)],
    limit: Duration,
) -> io::Result<Observed> {
    let mut command = Command::new(interpreter);
    command.args(arguments).current_dir(&folder.0).env_clear();
    for (name, value) in [
        ("PATH", "/usr/bin:/bin"),
        ("LANG", "C.UTF-8"),
        ("TZ", "UTC"),
        ("COLUMNS", "80"),
        ("NO_COLOR", "1"),
        ("PYTHONHASHSEED", "0"),
        ("PYTHONDONTWRITEBYTECODE", "1"),
    ] {
        command.env(name, value);
    }
    command.env("HOME", &folder.0).env("TMPDIR", &folder.0);
    let outcome = process::run(&mut command, input, limit)?;
    if outcome.timed_out {
        return Err(io::Error::other(format!("no end after {} s", limit.as_secs())));
    }
    let work = folder.0.to_string_lossy().into_owned();
    let text = |bytes: &[u8]| {
        let mut text = String::from_utf8_lossy(bytes).into_owned();
        for (place, name) in names.iter().chain([&(work.as_str(), "{work}")]) {
            text = text.replace(place, name);
        }
        without_library_lines(&without_addresses(&text))
    };
    Ok(Observed { output: text(&outcome.output), error: text(&outcome.error), status: outcome.status })
}

/// The text with `…` in the place of line numbers in the standard library's files, which differ from version to version. What
/// such an entry shows of the file goes too.
fn without_library_lines(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut inside = false;
    for line in text.split_inclusive('\n') {
        let entry = line.trim_start().strip_prefix("File \"");
        match entry {
            Some(rest) => {
                inside = rest.starts_with("{lib}") || rest.starts_with("<frozen ");
                match line.split_once("\", line ") {
                    Some((head, tail)) if inside => {
                        let tail = tail.trim_start_matches(|c: char| c.is_ascii_digit());
                        result += &format!("{head}\", line …{tail}");
                    }
                    _ => result += line,
                }
            }
            None => {
                inside &= line.starts_with("    ");
                if !inside {
                    result += line;
                }
            }
        }
    }
    result
}

/// The text with `0x…` in the place of addresses, which differ from run to run.
fn without_addresses(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut parts = text.split(" at 0x");
    result += parts.next().unwrap_or_default();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_hexdigit).count();
        result += if digits >= 8 { " at 0x…" } else { " at 0x" };
        result += if digits >= 8 { &part[digits..] } else { part };
    }
    result
}

/// The first lines that differ.
fn difference(name: &str, expected: &str, found: &str) -> String {
    if expected == found {
        return String::new();
    }
    let (mut left, mut right) = (expected.lines(), found.lines());
    let mut number = 0;
    loop {
        number += 1;
        let pair = (left.next(), right.next());
        if pair.0 != pair.1 || pair == (None, None) {
            let shown = |line: Option<&str>| line.map_or("(end)".to_owned(), |line| format!("{line:.300}"));
            let mut text = format!(
                "  {name}, line {number}:\n    expected: {}\n    found:    {}\n",
                shown(pair.0),
                shown(pair.1)
            );
            for line in right.take(4) {
                text += &format!("              {line:.300}\n");
            }
            return text;
        }
    }
}
