//! The recorder: takes the events of a run and makes the record of them.
//!
//! Steps are kept as differences to the step before, which is what the page reads; nothing of a step is kept twice. The lock is
//! held for the time of one event; events come in the order of the interpreter's lock, so they are never contended.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use taipan_event::{CodeId, FrameId, Recorder, Step as State, What};

use crate::model::{Call, Collection, Frame, Import, Output, Raise, Stage, Thread};
use crate::steps::Steps;
use crate::time::Profile;

/// What is kept of the lists that a program can make as long as it likes.
const MOST_CALLS: usize = 4000;
const MOST_EXCEPTIONS: usize = 2000;
const MOST_TURNS: usize = 5000;
/// Calls of the library below this many frames are counted and not listed.
const MOST_FRAMES: usize = 200_000;
/// Characters of output that are kept.
const MOST_OUTPUT: usize = 400_000;

/// A code object that was entered.
#[derive(Clone, Debug)]
pub(crate) struct EnteredCode {
    pub file: String,
    pub name: String,
    pub line: i32,
    pub detailed: bool,
    pub entered: u64,
    pub forms: Vec<(u32, String)>,
}

/// All that was taken so far.
#[derive(Default)]
pub(crate) struct Taken {
    pub codes: Vec<EnteredCode>,
    pub steps: Steps,
    pub frames: Vec<Frame>,
    frame_numbers: HashMap<FrameId, usize>,
    pub frames_in_all: u64,
    pub uncounted: u64,
    pub profile: Profile,
    pub stages: Vec<Stage>,
    open_stages: Vec<usize>,
    pub imports: Vec<Import>,
    open_imports: Vec<usize>,
    pub exceptions: Vec<Raise>,
    exception: Option<(u64, usize)>,
    pub output: Vec<Output>,
    output_length: usize,
    pub collections: Vec<Collection>,
    pub heap: Vec<(u64, u64, u64)>,
    pub made: u64,
    pub alive: u64,
    /// Objects alive when the program had ended.
    pub alive_at_end: u64,
    pub census: Vec<(String, u64, u64)>,
    pub threads: Vec<Thread>,
    pub calls: Vec<Call>,
    pub calls_unlisted: u64,
    pub exit: Option<(i32, &'static str, u64)>,
    /// Instructions without detail after the limit was reached.
    after_limit: bool,
}

/// The recorder of `--explain`.
pub struct Explainer {
    began: Instant,
    limit: u64,
    /// Files under these folders are the library's: their code is counted only.
    library: Vec<String>,
    /// What the main program's code is said to be from, where that is no file: `<string>`, `<stdin>`.
    main: Option<String>,
    taken: Mutex<Taken>,
}

impl Explainer {
    /// A recorder that keeps so many steps in detail; `library` names folders whose code is not the program's, and `main`
    /// what the main program is called where it has no file.
    pub fn new(began: Instant, limit: u64, library: Vec<String>, main: Option<String>) -> Explainer {
        Explainer { began, limit, library, main, taken: Mutex::new(Taken::default()) }
    }

    pub(crate) fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn limit(&self) -> u64 {
        self.limit
    }

    /// Nanoseconds since the record began.
    pub fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

impl Recorder for Explainer {
    fn record(&self, thread: u64, what: What) {
        let at = self.now();
        self.taken().take(at, thread, what, self.limit);
    }

    fn is_detailed(&self, file: &str) -> bool {
        // What the library compiles by itself (named tuples, data classes) has such names too.
        let named = !file.starts_with('<') || self.main.as_deref() == Some(file);
        named && !self.library.iter().any(|folder| file.starts_with(folder.as_str()))
    }

    fn steps_left(&self) -> u64 {
        self.limit.saturating_sub(self.taken().steps.len() as u64)
    }

    fn ending(&self, _status: i32) {}

    fn forked(&self) {}
}

impl Taken {
    fn take(&mut self, at: u64, thread: u64, what: What, limit: u64) {
        match what {
            What::StageBegins(name) => {
                let inside =
                    self.open_stages.last().and_then(|&i| self.stages.get(i)).map(|s| s.name.clone());
                self.open_stages.push(self.stages.len());
                self.stages.push(Stage { name: name.to_owned(), inside, at, ..Stage::default() });
            }
            What::StageEnds(name) => {
                let open = self.open_stages.iter().rposition(|&i| self.stages[i].name == name);
                if let Some(position) = open {
                    let index = self.open_stages.remove(position);
                    self.stages[index].took = at.saturating_sub(self.stages[index].at);
                }
            }
            What::Code { file, name, line, detailed, .. } => self.codes.push(EnteredCode {
                file: file.to_string(),
                name: name.to_string(),
                line,
                detailed,
                entered: 0,
                forms: Vec::new(),
            }),
            What::Enter { frame, caller, code } => self.enter(at, thread, frame, caller, code),
            What::Resume { frame, .. } => {
                let code = self.number(frame).map(|number| self.frames[number].code);
                if let Some(number) = self.number(frame) {
                    self.steps.resume(thread, number);
                }
                if let Some(code) = code {
                    self.profile.enter(at, thread, code);
                }
            }
            What::Suspend(frame) => {
                self.profile.leave(at, thread);
                if let Some(number) = self.number(frame) {
                    self.steps.leave(thread, number, false);
                }
            }
            What::Leave { frame, raised } => self.leave(at, thread, frame, raised),
            What::Step(state) => self.step(at, thread, *state),
            What::Counted(count) => {
                if self.steps.len() as u64 >= limit {
                    self.after_limit = true;
                    self.uncounted += count;
                }
            }
            What::Raise { frame, line, text, handled, exception } => {
                self.raise(at, frame, line, text.into(), handled, exception);
            }
            other => self.take_rest(at, thread, other),
        }
    }

    /// What is neither about frames nor about steps.
    fn take_rest(&mut self, at: u64, thread: u64, what: What) {
        match what {
            What::ImportBegins(name) => {
                let inside = self.open_imports.last().copied();
                self.open_imports.push(self.imports.len());
                self.imports.push(Import { name: name.into(), inside, at, ..Import::default() });
            }
            What::ImportEnds { how, origin, .. } => {
                if let Some(index) = self.open_imports.pop()
                    && let Some(import) = self.imports.get_mut(index)
                {
                    import.took = at.saturating_sub(import.at);
                    import.how = how.to_owned();
                    import.origin = origin.into();
                }
            }
            What::CollectionBegins(generation, cause) => self.collections.push(Collection {
                at,
                generation,
                cause: cause.to_owned(),
                ..Collection::default()
            }),
            What::CollectionEnds(found) => {
                if let Some(collection) = self.collections.last_mut() {
                    collection.took = at.saturating_sub(collection.at);
                    collection.found = found;
                }
            }
            What::Heap { alive, bytes, made } => {
                self.heap.push((at, alive, bytes));
                self.made = made;
                self.alive = alive;
            }
            What::Census(rows) => {
                self.alive_at_end = self.alive;
                self.census = rows.into_iter().map(|(kind, n, bytes)| (kind.into(), n, bytes)).collect();
            }
            What::Thread(name) => {
                self.thread(thread).name = name.into();
            }
            What::Lock(taken) => self.lock(at, thread, taken),
            What::Host { call, subject, result, took } => {
                if self.calls.len() >= MOST_CALLS {
                    self.calls_unlisted += 1;
                    return;
                }
                let step = self.steps.last();
                let name = call.to_owned();
                let began = at.saturating_sub(took);
                self.calls.push(Call {
                    at: began,
                    took,
                    thread,
                    name,
                    subject: subject.into(),
                    result: result.into(),
                    step,
                });
            }
            What::Output { descriptor, text } => {
                self.output_length += text.len();
                if self.output_length <= MOST_OUTPUT {
                    let step = self.steps.last().unwrap_or(0);
                    self.output.push(Output { step, descriptor, text: text.into() });
                }
            }
            What::Specialised { code, forms } => {
                if let Some(code) = self.codes.get_mut(code.0 as usize) {
                    code.forms = forms.into_iter().map(|(offset, form)| (offset, form.to_owned())).collect();
                }
            }
            What::Exit(status, how) => self.exit = Some((status, how, at)),
            _ => {}
        }
    }

    fn number(&self, frame: FrameId) -> Option<usize> {
        self.frame_numbers.get(&frame).copied()
    }

    fn enter(&mut self, at: u64, thread: u64, frame: FrameId, caller: Option<FrameId>, code: CodeId) {
        self.frames_in_all += 1;
        let code = code.0 as usize;
        self.profile.enter(at, thread, code);
        let Some(entered) = self.codes.get_mut(code) else { return };
        entered.entered += 1;
        if !entered.detailed || self.frames.len() >= MOST_FRAMES {
            return;
        }
        // The nearest frame below that is shown.
        let caller = caller.and_then(|caller| self.number(caller)).or_else(|| self.steps.top(thread));
        let number = self.frames.len();
        self.frame_numbers.insert(frame, number);
        self.frames.push(Frame { code, caller, thread, ..Frame::default() });
        self.steps.enter(thread, number);
    }

    fn leave(&mut self, at: u64, thread: u64, frame: FrameId, raised: bool) {
        self.profile.leave(at, thread);
        if let Some(number) = self.number(frame) {
            self.frames[number].ended = if raised { "raise" } else { "return" };
            self.frames[number].to = self.steps.last();
            self.frame_numbers.remove(&frame);
            self.steps.leave(thread, number, true);
        }
    }

    fn step(&mut self, at: u64, thread: u64, state: State) {
        let Some(number) = self.number(state.frame) else { return };
        if state.line_begins {
            let code = self.frames[number].code;
            self.profile.line(at, thread, code, state.line);
        }
        let index = self.steps.add(at, thread, number, state);
        let frame = &mut self.frames[number];
        frame.from.get_or_insert(index);
        frame.to = Some(index);
    }

    fn raise(&mut self, at: u64, frame: FrameId, line: u32, text: String, handled: bool, exception: u64) {
        let Some(number) = self.number(frame) else { return };
        self.steps.raised();
        let known = self.exception.filter(|(former, _)| *former == exception).map(|(_, index)| index);
        if let Some(raise) = known.and_then(|index| self.exceptions.get_mut(index)) {
            raise.passed.push((number, line, handled));
        } else if self.exceptions.len() < MOST_EXCEPTIONS {
            self.exception = Some((exception, self.exceptions.len()));
            let step = self.steps.last();
            self.exceptions.push(Raise { step, at, text, passed: vec![(number, line, handled)] });
        }
        if handled {
            self.exception = None;
        }
    }

    fn thread(&mut self, number: u64) -> &mut Thread {
        let index = match self.threads.iter().position(|thread| thread.number == number) {
            Some(index) => index,
            None => {
                let name = if number == 1 { "main".to_owned() } else { format!("thread {number}") };
                self.threads.push(Thread { number, name, ..Thread::default() });
                self.threads.len() - 1
            }
        };
        &mut self.threads[index]
    }

    fn lock(&mut self, at: u64, thread: u64, taken: bool) {
        let lane = self.thread(thread);
        if lane.held.len() > MOST_TURNS {
            return;
        }
        if taken {
            lane.held.push((at, at));
        } else if let Some(turn) = lane.held.last_mut() {
            turn.1 = at;
        } else {
            lane.held.push((0, at));
        }
    }

    /// Ends what is still open when the record is read.
    pub(crate) fn close(&mut self, at: u64) {
        for index in std::mem::take(&mut self.open_stages) {
            self.stages[index].took = at.saturating_sub(self.stages[index].at);
        }
        for thread in &mut self.threads {
            if let Some(turn) = thread.held.last_mut()
                && turn.1 == turn.0
            {
                turn.1 = at;
            }
        }
        if self.threads.is_empty() {
            self.thread(1).held.push((0, at));
        }
        self.profile.close(at);
    }
}
