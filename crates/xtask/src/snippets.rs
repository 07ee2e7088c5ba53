//! Runs the short programs of `tests/snippets` and compares what they print with what the reference printed.
//!
//! A file holds many of them. Each begins with a line `=== TITLE`, and goes on with these parts, of which only the program must
//! be there:
//!
//! - `$ ARGUMENTS`: the command line (default: `snippet.py`; the program is also at hand as `$PROGRAM`, one argument, for `-c`);
//!   words are parted by blanks, `'…'` holds one together, and `NAME=VALUE` words before the rest set variables;
//! - the program, written to `snippet.py` in the folder where it runs; a line `@@ PATH` begins another file there,
//!   `@@ <` what it reads from standard input;
//! - `--- output`, `--- error`, `--- status N`: what was recorded (`--record` writes these).

use crate::arguments::Arguments;
use crate::observed::{self, Observed, Scratch, library_of};
use crate::places;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use std::{fs, io, thread};

const HELP: &str = "usage: cargo xtask snippets [--taipan BIN] [--python PATH] [--record] [--jobs N] [--timeout S] [names…]

Runs the short programs of tests/snippets/*.txt (names: of files, or FILE:TITLE) and compares output, errors and exit status with
what is recorded. --record runs the reference instead and writes what it printed into the files. A title that begins with
\"pending: \" names one that does not pass yet; once it passes, that counts as a failure too.";

/// One short program.
#[derive(Clone, Debug, Default)]
struct Snippet {
    title: String,
    command: Option<String>,
    program: String,
    recorded: Option<Observed>,
}

/// Runs the command.
pub fn run(arguments: &[String]) -> ExitCode {
    let mut arguments = Arguments::new(arguments);
    if arguments.switch("--help") {
        println!("{HELP}");
        return ExitCode::SUCCESS;
    }
    let record = arguments.switch("--record");
    let jobs = arguments.number("--jobs", 2) as usize;
    let limit = Duration::from_secs(arguments.number("--timeout", 60));
    let (taipan, python) = (arguments.value("--taipan"), arguments.value("--python"));
    let Some(names) = arguments.rest() else { return ExitCode::from(2) };
    let interpreter =
        if record { places::python(python.as_deref()) } else { places::taipan(taipan.as_deref()) };
    let Some(interpreter) = interpreter else {
        eprintln!("xtask snippets: no interpreter found (see --help)");
        return ExitCode::from(2);
    };
    let interpreter = found_on_path(&interpreter);
    match check(&interpreter, &names, record, jobs, limit) {
        Ok((passed, failed)) => {
            println!("snippets: {passed} passed, {failed} failed");
            ExitCode::from(u8::from(failed > 0))
        }
        Err(error) => {
            eprintln!("xtask snippets: {error}");
            ExitCode::from(2)
        }
    }
}

/// A program without a folder, with the folder of the path in which it is: the path is not passed on.
fn found_on_path(program: &Path) -> PathBuf {
    if program.components().count() > 1 {
        return program.to_owned();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
        .unwrap_or_else(|| program.to_owned())
}

/// Runs the snippets; how many passed and failed.
pub fn check(
    interpreter: &Path,
    names: &[String],
    record: bool,
    jobs: usize,
    limit: Duration,
) -> io::Result<(usize, usize)> {
    let mut files: Vec<PathBuf> = fs::read_dir(places::root().join("tests/snippets"))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    files.sort();
    let library = library_of(interpreter);
    let (mut passed, mut failed) = (0, 0);
    for file in files {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let wanted = |title: &str| {
            names.is_empty()
                || names.iter().any(|name| match name.split_once(':') {
                    Some((file, part)) => file == stem && title.contains(part),
                    None => *name == stem,
                })
        };
        let mut snippets = parse(&fs::read_to_string(&file)?)
            .map_err(|error| io::Error::other(format!("{}: {error}", file.display())))?;
        let chosen: Vec<usize> = (0..snippets.len()).filter(|&at| wanted(&snippets[at].title)).collect();
        if chosen.is_empty() {
            continue;
        }
        let observed = observe_all(interpreter, &library, &stem, &snippets, &chosen, jobs, limit);
        for (at, observed) in observed {
            let snippet = &mut snippets[at];
            let title = snippet.title.clone();
            let trouble = match (observed, &snippet.recorded) {
                (Err(error), _) => Some(format!("  {error}\n")),
                (Ok(observed), _) if record => {
                    snippet.recorded = Some(observed);
                    None
                }
                (Ok(_), None) => {
                    Some("  nothing is recorded: run `cargo xtask snippets --record`\n".to_owned())
                }
                (Ok(observed), Some(recorded)) => observed.trouble(recorded),
            };
            let trouble = match (trouble, title.starts_with("pending: ") && !record) {
                (Some(_), true) => continue,
                (None, true) => Some("  passes now: take \"pending: \" out of its title\n".to_owned()),
                (trouble, false) => trouble,
            };
            match trouble {
                Some(trouble) => {
                    failed += 1;
                    println!("{stem}:{title}: FAILED\n{trouble}");
                }
                None => passed += 1,
            }
        }
        if record {
            fs::write(&file, written(&snippets))?;
        }
    }
    Ok((passed, failed))
}

/// Runs the chosen snippets of a file, several at once; what they did, in order.
fn observe_all(
    interpreter: &Path,
    library: &str,
    stem: &str,
    snippets: &[Snippet],
    chosen: &[usize],
    jobs: usize,
    limit: Duration,
) -> Vec<(usize, io::Result<Observed>)> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..jobs.max(1) {
            scope.spawn(|| {
                while let Some(&at) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let name = format!("{stem}-{at}");
                    let result = observe(interpreter, library, &name, &snippets[at], limit);
                    results.lock().unwrap_or_else(PoisonError::into_inner).push((at, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(at, _)| *at);
    results
}

fn observe(
    interpreter: &Path,
    library: &str,
    name: &str,
    snippet: &Snippet,
    limit: Duration,
) -> io::Result<Observed> {
    let folder = Scratch::new(name)?;
    let (mut program, mut input) = (String::new(), String::new());
    let mut others: Vec<(String, String)> = Vec::new();
    for line in snippet.program.split_inclusive('\n') {
        match (line.strip_prefix("@@ "), others.last_mut()) {
            (Some(path), _) => others.push((path.trim().to_owned(), String::new())),
            (None, Some((_, text))) => text.push_str(line),
            (None, None) => program.push_str(line),
        }
    }
    fs::write(folder.0.join("snippet.py"), &program)?;
    for (path, text) in others {
        if path == "<" {
            input = text;
            continue;
        }
        let path = folder.0.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, text)?;
    }
    let mut words = words(snippet.command.as_deref().unwrap_or("snippet.py"));
    let variables = words
        .iter()
        .take_while(|word| {
            word.split_once('=').is_some_and(|(name, _)| {
                !name.is_empty()
                    && name.bytes().all(|b| b == b'_' || b.is_ascii_uppercase() || b.is_ascii_digit())
            })
        })
        .count();
    let mut arguments: Vec<OsString> = words.drain(..variables).map(OsString::from).collect();
    // `env` sets the variables, so that the fixed ones can be overridden.
    if variables > 0 {
        arguments.push(interpreter.into());
    }
    arguments
        .extend(words.into_iter().map(|word| OsString::from(word.replace("$PROGRAM", program.trim_end()))));
    let interpreter_name = interpreter.to_string_lossy().into_owned();
    let names = [(interpreter_name.as_str(), "{python}"), (library, "{lib}")];
    let runner = if variables > 0 { Path::new("/usr/bin/env") } else { interpreter };
    observed::observe(runner, &arguments, &folder, input.as_bytes(), &names, limit)
}

/// A command line in words.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut begun, mut quoted) = (String::new(), false, false);
    for c in text.chars() {
        match c {
            '\'' => {
                quoted = !quoted;
                begun = true;
            }
            ' ' if !quoted => {
                if begun {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            c => {
                word.push(c);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}

/// Where a line of a file belongs.
enum Part {
    Program,
    Output,
    Error,
}

fn parse(text: &str) -> Result<Vec<Snippet>, String> {
    let mut snippets: Vec<Snippet> = Vec::new();
    let mut part = Part::Program;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let bare = line.trim_end_matches('\n');
        if let Some(title) = bare.strip_prefix("=== ") {
            if snippets.iter().any(|s| s.title == title) {
                return Err(format!("line {}: a second {title:?}", number + 1));
            }
            snippets.push(Snippet { title: title.to_owned(), ..Snippet::default() });
            part = Part::Program;
            continue;
        }
        let Some(snippet) = snippets.last_mut() else {
            return Err(format!("line {}: before the first ===", number + 1));
        };
        if let Some(rest) = bare.strip_prefix("--- ") {
            let recorded = snippet.recorded.get_or_insert_default();
            match rest.split_once(' ').unwrap_or((rest, "")) {
                ("output", _) => part = Part::Output,
                ("error", _) => part = Part::Error,
                ("status", status) => {
                    recorded.status =
                        status.parse().map_err(|_| format!("line {}: no status", number + 1))?;
                }
                _ => return Err(format!("line {}: no such part", number + 1)),
            }
            continue;
        }
        // A recorded line that looks like one of ours is written with a backslash before it.
        let line = line.strip_prefix('\\').filter(|l| special(l)).unwrap_or(line);
        match (&part, &mut snippet.recorded) {
            (Part::Output, Some(recorded)) => recorded.output.push_str(line),
            (Part::Error, Some(recorded)) => recorded.error.push_str(line),
            _ if snippet.program.is_empty() && snippet.command.is_none() && bare.starts_with("$ ") => {
                snippet.command = Some(bare[2..].to_owned());
            }
            _ => snippet.program.push_str(line),
        }
    }
    for snippet in &mut snippets {
        if let Some(recorded) = &mut snippet.recorded {
            for text in [&mut recorded.output, &mut recorded.error] {
                // The last line's end is part of the format; one that is missing in the output is marked.
                if let Some(cut) = text.strip_suffix(NO_END) {
                    *text = cut.to_owned();
                }
            }
        }
    }
    Ok(snippets)
}

/// Stands after a recorded text that does not end with a line's end.
const NO_END: &str = "…no newline\n";

fn special(line: &str) -> bool {
    ["=== ", "--- ", "\\"].iter().any(|mark| line.starts_with(mark))
}

/// Appends a text whose lines may look like marks of the format.
fn add_text(out: &mut String, text: &str) {
    for line in text.split_inclusive('\n') {
        if special(line) {
            out.push('\\');
        }
        *out += line;
    }
    if !text.is_empty() && !text.ends_with('\n') {
        *out += NO_END;
    }
}

fn written(snippets: &[Snippet]) -> String {
    let mut out = String::new();
    for snippet in snippets {
        out += &format!("=== {}\n", snippet.title);
        if let Some(command) = &snippet.command {
            out += &format!("$ {command}\n");
        }
        add_text(&mut out, &snippet.program);
        let Some(recorded) = &snippet.recorded else { continue };
        for (name, text) in [("output", &recorded.output), ("error", &recorded.error)] {
            if !text.is_empty() {
                out += &format!("--- {name}\n");
                add_text(&mut out, text);
            }
        }
        if recorded.status != 0 || (recorded.output.is_empty() && recorded.error.is_empty()) {
            out += &format!("--- status {}\n", recorded.status);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{parse, words, written};

    #[test]
    fn a_file_is_written_as_it_was_read() {
        let text = "=== one\n$ -c 'a b'\nprint(1)\n--- output\n1\n=== two\n1/0\n--- error\n\\--- x\ny…no newline\n--- status 1\n";
        let snippets = parse(text).unwrap_or_default();
        assert_eq!(snippets.len(), 2);
        let recorded = snippets[1].recorded.clone().unwrap_or_default();
        assert_eq!((recorded.error.as_str(), recorded.status), ("--- x\ny", 1));
        assert_eq!(written(&snippets), text);
    }

    #[test]
    fn words_are_parted_by_blanks() {
        assert_eq!(words("-c 'a b' ''  x"), ["-c", "a b", "", "x"]);
    }
}
