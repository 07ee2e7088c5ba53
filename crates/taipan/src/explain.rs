//! `--explain`: runs the program with a recorder and writes the record's view.
//!
//! The page is written when the program has ended, or just before the process ends at once (`os._exit`). A forked child writes
//! none. What the program prints, its exit status and its behaviour stay as they are.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use taipan_event::{Recorder, Recording, What};
use taipan_explain::{Explainer, Facts, model, page, process, text};
use taipan_host::files::CURRENT_DIRECTORY;
use taipan_host::{HostHandle, RecordedHost};
use taipan_vm::display::Ending;
use taipan_vm::runtime::{Settings, files};

use crate::options::{self, Config};

/// How the record is shown.
#[derive(Clone)]
enum View {
    Text,
    Json,
    Page(Vec<u8>),
}

/// The recorder with what is needed to write its record at any moment.
struct Writer {
    explainer: Explainer,
    /// The host itself, whose calls are not recorded.
    host: HostHandle,
    view: View,
    facts: Mutex<Option<Facts>>,
    /// Set in forked children.
    detached: AtomicBool,
}

/// A run that is to be explained.
pub struct Explained {
    writer: Arc<Writer>,
    began: Instant,
}

impl Explained {
    /// What the options ask for, if they do.
    pub fn of(config: &Config, settings: &Settings, version: &str) -> Option<Explained> {
        let wanted = config.explain.as_ref()?;
        let host = settings.host.clone();
        let began = Instant::now();
        let view = match wanted.as_slice() {
            b"text" => View::Text,
            b"json" => View::Json,
            b"" => View::Page(page_name(config)),
            path => View::Page(path.to_vec()),
        };
        let facts = facts(config, &host, version);
        let main = match &config.program {
            options::Program::Command(_) => Some("<string>".to_owned()),
            options::Program::Input => Some("<stdin>".to_owned()),
            _ => None,
        };
        let explainer = Explainer::new(began, config.explain_limit, library_folders(settings), main);
        let facts = Mutex::new(Some(facts));
        let detached = AtomicBool::new(false);
        Some(Explained { writer: Arc::new(Writer { explainer, host, view, facts, detached }), began })
    }

    /// Runs the program, recorded, and writes the view.
    pub fn run(self, mut settings: Settings, run: impl FnOnce(Settings) -> Ending) -> Ending {
        let recorder: Arc<dyn Recorder> = self.writer.clone();
        let recording = Recording { recorder: Arc::clone(&recorder), began: self.began };
        settings.host = Arc::new(RecordedHost::new(settings.host, recording));
        settings.recorder = Some(Arc::clone(&recorder));
        let ending = run(settings);
        let (status, how) = match &ending {
            Ending::Status(0) => (0, "end"),
            Ending::Status(status) => (*status, "exception"),
            Ending::Interrupted => (130, "KeyboardInterrupt"),
        };
        recorder.record(taipan_event::thread(), What::Exit(status, how));
        self.writer.write();
        ending
    }
}

/// `app.py` makes `app.explain.html` in the working directory.
fn page_name(config: &Config) -> Vec<u8> {
    let name = match &config.program {
        options::Program::File(path) => path.rsplit(|&byte| byte == b'/').next().unwrap_or_default().to_vec(),
        options::Program::Module(name) => name.clone(),
        _ => b"program".to_vec(),
    };
    let stem = name.strip_suffix(b".py").unwrap_or(&name);
    [stem, b".explain.html"].concat()
}

/// Folders whose files are the library's and not the program's.
fn library_folders(settings: &Settings) -> Vec<String> {
    settings.stdlib.iter().map(|folder| lossy(folder)).collect()
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What the kernel and the command line say before the program begins.
fn facts(config: &Config, host: &HostHandle, version: &str) -> Facts {
    let executable = host.executable().map(|path| lossy(&path)).unwrap_or_default();
    let variables = host.variables();
    let (kind, name, main) = match &config.program {
        options::Program::File(path) => ("file", lossy(path), None),
        options::Program::Command(text) => {
            ("command", "-c".to_owned(), Some(("<string>".to_owned(), text.clone())))
        }
        options::Program::Module(name) => ("module", lossy(name), None),
        options::Program::Input => ("input", "standard input".to_owned(), None),
    };
    let system = host.system_name().map(|name| format!("{} {}", lossy(&name.system), lossy(&name.machine)));
    let command = model::Command {
        arguments: config.original_arguments.iter().map(|word| lossy(word)).collect(),
        kind: kind.to_owned(),
        name,
        directory: host.getcwd().map(|path| lossy(&path)).unwrap_or_default(),
        process: host.getpid().unsigned_abs(),
        parent: host.getppid().unsigned_abs(),
        variables: variables.len(),
        variable_bytes: variables.iter().map(|(key, value)| key.len() + value.len() + 2).sum(),
        began: host.wall_time() as f64 / 1e9,
        platform: system.unwrap_or_default(),
        executable: executable.clone(),
    };
    Facts {
        taipan: env!("CARGO_PKG_VERSION").to_owned(),
        python: version.to_owned(),
        command,
        process: process_facts(host, &executable),
        optimize: config.optimize.clamp(0, 2) as u8,
        main,
    }
}

/// The process as the kernel describes it.
fn process_facts(host: &HostHandle, executable: &str) -> model::Process {
    let read =
        |path: &str| files::read_all(host, path.as_bytes()).map(|text| lossy(&text)).unwrap_or_default();
    let descriptors = (0..64).filter_map(|number| {
        let target = host.readlink(format!("/proc/self/fd/{number}").as_bytes(), CURRENT_DIRECTORY);
        Some(model::Descriptor { number, target: lossy(&target.ok()?) })
    });
    model::Process {
        regions: process::regions(&read("/proc/self/maps"), executable),
        descriptors: descriptors.collect(),
        limits: process::limits(&read("/proc/self/limits")),
        resident_start: process::resident(&read("/proc/self/status")),
        resident_end: 0,
    }
}

impl Recorder for Writer {
    fn record(&self, thread: u64, what: What) {
        if !self.detached.load(Ordering::Relaxed) {
            self.explainer.record(thread, what);
        }
    }

    fn is_detailed(&self, file: &str) -> bool {
        self.explainer.is_detailed(file)
    }

    fn steps_left(&self) -> u64 {
        if self.detached.load(Ordering::Relaxed) { 0 } else { self.explainer.steps_left() }
    }

    fn ending(&self, status: i32) {
        self.record(taipan_event::thread(), What::Exit(status, "os._exit"));
        self.write();
    }

    fn forked(&self) {
        self.detached.store(true, Ordering::Relaxed);
    }
}

impl Writer {
    /// Writes the view, once.
    fn write(&self) {
        let facts = self.facts.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut facts) = facts.filter(|_| !self.detached.load(Ordering::Relaxed)) else { return };
        let host = &self.host;
        let status = files::read_all(host, b"/proc/self/status").unwrap_or_default();
        facts.process.resident_end = process::resident(&lossy(&status));
        let run = self.explainer.run(facts, &|path| files::read_all(host, path.as_bytes()).ok());
        let written = match &self.view {
            View::Text => {
                let paint = text::Paint::new(std::io::stderr().is_terminal());
                Ok(text::text(&run, paint))
            }
            View::Json => {
                taipan_explain::json(&run).map(|json| json + "\n").map_err(|error| error.to_string())
            }
            View::Page(path) => page::html(&run).map_err(|error| error.to_string()).and_then(|html| {
                let path = lossy(path);
                std::fs::write(&path, html).map_err(|error| format!("{path}: {error}"))?;
                Ok(format!("explained in {path} ({} steps)\n", run.execution.steps.len()))
            }),
        };
        let line = written.unwrap_or_else(|error| format!("--explain: {error}\n"));
        files::write_all(host, 2, line.as_bytes());
    }
}
