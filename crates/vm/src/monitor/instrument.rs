//! Instrumented code objects: which instruction has which event, and which tools want it.
//!
//! What is where (`Place`) follows from the code alone and is made once. The tools change: a code object is brought up to date
//! when its version is not the interpreter's.

use taipan_bytecode::{CodeObject, Opcode, exctable, instructions::instructions, linetable};
use taipan_object::{Cx, Obj};

use super::{TOOLS, event, monitor, tools_of};
use crate::code::{Code, Unit, prepare};
use crate::ops::op;

/// An instruction's unit in instrumented code. Cache units have the default.
#[derive(Clone, Copy, Default)]
pub struct Place {
    /// The line; -1 where it has none, `i32::MIN` in places that report nothing.
    pub line: i32,
    /// The event that the instruction itself stands for.
    pub event: Option<u8>,
    /// BRANCH events that are reported behind the branch: the unit of the branch.
    pub source: u32,
    /// It may begin a line.
    pub starts_line: bool,
    /// A predecessor has the same line, so that which instruction was executed before decides.
    pub asks_before: bool,
    /// It is a `RESUME`, which is no instruction of its own.
    resumes: bool,
    /// Its execution is to be noted, for a successor that asks.
    noted: bool,
    /// Tools that want the own event, lines, instructions.
    pub own: u8,
    pub line_tools: u8,
    pub instruction_tools: u8,
}

/// What an instrumented code object keeps.
pub struct Instrumented {
    /// The instructions without specialisation and fusion.
    units: Box<[Unit]>,
    places: Box<[Place]>,
    /// The events that tools want in this code object, and which of its versions each set is of.
    local: [u32; TOOLS],
    local_version: [u32; TOOLS],
    /// Global and local events as they are instrumented.
    active: [u32; TOOLS],
    version: u32,
    restarts: u32,
    /// The private copy holds `units` and `TRACE`.
    in_place: bool,
}

impl Instrumented {
    fn new(source: &CodeObject) -> Instrumented {
        let units = prepare::plain_units(source);
        let places = places(source, units.len());
        Instrumented {
            units,
            places,
            local: [0; TOOLS],
            local_version: [0; TOOLS],
            active: [0; TOOLS],
            version: 0,
            restarts: 0,
            in_place: false,
        }
    }

    /// The version of the interpreter's monitoring state that this is up to date with.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The original unit at an index, and what is to be reported there.
    pub fn at(&self, index: usize) -> Option<(Unit, Place)> {
        Some((*self.units.get(index)?, *self.places.get(index)?))
    }

    /// Adds and removes tools so that `active` is what is reported.
    fn set_active(&mut self, active: [u32; TOOLS], restart: bool) {
        let (before, now) = (self.active, active);
        self.active = active;
        let change = |tools: &mut u8, event: u8| {
            let now = tools_of(&now, event);
            let added = if restart { now } else { now & !tools_of(&before, event) };
            *tools = *tools & now | added;
        };
        for place in &mut self.places {
            if let Some(event) = place.event {
                change(&mut place.own, event);
            }
            if place.starts_line {
                change(&mut place.line_tools, event::LINE);
            }
            if place.line != i32::MIN && !place.resumes {
                change(&mut place.instruction_tools, event::INSTRUCTION);
            }
        }
    }

    fn wants_any(&self) -> bool {
        let local = (1u32 << event::LOCAL) - 1;
        self.active.iter().any(|set| set & local != 0)
    }

    /// The unit that the private copy is to have.
    fn unit(&self, index: usize, lines: bool) -> Unit {
        let place = &self.places[index];
        let reports = place.own | place.line_tools | place.instruction_tools != 0;
        if reports || place.noted && lines { Unit::from(op::TRACE) } else { self.units[index] }
    }
}

/// Which event an opcode stands for.
fn event_of(opcode: Opcode, arg: u32) -> Option<u8> {
    Some(match opcode {
        Opcode::RESUME if arg & 3 == 0 => event::PY_START,
        Opcode::RESUME => event::PY_RESUME,
        Opcode::RETURN_VALUE => event::PY_RETURN,
        Opcode::YIELD_VALUE => event::PY_YIELD,
        Opcode::CALL | Opcode::CALL_KW | Opcode::CALL_FUNCTION_EX | Opcode::LOAD_SUPER_ATTR => event::CALL,
        Opcode::JUMP_FORWARD | Opcode::JUMP_BACKWARD => event::JUMP,
        Opcode::POP_JUMP_IF_FALSE
        | Opcode::POP_JUMP_IF_TRUE
        | Opcode::POP_JUMP_IF_NONE
        | Opcode::POP_JUMP_IF_NOT_NONE
        | Opcode::POP_ITER
        | Opcode::END_ASYNC_FOR => event::BRANCH_RIGHT,
        Opcode::FOR_ITER | Opcode::NOT_TAKEN => event::BRANCH_LEFT,
        Opcode::END_FOR | Opcode::END_SEND => event::STOP_ITERATION,
        _ => return None,
    })
}

/// Instructions that never begin a line: they belong to the machinery of the instruction that jumps over or to them.
fn never_starts(opcode: Opcode) -> bool {
    matches!(
        opcode,
        Opcode::END_ASYNC_FOR | Opcode::END_FOR | Opcode::END_SEND | Opcode::RESUME | Opcode::POP_ITER
    )
}

/// Whether the next instruction is never reached from this one.
fn ends_flow(opcode: Opcode) -> bool {
    matches!(
        opcode,
        Opcode::JUMP_FORWARD
            | Opcode::JUMP_BACKWARD
            | Opcode::JUMP_BACKWARD_NO_INTERRUPT
            | Opcode::RETURN_VALUE
            | Opcode::RAISE_VARARGS
            | Opcode::RERAISE
    )
}

/// One unit to execute: an instruction or a prefix of one.
struct Step {
    at: usize,
    opcode: Opcode,
    target: Option<usize>,
}

fn steps(source: &CodeObject) -> Vec<Step> {
    let mut steps = Vec::new();
    for i in instructions(&source.code) {
        for prefix in i.start..i.offset {
            steps.push(Step { at: prefix as usize, opcode: Opcode::EXTENDED_ARG, target: None });
        }
        let Some(opcode) = i.opcode else { continue };
        let target = i.target().and_then(|t| usize::try_from(t).ok());
        steps.push(Step { at: i.offset as usize, opcode, target });
    }
    steps
}

fn places(source: &CodeObject, count: usize) -> Box<[Place]> {
    let untraced = Place { line: i32::MIN, ..Place::default() };
    let mut places = vec![untraced; count];
    let mut lines = vec![-1; count];
    for range in linetable::lines(&source.linetable, source.firstlineno) {
        let Some(line) = range.line else { continue };
        let end = (range.end as usize / 2).min(count);
        if let Some(units) = lines.get_mut(range.start as usize / 2..end) {
            units.fill(line);
        }
    }
    let steps = steps(source);
    let first = steps.iter().position(|s| s.opcode == Opcode::RESUME).unwrap_or(0);
    let traced = &steps[first..];
    let mut current = None;
    let mut branch = 0;
    let operands: std::collections::HashMap<u32, u32> =
        instructions(&source.code).map(|i| (i.offset, i.arg)).collect();
    for step in traced {
        let line = lines[step.at];
        let arg = operands.get(&(step.at as u32)).copied().unwrap_or(0);
        let place = &mut places[step.at];
        place.line = line;
        place.resumes = step.opcode == Opcode::RESUME;
        place.event = event_of(step.opcode, arg);
        match step.opcode {
            Opcode::NOT_TAKEN => place.source = branch,
            Opcode::END_ASYNC_FOR => place.source = (step.at as u32 + 1).saturating_sub(arg),
            _ => {}
        }
        branch = step.at as u32;
        if !never_starts(step.opcode) {
            place.starts_line = line >= 0 && current != Some(line);
            current = Some(line);
        }
        if step.opcode == Opcode::FOR_ITER
            && let Some(end) = step.target
            && let Some(pop) = places.get_mut(end + 1)
        {
            pop.source = step.at as u32;
        }
    }
    // A POP_ITER comes behind its FOR_ITER, so that its source was set before its own turn: kept above.
    note_jumps(source, traced, &mut places);
    note_predecessors(source, traced, &mut places);
    places.into()
}

/// Handlers and targets of jumps begin lines too.
fn note_jumps(source: &CodeObject, steps: &[Step], places: &mut [Place]) {
    let opcode_at = |at: usize| source.code.get(2 * at).and_then(|&b| Opcode::from_u8(b));
    for entry in exctable::decode(&source.exceptiontable).unwrap_or_default() {
        let at = entry.target as usize;
        if let Some(place) = places.get_mut(at)
            && place.line >= 0
            && opcode_at(at) != Some(Opcode::END_ASYNC_FOR)
        {
            place.starts_line = true;
            place.asks_before = true;
        }
    }
    for step in steps {
        let Some(target) = step.target else { continue };
        if matches!(step.opcode, Opcode::FOR_ITER | Opcode::SEND | Opcode::END_ASYNC_FOR) {
            continue;
        }
        if let Some(place) = places.get_mut(target)
            && place.line >= 0
            && opcode_at(target).is_some_and(|o| !never_starts(o))
        {
            place.starts_line = true;
        }
    }
}

/// Finds the line beginnings of which some predecessor has the same line, and notes those predecessors.
fn note_predecessors(source: &CodeObject, steps: &[Step], places: &mut [Place]) {
    let _ = source;
    let mut edges: Vec<(usize, usize)> = Vec::new();
    for (i, step) in steps.iter().enumerate() {
        if let Some(next) = steps.get(i + 1)
            && !ends_flow(step.opcode)
        {
            edges.push((step.at, next.at));
        }
        if let Some(target) = step.target {
            edges.push((step.at, target));
        }
    }
    let resumes: std::collections::HashSet<usize> =
        steps.iter().filter(|s| s.opcode == Opcode::RESUME).map(|s| s.at).collect();
    for &(from, to) in &edges {
        let Some(line) = places.get(to).filter(|p| p.starts_line).map(|p| p.line) else { continue };
        if places[from].line == line && !resumes.contains(&from) {
            places[to].asks_before = true;
        }
    }
    for &(from, to) in &edges {
        if places.get(to).is_some_and(|p| p.asks_before) {
            places[from].noted = true;
        }
    }
}

impl Code {
    /// The tools' local events, made up to date, in `instrumented`.
    fn instrumented_mut(&self) -> Option<&mut Instrumented> {
        // SAFETY: looked at for a moment, between calls of Python code, by the thread that holds the GIL.
        unsafe { (*self.instrumented_cell().get()).as_deref_mut() }
    }

    /// What this code object keeps for monitoring.
    pub fn instrumented(&self) -> Option<&Instrumented> {
        self.instrumented_mut().map(|i| &*i)
    }

    fn make_instrumented(&self) -> &mut Instrumented {
        // SAFETY: as `instrumented_mut`.
        let cell = unsafe { &mut *self.instrumented_cell().get() };
        cell.get_or_insert_with(|| Box::new(Instrumented::new(&self.source)))
    }

    /// The events that a tool wants in this code object.
    pub fn local_events(&self, cx: &mut Cx, tool: usize) -> u32 {
        let cleared = monitor(cx).cleared[tool];
        match self.instrumented_mut() {
            Some(i) if i.local_version[tool] >= cleared => i.local[tool],
            _ => 0,
        }
    }

    /// Sets the events that a tool wants in this code object.
    pub fn set_local_events(&self, cx: &mut Cx, tool: usize, events: u32) {
        let version = monitor(cx).version;
        let i = self.make_instrumented();
        i.local[tool] = events;
        i.local_version[tool] = version;
        self.update(cx);
    }

    /// Brings the code up to date with the interpreter's monitoring state. False if it was.
    pub fn update_monitoring(&self, cx: &mut Cx) -> bool {
        let version = monitor(cx).version;
        match self.instrumented_mut() {
            Some(i) if i.version == version => return false,
            None if !super::is_active(cx) => return false,
            _ => {}
        }
        self.update(cx);
        true
    }

    fn update(&self, cx: &mut Cx) {
        self.prepared(cx);
        let m = monitor(cx);
        let (version, restarts, global, cleared) = (m.version, m.restarts, m.global, m.cleared);
        let i = self.make_instrumented();
        let mut active = global;
        for (tool, set) in active.iter_mut().enumerate() {
            if i.local_version[tool] < cleared[tool] {
                i.local[tool] = 0;
            }
            *set |= i.local[tool];
        }
        let restart = i.restarts != restarts;
        i.version = version;
        i.restarts = restarts;
        if active != i.active || restart {
            i.set_active(active, restart);
        }
        self.write_units();
    }

    /// Puts into the private copy what is to be executed.
    fn write_units(&self) {
        let Some(i) = self.instrumented_mut() else { return };
        let wanted = i.wants_any();
        if !wanted && !i.in_place {
            return;
        }
        let Some(prepared) = self.prepared_parts() else { return };
        let to = prepared.units.as_ptr().cast_mut();
        let first = !i.in_place;
        i.in_place = wanted;
        // SAFETY: both have the same number of units; whoever runs them holds the GIL.
        unsafe {
            if !wanted {
                let fresh = prepare::fused_units(&self.source);
                std::ptr::copy_nonoverlapping(fresh.as_ptr(), to, fresh.len().min(prepared.units.len()));
                return;
            }
            let lines = i.places.iter().any(|p| p.line_tools != 0);
            for index in 0..i.units.len().min(prepared.units.len()) {
                let unit = i.unit(index, lines);
                let was_trace = *to.add(index) as u16 == op::TRACE;
                if first || unit as u16 == op::TRACE || was_trace {
                    *to.add(index) = unit;
                }
            }
        }
    }

    /// A tool wants no more of an event in one place (for BRANCH: neither side of the branch).
    pub fn disable_event(&self, index: usize, event: u8, tool: usize, both: bool) {
        let Some(i) = self.instrumented_mut() else { return };
        let keep = !(1u8 << tool);
        let mut touched = vec![index];
        if let Some(place) = i.places.get_mut(index) {
            match event {
                event::LINE => place.line_tools &= keep,
                event::INSTRUCTION => place.instruction_tools &= keep,
                _ => place.own &= keep,
            }
            if both {
                touched.extend(other_side(&i.places, index));
            }
        }
        for &other in touched.iter().skip(1) {
            i.places[other].own &= keep;
        }
        if !i.in_place {
            return;
        }
        let Some(prepared) = self.prepared_parts() else { return };
        let to = prepared.units.as_ptr().cast_mut();
        for at in touched {
            if at < prepared.units.len() && at < i.units.len() {
                // SAFETY: within the units; the GIL is held.
                unsafe { *to.add(at) = i.unit(at, true) };
            }
        }
    }
}

/// Where the other outcome of a branch is reported.
fn other_side(places: &[Place], index: usize) -> Option<usize> {
    let place = places.get(index)?;
    let is_branch = |p: &Place| matches!(p.event, Some(event::BRANCH_LEFT | event::BRANCH_RIGHT));
    if place.source != 0 {
        let source = place.source as usize;
        return places.get(source).filter(|p| is_branch(p)).map(|_| source);
    }
    let mut later = places.iter().enumerate().skip(index + 1);
    later.find(|(_, p)| is_branch(p) && p.source as usize == index).map(|(at, _)| at)
}

/// The code object of a value, where it is one.
pub fn code_of(value: &taipan_object::Value) -> Option<&Obj<Code>> {
    value.cast_exact::<Code>()
}
