//! Explain: the record of a run, and its views as text, JSON and one offline page.
//!
//! [`Explainer`] takes the events while the program runs; [`Explainer::run`] makes the record of them ([`model`]), together with
//! what the stages before running make of the program's files ([`source`]); [`json`], [`text`] and [`page`] write it.

mod caches;
pub mod model;
pub mod page;
pub mod process;
mod recorder;
pub mod source;
mod steps;
pub mod text;
mod time;

use std::collections::HashMap;

pub use recorder::Explainer;

use model::{Code, Execution, Exit, Frame, Memory, Process, Run, Stage, Time};

/// What the command knows of the run and the recorder does not.
#[derive(Default)]
pub struct Facts {
    /// Taipan's version and the Python that it implements.
    pub taipan: String,
    pub python: String,
    pub command: model::Command,
    pub process: Process,
    /// `-O` gives 1, `-OO` 2.
    pub optimize: u8,
    /// The main program's text, where it has no file that can be read again.
    pub main: Option<(String, Vec<u8>)>,
}

/// The record as JSON.
///
/// # Errors
/// That of the JSON writer.
pub fn json(run: &Run) -> Result<String, serde_json::Error> {
    serde_json::to_string(run)
}

impl Explainer {
    /// The record so far. `read` gives the bytes of a file of the program.
    pub fn run(&self, facts: Facts, read: &dyn Fn(&str) -> Option<Vec<u8>>) -> Run {
        let now = self.now();
        let mut taken = std::mem::take(&mut *self.taken());
        taken.close(now);
        let mut run = Run {
            schema: model::SCHEMA,
            version: model::VERSION,
            taipan: facts.taipan,
            python: facts.python,
            command: facts.command,
            process: facts.process,
            ..Run::default()
        };
        let codes = describe_sources(&mut run, &taken.codes, facts.optimize, facts.main, read);
        run.frames = renumber(taken.frames, &codes);
        let (status, how, at) = taken.exit.unwrap_or((0, "end", now));
        run.exit = Exit {
            status,
            how: how.to_owned(),
            at,
            steps: inside(&taken.stages, "shutdown"),
            alive_before: taken.alive_at_end,
            alive_after: taken.alive,
        };
        let instructions = taken.steps.len() as u64 + taken.uncounted;
        run.execution = Execution {
            limit: usize::try_from(self.limit()).unwrap_or(usize::MAX),
            uncounted: taken.uncounted,
            instructions,
            calls: taken.frames_in_all,
            texts: taken.steps.texts.into_list(),
            steps: taken.steps.list,
        };
        run.time = times(&taken.profile, &codes, &run.codes);
        run.memory = Memory {
            types: taken.census,
            curve: taken.heap,
            collections: taken.collections,
            made: taken.made,
            freed: taken.made.saturating_sub(taken.alive),
        };
        run.stages = taken.stages;
        run.imports = taken.imports;
        run.caches = caches::caches(&taken.calls);
        run.exceptions = taken.exceptions;
        run.output = taken.output;
        run.threads = taken.threads;
        run.calls = taken.calls;
        run.calls_unlisted = taken.calls_unlisted;
        run
    }
}

fn inside(stages: &[Stage], name: &str) -> Vec<Stage> {
    stages.iter().filter(|stage| stage.inside.as_deref() == Some(name)).cloned().collect()
}

/// Describes the program's files, and gives for each code object that was entered its number in the record.
fn describe_sources(
    run: &mut Run,
    entered: &[recorder::EnteredCode],
    optimize: u8,
    main: Option<(String, Vec<u8>)>,
    read: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> Vec<usize> {
    let mut files: Vec<(String, Option<Vec<u8>>)> =
        main.into_iter().map(|(name, text)| (name, Some(text))).collect();
    for code in entered.iter().filter(|code| code.detailed) {
        if !files.iter().any(|(name, _)| *name == code.file) {
            files.push((code.file.clone(), None));
        }
    }
    for (path, text) in files {
        let Some(bytes) = text.or_else(|| read(&path)) else { continue };
        let module = path.rsplit('/').next().unwrap_or(&path).trim_end_matches(".py").to_owned();
        let index = run.sources.len();
        let described = source::describe(&path, &module, &bytes, optimize, index, &mut run.codes);
        run.sources.push(described);
    }
    // The compiled code is found by what a code object says of itself.
    let mut known: HashMap<(String, String, i32), usize> = HashMap::new();
    for (index, code) in run.codes.iter().enumerate() {
        known.insert((code.file.clone(), code.qualified.clone(), code.line), index);
    }
    let mut numbers = Vec::with_capacity(entered.len());
    for code in entered {
        let key = (code.file.clone(), code.name.clone(), code.line);
        let number = *known.entry(key).or_insert_with(|| {
            run.codes.push(Code {
                name: code.name.rsplit('.').next().unwrap_or_default().to_owned(),
                qualified: code.name.clone(),
                file: code.file.clone(),
                line: code.line,
                ..Code::default()
            });
            run.codes.len() - 1
        });
        run.codes[number].entered += code.entered;
        if run.codes[number].specialised.is_empty() {
            run.codes[number].specialised.clone_from(&code.forms);
        }
        numbers.push(number);
    }
    numbers
}

fn renumber(frames: Vec<Frame>, codes: &[usize]) -> Vec<Frame> {
    let number = |frame: Frame| Frame { code: codes.get(frame.code).copied().unwrap_or(0), ..frame };
    frames.into_iter().map(number).collect()
}

fn times(profile: &time::Profile, codes: &[usize], described: &[Code]) -> Time {
    let number = |code: usize| codes.get(code).copied().unwrap_or(0);
    let mut functions: Vec<(usize, u64, u64, u64)> =
        profile.functions.iter().map(|(code, f)| (number(*code), f.calls, f.own, f.all)).collect();
    functions.sort_by_key(|row| std::cmp::Reverse(row.2));
    let mut lines: Vec<(usize, u32, u64, u64)> = Vec::new();
    for (&(code, line), &(times, nanoseconds)) in &profile.lines {
        if let Some(source) = described.get(number(code)).and_then(|code| code.source) {
            lines.push((source, line, times, nanoseconds));
        }
    }
    lines.sort_unstable();
    let tree =
        profile.tree.iter().map(|node| model::FlameNode(number(node.0), node.1, node.2, node.3)).collect();
    Time { functions, lines, tree }
}
