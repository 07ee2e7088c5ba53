//! The record as text for a terminal: the stages in order, each with what matters of it.

use std::fmt::Write;

use crate::model::{Item, Run, Source, Step};

/// Rows of a table that the text shows; the page and the JSON have all of them.
const MOST_ROWS: usize = 40;

/// Colours for a terminal, or none for a pipe.
#[derive(Clone, Copy)]
pub struct Paint {
    on: bool,
}

impl Paint {
    /// With colours or without.
    pub fn new(on: bool) -> Paint {
        Paint { on }
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.on { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn title(self, text: &str) -> String {
        self.with("1;36", text)
    }

    fn soft(self, text: &str) -> String {
        self.with("2", text)
    }

    fn strong(self, text: &str) -> String {
        self.with("1", text)
    }
}

/// A time for people.
fn time(nanoseconds: u64) -> String {
    let n = nanoseconds as f64;
    match nanoseconds {
        0..1_000 => format!("{nanoseconds} ns"),
        1_000..1_000_000 => format!("{:.1} µs", n / 1e3),
        1_000_000..1_000_000_000 => format!("{:.2} ms", n / 1e6),
        _ => format!("{:.2} s", n / 1e9),
    }
}

/// A text whose control characters cannot act on the terminal.
fn safe(text: &str) -> String {
    text.chars()
        .flat_map(
            |c| if c.is_control() && c != '\n' { c.escape_default().collect::<Vec<_>>() } else { vec![c] },
        )
        .collect()
}

/// The whole record.
pub fn text(run: &Run, paint: Paint) -> String {
    let mut out = String::new();
    let mut section = |title: &str, body: String| {
        if !body.is_empty() {
            let _ = writeln!(out, "{}\n{body}", paint.title(title));
        }
    };
    section("command", command(run));
    section("stages", stages(run, paint));
    for source in &run.sources {
        section(&format!("source {}", safe(&source.path)), listing(source, run, paint));
        section("tokens", tokens(source));
        section("scopes", scopes(source));
    }
    section("bytecode", bytecode(run, paint));
    section("imports", imports(run));
    section("execution", execution(run, paint));
    section("exceptions", exceptions(run));
    section("memory", memory(run));
    section("system calls", calls(run));
    section("time", times(run));
    section("exit", format!("  status {} ({})\n", run.exit.status, run.exit.how));
    out
}

fn command(run: &Run) -> String {
    let c = &run.command;
    format!(
        "  {}\n  process {} of {}, in {}\n  Taipan {}, Python {}\n",
        safe(&c.arguments.join(" ")),
        c.process,
        c.parent,
        safe(&c.directory),
        run.taipan,
        run.python
    )
}

fn stages(run: &Run, paint: Paint) -> String {
    let mut out = String::new();
    for stage in &run.stages {
        let indent = if stage.inside.is_some() { "    " } else { "  " };
        let _ =
            writeln!(out, "{indent}{:<24}{:>12}  {}", stage.name, time(stage.took), paint.soft(&stage.note));
    }
    out
}

fn listing(source: &Source, run: &Run, paint: Paint) -> String {
    let index = run.sources.iter().position(|other| std::ptr::eq(other, source));
    let mut out = String::new();
    for (number, line) in source.text.lines().enumerate().take(MOST_ROWS * 5) {
        let number = number as u32 + 1;
        let reached =
            run.time.lines.iter().find(|row| Some(row.0) == index && row.1 == number).map_or(0, |row| row.2);
        let times = if reached > 0 { format!("{reached}×") } else { String::new() };
        let _ = writeln!(out, "  {} {:>8}  {}", paint.soft(&format!("{number:>5}")), times, safe(line));
    }
    if let Some(error) = &source.error {
        let _ = writeln!(out, "  {}", safe(error));
    }
    out
}

fn tokens(source: &Source) -> String {
    let words: Vec<&str> =
        source.tokens.iter().map(|token| token.5.as_str()).filter(|text| !text.trim().is_empty()).collect();
    let mut out = String::new();
    for row in words.chunks(16).take(MOST_ROWS) {
        let _ = writeln!(out, "  {}", safe(&row.join(" ")));
    }
    out
}

fn scopes(source: &Source) -> String {
    let mut out = String::new();
    for scope in source.scopes.iter().take(MOST_ROWS) {
        let names: Vec<String> =
            scope.names.iter().map(|name| format!("{} {}", name.name, name.scope)).collect();
        let _ = writeln!(out, "  {} {}: {}", scope.kind, scope.name, names.join(", "));
    }
    out
}

fn bytecode(run: &Run, paint: Paint) -> String {
    let mut out = String::new();
    for code in run.codes.iter().filter(|code| !code.instructions.is_empty()).take(MOST_ROWS) {
        let _ = writeln!(
            out,
            "  {} (line {}, entered {} times)",
            paint.strong(&code.qualified),
            code.line,
            code.entered
        );
        for ins in code.instructions.iter().take(MOST_ROWS * 3) {
            let form =
                code.specialised.iter().find(|form| form.0 == ins.0).map_or("", |form| form.1.as_str());
            let operand = ins.2.map(|n| n.to_string()).unwrap_or_default();
            let meaning = if ins.3.is_empty() { String::new() } else { format!("({})", safe(&ins.3)) };
            let _ = writeln!(
                out,
                "    {:>5} {:<36}{operand:>6} {meaning:<28} {}",
                ins.0,
                ins.1,
                paint.soft(form)
            );
        }
    }
    out
}

fn imports(run: &Run) -> String {
    let mut out = String::new();
    for import in run.imports.iter().take(MOST_ROWS) {
        let mut depth = 0;
        let mut inside = import.inside;
        while let Some(outer) = inside.and_then(|i| run.imports.get(i)) {
            depth += 1;
            inside = outer.inside;
        }
        let name = format!("{}{}", "  ".repeat(depth), import.name);
        let _ = writeln!(out, "  {name:<36}{:>12}  {}", time(import.took), import.how);
    }
    out
}

fn value(item: &Item, run: &Run, objects: &std::collections::HashMap<u64, usize>) -> String {
    match item {
        Item::Plain(text) => match text.strip_prefix('n') {
            Some(_) => "(unbound)".to_owned(),
            None => safe(text.get(1..).unwrap_or("")),
        },
        Item::Object(id) => {
            let text = objects.get(id).and_then(|text| run.execution.texts.get(*text));
            text.map_or_else(|| format!("object {id}"), |text| safe(text))
        }
    }
}

/// The steps at which a line begins, with what changed.
fn execution(run: &Run, paint: Paint) -> String {
    let mut out = String::new();
    let mut objects = std::collections::HashMap::new();
    let mut shown = 0;
    let mut changes: Vec<String> = Vec::new();
    for step in &run.execution.steps {
        objects.extend(step.h.iter().map(|object| (object.0, object.2)));
        let Some(frame) = run.frames.get(step.f) else { continue };
        let code = &run.codes[frame.code];
        changes.extend(changed(step, run, &objects));
        if step.k == "i" || shown >= MOST_ROWS * 5 {
            continue;
        }
        shown += 1;
        let line = code
            .source
            .and_then(|source| run.sources[source].text.lines().nth(step.l.saturating_sub(1) as usize));
        let what = paint.soft(&std::mem::take(&mut changes).join(", "));
        let _ = writeln!(
            out,
            "  {:<20}{:>5}  {:<44} {what}",
            code.qualified,
            step.l,
            safe(line.unwrap_or("").trim())
        );
    }
    let left = run.execution.steps.len();
    let _ = writeln!(out, "  {left} steps in detail, {} only counted", run.execution.uncounted);
    out
}

fn changed(step: &Step, run: &Run, objects: &std::collections::HashMap<u64, usize>) -> Vec<String> {
    let locals = step.v.iter().map(|(frame, slot, item)| {
        let code = &run.codes[run.frames[*frame].code];
        let name = code.locals.get(*slot).map_or("?", String::as_str);
        format!("{name} = {}", value(item, run, objects))
    });
    let names = step.g.iter().map(|(_, name, item)| {
        format!(
            "{} = {}",
            run.execution.texts.get(*name).map_or("?", String::as_str),
            value(item, run, objects)
        )
    });
    locals.chain(names).collect()
}

fn exceptions(run: &Run) -> String {
    let mut out = String::new();
    for raise in run.exceptions.iter().take(MOST_ROWS) {
        let handled = raise.passed.iter().any(|row| row.2);
        let state = if handled { "handled" } else { "not handled" };
        let _ = writeln!(out, "  {} ({state}, through {} frames)", safe(&raise.text), raise.passed.len());
    }
    out
}

fn memory(run: &Run) -> String {
    let m = &run.memory;
    let mut out =
        format!("  {} objects made, {} freed, {} collections\n", m.made, m.freed, m.collections.len());
    for (kind, count, bytes) in m.types.iter().take(10) {
        let _ = writeln!(out, "    {kind:<28}{count:>10}{bytes:>14} bytes");
    }
    out
}

fn calls(run: &Run) -> String {
    let mut out = String::new();
    for call in run.calls.iter().take(MOST_ROWS) {
        let _ = writeln!(
            out,
            "  {:>12}  {:<14}{:<48} {}",
            time(call.at),
            call.name,
            safe(&call.subject),
            safe(&call.result)
        );
    }
    let more = run.calls.len().saturating_sub(MOST_ROWS) as u64 + run.calls_unlisted;
    if more > 0 {
        let _ = writeln!(out, "  and {more} more");
    }
    out
}

fn times(run: &Run) -> String {
    let mut out = String::new();
    for (code, calls, own, all) in run.time.functions.iter().take(15) {
        let name = &run.codes[*code].qualified;
        let _ = writeln!(out, "  {name:<36}{calls:>8} calls{:>12} own{:>12} in all", time(*own), time(*all));
    }
    out
}
