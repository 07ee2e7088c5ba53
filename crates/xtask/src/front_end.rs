//! `cargo xtask bench front-end`: lines per second of lexer, parser and compiler over the standard library, beside CPython's
//! and (built with `--features ruff`) ruff's parser.
//!
//! Each round runs every stage once over all files, in turns; the figure is the median of the rounds. Files are read before.

use crate::arguments::Arguments;
use crate::places;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;
use std::{fs, io};
use taipan_bytecode::Name;
use taipan_compiler::{Mode, Options};
use taipan_syntax::SourceText;

/// A stage of ours, or of another's in this process.
struct Stage {
    name: &'static str,
    run: fn(&File),
}

struct File {
    path: String,
    text: String,
    source: SourceText,
}

const STAGES: &[Stage] = &[
    Stage {
        name: "taipan: tokens",
        run: |file| {
            let _ = black_box(taipan_syntax::lexer::lex(&file.source, Default::default()));
        },
    },
    Stage {
        name: "taipan: parse",
        run: |file| {
            let _ = black_box(taipan_compiler::parse(&file.source, Mode::Exec, &options()));
        },
    },
    Stage {
        name: "taipan: compile",
        run: |file| {
            let name = Name::from(file.path.clone());
            let _ = black_box(taipan_compiler::compile(&file.source, &name, Mode::Exec, &options()));
        },
    },
    #[cfg(feature = "ruff")]
    Stage {
        name: "ruff: parse",
        run: |file| {
            let _ = black_box(ruff_python_parser::parse_module(&file.text));
        },
    },
];

/// What CPython measures of itself: seconds for all files, one line for each stage and round.
const REFERENCE: &str = r#"
import ast, sys, time, warnings
warnings.simplefilter("ignore")
rounds = int(sys.argv[1])
files = []
for path in sys.stdin.read().split("\n"):
    if path:
        with open(path, encoding="utf-8") as file:
            files.append((file.read(), path))
for _ in range(rounds):
    for name, flags in (("parse", ast.PyCF_ONLY_AST), ("compile", 0)):
        start = time.perf_counter()
        for text, path in files:
            compile(text, path, "exec", flags, True)
        print(name, time.perf_counter() - start)
"#;

fn options() -> Options {
    Options { stack_budget: 128 << 20, ..Options::default() }
}

/// Runs the command.
pub fn run(arguments: &[String]) -> ExitCode {
    let mut arguments = Arguments::new(arguments);
    let python = places::python(arguments.value("--python").as_deref());
    let rounds = arguments.number("--runs", 5).max(1) as usize;
    let Some(python) = python else {
        eprintln!("xtask bench front-end: no CPython 3.14 found (--python)");
        return ExitCode::from(2);
    };
    // The parser and the compiler recurse.
    let worker = std::thread::Builder::new().stack_size(256 << 20).spawn(move || measure(&python, rounds));
    match worker.map(|worker| worker.join()) {
        Ok(Ok(Ok(()))) => ExitCode::SUCCESS,
        Ok(Ok(Err(error))) => {
            eprintln!("xtask bench front-end: {error}");
            ExitCode::from(2)
        }
        _ => ExitCode::from(2),
    }
}

fn measure(python: &Path, rounds: usize) -> io::Result<()> {
    let library = places::ask(python, "os.path.realpath(os.path.dirname(os.__file__))").unwrap_or_default();
    let mut paths = Vec::new();
    collect(Path::new(&library), &mut paths)?;
    paths.sort();
    let files: Vec<File> = paths.iter().filter_map(|path| load(path)).collect();
    let lines: usize = files.iter().map(|file| file.text.lines().count()).sum();
    println!("{} files, {lines} lines, {rounds} rounds", files.len());
    let mut times: Vec<Vec<f64>> = STAGES.iter().map(|_| Vec::new()).collect();
    for _ in 0..rounds {
        for (stage, times) in STAGES.iter().zip(&mut times) {
            let began = Instant::now();
            for file in &files {
                (stage.run)(file);
            }
            times.push(began.elapsed().as_secs_f64());
        }
    }
    for (stage, times) in STAGES.iter().zip(times) {
        report(stage.name, lines, times);
    }
    let list: String = files.iter().map(|file| format!("{}\n", file.path)).collect();
    let mut command = Command::new(python);
    command.args(["-I", "-c", REFERENCE, &rounds.to_string()]);
    let outcome = crate::process::run(&mut command, list.as_bytes(), std::time::Duration::from_secs(900))?;
    let text = String::from_utf8_lossy(&outcome.output);
    for name in ["parse", "compile"] {
        let times = text.lines().filter_map(|line| line.strip_prefix(name)?.trim().parse().ok()).collect();
        report(&format!("cpython: {name}"), lines, times);
    }
    Ok(())
}

fn report(name: &str, lines: usize, mut times: Vec<f64>) {
    times.sort_by(f64::total_cmp);
    let Some(median) = times.get(times.len() / 2) else { return println!("{name:<18} failed") };
    println!("{name:<18} {:>12.0} lines/s  ({median:.3} s)", lines as f64 / median);
}

/// The library's modules, without its tests (which hold files that are wrong on purpose).
fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && !matches!(name.as_str(), "test" | "__pycache__" | "lib2to3" | "idlelib") {
            collect(&path, paths)?;
        } else if path.is_file() && name.ends_with(".py") {
            paths.push(path);
        }
    }
    Ok(())
}

fn load(path: &Path) -> Option<File> {
    let text = fs::read_to_string(path).ok()?;
    let source = SourceText::from_text(&text).ok()?;
    Some(File { path: path.to_string_lossy().into_owned(), text, source })
}
